"""Fold the plane: a small network in training, its decision surface, and the plane after its layers."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import ipywidgets as widgets

from coursekit.explore.explorer import Explorer, choice, slider, slider_over
from coursekit.explore.planes import DATA
from coursekit.explore.playground_picture import PlaygroundPicture
from coursekit.explore.training import STARTS, Training
from coursekit.reference.activations import ELEMENTWISE

RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
PACES = (5, 20, 100, 300, 1000)  # updates a second
WORK = 0.05  # seconds of updates between two pictures, at most
REST = 0.02  # seconds after each picture that belong to the kernel: there a pause, or another cell, comes in
PICTURE = 0.1  # seconds from picture to picture, at least
MOST = 5_000  # updates: then it pauses by itself, so that a forgotten notebook does not run for ever

SEED = 182  # from here two ReLU units solve xor, as from about one start in five
NETWORK = ("data", "activation", "layers", "units", "start")  # the controls that begin a new one
STARTS_SHOWN = {
    "he": "He: variance 2/n",
    "glorot": "Glorot: variance 2/(n + m)",
    "lecun": "LeCun: variance 1/n",
    "wide": "deviation 3, whatever n",
    "equal": "all weights ½",
}


class Playground(Explorer):
    """Data, a network, and buttons that train it: nothing is trained before one is pressed.

    data: a key of DATA; layers, units: of the hidden part; activation: a key of ELEMENTWISE
    rate: one of RATES, which may change while it trains; start: a key of STARTS; seed: of the weights
    """

    shows = (
        "Left: examples of two classes in the plane under a grid, tinted by what the network says; dashed "
        "lines where a unit of the first layer is 0. Middle: the same grid and examples after the hidden "
        "layers, where the output cuts with one straight line. Right: the loss, and a bar for each unit."
    )

    def __init__(
        self,
        data: str = "xor",
        layers: int = 1,
        units: int = 2,
        activation: str = "relu",
        rate: float = 0.1,
        start: str = "he",
        seed: int = SEED,
    ) -> None:
        self._seed = seed
        self._task: asyncio.Task[None] | None = None
        self.sheets = PlaygroundPicture()
        controls: dict[str, Any] = {
            "data": choice("Data", list(DATA), data),
            "activation": choice("Activation", list(ELEMENTWISE), activation),
            "layers": slider("Hidden layers", layers, 1, 3, 1),
            "units": slider("Units in each", units, 1, 8, 1),
            "start": choice("First weights", [(STARTS_SHOWN[key], key) for key in STARTS], start),
            "rate": slider_over("Learning rate η", RATES, rate),
            "pace": slider_over("Updates a second", PACES, 100),
            "train": widgets.ToggleButton(description="Train", icon="play"),
            "step": widgets.Button(description="One update"),
            "again": widgets.Button(description="New weights"),
        }
        self.controls = controls
        for name in NETWORK:
            controls[name].observe(self._begin, "value")
        controls["train"].observe(self._switch, "value")
        controls["step"].on_click(self._step)
        controls["again"].on_click(self._anew)
        self._begin()
        super().__init__(self.sheets.figure, controls)

    def draw(self) -> tuple[str, str]:
        self.sheets.show(self.training)
        return self.training.told()

    @property
    def trains(self) -> bool:
        return self.controls["train"].value

    def pause(self) -> None:
        """Stop training, at once."""
        self.controls["train"].value = False

    def close(self) -> None:
        self.pause()
        super().close()

    def _begin(self, change: Any = None) -> None:
        """A new network, untrained."""
        self.pause()
        at = {name: self.controls[name].value for name in NETWORK}
        self.training = Training(**at, seed=self._seed)

    def _anew(self, button: Any) -> None:
        self._seed += 1
        self._begin()
        self.refresh()

    def _step(self, button: Any) -> None:
        self.pause()
        self.training.update(self.controls["rate"].value)
        self.refresh()

    def _switch(self, change: Any) -> None:
        """The button Train was pressed, and is now the button Pause, or the other way round."""
        button, self.aloud = self.controls["train"], not self.trains
        button.description, button.icon = ("Pause", "pause") if self.trains else ("Train", "play")
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if self.trains:
            self._task = self._loop().create_task(self._train())

    def _loop(self) -> asyncio.AbstractEventLoop:
        """The kernel's loop. Raises RuntimeError where there is none, as in a script."""
        try:
            return asyncio.get_running_loop()
        except RuntimeError:
            self.pause()
            raise RuntimeError("training runs beside a notebook's kernel; press One update") from None

    async def _train(self) -> None:
        """Train and draw, and leave the kernel to others in between, until paused, closed or done."""
        end, began, owed = self.training.updates + MOST, time.perf_counter(), 1.0
        while self.trains and self.widget.comm is not None:
            owed = self._catch_up(owed)
            self.refresh()
            if self.training.ran_away or self.training.updates >= end:
                self.pause()
                return
            await asyncio.sleep(max(REST, PICTURE - (time.perf_counter() - began)))
            owed += self.controls["pace"].value * (time.perf_counter() - began)
            began = time.perf_counter()

    def _catch_up(self, owed: float) -> float:
        """As many updates as are owed, if there is time; the rest of one that is left over."""
        until = time.perf_counter() + WORK
        for _ in range(int(owed)):
            self.training.update(self.controls["rate"].value)
            if time.perf_counter() > until:
                return 0.0
        return owed % 1
