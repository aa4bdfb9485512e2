"""Predict first: a question that is answered before the picture answers it."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets


class Prediction:
    """Choices, a button, and then which one was right and why.

    choice: the radio buttons, none chosen at first; button: tells the answer to who has chosen
    words: what is said below, "" until the button is pressed
    """

    def __init__(self, question: str, choices: Sequence[str], answer: str, why: str) -> None:
        if answer not in choices:
            raise ValueError(f"the answer {answer!r} is none of the choices")
        self.question, self.answer, self.why, self.words = question, answer, why, ""
        self.choice = widgets.RadioButtons(options=list(choices), value=None, layout={"width": "max-content"})
        # never disabled: a button that opens late is jumped over by a quick Tab
        self.button = widgets.Button(description="That is my prediction", layout={"width": "14em"})
        self._says = widgets.HTMLMath()
        self.button.on_click(self._tell)
        asked = widgets.HTMLMath(f"<strong>Predict first.</strong> {html.escape(question)}")
        self.widget = widgets.VBox([asked, self.choice, self.button, self._says])

    def _tell(self, button: Any) -> None:
        if self.choice.value is None:
            head, rest = "Choose one first", ""
        else:
            found = "As you predicted" if self.choice.value == self.answer else "It is another one"
            head, rest = f"{found}: {self.answer}", f" {self.why}"
        self.words = f"{head}.{rest}"
        self._says.value = (
            '<div role="status" aria-live="polite">'
            f"<strong>{html.escape(head)}.</strong>{html.escape(rest)}</div>"
        )

    def __repr__(self) -> str:
        choices = "".join(f"\n  ( ) {one}" for one in self.choice.options)
        return f"Predict first. {self.question}{choices}"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        return {**self.widget._repr_mimebundle_(), "text/plain": repr(self)}


def predict(question: str, choices: Sequence[str], answer: str, why: str) -> Prediction:
    """Ask a question and, once it is answered, tell the answer and why.

    choices: texts to choose from; answer: the right one of them. Texts are plain, with
    formulas in $...$ in the question and in `why`.
    Raises ValueError where the answer is none of the choices.
    """
    return Prediction(question, choices, answer, why)
