"""One lesson as the report's page shows it: figures, pictures and sentences with names in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from coursekit.grading.journal import Graded
from coursekit.grading.report import plots
from coursekit.grading.report.drawing import STYLE, Plot
from coursekit.grading.report.heat_map import heat_map
from coursekit.grading.report.names import Names
from coursekit.grading.report.summary import UNGRADED, Row, Shown, Summary
from coursekit.grading.report.teaching import Advice, advice, comment, sentence, slips

TOLD = 3  # repairs of one notebook
LISTED = 200  # names in one line of the page
FEW = 300  # students, above which their table is a page of its own


class Lesson:
    """One lesson as the page shows it: its summary, its plots, and its sentences."""

    def __init__(self, summary: Summary, names: Names) -> None:
        self.summary, self.names = summary, names

    @cached_property
    def plots(self) -> dict[str, Plot]:
        """The plots by name; where nothing was graded, or asked, there is none to draw."""
        summary, found = self.summary, []
        if summary.rows and summary.questions:
            found = [plots.distribution(summary), heat_map(summary, self.names)]
        if summary.mistakes:
            found.append(plots.mistakes(summary))
        return {plot.name: plot for plot in found}

    @cached_property
    def when(self) -> str:
        return day(datetime.fromisoformat(self.summary.last).astimezone()) if self.summary.last else ""

    @cached_property
    def advice(self) -> list[Advice]:
        return advice(self.summary)

    @cached_property
    def slips(self) -> list[str]:
        return slips(self.summary)

    @cached_property
    def statuses(self) -> list[str]:
        """Every status that occurs, in the order of the legend."""
        found = {status for row in self.summary.rows for status in row.statuses.values()}
        return [status for status in STYLE if status in found]

    @property
    def few(self) -> bool:
        return len(self.summary.rows) <= FEW

    @property
    def beside(self) -> str:
        """The name of the page with the table of students, where there are many."""
        return f"{self.summary.lesson}-students.html"

    @cached_property
    def unjudged(self) -> list[tuple[str, list[str]]]:
        """(exercise, students) where the grader itself failed."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.summary.rows:
            for exercise, status in row.statuses.items():
                if status == UNGRADED:
                    found[exercise].append(row.student)
        return [*found.items()]

    def told(self, row: Row, exercise: str) -> str:
        """What to say about one answer: its status, and why."""
        words, verdict = STYLE[row.statuses[exercise]][3], row.verdicts.get(exercise, {})
        return self.about(row.student, [words, verdict.get("why", "")])

    def about(self, student: str, texts: Iterable[str]) -> str:
        """Texts about a student as sentences."""
        return self.names.hidden(student, " ".join(sentence(text) for text in texts if text))

    def grouped(self, submissions: Sequence[Graded], kind: str) -> list[tuple[str, list[str]]]:
        """(text, students) of their errors, repairs or flags: of several first, then each one's own."""
        found: dict[str, list[str]] = defaultdict(list)
        for one in submissions:
            given = getattr(one, kind)
            for text in [given] if isinstance(given, str) else dict.fromkeys(given):
                found[self.names.hidden(one.student, text)].append(one.student)
        several = sorted((item for item in found.items() if len(item[1]) > 1), key=lambda item: -len(item[1]))
        own: dict[str, list[str]] = defaultdict(list)
        for text, students in found.items():
            if len(students) == 1:
                own[students[0]].append(text)
        return several + [(_shortly(texts), [student]) for student, texts in own.items()]

    def comment(self, shown: Shown) -> str:
        """What to write to those who made this mistake."""
        (asked,) = [one for one in self.summary.questions if one.id == shown.exercise]
        return comment(shown, asked.hints)

    def addresses(self, students: list[str]) -> str:
        """Where to write to: e-mails where they are known, else ids; pseudonyms where names are hidden."""
        if self.names.pseudonyms is not None:
            return ", ".join(sorted(map(self.names, students)))
        return ", ".join(self.names.book.person(one).email or one for one in students)

    def listed(self, students: list[str]) -> str:
        """Names in a line, the first LISTED of them."""
        shown = sorted(map(self.names, students))[:LISTED]
        more = f" and {len(students) - LISTED} more" if len(students) > LISTED else ""
        return ", ".join(shown) + more

    def figures(self) -> dict[str, Any]:
        """The lesson in figures, as JSON can hold them."""
        summary = self.summary
        return {
            "lesson": summary.lesson,
            "handed_in": summary.handed_in,
            "graded": len(summary.rows),
            "could_not_be_graded": [one.student for one in summary.failed],
            "median": summary.median,
            "max_points": summary.max_points,
            "waiting_for_a_mark": summary.waiting,
            "seconds": round(summary.times.total, 1) if summary.times else None,
            "repaired": len(summary.repaired),
            "to_look_at": [one.student for one in summary.flagged],
            "exercises": [
                {
                    "exercise": one.id,
                    "asked": one.asked,
                    "tried": one.attempted,
                    "solved": one.solved,
                    "mean": one.mean,
                    "discrimination": one.discrimination,
                }
                for one in summary.questions
            ],
            "teach_again": [one.id for one in summary.to_teach],
            "mistakes": [
                {"exercise": one.exercise, "mistake": one.slug, "students": len(one.students)}
                for one in summary.mistakes
            ],
        }


def _shortly(texts: list[str]) -> str:
    """The first TOLD of these texts as sentences, and how many there are more."""
    more = [f"and {len(texts) - TOLD} more"] if len(texts) > TOLD + 1 else texts[TOLD:]
    return " ".join(map(sentence, [*texts[:TOLD], *more]))


def day(when: datetime) -> str:
    return f"{when.day} {when:%B %Y, %H:%M}"
