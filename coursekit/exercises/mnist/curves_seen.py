"""What a learning curve's drawing shows: lines, points and a legend, on the Axes given and on others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

NAMES = ("loss", "val_loss")


def look_at_curves(plot_learning_curve: Any, history: Any) -> Any:
    from coursekit.checking.probes import axes_beside_current, drawn

    def style(line: Any) -> list[str]:
        return [str(getattr(line, f"get_{name}", str)()) for name in ("color", "linestyle", "marker")]

    with axes_beside_current() as (ax, others):
        plot_learning_curve(history, ax)
        legends = [one for one in (ax.get_legend(), *ax.figure.legends) if one is not None]
        return {
            "given": drawn(ax),
            "styles": [style(line) for line in ax.get_lines()],
            "legend": [
                {"text": text.get_text(), "style": style(handle)}
                for legend in legends
                for text, handle in zip(legend.get_texts(), legend.legend_handles, strict=True)
            ],
            "others": [drawn(other) for other in others()],
        }


def _lines_on(axes: dict, values: Sequence[float], first: int) -> list[int]:
    """Which of the lines run along these values at first, first + 1 ..., each wholly."""
    found = []
    for place, line in enumerate(axes["lines"]):
        at = np.round(line["x"]).astype(int) - first
        fits = len(at) > 0 and line["visible"] and (line["line"] or line["marker"])
        if fits and np.allclose(line["x"], at + first) and at.min() >= 0 and at.max() < len(values):
            found += [place] if np.allclose(line["y"], np.take(values, at), rtol=1e-4) else []
    return found


def draws(axes: dict, values: Sequence[float], first: int = 1) -> bool:
    """Whether all of these values are drawn, as lines or points, in one piece or in several."""
    lines = [axes["lines"][place] for place in _lines_on(axes, values, first)]
    x = np.concatenate([[], *(line["x"] for line in lines), *(points[:, 0] for points in axes["points"])])
    y = np.concatenate([[], *(line["y"] for line in lines), *(points[:, 1] for points in axes["points"])])
    return all(
        np.any(np.isclose(x, epoch) & np.isclose(y, value, rtol=1e-4))
        for epoch, value in enumerate(values, start=first)
    )


def draws_both(axes: dict, history: dict, *starts: int) -> bool:
    return any(all(draws(axes, history[name], first) for name in NAMES) for first in starts)


def labelled(axes: dict) -> bool:
    return bool(axes["xlabel"].strip() and axes["ylabel"].strip())


def entries(got: dict) -> list[dict]:
    return [entry for entry in got["legend"] if entry["text"].strip()]


def legend_swapped(got: dict, history: dict) -> bool:
    training, validation = (_texts(got, history[name]) for name in NAMES)
    return "val" in training and "val" not in validation


def _texts(got: dict, values: Sequence[float]) -> str:
    """What the legend says of the lines along these values, told by their style."""
    styles = [
        got["styles"][place] for place in _lines_on(got["given"], values, 1) if place < len(got["styles"])
    ]
    return " ".join(entry["text"].lower() for entry in entries(got) if entry["style"] in styles)


def in_words(got: dict) -> str:
    given, legend = got["given"], [entry["text"] for entry in got["legend"]]
    words = f"lines {len(given['lines'])}, legend {legend}, labels {[given['xlabel'], given['ylabel']]}"
    elsewhere = sum(len(other["lines"]) for other in got["others"])
    return words + (f"; on other Axes: {elsewhere} lines" if elsewhere else "")
