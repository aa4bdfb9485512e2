"""Collect: from folders, zips and downloads to `submitted/`; the latest counts, and nothing is lost."""

import io
import json
import stat
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from coursekit.errors import CannotDo
from coursekit.grading.collect import collect, zips
from coursekit.grading.collect.people import People, Person, student_id
from coursekit.grading.collect.placing import Placer, own_name
from coursekit.grading.collect.storing import Store, parse_time
from coursekit.grading.repair.finding import catalogue
from coursekit.grading.roster import read_roster, roster
from tests.grading.hand_ins import LESSON, NOON, lay, submitted, zipped

# -- every way in which submissions come


def test_a_tree_of_students_and_lessons(classroom, notebook, tmp_path):
    for student in ("ada", "bob"):
        lay(tmp_path / "in" / student / "90_toy" / "90_toy.ipynb", notebook(student))
    lay(tmp_path / "in" / "ada" / "90_toy" / "90_toy_practice.ipynb", notebook(practice=True))
    done = collect(classroom, [tmp_path / "in"])
    assert submitted(classroom) == [("ada", LESSON), ("ada", "90_toy/90_toy_practice.ipynb"), ("bob", LESSON)]
    assert (classroom.submitted / "ada" / LESSON).read_bytes() == notebook("ada")
    assert (classroom.submitted / "ada" / "90_toy" / "timestamp.txt").read_text() == "2026-03-01 12:00:00 UTC"
    assert {one["what"] for one in done["placed"]} == {"new"}
    assert done["exit"] == 0


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("ada/90_toy.ipynb", "ada"),
        ("ada/my work/final/Homework 1.ipynb", "ada"),
        ("ada/90_TOY.IPYNB", "ada"),
        ("90_toy/ada/x.ipynb", "ada"),
        ("submissions/ada/90_toy.ipynb", "ada"),
        ("ada.ipynb", "ada"),
        ("Ada Lovelace.ipynb", "Ada_Lovelace"),
        ("ada_90_toy.ipynb", "ada"),
        ("90_toy - Ada.ipynb", "Ada"),
        ("adalovelace_12345_67890_90_toy.ipynb", "adalovelace_12345"),
        ("adalovelace_LATE_12345_67890_90_toy-2.ipynb", "adalovelace_12345"),
        ("Ada Lovelace_1234567_assignsubmission_file_/90_toy.ipynb", "Ada_Lovelace"),
        ("Ada Lovelace_1234567_assignsubmission_file_90_toy.ipynb", "Ada_Lovelace"),
        ("Ada Lovelace_1234567_assignsubmission_file/deep/er/x.ipynb", "Ada_Lovelace"),
        ("Müller, Jörg/90_toy.ipynb", "Müller_Jörg"),
    ],
)
def test_whose_a_notebook_is(classroom, notebook, tmp_path, path, student):
    lay(tmp_path / "class" / path, notebook())
    collect(classroom, [tmp_path / "class"])
    assert submitted(classroom) == [(student, LESSON)]


@pytest.mark.parametrize(
    "path", ["ada/90_toy.ipynb", "adalovelace_1_2_90_toy.ipynb", "A B_1_assignsubmission_file_/x.ipynb"]
)
def test_a_zip_is_as_good_as_a_folder(classroom, notebook, tmp_path, path):
    lay(tmp_path / "submissions.zip", zipped({path: notebook(), "__MACOSX/._x.ipynb": b"\0"}))
    done = collect(classroom, [tmp_path / "submissions.zip"])
    assert [one["notebook"] for one in done["placed"]] == ["90_toy.ipynb"]
    assert done["unplaced"] == []


def test_zips_inside_a_zip(classroom, notebook, tmp_path):
    inner = zipped({"work/90_toy.ipynb": notebook("inner"), "work/helper.py": b"x = 1"})
    files = {
        "ada.zip": inner,
        "bobross_11_22_hand in.zip": inner,
        "C D_33_assignsubmission_file_/all.ZIP": inner,
    }
    lay(tmp_path / "download.zip", zipped(files))
    collect(classroom, [tmp_path / "download.zip"])
    assert [(student, name) for student, name in submitted(classroom) if name.endswith(".ipynb")] == [
        ("C_D", LESSON),
        ("ada", LESSON),
        ("bobross_11", LESSON),
    ]
    assert ("ada", "90_toy/helper.py") in submitted(classroom)  # beside its notebook, as it was


