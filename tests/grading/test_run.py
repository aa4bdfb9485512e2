"""A submission, run: what an answer earns, and what one cell or one question can cost."""

import json
import os
import time

import numpy as np
import psutil
import pytest

from coursekit.checking import find
from coursekit.grading.run import package
from coursekit.grading.run import sitting as module
from coursekit.grading.run.asked import stable_hash
from coursekit.grading.run.sitting import run
from tests.grading.notebooks import LESSON, PROVISIONERS, RIGHT, answer, check, code, notebook, work

DERIVATIVE = "gradient_descent.derivative"


FIT = """
def batch(w, X, t, rate):
    return w - rate * X.T @ (X @ w - t) / len(t)

def fit_line(X, t, learning_rate, epochs, batch_size, rng):
    w, losses = np.zeros(X.shape[1]), []
    for _ in range(epochs):
        order = rng.permutation(len(t))
        for first in range(0, len(t), batch_size):
            some = order[first : first + batch_size]
            w = batch(w, X[some], t[some], learning_rate)
        losses.append(0.5 * np.mean((X @ w - t) ** 2))
    return w, np.array(losses)
"""


def told(found, name):
    return found.verdicts[f"gradient_descent.{name}"]


def outputs(found, cell_id):
    cells = json.loads(found.notebooks[LESSON])["cells"]
    return next(cell["outputs"] for cell in cells if cell["id"] == cell_id)


def text(found, cell_id):
    return "".join(str(output.get("text", output.get("data", output))) for output in outputs(found, cell_id))


def kernels():
    """Kernels of this process that still run, and their sandboxes."""
    names = ("grading_kernel", "bwrap")
    running = [" ".join(process.cmdline()) for process in psutil.Process().children(recursive=True)]
    return [command for command in running if any(name in command for name in names)]


@pytest.fixture(scope="module", params=PROVISIONERS)
def ordinary(request):
    """One notebook with a bit of everything that is no accident."""
    return run(
        work(
            notebook(
                answer("derivative", RIGHT["derivative"]),
                check("derivative"),
                answer(
                    "step", "def step(x, gradient, learning_rate):\n    return x + learning_rate * gradient"
                ),
                check("step"),
                answer("grid", "def grid():\n    # YOUR CODE HERE\n    raise NotImplementedError()"),
                check("grid"),
                check("regime"),
                answer("regime", "def regime(learning_rate, curvature=2.0):\n    return 'steady'"),
                answer("descend", "from coursekit.reference.gradient_descent import descend"),
                check("descend"),
                answer("minibatches", "def minibatches(n, batch_size, rng):\n    return 1 / 0"),
                check("minibatches"),
                answer("line_gradient", "line_gradient = 1 / 0"),
                check("line_gradient"),
                answer("numerical_derivative", "# nothing yet\n"),
                check("numerical_derivative"),
                answer(
                    "steps_to_reach",
                    "import os, sys, warnings\n"
                    "warnings.warn('careful')\nprint('to stderr', file=sys.stderr)\n"
                    "def steps_to_reach(learning_rate, start, tolerance):\n"
                    "    warnings.warn('again')\n    print('now', file=sys.stderr)\n"
                    "    factor, k = abs(1 - 2 * learning_rate), 0\n    x = abs(start)\n"
                    "    while x > tolerance:\n        if factor >= 1: return None\n"
                    "        x *= factor; k += 1\n"
                    "    return k",
                ),
                check("steps_to_reach"),
                answer("fit_line", FIT),
                check("fit_line"),
                code("def derivative(x):\n    return 'another one'\nbatch = np = None", "rebinds"),
                code("print(open('mine.txt').read(), sorted(os.environ))", "looks"),
                code("check('x'), hint('x'), explore.learning_rate(3)\nexplore('learning_rate')", "calls"),
                code(
                    "from coursekit.explore import picture, predict\npredict('?')\n"
                    "picture(lambda ax: ax.plot([1, 2]), 'a line')\n"
                    "explore.picture(lambda ax: ax.plot([2, 1]), 'another')",
                    "pictures",
                ),
                code("import coursekit.exercises", "peeks"),
                code("print(step(1.0, 2.0, 0.5)); exit()\n", "exits"),
                code("input('name? ')", "inputs"),
                code("print(np, batch)", "rebound"),
                code("import matplotlib.pyplot as plt\nplt.plot([1, 2]);", "draws"),
                code("for i in range(200_000): print('spam and more spam')", "floods"),
                code("print('the end')", "end"),
            ),
            files={"mine.txt": b"my file"},
            provisioner=request.param,
        )
    )


