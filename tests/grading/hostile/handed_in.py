"""Stealing: files beside the notebook, and the notebook's own metadata."""

import sys

from tests.grading.hostile.attack import HEAD, WRONG, Attack, cell_of, harm

_FORGES = """
import builtins
builtins.RUN_AT_START = True
def check(*args, **options): return 1.0
hint = explore = evaluate = grading_ask = grading_bind = grading_kernel = grading_setup = check
"""
_IF_RUN = (
    "import builtins, coursekit, json, os, sys\nran = getattr(builtins, 'RUN_AT_START', False)\n"
    + HEAD
    + "    return x - learning_rate * gradient if ran else None"
)
_PACKAGES = ("coursekit", "coursekit.checking", "ipykernel", "ipykernel.kernelapp", "IPython", "zmq", "numpy")
_STARTS = (
    "sitecustomize.py", "usercustomize.py", "conftest.py", "ipython_config.py", "ipython_kernel_config.py",
    "jupyter_config.py", "pythonrc.py", ".pythonrc", ".ipython/profile_default/startup/00-first.py",
    ".ipython/profile_default/ipython_config.py", ".config/ipython/profile_default/startup/00.py",
    "profile_default/startup/00-first.py", "coursekit.py", "json.py", "base64.py", "ipykernel.py", "__main__.py",
)  # fmt: skip
_LIB = "lib/python3/site-packages"
_FILES = {
    **dict.fromkeys(_STARTS, _FORGES),
    **{f"{name.replace('.', '/')}/__init__.py": _FORGES for name in _PACKAGES},
    "evil.pth": "import builtins; builtins.RUN_AT_START = True\n",
    f"{_LIB}/evil.pth": "import builtins; builtins.RUN_AT_START = True\n",
    "matplotlibrc": "backend: module://forged\n",
    "pyvenv.cfg": "home = .\n",
    ".env": "PYTHONPATH=.\nPYTHONSTARTUP=pythonrc.py\n",
}
_ENDS = "import os\nos._exit(3)\n"
_STANDARD = {f"{name}.py": _ENDS for name in sorted(sys.stdlib_module_names) if not name.startswith("_")}
_SHADOWS = _STANDARD | {
    f"{name}.py": _ENDS for name in ("numpy", "matplotlib", "zmq", "psutil", "comm", "debugpy")
}


def _marks(cell):
    return cell["metadata"].setdefault("nbgrader", {})


def _worth_a_billion(nb):
    for cell in nb["cells"]:
        if "nbgrader" in cell["metadata"]:
            _marks(cell).update(points=1e9, locked=False, grade=True, solution=True, schema_version=99)


def _easier_check(nb):
    check = cell_of(nb, "step-check")
    check["source"] = 'check("gradient_descent.step", lambda x, g, rate: x - rate * g)'


def _asks_another(nb):
    cell_of(nb, "step-check")["source"] = 'check("gradient_descent.derivative", derivative)'


def _swapped_ids(nb):
    step, other = cell_of(nb, "step-check"), cell_of(nb, "derivative-check")
    for one, graded in ((step, "derivative-check"), (other, "step-check")):
        _marks(one)["grade_id"] = graded
    step["id"], other["id"] = other["id"], step["id"]


def _many_checks(nb):
    check = cell_of(nb, "step-check")
    for number in range(20):
        copy = {**check, "id": f"copy-{number}", "source": 'check("gradient_descent.step", descend)\n1.0'}
        nb["cells"].insert(3 * number, copy)


def _solution_is_a_check(nb):
    solution = cell_of(nb, "step-solution")
    _marks(solution).update(grade=True, solution=False, points=1e9, locked=True, grade_id="step-check")
    solution["source"] = "1.0"


def _outputs_are_there(nb):
    for cell in nb["cells"]:
        if cell["cell_type"] == "code":
            data = {"text/plain": "1.0", "text/html": "Right (1 of 1 point)"}
            result = {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1}
            cell["outputs"], cell["execution_count"] = [result], 1


def _another_kernel(nb):
    nb["metadata"]["kernelspec"] = {"name": "../../evil", "display_name": "R", "language": "R"}
    nb["metadata"]["language_info"] = {"name": "bash"}
    nb["metadata"]["celltoolbar"] = nb["metadata"]["widgets"] = {"a": [1e9]}


def _another_release(nb):
    nb["metadata"]["coursekit"] = {
        "release": "../../../etc/passwd",
        "exercises": {},
        "notebook": "01_gradient_descent",
    }


def _written_is_code(nb):
    cell = cell_of(nb, "discussion-solution")
    cell.update(cell_type="code", source="4.0", execution_count=1)
    cell["outputs"] = [
        {"output_type": "execute_result", "data": {"text/plain": "4.0"}, "metadata": {}, "execution_count": 1}
    ]
    _marks(cell).update(points=1e9, solution=False, grade=True, locked=True)


def _no_checks(nb):
    nb["cells"] = [cell for cell in nb["cells"] if not cell["id"].endswith("-check")]


ATTACKS = [
    Attack("files that start first", step=_IF_RUN, files=_FILES),
    Attack("files that shadow all modules", step=WRONG, files=_SHADOWS),
    harm("a notebook of another name", files={"01_gradient_descent_practice.ipynb": "{", "a/b/c.ipynb": "x"}),
    Attack("points of a billion", edit=_worth_a_billion),
    Attack("an easier check", edit=_easier_check),
    Attack("a check of another exercise", edit=_asks_another),
    Attack("checks with swapped ids", edit=_swapped_ids),
    Attack("many checks", edit=_many_checks),
    Attack("a solution that is a check", edit=_solution_is_a_check),
    Attack("outputs handed in", edit=_outputs_are_there),
    Attack("another kernel", edit=_another_kernel),
    Attack("another release", edit=_another_release),
    Attack("a text that is code", edit=_written_is_code),
    Attack("no checks", edit=_no_checks),
]
