"""What other programs make of a notebook: editors, drives, older formats."""

from __future__ import annotations

import copy
import json
import uuid

import nbformat

from tests.grading.damaged.kinds import Damage, Notebook, cells, content


def no_marks(nb: Notebook) -> None:
    for one in nb["cells"]:
        one["metadata"] = {}


def no_ids(nb: Notebook) -> None:
    nb["nbformat_minor"] = 4
    for one in nb["cells"]:
        one.pop("id", None)


def colab(nb: Notebook) -> None:
    """Google Colab: ids and marks gone, its own in their place, the kernel renamed, a badge at the top."""
    no_marks(nb)
    no_ids(nb)
    for one in nb["cells"]:
        one["metadata"] = {"id": uuid.uuid5(uuid.NAMESPACE_DNS, str(one["source"])).hex[:12]}
        if one["cell_type"] == "code":
            one["metadata"] |= {"colab": {"base_uri": "https://localhost:8080/"}, "outputId": "0-1"}
    badge = '<a href="https://colab.research.google.com/x" target="_parent"><img src="badge.svg"/></a>'
    nb["cells"].insert(
        0,
        {
            "cell_type": "markdown",
            "metadata": {"id": "view-in-github", "colab_type": "text"},
            "source": [badge],
        },
    )
    nb["nbformat_minor"] = 0
    nb["metadata"] = {
        "colab": {"provenance": [], "include_colab_link": True},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
        "accelerator": "GPU",
    }


def vscode(nb: Notebook) -> None:
    """An older Visual Studio Code: marks gone, ids made new, a kernel of one's own."""
    for number, one in enumerate(nb["cells"]):
        one["metadata"] = {"vscode": {"languageId": "python"}} if one["cell_type"] == "code" else {}
        one["id"] = f"{number:08x}"
    kernel = {"display_name": ".venv", "language": "python", "name": "python3"}
    nb["metadata"] = {"kernelspec": kernel, "language_info": {"name": "python", "version": "3.12.1"}}


def kaggle(nb: Notebook) -> None:
    no_marks(nb)
    no_ids(nb)
    for one in nb["cells"]:
        one["metadata"] = {"_uuid": "8f2839f2", "_cell_guid": "b1076dfc", "trusted": True}
    nb["metadata"]["kaggle"] = {"accelerator": "none", "dataSources": []}


def nbstripout(nb: Notebook) -> None:
    """nbstripout numbers the ids anew and leaves the marks."""
    for number, one in enumerate(nb["cells"]):
        one["id"] = str(number)
        one.pop("outputs", None)
        one.pop("execution_count", None)


def same_ids(nb: Notebook) -> None:
    no_marks(nb)
    for one in nb["cells"]:
        one["id"] = "same"


def swapped_ids(nb: Notebook) -> None:
    """Ids went to other cells, the marks stayed where they were."""
    ids = [one["id"] for one in nb["cells"]]
    for one, other in zip(nb["cells"], reversed(ids), strict=True):
        one["id"] = other


def version(major: int, minor: int):
    def make(text: str) -> bytes:
        nb = nbformat.from_dict(json.loads(text))
        if major == 3:
            return nbformat.writes(nbformat.convert(nb, 3), version=3).encode()
        if minor < 5:
            no_ids(nb)
        return json.dumps({**nb, "nbformat": major, "nbformat_minor": minor}).encode()

    return make


def lists(nb: Notebook) -> None:
    """Sources as lists in which something is no text."""
    for one in nb["cells"]:
        one["source"] = [*one["source"].splitlines(keepends=True), None, 3, {"a": 1}]


def large_outputs(nb: Notebook) -> None:
    """60 MB of pictures and text left in."""
    output = {"output_type": "display_data", "data": {"image/png": "A" * 10_000_000}, "metadata": {}}
    nb["cells"][0]["outputs"] = [copy.deepcopy(output) for _ in range(6)]


def failed_outputs(nb: Notebook) -> None:
    """Errors, and text on stderr, of when the student ran it."""
    error = {"output_type": "error", "ename": "NameError", "evalue": "name 'np' ...", "traceback": ["x"]}
    stderr = {"output_type": "stream", "name": "stderr", "text": ["a warning\n"]}
    for one in nb["cells"]:
        if one["cell_type"] == "code":
            one["outputs"], one["execution_count"] = [error, stderr], 7


def attachment(nb: Notebook) -> None:
    """A photograph of 50 MB in the written answer."""
    nb["cells"][-2]["attachments"] = {"photo.png": {"image/png": "A" * 50_000_000}}


def bad_attachments(nb: Notebook) -> None:
    nb["cells"][-2]["attachments"] = {"a.png": None, "b.png": {"image/png": 7}, "c.png": ["x"], "": {}}


def kernel(**spec):
    return lambda nb: nb["metadata"].update(kernelspec=spec)


def r_notebook(nb: Notebook) -> None:
    """Written in R, for another kernel."""
    kernel(name="ir", display_name="R", language="R")(nb)
    for one in nb["cells"]:
        if one["id"] == "step-solution":
            one["source"] = (
                "step <- function(x, gradient, learning_rate) {\n  x - learning_rate * gradient\n}"
            )


LOST = "the cells had lost their marks"

IN_FORMATS: dict[str, Damage] = {
    "marks stripped": cells(no_marks),
    "marks and ids stripped": cells(lambda nb: (no_marks(nb), no_ids(nb)), note=LOST),
    "Google Colab": cells(colab, note=LOST),
    "Visual Studio Code": cells(vscode, note=LOST),
    "nbstripout": cells(nbstripout),
    "ids of other cells": cells(swapped_ids),
    "nbformat 3": content(version(3, 0), note="the notebook was in an old format"),
    "nbformat 4.5 without ids": cells(lambda nb: (no_ids(nb), nb.update(nbformat_minor=5))),
    "nbformat of the future": content(version(7, 99)),
    "sources that are no text": cells(lists),
    "60 MB of outputs": cells(large_outputs),
    "failed outputs": cells(failed_outputs),
    "50 MB attached": cells(attachment),
    "attachments that are none": cells(bad_attachments),
    "kernel missing": cells(lambda nb: nb["metadata"].pop("kernelspec")),
    "kernel of another language": cells(
        kernel(name="julia-1.9", display_name="Julia", language="julia"), note="asked for a kernel of 'julia'"
    ),
    "in R": cells(r_notebook, (1, 0, 2), "asked for a kernel of 'R'"),
}
