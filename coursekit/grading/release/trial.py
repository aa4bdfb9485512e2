"""The trial before a release: solved notebooks and students' versions, executed as a student would."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat

from coursekit.checking.verdict import Verdict
from coursekit.errors import CannotDo
from coursekit.grading.starter import Cell, Notebook, is_check, marks

SECONDS = 300  # a cell
_NOT_ATTEMPTED = str(Verdict("", False, 0.0, "not-attempted")).split("(")[0].strip()
_WIDGET = "application/vnd.jupyter.widget-view+json"
Advance = Callable[[int], None]


def execute(notebooks: Mapping[str, Notebook], files: Path, advance: Advance) -> dict[str, Notebook]:
    """Execute the notebooks, each in a kernel and a folder of its own; errors stay in the outputs.

    files: the lesson's folder, whose other files lie beside each notebook
    advance: called with 1 for each cell that has run
    """

    async def all_of_them() -> list[Any]:
        places = asyncio.Semaphore(max(2, os.cpu_count() or 1))
        runs = (_execute(nb, files, advance, places) for nb in notebooks.values())
        return await asyncio.gather(
            *runs, return_exceptions=True
        )  # each shuts its kernel down, whatever happens

    done = asyncio.run(all_of_them())
    for one in done:
        if isinstance(one, BaseException):
            raise one
    return dict(zip(notebooks, done, strict=True))


async def _execute(notebook: Notebook, files: Path, advance: Advance, places: asyncio.Semaphore) -> Notebook:
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from traitlets.config import Config

    node = nbformat.reads(json.dumps(notebook), as_version=4)
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(files, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.ipynb", ".*"))
        client = NotebookClient(
            node,
            timeout=SECONDS,
            allow_errors=True,
            kernel_name="python3",
            resources={"metadata": {"path": folder}},
            config=Config({"KernelManager": {"transport_encryption": "auto"}}),
            on_cell_complete=lambda cell, cell_index: advance(1),
            # nbclient takes Ctrl-C for one kernel's end; here it ends all of them, as everywhere.
            on_notebook_start=lambda notebook: loop.remove_signal_handler(signal.SIGINT),
        )
        async with places:
            try:
                await client.async_execute()
            except (CellTimeoutError, DeadKernelError, RuntimeError) as error:
                raise CannotDo(f"The trial run stopped: {str(error).splitlines()[0]}") from None
            finally:
                atexit.unregister(client._cleanup_kernel)  # left behind where a kernel did not start
    return node


def faults_of_solved(notebook: Notebook) -> Iterator[str]:
    """A solved notebook runs without error, and each check earns all its points."""
    for cell in notebook["cells"]:
        for error in _errors(cell):
            yield f"cell {cell['id']!r} of the solved notebook fails: {error}"
        if is_check(cell) and not list(_errors(cell)):
            earned, points = _earned(cell), marks(cell)["points"]
            if earned != points:
                yield f"the solved version earns {_number(earned)} of {points} points in cell {cell['id']!r}"


def faults_of_released(notebook: Notebook) -> Iterator[str]:
    """A student's version earns nothing: each check says "not attempted"; only a stub may stop a cell."""
    for cell in notebook["cells"]:
        errors = list(_errors(cell))
        if is_check(cell):
            said = " ".join(_texts(cell))
            if errors:
                yield f"cell {cell['id']!r} of the students' version fails: {errors[0]}"
            elif _earned(cell) != 0:
                yield f"the students' version earns {_number(_earned(cell))} points in cell {cell['id']!r}"
            elif _NOT_ATTEMPTED not in said:
                where = f"cell {cell['id']!r} of the students' version"
                yield f"{where} says {said[:80]!r}, not {_NOT_ATTEMPTED!r}"
        elif errors and not errors[0].startswith("NotImplementedError"):
            yield f"cell {cell['id']!r} of the students' version fails: {errors[0]}"


def stills(notebook: Notebook) -> dict[str, list[dict[str, Any]]]:
    """The first pictures of a notebook's widgets, with their texts: cell id -> outputs without a kernel."""
    found: dict[str, list[dict[str, Any]]] = {}
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if _WIDGET in data and "image/png" in data:
                kept = {kind: data[kind] for kind in ("image/png", "text/plain") if kind in data}
                still = {"output_type": "display_data", "data": kept, "metadata": dict(output["metadata"])}
                found.setdefault(cell["id"], []).append(still)
    return found


def _errors(cell: Cell) -> Iterator[str]:
    """What went wrong in a cell. Text on stderr counts in a check: nbgrader gives such a cell no points."""
    for output in cell.get("outputs", []):
        if output["output_type"] == "error":
            yield f"{output['ename']}: {output['evalue']}"[:200]
        elif output.get("name") == "stderr" and is_check(cell):
            yield f"it writes on stderr: {output['text'].strip()[:100]}"


def _earned(cell: Cell) -> float | None:
    """The points that a check cell shows, read as nbgrader reads them; None where it shows none."""
    for output in cell["outputs"]:
        if output["output_type"] == "execute_result":
            with contextlib.suppress(ValueError):
                return float(output["data"]["text/plain"])
    return None


def _texts(cell: Cell) -> list[str]:
    found: list[Any] = [
        output.get("data", {}).get("text/plain", output.get("text")) for output in cell["outputs"]
    ]
    return [re.sub(r"\s+", " ", one) for one in found if one]


def _number(value: float | None) -> str:
    return "no" if value is None else f"{value:g}"
