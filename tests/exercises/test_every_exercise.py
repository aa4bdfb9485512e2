"""What follows from an exercise's data alone, for every exercise of every lesson."""

import contextlib
import functools

import numpy as np
import pytest

from coursekit import evaluate
from coursekit.checking import Mismatch, exercises_of, lessons
from coursekit.checking.asking import ask_all, ask_here, question, read_replies, serve, takes
from coursekit.checking.judging import FORMLESS, MISTAKE_EARNS_AT_MOST, _trial, judge, observe
from coursekit.checking.plain import encode, plain

ASKED = [one for lesson in lessons() for one in exercises_of(lesson).values() if not one.by_hand]
FORMS = [(one, mistake, form) for one in ASKED for mistake in one.mistakes for form in mistake.forms]
SEEDS = (None, 1, 2024)  # public inputs alone, and two of the many sets of secret ones


def _id(value):
    return getattr(value, "id", None) or getattr(value, "slug", None) or ""


def _judge(exercise, answer, seed=None):
    """The verdict as in grading: coursekit's own answers may be asked too."""
    return judge(
        exercise,
        lambda asked, cases: ask_all(
            asked.probe, answer, takes(asked), [c.args for c in cases], asked.seconds
        ),
        cases=_tried(exercise, seed),
    )


@functools.cache
def _tried(exercise, seed):
    """As in grading too: what is tried is kept, and what coursekit's own answers give there."""
    return exercise.tried(seed)


@pytest.mark.parametrize("exercise", ASKED, ids=_id)
def test_the_reference_passes(exercise):
    for seed in SEEDS:
        verdict = _judge(exercise, exercise.reference, seed)
        assert verdict.passed, verdict
        assert verdict.score == 1.0
        assert verdict.mistake is None


@pytest.mark.parametrize(("exercise", "mistake", "form"), FORMS, ids=_id)
def test_a_mistake_is_told_by_its_own_name_and_no_other(exercise, mistake, form):
    for seed in SEEDS[:2]:
        verdict = _judge(exercise, form, seed)
        assert verdict.mistake == mistake.slug, verdict
        assert verdict.passed is mistake.forgiven
        if not mistake.forgiven:
            assert verdict.score <= MISTAKE_EARNS_AT_MOST
            assert mistake.says.split(" ", 1)[1] in str(verdict)


def _shows(mistake, trials):
    """As the judge asks a predicate: one that runs into what it did not expect says no."""
    with contextlib.suppress(Mismatch, *FORMLESS):
        return mistake.seen(trials)
    return False


@pytest.mark.parametrize("exercise", ASKED, ids=_id)
def test_no_predicate_takes_the_reference_for_a_mistake(exercise):
    seen = [mistake for mistake in exercise.mistakes if mistake.seen]
    if seen:
        cases = exercise.tried(7)
        replies = ask_all(
            exercise.probe, exercise.reference, takes(exercise), [c.args for c in cases], exercise.seconds
        )
        trials = [_trial(exercise, case, reply) for case, reply in zip(cases, replies, strict=True)]
        assert not [mistake.slug for mistake in seen if _shows(mistake, trials)]


@pytest.mark.parametrize("exercise", ASKED, ids=_id)
def test_the_same_replies_come_across_a_process_boundary(exercise):
    cases = exercise.tried()
    text = serve(exercise.reference, question(exercise, cases))
    replies = read_replies(text, len(cases))
    assert judge(exercise, lambda *_: replies).passed


@pytest.mark.parametrize("exercise", ASKED, ids=_id)
def test_an_untouched_starter_is_not_attempted(exercise):
    def starter(*args, **options):
        raise NotImplementedError

    answer = (starter,) * len(exercise.reference) if exercise.takes == "functions" else starter
    if exercise.takes == "value":
        answer = ...
    for given in (answer, ...):
        verdict = evaluate(exercise.id, given)
        assert verdict.status == "not-attempted"
        assert verdict.score == 0
        assert not verdict.passed


