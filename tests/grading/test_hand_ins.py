"""Hostile hand-ins: what `collect` takes from them, and what it never does because of them."""

import io
import os
import re
import struct
import tarfile
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from coursekit import console
from coursekit.grading.collect import collect, zips
from coursekit.grading.collect.people import People, Person, student_id
from tests.grading.hand_ins import LESSON, NOON, lay, submitted, zipped

TOY = "90_toy/90_toy.ipynb"


def why(done) -> str:
    """Why things were not placed, a line each."""
    return "\n".join(f"{one['path']} {one['why']}" for one in done["unplaced"])


@pytest.fixture
def given(tmp_path):
    """The folder that is collected."""
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


@pytest.fixture
def taken(classroom, notebook, given, tmp_path):
    """`taken()`: collects what was given beside ada's honest work; what is said, once ada is whole, and
    nothing is outside of the class."""

    def take():
        lay(given / "ada" / "90_toy.ipynb", notebook("ada"))
        outside = {path for path in tmp_path.rglob("*") if classroom.root not in (path, *path.parents)}
        done = collect(classroom, [given])
        assert (classroom.submitted / "ada" / LESSON).read_bytes() == notebook("ada")
        assert outside == {p for p in tmp_path.rglob("*") if classroom.root not in (p, *p.parents)}
        return done

    return take


# -- zips


def patched(content: bytes, field: int, value: bytes) -> bytes:
    """A zip whose first file's headers say something else at this place, counted as in the local header."""
    local, central = content.index(b"PK\x03\x04"), content.index(b"PK\x01\x02")
    changed = bytearray(content)
    changed[local + field : local + field + len(value)] = value
    changed[central + field + 2 : central + field + 2 + len(value)] = value
    return bytes(changed)


def tar(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


CRC, UNPACKED, FLAGS, METHOD, TIME = 14, 22, 6, 8, 10


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda nb: patched(zipped({TOY: nb}), FLAGS, b"\x01\0"), "is locked with a password"),
        (lambda nb: patched(zipped({TOY: nb}), CRC, b"abcd"), "cannot be unpacked .*CRC"),
        (lambda nb: patched(zipped({TOY: nb}), METHOD, b"\x63\0"), "cannot be unpacked"),
        (lambda nb: patched(zipped({TOY: nb}), UNPACKED, struct.pack("<I", 10)), "cannot be unpacked"),
        (lambda nb: patched(zipped({TOY: nb}), UNPACKED, struct.pack("<I", 99_000_000)), None),
        (lambda nb: patched(zipped({TOY: nb}), UNPACKED, struct.pack("<I", 2**31)), "would unpack to"),
        (lambda nb: zipped({TOY: nb})[:-30], "is a damaged zip"),
        (lambda nb: zipped({TOY: nb})[:200], "is a damaged zip"),
        (lambda nb: tar("90_toy.ipynb", nb), "is a damaged zip"),
        (lambda nb: b"", "is a damaged zip"),
        (lambda nb: zipped({"a/" * 30 + "x.ipynb": nb}), "path that is too long"),
        (lambda nb: zipped({"x" * 500 + ".ipynb": nb}), "path that is too long"),
        (lambda nb: zipped({"90_toy.ipynb/": b"", "../90_toy.ipynb": nb}), "leads out"),
    ],
)
def test_a_zip_that_lies_takes_nobody_else_along(taken, given, notebook, classroom, make, says):
    lay(given / "eve.zip", make(notebook("eve")))
    done = taken()
    if says is None:
        assert ("eve", LESSON) in submitted(classroom)
    else:
        assert "eve" not in {student for student, _ in submitted(classroom)}
        assert re.search(says, why(done)), why(done)


def test_zeros_that_fill_a_disk_are_never_unpacked(taken, given, monkeypatch):
    read = []
    monkeypatch.setattr(zips, "_read", lambda opened, member: read.append(member.filename))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("90_toy.ipynb", bytes(300_000_000))
    lay(given / "eve.zip", buffer.getvalue())
    assert "would unpack to 300 MB" in why(taken())
    assert read == []


def test_a_hundred_thousand_files_in_one_zip_are_counted_and_left(taken, given):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(3_000):
            archive.writestr(f"{number}.ipynb", b"")
    lay(given / "eve.zip", buffer.getvalue())
    assert "holds 3000 files, more than are looked at" in why(taken())


@pytest.mark.parametrize("kind", [0o010000, 0o020000, 0o060000, 0o140000])
def test_pipes_and_devices_in_a_zip_are_no_files(taken, given, notebook, kind):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        member = zipfile.ZipInfo("90_toy.ipynb")
        member.external_attr = (kind | 0o666) << 16
        archive.writestr(member, notebook())
    lay(given / "eve.zip", buffer.getvalue())
    assert "is no file" in why(taken())


def test_a_file_and_a_folder_of_one_name_do_not_stop_anybody(taken, given, notebook, classroom):
    files = {
        "90_toy.ipynb": notebook("eve"),
        "data": b"file",
        "data/x.csv": b"1",
        "work/90_toy.ipynb/y.csv": b"2",
    }
    lay(given / "eve.zip", zipped(files))
    assert "has the name of a folder" in why(taken())
    assert ("eve", LESSON) in submitted(classroom)
    assert ("eve", "90_toy/data/x.csv") in submitted(classroom)


