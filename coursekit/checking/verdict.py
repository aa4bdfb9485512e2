"""The verdict and its two faces: plain words, and HTML for the notebook."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

STATUSES = ("passed", "partly", "wrong", "crashed", "timed-out", "not-attempted")
HEADS = {
    "passed": "Right",
    "partly": "Partly right",
    "wrong": "Not right yet",
    "crashed": "It stopped with an error",
    "timed-out": "It took too long",
    "not-attempted": "Not attempted yet",
}
_SECRET = {
    "wrong": "It gives another result there than the right one.",
    "crashed": "It stops with an error there.",
    "timed-out": "It had not ended in time there.",
}


class Points(float):
    """Points earned: a float whose text is a bare number, which is what nbgrader reads as the score."""

    most: float

    def __new__(cls, earned: float, most: float) -> Points:
        points = super().__new__(cls, earned)
        points.most = most
        return points

    def __repr__(self) -> str:
        return float.__repr__(self)

    def _repr_html_(self) -> str:
        return f"<span>{_number(float(self))} of {_number(self.most)} point{'s' * (self.most != 1)}</span>"


@dataclass(frozen=True)
class Verdict:
    """What an answer is worth and why.

    status: one of STATUSES. score: in [0, 1]. mistake: slug of the named mistake, or None
    call, expected, got: the smallest input that shows the fault, as text ("" where there is none)
    why: sentences on what was seen and its likely cause
    secret: the input that shows the fault is kept for grading, and not told
    """

    exercise: str
    passed: bool
    score: float
    status: str
    mistake: str | None = None
    call: str = ""
    expected: str = ""
    got: str = ""
    why: str = ""
    max_points: int = field(default=1, compare=False)
    secret: bool = False

    @property
    def points(self) -> Points:
        return Points(round(self.score * self.max_points, 4), self.max_points)

    def __str__(self) -> str:
        lines = [self._head()]
        if self.call:
            lines.append(f"    {self.call}")
        if self.expected:
            lines.append(f"    expected: {_indent(self.expected)}")
        if self.got:
            lines.append(f"    got:      {_indent(self.got)}")
        return "\n".join(lines + ([self.why] if self.why else []))

    def _head(self) -> str:
        points = f"{_number(float(self.points))} of {self.max_points} point{'s' * (self.max_points != 1)}"
        return f"{HEADS[self.status]} ({points})"

    def as_html(self, hint: str = "") -> str:
        """The panel under a check cell; `hint`, if any, is folded away below it and needs no kernel."""
        color = "#0072b2" if self.passed else "#767676" if self.status == "not-attempted" else "#d55e00"
        rows = "".join(
            f'<div style="display:flex;gap:1em"><span style="min-width:5em">{name}</span>'
            f'<pre style="margin:0;white-space:pre-wrap;background:none">{html.escape(text)}</pre></div>'
            for name, text in (("call", self.call), ("expected", self.expected), ("got", self.got))
            if text
        )
        return (
            f'<div role="status" style="border-left:4px solid {color};padding:.3em .8em;margin:.3em 0">'
            f"<strong>{html.escape(self._head())}</strong>"
            + (f'<div style="margin:.4em 0">{rows}</div>' if rows else "")
            + (f'<p style="margin:.3em 0">{_with_code(self.why)}</p>' if self.why else "")
            + (f"<details><summary>Hint</summary><p>{_with_code(hint)}</p></details>" if hint else "")
            + "</div>"
        )

    def _repr_html_(self) -> str:
        return self.as_html()

    def without_input(self, kind: str) -> Verdict:
        """The same verdict with the counterexample replaced by its kind: the input is secret.

        What the answer says itself, in an exception say, may hold the input: it is not told either.
        """
        call = f"(an input kept for grading: {kind})"
        why = self.why if self.mistake else _SECRET.get(self.status, _SECRET["wrong"])
        return replace(self, call=call, expected="", got="", why=why, secret=True)


def _with_code(text: str) -> str:
    """HTML of a sentence in which `code` stands between backticks."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def _indent(text: str) -> str:
    return text.replace("\n", "\n" + " " * 14)


def _number(value: float) -> str:
    return f"{value:g}"


def show(value: Any, most: int = 240) -> str:
    """Plain data as a person would write it, numbers to six digits, long arrays shortened."""
    if isinstance(value, float):
        text = repr(float(f"{value:.6g}")) if np.isfinite(value) else str(value)
    elif isinstance(value, np.ndarray):
        body = np.array2string(
            value, precision=6, threshold=12, edgeitems=3, separator=", ", suppress_small=True
        )
        body = re.sub(r"(?<=\[) | (?=[,\]])", "", " ".join(body.split()))  # on one line, as lists are written
        text = body if 0 < value.size <= 12 else f"array of shape {value.shape}: {body}"
    elif isinstance(value, list):
        inner = [show(item, most) for item in value[:8]] + (["..."] if len(value) > 8 else [])
        text = "[" + ", ".join(inner) + "]" + (f" ({len(value)} entries)" if len(value) > 8 else "")
    elif isinstance(value, tuple):
        text = "(" + ", ".join(show(item, most) for item in value) + ("," if len(value) == 1 else "") + ")"
    elif isinstance(value, dict):
        text = "{" + ", ".join(f"{k!r}: {show(v, most)}" for k, v in list(value.items())[:8]) + "}"
    else:
        text = repr(value)
    return text if len(text) <= most else text[: most - 3] + "..."
