"""Who may import whom: the arrows of the house, read from the source and seen in a fresh Python."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "coursekit"
MAY_USE = {  # part of the package -> the parts it may import
    "reference": {"reference"},
    "frameworks": {"frameworks", "reference", "data"},
    "exercises": {"exercises", "reference", "frameworks", "data", "checking"},
    "checking": {"checking", "progress"},
    "explore": {"explore", "reference", "data"},
}
HEAVY = {
    "matplotlib",
    "ipywidgets",
    "torch",
    "tensorflow",
    "keras",
    "nbgrader",
    "nbconvert",
    "nbformat",
    "jupyterlab",
}


def names_of(node):
    """The dotted names that an import statement imports; none for any other node."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def imported(path):
    """The dotted names that a file imports, anywhere in it."""
    return [name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) for name in names_of(node)]


def parts(path):
    """The parts of coursekit that a file imports: "checking" for `from coursekit.checking import check`."""
    names = (name.split(".") for name in imported(path))
    return {name[1] for name in names if name[0] == "coursekit" and len(name) > 1}


@pytest.mark.parametrize("part", MAY_USE)
def test_part_imports_only_what_it_may(part):
    used = {path: parts(path) - MAY_USE[part] for path in (PACKAGE / part).rglob("*.py")}
    assert used
    assert {path.name: wrong for path, wrong in used.items() if wrong} == {}


def test_reference_imports_numpy_alone():
    roots = {name.split(".")[0] for path in (PACKAGE / "reference").glob("*.py") for name in imported(path)}
    assert roots - sys.stdlib_module_names - {"coursekit"} == {"numpy"}


def test_grading_finds_exercises_by_id_alone():
    files = (PACKAGE / "grading").rglob("*.py")
    assert [path.name for path in files if "exercises" in parts(path)] == []


def test_nothing_imports_notebooks_tests_or_tools():
    roots = {path: {name.split(".")[0] for name in imported(path)} for path in PACKAGE.rglob("*.py")}
    assert [
        path for path, names in roots.items() if names & {"notebooks", "tests", "tools", "benchmarks"}
    ] == []


def test_each_part_of_grading_can_be_imported_first():
    """No circle: whichever module a command begins with."""
    files = [path for path in (PACKAGE / "grading").glob("*.py") if path.stem != "__init__"]
    files += [path.parent for path in (PACKAGE / "grading").glob("*/__init__.py")]
    names = [f"coursekit.grading.{path.stem}" for path in files]
    code = f"""
import importlib, sys
for name in {names}:
    for known in [one for one in sys.modules if one.split(".")[0] == "coursekit"]:
        del sys.modules[known]
    importlib.import_module(name)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def loaded_by(code):
    """The top-level modules that a fresh Python holds after `code`."""
    ending = "\nimport sys, json; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", code + ending], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_import_coursekit_brings_in_next_to_nothing():
    assert loaded_by("import coursekit") & (HEAVY | {"numpy", "rich"}) == set()


def test_check_needs_numpy_alone():
    assert loaded_by("from coursekit import check, evaluate, hint") & (HEAVY | {"rich"}) == set()


def test_help_brings_in_next_to_nothing():
    code = """
from coursekit import cli
try:
    cli.main(["--help"])
except SystemExit:
    pass
"""
    assert loaded_by(code) & (HEAVY | {"numpy", "rich"}) == set()


def test_what_students_use_needs_no_extra_package():
    """What comes with an extra is imported where it is used, and not when a module is; grading may."""
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    roots = {
        "scikit-learn": "sklearn",
        "tensorflow-cpu": "tensorflow",
    }  # a package's name -> what is imported

    def packages(lines):
        names = {re.match(r"[\w-]+", line)[0] for line in lines}
        return {roots.get(name, name) for name in names}

    extra = packages(line for lines in project["optional-dependencies"].values() for line in lines)
    extra -= packages(project["dependencies"]) | {"coursekit"}
    assert {"torch", "tensorflow", "nbgrader"} <= extra
    for path in PACKAGE.rglob("*.py"):
        if path.relative_to(PACKAGE).parts[0] != "grading":
            body = ast.parse(path.read_text(encoding="utf-8")).body
            assert {name.split(".")[0] for node in body for name in names_of(node)} & extra == set(), (
                path.name
            )
