"""The coursekit that a grading kernel sees: nothing to delegate to, to read or to patch.

`inside.py` stands there as `coursekit/__init__.py`; of `checking`, what asks an answer and nothing
that judges; no `exercises` and no explorers; `reference` without what the lesson asks the student to
write; the data, with other images in the place of MNIST's test images.
"""

from __future__ import annotations

import ast
import atexit
import functools
import importlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

from coursekit.checking import Exercise, exercises_of
from coursekit.data.carried import PLACES
from coursekit.grading.run import held_out

ROOT = Path(__file__).parents[2]
JUDGING = ("__init__", "judging", "notebook", "verdict")
PICTURES = ("picture", "drawing")  # of `explore`: with these a lesson shows what answers do
GIVING = ("__init__", "carried", "digits", "mnist")  # of `data`: nothing that looks or downloads
ENTERING = ("forks", "enter")  # of `grading.sandbox`: how a kernel starts in one
TEACHING = ("reference", "frameworks")
SMALL = 1_000_000  # bytes: the data that comes with the course; what is fetched stays outside

_STUB = '''
def {name}(*args, **options):
    """What this lesson asks you to write."""
    from coursekit import _absent

    return _absent("{name}")
'''


def build(folder: Path, topic: str) -> Path:
    """Make the package for the lesson `topic` ("gradient_descent"); `folder` is to stand on the path."""
    package = folder / "coursekit"
    (package / "checking").mkdir(parents=True)
    shutil.copyfile(Path(__file__).with_name("inside.py"), package / "__init__.py")
    for name in ENTERING:
        shutil.copyfile(ROOT / "grading" / "sandbox" / f"{name}.py", package / f"{name}.py")
    (package / "data").mkdir()
    for name in GIVING:
        shutil.copyfile(ROOT / "data" / f"{name}.py", package / "data" / f"{name}.py")
    if needs_mnist(topic):
        shutil.copyfile(Path(__file__).with_name("inside_keras.py"), package / "inside_keras.py")
        held_out.lay(package / "_data" / "mnist")
    (package / "checking" / "__init__.py").write_text('"""What asks an answer."""\n', encoding="utf-8")
    for path in sorted((ROOT / "checking").glob("*.py")):
        if path.stem not in JUDGING:
            shutil.copyfile(path, package / "checking" / path.name)
    (package / "explore").mkdir()
    for name in PICTURES:
        shutil.copyfile(ROOT / "explore" / f"{name}.py", package / "explore" / f"{name}.py")
    absent = asked_for(topic)
    for path in [path for part in TEACHING for path in sorted((ROOT / part).rglob("*.py"))]:
        copy = package / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(without(path.read_text(encoding="utf-8"), absent), encoding="utf-8")
    for place in reversed(PLACES):
        for path in place.glob("*.csv") if place.is_dir() else ():
            if path.stat().st_size <= SMALL:
                (package / "_data").mkdir(exist_ok=True)
                shutil.copyfile(path, package / "_data" / path.name)
    return folder


def needs_mnist(topic: str) -> bool:
    """Whether a lesson's exercises say that it uses MNIST."""
    return getattr(importlib.import_module(f"coursekit.exercises.{topic}"), "DATA", None) == "mnist"


def asked_for(topic: str) -> set[str]:
    """The names of the functions and classes that a lesson's exercises ask for, and what is most of one."""
    found = set(getattr(importlib.import_module(f"coursekit.exercises.{topic}"), "ABSENT", ()))
    for exercise in exercises_of(topic).values():
        if isinstance(exercise, Exercise):
            found |= {exercise.name} | {thing.__name__ for thing in _definitions(exercise.reference)}
    return found


def _definitions(thing: Any) -> Iterator[Any]:
    if isinstance(thing, tuple | list):
        for one in thing:
            yield from _definitions(one)
    elif isinstance(thing, functools.partial):
        yield from _definitions(thing.func)
    elif isinstance(thing, FunctionType | type):
        yield thing


def without(source: str, absent: set[str]) -> str:
    """The source with every top-level definition of these names replaced by one that only says so."""
    lines = source.splitlines()
    for node in reversed(ast.parse(source).body):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in absent:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            lines[first - 1 : node.end_lineno] = _STUB.strip("\n").format(name=node.name).splitlines()
    return "\n".join(lines) + "\n"


@functools.cache
def of(topic: str) -> Path:
    """The coursekit that this lesson's kernels see, made once in this process."""
    folder = Path(tempfile.mkdtemp(prefix="coursekit-inside-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return build(folder, topic)