def test_a_file_in_place_of_a_folder_of_last_time_is_no_obstacle(classroom, notebook, given):
    lay(given / "eve" / "90_toy.ipynb", notebook("1"))
    lay(given / "eve" / "data", b"1")
    collect(classroom, [given])
    (given / "eve" / "data").unlink()
    lay(given / "eve" / "data" / "x.csv", b"2")
    assert collect(classroom, [given])["unplaced"] == []
    assert ("eve", "90_toy/data/x.csv") in submitted(classroom)
    assert b"1" in {path.read_bytes() for path in classroom.earlier.rglob("data")}


# -- folders


def test_pipes_and_loops_in_a_folder_are_told_and_never_opened(taken, given):
    (given / "eve").mkdir()
    os.mkfifo(given / "eve" / "90_toy.ipynb")
    os.mkfifo(given / "eve" / "all.zip")
    (given / "eve" / "loop").symlink_to(given)
    (given / "eve" / "gradebook.ipynb").symlink_to("/etc/passwd")
    said = why(taken())
    assert said.count("is no file") == 2
    assert said.count("is a link") == 2


def test_a_pipe_that_is_given_itself_is_told(classroom, tmp_path):
    os.mkfifo(tmp_path / "in.zip")
    assert "is no file" in why(collect(classroom, [tmp_path / "in.zip"]))


def test_a_folder_without_end_is_looked_into_for_a_while(taken, given, notebook):
    lay(given / "eve" / ("a/" * 300) / "90_toy.ipynb", notebook())
    assert "path that is too long" in why(taken())


def test_one_whose_work_cannot_be_laid_down_stops_nobody(taken, given, notebook, classroom, monkeypatch):
    from coursekit.grading.collect.storing import Store

    take = Store.take

    def sometimes(self, student, *more):
        if student == "eve":
            raise PermissionError(13, "Permission denied")
        return take(self, student, *more)

    monkeypatch.setattr(Store, "take", sometimes)
    lay(given / "eve" / "90_toy.ipynb", notebook())
    assert "eve, 90_toy could not be laid down (Permission denied)" in why(taken())


# -- names


