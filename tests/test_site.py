"""The static pages show a lesson without an answer in it."""

import importlib.util
import re
from pathlib import Path

import nbformat.v4 as v4
import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site():
    pytest.importorskip("nbgrader")
    spec = importlib.util.spec_from_file_location("site_pages", ROOT / "tools" / "site.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def graded(kind, source, **marks):
    new = v4.new_code_cell if kind == "code" else v4.new_markdown_cell
    marks = {"schema_version": 3, "locked": False, "task": False, "grade": False, "solution": False, **marks}
    return new(source, metadata={"nbgrader": marks})


def lesson():
    demo = v4.new_code_cell("1 + 1", outputs=[v4.new_output("execute_result", {"text/plain": "2"})])
    code = "def f():\n    ### BEGIN SOLUTION\n    return 'code-answer'\n    ### END SOLUTION\nf()"
    solution = graded("code", code, solution=True, grade_id="a")
    solution.outputs = [v4.new_output("execute_result", {"text/plain": "'code-answer'"})]
    written = graded("markdown", "written-answer", solution=True, grade=True, points=1, grade_id="b")
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("# Descent"), demo, solution, written])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return notebook


def test_no_answer_is_left_in_a_page(site):
    text = str(site.without_answers(lesson()))
    assert "code-answer" not in text
    assert "written-answer" not in text
    assert "YOUR ANSWER HERE" in text


def test_outputs_of_demos_stay(site):
    demo = site.without_answers(lesson()).cells[1]
    assert demo.outputs[0].data["text/plain"] == "2"


def test_folded_cells_show_their_output_alone(site):
    notebook = lesson()
    notebook.cells[1].metadata.tags = ["hide-input"]
    page, _ = site.HTMLExporter().from_notebook_node(site.without_answers(notebook))
    assert "<pre>2</pre>" in page
    assert "1 + 1" not in re.sub("<[^>]*>", "", page)


def test_an_explorer_is_a_picture_there(site):
    notebook = lesson()
    data = {"application/vnd.jupyter.widget-view+json": {"model_id": "0"}, "image/png": "aGk="}
    notebook.cells[1].outputs = [v4.new_output("execute_result", data, execution_count=1)]
    page, _ = site.HTMLExporter().from_notebook_node(site.without_answers(notebook))
    assert "data:image/png;base64,aGk=" in page
    assert "model_id" not in page


def test_title_is_the_first_heading(site):
    assert site.title(lesson(), "other") == "Descent"
    assert site.title(v4.new_notebook(), "other") == "other"
