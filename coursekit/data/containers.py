"""The files that MNIST comes in, and the check that what is in them is MNIST.

Keras' `mnist.npz` holds four arrays. The authors' own form is four idx files, raw or as .gz: a zero, the
code of the type (8 for uint8), the number of axes, their lengths (big-endian), and the numbers.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import math
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

Arrays = dict[str, np.ndarray]  # by the names below

SHAPES = {"x_train": (60000, 28, 28), "y_train": (60000,), "x_test": (10000, 28, 28), "y_test": (10000,)}
SHA256 = {  # of the arrays' bytes, whatever file they come in
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}
IDX_NAMES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
MOST = 60_000_000  # bytes of one array's file, unpacked; the largest has 47,040,016
_UNREADABLE = (ValueError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError)


class Damaged(Exception):
    """A file that is not what its name says; the message is why."""


def read_npz(content: bytes) -> Arrays:
    """The four arrays of an npz file's content. Raises Damaged. Nothing in it is ever unpickled."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: _member(archive, f"{name}.npy") for name in SHAPES}
    except (*_UNREADABLE, gzip.BadGzipFile, MemoryError) as error:
        raise Damaged("it is no whole npz file") from error
    except KeyError as error:
        raise Damaged("it does not hold MNIST's four arrays") from error


def _member(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    if archive.getinfo(name).file_size > MOST:
        raise Damaged(f"{name} in it is too large")
    content = archive.read(name)
    if not content.startswith(b"\x93NUMPY"):  # anything else would go to pickle
        raise Damaged(f"{name} in it is no array")
    array: np.ndarray = np.load(io.BytesIO(content), allow_pickle=False)
    return array


def read_idx(content: bytes) -> np.ndarray:
    """The array of an idx file's content, as it is or compressed by gzip. Raises Damaged."""
    if content.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(io.BytesIO(content)) as file:
                content = file.read(MOST)
        except (OSError, EOFError, zlib.error) as error:
            raise Damaged("it is no whole gzip file") from error
    axes = content[3] if len(content) > 3 else 0
    if content[:3] != b"\0\0\x08" or not 1 <= axes <= 3 or len(content) < 4 + 4 * axes:
        raise Damaged("it is no idx file of small numbers")
    shape = struct.unpack(f">{axes}I", content[4 : 4 + 4 * axes])
    if len(content) - 4 - 4 * axes != math.prod(shape):
        raise Damaged("it is longer or shorter than it says")
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)


def idx_files(folder: Path) -> dict[str, Path] | None:
    """The four idx files in a folder, under one of their usual names; None where one is missing."""
    names = {
        name: [dash + end for dash in (usual, usual.replace("-idx", ".idx")) for end in ("", ".gz")]
        for name, usual in IDX_NAMES.items()
    }
    found = {name: path for name, four in names.items() for one in four if (path := folder / one).is_file()}
    return found if len(found) == len(IDX_NAMES) else None


def verify(arrays: Mapping[str, np.ndarray]) -> None:
    """Raise Damaged unless these arrays are MNIST's, byte for byte."""
    for name in SHAPES:
        verify_one(name, arrays[name])


def verify_one(name: str, array: np.ndarray) -> None:
    """Raise Damaged unless this array is the one of MNIST with that name, byte for byte."""
    if array.shape != SHAPES[name] or array.dtype != np.uint8:
        wanted = f"not uint8 of {SHAPES[name]}"
        raise Damaged(f"its {name} is {array.dtype} of {array.shape}, {wanted}")
    if hashlib.sha256(np.ascontiguousarray(array).data).hexdigest() != SHA256[name]:
        raise Damaged(f"its {name} differs from MNIST's")
