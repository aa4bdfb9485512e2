"""What a student is told of an answer, the answer has said before it could know any secret input."""

import json

import numpy as np
import pytest

from coursekit.checking import find
from coursekit.grading.run.asked import stable_hash
from coursekit.grading.run.sitting import run
from tests.grading.notebooks import LESSON, answer, check, code, notebook, work

NOTES = """
seen = []

def derivative(x):
    seen.append(repr(x))
    return 2 * np.asarray(x)
"""
TELLS = """
def step(x, gradient, learning_rate):
    raise ValueError(str(seen))
"""
TELLS_LATER = """
import coursekit

class Names(dict):
    def __missing__(self, name):
        raise NameError(str(seen))

bind, asked = coursekit.grading_bind, []

def tells(exercise, expression):
    told = bind(exercise, expression)
    return type(told)(seen) if exercise.endswith("grid") else told

coursekit.grading_bind = tells
"""

STALLS = """
import coursekit, time

ask, stalled = coursekit.grading_ask, []

def stalls(exercise, question):
    told = ask(exercise, question)
    if len(seen) > PUBLIC and not stalled:
        stalled.append(time.sleep(0))
        time.sleep(1000)
    return told

coursekit.grading_ask = stalls
""".replace("PUBLIC", str(len(find("gradient_descent.derivative").tried())))


@pytest.mark.parametrize("does", ["", STALLS], ids=["notes", "stalls when it has seen one"])
def test_no_answer_tells_the_secret_inputs_that_another_has_seen(does, monkeypatch):
    monkeypatch.setattr("coursekit.grading.run.sitting.SPARE", 1.0)
    monkeypatch.setattr("coursekit.grading.run.sitting.TOTAL", 0.1)
    nb = notebook(
        code(does),
        answer("derivative", NOTES),
        check("derivative"),
        answer("step", TELLS),
        check("step"),
        answer("grid", TELLS_LATER),
        check("grid"),
    )
    found = run(work(nb))
    exercise = find("gradient_descent.derivative")
    seed = np.random.SeedSequence([7, stable_hash(exercise.id)])
    secret = [case.args[0] for case in exercise.tried(seed) if case.secret]
    drawn = [str(number) for value in secret for number in np.ravel(value)]
    numbers = [number[:7] for number in drawn if len(number) > 7]  # whatever digits are shown
    told = found.notebooks[LESSON] + json.dumps(found.verdicts)
    assert found.verdicts["gradient_descent.derivative"]["status"] == "passed"
    assert "ValueError: [" in found.verdicts["gradient_descent.step"]["why"]
    assert numbers
    assert [number for number in numbers if number in told] == []
