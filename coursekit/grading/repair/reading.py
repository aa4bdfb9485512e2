"""Reading a notebook in whatever state it came back: cells are what counts, all else can be put back."""

from __future__ import annotations

import codecs
import json
import zlib
from dataclasses import dataclass, field
from typing import Any

import nbformat

from coursekit.grading.repair.broken import cells_in, metadata_in

KINDS = ("code", "markdown", "raw")
MOST = 100_000_000  # bytes of a notebook


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are no UTF-8 as programs on Windows write letters."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("coursekit-windows", _as_windows)


class Hopeless(Exception):
    """Nothing in a file can be graded; the message says what it is, in one sentence."""


@dataclass(eq=False)
class Part:
    """A cell of a student's notebook, with no more than can be trusted.

    claim: the grade_id that it says it has, or "". id: its cell id, or ""
    """

    kind: str
    text: str
    claim: str = ""
    id: str = ""
    attachments: dict[str, Any] = field(default_factory=dict)


def read(content: bytes) -> tuple[list[Part], dict[str, Any], list[str]]:
    """The cells, the notebook's metadata, and notes on what was wrong with the file. Raises Hopeless."""
    if not content.strip():
        raise Hopeless("The file is empty.")
    if content.startswith(b"\x1f\x8b"):
        return _unpacked(content)
    text, notes = _decoded(content)
    try:
        notebook = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        cells = cells_in(text)
        if not cells:
            raise Hopeless(f"The file is no notebook: {_kind_of_file(content)}.") from None
        notes.append(f"the file was damaged (it is not valid JSON); {len(cells)} cells could be read")
        return [_part(cell) for cell in cells], metadata_in(text), notes
    if isinstance(notebook, str):  # a notebook written as one JSON text
        return read(notebook.encode())
    cells, note = _cells_of(notebook)
    if not cells:
        raise Hopeless("The notebook has no cells.")
    metadata = notebook.get("metadata")
    return [_part(cell) for cell in cells], metadata if isinstance(metadata, dict) else {}, notes + note


def _unpacked(content: bytes) -> tuple[list[Part], dict[str, Any], list[str]]:
    """What a server or a browser left compressed."""
    try:
        unpacked = zlib.decompressobj(wbits=31).decompress(content, MOST)
    except zlib.error:
        unpacked = b""
    if not unpacked or unpacked.startswith(b"\x1f\x8b"):
        raise Hopeless(f"The file is no notebook: {_kind_of_file(content)}.")
    parts, metadata, notes = read(unpacked)
    return parts, metadata, ["the file was compressed (gzip)", *notes]


def _decoded(content: bytes) -> tuple[str, list[str]]:
    codec = json.detect_encoding(content)
    if not codec.startswith("utf-8"):
        return content.decode(codec, errors="replace"), []
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        said = ["the file has characters that are no text in UTF-8"]
        return content.decode("utf-8-sig", errors="coursekit-windows"), said


def _kind_of_file(content: bytes) -> str:
    start = content.lstrip()[:200].lower()
    if start.startswith((b"pk\x03\x04", b"\x1f\x8b", b"7z", b"rar!")):
        return "it is an archive, a zip or an office document"
    if start.startswith(b"%pdf"):
        return "it is a PDF"
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "it is a web page"
    return "no cell can be read in it"


def _cells_of(notebook: Any) -> tuple[list[Any], list[str]]:
    """The cells of what JSON gave, in today's form."""
    if not isinstance(notebook, dict):
        return [], []
    if isinstance(notebook.get("cells"), list):
        return [cell for cell in notebook["cells"] if isinstance(cell, dict)], []
    if isinstance(notebook.get("worksheets"), list):  # nbformat 3 and older
        old = {"metadata": {}, "nbformat": 3, "nbformat_minor": 0, "worksheets": notebook["worksheets"]}
        try:
            cells = nbformat.reads(json.dumps(old), as_version=4)["cells"]
        except Exception:  # whatever is in it
            return [], []
        return list(cells), ["the notebook was in an old format (nbformat 3)"]
    return [], []


def _part(cell: dict[str, Any]) -> Part:
    source = cell.get("source", "")
    lines = source if isinstance(source, list) else [source]
    text = "".join(line for line in lines if isinstance(line, str))
    text = _text(text).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    kind = cell.get("cell_type")
    if kind not in KINDS:
        kind = "code" if "outputs" in cell or "execution_count" in cell else "markdown"
    metadata = cell.get("metadata") if isinstance(cell.get("metadata"), dict) else {}
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else {}
    claim = marks.get("grade_id") if isinstance(marks, dict) else ""
    return Part(
        kind,
        text,
        claim if isinstance(claim, str) else "",
        cell["id"] if isinstance(cell.get("id"), str) else "",
        _attachments(cell.get("attachments")) if kind != "code" else {},
    )


def _text(text: str) -> str:
    """Without halves of letters (lone surrogates), which no file can hold."""
    return text.encode(errors="replace").decode()


def _attachments(found: Any) -> dict[str, dict[str, str]]:
    """The files in a cell, name -> kind -> content, as far as they have the form that nbformat wants."""
    files = found.items() if isinstance(found, dict) else ()
    kept = {
        name: {
            kind: _text(data) for kind, data in file.items() if isinstance(data, str) and kind.isprintable()
        }
        for name, file in files
        if isinstance(file, dict) and name.isprintable()
    }
    return {name: file for name, file in kept.items() if file}
