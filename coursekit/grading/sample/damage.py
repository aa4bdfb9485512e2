"""What happens to notebooks on their way back: each kind of damage that grading must cope with.

A damage takes the files that a student would hand in (name -> notebook as a dict, changed in place)
and gives files again (path -> bytes).
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from coursekit.grading.starter import as_file, check_of, is_check, marks, text

Notebook = dict[str, Any]
Files = dict[str, bytes]
UNREADABLE = "not a notebook"  # the one that nothing can be done about
TRUNCATED = "truncated"
_PAGE = b"<!doctype html><title>Sign in</title><p>Your session has expired. Sign in to download this file."


def as_files(notebooks: dict[str, Notebook]) -> Files:
    """The notebooks as files, undamaged."""
    return {name: as_file(copy.deepcopy(notebook)) for name, notebook in notebooks.items()}


def not_a_notebook(notebooks: dict[str, Notebook]) -> Files:
    """A page was saved under the notebook's name."""
    return dict.fromkeys(notebooks, _PAGE)


def truncated(notebooks: dict[str, Notebook]) -> Files:
    """The upload broke off inside a check cell in the middle: what is after it is lost."""
    files = as_files(notebooks)
    for name, notebook in notebooks.items():
        checks = [marks(cell)["grade_id"] for cell in notebook["cells"] if is_check(cell)]
        place = files[name].index(f'"grade_id": "{checks[len(checks) // 2]}"'.encode())
        files[name] = files[name][:place]
    return files


def lost(notebooks: dict[str, Notebook]) -> set[str]:
    """The ids of the exercises that `truncated` loses."""
    found: set[str] = set()
    for notebook in notebooks.values():
        asked = [check[0] for cell in notebook["cells"] if is_check(cell) and (check := check_of(text(cell)))]
        found |= {*asked[len(asked) // 2 + 1 :]}
    return found


def check_missing(notebooks: dict[str, Notebook]) -> Files:
    """The first check cell was deleted."""
    for notebook in notebooks.values():
        notebook["cells"].remove(next(filter(is_check, notebook["cells"])))
    return as_files(notebooks)


def answer_twice(notebooks: dict[str, Notebook]) -> Files:
    """The first answer cell was copied and pasted, its marks with it."""
    for notebook in notebooks.values():
        place = _first_answer(notebook)
        notebook["cells"].insert(place + 1, copy.deepcopy(notebook["cells"][place]))
    return as_files(notebooks)


def retyped(notebooks: dict[str, Notebook]) -> Files:
    """The first answer cell was deleted, and its text written into a new cell."""
    for notebook in notebooks.values():
        cell = notebook["cells"][_first_answer(notebook)]
        cell["metadata"], cell["id"] = {}, "0a1b2c3d"
    return as_files(notebooks)


def check_edited(notebooks: dict[str, Notebook]) -> Files:
    """A check was made to say something else."""
    for notebook in notebooks.values():
        next(filter(is_check, notebook["cells"]))["source"] = "1.0"
    return as_files(notebooks)


def no_metadata(notebooks: dict[str, Notebook]) -> Files:
    """Another editor saved it: no marks, no ids, no kernel."""
    for notebook in notebooks.values():
        notebook["metadata"], notebook["nbformat_minor"] = {}, 4
        for cell in notebook["cells"]:
            cell["metadata"] = {}
            cell.pop("id", None)
    return as_files(notebooks)


def renamed(notebooks: dict[str, Notebook]) -> Files:
    """Saved under another name, in a folder inside the folder."""
    return {
        f"my work/{name.removesuffix('.ipynb')} (final).IPYNB": c for name, c in as_files(notebooks).items()
    }


def indented(notebooks: dict[str, Notebook]) -> Files:
    """Written with a byte order mark and other line ends, and outputs left in."""
    output = {"output_type": "stream", "name": "stdout", "text": ["old output\n"]}
    for notebook in notebooks.values():
        notebook["cells"][_first_answer(notebook)]["outputs"] = [output]
    files = {name: json.dumps(notebook, indent=4) for name, notebook in notebooks.items()}
    return {name: b"\xef\xbb\xbf" + content.replace("\n", "\r\n").encode() for name, content in files.items()}


DAMAGES: dict[str, Callable[[dict[str, Notebook]], Files]] = {
    UNREADABLE: not_a_notebook,
    TRUNCATED: truncated,
    "check cell deleted": check_missing,
    "answer cell twice": answer_twice,
    "answer cell retyped": retyped,
    "check cell edited": check_edited,
    "no metadata": no_metadata,
    "renamed and nested": renamed,
    "another editor's file": indented,
}


def _first_answer(notebook: Notebook) -> int:
    cells = notebook["cells"]
    return next(
        i for i, cell in enumerate(cells) if cell["cell_type"] == "code" and marks(cell).get("solution")
    )
