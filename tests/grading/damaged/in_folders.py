"""Names and places under which notebooks come back, and what lies beside them."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.grading.classes import CLIMBS
from tests.grading.damaged.kinds import FULL, PRACTICE, UNGRADED, Damage, Notebook, Points, cell, named
from tests.grading.notebooks import LESSON


def beside(files: dict[str, bytes], points: Points = FULL, note: str = "", keep: bool = True) -> Damage:
    """Other files beside the notebook, or in place of it."""

    def do(folder: Path, nb: Notebook) -> None:
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        if keep:
            (folder / f"{LESSON}.ipynb").write_text(json.dumps(nb))

    return Damage(do, points, note)


def two(copy: str | None, note: str) -> Damage:
    """The notebook, and a newer copy with this answer to `step`; None: the copy alone was worked in."""

    def do(folder: Path, nb: Notebook) -> None:
        path, other = folder / f"{LESSON}.ipynb", folder / f"{LESSON} (1).ipynb"
        if copy is None:
            path.write_bytes((folder.parents[2] / "release" / LESSON / path.name).read_bytes())
        else:
            path.write_text(json.dumps(nb))
            cell(nb, "step-solution")["source"] = copy
        other.write_text(json.dumps(nb))
        os.utime(path, (1_700_000_000, 1_700_000_000))

    return Damage(do, note=note)


def another_lesson(folder: Path, nb: Notebook) -> None:
    """The notebook of the second lesson, handed in under the first."""
    nb["metadata"]["coursekit"] = {"lesson": "02_functions", "notebook": "02_functions", "release": "x"}
    nb["cells"] = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# Functions"},
        {"cell_type": "code", "id": "relu-solution", "metadata": {}, "source": "def relu(x):\n    return x"},
    ]
    (folder / f"{LESSON}.ipynb").write_text(json.dumps(nb))


def practice_alone(folder: Path, nb: Notebook) -> None:
    nb["metadata"]["coursekit"]["notebook"] = PRACTICE
    source = "def grid():\n    return np.linspace(-10, 10, 201)"
    marks = {"nbgrader": {"grade_id": "grid-solution", "solution": True}}
    nb["cells"] = [nb["cells"][0], cell(nb, "step-solution") | {"id": "grid-solution", "source": source}]
    nb["cells"][1]["metadata"] = marks
    (folder / f"{PRACTICE}.ipynb").write_text(json.dumps(nb))


def read_only(folder: Path, nb: Notebook) -> None:
    path = folder / f"{LESSON}.ipynb"
    path.write_text(json.dumps(nb))
    path.chmod(0o444)
    folder.chmod(0o555)


def links(folder: Path, nb: Notebook) -> None:
    """The notebook is a link to a file that is not the student's."""
    target = folder.parents[3] / "outside.ipynb"
    target.write_text(json.dumps(nb))
    (folder / f"{LESSON}.ipynb").symlink_to(target)


def pipes(folder: Path, nb: Notebook) -> None:
    """What is no file lies beside the notebook: whoever opens it waits for ever."""
    (folder / f"{LESSON}.ipynb").write_text(json.dumps(nb))
    os.mkfifo(folder / "data.csv")
    os.mkfifo(folder / f"{LESSON} (1).ipynb")
    (folder / "loop").symlink_to(folder)
    (folder / "passwd").symlink_to("/etc/passwd")


def notebook_in_its_own_folder(folder: Path, nb: Notebook) -> None:
    """A folder has the notebook's name."""
    path = folder / f"{LESSON}.ipynb" / f"{LESSON}.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps(nb))
    (path.parent / "data.csv").write_text("1,2")


LONG = "ñ" * 124 + ".ipynb"  # 254 bytes
NO_TIME = "timestamp.txt holds no time"
RENAMED = "the notebook was handed in as "

IN_FOLDERS: dict[str, Damage] = {
    "a copy's name": named(f"{LESSON} (1).ipynb", note=RENAMED),
    "capitals": named(f"{LESSON}.IPYNB", note=RENAMED),
    "a browser's .txt": named(f"{LESSON}.ipynb.txt", note=RENAMED),
    "a browser's .json": named(f"{LESSON}.json", note=RENAMED),
    "a trailing dot": named(f"{LESSON}.ipynb.", note=RENAMED),
    "a Windows device": named("CON.ipynb", note=RENAMED),
    "another name": named("Homework Ana.ipynb", note=RENAMED),
    "nested": named("a/b c/d/My work.ipynb", note=RENAMED),
    "unicode, decomposed": named("Pra\u0301ctica n\u0303.ipynb", note=RENAMED),
    "right to left": named("\u202egradient.ipynb", note=r"handed in as \\u202egradient"),
    "emoji": named("\U0001f600\U0001f468\u200d\U0001f469.ipynb", note=RENAMED),
    "as long as can be": named(LONG, note=RENAMED),
    "escapes and newlines": named("\x1b[2J\n<b>.ipynb", note=r"handed in as \\x1b\[2J\\n<b>.ipynb"),
    "an option": named("--help.ipynb", note=RENAMED),
    "bytes that are no text": named(os.fsdecode(b"x\xff\xfe.ipynb"), note=r"handed in as x\\udcff\\udcfe"),
    "a folder of its name": Damage(notebook_in_its_own_folder, note=RENAMED),
    "two, both worked in": two(CLIMBS, rf"there are 2 of it: {LESSON}\.ipynb counts"),
    "two, the copy worked in": two(None, rf"there are 2 of it: {LESSON} \(1\)\.ipynb counts"),
    "a file and a folder of one name": beside({"work/data/x.csv": b"1", "data": b"2"}),
    "a file named as what is beside the lesson": beside({f"{LESSON}": b"x", "images": b"y"}),
    "a timestamp that is none": beside({"timestamp.txt": b"yesterday"}, note=NO_TIME),
    "a timestamp of bytes": beside({"timestamp.txt": b"\xff\xfe\0"}, note=NO_TIME),
    "a timestamp of the future": beside({"timestamp.txt": b"9999-12-31 23:59:59 UTC"}),
    "a deep folder": beside({"a/" * 60 + "x.csv": b"1"}),
    "read-only": Damage(read_only),
    "what is no file": Damage(pipes),
    "a link in place of the notebook": Damage(links, UNGRADED, "no notebook.* is a link"),
    "nothing": beside({}, UNGRADED, "There is no notebook", keep=False),
    "a script": beside({f"{LESSON}.py": b"x = 1"}, UNGRADED, f"no notebook.*{LESSON}.py", keep=False),
    "a page": beside({f"{LESSON}.html": b"<html>"}, UNGRADED, "no notebook.*html", keep=False),
    "a zip": beside({"all.zip": b"PK\x03\x04"}, UNGRADED, "no notebook.*all.zip", keep=False),
    "another lesson": Damage(another_lesson, UNGRADED, "none of this lesson's exercises"),
    "the practice notebook alone": Damage(practice_alone, (0, 0, 0), "was not handed in"),
}