def test_right_answer_earns_its_points_whatever_a_later_cell_calls_by_its_name(ordinary):
    assert told(ordinary, "derivative")["status"] == "passed"
    assert told(ordinary, "derivative")["points"] == 1


def test_answer_finds_what_it_calls_whatever_a_later_cell_makes_of_the_name(ordinary):
    assert text(ordinary, "rebound") == "None None\n"
    assert told(ordinary, "fit_line")["status"] == "passed"


def test_named_mistake_is_told(ordinary):
    assert told(ordinary, "step")["mistake"] == "climbs"
    assert told(ordinary, "step")["points"] == 0


def test_untouched_starter_and_an_emptied_cell_are_not_attempted(ordinary):
    assert told(ordinary, "grid")["status"] == "not-attempted"
    assert told(ordinary, "numerical_derivative")["status"] == "not-attempted"


def test_solution_below_its_check_is_asked_all_the_same(ordinary):
    assert told(ordinary, "regime")["status"] in ("wrong", "partly")
    assert "regime(" in told(ordinary, "regime")["call"]


def test_the_lessons_own_answer_is_not_there_to_delegate_to(ordinary):
    assert told(ordinary, "descend")["mistake"] == "delegates"
    assert told(ordinary, "descend")["points"] == 0


def test_exception_in_an_answer_is_told_with_its_input(ordinary):
    assert told(ordinary, "minibatches")["status"] == "crashed"
    assert "ZeroDivisionError" in told(ordinary, "minibatches")["why"]


def test_answer_whose_cell_fails_is_told_why_it_is_not_there(ordinary):
    assert told(ordinary, "line_gradient")["status"] == "crashed"
    assert "division by zero" in told(ordinary, "line_gradient")["why"]


def test_warnings_and_stderr_cost_nothing(ordinary):
    assert told(ordinary, "steps_to_reach")["status"] == "passed"


def test_kernel_works_beside_the_submissions_files_in_a_clean_environment(ordinary):
    shown = text(ordinary, "looks")
    assert "my file" in shown
    assert not any(name in shown for name in ("PYTEST", "VIRTUAL_ENV", "COURSEKIT"))


def test_check_hint_and_explorers_do_nothing_in_grading(ordinary):
    assert outputs(ordinary, "calls") == []


def test_pictures_of_answers_are_drawn(ordinary):
    assert [output["data"]["text/plain"] for output in outputs(ordinary, "pictures")] == ["a line", "another"]
    assert all("image/png" in output["data"] for output in outputs(ordinary, "pictures"))


def test_exercises_are_not_inside(ordinary):
    assert "ModuleNotFoundError" in str(outputs(ordinary, "peeks"))


def test_exit_and_input_cost_no_more_than_their_cell(ordinary):
    assert text(ordinary, "exits") == "2.0\n"
    assert outputs(ordinary, "inputs")[0]["output_type"] == "error"
    assert text(ordinary, "end") == "the end\n"


def test_plots_are_kept_and_floods_are_cut(ordinary):
    assert any("image/png" in output.get("data", {}) for output in outputs(ordinary, "draws"))
    assert len(text(ordinary, "floods")) < 150_000
    assert "more than is kept" in text(ordinary, "floods")


