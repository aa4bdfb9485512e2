"""MNIST is MNIST in whatever container it comes; anything else is told, and harms nobody."""

import gzip
import hashlib
import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from coursekit.data.containers import Damaged, read_idx, read_npz, verify
from tests.data.conftest import idx, npz, sets


def same(found, arrays):
    return found.keys() == arrays.keys() and all(np.array_equal(found[k], arrays[k]) for k in arrays)


def test_npz_compressed_or_not_is_read(little):
    file = io.BytesIO()
    np.savez_compressed(file, **little)
    assert same(read_npz(file.getvalue()), little)
    assert same(read_npz(npz(little)), little)


def test_idx_raw_or_gz_is_read(little):
    for array in little.values():
        assert np.array_equal(read_idx(idx(array)), array)
        assert np.array_equal(read_idx(gzip.compress(idx(array))), array)


def test_only_mnist_is_verified(little):
    verify(little)
    with pytest.raises(Damaged, match="x_train differs"):
        verify(sets(1))


def test_one_other_pixel_is_seen(little):
    x = little["x_test"].copy()
    x[3, 4, 5] ^= 1
    with pytest.raises(Damaged, match="x_test differs"):
        verify({**little, "x_test": x})


def test_labels_of_the_wrong_length_or_type_are_told_with_their_shape(little):
    with pytest.raises(Damaged, match=r"y_train is uint8 of \(59,\)"):
        verify({**little, "y_train": little["y_train"][:-1]})
    with pytest.raises(Damaged, match="y_test is int64"):
        verify({**little, "y_test": little["y_test"].astype(np.int64)})


class Bomb:
    def __reduce__(self):
        return pytest.fail, ("unpickled",)


def zipped(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return file.getvalue()


def bad_npz():
    arrays, good = sets(0), npz(sets(0))
    header = b"\x93NUMPY\x01\x00v\x00{'descr': '|u1', 'fortran_order': False, 'shape': (9999999999999,), }"
    return {
        "empty": b"",
        "html": b"<html></html>",
        "truncated": good[: len(good) // 2],
        "tail missing": good[:-30],
        "another npz": npz({"a": np.zeros(3)}),
        "one missing": npz({name: array for name, array in arrays.items() if name != "y_test"}),
        "objects": npz({**arrays, "y_test": np.array([Bomb()], dtype=object)}),
        "pickle": zipped(**{name: pickle.dumps(Bomb()) for name in arrays}),
        "zip bomb": zipped(**{name: bytes(61_000_000) for name in ("x_train",)}),
        "lies": zipped(**dict.fromkeys(arrays, header.ljust(128))),
        "text": zipped(**dict.fromkeys(arrays, b"hello")),
    }


@pytest.mark.parametrize("what", bad_npz())
def test_a_damaged_or_foreign_npz_is_told_and_never_unpickled(what):
    with pytest.raises(Damaged):
        read_npz(bad_npz()[what])


@pytest.mark.parametrize(
    "content",
    [b"", b"\0\0", b"<html>", idx(sets(0)["x_test"])[:-1], idx(sets(0)["y_test"]) + b"\0",
     gzip.compress(idx(sets(0)["x_test"]))[:-20], b"\x1f\x8bnothing", b"\0\0\x0d\x01\0\0\0\0",
     b"\0\0\x08\x03\0\0"],
)  # fmt: skip
def test_a_damaged_or_foreign_idx_is_told(content):
    with pytest.raises(Damaged):
        read_idx(content)


REAL = Path(__file__).parents[3] / "shared" / "data" / "mnist.npz"  # beside a clone, on some machines
PUBLISHED = {  # MD5 of the authors' four files, unpacked
    "x_train": "6bbc9ace898e44ae57da46a324031adb",
    "y_train": "a25bea736e30d166cdddb491f175f624",
    "x_test": "2646ac647ad5339dbf082846283269ea",
    "y_test": "27ae3e4e09519cfbb04c329615203637",
}


@pytest.mark.skipif(not REAL.is_file(), reason="MNIST is not here")
def test_the_real_one_is_verified_and_has_the_sums_that_others_publish():
    arrays = read_npz(REAL.read_bytes())
    verify(arrays)
    assert {name: hashlib.md5(idx(array)).hexdigest() for name, array in arrays.items()} == PUBLISHED
