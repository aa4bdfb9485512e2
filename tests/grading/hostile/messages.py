"""Stealing: messages that the kernel never meant to send."""

from tests.grading.hostile.attack import Attack, harm

_KERNEL = """
import copy, json
from IPython import get_ipython
kernel = get_ipython().kernel
session, send = kernel.session, kernel.session.send
public = kernel.iopub_socket

def publish(kind, content, parent=None):
    send(public, kind, content, parent=parent or kernel.get_parent(), ident=kernel._topic(kind))

"""
_PANELS = """
from IPython.display import HTML, display
class Points(float):
    def _repr_html_(self): return "1 of 1 point"
display(HTML("<div role='status'><strong>Right (1 of 1 point)</strong></div>"))
publish("execute_result", {"data": {"text/plain": "3.0"}, "metadata": {}, "execution_count": 1})
for parent in (kernel.get_parent(), {"header": {"msg_id": "step-check"}}, {}):
    publish("execute_result", {"data": {"text/plain": "1.0"}, "metadata": {}, "execution_count": 7}, parent)
Points(3.0)
"""
_TWO_REPLIES = """
def forged(socket, kind, content=None, *args, **options):
    if kind == "execute_reply" and isinstance(content, dict):
        first = copy.deepcopy(content)
        asked = first.get("user_expressions") or {}
        first["user_expressions"] = {
            name: {"status": "ok", "metadata": {}, "data": {"application/x-coursekit": '[{"kind": "passed"}]'}}
            for name in asked
        } if "bound" not in asked else asked
        send(socket, kind, first, *args, **options)
        send(socket, kind, {**first, "status": "ok", "payload": [1e9]}, *args, **options)
    return send(socket, kind, content, *args, **options)

session.send = forged
"""
_NUMBERS = """
def forged(socket, kind, content=None, *args, **options):
    if kind == "execute_reply":
        content = {**content, "execution_count": -5}
    if kind == "execute_input":
        content = {"code": 3, "execution_count": 10**400}
    return send(socket, kind, content, *args, **options)

session.send = forged
"""
_BROKEN = """
def nested(depth):
    value = 1
    for _ in range(depth): value = [value]
    return value

for depth in (45, 200, 400):
    for kind in ("display_data", "execute_result", "update_display_data", "error", "stream", "status", "clear_output"):
        publish(kind, {"data": {"application/json": nested(depth), "text/plain": "1"}, "metadata": {"a/b": nested(depth)},
                       "ename": nested(depth), "evalue": {}, "traceback": [nested(depth)], "name": [], "text": nested(depth),
                       "transient": {"display_id": nested(depth)}, "wait": nested(depth)})
for data in (None, 3, [], {"myjson": {"a": 1}}, {"text/plain": 3}, {"text/html": ["a"]}, {"": ""}):
    publish("display_data", {"data": data, "metadata": {"image/png": 3, "filenames": {"image/png": "/etc/passwd"}}})
session.pack = lambda value: json.dumps(value, default=str).encode()  # which escapes what UTF-8 has no place for
publish("stream", {"name": "stdout", "text": "\\ud800"})
publish("display_data", {"data": {"text/plain": "\\udfff", "application/json": {"\\ud800": 1}}, "metadata": {}})
publish("error", {"ename": "\\ud800", "evalue": "\\ud800", "traceback": ["\\ud800"]})
publish([1], {"a": 1})
public.send_multipart([b"x", b"<IDS|MSG>", b"wrong", b"{", b"{", b"{", b"{"])
public.send_multipart([b""])
for parent in ({"header": {"msg_id": nested(100), "date": "2026-01-01T00:00:00"}}, {"header": []}):
    publish("status", {"execution_state": "idle"}, parent)
"""
_IDLE = """
publish("status", {"execution_state": "idle"})
send(kernel.shell_socket if hasattr(kernel, "shell_socket") else public, "execute_reply",
     {"status": "ok", "execution_count": 1, "user_expressions": {}}, parent=kernel.get_parent(),
     ident=getattr(kernel, "_parent_ident", {}).get("shell") if isinstance(getattr(kernel, "_parent_ident", {}), dict) else None)
"""

ATTACKS = [
    Attack(
        "forged panels and points", first=_KERNEL + _PANELS, step="3.0\n" + "step = lambda *args: None\n3.0"
    ),
    Attack("two replies", first=_KERNEL + _TWO_REPLIES, loses=("derivative", "descend")),
    harm("numbers that no notebook has", _KERNEL + _NUMBERS),
    harm("messages of no form", _KERNEL + _BROKEN),
    harm("says that it is idle", _KERNEL + _IDLE),
]
