"""A cell's outputs, made from a kernel's messages, which may hold anything."""

from __future__ import annotations

from typing import Any

MAX_TEXT = 100_000  # characters a cell prints
MAX_OUTPUT = 4_000_000  # characters of all that a cell shows


class Outputs:
    """A cell's outputs as nbformat has them, made from messages that may hold anything, and capped."""

    def __init__(self, shown: dict[str, list[dict[str, Any]]]) -> None:
        self.kept: list[dict[str, Any]] = []
        self._shown = shown
        self._text_left, self._left = MAX_TEXT, MAX_OUTPUT
        self._clear_first = False

    def add(self, kind: str, content: dict[str, Any]) -> None:
        """Take one message from the kernel."""
        if kind == "clear_output":
            self._clear_first = bool(content.get("wait"))
            self.kept[:] = self.kept if self._clear_first else []
            return
        output = output_of(kind, content)
        if output is None:
            return
        if kind == "update_display_data":
            for earlier in self._shown.get(_display_id(content), []):
                earlier.update(data=output["data"], metadata=output["metadata"])
            return
        if self._clear_first:
            self.kept.clear()
            self._clear_first = False
        if kind == "stream":
            self._print(output)
        elif self._left > 0:
            self._left -= len(str(output))
            self._show(output, _display_id(content))

    def note(self, text: str) -> None:
        """Add a line of the grader's own."""
        self.kept.append({"output_type": "stream", "name": "stderr", "text": f"{text}\n"})

    def _print(self, output: dict[str, Any]) -> None:
        text, room = output["text"], self._text_left
        if room <= 0:
            return
        self._text_left -= len(text)
        if len(text) > room:
            output["text"] = f"{text[:room]}\n(This cell prints more than is kept.)\n"
        last = self.kept[-1] if self.kept else {}
        if last.get("output_type") == "stream" and last["name"] == output["name"]:
            last["text"] += output["text"]
        else:
            self.kept.append(output)

    def _show(self, output: dict[str, Any], name: str) -> None:
        if self._left <= 0:
            self.note("(This cell shows more than is kept.)")
            return
        self.kept.append(output)
        if name:
            self._shown.setdefault(name, []).append(output)


def _display_id(content: dict[str, Any]) -> str:
    transient = content.get("transient")
    name = transient.get("display_id") if isinstance(transient, dict) else None
    return name if isinstance(name, str) else ""


def output_of(kind: str, content: dict[str, Any]) -> dict[str, Any] | None:
    """The output in a message, with exactly the types that nbformat wants; None where it is none."""
    if kind == "stream" and content.get("name") in ("stdout", "stderr") and type(content.get("text")) is str:
        return {"output_type": "stream", "name": content["name"], "text": content["text"]}
    if kind == "error":
        lines = content.get("traceback")
        lines = [str(line)[:10_000] for line in lines[:100]] if isinstance(lines, list) else []
        return error_output(str(content.get("ename"))[:100], str(content.get("evalue"))[:1000], lines)
    if kind in ("display_data", "execute_result", "update_display_data"):
        data = content.get("data")
        if not isinstance(data, dict):
            return None
        data = {mime: value for mime, value in data.items() if type(value) is str or mime.endswith("json")}
        metadata = content.get("metadata")
        output = {
            "output_type": kind,
            "data": data,
            "metadata": metadata if isinstance(metadata, dict) else {},
        }
        return output | ({"execution_count": None} if kind == "execute_result" else {})
    return None


def error_output(name: str, message: str, traceback: list[str] | None = None) -> dict[str, Any]:
    """An output that tells an error."""
    lines = traceback or [f"{name}: {message}"]
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": lines}
