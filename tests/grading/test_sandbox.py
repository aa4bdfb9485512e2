"""A kernel in its sandbox: what it can see, what it can reach, what it may take, and that it ends."""

import gc
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from coursekit.errors import CannotDo
from coursekit.grading.run import package
from coursekit.grading.run.kernel import SANDBOX, Kernel, environment
from coursekit.grading.run.watch import Lost
from coursekit.grading.run.work import Settings
from coursekit.grading.sandbox import bubblewrap, system_calls, warm

pytestmark = pytest.mark.skipif(bool(bubblewrap.missing()), reason=bubblewrap.missing())
NAMES = ("numpy",)


def start(**settings):
    """A kernel in a sandbox."""
    return Kernel(
        package.of("gradient_descent"),
        {"in/mine.txt": b"mine"},
        Settings(provisioner=SANDBOX, **settings),
        NAMES,
    )


def said(kernel, code):
    """What the code prints, or the name of its error."""
    heard = []
    kernel.execute(
        code, output=lambda kind, content: heard.append(content.get("text") or content.get("ename"))
    )
    return "".join(text for text in heard if text).strip()


@pytest.fixture(scope="module")
def kernel():
    with start() as running:
        yield running


def test_works_in_a_folder_that_holds_what_was_handed_in(kernel):
    assert said(kernel, "import os; print(os.getcwd(), os.listdir(), open('in/mine.txt').read())") == (
        "/tmp/work ['in'] mine"
    )


def test_writes_there_and_in_its_home_and_nowhere_else(kernel):
    places = ["work/x", "../home/x", "/dev/shm/x", "/x", "/usr/x", "/dev/x", "/etc/x", sys.prefix + "/x"]
    places.append(str(package.of("gradient_descent") / "x"))
    tried = f"""
import os
for place in {places!r}:
    os.makedirs("work", exist_ok=True)
    try: open(place, "w").write("x"); print("yes", end=" ")
    except OSError as error: print(error.errno, end=" ")
"""
    assert said(kernel, tried) == "yes yes yes 30 30 30 30 30 30"


def test_nothing_of_the_machine_can_be_set(kernel):
    """By the owner of what lies in /proc/sys and /dev, which root is, without any capability."""
    tries = """
import os, stat
for folder, folders, names in os.walk("/proc"):
    for name in names if not folder.endswith("/fd") else ():
        try: os.close(os.open(os.path.join(folder, name), os.O_WRONLY | os.O_NONBLOCK)); print(folder, name)
        except OSError: pass
for name in ("null", "zero", "full", "random", "urandom", "tty", ""):
    for act in (lambda place: os.chmod(place, stat.S_IMODE(os.stat(place).st_mode)), os.utime):
        try: act("/dev/" + name); print(name)
        except OSError: pass
print(open("/dev/null", "w").write("x"), len(open("/dev/urandom", "rb").read(2)))
"""
    assert said(kernel, tries) == "1 2"


