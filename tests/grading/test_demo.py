"""The demo: a whole class's life in one command, which says whether the grader was right."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from coursekit.errors import CannotDo
from coursekit.grading.demo import MARK, demo, fresh
from coursekit.grading.layout import find_notebooks, lessons_in
from coursekit.grading.marks import Book, Record
from coursekit.grading.quick import trains
from coursekit.grading.sample import Expected, SampleStudent
from coursekit.grading.sample.comparing import compare
from tests.grading.made_up import ASKED, LESSON, book, submission, verdict


def student(name="a", unreadable=False, **expected):
    """A student all of whose answers are right but for the exercises named."""
    found = {one: expected.get(one.split(".")[1], Expected("passed")) for one in ASKED}
    return SampleStudent(
        name, "Ana", "García", "ordinary", {LESSON: {}}, found, {LESSON} if unreadable else set()
    )


def differences(students, graded, known=None):
    found = compare(students, graded, known or book(graded)).differences
    return [(one.student, one.exercise.split(".")[-1], one.expected, one.given) for one in found]


# What is compared


def test_a_class_that_is_graded_as_expected_has_no_difference():
    graded = [submission("a", step=verdict("wrong", "climbs")), submission("b")]
    outcome = compare([student("a", step=Expected("wrong", "climbs")), student("b")], graded, book(graded))
    assert outcome.differences == []
    assert (outcome.submissions, outcome.answers) == (2, 2 * len(ASKED))
    assert outcome.rows[LESSON][0][3].split()[outcome.asked[LESSON].index("step")] == "✗"


def test_another_verdict_is_a_difference():
    graded = [submission("a", step=verdict("wrong", "climbs"))]
    assert differences([student()], graded) == [("a", "step", "passed", "climbs")]
    assert differences([student(step=Expected("wrong", "rate-ignored"))], graded) == [
        ("a", "step", "rate-ignored", "climbs")
    ]


def test_a_missing_verdict_is_a_difference():
    one = submission("a")
    del one.verdicts["gradient_descent.step"]
    assert ("a", "step", "passed", "no verdict") in differences([student()], [one])


def test_a_submission_that_nobody_graded_is_a_difference():
    assert differences([student()], [], Book()) == [("a", LESSON, "a verdict", "nothing was graded")]
    assert differences([student()], [submission("a", "it is broken")]) == [
        ("a", LESSON, "a verdict", "it is broken")
    ]


def test_what_cannot_be_read_should_not_be_graded():
    assert differences([student(unreadable=True)], [submission("a", "it is broken")]) == []
    assert differences([student(unreadable=True)], [submission("a")]) == [
        ("a", LESSON, "could not be graded", "verdicts")
    ]


def test_answers_that_nobody_can_read_are_not_counted():
    assert compare([student(unreadable=True)], [submission("a", "broken")], Book()).answers == 0


def test_points_lost_on_the_way_into_the_gradebook_are_a_difference():
    graded = [submission("a")]
    known = replace(book(graded), records={("a", LESSON): Record("a", LESSON, raw=1.0)})
    ((_, where, expected, given),) = differences([student()], graded, known)
    most = sum(exercise.points for exercise in ASKED.values())
    assert (where, expected, given) == (LESSON, f"{most:g} points", "1 in the gradebook")


# The folder


def test_a_fresh_folder_is_marked(toy, tmp_path, monkeypatch):
    monkeypatch.chdir(toy.notebooks.parent)
    classroom = fresh(tmp_path / "clone" / "demo")
    assert (classroom.private / MARK).is_file()
    assert (classroom.root / "nbgrader_config.py").is_file()


def test_what_a_demo_made_is_replaced(toy, tmp_path, monkeypatch):
    monkeypatch.chdir(toy.notebooks.parent)
    root = tmp_path / "clone" / "demo"
    fresh(root)
    (root / "submitted" / "a").mkdir()
    (root / "report.html").write_text("old")
    fresh(root)
    assert not (root / "submitted" / "a").exists()
    assert not (root / "report.html").exists()


def test_what_no_demo_made_stays(toy, tmp_path, monkeypatch):
    monkeypatch.chdir(toy.notebooks.parent)
    mine = tmp_path / "clone" / "course"
    mine.mkdir()
    (mine / "grades.csv").write_text("my work")
    with pytest.raises(CannotDo, match="no demo made it"):
        fresh(mine)
    (tmp_path / "clone" / "link").symlink_to(mine)
    with pytest.raises(CannotDo):
        fresh(tmp_path / "clone" / "link")
    with pytest.raises(CannotDo):
        fresh(mine / "grades.csv")
    assert (mine / "grades.csv").read_text() == "my work"


# All of it


@pytest.mark.long
@pytest.mark.parametrize("lesson", lessons_in(find_notebooks()))
def test_the_demo_grades_a_class_as_expected(lesson, tmp_path):
    students = 2 if trains(lesson) else 24
    command = [
        sys.executable,
        "-m",
        "coursekit",
        "demo",
        lesson,
        "--json",
        "--course",
        str(tmp_path / "demo"),
        "--students",
        str(students),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1800)
    result = json.loads(done.stdout)
    assert done.returncode == 0, result
    assert result["submissions"] == students
    assert result["answers"] > 8 * students
    assert result["differences"] == []
    for name in (
        "index.html",
        f"{lesson}-heatmap.png",
        f"{lesson}-distribution.png",
        f"{lesson}-mistakes.png",
    ):
        assert (tmp_path / "demo" / "report" / name).stat().st_size > 5_000
    assert (tmp_path / "demo" / "grades.csv").read_text().count("\n") == students + 1


def test_an_unknown_lesson_is_said(toy, tmp_path, monkeypatch):
    monkeypatch.chdir(toy.notebooks.parent)
    with pytest.raises(CannotDo, match="90_toy"):
        demo(tmp_path / "clone" / "demo", lessons=["nonsense"])
