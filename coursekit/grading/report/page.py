"""The report as one page that holds all of itself; what students gave stands in it as text, escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from coursekit.files import write_whole
from coursekit.grading.report import plots
from coursekit.grading.report.drawing import STYLE, Plot
from coursekit.grading.report.heat_map import heat_map
from coursekit.grading.report.names import Names
from coursekit.grading.report.summary import UNGRADED, WELL, Row, Summary
from coursekit.grading.report.teaching import Advice, advice, sentence, slips

LISTED = 200  # names in one line of the page
SHOWN = 3  # repairs of one notebook


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
        return _day(datetime.fromisoformat(self.summary.last).astimezone()) if self.summary.last else ""

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

    @cached_property
    def unjudged(self) -> list[tuple[str, str]]:
        """(student, exercise) where the grader itself failed."""
        rows = self.summary.rows
        return [
            (row.student, one) for row in rows for one, status in row.statuses.items() if status == UNGRADED
        ]

    def told(self, row: Row, exercise: str) -> str:
        """What to say about one answer: its status, and why."""
        words, verdict = STYLE[row.statuses[exercise]][3], row.verdicts.get(exercise, {})
        return self.about(row.student, [words, verdict.get("why", "")])

    def about(self, student: str, texts: Iterable[str]) -> str:
        """Texts about a student as sentences."""
        return self.names.hidden(student, " ".join(sentence(text) for text in texts if text))

    def told_shortly(self, student: str, texts: list[str]) -> str:
        """The first SHOWN of these texts, and how many there are more."""
        more = [f"and {len(texts) - SHOWN} more"] if len(texts) > SHOWN + 1 else texts[SHOWN:]
        return self.about(student, [*texts[:SHOWN], *more])

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
            "teach_again": [one.id for one in summary.to_teach],
            "mistakes": [
                {"exercise": one.exercise, "mistake": one.slug, "students": len(one.students)}
                for one in summary.mistakes
            ],
        }


def write(folder: Path, lessons: list[Lesson], hidden: bool = False) -> Path:
    """Write the page and the plots of these lessons; return the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {
        f"{lesson.summary.lesson}-{plot.name}.png": plot
        for lesson in lessons
        for plot in lesson.plots.values()
    }
    for old in folder.glob("*.png"):
        if old.name not in pictures:
            old.unlink()
    for name, plot in pictures.items():
        write_whole(folder / name, plot.png)
    page = _template().render(
        lessons=lessons,
        made=_day(datetime.now()),
        hidden=hidden,
        style=STYLE,
        order={status: place for place, status in enumerate(STYLE)},
        well=f"{100 * WELL:.0f} %",
    )
    write_whole(folder / "index.html", page.encode())
    return folder / "index.html"


def code(text: str) -> Markup:
    """Text of the page: escaped, and what stands in `backticks` set as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _template() -> Any:
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters.update(
        code=code, prose=lambda text: code(sentence(text)), points=lambda value: f"{round(value, 2):g}"
    )
    pages.tests["single"] = lambda several: len(several) == 1
    return pages.get_template("report.html")


def _day(when: datetime) -> str:
    return f"{when.day} {when:%B %Y, %H:%M}"
