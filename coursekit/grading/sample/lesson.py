"""A lesson and every way to answer it: right in several styles, each mistake, and answers that are none."""

from __future__ import annotations

import ast
import contextlib
import json
import textwrap
from dataclasses import dataclass

from coursekit.checking import Exercise, find
from coursekit.grading.layout import Classroom
from coursekit.grading.quick import quickened
from coursekit.grading.sample.damage import Notebook
from coursekit.grading.sample.source import NoSource, source_of
from coursekit.grading.starter import BEGIN, END, Cell, check_of, is_check, is_written, marks, text

# Ways to be right that leave the solved answer as it is. `{name}` is what the exercise asks for.
STYLES = {
    "as taught": "",
    "lists": """
        def _lists(value):
            if isinstance(value, tuple):
                return tuple(_lists(one) for one in value)
            return value.tolist() if hasattr(value, "tolist") else value

        _array_{name} = {name}

        def {name}(*args, **options):
            return _lists(_array_{name}(*args, **options))
        """,
    "an object": """
        class _Answer:
            def __init__(self, function):
                self.function = function

            def __call__(self, *args, **options):
                return self.function(*args, **options)

        {name} = _Answer({name})
        """,
    "a partial": """
        import functools

        {name} = functools.partial({name})
        """,
}

# Answers that are no answer, by what happens when they are asked.
BROKEN = {
    "timed-out": "def {name}(*args, **options):\n    while True:\n        pass",
    "crashed": "def {name}(*args, **options):\n    return undefined_name + 1",
    "died": "import os\n\ndef {name}(*args, **options):\n    os._exit(1)",
}


def styled(source: str, name: str, style: str) -> str:
    """The right answer `source`, which defines `name`, in one of STYLES."""
    more = textwrap.dedent(STYLES[style]).strip().replace("{name}", name)
    return f"{source}\n\n{more}" if more else source


@dataclass(frozen=True, eq=False)
class Asked:
    """One exercise of a lesson.

    cells: answer cell -> what the solved notebook has there; the last holds any other answer
    names: what the answer must define. needs: names of other answers that the solved one calls
    solved: name -> the solved answer that defines it, of this and all before it
    called: other cells of the lesson call this answer
    mistakes: slug -> source of each form that can be written down
    """

    exercise: Exercise
    cells: dict[str, str]
    names: tuple[str, ...]
    needs: frozenset[str]
    solved: dict[str, str]
    called: bool
    mistakes: dict[str, list[str]]

    def alone(self) -> dict[str, str]:
        """The right answer, whatever other answers of the lesson are."""
        try:
            return self.filled(source_of(self.exercise.reference, self.names))
        except NoSource:
            return self.filled(self._enclosed())

    def _enclosed(self) -> str:
        """The solved answer and those that it calls, with their names known to each other alone."""
        names = list(self.names)
        for name in names:  # grows
            names += [one for one in _names(self.solved[name]) if one in self.solved and one not in names]
        sources = dict.fromkeys(self.solved[name] for name in reversed(names))
        body = textwrap.indent("\n\n".join(sources), "    ")
        own = ", ".join(self.names)
        return f"def _right():\n{body}\n    return {own}\n\n{own} = _right()"

    def filled(self, source: str) -> dict[str, str]:
        """Cell -> text, with `source` as the answer."""
        return {list(self.cells)[-1]: source}

    def in_style(self, style: str) -> dict[str, str]:
        """The solved answer in one of STYLES; as taught where it is no single function."""
        if self.exercise.takes != "function" or isinstance(self.exercise.reference, type):
            return self.cells
        *before, (last, source) = self.cells.items()
        return {**dict(before), last: styled(source, self.names[0], style)}

    def broken(self, how: str) -> dict[str, str]:
        """An answer that is none, one of BROKEN."""
        return self.by_template(BROKEN[how])

    def by_template(self, source: str) -> dict[str, str]:
        """The same answer for every name that is asked."""
        return self.filled("\n\n".join(source.strip().replace("{name}", name) for name in self.names))


class Lesson:
    """A released lesson, and how it is answered. Raises FileNotFoundError where it is not released."""

    def __init__(self, classroom: Classroom, name: str) -> None:
        self.name = name
        self.asked: list[Asked] = []
        self.written: dict[str, str] = {}  # cell -> the model answer
        self.released: dict[str, Notebook] = {}
        for path in classroom.source(name):
            released = json.loads((classroom.release / name / path.name).read_text("utf-8"))
            self.released[path.name] = quickened(released, name)
            self._read(json.loads(path.read_text(encoding="utf-8"))["cells"])

    def _read(self, cells: list[Cell]) -> None:
        checks = [check_of(text(cell)) for cell in cells if is_check(cell)]
        every = {name for check in checks if check for name in _names(check[1])}
        solved: dict[str, str] = {}
        answer: dict[str, str] = {}  # the answer cells since the last check
        for cell in cells:
            if is_written(cell):
                self.written[marks(cell)["grade_id"]] = text(cell)
            elif marks(cell).get("solution"):
                answer[marks(cell)["grade_id"]] = _without_marks(text(cell))
            elif is_check(cell) and (check := check_of(text(cell))):
                solved |= dict.fromkeys(_names(check[1]), "\n\n".join(answer.values()))
                self.asked.append(_asked(check, answer, every, dict(solved), cells))
                answer = {}


def _asked(
    check: tuple[str, str],
    answer: dict[str, str],
    every: set[str],
    solved: dict[str, str],
    cells: list[Cell],
) -> Asked:
    exercise, names = find(check[0]), _names(check[1])
    assert isinstance(exercise, Exercise)
    loaded = {name for source in answer.values() for name in _names(source)}
    demos = [text(cell) for cell in cells if cell["cell_type"] == "code" and not marks(cell)]
    called = any(name in _names(demo) for demo in demos for name in names)
    return Asked(
        exercise,
        answer,
        names,
        frozenset(loaded & every - {*names}),
        solved,
        called,
        _forms(exercise, names),
    )


def _names(source: str) -> tuple[str, ...]:
    """The names that source text reads, in order."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)]
    return tuple(dict.fromkeys(node.id for node in nodes if isinstance(node.ctx, ast.Load)))


def _forms(exercise: Exercise, names: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for mistake in exercise.mistakes:
        for form in mistake.forms:
            with contextlib.suppress(NoSource):
                source = source_of(form, names)
                found.setdefault(mistake.slug, []).append(source)
    return found


def _without_marks(source: str) -> str:
    return "\n".join(line for line in source.split("\n") if BEGIN not in line and END not in line)
