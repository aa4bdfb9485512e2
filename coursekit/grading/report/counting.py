"""From what was graded to a lesson's summary.

Graded, gradebook, submitted/  ->  Summary  ->  sentences, plots, the page
"""

from __future__ import annotations

import importlib
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from coursekit.checking import Exercise, Written, exercises_of, lessons
from coursekit.checking.judging import DELEGATES
from coursekit.grading.journal import Graded
from coursekit.grading.marks import Book
from coursekit.grading.report.measures import discrimination, times
from coursekit.grading.report.summary import ASIDE, UNGRADED, Hand, Question, Row, Shown, Summary, by_number
from coursekit.grading.starter import topic

_DELEGATED = "it calls coursekit's own answer in place of the steps"


def summarize(
    lesson: str,
    graded: Sequence[Graded],
    handed_in: Iterable[str] = (),
    book: Book | None = None,
) -> Summary:
    """The summary of one lesson.

    graded: its submissions as they stand in the gradebook. handed_in: ids of who handed in
    """
    book = book or Book()
    graded = sorted(graded, key=lambda one: one.student)
    done = [one for one in graded if one.error is None]
    known = _known(lesson)
    every = {exercise for one in done for exercise in (*one.verdicts, *one.written)}
    ids = [
        one for one in dict.fromkeys([*book.asked.get(lesson, []), *known, *sorted(every)]) if one in every
    ]
    hands = [one for one in ids if any(one in g.written for g in done)]
    asked = [one for one in ids if one not in hands]
    handed = {*handed_in, *(one.student for one in graded)}
    rows = [_row(one, asked, book) for one in done]
    questions = [_question(one, known.get(one), done) for one in asked]
    return Summary(
        lesson=lesson,
        title=_title(lesson),
        handed_in=len(handed),
        missing=sorted(set(book.people) - handed),
        ungraded=sorted(handed - {one.student for one in graded}),
        failed=[one for one in graded if one.error is not None],
        rows=sorted(rows, key=lambda row: (-row.points, row.student)),
        questions=questions,
        by_hand=[_hand(one, known.get(one), done, book, lesson) for one in hands],
        repaired=[one for one in done if one.repairs],
        flagged=[one for one in done if one.flags],
        last=max((one.when for one in graded), default=""),
        max_points=sum(question.max_points for question in questions),
        times=times(done),
        slips=_slips(questions),
    )


def status_of(one: Graded, exercise: str) -> str:
    """The status of an exercise in a submission: one of STATUSES, or why there is none."""
    verdict = one.verdicts.get(exercise)
    if verdict is None:
        return ASIDE
    return verdict["status"] if verdict.get("graded", True) else UNGRADED


def says(exercise_id: str, slug: str) -> str:
    """The sentence of a named mistake; its slug where the exercise knows it no longer."""
    exercise = _known_by_topic(exercise_id.split(".")[0]).get(exercise_id)
    mistakes = {one.slug: one.says for one in getattr(exercise, "mistakes", ())}
    return mistakes.get(slug, _DELEGATED if slug == DELEGATES else slug.replace("-", " "))


def _known(lesson: str) -> dict[str, Exercise | Written]:
    return _known_by_topic(topic(lesson))


def _known_by_topic(name: str) -> dict[str, Exercise | Written]:
    return exercises_of(name) if name in lessons() else {}


def _title(lesson: str) -> str:
    name = topic(lesson)
    if name in lessons():
        return str(importlib.import_module(f"coursekit.exercises.{name}").TITLE)
    return name.replace("_", " ").capitalize()


def _row(one: Graded, asked: Sequence[str], book: Book) -> Row:
    record = book.records.get((one.student, one.lesson))
    points = 0.0
    for exercise in asked:
        mark = record.marks.get(exercise) if record else None
        verdict = one.verdicts.get(exercise, {})
        # The gradebook's points where it has them: an instructor may have changed them.
        points += (mark.score if mark and mark.score is not None else verdict.get("points")) or 0.0
    return Row(one.student, round(points, 4), {e: status_of(one, e) for e in asked}, one.verdicts)


def _question(exercise: str, known: Exercise | Written | None, done: Sequence[Graded]) -> Question:
    verdicts = {one.student: one.verdicts[exercise] for one in done if exercise in one.verdicts}
    scored = {student: v for student, v in verdicts.items() if v.get("graded", True)}
    shown: dict[str, list[str]] = defaultdict(list)
    for student, verdict in scored.items():
        if verdict.get("mistake") and verdict["status"] != "passed":  # a forgiven one is no mistake
            shown[verdict["mistake"]].append(student)
    return Question(
        id=exercise,
        title=known.title if known else exercise,
        max_points=max((v["max_points"] for v in verdicts.values()), default=0),
        hints=getattr(known, "hints", ()),
        counts=Counter(status_of(one, exercise) for one in done),
        unnamed=Counter(v["status"] for v in scored.values() if not v.get("mistake")),
        mean=statistics.fmean(v["score"] for v in scored.values()) if scored else None,
        mistakes=by_number(_shown(exercise, slug, who, scored) for slug, who in shown.items()),
        errors=Counter(
            v["got"]
            for v in scored.values()
            if v["status"] == "crashed" and not v.get("mistake") and v.get("got")
        ),
        discrimination=discrimination(exercise, done),
    )


def _shown(exercise: str, slug: str, students: list[str], verdicts: dict[str, dict[str, Any]]) -> Shown:
    """The mistake with the input that most of its answers fail on, of those that may be shown."""
    inputs = [(v["call"], v["expected"], v["got"]) for s in students if not (v := verdicts[s]).get("secret")]
    usual = Counter(one for one in inputs if all(one)).most_common(1)
    return Shown(exercise, slug, says(exercise, slug), students, *(usual[0][0] if usual else ("", "", "")))


def _slips(questions: Sequence[Question]) -> list[tuple[str, list[Shown]]]:
    """Mistakes of one name in several exercises: (slug, where), the most frequent first."""
    same: dict[str, list[Shown]] = defaultdict(list)
    for question in questions:
        for one in question.mistakes:
            same[one.slug].append(one)
    several = [(slug, found) for slug, found in same.items() if len(found) > 1]
    return sorted(several, key=lambda item: -sum(len(one.students) for one in item[1]))


def _hand(
    exercise: str, known: Exercise | Written | None, done: Sequence[Graded], book: Book, lesson: str
) -> Hand:
    given, waiting, empty = [], [], []
    for one in done:
        if exercise not in one.written:
            continue
        record = book.records.get((one.student, lesson))
        mark = record.marks.get(exercise) if record else None
        if mark is None or mark.score is None:
            waiting.append(one.student)
        elif mark.by_hand:
            given.append(mark.score)
        else:
            empty.append(one.student)
    title, most = (known.title, float(known.points)) if known else (exercise, 0.0)
    return Hand(exercise, title, most, given, waiting, empty)
