"""What cells do when they are run: errors, noise, and changes to the whole process."""

from __future__ import annotations

from tests.grading.classes import DIES, RIGHT
from tests.grading.damaged.kinds import FULL, Damage, Notebook, Points, cell, cells, code, place


def first(source: str, points: Points = FULL, note: str = "") -> Damage:
    """A cell of this source, below the set-up."""
    return cells(lambda nb: nb["cells"].insert(place(nb, "setup") + 1, code(source)), points, note)


def between(source: str, points: Points = FULL, note: str = "") -> Damage:
    """A cell of this source, between the first check and the second answer."""
    return cells(lambda nb: nb["cells"].insert(place(nb, "step-solution"), code(source)), points, note)


def step(source: str, points: Points = FULL, note: str = "") -> Damage:
    """This is the answer to `step`."""

    def change(nb: Notebook) -> None:
        cell(nb, "step-solution")["source"] = source

    return cells(change, points, note)


HEAD, BODY = RIGHT["step"].split("\n")
MISSED: Points = (1, 0, 2)

IN_CODE: dict[str, Damage] = {
    "syntax error": step(f"{HEAD}\n    return (x -", MISSED, "SyntaxError"),
    "syntax error elsewhere": between("for i in range(3)\n    print(i)"),
    "indentation by tabs": step(f"{HEAD}\n\t{BODY.strip()}"),
    "NotImplementedError left below": step(f"{RIGHT['step']}\n    raise NotImplementedError()"),
    "NotImplementedError left above": step(f"{HEAD}\n    raise NotImplementedError()\n{BODY}", MISSED),
    "NotImplementedError at the cell's end": step(f"{RIGHT['step']}\nraise NotImplementedError()"),
    "a test of its own fails": step(f"{RIGHT['step']}\nassert step(1.0, 1.0, 0.1) == 2"),
    "missing import": step(f"{HEAD}\n    return pd.Series(x) - learning_rate * gradient", MISSED, "'pd'"),
    "import that is not there": first("import a_package_that_is_nowhere"),
    "file on the student's disk": between("import numpy\nnumpy.loadtxt(r'C:\\Users\\Ana\\data.csv')"),
    "matplotlib notebook": first("%matplotlib notebook\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])"),
    "matplotlib widget": first("%matplotlib widget"),
    "matplotlib qt": first("%matplotlib qt"),
    "a cell magic": between("%%time\nx = 1"),
    "a cell in another language": between("%%bash\nexit 3"),
    "a magic that is not there": between("%load_ext nothing_like_it\n%nothing"),
    "pip install": first("!pip install --no-index nothing-like-it"),
    "pip magic": first("%pip install --no-index nothing-like-it"),
    "Colab's drive": first("from google.colab import drive\ndrive.mount('/content/drive')"),
    "input": between("name = input('Your name? ')"),
    "a plot on a screen": between("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show(block=True)"),
    "infinite print": between("while True:\n    print('again')", note="cell new took too long"),
    "many lines": between("for i in range(200_000):\n    print(i)"),
    "text on stderr": first(
        "import sys, warnings, logging\nwarnings.warn('careful')\nprint('x', file=sys.stderr)\n"
        "logging.warning('y')"
    ),
    "warnings in the answer": step(
        f"import sys, warnings\n{HEAD}\n    warnings.warn('careful')\n    print('x', file=sys.stderr)\n{BODY}"
    ),
    "exit()": between("exit()"),
    "quit()": between("quit()"),
    "raise SystemExit": between("raise SystemExit"),
    "sys.exit": between("import sys\nsys.exit(0)"),
    "raise KeyboardInterrupt": between("raise KeyboardInterrupt"),
    "breakpoint()": between("breakpoint()"),
    "breakpoint in the answer": step(f"{HEAD}\n    breakpoint()\n{BODY}"),
    "input in the answer": step(f"{HEAD}\n    input()\n{BODY}", MISSED),
    "the process ends": between("import os\nos._exit(0)", note="cell new ended the Python process"),
    "the answer ends the process": step(DIES, MISSED, "The Python process ended while this answer was tried"),
    "a segmentation fault": between(
        "import ctypes\nctypes.string_at(0)", note="cell new ended the Python process"
    ),
    "endless": between("while True:\n    pass", note="cell new took too long"),
    "asleep": between("import time\ntime.sleep(1000)", note="cell new took too long"),
    "honest work near the limit": between(
        "import time\nt = time.process_time()\nwhile time.process_time() - t < 1.5:\n    pass"
    ),
    "NumPy raises": first("import numpy\nnumpy.seterr(all='raise')"),
    "warnings are errors": first("import warnings\nwarnings.simplefilter('error')"),
    "seeded": first("import numpy, random\nnumpy.random.seed(0)\nrandom.seed(0)"),
    "print options": first("import numpy\nnumpy.set_printoptions(precision=1, threshold=1, suppress=True)"),
    "another folder": first("import os, tempfile\nos.chdir('/')"),
    "a folder that is gone": first("import os, tempfile\nd = tempfile.mkdtemp()\nos.chdir(d)\nos.rmdir(d)"),
    "another style": first("import matplotlib.pyplot as plt\nplt.style.use('dark_background')\nplt.xkcd()"),
    "recursion limit low": first("import sys\nsys.setrecursionlimit(90)"),
    "recursion limit high": first("import sys\nsys.setrecursionlimit(10**8)"),
    "a locale": first("import locale\nlocale.setlocale(locale.LC_ALL, '')"),
    "an event loop": first("import asyncio\nawait asyncio.sleep(0.01)"),
    "a thread": first("import threading, time\nthreading.Thread(target=time.sleep, args=(3,)).start()"),
    "check rebound": first("check = 3"),
    "builtins rebound": first("list = [1, 2]\nstr = 'x'\nprint = None\nlen = None\ndict = {}"),
    "coursekit rebound": first("coursekit = None\nhint = explore = check = None"),
    "np rebound later": cells(lambda nb: nb["cells"].append(code("np = 'something'"))),
    "answer rebound later": cells(lambda nb: nb["cells"].append(code("step = derivative = descend = None"))),
    "names reset": cells(lambda nb: nb["cells"].append(code("%reset -f"))),
    "stdout closed": first("import sys\nsys.stdout.close()"),
    "stdout elsewhere": first("import sys, io\nsys.stdout = sys.stderr = io.StringIO()"),
    "no garbage collection": first("import gc\ngc.disable()"),
    "a name in Spanish": first("añadir = lambda x: x\nprint('¡añadido! ∂f/∂x \\u202e')"),
}
