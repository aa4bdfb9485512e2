"""Files that broke on their way, and files that are no notebook."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

from tests.grading.classes import RIGHT
from tests.grading.damaged.kinds import UNGRADED, Damage, content
from tests.grading.notebooks import LESSON


def cut_after(mark: str):
    """The upload broke off behind this text."""
    return lambda text: text[: text.index(mark) + len(mark)].encode()


def conflict(text: str) -> bytes:
    """Two sides of a merge, around a line of an answer."""
    lines = text.split("\n")
    at = next(i for i, line in enumerate(lines) if '"id": "step-solution"' in line)
    sides = ["<<<<<<< HEAD", lines[at], "=======", lines[at], ">>>>>>> 0a1b2c3"]
    return "\n".join([*lines[:at], *sides, *lines[at + 1 :]]).encode()


def glued(text: str) -> bytes:
    """Two notebooks in one file: an untouched one, and the student's."""
    nb = json.loads(text)
    for cell in nb["cells"]:
        if cell["id"] == "step-solution":
            cell["source"] = "def step(x, gradient, learning_rate):\n    raise NotImplementedError()"
    return (json.dumps(nb) + text).encode()


def script(text: str) -> bytes:
    cells = [cell["source"] for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    return "\n\n".join(f"# In[{i}]:\n\n{source}" for i, source in enumerate(cells, 1)).encode()


def zipped(text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{LESSON}.ipynb", text)
    return buffer.getvalue()


def latin(text: str) -> bytes:
    comment = "# la pendiente será pequeña"
    return text.replace("    return 2", f"    {comment}\\n    return 2").encode("latin-1")


def lone_surrogates(text: str) -> bytes:
    comment = "# half a letter: \\ud83d"
    return text.replace("    return 2", f"    {comment}\\n    return 2").encode()


BROKEN = r"the file was damaged \(it is not valid JSON\); \d+ cells could be read"

IN_FILES: dict[str, Damage] = {
    "byte order mark and Windows line ends": content(
        lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").replace("\\n", "\\r\\n").encode()
    ),
    "old Mac line ends in cells": content(lambda text: text.replace("\\n", "\\r").encode()),
    "UTF-16": content(lambda text: text.encode("utf-16")),
    "UTF-16 without its mark": content(lambda text: text.encode("utf-16-le")),
    "latin-1": content(latin, note="characters that are no text in UTF-8"),
    "half letters": content(lone_surrogates),
    "cut off after step": content(cut_after('np.asarray(gradient)"'), (1, 1, 0), BROKEN),
    "cut off in its metadata": content(lambda text: text[:-100].encode(), note=BROKEN),
    "trailing garbage": content(lambda text: (text + '\n }\n]}"x').encode(), note=BROKEN),
    "a tail of zero bytes": content(lambda text: text.encode() + b"\0" * 4096, note=BROKEN),
    "two documents glued": content(glued, note=BROKEN),
    "conflict markers": content(conflict, note=BROKEN),
    "gzip": content(lambda text: gzip.compress(text.encode()), note="the file was compressed"),
    "a zip named .ipynb": content(zipped, UNGRADED, "it is an archive"),
    "a page named .ipynb": content(
        lambda _: b"<!DOCTYPE html><title>Sign in</title>", UNGRADED, "a web page"
    ),
    "a script named .ipynb": content(script, UNGRADED, "no cell can be read"),
    "empty": content(lambda _: b"", UNGRADED, "The file is empty"),
    "zero bytes": content(lambda _: b"\0" * 5000, UNGRADED, "no cell can be read"),
    "no cells": content(lambda _: b'{"cells": [], "metadata": {}}', UNGRADED, "has no cells"),
    "nested to the limit": content(lambda _: b"[" * 200_000, UNGRADED, "no cell can be read"),
    "a list of answers": content(lambda _: json.dumps(list(RIGHT.values())).encode(), UNGRADED, "no cells"),
}
