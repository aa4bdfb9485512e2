"""What is read from nbgrader's gradebook: people, points, marks by hand, penalties."""

import shutil
from datetime import datetime

import pytest

from coursekit.grading import marks
from coursekit.grading.layout import Classroom, find_notebooks
from coursekit.grading.marks import Mark, Person

TOY = "90_toy"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A gradebook with the toy lesson: Ana's submission graded, Bo's not handed in."""
    classroom = Classroom(tmp_path_factory.mktemp("clone") / "course", find_notebooks())
    with classroom.gradebook() as book:
        book.add_assignment(TOY, duedate="2026-03-02 12:00:00")
        ana = {"first_name": "Ana", "last_name": "García", "email": "ana@example.org", "lms_user_id": "77"}
        book.add_student("ana", **ana)
        book.add_student("bo")
        for notebook, names in {TOY: ["double", "negate"], f"{TOY}_practice": ["half"]}.items():
            book.add_notebook(notebook, TOY)
            for name in names:
                book.add_grade_cell(f"{name}-check", notebook, TOY, max_score=2, cell_type="code")
        book.add_grade_cell("why-solution", TOY, TOY, max_score=3, cell_type="markdown")
        book.add_submission(TOY, "ana", timestamp=datetime(2026, 3, 3))
        _score(book, "double-check", auto_score=1.5)
        _score(book, "negate-check", auto_score=2.0, manual_score=0.5)
        _score(book, "why-solution", needs_manual_grade=True)
        book.find_submission_notebook(TOY, TOY, "ana").late_submission_penalty = 0.25
        book.db.commit()
    return classroom.database.file


def _score(book, cell, **values):
    grade = book.find_grade(cell, TOY, TOY, "ana")
    grade.needs_manual_grade = False
    for name, value in values.items():
        setattr(grade, name, value)


@pytest.fixture
def graded(classroom, written):
    shutil.copy(written, classroom.make().database.file)
    return classroom


def test_people_are_the_rosters(graded):
    people = marks.read(graded).people
    assert people["ana"] == Person("ana", "Ana", "García", "ana@example.org", "77")
    assert people["bo"].name == "bo"


def test_points_are_those_that_count(graded):
    record = marks.read(graded).records["ana", TOY]
    assert (record.raw, record.penalty, record.score) == (2.0, 0.25, 1.75)
    assert record.handed_in == datetime(2026, 3, 3)
    assert record.marks["toy.double"] == Mark(1.5, 2.0)


def test_points_are_nbgraders_own(graded):
    with graded.gradebook() as book:
        theirs = book.find_submission(TOY, "ana")
        ours = marks.read(graded).records["ana", TOY]
        assert (ours.raw, ours.penalty) == (theirs.score, theirs.late_submission_penalty)


def test_a_mark_by_hand_takes_the_place_of_the_checks(graded):
    assert marks.read(graded).records["ana", TOY].marks["toy.negate"] == Mark(0.5, 2.0, by_hand=True)


def test_what_nobody_has_marked_has_no_score(graded):
    found = marks.read(graded).records["ana", TOY].marks
    assert found["toy.why"] == Mark(None, 3.0, waits=True)
    assert found["toy.half"].score is None


def test_who_did_not_hand_in_has_no_record(graded):
    assert ("bo", TOY) not in marks.read(graded).records


def test_lessons_have_their_deadline_and_points(graded):
    assert marks.read(graded).lessons == {TOY: (datetime(2026, 3, 2, 12), 9.0)}


def test_exercises_are_in_the_order_of_the_lesson(graded):
    assert marks.read(graded).asked == {TOY: ["toy.double", "toy.negate", "toy.why", "toy.half"]}


def test_without_a_gradebook_there_is_nothing(classroom):
    assert marks.read(classroom) == marks.Book()


def test_a_penalty_never_makes_less_than_nothing():
    assert marks.Record("a", "b", raw=1.0, penalty=2.0).score == 0.0


def test_cells_are_known_by_their_exercise(classroom):
    assert marks.question_cells(classroom, TOY) == {
        "double-check": "toy.double",
        "negate-check": "toy.negate",
        "why-solution": "toy.why",
        "half-check": "toy.half",
    }
