"""The report as one page that holds all of itself; what students gave stands in it as text, escaped."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from coursekit.files import write_whole
from coursekit.grading.report.drawing import STYLE
from coursekit.grading.report.lesson import Lesson, day
from coursekit.grading.report.measures import ENOUGH
from coursekit.grading.report.summary import WELL
from coursekit.grading.report.teaching import sentence

HERE = Path(__file__).parent
SHOWN = 12  # texts of one kind before the others are folded


def write(folder: Path, lessons: list[Lesson], hidden: bool = False) -> Path:
    """Write the page and the plots of these lessons; return the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {
        f"{lesson.summary.lesson}-{plot.name}.png": plot
        for lesson in lessons
        for plot in lesson.plots.values()
    }
    pages = {lesson.beside: lesson for lesson in lessons if not lesson.few}
    for old in (*folder.glob("*.png"), *folder.glob("*-students.html")):
        if old.name not in pictures and old.name not in pages:
            old.unlink()
    for name, plot in pictures.items():
        write_whole(folder / name, plot.png)
    templates = _templates()
    for name, lesson in pages.items():
        write_whole(folder / name, templates.get_template("students.html").render(lesson=lesson).encode())
    page = templates.get_template("report.html").render(
        lessons=lessons,
        made=day(datetime.now()),
        hidden=hidden,
        well=f"{100 * WELL:.0f} %",
        enough=ENOUGH,
        shown=SHOWN,
    )
    write_whole(folder / "index.html", page.encode())
    return folder / "index.html"


def code(text: str) -> Markup:
    """Text of the page: escaped, and what stands in `backticks` set as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _templates() -> Environment:
    pages = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters.update(
        code=code,
        prose=lambda text: code(sentence(text)),
        points=lambda value: f"{round(value, 2):g}",
        percent=lambda share: "–" if share is None else f"{100 * share:.0f} %",
        seconds=_duration,
    )
    pages.tests["single"] = lambda several: len(several) == 1
    script = (HERE / "script.js").read_text(encoding="utf-8")
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    pages.globals.update(
        style=STYLE,
        order={status: place for place, status in enumerate(STYLE)},
        style_sheet=Markup((HERE / "style.css").read_text(encoding="utf-8")),
        script=Markup(script),
        # Nothing is loaded, and no script runs but this one.
        policy=f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{allowed}'; base-uri 'none'; form-action 'none'",
    )
    return pages


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
