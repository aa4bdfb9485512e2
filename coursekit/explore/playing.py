"""Explorers of what happens update by update: a slider of updates, and buttons that move it on."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets
from matplotlib.figure import Figure

from coursekit.explore.explorer import Explorer, slider


class Played(Explorer):
    """An explorer with the controls "updates", "train" (which becomes Pause) and "step".

    Nothing moves before Train is pressed. The clock is the browser's (`Play`, whose own buttons have
    no names for screen readers, and are hidden): the kernel is busy only while it draws, and the
    slider may be dragged back.

    most: the last update; frame: updates between two pictures; updates: where it begins
    """

    def __init__(
        self, figure: Figure, controls: dict[str, Any], most: int, frame: int, updates: int = 0
    ) -> None:
        self.play = widgets.Play(max=most, step=frame, interval=150, layout={"display": "none"})
        self.play.value = updates
        train = widgets.ToggleButton(description="Train", icon="play")
        one = widgets.Button(description="One update")
        moves = {"updates": slider("Updates", updates, 0, most, 1), "train": train, "step": one}
        for control in controls.values():
            control.observe(self._restart, "value")
        train.observe(self._switch, "value")
        one.on_click(self._step)
        moves["updates"].observe(self._seek, "value")
        self.play.observe(self._advance, "value")
        self.play.observe(self._played, "playing")
        super().__init__(figure, {**controls, **moves, "play": self.play})

    @property
    def updates(self) -> int:
        return self.controls["updates"].value

    def refresh(self, change: Any = None) -> None:
        # Train and Play move the slider, and that draws
        if change is None or change["owner"] not in (self.play, self.controls["train"]):
            super().refresh(change)

    def pause(self) -> None:
        self.controls["train"].value = False

    def _switch(self, change: Any) -> None:
        train = self.controls["train"]
        train.description, train.icon = ("Pause", "pause") if train.value else ("Train", "play")
        self.aloud = not train.value
        if train.value and self.updates == self.play.max:
            self.controls["updates"].value = 0
        self.play.playing = train.value
        if not train.value:
            self.refresh()  # where it has come to is read aloud

    def _played(self, change: Any) -> None:
        self.controls["train"].value = change["new"]  # the browser stops at the end

    def _advance(self, change: Any) -> None:
        self.controls["updates"].value = change["new"]

    def _seek(self, change: Any) -> None:
        self.play.value = change["new"]

    def _step(self, button: Any) -> None:
        self.pause()
        self.controls["updates"].value += 1

    def _restart(self, change: Any) -> None:
        self.pause()
        with self.at_once():
            self.controls["updates"].value = 0
