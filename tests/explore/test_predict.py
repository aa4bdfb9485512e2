"""Predict first: neutral until chosen, then the answer and why."""

import pytest

from coursekit.explore import predict

QUESTION = "What does $x$ do at a rate of 0.8?"
CHOICES = ["it zigzags, shrinking", "it grows & grows", "nothing"]


@pytest.fixture
def asked():
    return predict(QUESTION, CHOICES, "it zigzags, shrinking", "The factor is $1 - 1.6 < 0$.")


def test_first_state_is_neutral(asked):
    assert asked.choice.value is None
    assert asked.words == ""
    assert list(asked.choice.options) == CHOICES


def test_nothing_is_told_before_something_is_chosen(asked):
    asked.button.click()
    assert asked.words == "Choose one first."
    asked.choice.value = CHOICES[2]
    assert asked.words == "Choose one first."


@pytest.mark.parametrize(("chosen", "head"), [(0, "As you predicted"), (1, "It is another one")])
def test_answer_and_why_are_told_whatever_was_chosen(asked, chosen, head):
    asked.choice.value = CHOICES[chosen]
    asked.button.click()
    assert asked.words == f"{head}: it zigzags, shrinking. The factor is $1 - 1.6 < 0$."


def test_answer_is_read_aloud(asked):
    asked.choice.value = CHOICES[1]
    asked.button.click()
    assert 'role="status"' in asked.widget.children[-1].value


def test_texts_are_no_markup(asked):
    asked.choice.value = CHOICES[1]
    asked.button.click()
    assert "1.6 &lt; 0" in asked.widget.children[-1].value


def test_without_widgets_the_question_can_be_read(asked):
    data = asked._repr_mimebundle_()
    assert data["text/plain"].splitlines()[0] == f"Predict first. {QUESTION}"
    assert all(one in data["text/plain"] for one in CHOICES)
    assert "application/vnd.jupyter.widget-view+json" in data


def test_an_answer_that_is_no_choice_is_refused():
    with pytest.raises(ValueError, match="none of the choices"):
        predict(QUESTION, CHOICES, "maybe", "")
