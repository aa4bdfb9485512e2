"""Cells that were deleted, copied, moved, merged, split, or turned into others."""

from __future__ import annotations

import copy

from tests.grading.classes import CLIMBS, RIGHT
from tests.grading.damaged.kinds import Damage, Notebook, cell, cells, code, place

OTHER = RIGHT["step"].replace("learning_rate *", "2 * learning_rate *")


def delete(*ids):
    def change(nb: Notebook) -> None:
        nb["cells"] = [one for one in nb["cells"] if one["id"] not in ids]

    return change


def edit(cell_id, **fields):
    return lambda nb: cell(nb, cell_id).update(fields)


def copies(cell_id, *sources):
    """The cell several times in place of once, with its marks each time."""

    def change(nb: Notebook) -> None:
        at = place(nb, cell_id)
        twins = [copy.deepcopy(nb["cells"][at]) | {"source": source} for source in sources]
        nb["cells"][at : at + 1] = twins

    return change


def move(cell_id, to):
    def change(nb: Notebook) -> None:
        one = nb["cells"].pop(place(nb, cell_id))
        nb["cells"].insert(to, one)

    return change


def below_its_check(source):
    """The cell stays as it was handed in, a new one below the check has the answer."""

    def change(nb: Notebook) -> None:
        cell(nb, "step-solution")["source"] = source
        nb["cells"].insert(place(nb, "step-check") + 1, code(RIGHT["step"]))

    return change


def split(nb: Notebook) -> None:
    """The answer cell was split in two: what it uses, and the answer."""
    answer = cell(nb, "step-solution")
    upper = copy.deepcopy(answer) | {"source": "def times(a, b):\n    return a * np.asarray(b)"}
    answer["source"] = RIGHT["step"].replace(
        "learning_rate * np.asarray(gradient)", "times(learning_rate, gradient)"
    )
    nb["cells"].insert(place(nb, "step-solution"), upper)


def one_big_cell(nb: Notebook) -> None:
    sources = "\n\n".join(one["source"] for one in nb["cells"] if one["cell_type"] == "code")
    text = cell(nb, "discussion-solution")
    nb["cells"] = [code(sources), text]


def into_another(nb: Notebook) -> None:
    """All answers in the first answer's cell, the others emptied."""
    cell(nb, "derivative-solution")["source"] = "\n\n".join(RIGHT.values())
    for name in ("step", "descend"):
        cell(nb, f"{name}-solution")["source"] = ""


def into_markdown(nb: Notebook) -> None:
    at = place(nb, "step-solution")
    source = f"My answer:\n\n```python\n{RIGHT['step']}\n```"
    nb["cells"].insert(at, {"cell_type": "markdown", "id": "m", "metadata": {}, "source": source})
    cell(nb, "step-solution")["source"] = STARTER


def types_swapped(nb: Notebook) -> None:
    for one in nb["cells"]:
        one["cell_type"] = "markdown" if one["cell_type"] == "code" else "code"


def reverse(nb: Notebook) -> None:
    nb["cells"].reverse()


def shuffled(nb: Notebook) -> None:
    order = ["descend", "derivative", "step"]
    ids = [f"{name}-{part}" for name in order for part in ("solution", "check")]
    nb["cells"] = [cell(nb, one) for one in ["setup", *ids, "discussion-solution", "end"]]


STARTER = "def step(x, gradient, learning_rate):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
TWICE = r"the answer cell of step was there 2 times; the last one before its check counts"
THRICE = TWICE.replace("2 times", "3 times")

IN_CELLS: dict[str, Damage] = {
    "answer deleted": cells(
        delete("step-solution"), (1, 0, 2), "the answer cell of step was missing; an empty one was put"
    ),
    "check deleted": cells(delete("step-check"), note="the check cell of step was missing and was put back"),
    "check edited": cells(edit("step-check", source="1.0"), note="the check cell of step was changed"),
    "set-up deleted": cells(delete("setup"), note="the set-up cell was missing and was put back"),
    "answer copied": cells(copies("step-solution", RIGHT["step"], RIGHT["step"]), note=TWICE),
    "answer copied, the last is right": cells(
        copies("step-solution", CLIMBS, OTHER, RIGHT["step"]), note=THRICE
    ),
    "answer copied, the last is wrong": cells(
        copies("step-solution", RIGHT["step"], OTHER, CLIMBS), (1, 0, 2), THRICE
    ),
    "answer copied, the last is the starter": cells(
        copies("step-solution", RIGHT["step"], STARTER), note="was there 2 times; untouched copies went"
    ),
    "upside down": cells(reverse, note="the answer to step was below its check; the check was moved"),
    "answer below its check": cells(
        move("step-solution", 5), note="the answer to step was below its check; the check was moved"
    ),
    "starter left, the answer below the check": cells(
        below_its_check(STARTER), note="the answer to step was found in another cell"
    ),
    "emptied, the answer below the check": cells(
        below_its_check(""), note="the answer to step was found in another cell"
    ),
    "answers in another answer's cell": cells(into_another),
    "answer as text of a markdown cell": cells(into_markdown, (1, 0, 2)),
    "answer became markdown": cells(
        edit("step-solution", cell_type="markdown"), note="the answer cell of step was of type markdown"
    ),
    "every type is another": cells(types_swapped, note="the answer cell of descend was of type markdown"),
    "answer split": cells(split, note=TWICE),
    "all in one cell": cells(one_big_cell, note="had lost their marks|was found in another cell"),
    "null and other cells that are none": cells(
        lambda nb: nb["cells"].extend([None, 3, "x", [], {}, {"cell_type": "code", "source": [1, None, "#"]}])
    ),
    "an answer of nulls": cells(edit("step-solution", source=[None, 7]), (1, 0, 2)),
}
