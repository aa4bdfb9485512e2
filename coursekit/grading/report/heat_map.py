"""Exercise by student, or by group of students where there are many."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patches import Rectangle

from coursekit.grading.report.drawing import INK, STYLE, Plot, figure, png_of
from coursekit.grading.report.summary import ASIDE, UNGRADED, Summary

ROWS_SHOWN = 60  # up to here a row a student; above, a row a group of them
GROUPS = 10


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
    return Plot("heatmap", png_of(fig, alt), alt)


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
    return Plot("heatmap", png_of(fig, alt), alt)


def _grid(rows: int, columns: int, height: float = 0.25) -> tuple[Figure, Axes]:
    fig, ax = figure(max(5.0, 2.3 + 0.46 * columns), 1.9 + height * rows)
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
