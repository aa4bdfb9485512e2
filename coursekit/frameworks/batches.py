"""Mini-batches by hand: a loader whose data lie on the device, once and for all.

A `DataLoader` fetches examples one by one and stacks them; then each batch is copied to the
device. What fits into the device's memory needs neither: one indexing operation cuts a batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


class Batches:
    """Pairs (X, y) of a batch each, for a `for` loop, as a `DataLoader` gives them.

        for X, y in Batches(images, labels, 128, device, torch.Generator().manual_seed(0)): ...

    X: (N, ...) inputs; y: (N,) labels, or (N, ...) targets. Arrays become tensors of torch's default
        float type, whole numbers in y int64; tensors keep their type
    batch_size: examples a batch; the last batch is as short as what is left
    generator: shuffles anew for every pass; without one the order is that of the data
    Raises ValueError where X and y differ in length or hold nothing, and where X holds whole numbers.
    """

    def __init__(
        self,
        X: Any,
        y: Any,
        batch_size: int,
        device: torch.device | str = "cpu",
        generator: torch.Generator | None = None,
    ) -> None:
        from torch.utils.data import TensorDataset

        if len(X) != len(y):
            raise ValueError(f"{len(X)} inputs and {len(y)} labels: each input needs one label")
        if len(X) == 0 or batch_size < 1:
            raise ValueError(f"{len(X)} examples in batches of {batch_size}: at least 1 of each is needed")
        self.X, self.y = _tensor(X, device), _tensor(y, device)
        if not self.X.is_floating_point():
            raise ValueError(f"the inputs are {self.X.dtype}: scale them into [0, 1] first, as floats")
        self.batch_size, self.generator = batch_size, generator
        self.dataset = TensorDataset(self.X, self.y)  # len(loader.dataset), as with a DataLoader

    def __len__(self) -> int:
        """How many batches: ceil(N / batch_size)."""
        return -(-len(self.X) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        import torch

        if self.generator is None:
            yield from zip(self.X.split(self.batch_size), self.y.split(self.batch_size), strict=True)
            return
        order = torch.randperm(len(self.X), generator=self.generator, device=self.generator.device)
        for batch in order.to(self.X.device).split(self.batch_size):
            yield self.X.index_select(0, batch), self.y.index_select(0, batch)  # thrice as fast as X[batch]


def _tensor(values: Any, device: torch.device | str) -> torch.Tensor:
    import numpy as np
    import torch

    if isinstance(values, torch.Tensor):
        return values.to(device)
    kind = np.asarray(values).dtype.kind
    dtype = torch.get_default_dtype() if kind == "f" else torch.int64 if kind in "iu" else None
    # A copy: an array may be read-only, or change later.
    return torch.tensor(values, dtype=dtype, device=device)
