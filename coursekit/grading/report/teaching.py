"""What to teach again, in sentences that a teacher can use tomorrow."""

from __future__ import annotations

from dataclasses import dataclass

from coursekit.grading.report.summary import Question, Shown, Summary

MISTAKES_TOLD = 3
SLIPS_FROM = 3  # answers, of all exercises together


@dataclass(frozen=True)
class Advice:
    """One exercise to teach again: how it stands, what the answers do, and a hint to begin with."""

    title: str
    name: str
    standing: str
    shares: list[tuple[str, int]]  # status, students
    sees: list[tuple[str, Shown | None]]  # a sentence, and the mistake whose input shows it
    hint: str


def advice(summary: Summary) -> list[Advice]:
    """The advice on each exercise that is to be taught again, the one that needs it most first."""
    return [
        Advice(one.title, one.name, _standing(one), one.shares, _sees(one), one.hints[0] if one.hints else "")
        for one in summary.to_teach
    ]


def comment(shown: Shown, hints: tuple[str, ...] = ()) -> str:
    """What to write to everybody whose answer shows this mistake, ready to be copied."""
    parts = [f"In {shown.exercise.split('.')[-1]}: {sentence(shown.says, capital=False)}"]
    if shown.tells:
        parts.append(f"For {shown.call}, {shown.expected} is right; yours gives {shown.got}.")
    if hints:
        parts.append(f"To go on: {sentence(hints[0])}")
    return " ".join(parts).replace("`", "")


def slips(summary: Summary) -> list[str]:
    """Sentences on mistakes that come back in several exercises: one idea, not many."""
    told = []
    for slug, found in summary.slips:
        answers = sum(len(one.students) for one in found)
        if answers >= SLIPS_FROM:
            places = _and([f"`{one.exercise.split('.')[-1]}` ({len(one.students)})" for one in found])
            told.append(f"{slug.replace('-', ' ').capitalize()}: {answers} answers, in {places}.")
    return told[:MISTAKES_TOLD]


def _standing(one: Question) -> str:
    right = one.counts["passed"]
    have = "has" if right == 1 else "have"
    earned = f"{100 * (one.mean or 0):.0f} %"
    return f"{right} of {one.asked} {have} it right; the class earned {earned} of its points."


def _sees(one: Question) -> list[tuple[str, Shown | None]]:
    """What the answers do, the most frequent first; mistakes of a single answer are told together."""
    told = [shown for shown in one.mistakes if len(shown.students) > 1][:MISTAKES_TOLD]
    sees: list[tuple[str, Shown | None]] = [
        (f"{len(shown.students)} answers: {sentence(shown.says, capital=False)}", shown) for shown in told
    ]
    if crashed := one.unnamed["crashed"]:
        usual = f", most often with {one.errors.most_common(1)[0][0]}" if one.errors else ""
        sees.append((f"{crashed} stopped with an error{usual}.", None))
    if endless := one.unnamed["timed-out"]:
        sees.append((f"{endless} did not end in time.", None))
    others = sum(len(shown.students) for shown in one.mistakes if shown not in told)
    if others := others + one.unnamed["wrong"] + one.unnamed["partly"]:
        are = "is" if others == 1 else "are"
        sees.append((f"{others} more {are} wrong in other ways." if sees else f"{others} {are} wrong.", None))
    if idle := one.counts["not-attempted"]:
        why = " Was there too little time, or is it too big a step?" if 3 * idle >= one.asked else ""
        sees.append((f"{idle} did not begin.{why}", None))
    return sees


def sentence(text: str, capital: bool = True) -> str:
    """`text` with a full stop behind and, if asked, a capital in front (but for a letter like x)."""
    capital = capital and (text[:2].isalpha() or text.startswith("a "))
    first = text[:1].upper() if capital else text[:1]
    return first + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