def test_a_zip_named_after_the_student(classroom, notebook, tmp_path):
    lay(tmp_path / "ada.zip", zipped({"90_toy.ipynb": notebook()}))
    lay(tmp_path / "bob.zip", zipped({"bob/90_toy.ipynb": notebook()}))
    collect(classroom, [tmp_path / "ada.zip", tmp_path / "bob.zip"])
    assert submitted(classroom) == [("ada", LESSON), ("bob", LESSON)]


def test_a_folder_around_all_is_nobody(classroom, notebook, tmp_path):
    lay(tmp_path / "x.zip", zipped({f"Group 3/{name}/90_toy.ipynb": notebook() for name in ("ada", "bob")}))
    collect(classroom, [tmp_path / "x.zip"])
    assert submitted(classroom) == [("ada", LESSON), ("bob", LESSON)]


def test_a_folder_that_is_the_students_own(classroom, notebook, tmp_path):
    lay(tmp_path / "ada" / "90_toy.ipynb", notebook())
    collect(classroom, [tmp_path / "ada"])
    assert submitted(classroom) == [("ada", LESSON)]


# -- of which lesson


def test_the_stamp_says_which_notebook_it_is(classroom, notebook, tmp_path):
    lay(tmp_path / "in" / "ada" / "90_toy.ipynb", notebook(practice=True))
    collect(classroom, [tmp_path / "in"])
    assert submitted(classroom) == [("ada", "90_toy/90_toy_practice.ipynb")]


