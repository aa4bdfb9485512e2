"""The wheel: what a student installs has the lessons without a solution, and needs little to be built."""

import importlib.util
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from coursekit import course
from coursekit.grading.release import checks
from coursekit.grading.starter import BEGIN, CODE_STUB, released_bytes

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*/*.ipynb"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """name -> content of each file of the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_every_lesson_is_in_it_as_released(wheel):
    carried = {name: content for name, content in wheel.items() if name.startswith("coursekit/_lessons/")}
    wanted = {f"coursekit/_lessons/{path.parent.name}/{path.name}": released_bytes(path) for path in SOURCES}
    assert {name: content for name, content in carried.items() if name.endswith(".ipynb")} == wanted
    assert all(CODE_STUB.split("\n")[0].encode() in content for content in wanted.values())


def test_no_solution_is_in_it(wheel):
    solved = {path: json.loads(path.read_text(encoding="utf-8")) for path in SOURCES}
    released, others = {}, {}
    for name, content in wheel.items():
        if name.endswith(".ipynb"):
            released[Path(name)] = json.loads(content)
        elif not name.startswith(("coursekit/reference/", "coursekit/exercises/")):  # the answers' own home
            others[Path(name)] = content
    assert checks.leaks(solved, released, {}) == []
    lessons = {path: content for path, content in others.items() if "_lessons" in path.parts}
    assert checks.leaks(solved, released, lessons) == []
    assert [
        name for name, content in wheel.items() if name.endswith(".ipynb") and BEGIN.encode() in content
    ] == []


def test_only_the_lessons_that_are_named_are_in_it(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    hatch_build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hatch_build)
    monkeypatch.setenv("COURSEKIT_LESSONS", "01_gradient_descent,09_none")
    carried = {path.relative_to(tmp_path).parts[0] for path in hatch_build.release(ROOT, tmp_path)}
    assert carried == {"01_gradient_descent"}


def test_data_and_start_scripts_are_in_it(wheel):
    assert {"coursekit/_data/hubble.csv", "coursekit/grading/release/scripts/start.bat"} <= set(wheel)


def test_a_student_gets_the_same_from_the_wheel_and_from_a_clone(wheel, tmp_path):
    for name, content in wheel.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert course.released_lessons(tmp_path / "coursekit") == course.released_lessons(ROOT / "coursekit")


def test_it_is_built_without_the_packages_that_the_course_needs(tmp_path):
    """With nothing but hatchling and the standard library, as in an isolated build."""
    script = f"""
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {{"numpy", "nbformat", "nbgrader", "nbconvert", "coursekit"}}:
            raise ImportError(f"{{name}} is not here")

sys.meta_path.insert(0, Refuse())
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
import hatch_build
print(len(hatch_build.release(Path({str(ROOT)!r}), Path({str(tmp_path)!r}))))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= len(SOURCES)


def test_it_installs_and_starts_a_course(wheel, tmp_path):
    """In an environment of its own, with the other packages borrowed: what lies in the wheel is enough."""
    folder = tmp_path / "installed"
    for name, content in wheel.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    script = (
        f"import sys; sys.path.insert(0, {str(folder)!r}); from coursekit.cli import main; sys.exit(main())"
    )
    command = [sys.executable, "-c", script, "start", str(tmp_path / "mine")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for path in SOURCES:
        assert (tmp_path / "mine" / path.parent.name / path.name).read_bytes() == released_bytes(path)