def test_sees_nothing_of_the_instructors(kernel, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("seed")
    root = Path(__file__).parents[2]
    places = [str(secret), str(root / "notebooks"), str(root / "coursekit"), str(Path.home() / ".bashrc")]
    assert said(kernel, f"import os; print([os.path.exists(place) for place in {places!r}])") == str(
        [False] * 4
    )
    assert said(kernel, "print(sorted(os.listdir('/root')) if os.path.exists('/root') else [])") in (
        "[]", str([Path(sys.prefix).parts[2]] if sys.prefix.startswith("/root") else []), "['.pyenv']",
    )  # fmt: skip


def test_environment_is_not_the_instructors(kernel):
    names = set(said(kernel, "import os; print(*os.environ)").split())
    ours = {*environment(Path()), "HOME", "USERPROFILE", "USER", "TMPDIR", "IPYTHONDIR", "PYTHONPATH"}
    assert names & set(os.environ) <= ours | {
        "LC_CTYPE",
        "TERM",
        "PAGER",
        "GIT_PAGER",
    }  # Python's and IPython's
    assert "PYTEST_CURRENT_TEST" in os.environ
    assert (
        said(kernel, "import os; print(os.environ['HOME'], os.path.expanduser('~'))") == "/tmp/home /tmp/home"
    )


def test_sees_no_other_process(kernel):
    numbers = said(kernel, "print(*[name for name in os.listdir('/proc') if name.isdigit()])").split()
    assert len(numbers) <= 3  # what holds the sandbox, what waits in it, and the kernel


def test_holds_no_descriptor_that_leads_outside(kernel):
    ends = said(
        kernel,
        "import os\nfor name in os.listdir('/proc/self/fd'):\n"
        "    try: print(os.readlink('/proc/self/fd/' + name))\n    except OSError: pass",
    ).splitlines()
    kinds = {end.split(":")[0].split("[")[0] for end in ends}
    assert kinds <= {"socket", "pipe", "anon_inode", "/dev/null"}


def test_has_no_network(kernel):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = server.getsockname()
        assert "refused" in said(
            kernel,
            f"import socket\ntry: socket.create_connection({address!r}, 1)\nexcept OSError as e: print(e)",
        )
        with pytest.raises(TimeoutError):
            server.accept()
    assert said(kernel, "socket.getaddrinfo('example.org', 80)") == "gaierror"
    assert said(kernel, "print(socket.if_nameindex())") == "[(1, 'lo')]"


def test_reaches_no_abstract_socket_of_the_machine(kernel):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0coursekit-test-abstract")
        server.listen()
        reach = "import socket; socket.socket(socket.AF_UNIX).connect('\\0coursekit-test-abstract')"
        assert said(kernel, reach) == "ConnectionRefusedError"


def test_has_no_rights_and_cannot_get_any(kernel):
    status = said(kernel, "print(open('/proc/self/status').read())")
    about = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert {about[f"Cap{which}"] for which in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {"0" * 16}
    assert (about["NoNewPrivs"], about["Seccomp"]) == ("1", "2")
    assert said(kernel, "print(os.getuid(), os.getgid())") == "1000 1000"


@pytest.mark.parametrize(
    "call",
    [
        "unshare(0x10000000)", "mount(b'x', b'/tmp', b'tmpfs', 0, None)", "setns(0, 0)", "chroot(b'/tmp')",
        "ptrace(16, 1, 0, 0)", "memfd_create(b'x', 0)", "shmget(0, 4096, 0o1600)", "syscall(425, 8, 0)",
        "socket(40, 1, 0)", "socket(17, 3, 0)", "reboot(0)", "sethostname(b'x', 1)",
    ],
)  # fmt: skip
def test_system_calls_that_are_refused(kernel, call):
    tried = f"import ctypes; print(ctypes.CDLL(None, use_errno=True).{call}, ctypes.get_errno())"
    assert said(kernel, tried) == ("-1 97" if call.startswith("socket") else "-1 1")


def test_no_file_is_leased(kernel):
    """A lease holds up whoever opens the file: another student's import, and the grader's own."""
    begin = (
        "import fcntl, os; mine = os.open('in/mine.txt', os.O_RDONLY); folder = os.open('in', os.O_RDONLY)"
    )
    assert said(kernel, f"{begin}\nfcntl.fcntl(mine, fcntl.F_SETLEASE, fcntl.F_RDLCK)") == "PermissionError"
    assert said(kernel, f"{begin}\nfcntl.fcntl(folder, fcntl.F_NOTIFY, 1)") == "PermissionError"
    assert said(kernel, f"{begin}\nprint(fcntl.fcntl(mine, fcntl.F_GETFD))") == "1"


def test_pairs_of_sockets_are_refused_as_sockets_are(kernel):
    pair = (
        "import ctypes; print(ctypes.CDLL(None, use_errno=True).socketpair({}, 1, 0, (ctypes.c_int * 2)()))"
    )
    assert said(kernel, pair.format(1)) == "0"
    assert said(kernel, pair.format(40) + "; print(ctypes.get_errno())").split() == ["-1", "97"]


def test_other_system_calls_of_another_architecture_are_refused(kernel):
    if os.uname().machine == "x86_64":
        assert said(kernel, "import ctypes; print(ctypes.CDLL(None).syscall(0x40000000 + 39))") == "-1"


def test_limits_are_set_and_cannot_be_raised(kernel):
    raise_all = """
import resource
for name in ("NOFILE", "FSIZE", "CORE", "CPU", "AS", "NPROC"):
    which = getattr(resource, "RLIMIT_" + name)
    soft, hard = resource.getrlimit(which)
    try: resource.setrlimit(which, (hard, hard + 1)); print("raised", name)
    except (ValueError, OSError): print(soft == hard and hard >= 0, end=" ")
"""
    assert said(kernel, raise_all) == "True True True True True True"


def test_its_folder_holds_so_many_bytes_and_files_and_no_more():
    with start() as running:
        assert said(running, "open('big', 'wb').write(b'x' * 150_000_000); print('fits')") == "fits"
        assert said(running, "open('more', 'wb').write(b'x' * 150_000_000)") == "OSError"
        assert said(running, "for i in range(100_000): open(f'small-{i}', 'w').close()") == "OSError"
        assert said(running, "open('/dev/shm/big', 'wb').write(b'x' * 300_000_000)") == "OSError"


def test_what_is_hidden_is_not_seen_where_the_interpreter_lies():
    inside = Path(sys.prefix) / "share"
    assert any(inside.iterdir())
    with start(hidden=(str(inside), "/no/such/folder")) as running:
        assert said(running, f"import os; print(os.listdir({str(inside)!r}))") == "[]"
        assert said(running, f"open({str(inside / 'x')!r}, 'w')") == "OSError"


def test_an_installed_course_is_hidden_and_what_python_needs_is_not(tmp_path, monkeypatch):
    site = Path(bubblewrap.sysconfig.get_path("purelib"))
    monkeypatch.setattr(bubblewrap, "PACKAGE", site / "nbgrader")
    flags = bubblewrap.flags(tmp_path)
    covered = flags.index(str(site / "nbgrader"))
    assert flags[covered - 1] == "--tmpfs"
    assert flags[flags.index(str(site)) - 1] in ("--ro-bind", str(site))
    assert flags.index(str(site)) < covered


def test_no_fork_sees_what_another_has_done():
    with start() as first:
        said(first, "import numpy, os; numpy.mine = 1; os.environ['MINE'] = '1'; open('/tmp/x', 'w')")
        before = said(first, "import random; print(random.random(), numpy.random.rand())").split()
    with start() as second:
        looks = (
            "import numpy, os; print(hasattr(numpy, 'mine'), 'MINE' in os.environ, os.path.exists('/tmp/x'))"
        )
        assert said(second, looks) == "False False False"
        after = said(second, "import random; print(random.random(), numpy.random.rand())").split()
    assert not set(before) & set(after)


def test_everything_in_it_ends_with_it():
    mark = f"coursekit-test-{os.getpid()}-{time.time()}"
    begin = f"""
import os, signal, subprocess, sys
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
        if os.fork() == 0:
            os.execvp(sys.executable, [sys.executable, "-c", "import time; time.sleep(1000)", {mark!r}])
        os._exit(0)
import time; time.sleep(0.3)
"""
    with start() as running:
        said(running, begin)
        known = running.processes()
        marked = [p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or [])]
        assert len(marked) == 3
        assert {p.pid for p in marked} <= {p.pid for p in known}  # and are counted
    assert not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in marked)


