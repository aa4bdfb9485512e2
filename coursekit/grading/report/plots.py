"""The plots of the report: each a PNG and the text that says the same.

Colours are those of Okabe and Ito (2008), which colour-blind people can tell apart; every mark
is readable without its colour too.
"""

from __future__ import annotations

import base64
import io
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from coursekit.grading.report.summary import ASIDE, UNGRADED, Summary

# status -> (colour, ink on it, mark, words)
STYLE = {
    "passed": ("#0072b2", "white", "✓", "right"),
    "partly": ("#7cc4ee", "black", "½", "partly right"),
    "wrong": ("#d55e00", "white", "✗", "wrong"),
    "crashed": ("#b3568a", "white", "!", "stopped with an error"),
    "timed-out": ("#e69f00", "black", "∞", "took too long"),
    "not-attempted": ("#e8e8e8", "#555555", "–", "not attempted"),
    UNGRADED: ("white", "black", "?", "could not be graded"),
    ASIDE: ("white", "#999999", "", "not in this release"),
}
INK, QUIET, BLUE = "#1d2733", "#5b6773", "#0072b2"
ROWS_SHOWN = 60  # up to here a row a student; above, a row a group of them
GROUPS = 10
MISTAKES_SHOWN = 15


@dataclass(frozen=True)
class Plot:
    """A picture and its text. name: of its file, without .png"""

    name: str
    png: bytes
    alt: str

    @property
    def url(self) -> str:
        """The picture as an address that holds it whole, so that a page needs no second file."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode("ascii")


def distribution(summary: Summary) -> Plot:
    """How many students have how many points, by the checks alone."""
    points, most = np.array(summary.points), max(summary.max_points, 1)
    bins = np.arange(0, most + 1) if most <= 40 else np.linspace(0, most, 21)
    edges = np.append(bins, most + bins[1]) - (0.5 if most <= 40 else 0)
    counts, _ = np.histogram(points, edges)
    fig, ax = _figure(6.6, 2.6)
    ax.bar(edges[:-1] + np.diff(edges) / 2, counts, width=0.86 * np.diff(edges), color=BLUE)
    median = summary.median or 0.0
    ax.axvline(median, color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
    side = ("right", -5) if median > most / 2 else ("left", 5)
    ax.annotate(f"median {median:g}", (median, 1), (side[1], 1), xycoords=("data", "axes fraction"),
                textcoords="offset points", ha=side[0], va="bottom", color=INK, fontsize=9)  # fmt: skip
    ax.set(xlabel=f"points from the checks, of {most:g}", ylabel="students", xlim=(edges[0], edges[-1]))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    ax.grid(axis="y", color="#e3e6e9")
    low, high = (f"{v:g}" for v in (points.min(), points.max()))
    alt = (
        f"Histogram of the points of {len(points)} students: from {low} to {high} of {most:g}, "
        f"median {median:g}; {int(np.sum(points < most / 2))} have less than half."
    )
    return Plot("distribution", _png(fig, alt), alt)


def heat_map(summary: Summary, name: Callable[[str], str]) -> Plot:
    """Exercise by student; above ROWS_SHOWN students, exercise by group of students of like points."""
    return _by_group(summary) if len(summary.rows) > ROWS_SHOWN else _by_student(summary, name)


def _by_student(summary: Summary, name: Callable[[str], str]) -> Plot:
    rows, questions = summary.rows, summary.questions
    fig, ax = _grid(len(rows), len(questions))
    for y, row in enumerate(rows):
        for x, question in enumerate(questions):
            color, ink, mark, _ = STYLE[row.statuses[question.id]]
            _cell(ax, x, y, color, ink, mark)
    ax.set_yticks(
        range(len(rows)), [f"{drawable(name(row.student), row.student)}  {row.points:g}" for row in rows]
    )
    _heads(ax, summary)
    used = [status for status in STYLE if any(status in row.statuses.values() for row in rows)]
    _legend(ax, [(STYLE[status][0], STYLE[status][2], STYLE[status][3]) for status in used])
    passed = sum(question.counts["passed"] for question in questions)
    best, worst = _extremes(summary)
    alt = (
        f"Exercises across, {len(rows)} students down, most points first: "
        f"{passed} of {len(rows) * len(questions)} answers are right. "
        f"Most have {best}, fewest {worst}. The table below says the same in text."
    )
    return Plot("heatmap", _png(fig, alt), alt)


def _by_group(summary: Summary) -> Plot:
    questions = summary.questions
    groups = [group for group in np.array_split(np.arange(len(summary.rows)), GROUPS) if len(group)]
    fig, ax = _grid(len(groups), len(questions), height=0.36)
    labels = []
    for y, group in enumerate(groups):
        rows = [summary.rows[i] for i in group]
        labels.append(f"{rows[-1].points:g} to {rows[0].points:g} points  ({len(rows)})")
        for x, question in enumerate(questions):
            asked = [
                row.statuses[question.id]
                for row in rows
                if row.statuses[question.id] not in (UNGRADED, ASIDE)
            ]
            share = asked.count("passed") / len(asked) if asked else None
            color = "white" if share is None else _blues(share)
            ink = "white" if share is not None and share > 0.72 else INK
            _cell(ax, x, y, color, ink, "?" if share is None else f"{100 * share:.0f}")
    ax.set_yticks(range(len(groups)), labels)
    _heads(ax, summary)
    _legend(ax, [(_blues(s), f"{100 * s:.0f}", "% right" if s == 1 else "") for s in (0, 0.25, 0.5, 0.75, 1)])
    best, worst = _extremes(summary)
    alt = (
        f"Exercises across, {len(summary.rows)} students in {len(groups)} groups of like points down, "
        f"each cell the percentage that is right. Most have {best}, fewest {worst}. "
        f"The table below says it for each student."
    )
    return Plot("heatmap", _png(fig, alt), alt)


def mistakes(summary: Summary) -> Plot:
    """The named mistakes by number of students, the most frequent first."""
    several = [one for one in summary.mistakes if len(one.students) > 1]
    shown = (several or summary.mistakes)[:MISTAKES_SHOWN]
    fig, ax = _figure(6.6, 0.2 + 0.26 * len(shown))
    numbers = [len(one.students) for one in shown]
    names = [f"{one.exercise.split('.')[-1]}: {one.slug}" for one in shown]
    bars = ax.barh(range(len(shown)), numbers, height=0.7, color=STYLE["wrong"][0])
    ax.bar_label(bars, padding=4, color=INK)
    ax.set_yticks(range(len(shown)), [textwrap.shorten(one, 48) for one in names])
    ax.invert_yaxis()
    ax.set(xticks=[], xlim=(0, 1.08 * max(numbers)))
    ax.spines["bottom"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    listed = ", ".join(f"{one} {number}" for one, number in zip(names[:5], numbers, strict=False))
    alt = f"Mistakes by number of students. The most frequent: {listed}. The list below has them all."
    return Plot("mistakes", _png(fig, alt), alt)


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    fig = Figure(figsize=(width, height), layout="constrained")
    ax = fig.add_subplot()
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.spines["bottom"].set_color("#9aa4ad")
    ax.tick_params(colors=INK, labelsize=9, color="#9aa4ad")
    ax.xaxis.label.set_color(QUIET)
    ax.yaxis.label.set_color(QUIET)
    ax.set_axisbelow(True)
    return fig, ax


def _grid(rows: int, columns: int, height: float = 0.25) -> tuple[Figure, Axes]:
    fig, ax = _figure(max(5.0, 2.3 + 0.46 * columns), 1.9 + height * rows)
    ax.spines[:].set_visible(False)
    ax.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
    ax.tick_params(length=0)
    return fig, ax


def _cell(ax: Axes, x: int, y: int, color: Any, ink: str, text: str) -> None:
    edge = "#c9ced3" if color == "white" else "none"
    ax.add_patch(Rectangle((x - 0.46, y - 0.44), 0.92, 0.88, facecolor=color, edgecolor=edge, linewidth=0.6))
    ax.text(x, y, text, ha="center", va="center_baseline", color=ink, fontsize=9, parse_math=False)


def _heads(ax: Axes, summary: Summary) -> None:
    names = [textwrap.shorten(question.name.replace("_", " "), 24) for question in summary.questions]
    ax.xaxis.tick_top()
    ax.set_xticks(range(len(names)), names, rotation=40, ha="left", rotation_mode="anchor")
    for label in (*ax.get_xticklabels(), *ax.get_yticklabels()):
        label.set_parse_math(False)


def _legend(ax: Axes, entries: Sequence[tuple[Any, str, str]]) -> None:
    """A row of cells with their words, under the grid."""
    handles = [Rectangle((0, 0), 1, 1, facecolor=color, edgecolor="#c9ced3") for color, _, _ in entries]
    texts = [f"{mark} {words}".strip() for _, mark, words in entries]
    ax.figure.legend(
        handles,
        texts,
        loc="outside lower center",
        ncols=min(5, len(entries)),
        frameon=False,
        fontsize=8.5,
        handlelength=1.1,
        handleheight=1.1,
        columnspacing=1.6,
    )


def _blues(share: float) -> tuple[float, ...]:
    """From nearly white to the blue of what is right."""
    low, high = np.array([0.93, 0.95, 0.97]), np.array([0.0, 0.36, 0.60])
    return tuple(low + (high - low) * share)


def _extremes(summary: Summary) -> tuple[str, str]:
    ranked = sorted(summary.questions, key=lambda question: question.counts["passed"])
    return tuple(f"{one.name} ({one.counts['passed']})" for one in (ranked[-1], ranked[0]))  # type: ignore[return-value]


@lru_cache(maxsize=1)
def _font() -> Any:
    return get_font(findfont(FontProperties(family="DejaVu Sans")))


def drawable(name: str, otherwise: str, most: int = 26) -> str:
    """A name as the plots' font can draw it, else the id, else how many characters it has."""
    for text in (name, otherwise):
        text = " ".join(text.split())
        if text and text.isprintable() and all(_font().get_char_index(ord(letter)) for letter in text):
            return text if len(text) <= most else text[: most - 1] + "…"
    return f"(a name of {len(name)} characters)"


def _png(fig: Figure, alt: str) -> bytes:
    file = io.BytesIO()
    fig.savefig(
        file, format="png", dpi=150, facecolor="white", metadata={"Title": "", "Description": alt[:500]}
    )
    return file.getvalue()
