"""nbgrader's feedback pages, with what the grader found above them, and harmless whatever is in them."""

from __future__ import annotations

import contextlib
import functools
import re
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import GetGrades
from nbgrader.server_extensions.formgrader.handlers import template_path
from traitlets.config import Config

from coursekit.checking import find
from coursekit.checking.verdict import HEADS
from coursekit.grading.converters import Converters
from coursekit.grading.feedback.markdown import markdown2html
from coursekit.grading.feedback.notebook import SafeNotebook
from coursekit.grading.journal import Graded
from coursekit.grading.marks import Record
from coursekit.grading.starter import exercise_of, is_written, marks


def _highlighted(source: str, **_: Any) -> str:
    """Python in colours; what is short is often the lesson's own, and the same in every notebook."""
    return _known(source) if len(source) < 2000 else str(_highlight(source))


_highlight = Highlight2HTML(pygments_lexer="ipython3")
_known = functools.lru_cache(maxsize=1000)(lambda source: str(_highlight(source)))


class Page(HTMLExporter):
    """nbconvert's, without its second reading of the whole page, which takes half of its time."""

    def from_notebook_node(self, nb: Any, resources: Any = None, **options: Any) -> Any:
        self.register_filter("highlight_code", _highlighted)
        resources = self._init_resources(resources)
        return TemplateExporter.from_notebook_node(self, nb, resources, **options)


class Pages(GenerateFeedback):
    """nbgrader's converter, with one exporter for all submissions: its templates are compiled once."""

    def __init__(self, converters: Converters) -> None:
        super().__init__(coursedir=converters.course, config=converters.config, force=True)
        ours = Config()
        ours.HTMLExporter.template_name = "page"
        ours.HTMLExporter.extra_template_basedirs = [str(Path(__file__).parent)]
        ours.HTMLExporter.extra_template_paths = [
            *self.config.HTMLExporter.extra_template_paths,
            template_path,
        ]
        ours.HTMLExporter.filters = {"markdown2html": markdown2html, "without_fonts": _without_fonts}
        ours.HTMLExporter.preprocessors = []  # those of formgrader: here they are in an order of their own
        self.update_config(ours)
        self.found, self.record = Graded("", "", "", "", 0.0), Record("", "")
        self.preprocessors = [GetGrades, SafeNotebook, CSSHTMLHeaderPreprocessor, self._summarize]
        self.exporter_class = Page

    def start(self) -> None:
        """Make the pages of the submission that the course folder names now."""
        if not self.trait_has_value("exporter"):
            super().start()
            return
        self.init_notebooks()
        with contextlib.chdir(self.coursedir.root):
            self.convert_notebooks()

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Of what lies beside a submission, which is the student's, only its time goes back with it."""
        source, target = (
            Path(one(assignment_id, student_id)) for one in (self._format_source, self._format_dest)
        )
        time = source / "timestamp.txt"
        if time.is_file() and not time.is_symlink():
            target.mkdir(parents=True, exist_ok=True)
            (target / time.name).write_bytes(time.read_bytes())

    def _summarize(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        rows = [_row(cell, self.found, self.record) for cell in nb.cells if marks(cell).get("grade")]
        resources["coursekit"] = {"rows": rows, "repairs": self.found.repairs}
        return nb, resources


def _row(cell: Any, found: Graded, record: Record) -> dict[str, Any]:
    """One exercise in the page's summary: what it is called, the verdict in words, its points."""
    exercise = exercise_of(cell, found.lesson) or ""
    mark, verdict = record.marks.get(exercise), found.verdicts.get(exercise)
    said = marks(cell)
    scored = mark is None or mark.score is not None
    if mark is not None and mark.by_hand and scored:
        words = "Marked"
    elif verdict is not None:
        words = HEADS[verdict["status"]] if verdict["graded"] else "Could not be graded yet"
    else:
        waits = "Waits for a mark" if is_written(cell) else "Could not be graded yet"
        words = "" if scored else waits
    return {
        "cell": said["grade_id"],
        "title": _title(exercise) or said["grade_id"],
        "words": words,
        "points": said.get("score") if scored else None,
        "most": said.get("points"),
    }


def _without_fonts(head: str) -> str:
    """Without bootstrap's fonts, which lie beside no page."""
    return re.sub(r"@font-face\s*\{[^}]*\}", "", head)


def _title(exercise: str) -> str:
    with contextlib.suppress(KeyError, ImportError):
        return str(find(exercise).title)
    return ""