HOSTILE = [
    "--help",
    "-rf",
    "<img src=x onerror=alert(1)>",
    "\x1b[2J\x1b]0;owned\x07",
    "a\nb",
    "\u202egnp.exe",
    "$(reboot)",
    "a;b|c&d",
    "*",
    "[a-z]",
    "a+b",
    "CON",
    "trailing.",
    "autograded",
    "gradebook.db",
    "x" * 200,
    "\U0001f600" * 40,
    os.fsdecode(b"\xff\xfe"),
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_students_name_is_a_folder_and_nothing_else(taken, given, notebook, classroom, name, capsys):
    console.configure()
    lay(given / name / "90_toy.ipynb", notebook("eve"))
    lay(given / name / f"{name[:60]}.csv", b"1")
    taken()
    (student,) = {one for one, _ in submitted(classroom)} - {"ada"} or {None}
    assert student == (student_id(name) or None)
    said = capsys.readouterr()
    assert not set(said.out + said.err) & set("\x1b\x07\u202e")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_files_name_never_leads_anywhere(taken, given, notebook, classroom, name):
    safe = name.replace("/", "")[:60]
    lay(given / "eve" / f"{safe}.ipynb", notebook("eve"))
    lay(given / "eve" / safe / f"{safe}.csv", b"1")
    assert taken()["exit"] == 0
    files = [file for student, file in submitted(classroom) if student == "eve"]
    assert LESSON in files
    assert all(file.isprintable() and not set(file) & set("<>*?|;&$\\:") for file in files)


@pytest.fixture
def eve_and_bob(monkeypatch):
    """A roster that knows two."""
    known = People([Person("eve", "Eve", "Mallory", lms="33"), Person("bob", "Bob", "Ross", lms="11")])
    monkeypatch.setattr("coursekit.grading.collect.people_of", lambda _: known)


def test_nobody_hands_in_for_another(classroom, notebook, given, eve_and_bob):
    """In a download students choose what comes after their own name and number; in their folder, all."""
    names = [
        "evemallory_33_44_bobross_11_22_90_toy.ipynb",
        "evemallory_33_44_../../bobross_11_22_90_toy.ipynb",
        "evemallory_33_44_Bob Ross_11_assignsubmission_file_90_toy.ipynb",
        "evemallory_33_44_90_toy\n.ipynb",
        "evemallory_33_44_--help.ipynb",
        "Eve Mallory_33_assignsubmission_file_/bobross_11_22_90_toy.ipynb",
        "Eve Mallory_33_assignsubmission_file_/Bob Ross_11_assignsubmission_file_/90_toy.ipynb",
    ]
    late = (2026, 5, 1, 0, 0, 0)
    bob = {"bobross_11_22_90_toy.ipynb": notebook("bob")}
    lay(given / "lms.zip", zipped(bob | {name: notebook(name) for name in names}, late))
    lay(given / "eve" / "bobross_11_22_90_toy.ipynb", notebook("eve"), NOON + timedelta(days=9))
    lay(given / "eve.zip", zipped({"bobross_11_23_90_toy.ipynb": notebook("eve again")}, late))
    done = collect(classroom, [given])
    assert "leads out" in why(done)
    assert (classroom.submitted / "bob" / LESSON).read_bytes() == notebook("bob")
    assert {one["student"] for one in done["placed"]} == {"eve", "bob"}


def test_two_names_that_differ_in_case_lose_nothing(taken, given, notebook, classroom):
    lay(given / "eve" / "90_toy.ipynb", notebook("small"))
    lay(given / "eve" / "90_TOY.ipynb", notebook("large"), NOON + timedelta(hours=1))
    taken()
    kept = {path.read_bytes() for path in classroom.root.rglob("*.ipynb")}
    assert {notebook("small"), notebook("large")} <= kept


@pytest.mark.parametrize("name", ["90_toy.ipynb.txt", "90_toy.ipynb.json", "90_toy.json", "90_toy.ipynb."])
def test_endings_that_browsers_add_do_no_harm(taken, given, notebook, classroom, name):
    lay(given / "eve" / name, notebook("eve"))
    taken()
    assert (classroom.submitted / "eve" / LESSON).read_bytes() == notebook("eve")


# -- clocks


def test_a_clock_from_the_future_does_not_win_for_ever(taken, given, notebook, classroom):
    lay(given / "eve.zip", zipped({"90_toy.ipynb": notebook("2107")}, (2107, 12, 31, 23, 59, 58)))
    lay(given / "far" / "90_toy.ipynb", notebook("far"), datetime(2200, 1, 1, tzinfo=UTC))
    done = taken()
    assert all(one["time"] <= f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC" for one in done["placed"])


@pytest.mark.parametrize("stamp", [b"\0\0\0\0", b"\xff\xff\xff\xff", struct.pack("<HH", 0, 33)])
def test_a_clock_that_tells_no_time_is_not_believed(taken, given, notebook, classroom, stamp):
    lay(given / "eve.zip", patched(zipped({"90_toy.ipynb": notebook("eve")}), TIME, stamp))
    times = {one["student"]: one["time"] for one in taken()["placed"]}
    assert times["eve"] == "2026-03-01 12:00:00 UTC"  # the zip's own


def test_in_a_download_the_time_in_a_students_own_zip_is_not_believed(classroom, notebook, given):
    """It may say that late work was done in time."""
    files = {"90_toy.ipynb": notebook("new"), "old/90_toy.ipynb": notebook("old")}
    own = io.BytesIO(zipped(files, (2026, 2, 1, 0, 0, 0)))
    with zipfile.ZipFile(own, "a") as archive:
        archive.writestr(zipfile.ZipInfo("older/90_toy.ipynb", (2026, 1, 1, 0, 0, 0)), notebook("older"))
    lay(given / "lms.zip", zipped({"eve_1_2_all.zip": own.getvalue()}, (2026, 3, 5, 12, 0, 0)))
    (line,) = collect(classroom, [given / "lms.zip"])["placed"]
    assert line["time"].startswith("2026-03-05")
    assert (classroom.submitted / line["student"] / LESSON).read_bytes() == notebook("old")


# -- what lies in submitted/ already


def test_links_in_the_class_are_moved_away_and_not_written_through(classroom, notebook, given, tmp_path):
    outside = tmp_path / "outside"
    lay(outside / "90_toy" / "90_toy.ipynb", b"secret")
    lay(outside / "90_toy" / "timestamp.txt", b"2099-01-01 00:00:00 UTC")
    classroom.make()
    (classroom.submitted / "eve").symlink_to(outside)
    (classroom.submitted / "fay").mkdir()
    (classroom.submitted / "fay" / "90_toy").symlink_to(outside / "90_toy")
    (classroom.submitted / "gil" / "90_toy").mkdir(parents=True)
    (classroom.submitted / "gil" / "90_toy" / "90_toy.ipynb").symlink_to(outside / "90_toy" / "90_toy.ipynb")
    os.mkfifo(classroom.submitted / "gil" / "90_toy" / "pipe")
    (classroom.submitted / "hal").symlink_to(tmp_path / "nowhere")
    before = {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()}
    for student in ("eve", "fay", "gil", "hal"):
        lay(given / student / "90_toy.ipynb", notebook(student))
        lay(given / student / "more.csv", b"1")
    done = collect(classroom, [given])
    assert {one["what"] for one in done["placed"]} == {"new"}
    assert {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()} == before
    for student in ("eve", "fay", "gil", "hal"):
        folder = classroom.submitted / student / "90_toy"
        assert not folder.is_symlink()
        assert not folder.parent.is_symlink()
        assert (folder / "90_toy.ipynb").read_bytes() == notebook(student)
    files = [path for path in classroom.root.rglob("*") if path.is_file() and not path.is_symlink()]
    assert b"secret" not in {path.read_bytes() for path in files}
