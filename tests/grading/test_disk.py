"""A full disk, a real one, and a gradebook that cannot be written: told in a sentence; nothing is lost."""

import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing

import pytest

from coursekit import cli, console
from tests.grading.classes import CLIMBS, RIGHT, copy_class, hand_in, make_class
from tests.grading.disk import fill, free, small_disk, why_not
from tests.grading.notebooks import LESSON
from tests.grading.whole import files, unapplied, whole

pytestmark = [pytest.mark.long, pytest.mark.skipif(bool(why_not()), reason=why_not() or "a disk can be made")]
COMMANDS = {  # and the steps in KB in which a disk is filled less and less
    "feedback": (["--zip"], 12),
    "report": ([], 40),
    "export": (["{root}/grades.csv"], 4),
    "roster": (["{root}/../roster.csv"], 12),
    "collect": (["{root}/../in"], 4),
}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A class that has handed in; a later hand-in and a roster lie beside it."""
    room = make_class(tmp_path_factory.mktemp("class") / "clone")
    later = room.root.parent / "in" / "ann"
    later.mkdir(parents=True)
    hand_in(room, "ann", {**RIGHT, "step": CLIMBS + "\n#" + "x" * 10_000}).rename(later / f"{LESSON}.ipynb")
    hand_in(room, "ann", RIGHT)
    hand_in(room, "bob", {**RIGHT, "step": CLIMBS})
    students = "".join(f"s{number},N\n" for number in range(400))
    (room.root.parent / "roster.csv").write_text(f"id,first name\n{students}")
    return room


@pytest.fixture(scope="module")
def calm(fresh, tmp_path_factory):
    """That class, graded where there is space."""
    room = copy_class(fresh, tmp_path_factory.mktemp("calm") / "clone")
    done(room, "grade")
    return room


def line(room, command):
    more = ["--isolation", "none", "--seed", "3"] if command == "grade" else COMMANDS[command][0]
    return [command, *(one.format(root=room.root) for one in more), "--course", str(room.root)]


def done(room, command):
    """Give a command that is to succeed, and to leave no half-written file."""
    assert cli.main(line(room, command)) == 0
    assert [name for name in files(room.root) if name.endswith((".part", "-journal"))] == []


@pytest.fixture
def disk(tmp_path):
    with small_disk(tmp_path / "disk", 16) as folder:
        yield folder


@pytest.fixture
def complaint(capsys):
    """`complaint(room, command)`: the one sentence in which a command gives up; "" where it does not."""

    def run(room, command):
        capsys.readouterr()
        code = cli.main([*line(room, command), "--quiet"])
        said = capsys.readouterr().err
        console.configure()
        assert (code, len(said.splitlines())) in [(0, 0), (1, 1)], said
        assert "fault of coursekit" not in said
        return said

    return run


@pytest.fixture
def refused(disk, complaint, tmp_path):
    """`refused(source, command, spaces)`: copies of a class in which a command gave up for want of space.

    spaces: the KB that are left, until they are enough. temporary: the disk is the one for temporary files
    Gives the copy, with space again, and the class's files before and after.
    """

    def run(source, command, spaces, temporary=False):
        for number, kilobytes in enumerate(spaces):
            room = copy_class(source, (tmp_path if temporary else disk) / f"clone-{number}")
            before = files(room.root)
            fill(disk, kilobytes)
            said = complaint(room, command)
            free(disk)
            if not said:
                assert number, "it was never refused"
                return
            assert "is full" in said
            assert str(disk if temporary else room.root) in said
            yield room, before, files(room.root)
            shutil.rmtree(room.root.parent)
        raise AssertionError("it was never enough")

    return run


def test_gradebook_that_could_not_be_written_is_written_later(fresh, calm, refused, tmp_path):
    left = unapplied(calm, fresh, tmp_path / "left")
    for room, *_ in refused(left, "grade", range(0, 200, 8)):
        done(room, "grade")
        assert whole(room) == whole(calm)


def test_class_that_could_not_be_graded_is_graded_later(fresh, calm, refused):
    for room, *_ in refused(fresh, "grade", (0, 48, 2000)):
        done(room, "grade")
        assert whole(room) == whole(calm)


def test_full_disk_for_temporary_files_costs_no_points(fresh, calm, disk, refused, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    for room, *_ in refused(fresh, "grade", (0, 600, 8000), temporary=True):
        assert list(disk.iterdir()) == []
        done(room, "grade")
        assert whole(room) == whole(calm)


@pytest.mark.parametrize("command", COMMANDS)
def test_what_a_command_made_before_stays_whole(calm, refused, tmp_path, command):
    made = copy_class(calm, tmp_path / "made")
    if command in ("feedback", "report", "export"):
        done(made, command)
    for room, before, after in refused(made, command, range(0, 2000, COMMANDS[command][1])):
        assert {name: after.get(name) for name in before} == before
        assert [name for name in after if name.endswith((".part", "-journal"))] == []
        done(room, command)


@pytest.mark.parametrize("command", ["grade", *COMMANDS])
def test_class_on_a_disk_that_can_only_be_read_is_told(calm, disk, complaint, command):
    room = copy_class(calm, disk / "clone")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    said = complaint(room, command)
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert str(room.root) in said
    assert "only be read" in said or "cannot be written" in said


def test_gradebook_that_another_program_is_writing_is_written_later(fresh, calm, complaint, tmp_path):
    room = unapplied(calm, fresh, tmp_path / "clone")
    with closing(sqlite3.connect(room.database.file, isolation_level=None)) as formgrader:
        formgrader.execute("BEGIN IMMEDIATE")
        assert "Another program is writing the gradebook" in complaint(room, "grade")
        formgrader.execute("ROLLBACK")
    done(room, "grade")
    assert whole(room) == whole(calm)
