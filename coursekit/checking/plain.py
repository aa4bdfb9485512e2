"""Exact plain data: the only thing that passes between an answer and its judge.

Plain means None, bool, int, float, str, list, dict and numeric or text arrays, each of
exactly that type, so that no object of the answer's own making is ever compared.
`plain` makes such a copy beside the answer; `encode` and `decode` carry it between
processes as JSON, arrays as npy bytes, never pickled.
"""

from __future__ import annotations

import base64
import io
import json
import math
import numbers
from array import array
from collections import deque
from collections.abc import Iterable, Iterator, KeysView, Mapping, ValuesView
from itertools import islice
from typing import Any

import numpy as np

MAX_ITEMS = 1_000_000  # entries of lists and dicts, all levels together
MAX_ARRAY_BYTES = 64_000_000
MAX_TEXT = 1_000_000  # characters of one string
MAX_DEPTH = 32
MAX_WIRE = 100_000_000  # characters of one encoded message
MAX_ENTRIES = 1_000_000  # entries in one encoded message
MAX_KEY = 2**63  # further whole numbers can be chosen to collide in a dict, and fill it for hours
_ARRAY_KINDS = "biufcU"


class NotPlain(Exception):
    """What an answer gave is no plain data; the message names what it was."""


def plain(value: Any) -> Any:
    """Return an exact plain copy of `value`.

    Tuples and ranges become lists; NumPy scalars become Python numbers; tensors of torch,
    TensorFlow or JAX, pandas' objects and whatever else has `__array__` become arrays.
    Raises NotPlain for everything else and for what is too large.
    """
    return _plain(value, [MAX_ITEMS], MAX_DEPTH)


def _plain(value: Any, budget: list[int], depth: int) -> Any:
    if value is None or type(value) in (bool, float):
        return value
    if isinstance(value, np.ndarray):
        return _plain_array(value, budget, depth)
    if isinstance(value, np.generic):
        return _plain_scalar(value)
    if isinstance(value, bool | int | float | str):
        return _plain_builtin(value)
    budget[0] -= 1
    if budget[0] < 0 or depth < 0:
        raise NotPlain("more data than is looked at")
    if isinstance(value, list | tuple | range | deque | KeysView | ValuesView):
        return [_plain(item, budget, depth - 1) for item in _entries(value, budget)]
    if isinstance(value, Mapping):
        entries = _entries(value.items(), budget)
        return {_plain_key(key): _plain(item, budget, depth - 1) for key, item in entries}
    if _is_torch(value):
        tensor = value.detach().cpu()
        tensor = tensor.to_dense() if tensor.is_sparse else tensor
        tensor = tensor.float() if str(tensor.dtype) == "torch.bfloat16" else tensor
        return _plain_array(tensor.resolve_conj().resolve_neg().numpy(), budget, depth)
    if isinstance(value, type) or callable(value):
        raise NotPlain(f"a {'class' if isinstance(value, type) else 'function'}")
    if hasattr(type(value), "__array__") or isinstance(value, array):
        return _plain_array(np.asarray(value), budget, depth)
    if isinstance(value, numbers.Real) or type(value).__module__ == "decimal":
        return float(value)
    if isinstance(value, complex):
        return _plain_array(np.asarray(value), budget, depth)
    if isinstance(value, Iterator):
        raise NotPlain(f"a {type(value).__name__}, which gives its values one at a time")
    raise NotPlain(f"an object of type {type(value).__name__}")


def _entries(values: Iterable[Any], budget: list[int]) -> list[Any]:
    entries = list(
        islice(values, budget[0] + 1)
    )  # its length may be the answer's own, or there may be no end
    budget[0] -= len(entries)
    if budget[0] < 0:
        raise NotPlain("more data than is looked at")
    return entries


def _plain_builtin(value: bool | int | float | str) -> Any:
    # The base types' own methods: a subclass cannot answer in their place.
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        number = int.__int__(value)
        if number.bit_length() > 4096:
            raise NotPlain("a whole number of more than a thousand digits")
        return number
    if isinstance(value, float):
        return float.__float__(value)
    if str.__len__(value) > MAX_TEXT:
        raise NotPlain("a text of more than a million characters")
    text = str.__str__(value)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()  # no halves of characters


