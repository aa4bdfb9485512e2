"""A class of damaged submissions: each graded as far as it can be, and honest ones beside them whole."""

import json
import re

import pytest

from coursekit.grading.grade import grade
from coursekit.grading.journal import graded
from coursekit.grading.sandbox.bubblewrap import missing
from coursekit.grading.starter import text
from tests.grading.classes import CLIMBS, RIGHT, hand_in, make_class, scores
from tests.grading.damaged.in_cells import IN_CELLS
from tests.grading.damaged.in_code import IN_CODE
from tests.grading.damaged.in_files import IN_FILES
from tests.grading.damaged.in_folders import IN_FOLDERS
from tests.grading.damaged.in_formats import IN_FORMATS
from tests.grading.damaged.kinds import FULL
from tests.grading.notebooks import LESSON, answer, check, notebook
from tests.grading.notebooks import RIGHT as ALL

pytestmark = pytest.mark.long
DAMAGES = IN_CELLS | IN_FORMATS | IN_FILES | IN_FOLDERS | IN_CODE
SECONDS = 3  # of processor time a cell
HONEST = ("ann", "--help", "a+b", "<b>x", "{student_id}", "O'Brien")


def student(name: str) -> str:
    return re.sub(r"\W+", "-", name)


def practice() -> dict:
    """The solved practice notebook: one exercise."""
    source = (
        ALL["grid"].replace("    return", "    ### BEGIN SOLUTION\n    return") + "\n    ### END SOLUTION"
    )
    return json.loads(json.dumps(notebook(answer("grid", source), check("grid"))))


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """The class graded in one run: the room, the result, what the journal holds by student."""
    room = make_class(tmp_path_factory.mktemp("damaged") / "clone", practice())
    whole = json.loads(hand_in(room, "ann", RIGHT).read_text())
    for cell in whole["cells"]:
        cell["source"] = text(cell)
    whole["metadata"]["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for name in HONEST:
        hand_in(room, name, RIGHT)
    hand_in(room, "bob", RIGHT | {"step": CLIMBS})
    for name, damage in DAMAGES.items():
        folder = room.submitted / student(name) / LESSON
        folder.mkdir(parents=True)
        damage.do(folder, json.loads(json.dumps(whole)))
    isolation = "none" if missing() else "bwrap"
    result = grade(room, isolation=isolation, jobs=2, timeout=SECONDS)
    return room, result, {one.student: one for one in graded(room)}, scores(room)


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_submission_keeps_what_it_earns_and_the_instructor_reads_why(done, name):
    _, _, journal, found = done
    damage, one = DAMAGES[name], journal[student(name)]
    said = [*one.repairs, *one.flags, *([one.error] if one.error else [])]
    lost = [f"{v['status']}: {v['why']} {v['got']}" for v in one.verdicts.values() if v["status"] != "passed"]
    checks = ("derivative-check", "step-check", "descend-check")
    assert tuple(found[student(name)].get(one) for one in checks) == damage.points, said + lost
    assert re.search(damage.note, "\n".join(said + lost)) if damage.note else said == []


def test_honest_submissions_beside_them_keep_every_point(done):
    _, _, journal, found = done
    for name in (*HONEST, "bob"):
        assert [found[name][f"{one}-check"] for one in RIGHT] == [1, 0 if name == "bob" else 1, 2]
        assert journal[name].repairs == journal[name].flags == []


def test_only_what_holds_no_answer_is_named_as_not_graded(done):
    _, result, _, _ = done
    nothing = {student(name) for name, damage in DAMAGES.items() if damage.points[1] is None}
    assert {one["student"] for one in result["failed"]} == nothing
    assert result["exit"] == 1


def test_written_answers_wait_for_a_person_whatever_happened_to_the_rest(done):
    room, *_ = done
    with room.gradebook() as book:
        for name in DAMAGES:
            if DAMAGES[name].points == FULL:
                text = book.find_grade("discussion-solution", LESSON, LESSON, student(name))
                assert text.needs_manual_grade, name


def test_links_and_pipes_get_no_further(done):
    room, *_ = done
    one = student("what is no file")
    assert [path.name for path in (room.autograded / one / LESSON).iterdir()] == [f"{LESSON}.ipynb"]
    files = {path.name for path in room.autograded.rglob("*")}
    assert not files & {"passwd", "loop", "outside.ipynb"}
