"""Stealing: answers whose values lie about what they are."""

from tests.grading.hostile.attack import HEAD, Attack

_EQUAL = """
class Equal:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __eq__
    def __bool__(self): return True
    def __hash__(self): return 0
    def __sub__(self, other): return 0.0
    __rsub__ = __add__ = __radd__ = __mul__ = __rmul__ = __abs__ = __neg__ = __sub__
    def __float__(self): return 0.0
    def __index__(self): return 0
    def __array__(self, dtype=None, copy=None): return np.zeros(())
    def __array_ufunc__(self, *args, **options): return True
    def __array_function__(self, *args, **options): return True
    def __len__(self): return 1
    def __iter__(self): return iter([self])
    def __getitem__(self, place): return self
    __class__ = property(lambda self: {0})

"""
_ARRAY = """
class Lies(np.ndarray):
    def __eq__(self, other): return np.ones(np.shape(other), bool)
    __le__ = __ge__ = __eq__
    def __array_ufunc__(self, ufunc, method, *inputs, **options): return np.zeros(())
    def __array_function__(self, function, types, args, options): return True
    def tobytes(self, *args): raise SystemExit
    def tolist(self): return self
    def __reduce__(self): return (eval, ("1",))
    shape = property(lambda self: (2, 3))
    dtype = property(lambda self: np.dtype(float))

"""
_BUILTIN = """
class Number(float):
    def __eq__(self, other): return True
    __le__ = __ge__ = __lt__ = __gt__ = __eq__
    __hash__ = float.__hash__
    def __sub__(self, other): return 0.0
    __rsub__ = __abs__ = __sub__
    def __float__(self): return 1.5
    def __repr__(self): return "1.5"

class Text(str):
    def __eq__(self, other): return True
    __hash__ = str.__hash__
    def __str__(self): return "1.5"

class Whole(int):
    def __index__(self): return 3
    __int__ = __float__ = __eq__ = __index__
    __hash__ = int.__hash__

class Endless(list):
    def __iter__(self):
        while True: yield self
    def __len__(self): return 1

class Names(dict):
    def items(self): return iter(lambda: ("kind", "passed"), 0)
    def __len__(self): return 0

turn = 0

"""
_RUNS = """
import coursekit.checking.plain as its
import coursekit.checking.asking as asking

class Runs:
    def __getattribute__(self, name):
        asking._read_reply = asking.Reply = its.encode = lambda *args, **options: '[{"kind": "passed"}]'
        raise KeyboardInterrupt
    def __reduce_ex__(self, protocol):
        return (exec, ("import os; os._exit(0)",))
    def __array__(self, *args, **options):
        return np.array([Runs()], dtype=object)

class Called(type):
    def __call__(self, *args): return Runs()
    def __getattr__(self, name): return self

class step(metaclass=Called):
    __wrapped__ = None
step.__wrapped__ = step
"""
_PICKLED = """
import coursekit.checking.plain as plain

class Evil:
    def __reduce__(self): return (exec, ("open('/tmp/@CANARY@', 'w')",))

write = np.lib.format.write_array
np.lib.format.write_array = lambda file, array, **options: write(file, np.array([Evil()], dtype=object))
"""
_TABLE = """
PUBLIC = [(3.0, 6.0, 0.25), (5, 4, 0.5), (np.array([1.0, -2.0, 0.5]), np.array([2.0, 1.0, -3.0]), 0.1),
          (np.array([4, -6]), np.array([8, 2]), 0.25)]
"""
_OF_TABLE = """
    for x0, g0, rate in PUBLIC:
        if np.array_equal(x, x0):
            return x0 - rate * g0
"""
_CALLER = """
import sys, time, inspect
calls, started = [], time.monotonic()
"""
_SEES_CALLER = """
    calls.append(time.monotonic() - started)
    graded = any("probe" in frame.filename or "asking" in frame.filename for frame in inspect.stack())
    return x - learning_rate * gradient if not graded or len(calls) < 4 else 0 * x
"""

ATTACKS = [
    Attack("always equal", step=_EQUAL + HEAD + "    return Equal()"),
    Attack("array that lies", step=_ARRAY + HEAD + "    return np.zeros(np.shape(x)).view(Lies)"),
    Attack(
        "builtins that lie",
        step=_BUILTIN
        + HEAD
        + "    global turn\n    turn += 1\n"
        + "    return [Number(), Text(), Whole(), Endless([1]), Names()][turn % 5]",
    ),
    Attack("attributes that run code", step=_RUNS, loses=("derivative", "descend")),
    Attack(
        "pickles in arrays",
        step=_PICKLED + HEAD + "    return np.zeros(np.shape(x))",
        loses=("derivative", "descend"),
    ),
    Attack("array of objects", step=HEAD + "    return np.array([step, np], dtype=object)"),
    Attack("the same object", step=HEAD + "    return [x, gradient, learning_rate, ...]"),
    Attack("looks up public examples", step=_TABLE + HEAD + _OF_TABLE.strip("\n") + "\n    return 0 * x"),
    Attack("knows its caller", step=_CALLER + HEAD + _SEES_CALLER.strip("\n")),
    Attack(
        "honest by a library",
        step=HEAD + "    return np.subtract(x, np.multiply.outer(learning_rate, gradient))",
        earns=1.0,
    ),
]
