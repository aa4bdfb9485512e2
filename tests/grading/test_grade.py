"""`grade` on a small class: what is graded when, what is told, and what is never lost."""

import json
import sqlite3
import stat

import psutil
import pytest

from coursekit import cli, console
from coursekit.errors import CannotDo
from coursekit.grading.grade import grade
from coursekit.grading.journal import Journal, graded
from coursekit.grading.lock import only_one
from coursekit.grading.run import pool
from coursekit.grading.sandbox.bubblewrap import missing
from tests.grading.classes import CLIMBS, DIES, RIGHT, copy_class, hand_in, make_class, scores
from tests.grading.notebooks import LESSON

STEP = "gradient_descent.step"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A class in which five have handed in, not graded yet."""
    room = make_class(tmp_path_factory.mktemp("class") / "clone")
    hand_in(room, "ann", RIGHT)
    hand_in(room, "bob", {**RIGHT, "step": CLIMBS})
    hand_in(room, "cyd")
    hand_in(room, "dan", {**RIGHT, "step": DIES})
    hand_in(room, "eve", RIGHT).write_bytes(b"")
    return room


@pytest.fixture(scope="module")
def first(fresh, tmp_path_factory):
    """That class graded once: the room, the result, what was said."""
    room = copy_class(fresh, tmp_path_factory.mktemp("graded") / "clone")
    before = {path: path.read_bytes() for path in room.submitted.rglob("*") if path.is_file()}
    result = grade(room, isolation="none", jobs=2)
    assert {path: path.read_bytes() for path in before} == before
    return room, result


@pytest.fixture
def room(first, tmp_path):
    """The graded class, to be changed."""
    return copy_class(first[0], tmp_path / "clone")


@pytest.fixture
def runs(monkeypatch):
    """Which students were run."""
    ran = []
    local = pool.local

    def noting(tasks, jobs, folder):
        ran.extend(task.student for task, _ in tasks)
        return local(tasks, jobs, folder)

    monkeypatch.setattr(pool, "local", noting)
    return ran


def test_gradebook_holds_what_the_answers_earn(first):
    room, _ = first
    found = scores(room)
    checks = ("derivative-check", "step-check", "descend-check")
    assert [found["ann"][one] for one in checks] == [1, 1, 2]
    assert [found["bob"][one] for one in checks] == [1, 0, 2]
    assert [found["cyd"][one] for one in checks] == [0, 0, 0]
    assert [found["dan"][one] for one in checks] == [1, 0, 2]


def test_written_answer_waits_for_a_person_unless_untouched(first):
    with first[0].gradebook() as book:
        waits = {
            name: book.find_grade("discussion-solution", LESSON, LESSON, name).needs_manual_grade
            for name in ("ann", "cyd")
        }
    assert waits == {"ann": True, "cyd": False}


def test_submission_that_nobody_can_grade_is_named_and_has_no_score(first, capsys):
    room, result = first
    assert result["exit"] == 1
    assert [(one["student"], one["lesson"]) for one in result["failed"]] == [("eve", LESSON)]
    assert set(scores(room)["eve"].values()) == {None}
    (eve,) = [one for one in graded(room) if one.student == "eve"]
    assert "empty" in eve.error
    assert eve.verdicts == {}


def test_journal_tells_the_verdicts(first):
    found = {one.student: one for one in graded(first[0])}
    assert found["bob"].verdicts[STEP]["mistake"] == "climbs"
    assert found["dan"].verdicts[STEP]["status"] == "crashed"
    assert found["cyd"].verdicts[STEP]["status"] == "not-attempted"
    assert found["ann"].written == ["gradient_descent.discussion"]
    assert found["ann"].error is None


def test_what_is_unchanged_is_not_run_again(room, runs):
    result = grade(room, isolation="none")
    assert runs == ["eve"]  # nothing of it is graded: it is tried each time
    assert result["unchanged"] == 4
    assert result["exit"] == 1


def test_changed_submission_is_graded_again_alone(room, runs):
    hand_in(room, "bob", RIGHT)
    result = grade(room, isolation="none", students=["bob", "ann"])
    assert runs == ["bob"]
    assert scores(room)["bob"]["step-check"] == 1
    assert [one["student"] for one in result["graded"]] == ["bob"]
    assert result["exit"] == 0


def test_marks_by_hand_outlive_grading_again(room):
    with room.gradebook() as book:
        text = book.find_grade("discussion-solution", LESSON, LESSON, "ann")
        text.manual_score, text.needs_manual_grade = 1.5, False
        book.find_grade("step-check", LESSON, LESSON, "ann").manual_score = 0.5
        book.find_grade("step-check", LESSON, LESSON, "ann").extra_credit = 0.25
        book.find_comment("discussion-solution", LESSON, LESSON, "ann").manual_comment = "Well said."
        book.db.commit()
    grade(room, isolation="none", students=["ann"], again=True)
    with room.gradebook() as book:
        text = book.find_grade("discussion-solution", LESSON, LESSON, "ann")
        assert (text.manual_score, text.needs_manual_grade) == (1.5, False)
        step = book.find_grade("step-check", LESSON, LESSON, "ann")
        assert (step.manual_score, step.extra_credit, step.auto_score) == (0.5, 0.25, 1)
        assert book.find_comment("discussion-solution", LESSON, LESSON, "ann").comment == "Well said."


def test_marks_by_hand_of_an_answer_that_changed_are_kept_and_looked_at_again(room):
    with room.gradebook() as book:
        text = book.find_grade("discussion-solution", LESSON, LESSON, "ann")
        text.manual_score, text.needs_manual_grade = 1.5, False
        book.db.commit()
    hand_in(room, "ann", RIGHT, text="Something else altogether.")
    grade(room, isolation="none", students=["ann"])
    with room.gradebook() as book:
        text = book.find_grade("discussion-solution", LESSON, LESSON, "ann")
        assert (text.manual_score, text.needs_manual_grade) == (1.5, True)


def as_if_mended(room):
    """Make the journal and the gradebook say what a harsher exercise would have said of ann."""
    with Journal(room.journal) as journal:
        attempt = journal.current()["ann", LESSON].id
        verdict = journal.verdicts(attempt)[STEP]
        journal.verdict(attempt, STEP, {**verdict, "points": 0.0, "score": 0.0, "status": "wrong"})
    with room.gradebook() as book:
        book.find_grade("step-check", LESSON, LESSON, "ann").auto_score = 0.0
        book.db.commit()


def test_again_shows_whose_score_changes_and_writes_it(room, capsys):
    as_if_mended(room)
    console.configure()
    result = grade(room, isolation="none", students=["ann", "bob"], again=True)
    assert result["changes"] == [
        {"student": "ann", "lesson": LESSON, "exercise": STEP, "old": 0.0, "new": 1.0}
    ]
    said = capsys.readouterr().out
    assert said.index("1 would have another score") < said.index("Graded: 2")
    assert scores(room)["ann"]["step-check"] == 1


def test_again_writes_nothing_where_a_person_says_no(room, monkeypatch):
    as_if_mended(room)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdin.readline", lambda: "n\n", raising=False)
    result = grade(room, isolation="none", students=["ann"], again=True)
    assert result["graded"] == []
    assert scores(room)["ann"]["step-check"] == 0
    assert {one.student: one for one in graded(room)}["ann"].verdicts[STEP]["points"] == 0


def test_changed_exercises_change_no_score_unasked(room, monkeypatch, runs):
    monkeypatch.setattr("coursekit.grading.grade.tasks.version_of", lambda topic, seed: "another")
    result = grade(room, isolation="none", students=["ann", "bob"])
    assert runs == []
    assert result["outdated"] == 2


def test_lost_gradebook_is_filled_from_the_journal_without_a_run(room, fresh, runs):
    before = scores(room)
    room.database.file.write_bytes(fresh.database.file.read_bytes())
    result = grade(room, isolation="none", students=["ann", "bob", "cyd", "dan"])
    assert runs == []
    assert len(result["graded"]) == 4
    assert {name: scores(room)[name] for name in ("ann", "bob", "cyd", "dan")} == {
        name: before[name] for name in ("ann", "bob", "cyd", "dan")
    }


def test_seed_is_kept_for_its_owner_alone_and_another_one_grades_again(room, runs):
    file = room.private / "seed"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    grade(room, isolation="none", students=["ann"], seed=int(file.read_text()))
    assert runs == []
    grade(room, isolation="none", students=["ann"], seed=5)
    assert runs == ["ann"]
    assert file.read_text() == "5\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_submission_for_no_lesson_is_told_in_one_sentence(room, capsys):
    hand_in(room, "ann", RIGHT).parent.rename(room.submitted / "ann" / "99_nothing")
    result = grade(room, isolation="none", students=["ann"])
    assert result["exit"] == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "99_nothing" in line
    assert LESSON in line


def test_unknown_names_are_refused(room):
    with pytest.raises(CannotDo, match="nobody"):
        grade(room, isolation="none", students=["nobody"])
    with pytest.raises(CannotDo, match="no lesson '02_nothing'"):
        grade(room, ["02_nothing"], isolation="none")


def test_second_grading_is_told_who_is_at_work(room):
    with only_one(room.private / "lock"), pytest.raises(CannotDo, match=r"by process \d+"):
        grade(room, isolation="none")
    assert grade(room, isolation="none", students=["ann"])["unchanged"] == 1


SPY = f"import os\nfound = os.path.exists({__file__!r})\n" + RIGHT["step"].replace(
    "return", "return found and"
)


@pytest.mark.skipif(bool(missing()), reason=missing() or "isolation works here")
def test_students_code_is_isolated_unless_the_opposite_was_asked_for_by_name(room):
    hand_in(room, "ann", {**RIGHT, "step": SPY})
    grade(room, students=["ann"], jobs=1)
    assert scores(room)["ann"]["step-check"] == 0


def test_where_it_cannot_be_isolated_nothing_is_run_and_the_way_out_is_told(room, runs, monkeypatch):
    hand_in(room, "ann", {**RIGHT, "step": SPY})
    monkeypatch.setattr("coursekit.grading.sandbox.bubblewrap.missing", lambda: "It cannot be done here.")
    for isolation in ("auto", "bwrap"):
        with pytest.raises(CannotDo, match=r"cannot be done here.*`--isolation none`.*your rights"):
            grade(room, students=["ann"], jobs=1, isolation=isolation)
    assert runs == []


def test_full_disk_is_told_and_the_next_run_goes_on(fresh, tmp_path, monkeypatch, runs, capsys):
    room = copy_class(fresh, tmp_path / "clone")
    keep, kept = Journal.verdict, []

    def full(self, attempt, exercise, verdict):
        if len(kept) == 2:
            raise sqlite3.OperationalError("database or disk is full")
        kept.append(exercise)
        keep(self, attempt, exercise, verdict)

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "verdict", full)
        line = ["grade", "--isolation", "none", "--student", "ann", "--jobs", "1"]
        assert cli.main([*line, "--course", str(room.root)]) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert "full" in said
    assert psutil.Process().children(recursive=True) == [] or all(
        "grading_kernel" not in " ".join(p.cmdline()) for p in psutil.Process().children(recursive=True)
    )
    grade(room, isolation="none", students=["ann"])
    assert scores(room)["ann"]["descend-check"] == 2


def test_older_release_is_graded_for_what_it_asked(fresh, tmp_path):
    room = copy_class(fresh, tmp_path / "clone")
    current = room.release / LESSON / f"{LESSON}.ipynb"
    older = json.loads(current.read_text())
    older["cells"] = [cell for cell in older["cells"] if not cell["id"].startswith("descend-")]
    older["metadata"]["coursekit"].update(release="old0000000")
    older["metadata"]["coursekit"]["exercises"].pop("gradient_descent.descend")
    (room.releases / LESSON / f"{LESSON}.old0000000.ipynb").write_text(json.dumps(older))
    for cell in older["cells"]:
        if cell["id"] in ("step-solution", "derivative-solution"):
            cell["source"] = RIGHT[cell["id"].removesuffix("-solution")]
    hand_in(room, "ann", RIGHT).write_text(json.dumps(older))
    grade(room, isolation="none", students=["ann"])
    found = scores(room)["ann"]
    assert (found["step-check"], found["derivative-check"], found["descend-check"]) == (1, 1, None)
    (ann,) = graded(room)
    assert any("descend" in note for note in ann.repairs)
