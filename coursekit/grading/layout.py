"""The class's folder, laid out as nbgrader lays it out, and the lessons' source beside it."""

from __future__ import annotations

import contextlib
import os
import re
import sysconfig
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursekit.errors import CannotDo
from coursekit.files import write_whole
from coursekit.grading.database import Database, absolute

if TYPE_CHECKING:
    from nbgrader.api import Gradebook

LESSON = re.compile(r"\d\d_[a-z0-9_]+")
_UNREADABLE = set("[]*?")  # nbgrader looks for folders with these as patterns
_IGNORED = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", ".*", "*.part"]

_CONFIG = """\
# Settings of nbgrader for this class; its own commands (nbgrader validate, autograde, formgrader...) read
# them here. Written once by coursekit; change what you like, coursekit keeps to it.
import os
import sysconfig

c = get_config()  # noqa: F821

c.CourseDirectory.root = os.path.dirname(os.path.abspath(__file__))
c.CourseDirectory.source_directory = {source!r}  # the solved lessons; seen from this folder
c.CourseDirectory.ignore = {ignored!r}
c.CourseDirectory.course_id = "default_course"  # nbgrader's own word for it, and PostgreSQL wants one

# The gradebook is gradebook.db. A PostgreSQL database in its place (the password belongs in ~/.pgpass):
# c.CourseDirectory.db_url = "postgresql+psycopg://user@host/name"

c.Execute.timeout = 300  # seconds a cell; an exercise has its own, shorter limit
c.KernelManager.transport_encryption = "auto"  # what a kernel says, nobody else on this machine can read

# Formgrader shows what students gave: without this, their scripts would run with your rights.
c.HTMLExporter.preprocessors = ["coursekit.grading.feedback.notebook.SafeNotebook"]
c.HTMLExporter.filters = {{"markdown2html": "coursekit.grading.feedback.markdown.markdown2html"}}

# nbgrader starts alembic by its bare name.
os.environ["PATH"] = sysconfig.get_path("scripts") + os.pathsep + os.environ.get("PATH", "")
"""


class Classroom:
    """A class: its folder `root` and the solved lessons in `notebooks`.

    root: the folder; `make` makes it
    notebooks: the folder of the solved lessons; found when it is None, see `find_notebooks`
    """

    def __init__(self, root: Path | str, notebooks: Path | str | None = None) -> None:
        self.root = Path(root).resolve()
        self._notebooks = notebooks

    def __repr__(self) -> str:
        return f"Classroom({str(self.root)!r})"

    # What nbgrader reads and writes.
    release = property(lambda self: self.root / "release")
    submitted = property(lambda self: self.root / "submitted")
    autograded = property(lambda self: self.root / "autograded")
    feedback = property(lambda self: self.root / "feedback")
    # What is coursekit's own.
    report = property(lambda self: self.root / "report")
    private = property(lambda self: self.root / ".coursekit")
    journal = property(lambda self: self.private / "journal")
    earlier = property(lambda self: self.private / "earlier")
    releases = property(lambda self: self.private / "releases")
    unplaced = property(lambda self: self.submitted / ".unplaced")

    @property
    def database(self) -> Database:
        """The gradebook's database, as the class's settings name it; nothing is made."""
        named = self._settings().CourseDirectory.get("db_url") or "sqlite:///gradebook.db"
        return Database(absolute(named, self.root))

    @cached_property
    def notebooks(self) -> Path:
        """The folder of the solved lessons. Raises CannotDo where there is none."""
        return Path(self._notebooks).resolve() if self._notebooks else find_notebooks()

    def lessons(self) -> list[str]:
        """The lessons that have a notebook, by folder name, in the order in which they are taught."""
        return lessons_in(self.notebooks)

    def chosen(self, lessons: Any = ()) -> list[str]:
        """The lessons named, all where none is. Raises CannotDo, which names those there are, for another."""
        known = self.lessons()
        if not known:
            raise CannotDo(f"There is no lesson in {self.notebooks}.")
        for lesson in lessons:
            if lesson not in known:
                raise CannotDo(f"There is no lesson {lesson!r}; there are: {', '.join(known)}.")
        return [lesson for lesson in known if lesson in lessons] if lessons else known

    def source(self, lesson: str) -> list[Path]:
        """The solved notebooks of a lesson, the lesson's own first."""
        found = sorted((self.notebooks / lesson).glob("*.ipynb"))
        return sorted(found, key=lambda path: path.stem != lesson)

    def make(self) -> Classroom:
        """Make the folder, with settings for nbgrader, where they are missing."""
        if _UNREADABLE & set(str(self.root)):
            raise CannotDo(f"nbgrader cannot work in a folder with one of [ ] * ? in its path: {self.root}")
        config = self.root / "nbgrader_config.py"
        if not config.exists():
            settings = {"source": self._source_directory(), "ignored": _IGNORED}
            write_whole(config, _CONFIG.format(**settings).encode())
        self.submitted.mkdir(parents=True, exist_ok=True)
        self.private.mkdir(exist_ok=True)
        return self

    def _source_directory(self) -> str:
        # Relative: nbgrader takes this path for a regular expression too, and "../notebooks" is safe as one
        # wherever the clone lies; an absolute Windows path is not.
        try:
            source = Path(os.path.relpath(self.notebooks, self.root)).as_posix()
        except ValueError:  # another drive
            source = self.notebooks.as_posix()
        if not re.fullmatch(r"[\w./ -]+", source):
            raise CannotDo(
                f"nbgrader cannot find the lessons from {self.root}; choose a folder inside the clone."
            )
        return source

    def config(self) -> Any:
        """nbgrader's settings of this class (a traitlets Config), with what the instructor changed."""
        config = self.make()._settings()
        config.CourseDirectory.root = str(self.root)
        config.CourseDirectory.source_directory = self._source_directory()
        config.CourseDirectory.db_url = self.database.url
        return config

    def _settings(self) -> Any:
        from traitlets.config import Config, PyFileConfigLoader

        if not (self.root / "nbgrader_config.py").is_file():
            return Config()
        with scripts_on_path():
            return PyFileConfigLoader("nbgrader_config.py", path=str(self.root)).load_config()

    @contextlib.contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        """nbgrader's gradebook of this class, made when missing."""
        from nbgrader.api import Gradebook

        settings = self.config().CourseDirectory
        with scripts_on_path():
            book = Gradebook(settings.db_url, settings.get("course_id", ""))
        try:
            yield book
        finally:
            book.close()


def lessons_in(notebooks: Path) -> list[str]:
    """The folders NN_name with a notebook in them."""
    found = [path.parent.name for path in notebooks.glob("*/*.ipynb")]
    return sorted({name for name in found if LESSON.fullmatch(name)})


def find_notebooks() -> Path:
    """The folder `notebooks` of a clone: the one worked in, else the one that coursekit comes from."""
    here = Path.cwd()
    for folder in (here, *here.parents, Path(__file__).parents[2]):
        if lessons_in(folder / "notebooks"):
            return (folder / "notebooks").resolve()
    raise CannotDo(
        "The solved lessons are not here: run this in a clone of the course, which has them in notebooks/."
    )


@contextlib.contextmanager
def scripts_on_path() -> Iterator[None]:
    """Find the interpreter's own commands first: nbgrader starts `alembic` by its bare name."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before
