"""Stealing: code that waits until the last cell has run, or until it is asked."""

from tests.grading.hostile.attack import Attack, harm

_SWAP = """
import atexit, ctypes, gc, signal, sys, threading, time, weakref
import coursekit, builtins

def swap(*args):
    bound = coursekit._bound
    for name in list(bound):
        if name.endswith("step"):
            bound[name] = (lambda *args: 1.5, {"step": 1.0})
    coursekit.check = coursekit.hint = lambda *args: 1.0
    return None

"""
_THREADS = """
def wait():
    while True:
        time.sleep(0.001)
        try: swap()
        except Exception: pass

for _ in range(3): threading.Thread(target=wait, daemon=True).start()
threading.Timer(0.3, swap).start()
atexit.register(swap)
"""
_SIGNALS = """
for number in (signal.SIGALRM, signal.SIGUSR1, signal.SIGPROF, signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
    signal.signal(number, swap)
signal.setitimer(signal.ITIMER_REAL, 0.05, 0.01)
"""
_GARBAGE = """
class Dies:
    def __init__(self, left=100): self.left = left
    def __del__(self):
        swap()
        if self.left: Dies(self.left - 1)

gc.callbacks.append(swap)
gc.set_threshold(1)
keep = [Dies() for _ in range(10)]
references = [weakref.ref(one, swap) for one in keep]
del keep
"""
_TRACES = """
def trace(frame, event, arg):
    if frame.f_code.co_name in ("serve", "respond", "encode", "plain", "grading_ask"):
        frame.f_locals.update(value=1.5, answer=lambda *args: 1.5, replies=[])
        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), 0) if sys.version_info < (3, 13) else None
        swap()
    return trace

sys.settrace(trace)
threading.settrace(trace)
sys.setprofile(lambda *args: None)
sys.addaudithook(lambda *args: None)
if hasattr(sys, "monitoring"): sys.monitoring.use_tool_id(5, "swap")
"""
_DAEMONS = """
import os, subprocess
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT): signal.signal(number, signal.SIG_IGN)
            ctypes.CDLL(None).prctl(15, b"systemd")
            for _ in range(10_000):
                time.sleep(0.05)
                try: open("/tmp/@CANARY@-daemon", "a").write("still here")
                except OSError: pass
        os._exit(0)
subprocess.Popen(["sh", "-c", "trap '' TERM HUP INT; nohup setsid sleep 1000 @CANARY@ &"], start_new_session=True)
"""
_INTERPRETERS = """
try:
    import _xxsubinterpreters as interpreters
    one = interpreters.create()
    interpreters.run_string(one, "import sys; sys.modules.clear()")
except Exception: pass
"""

ATTACKS = [
    Attack("threads that wait", last=_SWAP + _THREADS),
    Attack("signal handlers", last=_SWAP + _SIGNALS, loses=()),
    Attack("garbage that acts", last=_SWAP + _GARBAGE),
    Attack("traces and hooks", last=_SWAP + _TRACES, loses=("derivative", "descend")),
    harm("daemons", _SWAP + _DAEMONS),
    harm("subinterpreters", _SWAP + _INTERPRETERS),
    Attack("no threads", last="import threading\nthreading.Thread = None", loses=("derivative", "descend")),
]