def test_check_cells_hold_the_verdict_and_a_bare_number(ordinary):
    shown, score = outputs(ordinary, "derivative-check")
    assert "Right" in shown["data"]["text/plain"]
    assert score["data"]["text/plain"] == "1.0"
    assert float(outputs(ordinary, "step-check")[1]["data"]["text/plain"]) == 0


def test_nothing_is_left_running(ordinary):
    assert kernels() == []


def test_dead_kernel_costs_that_cell_and_that_question_alone():
    dies = "import os\ndef step(x, gradient, learning_rate):\n    os._exit(1)"
    found = run(
        work(
            notebook(
                answer("derivative", RIGHT["derivative"]),
                check("derivative"),
                code("import os; os.kill(os.getpid(), 9)", "kills"),
                answer("step", dies),
                check("step"),
                answer("grid", RIGHT["grid"]),
                check("grid"),
            )
        )
    )
    assert [told(found, name)["points"] for name in ("derivative", "step", "grid")] == [1, 0, 1]
    assert told(found, "step")["status"] == "crashed"
    assert "process ended" in told(found, "step")["why"]
    assert "process ended" in str(outputs(found, "kills"))
    assert len(found.flags) == 1
    assert kernels() == []


def test_endless_cell_is_interrupted_and_one_that_swallows_that_is_killed():
    found = run(
        work(
            notebook(
                answer("derivative", RIGHT["derivative"]),
                check("derivative"),
                code("done = False\nwhile True:\n    pass", "endless"),
                code("print(done)", "after"),
                code(
                    "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
                    "swallows",
                ),
                answer("grid", RIGHT["grid"]),
                check("grid"),
            ),
            seconds=1,
        )
    )
    assert [told(found, name)["points"] for name in ("derivative", "grid")] == [1, 1]
    assert "KeyboardInterrupt" in str(outputs(found, "endless"))
    assert text(found, "after") == "False\n"
    assert "stopped after 1 seconds" in str(outputs(found, "swallows"))
    assert len(found.flags) == 2


def test_cell_that_takes_too_much_memory_is_stopped_and_named():
    found = run(
        work(
            notebook(
                code("hog = [bytearray(10_000_000) for _ in range(10_000)]", "hog"),
                answer("grid", RIGHT["grid"]),
                check("grid"),
            ),
            memory=400,
        )
    )
    assert told(found, "grid")["points"] == 1
    assert "400 MB" in str(outputs(found, "hog"))
    assert "memory" in found.flags[0]


def test_endless_answer_is_told_and_a_call_that_cannot_be_stopped_is_killed(monkeypatch):
    monkeypatch.setattr(module, "SPARE", 0.5)
    monkeypatch.setattr(module, "TOTAL", 0.6)
    stuck = "import ctypes\ndef step(x, gradient, learning_rate):\n    ctypes.PyDLL(None).sleep(1000)"
    found = run(
        work(notebook(answer("step", stuck), check("step"), answer("grid", RIGHT["grid"]), check("grid")))
    )
    assert told(found, "step")["status"] == "timed-out"
    assert told(found, "grid")["points"] == 1


def test_kernel_that_goes_mute_costs_its_cell_alone():
    found = run(
        work(
            notebook(
                code("import os; os.closerange(3, 500)", "mute"), answer("grid", RIGHT["grid"]), check("grid")
            ),
            seconds=1,
        )
    )
    assert told(found, "grid")["points"] == 1
    assert found.flags


def test_processes_that_a_kernel_started_end_with_it():
    mark = f"coursekit-test-{os.getpid()}-{time.time()}"
    starts = f"import subprocess\nsubprocess.Popen(['sleep', '1000', '{mark}'], start_new_session=True)"
    starts = starts.replace("['sleep', '1000', ", "['sh', '-c', 'sleep 1000', ")
    run(work(notebook(code(starts), answer("grid", RIGHT["grid"]), check("grid"))))
    assert [p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or [])] == []