def test_kernel_that_stops_itself_is_killed(monkeypatch):
    monkeypatch.setattr("coursekit.grading.run.watch.GRACE", 0.2)
    with start(seconds=0.2) as running, pytest.raises(Lost):
        running.execute("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)")
    assert not running.processes()


def test_too_many_processes_are_stopped():
    bomb = """
import os, time
for _ in range(300):
    try:
        if os.fork() == 0: time.sleep(100)
    except OSError: pass
time.sleep(5)
"""
    with start() as running, pytest.raises(Lost) as lost:
        running.execute(bomb)
    assert lost.value.why == "processes"


def test_shared_memory_of_forks_counts_once():
    with start(memory=400) as running:
        share = (
            "import os, time\nshared = b'x' * 150_000_000\n"
            "for _ in range(4):\n    if os.fork() == 0: time.sleep(100)\ntime.sleep(0.5); print('went on')"
        )
        assert said(running, share) == "went on"


def test_warm_process_that_was_killed_is_replaced():
    with start():
        pass
    (kept,) = warm._kept.values()
    kept._process.kill()
    kept._process.wait()
    with start() as running:
        assert said(running, "print(1)") == "1"


def test_nothing_is_left_over():
    def open_now():
        gc.collect()
        return len(os.listdir("/proc/self/fd")), len(psutil.Process().children(recursive=True))

    with start():
        pass
    begin = open_now()
    for _ in range(3):
        with start() as running:
            said(running, "print(1)")
    assert open_now() == begin


