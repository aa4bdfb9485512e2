"""Harming: too much of everything. None of these may ever run outside a sandbox."""

from tests.grading.hostile.attack import HEAD, Attack, harm

_OS = "import ctypes, mmap, os, sys, time\n"
_FLOODS = {
    # memory
    "heap": "hog = []\nwhile True: hog.append(bytearray(10_000_000))",
    "mapped memory": "hog = []\nwhile True:\n    hog.append(mmap.mmap(-1, 50_000_000))\n"
    "    for place in range(0, 50_000_000, 4096): hog[-1][place] = 1",
    "memory behind descriptors": """
made, libc = [], ctypes.CDLL(None)
for _ in range(300):
    try: made.append(os.memfd_create("hog"))
    except OSError: break
    for _ in range(20): os.write(made[-1], b"x" * 1_000_000)
for key in range(100): libc.shmat(libc.shmget(key, 50_000_000, 0o1666), 0, 0)
ends = [os.pipe() for _ in range(200)]
""",
    "files in memory": """
for folder in ("/dev/shm", "/tmp", "/run", "/var/tmp", os.getcwd()):
    try:
        for number in range(100):
            with open(f"{folder}/hog{number}", "wb") as file:
                for _ in range(100): file.write(b"x" * 1_000_000)
    except OSError: pass
""",
    "many small processes": """
for _ in range(60):
    try:
        if os.fork() == 0:
            os.setsid(); hog = bytearray(b"x" * 30_000_000); time.sleep(1000); os._exit(0)
    except OSError: break
time.sleep(1000)
""",
    "fork bomb": """
def bomb():
    while True:
        try: os.fork()
        except OSError: pass
bomb()
""",
    "thread bomb": "import threading\nwhile True: threading.Thread(target=time.sleep, args=(1000,)).start()",
    # the disk
    "one large file": "with open('large', 'wb') as file:\n    while True: file.write(b'x' * 10_000_000)",
    "sparse file": "for n in range(100):\n    try: open(f's{n}', 'wb').truncate(10**12)\n    except OSError: pass",
    "many small files": "for n in range(300_000):\n    open(f'{n}', 'w').close()",
    "deep folders": "for n in range(100_000):\n    os.mkdir('deep'); os.chdir('deep')",
    # outputs
    "prints": "while True: print('spam and more spam' * 100)",
    "one large output": "from IPython.display import HTML, display\ndisplay(HTML('x' * 100_000_000))",
    "descriptor one": "while True: os.write(1, b'spam' * 1000); os.write(2, b'spam' * 1000)",
    "small outputs": "for n in range(10**6):\n    sys.stdout.write('1'); sys.stdout.flush(); sys.stderr.write('2'); sys.stderr.flush()",
    "displays": "from IPython.display import display\nfor n in range(10**6): display(n, display_id=str(n % 30))",
    "raw messages": """
from IPython import get_ipython
kernel = get_ipython().kernel
while True:
    kernel.session.send(kernel.iopub_socket, "display_data", {"data": {"text/html": "x" * 5_000_000}, "metadata": {}},
                        parent=kernel.get_parent())
""",
    "one huge message": """
from IPython import get_ipython
kernel = get_ipython().kernel
kernel.session.send(kernel.iopub_socket, "stream", {"name": "stdout", "text": "x" * 250_000_000}, parent=kernel.get_parent())
""",
    "comms": """
from comm import create_comm
for n in range(10**6): create_comm(target_name="x", data={"a": "x" * 1000}).send({"b": n})
""",
    "widgets": "import ipywidgets\nfor n in range(20_000): ipywidgets.IntSlider()",
    "input": "for n in range(10**6):\n    try: input('name? ')\n    except Exception: pass",
    # time
    "swallows interrupts": "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    "long power": "x = 7 ** (7 ** 10)",
    "long search": "import re\nre.match(r'(a*)*b', 'a' * 60)",
    "long sleep": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(1000)",
    "deep recursion": "sys.setrecursionlimit(10**9)\ndef f(n): return f(n + 1) + f(n)\nf(0)",
}
_IN_ANSWERS = {
    "answer that hogs memory": "    hog = []\n    while True: hog.append(bytearray(10_000_000))",
    "answer that gives too much": "    return np.zeros(30_000_000)",
    "answer that gives many": "    return [[0] * 1000] * 10_000",
    "answer that floods": "    import os\n    while True: os.write(1, b'spam' * 1000)",
    "answer that swallows": "    while True:\n        try:\n            while True: pass\n        except BaseException: pass",
}

ATTACKS = [
    *[harm(name, _OS + code.strip("\n")) for name, code in _FLOODS.items()],
    *[Attack(name, step=HEAD + code) for name, code in _IN_ANSWERS.items()],
]
