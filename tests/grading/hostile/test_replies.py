"""Replies are data that anybody may have written: their form earns nothing, and costs the judge nothing."""

import base64
import json

import numpy as np
import pytest

from coursekit.checking import Reply, find
from coursekit.checking.asking import read_replies
from coursekit.checking.judging import judge, observe
from coursekit.checking.plain import MAX_ENTRIES, NotPlain, decode, encode

STEP, REGIME = find("gradient_descent.step"), find("gradient_descent.regime")
SECRET = 5


def entry(value=None, **more):
    plain = {"kind": "value", "changed": [], "warned": "", "error": "", "message": "", "line": ""}
    return {**plain, "value": value, **more}


def right(exercise):
    """The entries that earn all points."""
    return [
        entry(observe(exercise, exercise.reference, case).value, kind="value")
        for case in exercise.tried(SECRET)
    ]


def verdict(exercise, entries):
    """The verdict on these forged replies, read as grading reads them."""
    return judge(exercise, lambda _, cases: read(encode(entries), len(cases)), SECRET)


def read(text, most):
    """What grading makes of this message."""
    try:
        return read_replies(text, most)
    except NotPlain as error:
        return [Reply("not-plain", message=str(error))]


def test_right_replies_pass():
    assert verdict(STEP, right(STEP)).passed


def test_a_reply_on_the_first_input_alone_is_worth_nothing():
    found = verdict(STEP, right(STEP)[:1])
    assert (found.status, found.points) == ("wrong", 0)
    assert "fewer replies" in found.why


@pytest.mark.parametrize(
    "stop", [{"kind": "timed-out"}, {"kind": "crashed", "error": "KeyboardInterrupt"}, {"kind": "died"}]
)
def test_who_stops_before_the_secret_inputs_has_no_part_of_the_points(stop):
    clear = sum(case.facet == "values" and not case.secret for case in REGIME.tried(SECRET))
    assert verdict(REGIME, [*right(REGIME)[:clear], entry(**stop)]).points == 0


@pytest.mark.parametrize(
    "more",
    [
        {"score": 1.0, "points": 9, "passed": True, "status": "passed"},
        {"kind": "passed"},
        {"kind": "value", "value": {"expected": [], "__class__": "Verdict"}},
        {"value": float("nan")},
        {"value": float("inf")},
        {"value": 2**4000},
        {"value": ""},
        {"value": []},
        {"value": np.zeros((0, 3))},
        {"value": np.full(1_000_000, np.nan)},
        {"changed": [-1] * 100_000},
        {"changed": ["0"]},
        {"error": "NotImplementedError"},
    ],
)
def test_forged_fields_earn_nothing(more):
    found = verdict(STEP, [entry(**more)] * len(STEP.tried(SECRET)))
    assert found.points == 0


@pytest.mark.parametrize("entries", [[np.arange(3)], [np.array("value")], [[]], ["kind"], [None], [3]])
def test_replies_that_are_no_dicts_are_refused(entries):
    with pytest.raises(NotPlain):
        read_replies(encode(entries), 3)


def test_text_that_no_file_can_hold_is_replaced():
    crash = entry(None, kind="crashed", message="\udfff!")
    value, crashed = read_replies(encode([entry("a\ud800b"), crash]), 2)
    assert (value.value, crashed.message) == ("a?b", "?!")


def test_keys_that_collide_are_refused_before_they_take_hours():
    pairs = [[place * (2**61 - 1), 0] for place in range(100_000)]
    with pytest.raises(NotPlain):
        decode(json.dumps({"dict": pairs}))


def test_more_entries_than_memory_has_room_for_are_refused_unread():
    with pytest.raises(NotPlain, match="more data"):
        decode("[" + "[]," * MAX_ENTRIES + "[]]")


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 1000000000000)}",
        "{'descr': '<U0', 'fortran_order': False, 'shape': (1000000000000,)}",
        "{'descr': '|O', 'fortran_order': False, 'shape': (0,)}",
        "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (0,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 0)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (" + "-" * 4000 + "1,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (" + "(" * 4000 + "}",
    ],
)
def test_npy_headers_that_lie_are_refused(header):
    data = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode()
    with pytest.raises(NotPlain):
        decode(json.dumps({"npy": base64.b64encode(data).decode()}))


def test_an_interrupted_answer_earns_nothing_whoever_says_that_it_was_interrupted():
    replies = [Reply("value", 1.5), Reply("crashed", error="KeyboardInterrupt")]
    assert judge(STEP, lambda *_: replies).points == 0
