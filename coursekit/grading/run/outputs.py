"""A cell's outputs, made from a kernel's messages, which may hold anything."""

from __future__ import annotations

import json
import math
import re
from contextlib import suppress
from typing import Any

MAX_TEXT = 100_000  # characters a cell prints
MAX_OUTPUT = 4_000_000  # characters of all that a cell shows
MAX_NOTEBOOK = 40_000_000  # characters of all that a notebook's cells show
MAX_PARTS = 500  # outputs of a cell, those it prints and those it shows each
MAX_PLACES = 20  # outputs with one display id
MAX_DEPTH = 40  # of JSON
_JSON = re.compile(r"application/(.*\+)?json")  # the types whose data may be more than a text

Json = dict[str, Any]


class Shown:
    """What a whole notebook has shown: the outputs of each display id, and how many characters in all."""

    def __init__(self) -> None:
        self.places: dict[str, list[Json]] = {}
        self.spent = 0


class Outputs:
    """A cell's outputs as nbformat has them, made from messages that may hold anything, and capped."""

    def __init__(self, shown: Shown) -> None:
        self.kept: list[Json] = []
        self._shown = shown
        self._spent = 0
        self._clear()

    def _clear(self) -> None:
        self.kept.clear()
        self._shown.spent -= self._spent
        self._spent, self._text_left, self._prints = 0, MAX_TEXT, 0
        self._full = self._clear_first = False

    def add(self, kind: str, content: Json) -> None:
        """Take one message from the kernel."""
        if kind == "clear_output":
            if content.get("wait"):
                self._clear_first = True
            else:
                self._clear()
            return
        output = output_of(kind, content)
        if output is None:
            return
        if kind == "update_display_data":
            for earlier in self._shown.places.get(_display_id(content), []):
                self._update(earlier, output)
            return
        if self._clear_first:
            self._clear()
        if kind == "stream":
            self._print(output)
        else:
            self._show(output, _display_id(content))

    def note(self, text: str) -> None:
        """Add a line of the grader's own."""
        self.kept.append({"output_type": "stream", "name": "stderr", "text": f"{text}\n"})

    def _print(self, output: Json) -> None:
        text, room = output["text"], self._text_left
        if room <= 0:
            return
        self._text_left -= len(text)
        last = self.kept[-1] if self.kept else {}
        goes_on = last.get("output_type") == "stream" and last["name"] == output["name"]
        self._prints += not goes_on
        if len(text) > room or self._prints > MAX_PARTS or not self._spend(len(text[:room])):
            output["text"] = f"{text[:room]}\n(This cell prints more than is kept.)\n"
            self._text_left = 0
        if goes_on:
            last["text"] += output["text"]
        else:
            self.kept.append(output)

    def _show(self, output: Json, name: str) -> None:
        if self._full:
            return
        self._full = len(self.kept) - self._prints >= MAX_PARTS or not self._spend(_size(output))
        if self._full:
            self.note("(This cell shows more than is kept.)")
            return
        self.kept.append(output)
        places = self._shown.places.setdefault(name, []) if name else []
        if len(places) < MAX_PLACES:
            places.append(output)

    def _update(self, earlier: Json, output: Json) -> None:
        if self._spend(_size(output) - _size(earlier)):
            earlier.update(data=output["data"], metadata=output["metadata"])

    def _spend(self, size: int) -> bool:
        """Whether there is room for as many characters more, which are taken then."""
        if self._spent + size > MAX_OUTPUT or self._shown.spent + size > MAX_NOTEBOOK:
            return False
        self._spent += size
        self._shown.spent += size
        return True


def _size(output: Json) -> int:
    return len(json.dumps([output.get("data"), output.get("metadata"), output.get("traceback")]))


def _display_id(content: Json) -> str:
    transient = content.get("transient")
    name = transient.get("display_id") if isinstance(transient, dict) else None
    return name if isinstance(name, str) else ""


def output_of(kind: str, content: Json) -> Json | None:
    """The output in a message, with exactly the types that nbformat wants; None where it is none."""
    if kind == "stream" and content.get("name") in ("stdout", "stderr") and type(content.get("text")) is str:
        return {"output_type": "stream", "name": content["name"], "text": writable(content["text"])}
    if kind == "error":
        lines = content.get("traceback")
        lines = [writable(line)[:10_000] for line in lines[:100]] if isinstance(lines, list) else []
        return error_output(
            writable(content.get("ename"))[:100], writable(content.get("evalue"))[:1000], lines
        )
    if kind in ("display_data", "execute_result", "update_display_data"):
        data = content.get("data")
        if not isinstance(data, dict):
            return None
        output = {"output_type": kind, "data": _bundle(data), "metadata": _metadata(content.get("metadata"))}
        return output | ({"execution_count": None} if kind == "execute_result" else {})
    return None


def _bundle(data: Json) -> Json:
    """What is shown, by type: texts, and JSON where the type says so."""
    kept: Json = {}
    for mime, value in data.items():
        if type(value) is str or _JSON.fullmatch(mime):
            with suppress(ValueError):
                kept[writable(mime)] = _json(value, MAX_DEPTH)
    return kept


def _metadata(metadata: Any) -> Json:
    """Of what is said about outputs, the size and the words of pictures: pages are made with it."""
    told = metadata.items() if isinstance(metadata, dict) else ()
    return {writable(mime): _of_picture(one) for mime, one in told if "/" in mime and isinstance(one, dict)}


def _of_picture(told: Json) -> Json:
    sizes = {name: told[name] for name in ("width", "height") if type(told.get(name)) in (int, float)}
    words = {
        name: writable(told[name]) for name in ("alt", "needs_background") if type(told.get(name)) is str
    }
    return sizes | words


def _json(value: Any, depth: int) -> Any:
    """The same JSON, as a file can hold it. Raises ValueError where it is nested too deep."""
    if isinstance(value, dict | list) and depth == 0:
        raise ValueError("nested too deep")
    if isinstance(value, dict):
        return {writable(key): _json(one, depth - 1) for key, one in value.items()}
    if isinstance(value, list):
        return [_json(one, depth - 1) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return writable(value) if isinstance(value, str) else value


def writable(value: Any) -> str:
    """A text that a file can hold: without halves of characters. "" for what is no text."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def error_output(name: str, message: str, traceback: list[str] | None = None) -> Json:
    """An output that tells an error."""
    lines = traceback or [f"{name}: {message}"]
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": lines}
