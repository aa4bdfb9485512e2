"""Two plots of the report: the points, and the mistakes by number. The third has a file of its own."""

from __future__ import annotations

import textwrap

import numpy as np
from matplotlib.ticker import MaxNLocator

from coursekit.grading.report.drawing import BLUE, INK, STYLE, Plot, figure, png_of
from coursekit.grading.report.summary import Summary

MISTAKES_SHOWN = 15


def distribution(summary: Summary) -> Plot:
    """How many students have how many points, by the checks alone."""
    points, most = np.array(summary.points), max(summary.max_points, 1)
    bins = np.arange(0, most + 1) if most <= 40 else np.linspace(0, most, 21)
    edges = np.append(bins, most + bins[1]) - (0.5 if most <= 40 else 0)
    counts, _ = np.histogram(points, edges)
    fig, ax = figure(6.6, 2.6)
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
    return Plot("distribution", png_of(fig, alt), alt)


def mistakes(summary: Summary) -> Plot:
    """The named mistakes by number of students, the most frequent first."""
    several = [one for one in summary.mistakes if len(one.students) > 1]
    shown = (several or summary.mistakes)[:MISTAKES_SHOWN]
    fig, ax = figure(6.6, 0.2 + 0.26 * len(shown))
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
    return Plot("mistakes", png_of(fig, alt), alt)
