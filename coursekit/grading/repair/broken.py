"""Cells in a text that should be JSON and is not: cut off, merged, glued together."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

# Where a cell begins, in a list: "cell_type" comes first, or after "attachments", whoever writes it.
_BEGIN = re.compile(r'(?:\A|[\[,])\s*(\{\s*"(?:attachments|cell_type)"\s*:)')
_LINE = re.compile(r'\s*("(?:[^"\\]|\\.)*")\s*,?', re.DOTALL)
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7}).*$\n?", re.MULTILINE)


def cells_in(text: str) -> list[dict[str, Any]]:
    """The cells that can be found in a text that is no JSON; of broken ones, what there is."""
    text = _CONFLICT.sub("", text)
    starts = [found.start(1) for found in _BEGIN.finditer(text)]
    cells, end = [], 0
    for start, following in pairwise([*starts, len(text)]):
        if start < end:
            continue
        try:
            cell, end = json.JSONDecoder(strict=False).raw_decode(text, start)
        except (ValueError, RecursionError):
            cell = _broken_cell(text[start:following])
        if cell:
            cells.append(cell)
    return cells


def _broken_cell(text: str) -> dict[str, Any]:
    """What can be read of a cell whose JSON is broken: its kind, its ids, its whole lines of text."""
    kind = re.search(r'"cell_type":\s*"(\w+)"', text)
    sources = list(re.finditer(r'"source":\s*\[?', text))
    if not kind or not sources:
        return {}
    place, found = sources[-1].end(), []
    while line := _LINE.match(text, place):
        try:
            found.append(json.loads(line[1], strict=False))
        except ValueError:
            break
        place = line.end()
    marked, named = (re.search(rf'"{key}":\s*"([\w-]+)"', text) for key in ("grade_id", "id"))
    nbgrader = {"nbgrader": {"grade_id": marked[1]}} if marked else {}
    return {"cell_type": kind[1], "id": named[1] if named else "", "metadata": nbgrader, "source": found}


def metadata_in(text: str) -> dict[str, Any]:
    """The notebook's own metadata where they come whole before or after the damage, else {}."""
    found = list(re.finditer(r'^ ?"metadata":\s*(?=\{)', text, re.MULTILINE))
    for one in reversed(found):
        try:
            metadata, _ = json.JSONDecoder(strict=False).raw_decode(text, one.end())
        except (ValueError, RecursionError):
            continue
        if isinstance(metadata, dict) and "kernelspec" in metadata:
            return metadata
    return {}
