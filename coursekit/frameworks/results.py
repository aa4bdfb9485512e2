"""A table that grows: what was changed in each training run, and what it did."""

from __future__ import annotations

import html
from typing import NamedTuple


class Row(NamedTuple):
    """One training run; `train` and `valid` are accuracies in [0, 1], on the images it saw and on others."""

    change: str
    images: int
    epochs: int
    seed: int
    device: str
    train: float
    valid: float

    @property
    def cells(self) -> list[str]:
        """The row as texts, with the gap between both accuracies."""
        train, valid = round(self.train, 3), round(self.valid, 3)
        scores = [f"{train:.3f}", f"{valid:.3f}", f"{train - valid:.3f}".replace("-", "\N{MINUS SIGN}")]
        return [self.change, f"{self.images:,}", f"{self.epochs:,}", str(self.seed), self.device, *scores]


HEAD = ["change", "images", "epochs", "seed", "device", "train", "validation", "gap"]
NONE = "No run yet: the table comes with the first."


class Results:
    """The runs so far, as the value of a cell a table.

        results = Results()
        results.add("dropout", images=1000, epochs=100, seed=0, device="CPU", train=0.99, valid=0.87)

    The same change with the same seed, run again, takes the place of its older row.
    """

    def __init__(self) -> None:
        self.rows: dict[tuple[str, int], Row] = {}

    def add(
        self, change: str, *, images: int, epochs: int, seed: int, device: str, train: float, valid: float
    ) -> Row:
        """Note a run and return its row. epochs: those that were run; train, valid: accuracies in [0, 1]."""
        row = Row(change, images, epochs, seed, device.removeprefix("the "), float(train), float(valid))
        self.rows[change, seed] = row
        return row

    def __len__(self) -> int:
        return len(self.rows)

    def __str__(self) -> str:
        if not self.rows:
            return NONE
        table = [HEAD, *(row.cells for row in self.rows.values())]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in table)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        if not self.rows:
            return f'<p style="color:#666666">{NONE}</p>'
        head = "".join(f'<th scope="col">{name}</th>' for name in HEAD)
        body = "".join(
            f'<tr><th scope="row" style="text-align:left">{html.escape(first)}</th>'
            + "".join(f"<td>{html.escape(cell)}</td>" for cell in rest)
            + "</tr>"
            for first, *rest in (row.cells for row in self.rows.values())
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
