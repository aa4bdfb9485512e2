"""What a cell's text says: which names it defines, which it asks for, whether it is another's text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from functools import lru_cache

from coursekit.grading.starter import Cell, check_of, marks, parse, text


def grade_id(cell: Cell) -> str:
    """The id by which nbgrader knows a cell of the lesson."""
    return str(marks(cell).get("grade_id", ""))


def spoken(graded: str) -> str:
    """What a person calls the exercise of a graded cell."""
    return re.sub(r"-(check|solution|answer)$", "", graded)


def is_locked(cell: Cell) -> bool:
    """A cell of the lesson that students do not write into: a check."""
    mark = marks(cell)
    return not mark.get("solution") and bool(mark.get("grade") or mark.get("locked"))


def normal(source: str) -> str:
    """A text without what nobody sees: spaces at the ends of lines, empty lines around."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def asked_names(check: Cell) -> frozenset[str]:
    """The names in a check's expression."""
    found = check_of(text(check))
    nodes: Iterable[ast.AST] = ast.walk(parse(found[1])) if found else ()
    return frozenset(node.id for node in nodes if isinstance(node, ast.Name))


@lru_cache(maxsize=4096)
def tree(source: str) -> ast.Module | None:
    """The syntax tree of a cell, IPython's own lines passed over; None where it is no Python."""
    source = re.sub(r"^(\s*)[%!?].*$", r"\1pass", source, flags=re.MULTILINE)
    try:
        return parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(maxsize=4096)
def defined(source: str) -> frozenset[str]:
    """The names that a cell gives a meaning to; where its syntax is wrong, the functions that can be seen."""
    found = tree(source)
    if found is None:
        return frozenset(re.findall(r"^(?:async\s+def|def|class)\s+(\w+)", source, re.MULTILINE))
    return frozenset(_bound(found.body))


def _bound(body: Iterable[ast.AST]) -> Iterable[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
        else:
            for name in ("body", "orelse", "handlers", "finalbody"):
                yield from _bound(getattr(node, name, ()))