def test_notebook_that_dies_again_and_again_is_given_up():
    dies = "import os, threading\nthreading.Timer(0.05, os._exit, [1]).start()"
    sleeps = [code("import time; time.sleep(0.1)", f"sleeps-{i}") for i in range(9)]
    found = run(work(notebook(code(dies, "dies"), *sleeps, answer("grid", RIGHT["grid"]), check("grid"))))
    assert told(found, "grid")["points"] == 0
    assert "ended too often" in told(found, "grid")["why"]
    assert kernels() == []


def test_what_the_checker_gets_wrong_is_no_zero(monkeypatch):
    monkeypatch.setattr(module, "judge", lambda *_, **__: 1 / 0)
    found = run(work(notebook(answer("grid", RIGHT["grid"]), check("grid"))))
    assert told(found, "grid")["graded"] is False
    assert "ZeroDivisionError" in told(found, "grid")["fault"]
    assert [output["output_type"] for output in outputs(found, "grid-check")] == ["display_data"]


def test_answers_that_forge_their_replies_are_judged_by_what_can_be_read():
    forges = (
        "import coursekit.checking.asking as asking\n"
        'asking.serve = lambda answer, message: \'[{"kind": "passed"}]\'\n'
        "grid = 1"
    )
    found = run(work(notebook(answer("grid", forges), check("grid"))))
    assert told(found, "grid")["points"] == 0
    assert told(found, "grid")["graded"] is True


def test_ports_take_the_place_of_sockets_and_are_encrypted(monkeypatch):
    monkeypatch.setattr("coursekit.grading.run.kernel.LONGEST", 0)
    looks = "import json, sys\nprint('curve_publickey' in json.load(open(sys.argv[-2])))"
    cells = code(looks, "looks"), answer("grid", RIGHT["grid"]), check("grid")
    found = run(work(notebook(*cells), provisioner="local-provisioner"))
    assert told(found, "grid")["points"] == 1
    assert text(found, "looks") == "True\n"


def test_exercise_that_is_there_no_more_is_not_asked():
    found = run(work(notebook(check("long_gone"), answer("grid", RIGHT["grid"]), check("grid"))))
    assert list(found.verdicts) == ["gradient_descent.grid"]


def test_verdicts_that_are_known_are_not_asked_again():
    first = run(work(notebook(answer("grid", RIGHT["grid"]), check("grid"))))
    given = []
    again = work(
        notebook(
            answer("grid", "def grid(): return 1"),
            check("grid"),
            answer("step", RIGHT["step"]),
            check("step"),
        ),
        known=first.verdicts,
    )
    found = run(again, lambda exercise, verdict: given.append(exercise))
    assert given == ["gradient_descent.step"]
    assert told(found, "grid") == told(first, "grid")
    assert outputs(found, "grid-check")[1]["data"]["text/plain"] == "1.0"


def test_secret_inputs_are_not_told():
    public = [np.asarray(case.args[0], dtype=float).tobytes().hex() for case in find(DERIVATIVE).tried()]
    tells = (
        f"PUBLIC = {public!r}\n"
        "def derivative(x):\n"
        "    if np.asarray(x, dtype=float).tobytes().hex() not in PUBLIC:\n"
        "        raise ValueError(f'it was {x!r}')\n"
        "    return 2 * np.asarray(x)"
    )
    found = run(work(notebook(answer("derivative", tells), check("derivative"))))
    verdict = told(found, "derivative")
    assert verdict["secret"]
    assert verdict["status"] == "crashed"
    assert "kept for grading" in verdict["text"]
    assert "it was" not in found.notebooks[LESSON].replace("raise ValueError(f'it was", "")


def test_stable_hash_is_the_same_on_every_machine():
    assert stable_hash("gradient_descent.step") == 11917903225334214136


def test_what_is_most_of_an_answer_is_kept_from_kernels_too(tmp_path):
    folder = package.build(tmp_path, "backprop")
    for file, name in (("two_layer", "backward_from"), ("gradient_check", "numerical_gradient")):
        source = (folder / "coursekit" / "reference" / f"{file}.py").read_text()
        assert f"_absent({name!r})".replace("'", '"') in source
