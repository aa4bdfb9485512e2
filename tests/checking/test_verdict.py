"""The verdict's two faces, points as nbgrader reads them, and check and hint in a notebook."""

import ast
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_output
from nbgrader.utils import determine_grade

import coursekit
from coursekit import check, evaluate, hint
from coursekit.checking.verdict import Points, Verdict, show


def _cell(points, most):
    cell = new_code_cell("check(...)", outputs=[new_output("execute_result", {"text/plain": repr(points)})])
    cell.metadata["nbgrader"] = {
        "grade": True,
        "points": most,
        "grade_id": "x",
        "solution": False,
        "task": False,
    }
    return cell


@pytest.mark.parametrize(("earned", "most"), [(2.0, 3), (0.0, 1), (3.0, 3), (0.3333, 1)])
def test_nbgrader_reads_points_as_the_score(earned, most):
    assert determine_grade(_cell(Points(earned, most), most)) == (earned, most)


def test_points_are_a_bare_number_as_text_and_words_as_html():
    points = Points(2.0, 3)
    assert ast.literal_eval(repr(points)) == 2.0
    assert points._repr_html_() == "<span>2 of 3 points</span>"


def test_evaluate_gives_a_verdict_even_where_the_answer_breaks_the_check(monkeypatch):
    def derivative(x):
        monkeypatch.setattr(threading, "Thread", None)
        return 2 * x

    verdict = evaluate("gradient_descent.derivative", derivative)
    assert (verdict.status, verdict.score) == ("crashed", 0)
    assert "Restart the kernel" in str(verdict)


def test_html_is_escaped_and_holds_the_next_hint_without_a_kernel():
    verdict = Verdict("a.b", False, 0, "wrong", call="f('<b>')", why="<script>alert(1)</script>")
    page = verdict.as_html("look & see")
    assert "<script>" not in page
    assert "f(&#x27;&lt;b&gt;&#x27;)" in page
    assert "<details><summary>Hint</summary><p>look &amp; see</p></details>" in page


def test_a_secret_input_is_not_shown():
    verdict = Verdict("a.b", False, 0, "wrong", call="f(17)", expected="3", got="4", why="x")
    assert "17" not in str(verdict.without_input("a random number"))
    assert "a random number" in str(verdict.without_input("a random number"))


def test_check_prints_the_verdict_and_returns_the_points(capsys):
    points = check("gradient_descent.descend", lambda g, s, r=0.1, steps=50: [s])
    assert isinstance(points, Points)
    assert points == 0.0
    assert "expected" in capsys.readouterr().out


def test_check_shows_a_panel_in_a_notebook(monkeypatch):
    shown = []
    import IPython
    import IPython.display

    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(kernel=object()))
    monkeypatch.setattr(IPython.display, "display", lambda data, raw: shown.append(data))
    check("gradient_descent.derivative", lambda x: x)
    assert set(shown[0]) == {"text/plain", "text/html"}
    assert "<details>" in shown[0]["text/html"]


def test_hint_goes_one_further_at_each_call_and_stays_at_the_last(capsys):
    for _ in range(5):
        hint("gradient_descent.step")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Hint 1 of 2")
    assert lines[1].startswith("Hint 2 of 2")
    assert lines[4] == lines[1]


def test_an_unknown_id_names_the_nearest():
    with pytest.raises(KeyError, match=r"gradient_descent\.descend"):
        evaluate("gradient_descent.decend", abs)
    with pytest.raises(KeyError):
        evaluate(None, abs)


def test_a_written_answer_is_left_to_a_person():
    verdict = evaluate("gradient_descent.discussion", "Much text.")
    assert (verdict.passed, verdict.score) == (False, 0.0)
    assert "person" in str(verdict)


def test_the_package_lists_what_it_offers():
    assert {"check", "evaluate", "hint", "explore"} <= set(dir(coursekit))
    with pytest.raises(AttributeError):
        coursekit.nothing_of_that_name


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.array([[1.5, -2.0], [0.25, 4.0]]), "[[1.5, -2.], [0.25, 4.]]"),
        (np.array([-1.0, 1 / 3]), "[-1., 0.333333]"),
        ((np.array([[0.5]]), 3, {"w": np.array([1, 2])}), "([[0.5]], 3, {'w': [1, 2]})"),
        (np.arange(40.0), "array of shape (40,): [0., 1., 2., ..., 37., 38., 39.]"),
        (np.zeros((0, 2)), "array of shape (0, 2): []"),
    ],
)
def test_arrays_are_shown_on_one_line_as_a_person_writes_them(value, text):
    assert show(value) == text
