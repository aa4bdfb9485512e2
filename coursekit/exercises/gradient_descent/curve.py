"""The curve x²: points to draw it on, and the drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial
from coursekit.checking.compare import close, numeric
from coursekit.reference import gradient_descent as reference


def _same_grid(got: Any, expected: Any, args: tuple) -> None:
    close(rtol=0, atol=1e-9)(got, expected, args)
    zeros = numeric(got)[np.abs(numeric(expected)) < 1e-12]
    if np.any(np.abs(zeros) > 1e-12):
        raise Mismatch("the point in the middle is not 0")


grid = Exercise(
    id="gradient_descent.grid",
    title="201 points from -10 to 10",
    signature="grid()",
    reference=reference.grid,
    compare=_same_grid,
    alike=close(rtol=0, atol=1e-3),  # a mistake may be made in float32 too
    mistakes=(
        Mistake(
            "end-dropped",
            "`arange` stops before its end: 200 points, and 10 is missing",
            lambda: np.arange(-10, 10, 0.1),
        ),
        Mistake(
            "gap-off",
            "200 points with both ends have 199 gaps, a little wider than 0.1",
            lambda: np.linspace(-10, 10, 200),
        ),
        Mistake("overshoots", "the points go on beyond 10", lambda: np.arange(-10, 11, 0.1)),
        Mistake(
            "whole-steps",
            "the gap is 1; 0.1 was asked for",
            lambda: np.arange(-10, 11),
            lambda: np.arange(-10, 10),
        ),
    ),
    hints=(
        "Count the gaps from -10 to 10, then the points.",
        "`np.linspace(start, stop, number)` counts points and keeps both ends.",
    ),
)


def _look_at_plot(plot_parabola: Any, x: Any) -> Any:
    from coursekit.checking.probes import axes_beside_current, drawn

    with axes_beside_current() as (ax, others):
        plot_parabola(ax, x)
        return {"given": drawn(ax), "others": [drawn(other) for other in others()]}


def _draws(axes: dict, x: np.ndarray, y: Any, *, line: bool = True) -> bool:
    """Whether a line (or else points) through y(x) over all of x is drawn, in one piece or in several."""
    if line:
        pieces = [one for one in axes["lines"] if one["line"] and one["visible"] and len(one["x"]) > 1]
    else:
        pieces = [one for one in axes["lines"] if one["marker"] and not one["line"] and one["visible"]]
    curves = [(one["x"], one["y"]) for one in pieces]
    curves += [] if line else [(points[:, 0], points[:, 1]) for points in axes["points"]]
    through = np.concatenate([[], *(px for px, py in curves if np.allclose(py, y(px)))])
    return len(through) >= len(x) and np.allclose(_ends(through), _ends(x))


def _ends(x: np.ndarray) -> tuple[float, float]:
    return float(np.min(x)), float(np.max(x))


def _labelled(axes: dict) -> bool:
    return bool(axes["xlabel"].strip() and axes["ylabel"].strip())


def _plot_is_right(got: Any, expected: Any, args: tuple) -> None:
    given = got["given"]
    if not _draws(given, args[0], np.square):
        raise Mismatch("no line of y = x² over the given x is drawn on the given Axes")
    if not _labelled(given):
        raise Mismatch("one of the axes has no label")


def _in_words(got: dict) -> str:
    given, others = got["given"], sum(len(axes["lines"]) + len(axes["points"]) for axes in got["others"])
    lines = sum(one["line"] and one["visible"] for one in given["lines"])
    points = len(given["points"]) + len(given["lines"]) - lines
    labels = " and ".join(repr(text) if text else "none" for text in (given["xlabel"], given["ylabel"]))
    words = f"on the given Axes: lines {lines}, sets of points {points}, labels {labels}"
    return words + (f"; on other Axes: {others} drawn" if others else "")


def _every(seen: Any) -> Any:
    """A predicate that holds when `seen(observation, x)` does on every plot."""

    def holds(trials: Sequence[Trial]) -> bool:
        return all(
            trial.reply.kind == "value" and not trial.right and seen(trial.value, trial.case.args[0])
            for trial in trials
        )

    return holds


def _plots_x(ax: Any, x: Any) -> None:
    ax.plot(x, x)
    ax.set_xlabel("x")
    ax.set_ylabel("y")


def _unlabelled(ax: Any, x: Any) -> None:
    ax.plot(x, x**2)


def _on_current_axes(ax: Any, x: Any) -> None:
    import matplotlib.pyplot as plt

    plt.plot(x, x**2)
    plt.xlabel("x")
    plt.ylabel("y")


def _points_only(ax: Any, x: Any) -> None:
    ax.plot(x, x**2, "o")
    ax.set_xlabel("x")
    ax.set_ylabel("y")


def _scattered(ax: Any, x: Any) -> None:
    ax.scatter(x, x**2)
    ax.set(xlabel="x", ylabel="y")


def _plot_reference(ax: Any, x: Any) -> None:
    ax.plot(x, x**2)
    ax.set(xlabel="x", ylabel="x²")


plot_parabola = Exercise(
    id="gradient_descent.plot_parabola",
    title="Draw x²",
    signature="plot_parabola(ax, x)",
    reference=_plot_reference,
    cases=lambda rng: [
        Case((np.linspace(-10, 10, 201),), text="plot_parabola(ax, x) with x = 201 points from -10 to 10"),
        Case(
            (np.sort(rng.uniform(-3, 4, 30)),),
            text="plot_parabola(ax, x) with x = 30 points between -3 and 4",
        ),
    ],
    probe=_look_at_plot,
    compare=_plot_is_right,
    view=_in_words,
    mistakes=(
        Mistake(
            "plots-x",
            "the line drawn is y = x; square x for the height",
            _plots_x,
            seen=_every(lambda got, x: _draws(got["given"], x, np.positive)),
        ),
        Mistake(
            "unlabelled",
            "the curve is right, and a label is missing: both axes need one",
            _unlabelled,
            seen=_every(lambda got, x: _draws(got["given"], x, np.square) and not _labelled(got["given"])),
        ),
        Mistake(
            "wrong-axes",
            "the curve is drawn on other Axes: draw on the Axes that is given, with `ax.plot`",
            _on_current_axes,
            seen=_every(
                lambda got, x: (
                    not got["given"]["lines"] and any(_draws(ax, x, np.square) for ax in got["others"])
                )
            ),
        ),
        Mistake(
            "points-only",
            "only points are drawn; a line through them was asked for",
            _points_only,
            _scattered,
            seen=_every(lambda got, x: _draws(got["given"], x, np.square, line=False)),
        ),
    ),
    hints=(
        "Call a method of `ax`, not of `plt`: `ax` is the place to draw on.",
        "`ax.plot(x, heights)` draws the line; `ax.set_xlabel` and `ax.set_ylabel` name the axes.",
    ),
)
