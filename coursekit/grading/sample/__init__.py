"""A class of made-up students, whose answers come from the exercises themselves.

Of every lesson found: right answers in several styles, every named mistake somewhere, answers that
crash or never end, notebooks untouched, half done and damaged. Each student knows what the grader
should say, so that a whole class tests it.

source      a function or class as text that stands alone
lesson      a lesson, and every way to answer it
hostile     answers that steal or harm
damage      what happens to notebooks on their way back
handing_in  how they come back: folders, zips, downloads
comparing   what the grader said beside what it should have said
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from coursekit.grading.layout import Classroom
from coursekit.grading.sample.damage import DAMAGES, TRUNCATED, UNREADABLE, Files, Notebook, as_files, lost
from coursekit.grading.sample.hostile import HOSTILE
from coursekit.grading.sample.lesson import STYLES, Lesson
from coursekit.grading.starter import Cell, is_check, marks, text

NAMES = """
Ana García, Bilal Haddad, Chen Wei, Dewi Lestari, Elif Yılmaz, Fatou Diallo, Goran Petrović, Hana Tanaka,
Inés Álvarez, Jonas Müller, Kwame Mensah, Léa Martin, Mei Nakamura, Nadia Rahman, Omar Farouk, Priya Sharma,
Quentin Dubois, Rosa Ferrari, Søren Eriksen, Thị Lan Nguyễn, Uma Krishnan, Viktor Ivanov, Wanjiru Kamau,
Ximena O'Brien, Yusuf Khan, Zoë van den Berg, Aroha Ngata, Björn Åkesson, Carlos Jiménez, Dinh Tran
"""
PASSED, UNTOUCHED = "passed", "not-attempted"
NOTHING = "no points"  # however the grader puts it


@dataclass(frozen=True)
class Expected:
    """What the grader should say about one answer: a status, NOTHING, or a mistake where that is not None."""

    status: str
    mistake: str | None = None

    def agrees(self, verdict: dict[str, Any] | None) -> bool:
        if verdict is None or not verdict.get("graded", True):
            return False
        if self.status == NOTHING:
            return verdict["points"] == 0
        if self.mistake is not None:
            return verdict["mistake"] == self.mistake
        return verdict["status"] == self.status

    def __str__(self) -> str:
        return self.mistake or self.status


@dataclass
class SampleStudent:
    """One student: who, what they hand in of each lesson (path -> bytes), and what should come of it.

    kind: of hand-in, in words. expected: exercise id -> Expected; unreadable: lessons that nobody can grade
    """

    id: str
    first: str
    last: str
    kind: str
    files: dict[str, Files] = field(default_factory=dict)
    expected: dict[str, Expected] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}".strip()

    @property
    def email(self) -> str:
        return f"{self.id}@example.org"


# The kinds of hand-in that a class has at least once, as far as it is large enough.
ENDLESS, DIED, CRASHED = "an endless loop", "a dead kernel", "an undefined name"
MOVED, BLANK, HALF, ORDINARY = "answered below the check", "untouched", "half done", "ordinary"
_BROKEN = {ENDLESS: "timed-out", DIED: "died", CRASHED: "crashed"}
_RIGHT = [f"right, {style}" for style in STYLES]
_KINDS = [_RIGHT[0], ENDLESS, DIED, BLANK, HALF, *DAMAGES, *_RIGHT[1:], MOVED, CRASHED]
_FAULTLESS = {*_RIGHT, MOVED, BLANK, HALF, UNREADABLE, TRUNCATED}  # no named mistake is put into these


def class_of(
    classroom: Classroom, lessons: Sequence[str] = (), n: int = 24, seed: int = 0, hostile: bool = False
) -> list[SampleStudent]:
    """A class of `n` students who hand in these released lessons (all where none is named).

    hostile: whether there are some who steal and harm; only for grading in isolation
    The same class for the same seed. Every named mistake occurs where `n` is 24 or more, and the
    exercise has no more of them than there are students to make them.
    """
    rng = np.random.default_rng(seed)
    kinds = [*_KINDS[: n - len(HOSTILE)], *HOSTILE] if hostile and n > len(HOSTILE) else _KINDS[:n]
    kinds = list(rng.permutation(kinds + [ORDINARY] * (n - len(kinds))))
    students = [SampleStudent(f"s{i + 1:03d}", *_name(i), str(kind)) for i, kind in enumerate(kinds)]
    for name in classroom.chosen(lessons):
        lesson = Lesson(classroom, name)
        wrong = _deal(lesson, students, rng)
        for student in students:
            _hand_in(student, lesson, wrong[student.id], rng)
    return students


def _name(i: int) -> tuple[str, str]:
    names = [" ".join(name.split()).partition(" ") for name in NAMES.split(",")]
    first, last = names[i % len(names)][0], names[(i + 7 * (i // len(names))) % len(names)][2]
    return first, last


Wrong = dict[str, tuple[Expected, dict[str, str]]]  # exercise id -> what is expected, cell -> text


def _deal(lesson: Lesson, students: Sequence[SampleStudent], rng: np.random.Generator) -> dict[str, Wrong]:
    """Who answers what wrongly: every mistake once, the typical ones more often; the rest is right."""
    wrong: dict[str, Wrong] = {student.id: {} for student in students}
    for student in students:
        if student.kind in _BROKEN or student.kind in HOSTILE:
            # Where other cells call the answer, they would hang or die too.
            asked = [one for one in lesson.asked if one.exercise.takes != "value"]
            apart = [one for one in asked if not one.called] or asked
            if not apart:
                continue
            one = apart[rng.integers(len(apart))]
            if student.kind in HOSTILE:
                wrong[student.id][one.exercise.id] = Expected(NOTHING), one.by_template(HOSTILE[student.kind])
            else:
                how = _BROKEN[student.kind]
                status = "crashed" if how == "died" else how
                wrong[student.id][one.exercise.id] = Expected(status), one.broken(how)
    weak = {student.id: rng.beta(1.2, 4) for student in students}
    for one in lesson.asked:
        carriers = [s for s in students if s.kind not in _FAULTLESS and one.exercise.id not in wrong[s.id]]
        slugs = list(one.mistakes)
        for place, i in enumerate(rng.permutation(len(carriers))):
            student = carriers[i]
            if place < len(slugs):
                slug = slugs[place]
            elif slugs and rng.random() < weak[student.id]:
                slug = slugs[min(int(rng.geometric(0.6)), len(slugs)) - 1]
            else:
                continue
            forms = one.mistakes[slug]
            wrong[student.id][one.exercise.id] = (
                Expected("wrong", slug),
                one.filled(forms[rng.integers(len(forms))]),
            )
    return wrong


def _hand_in(student: SampleStudent, lesson: Lesson, wrong: Wrong, rng: np.random.Generator) -> None:
    """Fill the released lesson as this student does, and damage it as their kind wants."""
    answers: dict[str, str] = {}
    own = student.kind.removeprefix("right, ")
    styles = {one: own if own in STYLES else _any(STYLES, rng) for one in lesson.asked}
    # A list, or a wrong number, where another answer expects an array: that one then stands alone.
    odd = {
        n
        for one, style in styles.items()
        for n in one.names
        if style != "as taught" or one.exercise.id in wrong
    }
    left_out = {BLANK: lesson.asked, HALF: lesson.asked[len(lesson.asked) // 2 :]}.get(student.kind, [])
    for one in lesson.asked:
        if one in left_out:
            student.expected[one.exercise.id] = Expected(UNTOUCHED)
            continue
        right = Expected(PASSED), one.alone() if one.needs & odd else one.in_style(styles[one])
        student.expected[one.exercise.id], cells = wrong.get(one.exercise.id, right)
        answers |= cells
    if student.kind != BLANK:
        answers |= {cell: _discussion(source, rng) for cell, source in lesson.written.items()}
    notebooks = {name: _filled(notebook, answers) for name, notebook in lesson.released.items()}
    if student.kind == MOVED:
        for notebook in notebooks.values():
            _move_below(notebook["cells"])
    if student.kind == TRUNCATED:
        student.expected |= dict.fromkeys(lost(notebooks), Expected(UNTOUCHED))
    student.files[lesson.name] = DAMAGES.get(student.kind, as_files)(notebooks)
    if student.kind == UNREADABLE:
        student.unreadable.add(lesson.name)


def _any(options: Sequence[str] | dict[str, str], rng: np.random.Generator) -> str:
    return list(options)[rng.integers(len(options))]


def _discussion(model: str, rng: np.random.Generator) -> str:
    """A written answer: the model answer, half of it, or hardly anything."""
    sentences = [one for one in model.replace("\n", " ").split(". ") if one.strip()]
    most = [len(sentences), len(sentences), len(sentences) // 2, 1][rng.integers(4)]
    return ". ".join(sentences[:most]) if most > 1 else "I tried some values. The smaller ones were better."


def _filled(notebook: Notebook, answers: dict[str, str]) -> Notebook:
    filled = copy.deepcopy(notebook)
    for cell in filled["cells"]:
        cell["source"] = answers.get(marks(cell).get("grade_id", ""), text(cell))
    return filled


def _move_below(cells: list[Cell]) -> None:
    """Put the last answer below its check."""
    place = max(i for i, cell in enumerate(cells) if is_check(cell))
    cells[place - 1], cells[place] = cells[place], cells[place - 1]
