"""The lessons as static pages in site/: each solved notebook is run, then its solutions taken out.

What a page shows is what a student's notebook holds, with the outputs of the demos and without an answer.
Cells whose output would give an answer away (solutions, checks) show none.
"""

from __future__ import annotations

import html
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter
from nbconvert.preprocessors import TagRemovePreprocessor
from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "site"
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>coursekit</title>
<style>body {{ max-width: 42rem; margin: 3rem auto; padding: 0 1rem; font: 1.1rem/1.6 sans-serif }}</style>
<h1>coursekit</h1>
<p>The lessons, to read. To work on them, install the course: the answers are checked there.</p>
<ol>
{items}
</ol>
</html>
"""


def executed(path: Path) -> nbformat.NotebookNode:
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:  # what a lesson writes stays out of the repository
        resources = {"metadata": {"path": folder}}
        # Sockets for the owner alone; their place is given in full, as the kernel works in another folder.
        ipc = {} if os.name == "nt" else {"transport": "ipc", "ip": f"{folder}/kernel"}
        config = Config({"KernelManager": ipc})
        NotebookClient(
            notebook, timeout=300, kernel_name="python3", resources=resources, config=config
        ).execute()
    return notebook


def without_answers(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and (marks.get("solution") or marks.get("grade")):
            cell.outputs, cell.execution_count = [], None
        for output in cell.get("outputs", []):  # no kernel answers a page: explorers show their first picture
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    notebook.metadata.pop("widgets", None)
    folded = TagRemovePreprocessor(remove_input_tags={"hide-input"})  # a prediction's source holds its answer
    for clear in (ClearSolutions(), ClearHiddenTests(), folded):
        notebook, _ = clear.preprocess(notebook, {})
    return notebook


def title(notebook: nbformat.NotebookNode, otherwise: str) -> str:
    for cell in notebook.cells:
        for line in cell.source.splitlines():
            if cell.cell_type == "markdown" and line.startswith("# "):
                return line[2:].strip()
    return otherwise


def main() -> int:
    sources = sorted((ROOT / "notebooks").glob("*/*.ipynb"))
    if not sources:
        print("site: there is no notebook in notebooks/ yet")
        return 1
    shutil.rmtree(SITE, ignore_errors=True)
    SITE.mkdir()
    items = []
    for number, path in enumerate(sources, 1):
        started = time.time()
        print(f"site: {number} of {len(sources)}: running {path.stem}", flush=True)
        try:
            notebook = without_answers(executed(path))
        except CellExecutionError as error:
            print(f"site: {path.name} fails: {error.ename}: {error.evalue}", file=sys.stderr)
            return 1
        name = title(notebook, path.stem)
        body, _ = HTMLExporter().from_notebook_node(notebook, {"metadata": {"name": name}})
        (SITE / f"{path.stem}.html").write_text(body, encoding="utf-8")
        items.append(f'<li><a href="{path.stem}.html">{html.escape(name)}</a></li>')
        print(f"site: site/{path.stem}.html in {time.time() - started:.0f} s", flush=True)
    (SITE / "index.html").write_text(PAGE.format(items="\n".join(items)), encoding="utf-8")
    print("site: open site/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
