"""Stealing: Python, NumPy, IPython and the kernel's own coursekit, patched to say that all is right."""

from tests.grading.hostile.attack import Attack

EVERYTHING = ("derivative", "descend")

# What is patched acts only where coursekit or IPython call it: else the cell itself breaks.
_CALLED = """
import sys

def patched(old, new):
    def either(*args, **options):
        caller = sys._getframe(1).f_globals.get("__name__", "")
        return (new if caller.startswith("coursekit.checking") else old)(*args, **options)
    return either

"""
_BUILTINS = (
    _CALLED
    + """
import builtins
for name in ("all", "any", "callable", "hasattr"):
    setattr(builtins, name, patched(getattr(builtins, name), lambda *args: True))
for name in ("len", "abs", "sum", "max", "min", "hash"):
    setattr(builtins, name, patched(getattr(builtins, name), lambda *args, **options: 0))
for name in ("repr", "open", "print", "__import__", "exec", "compile"):
    setattr(builtins, name, patched(getattr(builtins, name), lambda *args, **options: 1.5))
"""
)
_TYPES = (
    _CALLED
    + """
import builtins
builtins.isinstance = patched(isinstance, lambda *args: True)
builtins.issubclass = patched(issubclass, lambda *args: True)
"""
)
_COMPARISONS = """
import numpy, numpy.testing, math, operator
for place in (numpy, numpy.testing):
    for name in dir(place):
        if name.startswith("assert_") or name in ("allclose", "isclose", "array_equal", "array_equiv"):
            setattr(place, name, lambda *args, **options: True)
math.isclose = operator.eq = operator.ne = lambda *args, **options: True
"""
_WRITERS = (
    _CALLED
    + """
import base64, io, json, struct, numpy
right = '[{"kind":"value","value":true,"changed":[],"warned":"","error":"","message":"","line":""}]'
json.dumps = patched(json.dumps, lambda *args, **options: right)
base64.b64encode = patched(base64.b64encode, lambda *args: b"AAAA")
numpy.lib.format.write_array = patched(numpy.lib.format.write_array, lambda *args, **options: None)
numpy.save = numpy.array = struct.pack = patched(numpy.array, lambda *args, **options: 1.5)
"""
)
_COURSEKIT = """
import json, sys, coursekit
import coursekit.checking.asking as asking
import coursekit.checking.plain as plain
import coursekit.checking.compare as compare

REPLY = {"kind": "value", "value": None, "changed": [], "warned": "", "error": "", "message": "", "line": ""}

def reply(**more):
    return {"dict": list({**REPLY, **more}.items())}

def forged(question):
    cases = len(plain.decode(question)["args"])
    return MAKE(cases)

ask = coursekit.grading_ask

def grading_ask(exercise, question):
    return coursekit._Text(forged(question)) if exercise.endswith("step") else ask(exercise, question)

coursekit.grading_ask = grading_ask
coursekit.check = coursekit.evaluate = lambda *args: 1.0
compare.close = compare.exact = lambda *args, **options: lambda *args: None
compare.Mismatch = asking.NotPlain = ZeroDivisionError
def MAKE(cases):
"""
_FORGED = {
    "all right": 'return json.dumps([reply(kind="passed", score=1.0, points=1.0, status="passed")] * cases)',
    "one reply": "return json.dumps([reply(value=1.5)])",
    "too many replies": "return json.dumps([reply(value=1.5)] * 1000)",
    "stopped in time": 'return json.dumps([reply(value=1.5), reply(kind="crashed", error="KeyboardInterrupt")])',
    "no numbers": 'return json.dumps([reply(value=float("nan"))] * cases)',
    "negative and infinite": "return json.dumps([reply(value=-1e999), reply(value=-1)] * cases)",
    "nested": 'return json.dumps([reply(value=v) for v in [[[[]]], "x", True, 9**99]] * cases)',
    "deep": 'return "[" * 100_000 + "]" * 100_000',
    "array for a reply": 'return json.dumps([{"npy": __import__("base64").b64encode(npy).decode()}] * cases)',
    "colliding keys": 'return json.dumps([{"dict": [[i * (2**61 - 1), 0] for i in range(100_000)]}])',
    "halves of characters": 'return json.dumps([reply(kind="crashed", error="E\\udfff", message="\\ud800" * 99)] * cases)',
    "markup and escapes": 'return json.dumps([reply(kind="crashed", error="</pre><script>", message="\\x1b[2J\\0<img>")] * cases)',
    "no message": 'return {"status": "ok"}',
    "twenty megabytes": 'return json.dumps([reply(value="9" * 20_000_000)])',
    "more than is read": 'return "[" * 150_000_000',
}
_NPY = 'import io\nfile = io.BytesIO()\n__import__("numpy").save(file, [1.5])\nnpy = file.getvalue()\n'
_BINDING = """
import coursekit
bind = coursekit.grading_bind
coursekit.grading_bind = lambda name, f: bind(name, f) if "step" not in name else coursekit._Text("</pre>\\x1b[2J" * 10**6)
"""
_HOOKS = """
import sys
from IPython import get_ipython
shell = get_ipython()
sys.displayhook = lambda value: None
shell.displayhook.write_format_data = lambda *args: None
shell.display_formatter.format = lambda *args, **options: ({"text/plain": "1.0"}, {})
shell.user_expressions = lambda asked: {
    name: {"status": "ok", "metadata": {}, "data": {"text/plain": "1.0", "application/x-coursekit": "[]"}}
    for name in asked
}
"""
_RUN_CELL = """
from IPython import get_ipython
from IPython.core.interactiveshell import InteractiveShell, ExecutionResult, ExecutionInfo
from ipykernel.zmqshell import ZMQInteractiveShell

def run_cell(self, raw_cell, *args, **options):
    result = ExecutionResult(ExecutionInfo(raw_cell, False, False, True, None))
    result.result = 1.0
    return result

async def run_cell_async(self, raw_cell, *args, **options):
    return run_cell(self, raw_cell)

for shell in (InteractiveShell, ZMQInteractiveShell):
    shell.run_cell, shell.run_cell_async = run_cell, run_cell_async
"""
_TRANSFORMERS = """
import ast
from IPython import get_ipython
shell = get_ipython()

class Rewrites(ast.NodeTransformer):
    def visit_FunctionDef(self, node):
        return ast.parse("step = lambda *args: 1.0").body[0] if node.name == "step" else node

shell.ast_transformers.append(Rewrites())
shell.input_transformers_cleanup.append(lambda lines: [l if "check(" not in l else "1.0\\n" for l in lines])
shell.input_transformers_post.append(lambda lines: [l.replace("grading_ask", "check") for l in lines])
shell.events.register("pre_run_cell", lambda info: None)
"""

ATTACKS = [
    Attack("patched builtins", first=_BUILTINS, loses=EVERYTHING),
    Attack("patched comparisons", first=_COMPARISONS),
    Attack("patched types", first=_TYPES, loses=EVERYTHING),
    Attack("patched writers", first=_WRITERS, loses=EVERYTHING),
    *[
        Attack(f"forged replies {name}", first=_NPY + _COURSEKIT + f"    {code}")
        for name, code in _FORGED.items()
    ],
    Attack("forged binding", first=_BINDING),
    Attack("patched display", first=_HOOKS, loses=EVERYTHING),
    Attack("patched run_cell", first=_RUN_CELL, loses=EVERYTHING),
    Attack("patched transformers", first=_TRANSFORMERS),
]
