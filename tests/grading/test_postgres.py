"""The gradebook in PostgreSQL: a class earns there what it earns in SQLite, to the last byte."""

import io
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from types import SimpleNamespace

import pytest
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import make_url

from coursekit import cli
from coursekit.grading import layout, release
from coursekit.grading.layout import Classroom, scripts_on_path
from coursekit.grading.starter import released_notebook
from tests.grading import postgres
from tests.grading.classes import CLIMBS, DIES, RIGHT, copy_class, hand_in, make_class
from tests.grading.notebooks import LESSON

pytest.importorskip("psycopg", reason="the driver psycopg is not here")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(postgres.programs() is None, reason="PostgreSQL's server is not here"),
]
ROSTER = "id,first name,last name,email\nann,Ánn,Müller,ann@example.org\nbob,Bob,Ode,\nzed,Zed,Late,\n"
EXPORTS = {
    "nbgrader": [],
    "canvas": ["--format", "canvas"],
    "moodle": ["--format", "moodle"],
    "exercises": ["--exercises"],
}


def coursekit(room, *line):
    """Run a command; what it said on both streams."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = cli.main([*line, "--course", str(room.root)])
    assert code == 0, said.getvalue()
    return said.getvalue()


def lived_through(room):
    """A class's life in its gradebook; what was said, and the exported files."""
    said, table = [], room.root.parent / "roster.csv"
    table.write_text(ROSTER)
    said.append(coursekit(room, "roster", str(table)))
    hand_in(room, "ann", RIGHT)
    hand_in(room, "bob", {**RIGHT, "step": CLIMBS})
    hand_in(room, "Cyd_é", {**RIGHT, "step": DIES})
    hand_in(room, "broken").write_text("{")
    grade = ("grade", "--isolation", "none", "--seed", "3")
    said.append(coursekit(room, *grade, "--student", "ann", "bob", "Cyd_é"))
    with room.gradebook() as book:
        text = book.find_grade("discussion-solution", LESSON, LESSON, "ann")
        text.manual_score, text.needs_manual_grade = 1.5, False
        book.find_comment("discussion-solution", LESSON, LESSON, "ann").manual_comment = "Así es. ✓"
        book.find_grade("step-check", LESSON, LESSON, "bob").extra_credit = 0.25
        book.db.commit()
    hand_in(room, "bob", RIGHT)
    said.append(coursekit(room, *grade, "--student", "ann", "bob", "--again", "--yes"))
    broken = io.StringIO()
    with redirect_stdout(broken), redirect_stderr(broken):
        assert cli.main([*grade, "--course", str(room.root)]) == 1
    said += [broken.getvalue(), coursekit(room, "feedback"), coursekit(room, "report")]
    said += [coursekit(room, "export", str(room.root / f"{n}.csv"), *o) for n, o in EXPORTS.items()]
    return "".join(said), {name: (room.root / f"{name}.csv").read_bytes() for name in EXPORTS}


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    """The same class twice: its gradebook in SQLite, and in PostgreSQL."""
    folder = tmp_path_factory.mktemp("classes")
    with postgres.server() as url:
        there = Classroom(folder / "there" / "course", folder / "there" / "notebooks")
        _settle(there, url)
        rooms = [make_class(folder / "here"), make_class(folder / "there")]
        lives = [lived_through(room) for room in rooms]
        yield SimpleNamespace(url=url, here=rooms[0], there=rooms[1], lives=lives)


def _settle(room, url):
    """The settings of a class that is to be made, with the database named in them."""
    room.root.mkdir(parents=True)
    settings = layout._CONFIG.format(source="../notebooks", ignored=layout._IGNORED)
    line = f"c.CourseDirectory.db_url = {url!r}\n"
    (room.root / "nbgrader_config.py").write_text(settings + line)


def test_exports_are_the_same_byte_for_byte(classes):
    (_, here), (_, there) = classes.lives
    assert there == here
    assert b"ann" in here["exercises"]


def test_the_gradebook_is_in_the_server_and_nowhere_else(classes):
    assert list(classes.there.root.rglob("*.db")) == []
    names = {row[0] for row in classes.there.database.rows("student", "id")}
    assert names == {"ann", "bob", "Cyd_é", "broken", "zed"}


def test_what_is_said_names_the_server_and_never_the_password(classes):
    said, _ = classes.lives[1]
    assert "postgresql+psycopg://teacher:***@127.0.0.1" in said
    assert postgres.PASSWORD not in said


def test_nothing_is_graded_twice_and_what_is_left_is_told_as_data(classes):
    line = ["grade", "--json", "--isolation", "none", "--student", "ann", "--course", str(classes.there.root)]
    done = subprocess.run(
        [sys.executable, "-m", "coursekit", *line],
        cwd=classes.there.root.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    result = json.loads(done.stdout)
    assert (result["unchanged"], result["graded"]) == (1, [])
    assert postgres.PASSWORD not in done.stdout + done.stderr


def test_released_again_changes_nothing(classes):
    before = classes.there.database.rows("base_cell", "id", "name")
    (path,) = classes.there.source(LESSON)
    solved = json.loads(path.read_text())
    again = release.Lesson(LESSON, {}, {path: solved}, {path: released_notebook(solved, LESSON, LESSON, {})})
    release._generate(classes.there, again)
    assert sorted(classes.there.database.rows("base_cell", "id", "name")) == sorted(before)


def test_formgrader_reads_it_there(classes):
    """By the functions that its pages ask."""
    with scripts_on_path():
        api = NbGraderAPI(CourseDirectory(config=classes.there.config()))
        assert api.get_assignment(LESSON)["num_submissions"] == 4
        found = {one["student"]: one for one in api.get_submissions(LESSON)}
    assert (found["ann"]["score"], found["ann"]["needs_manual_grade"]) == (5.5, False)
    assert found["bob"]["needs_manual_grade"]


@pytest.mark.parametrize("command", ["grade", "roster", "report", "export", "feedback"])
def test_a_server_that_is_away_is_told_in_one_sentence(classes, command, tmp_path, capsys):
    room = copy_class(classes.there, tmp_path / "clone")
    settings = room.root / "nbgrader_config.py"
    port = make_url(classes.url).port
    settings.write_text(settings.read_text().replace(f":{port}/", ":1/"))
    table = tmp_path / "roster.csv"
    table.write_text(ROSTER)
    given = {"roster": [str(table)], "export": [str(tmp_path / "out.csv")]}.get(command, [])
    assert cli.main([command, *given, "--course", str(room.root)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "does not answer" in line
    assert postgres.PASSWORD not in line
    assert not (tmp_path / "out.csv").exists()
