"""The project's own files agree: pyproject.toml, environment.yml, constraints.txt, Makefile, README."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
CONDA_NAMES = {"pytorch": "torch"}  # conda's name -> pip's, where they differ
PROMISED = ["lab", "demo", "test", "test-all", "lint", "site", "bench"]


def requirements(*lists):
    """name -> Requirement of pip's lists, without the package itself."""
    wanted = [Requirement(line) for lines in lists for line in lines]
    return {canonicalize_name(r.name): r for r in wanted if r.name != PROJECT["name"]}


def constraints():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert all(len(r.specifier) == 1 and next(iter(r.specifier)).operator == "==" for r in pinned)
    return {canonicalize_name(r.name): next(iter(r.specifier)).version for r in pinned}


def conda():
    """name -> Requirement of environment.yml, conda's part and pip's."""
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    by_pip = next(entry["pip"] for entry in listed if isinstance(entry, dict))
    assert "-e ." in by_pip
    lines = [e for e in listed if isinstance(e, str)] + [e for e in by_pip if e != "-e ."]
    wanted = {canonicalize_name(r.name): r for r in map(Requirement, lines)}
    return {CONDA_NAMES.get(name, name): r for name, r in wanted.items()}


def test_conda_and_pip_name_the_same_packages_with_the_same_bounds():
    by_pip = requirements(PROJECT["dependencies"], EXTRAS["grading"], EXTRAS["torch"], EXTRAS["dev"])
    by_conda = {name: r for name, r in conda().items() if name not in ("python", "pip")}
    bounds_conda, bounds_pip = ({n: str(r.specifier) for n, r in by.items()} for by in (by_conda, by_pip))
    assert bounds_conda == bounds_pip


def test_conda_and_pip_want_the_same_python():
    assert PROJECT["requires-python"] in str(conda()["python"].specifier)


def test_every_dependency_has_a_lower_bound_and_no_upper_one():
    for r in requirements(PROJECT["dependencies"], *EXTRAS.values()).values():
        assert [s.operator for s in r.specifier] == [">="], r


def test_every_dependency_is_pinned_at_a_version_it_allows():
    pinned = constraints()
    for name, r in requirements(PROJECT["dependencies"], *EXTRAS.values()).items():
        assert r.specifier.contains(pinned[name]), f"{r} does not allow {pinned[name]}"


def test_constraints_name_no_place_and_no_local_build():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [line for line in pins if not re.fullmatch(r"[a-z0-9._-]+==[0-9][0-9a-z.]*", line)] == []
    assert pins == sorted(set(pins))


def test_core_brings_no_framework_and_no_grader():
    heavy = {"torch", "tensorflow", "tensorflow-cpu", "keras", "nbgrader", "scikit-learn"}
    assert not heavy & set(requirements(PROJECT["dependencies"]))


def test_version_is_the_same_everywhere():
    import coursekit

    assert coursekit.__version__ == PROJECT["version"]
    assert PROJECT["version"] in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not here")
@pytest.mark.parametrize("target", PROMISED)
def test_makefile_has_the_promised_target(target):
    done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_readme_tells_every_promised_command():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [t for t in PROMISED if f"make {t}" not in readme] == []
    assert "environment.yml" in readme
    assert "Windows" in readme


def test_old_python_is_refused_in_one_sentence():
    pretend = """
import runpy, sys
sys.version_info, sys.version = (3, 9, 2), "3.9.2 (pretended)"
sys.argv = ["install.py", "nowhere", "dev"]
runpy.run_path("tools/install.py", run_name="__main__")
"""
    done = subprocess.run([sys.executable, "-c", pretend], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "3.11" in done.stderr


def test_pip_settings_are_handed_to_uv(monkeypatch):
    import importlib.util

    spec = importlib.util.spec_from_file_location("install", ROOT / "tools" / "install.py")
    install = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(install)
    for name in install.UV_NAMES.values():
        monkeypatch.delenv(name, raising=False)
    environment = install.uv_environment({"find-links": ["a", "b", "a"], "extra-index-url": ["c", "d"]})
    assert environment["UV_FIND_LINKS"] == "a,b"
    assert environment["UV_INDEX"] == "c d"
    assert "UV_DEFAULT_INDEX" not in environment


def test_wheel_carries_the_package_and_its_data_and_nothing_else(tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "coursekit/_data/hubble.csv" in names
    assert "coursekit/__init__.py" in names
    inside = ("coursekit/", f"coursekit-{PROJECT['version']}.dist-info/")
    assert [name for name in names if not name.startswith(inside)] == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no execute bit")
def test_ci_script_can_be_executed():
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
