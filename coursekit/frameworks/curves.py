"""Learning curves: how the loss went from epoch to epoch, in one run or in several."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

History = Mapping[str, Sequence[float]]


def draw_curves(ax: Any, runs: Mapping[str, History], metric: str = "loss") -> None:
    """Draw `metric` of each run against epochs from 1: training dashed, validation solid, a colour a run.

    runs: name -> history, as `fit` gives it: {"loss": [...], "val_loss": [...]}, an entry an epoch;
        "train_loss" and "valid_loss" are read as well
    Raises ValueError where no run has the metric.
    """
    drawn = 0
    for number, (name, history) in enumerate(runs.items()):
        for kind, keys, style in (
            ("training", (metric, f"train_{metric}"), "--"),
            ("validation", (f"val_{metric}", f"valid_{metric}"), "-"),
        ):
            values = next((history[key] for key in keys if key in history), None)
            if values is not None:
                epochs = range(1, len(values) + 1)
                label = f"{name}, {kind}" if name else kind
                marker = "." if len(values) == 1 else ""
                ax.plot(epochs, values, style, color=f"C{number}", label=label, marker=marker)
                drawn += 1
    if not drawn:
        raise ValueError(
            f"no run has {metric!r}; there are {sorted({key for one in runs.values() for key in one})}"
        )
    ax.set_xlabel("epoch")
    ax.set_ylabel(metric)
    ax.legend()


def in_words(history: History) -> str:
    """The last values, and where val_loss was least: the text of a learning curve's picture."""
    epochs = max((len(values) for values in history.values()), default=0)
    last = ", ".join(f"{name} {values[-1]:.3g}" for name, values in history.items() if values)
    validation = list(history.get("val_loss", history.get("valid_loss", [])))
    finite = [value for value in validation if math.isfinite(value)]
    least = f"; the validation loss was least in epoch {validation.index(min(finite)) + 1}" if finite else ""
    return f"Learning curve after {epochs} epoch{'s' * (epochs != 1)}: {last}{least}."


def curve_figure(width: float = 5.6, height: float = 3.4) -> Any:
    """A figure with one Axes, in colours that everybody tells apart; it belongs to no window."""
    from matplotlib import style
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    ax = figure.add_subplot()
    ax.set_prop_cycle(style.library["tableau-colorblind10"]["axes.prop_cycle"])
    ax.spines[["top", "right"]].set_visible(False)
    return figure
