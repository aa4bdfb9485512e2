"""What lies in `submitted/`: what is taken from it, what is passed over and told, and that nothing hangs."""

import os
import stat

import pytest

from coursekit.files import open_file, read_file
from coursekit.grading.grade.submissions import MOST_FILES, Submission, passed_over, submissions
from tests.grading.hand_ins import lay


@pytest.fixture
def handed_in(tmp_path):
    """`handed_in(files)`: a submission of these files, path -> content."""

    def make(files):
        for name, content in files.items():
            lay(tmp_path / "ada" / "90_toy" / name, content)
        return Submission("ada", "90_toy", tmp_path / "ada" / "90_toy")

    return make


def test_links_pipes_and_folders_without_end_are_passed_over(handed_in, tmp_path):
    one = handed_in({"90_toy.ipynb": b"{}", "data.csv": b"1", "a/" * 200 + "deep.csv": b"2"})
    lay(tmp_path / "secret.csv", b"3")
    (one.folder / "secret.csv").symlink_to(tmp_path / "secret.csv")
    (one.folder / "all").symlink_to("/")
    (one.folder / "me").symlink_to(one.folder)
    os.mkfifo(one.folder / "pipe.csv")
    assert one.files() == {"data.csv": b"1"}
    before = one.digest()
    (tmp_path / "secret.csv").write_bytes(b"4")
    assert one.digest() == before


def test_files_are_seen_from_the_notebooks_folder(handed_in):
    one = handed_in({"work/x.ipynb": b"{}", "work/data/a.csv": b"1", "b.csv": b"2"})
    assert one.files(one.folder / "work") == {"data/a.csv": b"1", "b.csv": b"2"}


def test_no_file_lies_where_a_folder_must_be(handed_in):
    one = handed_in({"work/data/a.csv": b"1", "data": b"2", "90_toy.ipynb/b.csv": b"3", "c.csv": b"4"})
    assert one.files(one.folder / "work") == {"data/a.csv": b"1", "c.csv": b"4"}


def test_too_many_files_are_cut(handed_in):
    one = handed_in({f"{number}.txt": b"" for number in range(MOST_FILES + 10)})
    assert len(one.files()) == MOST_FILES


@pytest.mark.parametrize(
    ("stamp", "kept"),
    [
        (b"2026-03-01 12:00:00 Europe/Madrid", b"2026-03-01 11:00:00 UTC"),
        (b"yesterday", None),
        (b"\xff\xfe\0", None),
    ],
)
def test_a_timestamp_is_as_nbgrader_reads_it_or_none(handed_in, stamp, kept):
    assert handed_in({"timestamp.txt": stamp}).files().get("timestamp.txt") == kept


def test_what_cannot_be_read_is_told_by_name_and_stops_nobody(handed_in, monkeypatch):
    one = handed_in({"90_toy.ipynb": b"{}", "a.csv": b"1", "b.csv": b"2"})
    opened = os.open

    def refusing(path, *more, **options):
        if str(path).endswith("a.csv"):
            raise PermissionError(13, "Permission denied", path)
        return opened(path, *more, **options)

    monkeypatch.setattr(os, "open", refusing)
    assert one.files() == {"b.csv": b"2"}
    assert len(one.digest()) == 64


def test_only_folders_of_students_and_lessons_are_submissions_and_the_rest_is_told(classroom, tmp_path):
    submitted = classroom.make().submitted
    lay(submitted / "ada" / "90_toy" / "90_toy.ipynb", b"{}")
    lay(submitted / "bob" / "90_toy.ipynb", b"{}")
    lay(submitted / "bob" / "all.zip", b"")
    lay(submitted / "bob" / "readme.txt", b"")
    lay(submitted / ".unplaced" / "x.ipynb", b"")
    for name in ("a[b]", "*", "a\nb", os.fsdecode(b"\xff")):
        lay(submitted / name / "90_toy" / "90_toy.ipynb", b"{}")
    (submitted / "cyd").symlink_to(submitted / "ada")
    (submitted / "dan").mkdir()
    (submitted / "dan" / "90_toy").symlink_to(submitted / "ada" / "90_toy")
    os.mkfifo(submitted / "dan" / "91_pipe")
    os.mkfifo(submitted / "pipe")
    assert [(one.student, one.lesson) for one in submissions(classroom)] == [("ada", "90_toy")]
    why = {(student, lesson): why for student, lesson, why in passed_over(classroom)}
    assert {key for key, said in why.items() if "is a link" in said} == {
        ("cyd", "all lessons"),
        ("dan", "90_toy"),
    }
    assert {key for key, said in why.items() if "collect` sorts" in said} == {
        ("bob", "90_toy.ipynb"),
        ("bob", "all.zip"),
    }
    assert sum("cannot work with this name" in said for said in why.values()) == 4
    assert len(why) == 8
    assert list(passed_over(classroom, ["ada"])) == []


def test_a_folder_that_nobody_may_read_is_told(classroom, monkeypatch):
    submitted = classroom.make().submitted
    lay(submitted / "ada" / "90_toy" / "90_toy.ipynb", b"{}")
    monkeypatch.setattr(os, "access", lambda path, mode: path.name != "ada")
    assert list(submissions(classroom)) == []
    ((_, _, why),) = passed_over(classroom)
    assert "cannot be read" in why


def test_reading_a_file_follows_no_link_and_waits_for_no_pipe(tmp_path):
    file = lay(tmp_path / "file", b"abc")
    assert read_file(file, 3) == b"abc"
    with pytest.raises(OSError, match="more than"):
        read_file(file, 2)
    (tmp_path / "link").symlink_to(file)
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", "nowhere"):
        with pytest.raises(OSError, match=name):
            open_file(tmp_path / name)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
