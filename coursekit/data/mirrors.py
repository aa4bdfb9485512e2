"""Where MNIST is downloaded from: several mirrors, each given up when it does not deliver.

What a mirror sends counts only when it is MNIST byte for byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from coursekit.console import Advance, progress
from coursekit.data.containers import IDX_NAMES, Arrays, Damaged, read_idx, read_npz, verify, verify_one
from coursekit.data.fetching import NotDelivered, Patience, pieces_of, reachable

MB = 1_000_000


@dataclass(frozen=True)
class Mirror:
    """url: of an npz file, or of a folder (it ends in /) with the four idx.gz files. size: MB in all"""

    url: str
    size: float

    @property
    def name(self) -> str:
        return urlsplit(self.url).netloc

    def files(self) -> dict[str, str]:
        """The address of each file, by its array; an npz file's name is ""."""
        if not self.url.endswith("/"):
            return {"": self.url}
        return {name: f"{self.url}{usual}.gz" for name, usual in IDX_NAMES.items()}


MIRRORS = (
    Mirror("https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz", 11.5),
    Mirror("https://ossci-datasets.s3.amazonaws.com/mnist/", 11.6),
    Mirror("https://storage.googleapis.com/cvdf-datasets/mnist/", 11.6),
)


PATIENCE = Patience()


class Offline(Exception):
    """No mirror can be reached at all."""


def download(
    mirrors: Sequence[Mirror], patience: Patience, notes: list[str], *, shown: bool = True
) -> tuple[Arrays, bytes | None, str] | None:
    """MNIST from the first mirror that delivers it: arrays, the npz file's bytes if it is one, the mirror.

    notes: gets a sentence for each mirror that did not. shown: with a progress bar. Raises Offline.
    """
    if not reachable([mirror.url for mirror in mirrors], patience.connect):
        raise Offline
    for mirror in mirrors:
        try:
            with progress(f"MNIST from {mirror.name}", mirror.size, " MB", shown=shown) as advance:
                return *_fetch(mirror, patience, advance), mirror.name
        except (NotDelivered, Damaged) as error:
            notes.append(f"{mirror.name} did not deliver MNIST: {error}.")
    return None


def _fetch(mirror: Mirror, patience: Patience, advance: Advance) -> tuple[Arrays, bytes | None]:
    arrays: Arrays = {}
    for name, url in mirror.files().items():
        content = b""
        for piece in pieces_of(url, patience):
            content += piece
            advance(len(piece) / MB)
        if not name:
            arrays = read_npz(content)
            verify(arrays)
            return arrays, content
        arrays[name] = read_idx(content)
        verify_one(name, arrays[name])
    return arrays, None
