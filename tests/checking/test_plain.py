"""Exact plain data, and its way between processes."""

import base64
import io
import json
from array import array
from collections import OrderedDict
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from coursekit.checking.plain import NotPlain, decode, encode, plain

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(PLAIN)
def test_plain_data_comes_back_from_the_wire_as_it_was(value):
    assert decode(encode(plain(value))) == value


@given(
    hnp.arrays(st.sampled_from([np.float64, np.float32, np.int64, np.bool_]), hnp.array_shapes(max_dims=3))
)
def test_arrays_come_back_with_type_shape_and_bits(array):
    back = decode(encode(plain(array)))
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    assert back.tobytes() == np.ascontiguousarray(array).tobytes()


class _Endless(list):
    def __len__(self):
        return 1

    def __iter__(self):
        return iter(int, 1)


@pytest.mark.parametrize(
    "value",
    [[[0.0] * 1000] * 2000, _Endless([1]), {"a": _Endless()}, dict.fromkeys(range(2_000_000)).keys()],
    ids=type,
)
def test_entries_are_counted_on_all_levels_together(value):
    with pytest.raises(NotPlain, match="more data"):
        plain(value)


def test_an_array_of_the_standard_library_becomes_an_array():
    got = plain(array("d", [0.5, 2.0]))
    assert type(got) is np.ndarray
    assert got.tolist() == [0.5, 2.0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ((1, 2), [1, 2]),
        (range(3), [0, 1, 2]),
        (np.float32(0.5), 0.5),
        (np.int64(7), 7),
        (np.bool_(True), True),
        (Fraction(1, 4), 0.25),
        (Decimal("0.5"), 0.5),
        (OrderedDict(a=(1,)), {"a": [1]}),
        ({np.int64(3): 1}.keys(), [3]),
        (np.array([1, None], dtype=object), [1, None]),
    ],
)
def test_values_of_many_types_become_plain(value, expected):
    got = plain(value)
    assert got == expected
    assert type(got) is type(expected)


def test_tensors_become_arrays_whether_they_carry_gradients_or_not():
    got = plain(torch.ones(2, 3, requires_grad=True) * 2)
    assert type(got) is np.ndarray
    np.testing.assert_array_equal(got, np.full((2, 3), 2.0))
    assert plain(torch.tensor([1.5], dtype=torch.bfloat16)).tolist() == [1.5]


class AlwaysEqual(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


class Liar(str):
    def __str__(self):
        return "passed"


def test_subclasses_lose_what_they_override():
    assert type(plain(AlwaysEqual(1.0))) is float
    assert plain(AlwaysEqual(1.0)) != 2.0
    assert plain(Liar("wrong")) == "wrong"
    assert type(plain(np.ma.masked_array([1.0, 2.0], [False, True]))) is np.ndarray


@pytest.mark.parametrize(
    "value",
    [
        object(),
        print,
        int,
        (i for i in "ab"),
        {1, 2},
        b"bytes",
        {(1, 2): 3},
        10**2000,
        np.array([b"x"]),
        [0] * 2_000_000,
        np.datetime64("2020-01-01"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_plain_is_named_and_refused(value):
    with pytest.raises(NotPlain):
        plain(value)


def test_a_list_that_holds_itself_is_refused():
    endless = []
    endless.append(endless)
    with pytest.raises(NotPlain):
        plain(endless)


def _npy(header_shape, data):
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        buffer, {"descr": "<f8", "fortran_order": False, "shape": header_shape}
    )
    return json.dumps({"npy": base64.b64encode(buffer.getvalue() + data).decode()})


def _pickled_npy():
    buffer = io.BytesIO()
    np.save(buffer, np.array([{}], dtype=object), allow_pickle=True)
    return json.dumps({"npy": base64.b64encode(buffer.getvalue()).decode()})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "nonsense",
        '{"pickle": "gASV"}',
        '{"npy": "AAAA"}',
        '{"npy": 3}',
        '{"dict": [[1]]}',
        '{"a": 1, "b": 2}',
        "[" * 100_000,
        "9" * 10_000,
        _npy((10**12,), b"\0" * 16),
        _npy((-1,), b""),
        _npy((3,), b"\0" * 16),
        _pickled_npy(),
        None,
        b"1",
    ],
    ids=str,
)
def test_a_message_of_any_other_form_is_refused_without_harm(text):
    with pytest.raises(NotPlain):
        decode(text)