def test_without_a_stamp_the_name_says_it_then_the_content(classroom, notebook, tmp_path):
    lay(tmp_path / "in" / "ada" / "90_Toy_practice (1).ipynb", notebook(practice=True, stamped=False))
    lay(tmp_path / "in" / "bob" / "Untitled.ipynb", notebook(practice=True, stamped=False))
    cut = notebook(stamped=False)
    lay(tmp_path / "in" / "eve" / "Untitled.ipynb", cut[: len(cut) * 2 // 3])
    collect(classroom, [tmp_path / "in"])
    assert submitted(classroom) == [
        ("ada", "90_toy/90_toy_practice.ipynb"),
        ("bob", "90_toy/90_toy_practice.ipynb"),
        ("eve", LESSON),
    ]


def test_what_cannot_be_placed_is_kept_and_told(classroom, tmp_path, notebook, capsys):
    other = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
    lay(tmp_path / "in" / "ada" / "Untitled.ipynb", other)
    lay(tmp_path / "in" / "90_toy.ipynb", notebook())
    (tmp_path / "in").rename(tmp_path / "Downloads")
    done = collect(classroom, [tmp_path / "Downloads"])
    assert done["exit"] == 1
    assert submitted(classroom) == []
    kept = {Path(one["kept"]).read_bytes() for one in done["unplaced"]}
    assert kept == {other, notebook()}
    told = capsys.readouterr()
    assert "is no notebook of a lesson here. It is kept as" in told.out
    assert "has a path that does not say whose it is" in told.out
    assert "no submission" in told.err


def test_other_files_come_along_but_not_what_says_nothing(classroom, notebook, tmp_path):
    folder = tmp_path / "in" / "ada" / "90_toy"
    lay(folder / "90_toy.ipynb", notebook())
    lay(folder / "data" / "my.csv", b"1,2")
    lay(folder / "x.pyc", b"\0")
    lay(folder / ".ipynb_checkpoints" / "90_toy-checkpoint.ipynb", notebook("old"))
    lay(tmp_path / "in" / "bob" / "only.csv", b"1")
    done = collect(classroom, [tmp_path / "in"])
    assert submitted(classroom) == [("ada", LESSON), ("ada", "90_toy/data/my.csv")]
    assert [(one["path"], one["why"]) for one in done["unplaced"]] == [
        ("bob/only.csv", "belongs to no notebook that could be placed")
    ]


# -- the latest, and nothing lost


def test_the_latest_counts_and_the_earlier_is_kept(classroom, notebook, tmp_path):
    later = NOON + timedelta(hours=1)
    lay(tmp_path / "in" / "ada" / "90_toy.ipynb", notebook("first"))
    collect(classroom, [tmp_path / "in"])
    lay(tmp_path / "in" / "ada" / "90_toy.ipynb", notebook("second"), later)
    (line,) = collect(classroom, [tmp_path / "in"])["placed"]
    assert line["what"] == "newer"
    assert (classroom.submitted / "ada" / LESSON).read_bytes() == notebook("second")
    assert (classroom.submitted / "ada" / "90_toy" / "timestamp.txt").read_text() == "2026-03-01 13:00:00 UTC"
    kept = [path.read_bytes() for path in classroom.earlier.rglob("*.ipynb")]
    assert kept == [notebook("first")]

    lay(tmp_path / "in" / "ada" / "90_toy.ipynb", notebook("oldest"), NOON - timedelta(hours=1))
    (line,) = collect(classroom, [tmp_path / "in"])["placed"]
    assert line["what"] == "older"
    assert (classroom.submitted / "ada" / LESSON).read_bytes() == notebook("second")
    assert {path.read_bytes() for path in classroom.earlier.rglob("*.ipynb")} == {
        notebook("first"),
        notebook("oldest"),
    }


def test_collecting_the_same_again_changes_nothing(classroom, notebook, tmp_path):
    lay(tmp_path / "in" / "ada" / "90_toy.ipynb", notebook())
    lay(tmp_path / "in" / "ada" / "v0" / "90_toy.ipynb", notebook("older"), NOON - timedelta(days=1))
    collect(classroom, [tmp_path / "in"])
    before = {path: path.stat().st_mtime_ns for path in classroom.submitted.rglob("*")}
    (line,) = collect(classroom, [tmp_path / "in"])["placed"]
    assert line["what"] == "same"
    assert {path: path.stat().st_mtime_ns for path in classroom.submitted.rglob("*")} == before
    assert len(list(classroom.earlier.rglob("*.ipynb"))) == 1


def test_a_notebook_that_comes_later_joins_the_one_that_is_there(classroom, notebook, tmp_path):
    lay(tmp_path / "one" / "ada" / "90_toy.ipynb", notebook())
    lay(tmp_path / "two" / "ada" / "90_toy_practice.ipynb", notebook(practice=True), NOON - timedelta(days=1))
    collect(classroom, [tmp_path / "one"])
    collect(classroom, [tmp_path / "two"])
    assert submitted(classroom) == [("ada", LESSON), ("ada", "90_toy/90_toy_practice.ipynb")]
    assert (classroom.submitted / "ada" / "90_toy" / "timestamp.txt").read_text() == "2026-03-01 12:00:00 UTC"


def test_of_several_in_one_download_the_last_handed_in_counts(classroom, notebook, tmp_path):
    names = [f"adal_1_{number}_90_toy{again}.ipynb" for number, again in ((10, ""), (11, "-1"), (12, "-2"))]
    lay(tmp_path / "x.zip", zipped({name: notebook(name) for name in names}))
    collect(classroom, [tmp_path / "x.zip"])
    assert (classroom.submitted / "adal_1" / LESSON).read_bytes() == notebook(names[2])
    assert {path.read_bytes() for path in classroom.earlier.rglob("*.ipynb")} == {
        notebook(one) for one in names[:2]
    }


def test_nbgraders_timestamp_counts_in_a_tree_and_not_in_a_download(classroom, notebook, tmp_path):
    stamp = b"2026-02-01 10:00:00.123456 UTC"
    for folder in ("ada/90_toy", "B C_1_assignsubmission_file_"):
        lay(tmp_path / "in" / folder / "90_toy.ipynb", notebook())
        lay(tmp_path / "in" / folder / "timestamp.txt", stamp)
    lay(tmp_path / "in" / "dan.zip", zipped({"90_toy.ipynb": notebook(), "timestamp.txt": stamp}))
    done = collect(classroom, [tmp_path / "in"])
    times = {one["student"]: one["time"][:10] for one in done["placed"]}
    assert times == {"ada": "2026-02-01", "B_C": "2026-03-01", "dan": "2026-03-01"}


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        (b"2026-03-01 12:00:00 UTC", 12),
        (b"2026-03-01 12:00:00.123456 UTC\n", 12),
        (b"2026-03-01 12:00:00 +0200", 10),
        (b"2026-03-01 12:00:00 Europe/Madrid", 11),
        (b"2026-03-01 12:00:00", 12),
        (b"", None),
        (b"yesterday", None),
        (b"2026-03-01 12:00:00 Nowhere/Land", None),
        (b"\xff\xfe", None),
    ],
)
def test_times_as_nbgrader_writes_them(text, hour):
    time = parse_time(text)
    assert (time and time.hour) == hour


