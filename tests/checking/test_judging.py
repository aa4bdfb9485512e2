"""The score of an answer that is neither all right nor all wrong."""

import pytest

from coursekit.checking import Case, Exercise, Mismatch, Mistake, close
from coursekit.checking.asking import ask_here
from coursekit.checking.judging import MISTAKE_EARNS_AT_MOST, judge


def _compare(got, expected, args):
    if got < 10:
        raise Mismatch(f"{got} of 10 were found")


def _exercise(*mistakes):
    return Exercise(
        "made_up.count",
        "Count",
        "count(n)",
        reference=lambda n: 10,
        cases=lambda rng: [Case((5,))],
        compare=_compare,
        alike=close(),
        grade=lambda trials: (trials[0].value - 5) / 5,
        mistakes=mistakes,
    )


@pytest.mark.parametrize(("found", "score"), [(4, 0), (5, 0), (7, 0.4), (9, 0.8)])
def test_an_exercise_may_measure_what_an_answer_earns(found, score):
    exercise = _exercise()
    verdict = judge(exercise, lambda asked, cases: ask_here(asked, lambda n: found, cases))
    assert verdict.score == pytest.approx(score)
    assert verdict.status == ("partly" if score else "wrong")


def test_a_measured_score_is_full_only_where_everything_is_right():
    assert judge(_exercise(), lambda asked, cases: ask_here(asked, lambda n: 11, cases)).score == 1


def test_a_named_mistake_limits_a_measured_score():
    nine = Mistake("nine", "one is left out", lambda n: 9)
    verdict = judge(_exercise(nine), lambda asked, cases: ask_here(asked, lambda n: 9, cases))
    assert (verdict.mistake, verdict.score) == ("nine", MISTAKE_EARNS_AT_MOST)
