"""Answers as a student would hand them in: source text that stands alone.

Right answers come from the solved notebook, in several styles. Wrong ones are the forms of the
exercises' named mistakes: their source is read from their module, renamed, and what else of
coursekit they use is written beside them, because a student's notebook has none of it.
"""

from __future__ import annotations

import ast
import builtins
import copy
import functools
import importlib
import inspect
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np

from coursekit.checking.timelimit import TimeUp

GIVEN = "coursekit.frameworks.keras_setup"


class NoSource(Exception):
    """An answer that cannot be written down as source text; the message says why."""


def source_of(answer: Any, names: tuple[str, ...]) -> str:
    """Source text that defines `names` as this answer: functions, classes or plain values, one for each name.

    Raises NoSource where the answer, or something it uses, cannot be written down.
    """
    answers = (answer,) if len(names) == 1 else tuple(answer)
    if len(answers) != len(names):
        raise NoSource(f"{len(answers)} answers for {len(names)} names")
    writer = _Writer(names)
    for one, name in zip(answers, names, strict=True):
        writer.define(one, name)
    return "\n\n".join(ast.unparse(ast.fix_missing_locations(node)) for node in writer.written.values())


class _Writer:
    """Collects definitions under the names they get, each after what it needs."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.written: dict[str, ast.stmt] = {}
        self.own, self.taken = names[0], set(names)
        self.known: dict[int, str] = {}  # id of what has been given a name -> that name

    def define(self, thing: Any, name: str) -> None:
        thing = _undecorated(thing)
        if isinstance(thing, functools.partial):
            self._assign(name, self._partial(thing))
            return
        if not isinstance(thing, types.FunctionType | type):
            self.use(thing, name)
            return
        self.known[id(thing)] = name
        node = _definition(thing, name)
        self.written[name] = _Renamer(self, _scope(thing), _locals(thing)).visit(node)
        self.written[name] = self.written.pop(name)  # after what it needs

    def _partial(self, thing: functools.partial) -> ast.expr:
        self.use(functools, "functools")
        parts = [self.name_for(thing.func, thing.func.__name__), *map(_literal, thing.args)]
        options = [f"{key}={_literal(value)}" for key, value in thing.keywords.items()]
        return ast.parse(f"functools.partial({', '.join(parts + options)})", mode="eval").body

    def _assign(self, name: str, value: ast.expr) -> None:
        self.written[name] = ast.Assign([ast.Name(name, ast.Store())], value)

    def name_for(self, thing: Any, name: str) -> str:
        """The name under which `thing` stands in the text, written first where it is not yet."""
        if id(thing) in self.known:
            return self.known[id(thing)]
        if not isinstance(thing, types.ModuleType):  # its own: no other cell of the notebook has this name
            name = f"_{self.own}_{name.strip('_<>')}"
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        self.known[id(thing)] = name
        self.use(thing, name)
        return name

    def use(self, thing: Any, name: str) -> None:
        """Write what `name` stands for: an import, a definition or a value."""
        home, called = _home(thing), str(getattr(thing, "__name__", ""))
        if isinstance(thing, types.ModuleType):
            self.written.setdefault(name, _statement(f"import {called} as {name}"))
        elif home and _given(home):
            self.written[name] = _statement(f"from {home} import {called} as {name}")
        elif isinstance(_undecorated(thing), types.FunctionType | type | functools.partial):
            self.define(thing, name)
        elif isinstance(thing, np.ndarray):
            numpy = self.name_for(np, "np")
            self._assign(name, ast.parse(f"{numpy}.array({thing.tolist()!r})", mode="eval").body)
        else:
            self._assign(name, ast.parse(_literal(thing), mode="eval").body)


class _Renamer(ast.NodeTransformer):
    """Gives what is not the function's own the names of the text: `reference.step` becomes `_step`."""

    def __init__(self, writer: _Writer, scope: dict[str, Any], local: set[str]) -> None:
        self.writer, self.scope, self.local = writer, scope, local

    def _outer(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self.scope and node.id not in self.local

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if self._outer(node):
            return ast.Name(self.writer.name_for(self.scope[node.id], node.id), node.ctx)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if isinstance(node.value, ast.Name) and self._outer(node.value):
            module = self.scope[node.value.id]
            if isinstance(module, types.ModuleType) and module.__name__.startswith("coursekit"):
                return ast.Name(self.writer.name_for(getattr(module, node.attr), node.attr), node.ctx)
        return self.generic_visit(node)  # type: ignore[return-value]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        # What a lesson asks for is not in a grading kernel: its text is written down beside the answer.
        home = str(node.module)
        if _given(home):
            return node
        module = importlib.import_module(home)
        taken = [(one.asname or one.name, getattr(module, one.name)) for one in node.names]
        here = ", ".join(name for name, _ in taken)
        return _statement(f"{here} = {', '.join(self.writer.name_for(thing, name) for name, thing in taken)}")

    def visit_Raise(self, node: ast.Raise) -> ast.stmt:
        # A form raises TimeUp where an answer would loop for ever.
        if isinstance(node.exc, ast.Name) and self.scope.get(node.exc.id) is TimeUp:
            return _statement("while True: pass")
        return self.generic_visit(node)  # type: ignore[return-value]

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(node.arg)  # without its type, which only the module knows

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is None:
            return ast.Pass()
        return ast.Assign([self.visit(node.target)], self.visit(node.value))


def _definition(thing: Any, name: str) -> ast.stmt:
    """The `def` or `class` of a function or class, under another name; a lambda becomes a `def`."""
    node = _find(thing)
    if isinstance(node, ast.Lambda):
        empty = _statement(f"def {name}(): pass")
        empty.args, empty.body = node.args, [ast.Return(node.body)]  # type: ignore[attr-defined]
        return empty
    node.name = name  # type: ignore[attr-defined]
    for inner in ast.walk(node):
        if isinstance(inner, ast.FunctionDef):
            inner.returns = None
    return node  # type: ignore[return-value]


def _undecorated(thing: Any) -> Any:
    """The function itself: its text has its decorators."""
    return inspect.unwrap(thing) if callable(thing) and not isinstance(thing, type) else thing


def _given(home: str) -> bool:
    """Whether a student may import from this module: all but coursekit, of which what sets Keras up."""
    return home == GIVEN or home.split(".")[0] != "coursekit"


def _home(thing: Any) -> str:
    """The module that a function or class can be imported from by its name, "" where there is none."""
    home = "numpy" if isinstance(thing, np.ufunc) else str(getattr(thing, "__module__", None) or "")
    found = getattr(sys.modules.get(home), str(getattr(thing, "__name__", "")), None)
    return home if found is not None and found is thing else ""


@functools.lru_cache
def _tree(path: str) -> ast.Module:
    return ast.parse(Path(path).read_text(encoding="utf-8"))


def _find(thing: Any) -> ast.AST:
    """The syntax tree of a function or class, found in its file by its place there."""
    try:
        tree = _tree(inspect.getsourcefile(thing) or "")
    except (OSError, TypeError) as error:
        raise NoSource(f"no source file: {error}") from None
    found: list[Any]
    if isinstance(thing, type):
        found = [
            node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == thing.__name__
        ]
    elif thing.__name__ == "<lambda>":
        found = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda) and _holds(node, thing)]
        found.sort(key=lambda node: len(ast.unparse(node)))  # the innermost
    else:
        found = [
            node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and _begins(node, thing)
        ]
    if not found:
        raise NoSource(f"{thing!r} is not in its file")
    return copy.deepcopy(found[0])


