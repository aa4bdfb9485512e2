"""Applying: the gradebook as nbgrader's own autograding would leave it."""

import json

import pytest

from coursekit.checking import find
from coursekit.grading.apply import Applier
from coursekit.grading.converters import Refused
from coursekit.grading.run.verdicts import outputs_of, ungraded
from tests.grading.classes import RIGHT, copy_class, hand_in, make_class, scores
from tests.grading.notebooks import LESSON

STEP, DERIVATIVE, DESCEND = (f"gradient_descent.{name}" for name in ("step", "derivative", "descend"))


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return make_class(tmp_path_factory.mktemp("class") / "clone")


@pytest.fixture
def room(fresh, tmp_path):
    return copy_class(fresh, tmp_path / "clone")


def verdict(exercise, score):
    points = find(exercise).points
    status = "passed" if score == 1 else "partly" if score else "wrong"
    empty = {"mistake": None, "call": "", "expected": "", "got": "", "why": "Because.", "secret": False}
    data = {"status": status, "score": score, "points": score * points, "max_points": points, "graded": True}
    return data | empty | {"text": "Text of the verdict"}


def executed(room, student, verdicts, others=()):
    """The notebook of this student with these verdicts in it, and these outputs in the last cell."""
    nb = json.loads(hand_in(room, student, RIGHT).read_text())
    for cell in nb["cells"]:
        exercise = f"gradient_descent.{cell['id'].removesuffix('-check')}"
        if exercise in verdicts:
            cell["outputs"] = outputs_of(exercise, verdicts[exercise])
        elif cell["id"] == "end":
            cell["outputs"] = list(others)
    return {LESSON: json.dumps(nb)}


def apply(room, student, verdicts, **more):
    scored = {one for one, given in verdicts.items() if given["graded"]}
    with Applier(room) as applier:
        applier.apply(student, LESSON, executed(room, student, verdicts), {}, scored=scored, **more)


def test_partial_points_are_read_from_the_check_cells(room):
    apply(
        room,
        "ann",
        {STEP: verdict(STEP, 0.0), DERIVATIVE: verdict(DERIVATIVE, 1), DESCEND: verdict(DESCEND, 0.25)},
    )
    found = scores(room)["ann"]
    assert (found["step-check"], found["derivative-check"], found["descend-check"]) == (0, 1, 0.5)


def test_what_could_not_be_graded_has_no_score_and_waits_for_a_person(room):
    fault = ungraded(find(STEP), ValueError("the checker"))
    apply(room, "ann", {STEP: fault, DERIVATIVE: verdict(DERIVATIVE, 1), DESCEND: verdict(DESCEND, 1)})
    with room.gradebook() as book:
        step = book.find_grade("step-check", LESSON, LESSON, "ann")
        assert (step.auto_score, step.needs_manual_grade) == (None, True)
        assert book.find_grade("derivative-check", LESSON, LESSON, "ann").auto_score == 1
    page = (room.autograded / "ann" / LESSON / f"{LESSON}.ipynb").read_text()
    assert "the checker" not in page


def test_check_that_was_not_asked_earns_nothing(room):
    apply(room, "ann", {STEP: verdict(STEP, 1)})
    assert scores(room)["ann"]["descend-check"] is None


def test_stderr_in_other_cells_costs_nothing(room):
    noise = {"output_type": "stream", "name": "stderr", "text": "a warning\n"}
    notebooks = executed(room, "ann", {STEP: verdict(STEP, 1)}, [noise])
    with Applier(room) as applier:
        applier.apply("ann", LESSON, notebooks, {"data/mine.csv": b"1"}, scored={STEP})
    assert scores(room)["ann"]["step-check"] == 1
    assert (room.autograded / "ann" / LESSON / "data" / "mine.csv").read_bytes() == b"1"
    assert "a warning" in (room.autograded / "ann" / LESSON / f"{LESSON}.ipynb").read_text()


def test_half_graded_folder_is_replaced(room):
    folder = room.autograded / "ann" / LESSON
    folder.mkdir(parents=True)
    (folder / "left by a kill").write_text("")
    apply(room, "ann", {STEP: verdict(STEP, 1)})
    assert [path.name for path in folder.iterdir()] == [f"{LESSON}.ipynb"]


def test_late_hand_in_is_known_to_nbgrader(room):
    with room.gradebook() as book:
        book.update_or_create_assignment(LESSON, duedate="2024-01-01 00:00:00")
    with Applier(room) as applier:
        notebooks = executed(room, "ann", {STEP: verdict(STEP, 1)})
        applier.apply("ann", LESSON, notebooks, {"timestamp.txt": b"2024-01-01 01:00:00 UTC"}, scored={STEP})
    with room.gradebook() as book:
        assert book.find_submission(LESSON, "ann").total_seconds_late == 3600


def test_nothing_is_staged_afterwards_and_refusals_are_told_in_one_line(room):
    with Applier(room) as applier:
        with pytest.raises(Refused) as told:
            applier.apply("ann", LESSON, {"another": json.dumps({"cells": []})}, {}, scored=())
        assert "\n" not in str(told.value)
        assert list(applier._stage.iterdir()) == []
    assert not applier._stage.exists()


def test_feedback_shows_the_verdicts_and_zips_a_folder_a_student(room):
    import zipfile

    from coursekit.grading.feedback import feedback

    apply(room, "ann", {STEP: verdict(STEP, 0.0)})
    result = feedback(room, zip=True)
    name = f"ann/{LESSON}/{LESSON}.html"
    assert "Because." in (room.feedback / name).read_text()
    assert zipfile.ZipFile(result["zip"]).namelist() == [name]
    assert result["exit"] == 0