@pytest.mark.parametrize("moment", ["part", "ready", "between"])
def test_an_interruption_loses_nothing(classroom, notebook, tmp_path, monkeypatch, moment):
    lay(tmp_path / "in" / "ada" / "90_toy.ipynb", notebook("first"))
    collect(classroom, [tmp_path / "in"])
    lay(tmp_path / "in" / "ada" / "90_toy.ipynb", notebook("second"), NOON + timedelta(hours=1))

    class Killed(BaseException):
        pass

    renames = {"part": 0, "ready": 1, "between": 2}[moment]
    rename, count = Path.rename, iter(range(100))

    def until(self, target):
        if next(count) == renames:
            raise Killed
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", until)
    with pytest.raises(Killed):
        collect(classroom, [tmp_path / "in"])
    monkeypatch.setattr(Path, "rename", rename)
    everything = [path.read_bytes() for path in classroom.root.rglob("*.ipynb")]
    assert notebook("first") in everything
    collect(classroom, [tmp_path / "in"])
    assert (classroom.submitted / "ada" / LESSON).read_bytes() == notebook("second")
    assert notebook("first") in [path.read_bytes() for path in classroom.earlier.rglob("*.ipynb")]
    assert list((classroom.private / "incoming").rglob("*.ipynb")) == []


def test_what_was_ready_is_put_in_place_by_the_next_collect(classroom, notebook, tmp_path):
    ready = classroom.make().private / "incoming" / "ada" / "90_toy"
    lay(ready / "90_toy.ipynb", notebook("ready"))
    Store(classroom).finish_interrupted()
    assert (classroom.submitted / "ada" / LESSON).read_bytes() == notebook("ready")


# -- hostile and damaged


def test_links_are_not_followed(classroom, notebook, tmp_path):
    secret = lay(tmp_path / "secret" / "90_toy.ipynb", notebook("secret"))
    folder = tmp_path / "in" / "ada"
    lay(folder / "90_toy_practice.ipynb", notebook(practice=True))
    (folder / "90_toy.ipynb").symlink_to(secret)
    (folder / "more").symlink_to(secret.parent)
    done = collect(classroom, [tmp_path / "in"])
    assert submitted(classroom) == [("ada", "90_toy/90_toy_practice.ipynb")]
    assert sorted(one["path"].split("in: ")[1] for one in done["unplaced"]) == [
        "ada/90_toy.ipynb",
        "ada/more",
    ]
    assert all("link" in one["why"] for one in done["unplaced"])


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.ipynb",
        "/etc/evil.ipynb",
        "a/../../../evil.ipynb",
        "C:\\evil.ipynb",
        "..\\..\\evil.ipynb",
        "C:/x.ipynb",
    ],
)
def test_members_that_lead_out_of_a_zip_are_refused(classroom, notebook, tmp_path, name):
    lay(tmp_path / "in.zip", zipped({name: notebook(), "ada/90_toy.ipynb": notebook()}))
    done = collect(classroom, [tmp_path / "in.zip"])
    assert [one["student"] for one in done["placed"]] == ["ada"]
    (refused,) = done["unplaced"]
    assert "leads out" in refused["why"]
    assert list(tmp_path.rglob("*evil*")) == []


