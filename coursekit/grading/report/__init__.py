"""The class at a glance: `report/index.html`, one page that holds all of itself, and its plots as PNG files.

summary     figures: what the class has understood
counting    from what was graded to those figures (measures: of exercises and time)
teaching    sentences: what to teach again
plots       pictures, each with the text that says the same; heat_map and drawing with them
names       names, or pseudonyms that stay the same
lesson      one lesson, as the page shows it
page        all of it as one page; the table of a big class lies beside it (*.html, style.css, script.js)
"""

from __future__ import annotations

import webbrowser
from typing import Any

from coursekit import console
from coursekit.errors import CannotDo
from coursekit.grading import journal, marks
from coursekit.grading.report.counting import summarize
from coursekit.grading.report.lesson import Lesson
from coursekit.grading.report.names import Names, make_pseudonyms
from coursekit.grading.report.page import write
from coursekit.grading.report.summary import Summary


def report(classroom: Any, open_: bool = False, pseudonyms: bool = False) -> dict[str, Any]:
    """Write the report on every lesson that was graded; return where it lies, and its figures.

    open_: show it in the browser. pseudonyms: in place of names and ids, the same ones each time
    Raises CannotDo where nothing was graded yet.
    """
    graded = journal.graded(classroom)
    if not graded:
        raise CannotDo(f"Nothing is graded yet in {classroom.root}: run `coursekit grade` first.")
    book = marks.read(classroom)
    summaries = [
        summarize(
            lesson,
            [one for one in graded if one.lesson == lesson],
            _handed_in(classroom, lesson),
            book,
        )
        for lesson in sorted({one.lesson for one in graded})
    ]
    names = _names(classroom, summaries, book, pseudonyms)
    lessons = [Lesson(summary, names) for summary in summaries]
    path = write(classroom.report, lessons, hidden=pseudonyms)
    console.say(f"The class at a glance: {path}")
    if open_:
        webbrowser.open(path.as_uri())
    return {"report": str(path), "lessons": [lesson.figures() for lesson in lessons]}


def _names(classroom: Any, summaries: list[Summary], book: marks.Book, hidden: bool) -> Names:
    if not hidden:
        return Names(book)
    students = {*book.people}
    for one in summaries:
        students |= {row.student for row in one.rows} | {failed.student for failed in one.failed}
        students |= {*one.ungraded}
    return Names(book, make_pseudonyms(classroom.private / "pseudonyms.json", students))


def _handed_in(classroom: Any, lesson: str) -> list[str]:
    folders = classroom.submitted.glob(f"*/{lesson}")
    return [path.parent.name for path in folders if path.is_dir() and not path.parent.name.startswith(".")]