def _begins(node: ast.FunctionDef, function: types.FunctionType) -> bool:
    lines = [node.lineno, *(one.lineno for one in node.decorator_list)]
    return min(lines) == function.__code__.co_firstlineno


def _holds(node: ast.Lambda, function: types.FunctionType) -> bool:
    """Whether this lambda's body is where the function's instructions come from."""
    body = (node.body.lineno, node.body.col_offset), (node.body.end_lineno, node.body.end_col_offset)
    spots = [spot for spot in function.__code__.co_positions() if spot[0] is not None and spot[3]]
    return all(body[0] <= (spot[0], spot[2]) and (spot[1], spot[3]) <= body[1] for spot in spots)


def _scope(thing: Any) -> dict[str, Any]:
    """What the names in a function's or class's text mean outside of it; builtins are left as they are."""
    if isinstance(thing, type):
        return {**vars(inspect.getmodule(thing)), thing.__name__: thing}
    cells = zip(thing.__code__.co_freevars, thing.__closure__ or (), strict=True)
    scope = {**thing.__globals__, **{name: cell.cell_contents for name, cell in cells}}
    return {name: value for name, value in scope.items() if not hasattr(builtins, name)}


def _locals(thing: Any) -> set[str]:
    return set() if isinstance(thing, type) else set(thing.__code__.co_varnames + thing.__code__.co_cellvars)


def _statement(text: str) -> ast.stmt:
    return ast.parse(text).body[0]


def _literal(value: Any) -> str:
    text = repr(value)
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError):
        raise NoSource(f"a value that cannot be written down: {text[:60]}") from None
    return text
