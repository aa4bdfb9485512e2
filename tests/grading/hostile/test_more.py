"""Further attacks, found by a person who had read the grader and not the other tests."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.checking import Exercise, Mismatch, Reply, exercises_of, find
from coursekit.checking.asking import read_replies, stopped
from coursekit.checking.judging import judge, observe
from coursekit.checking.plain import NotPlain, encode
from coursekit.exercises.gradient_descent.orders import explained, one_order
from coursekit.grading.run.asked import asked

REPLY = vars(Reply("value", 1.0))
STOPS = [("value", "KeyboardInterrupt"), ("crashed", "KeyboardInterrupt"), ("timed-out", ""), ("died", "")]


@pytest.mark.parametrize(("kind", "error"), STOPS)
@pytest.mark.parametrize("name", sorted(exercises_of("gradient_descent").keys() - {"gradient_descent.grid"}))
def test_one_right_value_and_a_claim_to_have_been_stopped_earn_nothing(name, kind, error):
    exercise = find(name)
    if not isinstance(exercise, Exercise):
        pytest.skip("read by a person")
    cases = asked(exercise, 7).cases
    right = observe(exercise, exercise.reference, cases[0]).value
    verdict = judge(exercise, lambda *_: [Reply(kind, right, error=error)], cases=cases)
    assert verdict.score == 0
    assert not verdict.passed


def test_a_value_never_says_that_asking_stopped():
    assert not stopped(Reply("value", 1.0, error="KeyboardInterrupt"))


@pytest.mark.parametrize(
    "lie",
    [
        {"error": "KeyboardInterrupt"},
        {"kind": "timed-out"},
        {"kind": "crashed", "error": "KeyboardInterrupt"},
        {"kind": "not-plain"},
    ],
)
def test_a_message_in_which_a_reply_is_both_a_value_and_something_else_is_not_read(lie):
    with pytest.raises(NotPlain):
        read_replies(encode([REPLY | lie]), 1)


def test_what_is_forgiven_is_forgiven_only_after_every_case():
    exercise = find("activations.output_layer")
    soft = ["C", "softmax", "cross-entropy"]
    replies = [Reply("value", soft), Reply("value", ["1", "linear", "mse"]), Reply("timed-out", soft)]
    verdict = judge(exercise, lambda *_: replies, cases=asked(exercise, 7).cases)
    assert not verdict.passed
    assert verdict.score == 0


FIT = find("gradient_descent.fit_line")
LONG = np.zeros(300_000)


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("gradient_descent.fit_line", {key: [[0.0], LONG] for key in ("first", "again", "other")}),
        (
            "initialization.he_normal",
            {"draws": LONG[:, None, None] + np.zeros((1, 2)), "again": 0.0, "other": 1.0},
        ),
        ("activations.output_layer", ["x" * 900_000, "linear", "mse"]),
        ("gradient_descent.plot_parabola", {"given": {"lines": [{}] * 300_000}, "others": []}),
    ],
)
def test_a_reply_far_larger_than_the_right_one_is_not_looked_at(name, reply):
    exercise = find(name)
    cases = asked(exercise, 7).cases
    verdict = judge(exercise, lambda *_: [Reply("value", reply)] * len(cases), cases=cases)
    assert "far more data" in verdict.why
    assert verdict.score == 0
    assert len(str(verdict)) < 2000


def test_a_fit_with_other_losses_than_one_for_each_epoch_is_explained_by_no_order():
    case = next(case for case in asked(FIT, 7).cases if case.args[0] == "orders")
    for count in (0, case.args[4] - 1, 1000):
        with pytest.raises(Mismatch):
            explained([[0.0], np.zeros(count)], case.args)
        with pytest.raises(Mismatch):
            one_order([[0.0], np.zeros(count)], case.args)
