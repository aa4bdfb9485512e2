"""Grades as CSV: points that count, nothing where there is none, and no formula from a student."""

import csv
import io
from types import SimpleNamespace

import pytest

from coursekit.errors import CannotDo
from coursekit.grading.export import as_csv, export
from coursekit.grading.journal import Graded
from coursekit.grading.marks import Book, Mark, Person, Record
from tests.grading.made_up import ASKED, LESSON, WRITTEN, book, submission, verdict

MOST = sum(exercise.points for exercise in ASKED.values())


@pytest.fixture
def exported(tmp_path, monkeypatch):
    """`exported(graded, book, format=..., exercises=...)`: the rows of the file that is written."""

    def rows(graded, known, **options):
        monkeypatch.setattr("coursekit.grading.journal.graded", lambda _: graded)
        monkeypatch.setattr("coursekit.grading.marks.read", lambda _: known)
        file = tmp_path / "grades.csv"
        export(SimpleNamespace(root=tmp_path), file, **options)
        return list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"))))

    return rows


def by_exercise(rows, student="a"):
    return {row[2].split(".")[1]: row[3:] for row in rows[1:] if row[0] == student}


# A row a student and lesson


def test_nbgraders_columns_are_nbgraders(exported):
    graded = [submission("a")]
    rows = exported(graded, book(graded, {"a": "Ana García"}, {"a": 3.0}))
    head = (
        "assignment duedate timestamp student_id last_name first_name email raw_score late_submission_penalty"
    )
    assert rows[0] == [*head.split(), "score", "max_score"]
    total = f"{MOST + 3:g}"
    assert rows[1][:7] == [
        LESSON,
        "2026-03-02 00:00:00",
        "2026-03-01 12:30:00",
        "a",
        "García",
        "Ana",
        "a@example.org",
    ]
    assert rows[1][7:] == [total, "0", total, f"{MOST + 4:g}"]


def test_a_penalty_counts(exported):
    graded = [submission("a")]
    known = book(graded)
    known.records["a", LESSON] = Record("a", LESSON, None, 10.0, 2.5, {})
    assert exported(graded, known)[1][7:10] == ["10", "2.5", "7.5"]


def test_what_could_not_be_graded_is_empty_and_not_0(exported):
    graded = [submission("a", "no notebook"), submission("b")]
    known = book(graded)
    for format, column in (("nbgrader", 9), ("canvas", 4), ("moodle", 3)):
        rows = exported(graded, known, format=format)
        (row,) = [row for row in rows if "a@example.org" in row or row[2] == "a"]
        assert row[column] == ""


def test_who_did_not_hand_in_has_a_row_without_points(exported):
    graded = [submission("a")]
    known = book(graded)
    known.people["zoe"] = Person("zoe", "Zoë")
    rows = exported(graded, known)
    assert rows[-1][3] == "zoe"
    assert rows[-1][7:10] == ["", "", ""]


def test_canvas_reads_its_own_columns_and_the_points_possible(exported):
    graded = [submission("a")]
    rows = exported(graded, book(graded, {"a": "Ana María García"}, {"a": 0.0}), format="canvas")
    assert rows[0] == ["Student", "ID", "SIS Login ID", "Section", LESSON]
    assert rows[1] == ["    Points Possible", "", "", "", f"{MOST + 4:g}"]
    assert rows[2] == ["María García, Ana", "1000", "a", "", f"{MOST:g}"]


def test_moodle_finds_people_by_identifier_or_email(exported):
    graded = [submission("a")]
    rows = exported(graded, book(graded, {"a": "Ana García"}), format="moodle")
    assert rows == [
        ["Identifier", "Full name", "Email address", LESSON],
        ["1000", "Ana García", "a@example.org", f"{MOST:g}"],
    ]


# A row a student and exercise


def test_exercises_have_points_status_and_mistake(exported):
    graded = [
        submission(
            "a",
            step=verdict("wrong", "climbs"),
            fit_line=verdict("partly", None, "gradient_descent.fit_line"),
        )
    ]
    rows = exported(graded, book(graded), exercises=True)
    assert rows[0] == ["student", "lesson", "exercise", "score", "max_score", "status", "mistake"]
    found = by_exercise(rows)
    assert found["step"] == ["0", "1", "wrong", "climbs"]
    assert found["fit_line"] == ["1.5", "3", "partly", ""]
    assert found["grid"] == ["1", "1", "passed", ""]


