"""The notebooks as they run: solved, as released, and every example and formula that they show."""

from __future__ import annotations

import re

import nbformat
import numpy as np
import pytest

from coursekit.grading.starter import released_notebook


@pytest.fixture(scope="session")
def solved(lesson, run_solved):
    return run_solved(lesson.path.stem)


@pytest.fixture(scope="session")
def released(lesson, run):
    student = released_notebook(lesson.notebook, lesson.path.parent.name, lesson.path.stem, {})
    return run(nbformat.from_dict(student), f"{lesson.path.stem}_released")


def outputs(notebook, kind=""):
    """(cell id, output) of every output, or of those with data of this kind."""
    pairs = [(cell.id, out) for cell in notebook.cells for out in cell.get("outputs", [])]
    return [(one, out) for one, out in pairs if not kind or kind in out.get("data", {})]


def scores(notebook) -> dict[str, float]:
    """What nbgrader reads: the first value of each check cell, as a number."""
    found = {}
    for one, out in outputs(notebook, "text/plain"):
        if one.endswith("-check") and out.output_type == "execute_result":
            found.setdefault(one.removesuffix("-check"), float(out.data["text/plain"]))
    return found


def test_the_solved_notebook_runs(solved):
    assert solved.error is None, solved.error and solved.error.trace


def test_solutions_earn_all_points(lesson, solved):
    assert scores(solved.nb) == {one.name: one.points for one in lesson.by_code}


def test_nothing_is_written_to_stderr(solved, released):
    """nbgrader gives a cell with any text on stderr no points."""
    for ran in (solved, released):
        assert [(one, out.text) for one, out in outputs(ran.nb) if out.get("name") == "stderr"] == []


def test_every_picture_has_words(lesson, solved):
    pictures = outputs(solved.nb, "image/png")
    assert len(pictures) >= 3
    for one, out in pictures:
        assert len(out.metadata.get("image/png", {}).get("alt", "").split()) >= 8, one
    drawn = [cell.id for cell in lesson.of("code") if "picture(" in cell.source]
    assert set(drawn) <= {one for one, _ in pictures}


def test_the_released_notebook_runs_to_its_end(released):
    """Nothing is answered yet; reading on, and playing, must be possible all the same."""
    assert released.error is None, released.error and released.error.trace


def test_untouched_answers_earn_nothing_and_are_not_called_wrong(lesson, released):
    assert scores(released.nb) == dict.fromkeys((one.name for one in lesson.by_code), 0.0)
    shown = [
        out.data["text/plain"] for one, out in outputs(released.nb, "text/html") if one.endswith("-check")
    ]
    told = [verdict for verdict in shown if verdict.startswith("Not attempted yet")]
    assert len(told) == len(lesson.by_code)


def test_examples_in_prompts_are_true(lesson):
    for one in lesson.by_code:
        source = lesson.cell(f"{one.name}-prompt").source
        scope = dict(lesson.scope)
        for expression, shown in re.findall(r"`([^`\n]+)` → `([^`\n]+)`", source):
            got, right = eval(expression, scope), eval(shown, scope)
            if right is None or np.asarray(right).dtype.kind == "U":  # texts
                assert got == right, expression
            else:
                np.testing.assert_allclose(got, right, rtol=1e-6, atol=1e-9, err_msg=expression)