def test_links_inside_a_zip_are_refused(classroom, notebook, tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("ada/90_toy.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("bob/90_toy.ipynb", notebook())
    lay(tmp_path / "in.zip", buffer.getvalue())
    done = collect(classroom, [tmp_path / "in.zip"])
    assert submitted(classroom) == [("bob", LESSON)]
    assert "link" in done["unplaced"][0]["why"]


def test_a_zip_made_to_fill_the_disk_is_refused(classroom, notebook, tmp_path, monkeypatch):
    monkeypatch.setattr(zips, "SUSPECT_BYTES", 1_000_000)
    bomb = zipped({f"{i}.ipynb": b"0" * 500_000 for i in range(4)})
    lay(tmp_path / "in.zip", zipped({"eve.zip": bomb, "ada/90_toy.ipynb": notebook()}))
    done = collect(classroom, [tmp_path / "in.zip"])
    assert submitted(classroom) == [("ada", LESSON)]
    assert "would unpack to 2 MB" in done["unplaced"][0]["why"]


def test_too_many_files_too_large_files_and_too_deep_zips_are_refused(
    classroom, notebook, tmp_path, monkeypatch
):
    monkeypatch.setattr(zips, "MOST_FILES", (100, 3))
    monkeypatch.setattr(zips, "MOST_IN_ONE", 20_000)
    many = zipped({f"{i}.txt": b"" for i in range(4)})
    deep = notebook()
    for _ in range(4):
        deep = zipped({"90_toy.zip" if deep[:2] == b"PK" else "90_toy.ipynb": deep})
    files = {"many.zip": many, "large.ipynb": b" " * 20_001, "deep.zip": deep, "ada/90_toy.ipynb": notebook()}
    lay(tmp_path / "in.zip", zipped(files))
    done = collect(classroom, [tmp_path / "in.zip"])
    assert submitted(classroom) == [("ada", LESSON)]
    assert sorted(one["why"] for one in done["unplaced"]) == [
        "holds 4 files, more than are looked at",
        "is a zip in a zip in a zip",
        "is larger than 100 MB",
    ]


def test_damaged_and_other_archives_are_told(classroom, notebook, tmp_path):
    good = zipped({"90_toy.ipynb": notebook()})
    damaged = bytearray(good)
    damaged[60:200] = b"\0" * 140
    lay(tmp_path / "in" / "eve.zip", good[: len(good) // 2])
    lay(tmp_path / "in" / "dan.zip", bytes(damaged))
    lay(tmp_path / "in" / "fay.rar", b"Rar!")
    lay(tmp_path / "in" / "ada.zip", good)
    done = collect(classroom, [tmp_path / "in"])
    assert submitted(classroom) == [("ada", LESSON)]
    why = {one["path"].split(": ")[1].split("/")[0]: one["why"] for one in done["unplaced"]}
    assert why["eve"] == "is a damaged zip"
    assert "cannot be unpacked" in why["dan"]
    assert "is no zip" in why["fay.rar"]


def test_a_path_that_does_not_exist_is_told_before_anything_is_done(classroom, tmp_path):
    with pytest.raises(CannotDo, match="There is no file or folder"):
        collect(classroom, [tmp_path / "nowhere"])
    assert not classroom.root.exists()


def test_nothing_but_the_class_folder_is_touched(classroom, notebook, tmp_path):
    lay(tmp_path / "in" / "ada" / "90_toy.ipynb", notebook())
    lay(tmp_path / "in" / "b.zip", zipped({"x.ipynb": notebook()}))
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "in").rglob("*")}
    collect(classroom, [tmp_path / "in"])
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "in").rglob("*")} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clone", "in"]


# -- ids


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("ada", "ada"),
        ("Ada Lovelace", "Ada_Lovelace"),
        ("  Ada   Lovelace ", "Ada_Lovelace"),
        ("García, Ana", "García_Ana"),
        ("ada@example.org", "ada@example.org"),
        ("O'Brien", "O'Brien"),
        ("12345", "12345"),
        ("", ""),
        ("..", ""),
        ("///", ""),
    ],
)
def test_ids_are_readable(name, kept):
    assert student_id(name) == kept


@pytest.mark.parametrize(
    "name",
    ["../../etc", "a/b", "a\\b", ".hidden", "CON", "nul.txt", "x" * 300, "a*b?[c]", "-rf", "a\0b", "trail."],
)
def test_ids_are_safe_and_stable_and_differ(name):
    kept = student_id(name)
    assert kept == student_id(name)
    assert kept == student_id(kept)
    assert Path(kept).name == kept
    assert not set(kept) & set("/\\*?[]\0")
    assert kept[0] not in ".-"
    assert len(kept) <= 64
    assert kept != student_id(name.replace("b", "c") + "x")


def test_ids_that_lose_letters_do_not_become_one():
    assert len({student_id(one) for one in ("a/b", "a\\b", "ab", "a*b", "a?b")}) == 5


def test_a_name_that_fits_two_is_no_name_of_either():
    twins = [
        Person("x1", "Ana", "García"),
        Person("x2", "Ana", "Garcia"),
        Person("x3", "Bo", "Li", "bo@x.org", "77"),
    ]
    people = People(twins)
    assert people.find("Ana García") is None
    assert [people.find(one) for one in ("x1", "BO LI", "li, bo", "bo@x.org", "bo", "77")] == [
        "x1",
        *["x3"] * 5,
    ]


def test_names_of_downloads_are_taken_off():
    assert own_name("ada_1_2_lesson-1.ipynb") == "lesson-1.ipynb"
    assert own_name("A B_1_assignsubmission_file_x.ipynb") == "x.ipynb"
    assert own_name("01_gradient_descent.ipynb") == "01_gradient_descent.ipynb"


