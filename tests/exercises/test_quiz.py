"""Quizzes: a choice by letter or by text, a reason for each wrong one, and nothing given away."""

import pytest

from coursekit.checking.asking import ask_here
from coursekit.checking.judging import judge
from coursekit.exercises.quiz import quiz

SLOPE = quiz(
    "lesson.quiz_slope",
    "The slope of s",
    "What is the derivative of σ in terms of its output s?",
    {
        "a": ("σ(s)(1 − σ(s))", "the sigmoid is applied twice"),
        "b": ("s(1 − s)", None),
        "c": ("1 − s", "the factor s is missing"),
    },
)


def verdict(answer):
    return judge(SLOPE, lambda asked, cases: ask_here(asked, answer, cases))


@pytest.mark.parametrize("answer", ["b", "B", " b ", "(b)", "b)", "b.", "s(1 − s)", "s(1-s)", "b) s(1 − s)"])
def test_the_right_choice_passes_however_it_is_written(answer):
    assert verdict(answer).passed


@pytest.mark.parametrize("answer", ["a", "A)", "σ(s)(1 - σ(s))", "a: σ(s)(1 − σ(s))"])
def test_a_wrong_choice_is_told_its_reason(answer):
    given = verdict(answer)
    assert (given.mistake, given.score, given.status) == ("chose-a", 0.0, "wrong")
    assert "The sigmoid is applied twice." in str(given)


@pytest.mark.parametrize("answer", ["d", "", "a or b", "ab", 2, None, ["b"], "b) 1 − s", b"b"])
def test_what_is_no_choice_is_wrong_and_no_mistake(answer):
    given = verdict(answer)
    assert (given.passed, given.score, given.mistake) == (False, 0.0, None)


@pytest.mark.parametrize("answer", ["a", "c", "d", None])
def test_the_right_choice_is_not_given_away(answer):
    text = str(verdict(answer))
    assert "s(1 − s)" not in text
    assert "expected" not in text


def test_a_function_may_give_the_choice():
    assert verdict(lambda: "b").passed
    assert verdict(lambda: "c").mistake == "chose-c"
    assert "did you forget `return`?" in str(verdict(lambda: None))


def test_an_open_question_is_not_attempted():
    def starter():
        raise NotImplementedError()

    assert [verdict(one).status for one in (..., starter)] == ["not-attempted"] * 2


def test_the_prompt_lists_every_choice():
    assert SLOPE.prompt.splitlines()[0].endswith("output s?")
    assert "- **b** s(1 − s)" in SLOPE.prompt


@pytest.mark.parametrize(
    "choices",
    [
        {"a": ("one", None), "b": ("two", None)},
        {"a": ("one", "no"), "b": ("two", "no")},
        {"a": ("one", None), "c": ("two", "no")},
        {"a": ("one", None), "b": ("One.", "no")},
        {"a": ("b", None), "b": ("a", "no")},
    ],
)
def test_a_quiz_has_one_right_choice_and_choices_that_differ(choices):
    with pytest.raises(ValueError, match=r"lesson\.quiz"):
        quiz("lesson.quiz", "title", "question", choices)
