"""The class's folder: where things lie, and that nbgrader's own commands work in it."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from coursekit.errors import CannotDo
from coursekit.grading.collect import collect
from coursekit.grading.layout import Classroom, find_notebooks, lessons_in, scripts_on_path
from coursekit.grading.release import release
from coursekit.grading.starter import marks, text


def test_lessons_are_the_numbered_folders_with_a_notebook(classroom, toy):
    for name in ("91_empty", "drafts", ".92_hidden"):
        (toy.notebooks / name).mkdir()
    (toy.notebooks / "drafts" / "x.ipynb").write_text("{}")
    assert classroom.lessons() == ["90_toy"]
    assert [path.name for path in classroom.source("90_toy")] == ["90_toy.ipynb", "90_toy_practice.ipynb"]


def test_lessons_are_chosen_by_name_or_all(classroom):
    assert classroom.chosen() == classroom.chosen(["90_toy"]) == ["90_toy"]
    with pytest.raises(CannotDo, match="no lesson '1'; there are: 90_toy"):
        classroom.chosen(["1"])


def test_the_source_is_found_from_where_one_works_then_from_the_package(
    classroom, toy, monkeypatch, tmp_path
):
    monkeypatch.chdir(toy.folder)
    assert find_notebooks() == toy.notebooks.resolve()
    monkeypatch.chdir(tmp_path)
    assert lessons_in(find_notebooks())
    monkeypatch.setattr("coursekit.grading.layout.__file__", str(tmp_path / "a" / "b" / "c.py"))
    with pytest.raises(CannotDo, match="not here"):
        find_notebooks()


def test_nothing_is_made_before_it_is_asked_for(classroom):
    assert not classroom.root.exists()
    classroom.make()
    assert (classroom.root / "nbgrader_config.py").is_file()


def test_settings_that_the_instructor_changed_stay_and_hold(classroom):
    settings = classroom.make().root / "nbgrader_config.py"
    with settings.open("a") as file:
        file.write('c.CourseDirectory.course_id = "spring"\n')
    before = settings.read_text()
    classroom.make()
    assert settings.read_text() == before
    assert classroom.config().CourseDirectory.course_id == "spring"
    assert classroom.config().CourseDirectory.source_directory == "../notebooks"


@pytest.mark.parametrize("name", ["class [a]", "what?", "a*b"])
def test_a_folder_that_nbgrader_cannot_work_in_is_refused(toy, tmp_path, name):
    with pytest.raises(CannotDo, match="nbgrader cannot work in a folder"):
        Classroom(tmp_path / name, toy.notebooks).make()


def test_a_source_that_nbgrader_cannot_find_is_refused(toy, tmp_path):
    odd = tmp_path / "clone (2)"
    (tmp_path / "clone").rename(odd)
    with pytest.raises(CannotDo, match="inside the clone"):
        Classroom(tmp_path / "class", odd / "notebooks").make()
    assert Classroom(odd / "class", odd / "notebooks").make().root.is_dir()


def test_the_interpreters_commands_are_found_first_and_only_meanwhile(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with scripts_on_path():
        assert (Path(os.environ["PATH"].split(os.pathsep)[0]) / "alembic").exists() or os.name == "nt"
    assert os.environ["PATH"] == "/nowhere"


# -- nbgrader's own commands


def nbgrader(classroom, *command):
    """Run one of nbgrader's commands in the class's folder, without the interpreter's scripts on the path."""
    clean = {**os.environ, "PATH": "/usr/bin:/bin"} if os.name != "nt" else None
    line = [sys.executable, "-m", "nbgrader", *command]
    return subprocess.run(line, cwd=classroom.root, env=clean, capture_output=True, text=True, check=False)


@pytest.fixture
def handed_in(classroom, toy, tmp_path, monkeypatch):
    """A class with the toy released, and two submissions: solved and untouched."""
    monkeypatch.setattr("coursekit.grading.release.try_out", lambda *_: None)
    release(classroom)
    for path in toy.solved:
        released = json.loads((classroom.release / "90_toy" / path.name).read_text())
        solved = json.loads(path.read_text())
        for student in ("untouched", "solved"):
            folder = tmp_path / "in" / student
            folder.mkdir(parents=True, exist_ok=True)
            (folder / path.name).write_text(json.dumps(released))
            for cell, right in zip(released["cells"], solved["cells"], strict=True):
                cell["source"] = text(right) if marks(cell).get("solution") else cell["source"]
    collect(classroom, [tmp_path / "in"])
    return classroom


def scores(classroom):
    with classroom.gradebook() as book:
        return {
            (one.student.id, grade.name): (grade.auto_score, grade.needs_manual_grade)
            for one in book.assignment_submissions("90_toy")
            for notebook in one.notebooks
            for grade in notebook.grades
        }


@pytest.mark.long
def test_stock_nbgrader_gives_the_solved_version_all_points_and_the_released_one_none(handed_in):
    done = nbgrader(handed_in, "autograde", "90_toy")
    assert done.returncode == 0, done.stderr
    full = {"double-check": (2, False), "negate-check": (1, False), "half-check": (1, False)}
    written = {"why-solution": (None, True)}
    wanted = {("solved", name): score for name, score in (full | written).items()}
    wanted |= {("untouched", name): (0, False) for name in full | written}
    assert scores(handed_in) == wanted


@pytest.mark.long
def test_stock_nbgrader_makes_the_same_release_and_validates_it(handed_in):
    released = handed_in.release / "90_toy" / "90_toy.ipynb"
    before = json.loads(released.read_text())
    done = nbgrader(handed_in, "generate_assignment", "90_toy", "--force")
    assert done.returncode == 0, done.stderr
    assert json.loads(released.read_text())["cells"] == before["cells"]
    assert "Partial credit" in nbgrader(handed_in, "validate", str(released)).stdout
    solved = handed_in.submitted / "solved" / "90_toy" / "90_toy.ipynb"
    assert "Success" in nbgrader(handed_in, "validate", str(solved)).stdout


@pytest.mark.long
def test_formgrader_shows_the_class(handed_in, tmp_path):
    nbgrader(handed_in, "autograde", "90_toy", "--student", "solved")
    options = ["--no-browser", "--port=18765", "--IdentityProvider.token=secret", "--allow-root"]
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyter", "lab", *options],
        cwd=handed_in.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        page = "http://localhost:18765/formgrader/api/{}?token=secret"
        (assignment,) = fetch(page.format("assignments"))
        assert (assignment["name"], assignment["num_submissions"]) == ("90_toy", 2)
        grades = {one["student"]: one for one in fetch(page.format("submissions/90_toy"))}
        assert (grades["solved"]["score"], grades["solved"]["max_score"]) == (4, 7)
        assert grades["solved"]["needs_manual_grade"]
    finally:
        server.terminate()
        server.wait()


def fetch(address):
    for _ in range(120):
        try:
            with urllib.request.urlopen(address) as answer:
                return json.load(answer)
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"{address} does not answer")
