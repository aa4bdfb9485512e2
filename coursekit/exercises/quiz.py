"""A question about an idea, answered with a letter; what a wrong choice misses is its named mistake."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from coursekit.checking import Case, Exercise, Mismatch, Mistake
from coursekit.checking.compare import Compare


@dataclass(frozen=True, eq=False)
class Quiz(Exercise):
    """An exercise whose answer is one of some choices, by letter or by text, or a function that returns it.

    In a notebook it is a function: its starter raises only when it is asked, so the notebook runs on.
    """

    question: str = ""
    choices: dict[str, str] = field(default_factory=dict)  # letter -> text

    @property
    def prompt(self) -> str:
        """The question and its choices in Markdown, as the notebook shows them."""
        return "\n".join([self.question, "", *(f"- **{a}** {text}" for a, text in self.choices.items())])


def quiz(
    id: str,
    title: str,
    question: str,
    choices: Mapping[str, tuple[str, str | None]],
    *,
    hints: tuple[str, ...] = (),
    points: int = 1,
    core: bool = True,
    version: int = 1,
) -> Quiz:
    """A quiz whose right choice is the one with no reason against it.

    choices: {"a": (text, why it is wrong, or None), "b": ...}. Who chooses "a" wrongly shows the
        mistake `chose-a`, and reads its reason: one sentence, no full stop. The verdict never
        shows which choice is right.

    Raises ValueError unless the letters are a, b, c ... and exactly one choice is right.
    """
    letters, texts = list(choices), {letter: text for letter, (text, _) in choices.items()}
    reasons = {letter: reason for letter, (_, reason) in choices.items() if reason is not None}
    right = [letter for letter in letters if letter not in reasons]
    if letters != list("abcdefgh"[: len(letters)]) or len(right) != 1:
        raise ValueError(f"{id}: choices are a, b, c ..., and one of them has no reason against it")
    if len({_key(text) for text in texts.values()} | set(letters)) != 2 * len(letters):
        raise ValueError(f"{id}: two choices read alike")
    compare = _same_choice(texts)
    return Quiz(
        id=id,
        title=title,
        signature=f"{id.split('.')[1]}()",
        reference=right[0],
        cases=lambda rng: [Case(text=question)],
        probe=_given,
        compare=compare,
        view=_hidden,
        mistakes=tuple(Mistake(f"chose-{letter}", reason, letter) for letter, reason in reasons.items()),
        hints=hints,
        points=points,
        core=core,
        version=version,
        takes="value",
        question=question,
        choices=texts,
    )


def _given(answer: Any) -> Any:
    return answer() if callable(answer) else answer


def _hidden(observation: Any) -> str:
    return ""  # what is right is not told, and the reason says what was chosen


def _listed(letters: list[str]) -> str:
    quoted = [f'"{letter}"' for letter in letters]
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _same_choice(texts: dict[str, str]) -> Compare:
    def compare(got: Any, expected: Any, args: tuple[Any, ...] = ()) -> None:
        if chosen(got, texts) != expected:
            raise Mismatch("another choice is right")

    return compare


def chosen(given: Any, texts: dict[str, str]) -> str:
    """The letter of what was chosen: "b", "B", "(b)", the text of choice b, or "b) " and its text.

    Raises Mismatch where it is no choice.
    """
    if given is None:
        raise Mismatch("it gave None: did you forget `return`?")
    if isinstance(given, str):
        start = re.match(r"\s*\(?([a-zA-Z])[).:]\s*(?=\S)", given)
        said, text = (start[1].lower(), _key(given[start.end() :])) if start else (None, _key(given))
        for letter, choice in texts.items():
            if _key(given) in (letter, _key(choice)) or (said == letter and text == _key(choice)):
                return letter
    raise Mismatch(f"the answer is one letter as a text: {_listed(list(texts))}")


def _key(text: str) -> str:
    """A text without what does not matter: case, spaces, markup, the marks around it."""
    return re.sub(r"[\s`$]", "", text.casefold()).replace("−", "-").strip(".:()[]'\"")