def test_written_answers_are_empty_until_they_are_marked(exported):
    graded = [submission("a"), submission("b")]
    rows = exported(graded, book(graded, by_hand={"b": 2.5}), exercises=True)
    assert by_exercise(rows)["discussion"] == ["", "4", "needs-manual-grade", ""]
    assert by_exercise(rows, "b")["discussion"] == ["2.5", "4", "marked", ""]


def test_a_text_that_was_not_written_is_not_attempted(exported):
    graded = [submission("a")]
    known = book(graded)
    known.records["a", LESSON].marks[WRITTEN] = Mark(0.0, 4.0)
    assert by_exercise(exported(graded, known, exercises=True))["discussion"] == [
        "0",
        "4",
        "not-attempted",
        "",
    ]


def test_an_exercise_that_the_grader_failed_on_is_empty(exported):
    graded = [submission("a", step=verdict("crashed", graded=False))]
    assert by_exercise(exported(graded, book(graded), exercises=True))["step"] == ["", "1", "not-graded", ""]


def test_a_submission_that_could_not_be_graded_is_empty_in_every_exercise(exported):
    graded = [submission("a", "no notebook")]
    found = by_exercise(exported(graded, book(graded), exercises=True))
    assert set(found) == {name.split(".")[1] for name in [*ASKED, WRITTEN]}
    assert {row[0] for row in found.values()} == {""}
    assert {row[2] for row in found.values()} == {"not-graded"}


def test_a_mark_by_hand_takes_the_place_of_the_verdicts_points(exported):
    graded = [submission("a", step=verdict("wrong"))]
    known = book(graded)
    known.records["a", LESSON].marks["gradient_descent.step"] = Mark(1.0, 1.0)
    assert by_exercise(exported(graded, known, exercises=True))["step"] == ["1", "1", "wrong", ""]


def test_a_lesson_that_is_no_more_is_exported_too(exported):
    one = Graded("a", "77_gone", "", "", 1.0, verdicts={"gone.f": verdict()})
    assert exported([one], Book(), exercises=True)[1] == ["a", "77_gone", "gone.f", "1", "1", "passed", ""]


# The file


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\n@x", "＝1+1", "＠x"])
def test_no_text_of_a_student_is_a_formula(exported, text):
    graded = [submission("a")]
    known = book(graded)
    known.people["a"] = Person("a", text, text, text, text)
    for format in ("nbgrader", "canvas", "moodle"):
        cells = [cell for row in exported(graded, known, format=format) for cell in row]
        assert not [cell for cell in cells if cell.strip()[:1] in set("=+-@＝＠")]
        assert text.strip() in " ".join(cells)


def test_names_with_commas_quotes_and_lines_stay_whole(exported):
    graded = [submission("a")]
    known = book(graded)
    known.people["a"] = Person("a", 'Ana "Lu", the', "García\nLópez")
    assert exported(graded, known)[1][4:6] == ["García López", 'Ana "Lu", the']


def test_numbers_have_no_needless_digits():
    assert as_csv([[0.1 + 0.2, 3.0, 1 / 3, 7, ""]]) == b"0.3,3,0.333333,7,\r\n"


def test_an_earlier_file_stays_whole_when_writing_fails(exported, tmp_path, monkeypatch):
    graded = [submission("a")]
    exported(graded, book(graded))
    before = (tmp_path / "grades.csv").read_bytes()
    monkeypatch.setattr(
        "os.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(CannotDo, match="disk is full"):
        exported([submission("b")], book([submission("b")]))
    assert (tmp_path / "grades.csv").read_bytes() == before


# What cannot be done


def test_nothing_graded_yet_is_said(exported):
    with pytest.raises(CannotDo, match="coursekit grade"):
        exported([], Book())


def test_an_unknown_format_is_said(exported):
    with pytest.raises(CannotDo, match="nbgrader, canvas, moodle"):
        exported([submission("a")], Book(), format="excel")


def test_exercises_go_into_no_lms(exported):
    with pytest.raises(CannotDo, match="exercises"):
        exported([submission("a")], Book(), format="canvas", exercises=True)


def test_a_path_through_a_file_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr("coursekit.grading.journal.graded", lambda _: [submission("a")])
    monkeypatch.setattr("coursekit.grading.marks.read", lambda _: Book())
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotDo, match=r"grades\.csv cannot be"):
        export(SimpleNamespace(root=tmp_path), tmp_path / "file" / "grades.csv")


def test_a_folder_is_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr("coursekit.grading.journal.graded", lambda _: [submission("a")])
    monkeypatch.setattr("coursekit.grading.marks.read", lambda _: Book())
    with pytest.raises(CannotDo, match="folder"):
        export(SimpleNamespace(root=tmp_path), tmp_path)
