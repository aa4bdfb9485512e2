"""Harming: ending, stopping and breaking whatever can be reached. None of these may ever run outside a sandbox."""

from tests.grading.hostile.attack import HEAD, Attack, harm

_OS = "import ctypes, os, resource, shutil, signal, subprocess, sys, time\nlibc = ctypes.CDLL(None)\n"
_DEEDS = {
    "stops itself": "os.kill(os.getpid(), signal.SIGSTOP)",
    "kills itself": "os.kill(os.getpid(), signal.SIGKILL)",
    "aborts": "os.abort()",
    "exits": "os._exit(0)",
    "reads address zero": "ctypes.string_at(0)",
    "kills all": """
for number in (signal.SIGTERM, signal.SIGKILL):
    for pid in (-1, 0, 1, 2, os.getppid(), @GRADER@, -@GRADER@):
        if pid != 0:
            try: os.kill(pid, number)
            except OSError: pass
""",
    "closes descriptors": "os.closerange(0, 1000)",
    "reads descriptors": """
import threading
def drain(number):
    while True:
        try: os.read(number, 1)
        except OSError: return
for number in range(3, 100): threading.Thread(target=drain, args=(number,), daemon=True).start()
""",
    "removes all": """
import coursekit
for place in ("@COURSE@", "@HOME@", "@CANARIES@", "@CLONE@/tests", os.path.dirname(coursekit.__file__), sys.prefix, "/usr",
              os.path.expanduser("~"), "/etc", "/tmp", "/dev/shm", "/var", os.getcwd(), "/proc/self/root@COURSE@"):
    shutil.rmtree(place, ignore_errors=True)
""",
    "rights": """
for place in ("/", "/etc/passwd", "/usr/bin/python3", sys.prefix, "@COURSE@", "@CANARIES@/canary", "/proc/1", "/dev/null", "/dev/zero", "/dev/tty"):
    for act in (lambda: os.chmod(place, 0o777), lambda: os.chown(place, 0, 0), lambda: os.rename(place, place + "x"),
                lambda: os.utime(place), lambda: os.link(place, "/tmp/link"), lambda: open(place + "/x", "w")):
        try: act()
        except OSError: pass
for act in (os.setuid, os.setgid, lambda _: os.setgroups([0]), lambda _: os.chroot("/"), lambda _: os.setresuid(0, 0, 0)):
    try: act(0); assert os.getuid() != 0, "became root"
    except OSError: pass
for command in (["sudo", "-n", "true"], ["su", "-c", "true"], ["mount", "-t", "tmpfs", "x", "/mnt"], ["ping", "-c1", "127.0.0.1"],
                ["unshare", "-Ur", "true"], ["newgrp"], ["passwd", "-d", "root"], ["bwrap", "--bind", "/", "/", "true"]):
    try: subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=2)
    except (OSError, subprocess.SubprocessError): pass
for flag in (0x10000000, 0x20000, 0x40000000, 0x20000000): libc.unshare(flag)
libc.mount(b"/", b"/mnt", None, 4096, None), libc.umount2(b"/proc", 2), libc.pivot_root(b"/", b"/tmp")
libc.mount(b"proc", b"/proc", None, 32 | 4096, None)
""",
    "limits and knobs": """
for name in dir(resource):
    if name.startswith("RLIMIT_"):
        try: resource.setrlimit(getattr(resource, name), (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        except (OSError, ValueError): pass
for path, text in (("/proc/sys/kernel/core_pattern", "|/bin/sh"), ("/proc/sys/vm/drop_caches", "3"), ("/proc/sysrq-trigger", "c"),
                   ("/proc/self/oom_score_adj", "-1000"), ("/proc/1/oom_score_adj", "1000"), ("/sys/power/state", "mem"),
                   ("/proc/self/uid_map", "0 0 1"), ("/sys/fs/cgroup/x", "1"), ("/proc/self/coredump_filter", "0xff")):
    try: open(path, "w").write(text)
    except OSError: pass
for act in (lambda: os.nice(-20), lambda: os.sched_setaffinity(0, {0}), lambda: os.setpriority(0, 0, -20),
            lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(99)), lambda: os.setsid(), lambda: os.umask(0)):
    try: act()
    except OSError: pass
libc.prctl(4, 0), libc.prctl(15, b"python"), libc.prctl(1, 0), libc.personality(0x0040000)
""",
    "where it works": """
here = os.getcwd()
try: os.rename(here, "/tmp/elsewhere")
except OSError: pass
for name, target in (("up", "/"), ("course", "@COURSE@"), ("passwd", "/etc/passwd"), ("root", "/proc/self/root"), ("self", "self")):
    try: os.symlink(target, f"/tmp/elsewhere/{name}"); open(f"/tmp/elsewhere/{name}/x", "w")
    except OSError: pass
os.mkfifo("/tmp/pipe"), os.chdir("/")
shutil.rmtree("/tmp/elsewhere", ignore_errors=True)
""",
    "shuts the kernel down": """
from IPython import get_ipython
kernel = get_ipython().kernel
kernel.do_shutdown(False)
kernel.stop() if hasattr(kernel, "stop") else None
kernel.io_loop.add_callback(kernel.io_loop.stop)
""",
    "leaves by every door": "exit()\nquit()\nget_ipython().ask_exit()\nraise SystemExit",
    "shells": """
get_ipython().run_cell("%load_ext autoreload\\n%autoreload 2")
get_ipython().system("sleep 1000 & disown; echo @CANARY@")
get_ipython().run_cell_magic("bash", "--bg", "while true; do sleep 1; done")
get_ipython().run_cell_magic("script", "sh", "(trap '' TERM; sleep 1000) & exit 0")
get_ipython().magic("reset -f")
""",
    "replaces its sockets": """
from IPython import get_ipython
import zmq
kernel = get_ipython().kernel
for number in range(3, 60):
    try: os.dup2(os.open("/dev/zero", os.O_RDWR), number)
    except OSError: pass
""",
}
_IN_ANSWERS = {
    "answer that exits": "    import os\n    os._exit(0)",
    "answer that kills all": "    import os\n    os.kill(-1, 9)\n    os.kill(os.getpid(), 9)",
    "answer that closes descriptors": "    import os\n    os.closerange(0, 1000)\n    return x - learning_rate * gradient",
    "answer that stops itself": "    import os, signal\n    os.kill(os.getpid(), signal.SIGSTOP)",
}

_ENDS_LATER = _DEEDS.pop("shuts the kernel down")  # each time in the cell after it, which is blamed

ATTACKS = [
    *[harm(name, _OS + code.strip("\n")) for name, code in _DEEDS.items()],
    Attack("shuts the kernel down", first=_OS + _ENDS_LATER, may_lose=("derivative", "descend")),
    *[Attack(name, step=HEAD + code) for name, code in _IN_ANSWERS.items()],
]