@pytest.mark.parametrize("exercise", [one for one in ASKED if one.takes != "value"], ids=_id)
def test_calling_coursekits_own_answer_is_told(exercise):
    verdict = evaluate(exercise.id, exercise.reference)
    assert (verdict.status, verdict.mistake, verdict.score) == ("wrong", "delegates", 0.0)


@pytest.mark.parametrize("exercise", ASKED, ids=_id)
@pytest.mark.parametrize(
    "answer", [None, 7.5, "text", (), {}, [print], object()], ids=lambda value: type(value).__name__
)
def test_what_is_no_answer_gets_a_sentence_and_no_points(exercise, answer):
    verdict = evaluate(exercise.id, answer)
    assert not verdict.passed
    assert verdict.score == 0
    assert verdict.mistake is None
    assert len(str(verdict)) > 20


@pytest.mark.parametrize("exercise", [one for one in ASKED if one.takes == "function"], ids=_id)
@pytest.mark.parametrize(
    "answer",
    [
        lambda *args: None,
        lambda *args: (i for i in range(3)),
        lambda *args: "text",
        lambda *args: np.full((2, 7, 1), np.nan),
        lambda *args: 1 / 0,
        lambda: 1,
        lambda *args: object(),
        lambda *args: {"a": [1, {}]},
    ],
    ids=["None", "generator", "text", "NaN", "exception", "no parameters", "object", "dict"],
)
def test_nonsense_fails_without_a_mistakes_name(exercise, answer):
    if exercise.name == "grid" and answer.__code__.co_consts[-1:] == (1,):
        pytest.skip("grid takes no parameters")
    verdict = evaluate(exercise.id, answer)
    assert not verdict.passed
    assert verdict.score <= MISTAKE_EARNS_AT_MOST
    assert verdict.status in ("wrong", "crashed", "partly")
    assert verdict.why


@pytest.mark.parametrize("exercise", ASKED, ids=_id)
def test_facets_sum_to_one_and_every_case_has_one(exercise):
    assert sum(exercise.facets.values()) == pytest.approx(1)
    assert {case.facet for case in exercise.tried()} == set(exercise.facets)


@pytest.mark.parametrize("exercise", ASKED, ids=_id)
def test_public_inputs_are_always_the_same_and_secret_ones_are_marked(exercise):
    from coursekit.checking.plain import encode, plain

    first, second = exercise.tried(), exercise.tried()
    assert [encode(plain(c.args)) for c in first] == [encode(plain(c.args)) for c in second]
    assert not any(case.secret for case in first)
    assert all(case.secret for case in exercise.tried(5)[len(first) :])


@pytest.mark.parametrize("exercise", ASKED, ids=_id)
def test_slugs_are_unique_and_sentences_are_about_the_code(exercise):
    slugs = [mistake.slug for mistake in exercise.mistakes]
    assert len(slugs) == len(set(slugs))
    for mistake in exercise.mistakes:
        assert "you" not in mistake.says.lower().split(), "about the code, never about the person"
    for mistake in exercise.mistakes:
        assert mistake.says[-1] not in ".,", mistake.says


def test_an_answer_is_not_slowed_down_by_what_it_prints():
    verdict = evaluate("gradient_descent.derivative", lambda x: (print("x" * 1_000_000), 2 * x)[1])
    assert verdict.passed


def test_ask_here_stops_at_the_first_endless_loop():
    from coursekit.checking import find

    exercise = find("gradient_descent.steps_to_reach")

    def endless(learning_rate, start, tolerance):
        while True:
            pass

    replies = ask_here(exercise, endless, exercise.tried()[:5])
    assert [reply.kind for reply in replies] == ["timed-out"]


@pytest.mark.parametrize("exercise", ASKED, ids=_id)
def test_judging_leaves_what_is_remembered_as_it_was(exercise):
    """Or one answer could change what the next is compared with."""
    cases = _tried(exercise, SEEDS[1])

    def remembered():
        return [encode([plain(c.args), observe(exercise, exercise.reference, c).value]) for c in cases]

    before = remembered()
    for answer in (form for mistake in exercise.mistakes for form in mistake.forms):
        judge(exercise, lambda *_, answer=answer: [observe(exercise, answer, c) for c in cases], cases=cases)
    assert remembered() == before