def test_kernel_ends_with_the_process_that_started_it(tmp_path):
    script = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from tests.grading.test_sandbox import start, said
with start() as running:
    print(*[p.pid for p in running.processes()], flush=True)
    running.execute("while True: pass")
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    numbers = [int(word) for word in parent.stdout.readline().split()]
    assert numbers
    running = [psutil.Process(number) for number in numbers]
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    assert not psutil.wait_procs(running, 5)[1]


def test_sandbox_that_cannot_be_made_says_why(monkeypatch, tmp_path):
    with pytest.raises(CannotDo, match="no-such-folder"):
        bubblewrap.Sandbox(tmp_path / "no-such-folder")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("platform.system", lambda: "Windows", "WSL"),
        ("shutil.which", lambda name: None, "apt install bubblewrap"),
        ("platform.machine", lambda: "riscv64", "riscv64"),
    ],
)
def test_where_it_cannot_work_the_remedy_is_named(monkeypatch, name, value, says):
    monkeypatch.setattr(f"coursekit.grading.sandbox.bubblewrap.{name}", value)
    assert says in bubblewrap.missing.__wrapped__()


def test_root_needs_control_groups_and_nobody_else_does(monkeypatch, tmp_path):
    monkeypatch.setattr("coursekit.grading.sandbox.cgroup.ROOT", tmp_path)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert "plain user" in bubblewrap.missing.__wrapped__()
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert bubblewrap.missing.__wrapped__() == ""


@pytest.mark.parametrize(("there", "where"), [("cgroup.controllers", "."), ("", "pids")])
def test_control_groups_of_either_version_hold_a_process_to_its_limits(monkeypatch, tmp_path, there, where):
    from coursekit.grading.sandbox import cgroup

    monkeypatch.setattr(cgroup, "ROOT", tmp_path)
    for name in ("pids", "memory", "cpu") if not there else ():
        (tmp_path / name).mkdir()
    if there:
        (tmp_path / there).touch()
    group = cgroup.Group(123, 7, 2e6)
    limited = next(one for one in group.folders if one.parent == tmp_path / where)
    assert (limited / "pids.max").read_text() == "7"
    assert (limited / "cgroup.procs").read_text() == "123"
    written = [one.read_text() for folder in group.folders for one in folder.iterdir()]
    assert "2000000" in written


def test_filter_knows_both_machines(monkeypatch):
    for machine in system_calls.MACHINES:
        monkeypatch.setattr("platform.machine", lambda machine=machine: machine)
        assert len(system_calls.program()) % 8 == 0


@pytest.mark.long
def test_forks_train_with_torch_and_with_tensorflow():
    names = ("numpy", "torch", "keras", "tensorflow")
    torch_trains = """
import torch
from torch.utils.data import DataLoader, TensorDataset
x = torch.rand(512, 4); data = TensorDataset(x, x.sum(1, keepdim=True))
model = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.ReLU(), torch.nn.Linear(16, 1))
optimizer = torch.optim.Adam(model.parameters(), 0.01)
for epoch in range(5):
    for a, b in DataLoader(data, batch_size=64, shuffle=True, num_workers=2):
        optimizer.zero_grad(); loss = ((model(a) - b) ** 2).mean(); loss.backward(); optimizer.step()
print(loss.item() < 0.5)
"""
    keras_trains = """
import keras, numpy as np
x = np.random.rand(512, 4); y = x.sum(1)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(16, "relu"), keras.layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.01), "mse")
print(model.fit(x, y, epochs=5, verbose=0).history["loss"][-1] < 0.5, keras.backend.backend())
"""
    drawn = []
    for _ in range(2):
        with Kernel(package.of("mnist"), {}, Settings(provisioner=SANDBOX, memory=6000), names) as running:
            assert said(running, torch_trains) == "True"
            assert said(running, keras_trains) == "True tensorflow"
            drawn.append(said(running, "print(torch.rand(1).item(), keras.random.uniform((1,)).numpy()[0])"))
    assert not set(drawn[0].split()) & set(drawn[1].split())