def _plain_key(key: Any) -> str | int | float | bool | None:
    key = key.item() if isinstance(key, np.generic) else key
    if key is None or isinstance(key, bool | int | float | str):
        return key if key is None else _plain_builtin(key)
    raise NotPlain(f"a dict with a key of type {type(key).__name__}")


def _plain_scalar(value: np.generic) -> Any:
    if value.dtype.kind in "biu" or value.dtype.kind == "f":
        return value.astype(np.float64).item() if value.dtype.kind == "f" else value.item()
    if value.dtype.kind == "U":
        return _plain_builtin(str(value))
    return _plain_array(np.asarray(value), [MAX_ITEMS], MAX_DEPTH)


def _plain_array(array: np.ndarray, budget: list[int], depth: int) -> Any:
    if isinstance(array, np.ma.MaskedArray):
        array = np.ma.filled(array.astype(float), np.nan)
    array = np.ndarray.view(np.asarray(array), np.ndarray)
    if array.dtype.kind == "O":
        if array.size > budget[0]:
            raise NotPlain("more data than is looked at")
        return _plain(array.tolist(), budget, depth - 1)
    if array.dtype.kind not in _ARRAY_KINDS:
        raise NotPlain(f"an array of dtype {array.dtype}")
    if array.nbytes > MAX_ARRAY_BYTES:
        raise NotPlain("more data than is looked at")
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    return np.array(array, dtype=array.dtype.newbyteorder("="), order="C", subok=False)


def _is_torch(value: Any) -> bool:
    return type(value).__module__.split(".")[0] == "torch" and hasattr(value, "detach")


def encode(value: Any) -> str:
    """Return plain `value` as one line of JSON: arrays as npy bytes, dicts as lists of pairs."""
    return json.dumps(_to_json(value), separators=(",", ":"))


def _to_json(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, value, allow_pickle=False)
        return {"npy": base64.b64encode(buffer.getvalue()).decode("ascii")}
    if isinstance(value, dict):
        return {"dict": [[key, _to_json(item)] for key, item in value.items()]}
    if isinstance(value, list | tuple):
        return [_to_json(item) for item in value]
    return value


def decode(text: str) -> Any:
    """Return the plain value that `encode` wrote.

    Raises NotPlain for whatever is not exactly of that form: the text may be anybody's.
    """
    if type(text) is not str:
        raise NotPlain("a message that cannot be read")
    if len(text) > MAX_WIRE or sum(map(text.count, ",[{")) > MAX_ENTRIES:  # before it takes memory
        raise NotPlain("more data than is looked at")
    try:
        # Many values, each of them plain, in an envelope: there are fewer entries than characters.
        return _plain(_from_json(json.loads(text)), [len(text)], MAX_DEPTH + 4)
    except (ValueError, TypeError, KeyError, RecursionError, MemoryError) as error:
        raise NotPlain("a message that cannot be read") from error


def _from_json(value: Any) -> Any:
    if isinstance(value, list):
        return [_from_json(item) for item in value]
    if isinstance(value, dict):
        ((kind, content),) = value.items()
        if kind == "npy":
            return _read_npy(base64.b64decode(content, validate=True))
        if kind == "dict":
            return {_read_key(key): _from_json(item) for key, item in content}
        raise ValueError(kind)
    return value


def _read_key(key: Any) -> Any:
    if type(key) is int and abs(key) > MAX_KEY:
        raise ValueError("key")
    return key


def _read_npy(data: bytes) -> np.ndarray:
    # NumPy's own reader believes the header and allocates what it claims; here the size is compared first.
    buffer = io.BytesIO(data)
    try:
        if np.lib.format.read_magic(buffer) != (1, 0):
            raise ValueError("npy version")
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(buffer, max_header_size=4096)
    except Exception as error:  # NumPy reads headers as Python, and that may stop with anything
        raise ValueError("npy header") from error
    rest = data[buffer.tell() :]
    count = math.prod(shape)
    if dtype.kind not in _ARRAY_KINDS or min(shape, default=0) < 0 or count * dtype.itemsize != len(rest):
        raise ValueError("npy content")
    if math.prod(max(length, 1) for length in shape) > MAX_ARRAY_BYTES:  # empty, and its sum is not
        raise ValueError("npy shape")
    return np.frombuffer(rest, dtype=dtype).reshape(shape, order="F" if fortran else "C").copy()
