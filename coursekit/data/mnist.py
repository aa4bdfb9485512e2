"""MNIST in Keras' form: found, downloaded or stood in for, and it says which."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from coursekit.data.carried import PACKAGE

if TYPE_CHECKING:
    from coursekit.data.containers import Arrays

Split = tuple[np.ndarray, np.ndarray]  # images, labels
Say = Callable[[str], object] | None

LAID = PACKAGE / "_data" / "mnist"  # in a grading kernel: images without the test images
NAMES = ("x_train", "y_train", "x_test", "y_test")
STAND_IN = "stand-in"  # as COURSEKIT_DATA, it asks for the stand-in


@dataclass
class _Given:
    """What this process was given: one thing for all its life, but a stand-in gives way to MNIST once."""

    arrays: Arrays = field(default_factory=dict)
    line: str = ""  # which it is
    real: bool = False
    sought: bool = False  # on the network too: it is not waited for again


_given = _Given()
_one_at_a_time = threading.Lock()


def load_mnist(*, fetch: bool = True, say: Say = print) -> tuple[Split, Split]:
    """MNIST's handwritten digits: ((X_train, y_train), (X_test, y_test)), as Keras gives them.

    X: (60000, 28, 28) and (10000, 28, 28) uint8, 0 paper to 255 ink. y: (60000,) and (10000,) uint8, 0 to 9

    Looked for in COURSEKIT_DATA (a folder, or the npz file), in the folders `data` here and above, in the
    user's cache, in Keras' cache, and on the network. Where none has it, a stand-in is made from
    scikit-learn's small digits. It counts as MNIST only when it is so byte for byte.

    fetch: may it use the network. say: is given one line that says what this is, and one for each fault
    The arrays are copies: change them as you like.
    Source: Y. LeCun, C. Cortes and C. J. C. Burges, "The MNIST database of handwritten digits" (1998).
    """
    if LAID.is_dir():
        x_train, y_train, x_test, y_test = (_laid(name) for name in NAMES)
        return (x_train, y_train), (x_test, y_test)
    with _one_at_a_time:
        notes: list[str] = []
        if not _given.real and (not _given.arrays or (fetch and not _given.sought)):
            _look(fetch, notes, shown=say is not None)
        if say is not None:
            for line in (*notes, _given.line):
                say(line)
        x_train, y_train, x_test, y_test = (_given.arrays[name].copy() for name in NAMES)
    return (x_train, y_train), (x_test, y_test)


def _laid(name: str) -> np.ndarray:
    """An array that grading has laid down: its pages are read when used, and copied when changed."""
    mapped: np.ndarray = np.load(LAID / f"{name}.npy", mmap_mode="c")
    return mapped.view(np.ndarray)


def where_mnist_is(notes: list[str]) -> str | None:
    """Where `load_mnist` would find it without the network; None where it would not."""
    from coursekit.data import places

    found = None if _wants_stand_in() else places.find(notes)
    return found and str(found[1])


def _wants_stand_in() -> bool:
    return os.environ.get("COURSEKIT_DATA") == STAND_IN


def _look(fetch: bool, notes: list[str], *, shown: bool) -> None:
    """Fill `_given` by the best that can be had."""
    from coursekit.data import places

    why = "asked for by COURSEKIT_DATA"
    if not _wants_stand_in():
        if found := places.find(notes):
            arrays, path = found
            _keep(arrays, f"MNIST: 60,000 training and 10,000 test images, from {path}.", real=True)
            return
        why = "MNIST is not on this computer"
        if fetch:
            _given.sought = True
            why = _download(notes, shown=shown)
            if not why:
                return
    if not _given.arrays:
        from coursekit.data.stand_in import stand_in

        _keep(stand_in(), "", real=False)
    advice = "" if _wants_stand_in() else f" {_advice()}"
    _given.line = (
        f"A stand-in for MNIST ({why}): 60,000 and 10,000 images made from scikit-learn's 1,797 handwritten "
        f"digits. Everything works on it; its numbers are not MNIST's.{advice}"
    )


def _advice() -> str:
    from coursekit.data import mirrors, places

    return (
        "For the real one, start again (in a notebook: restart the kernel) when there is a network, "
        f"or put {mirrors.MIRRORS[0].url} into {places.cache()}."
    )


def _download(notes: list[str], *, shown: bool) -> str:
    """Fill `_given` by a download and keep it in the user's cache; "" or why there is none."""
    from coursekit.data import mirrors, places
    from coursekit.files import write_whole

    try:
        fetched = mirrors.download(mirrors.MIRRORS, mirrors.PATIENCE, notes, shown=shown)
    except mirrors.Offline:
        return "MNIST is not on this computer, and there is no network"
    if fetched is None:
        return "MNIST is not on this computer, and no mirror delivers it"
    arrays, content, mirror = fetched
    path = places.cache() / places.NPZ
    kept = f"kept as {path}"
    try:
        write_whole(path, content or _packed(arrays))
    except OSError as error:
        kept = f"and not kept, because {path} cannot be written ({error.strerror})"
    line = f"MNIST: 60,000 training and 10,000 test images, downloaded from {mirror}, {kept}."
    _keep(arrays, line, real=True)
    return ""


def _keep(arrays: Arrays, line: str, *, real: bool) -> None:
    _given.arrays, _given.line, _given.real = arrays, line, real


def _packed(arrays: Arrays) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()
