"""Callbacks for Keras' `fit`: a progress bar with the time left, and a learning curve that grows.

    model.fit(X, Y, epochs=20, validation_split=0.2, verbose=0, callbacks=[progress_bar(), live_curve()])

Both end the training where the loss is no longer a number, and say so.
"""

from __future__ import annotations

import functools
import html
import io
import math
import time
from typing import Any

from coursekit.frameworks.curves import curve_figure, draw_curves, in_words
from coursekit.frameworks.keras_setup import import_keras
from coursekit.frameworks.showing import Output

PAUSE = 0.25  # seconds at least between two updates
SHARE = 0.05  # of the training's time, at most, goes into pictures
WIDTH = 20  # characters of the bar


def progress_bar() -> Any:
    """A Keras callback: one line that says how far the training is, how it does, and the time left."""
    return _callback(ProgressBar)()


def live_curve(metric: str = "loss") -> Any:
    """A Keras callback: the learning curve so far. Its `history`, `figure` and `text` stay at the end."""
    return _callback(LiveCurve)(metric)


class ProgressBar:
    """What `progress_bar` does. It never looks at a batch's numbers: that would slow a GPU down."""

    model: Any
    params: dict[str, Any]

    def on_train_begin(self, logs: Any = None) -> None:
        self._output, self._epoch, self._said = Output(), 0, ""
        self._started = time.monotonic()
        self._due = self._started + PAUSE

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + PAUSE
            steps = self.params.get("steps")
            self._show(self._epoch + (batch / steps if steps else 0))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._epoch, self._said = epoch + 1, _values(logs)
        if stopped := _no_number(logs):
            self.model.stop_training = True
            self._said = f"{self._said}; {stopped}"
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + PAUSE
            self._show(epoch + 1)

    def on_train_end(self, logs: Any = None) -> None:
        self._show(self._epoch, ended=True)
        self._output.end()

    def _show(self, done: float, ended: bool = False) -> None:
        total, seconds = self.params["epochs"], time.monotonic() - self._started
        left = seconds / done * (total - done) if done else None
        when = (
            f"{duration(seconds)} in all" if ended else f"about {duration(left)} left" if left else "begins"
        )
        text = ", ".join(filter(None, (f"Epoch {min(math.ceil(done), total)} of {total}", self._said, when)))
        filled = round(WIDTH * done / total)
        bar = f'<progress value="{done:.3f}" max="{total}" aria-label="training"></progress> '
        self._output.show(f"[{'=' * filled}{' ' * (WIDTH - filled)}] {text}", bar + html.escape(text))


class LiveCurve:
    """What `live_curve` does: redraws where it is time to, and at the end."""

    model: Any
    params: dict[str, Any]

    def __init__(self, metric: str = "loss") -> None:
        super().__init__()
        self.metric, self.figure, self.text = metric, curve_figure(), ""
        self.history: dict[str, list[float]] = {}

    def on_train_begin(self, logs: Any = None) -> None:
        self._output, self._due = Output(), time.monotonic() + PAUSE
        self.history = {}

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(float(value))
        if _no_number(logs):
            self.model.stop_training = True
        if time.monotonic() >= self._due:
            self._draw()

    def on_train_end(self, logs: Any = None) -> None:
        if self.history:
            self._draw()
        self._output.end()

    def _draw(self) -> None:
        started = time.monotonic()
        (ax,) = self.figure.axes
        for artist in (*ax.lines, ax.get_legend()):
            if artist is not None:
                artist.remove()
        draw_curves(ax, {"": self.history}, self.metric)
        ax.relim()
        ax.autoscale_view()
        self.text = " ".join(filter(None, (in_words(self.history), _no_number(_last(self.history)))))
        file = io.BytesIO()
        self.figure.savefig(file, format="png")
        self._output.show(self.text, png=file.getvalue())
        now = time.monotonic()
        self._due = now + max(PAUSE, (now - started) / SHARE)


@functools.cache
def _callback(kind: type) -> Any:
    """The class as a Keras callback; made when first needed, since Keras is imported then."""
    return type(kind.__name__, (kind, import_keras().callbacks.Callback), {})


def duration(seconds: float) -> str:
    """A time for a person: "0.4 s", "12 s", "3 min"."""
    if seconds < 9.5:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _values(logs: Any) -> str:
    return ", ".join(f"{name} {float(value):.3g}" for name, value in (logs or {}).items())


def _last(history: dict[str, list[float]]) -> dict[str, float]:
    return {name: values[-1] for name, values in history.items()}


def _no_number(logs: Any) -> str:
    """What to say where the training loss is NaN or infinite; "" where it is a number."""
    if logs and "loss" in logs and not math.isfinite(float(logs["loss"])):
        return "stopped, because the loss is no longer a number: is the learning rate too high?"
    return ""