def test_a_lone_notebook_named_after_its_lesson_is_nobodys(classroom, toy, tmp_path):
    placer = Placer(lay(tmp_path / "90_toy.ipynb", b""), [], catalogue(classroom), People([]))
    assert placer.whose(("90_toy.ipynb",)) is None


# -- the roster


def csv(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "class.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_a_roster_tells_collect_who_is_who(classroom, notebook, tmp_path, capsys):
    table = (
        "id,first name,last name,e-mail,LMS id\ns1,Ada,Lovelace,ada@x.org,501\ns2,Jörg,Müller,jm@x.org,502\n"
    )
    done = roster(classroom, csv(tmp_path, table))
    assert done["students"] == done["new"] == ["s1", "s2"]
    assert roster(classroom, csv(tmp_path, table))["new"] == []
    folder = tmp_path / "in"
    lay(folder / "lovelaceada_501_9_90_toy.ipynb", notebook("a"))
    lay(folder / "Jorg Muller_88_assignsubmission_file_" / "90_toy.ipynb", notebook("b"))
    lay(folder / "stranger_999_9_90_toy.ipynb", notebook("c"))
    done = collect(classroom, [folder])
    assert submitted(classroom) == [("s1", LESSON), ("s2", LESSON), ("stranger_999", LESSON)]
    assert done["not_in_roster"] == ["stranger_999"]
    with classroom.gradebook() as book:
        ada = book.find_student("s1")
        assert (ada.first_name, ada.last_name, ada.email, ada.lms_user_id) == (
            "Ada",
            "Lovelace",
            "ada@x.org",
            "501",
        )


def test_namesakes_in_a_download_stay_two(classroom, notebook, tmp_path):
    for number in (11, 22):
        lay(
            tmp_path / "in" / f"Ana García_{number}_assignsubmission_file_" / "90_toy.ipynb",
            notebook(str(number)),
        )
    done = collect(classroom, [tmp_path / "in"])
    assert submitted(classroom) == [("Ana_García_11", LESSON), ("Ana_García_22", LESSON)]
    assert "2 people are called Ana_García" in done["notes"][0]


@pytest.mark.parametrize(
    ("table", "persons"),
    [
        ("ID;Name\na1;Lovelace, Ada\n", [Person("a1", "Ada", "Lovelace")]),
        ("username\tfull name\na1\tAda King Lovelace\n", [Person("a1", "Ada King", "Lovelace")]),
        ("Email\nada@x.org\n\n", [Person("ada", email="ada@x.org")]),
        ("Usuario,Nombre,Apellidos\na1,Ada,Lovelace Byron\n", [Person("a1", "Ada", "Lovelace Byron")]),
        (
            "Student,ID,SIS Login ID,Section\nPoints Possible,,,\n"
            '"Lovelace, Ada",501,ada,A\n"Student, Test",9,t,A\n',
            [Person("ada", "Ada", "Lovelace", lms="501")],
        ),
    ],
)
def test_rosters_of_many_kinds_are_read(tmp_path, table, persons):
    assert read_roster(csv(tmp_path, table)) == persons
    assert read_roster(csv(tmp_path, "\ufeff" + table)) == persons


def test_a_roster_from_a_spreadsheet_on_windows_is_read(tmp_path):
    assert read_roster(csv(tmp_path, "id;name\na1;Jörg Müller\n", "cp1252"))[0].last == "Müller"


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("", "needs a first line"),
        ("name\nAda\n", "needs a first line"),
        ("id,name\n,Ada\n", "line 2: there is no id"),
        ("id,name\na/b,Ada\n", "line 2: the id 'a/b' cannot be a folder's name"),
        ("id\nada\nADA\n", "'ADA' is there twice"),
        ("id,extension\nada,2\n", "extensions are not here yet"),
    ],
)
def test_an_unclear_roster_is_refused_before_anything_is_written(classroom, tmp_path, table, says):
    with pytest.raises(CannotDo, match=says):
        roster(classroom, csv(tmp_path, table))
    assert not classroom.database.exists()


def test_a_roster_that_is_not_there_is_told(classroom, tmp_path):
    with pytest.raises(CannotDo, match="There is no file"):
        roster(classroom, tmp_path / "none.csv")
    with pytest.raises(CannotDo, match="is a folder"):
        roster(classroom, tmp_path)
