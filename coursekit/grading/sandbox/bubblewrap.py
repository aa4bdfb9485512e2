"""A sandbox that bubblewrap builds and holds: all of its policy is in the flags here.

Inside there is a read-only system, the interpreter with its packages, the lesson's own coursekit, and a
small folder in memory. There is no network, no other process, and nothing of the instructor's.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import platform
import select
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from coursekit.errors import CannotDo
from coursekit.grading.sandbox import cgroup, system_calls

READY_WITHIN = 10.0  # seconds
ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts", "localtime")
_OWNER_OF = 0xB701  # ioctl_ns(2): the user namespace that another one belongs to
OURS = Path(__file__).with_name("etc")
PACKAGE = Path(__file__).parents[2]
SCRATCH = {"/tmp": (200_000_000, 20_000), "/dev/shm": (200_000_000, 2_000)}  # bytes, files


class Sandbox:
    """A sandbox without any process but one that waits; `end` kills whatever is in it.

    process: pidfd of its first process. owner: the user namespace that its mounts belong to
    package: the folder that holds the kernel's coursekit
    hidden: folders of which nothing may be seen, wherever they lie
    """

    def __init__(self, package: Path, hidden: Sequence[Path] = ()) -> None:
        mine, theirs = os.pipe()
        with _filter_file() as rules:
            command = [shutil.which("bwrap") or "bwrap", *flags(package, hidden)]
            command += ["--seccomp", str(rules), "--info-fd", str(theirs)]
            self._process = subprocess.Popen(
                [*command, "--", "cat"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                pass_fds=(rules, theirs), start_new_session=True,
                env={},  # its first process can be looked at from inside, to the environment it started with
            )  # fmt: skip
        os.close(theirs)
        self.pid = -1
        try:
            self._wait_until_ready(mine)
        except BaseException:
            self.end()
            raise

    def _wait_until_ready(self, info: int) -> None:
        """The process that waits repeats what it hears: it runs when everything else is done."""
        import fcntl  # Windows has none, and reads this file to say that it has no sandboxes either

        with os.fdopen(info, "rb") as file:
            told = file.read()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(b"\n")
            self._process.stdin.flush()
        heard = select.select([self._process.stdout], [], [], READY_WITHIN)[0]
        if not heard or not self._process.stdout.readline():
            self._process.kill()
            said = self._process.communicate()[1].decode(errors="replace").strip()
            raise CannotDo(f"bubblewrap cannot make a sandbox here: {said[-300:] or 'it says nothing'}")
        self.pid = json.loads(told)["child-pid"]
        self.process = os.pidfd_open(self.pid)
        with open(f"/proc/{self.pid}/ns/mnt") as mounts:
            self.owner = fcntl.ioctl(mounts, _OWNER_OF)

    def processes(self) -> list[psutil.Process]:
        """All that run in it beside what waits: those that have lost their parent, and their children."""
        return descendants(self.pid)

    def end(self) -> None:
        """Kill every process in it, however it resists, and the sandbox."""
        if self.pid > 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.process, signal.SIGKILL)
            select.select([self.process], [], [], READY_WITHIN)
            os.close(self.process)
            os.close(self.owner)
            self.pid = -1
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            assert pipe is not None
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


def descendants(process: int) -> list[psutil.Process]:
    """The processes that a process started, and those that they started.

    As psutil's children(recursive=True), which reads of every process on the machine who its parent is.
    """
    if not Path("/proc/thread-self/children").is_file():  # a Linux that was built without
        try:
            return psutil.Process(process).children(recursive=True)
        except psutil.Error:
            return []
    found, waiting = [], [process]
    while waiting:
        for tasks in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            with contextlib.suppress(OSError, psutil.Error):
                numbers = [int(number) for number in tasks.read_text().split()]
                waiting += numbers
                found += [psutil.Process(number) for number in numbers]
    return found


def flags(package: Path, hidden: Sequence[Path] = ()) -> list[str]:
    """bubblewrap's flags, in the order in which it does them."""
    found = ["--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--clearenv"]
    found += ["--uid", "1000", "--gid", "1000", "--hostname", "grading", "--cap-drop", "ALL"]
    found += [*_system(), "--proc", "/proc", "--dev", "/dev"]
    for folder, (size, _) in SCRATCH.items():
        found += ["--size", str(size), "--tmpfs", folder]
    for name in ETC:
        found += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for path in sorted(OURS.iterdir()):
        found += ["--ro-bind", str(path), f"/etc/{path.name}"]
    clone = [PACKAGE.parent] if (PACKAGE.parent / "pyproject.toml").is_file() else []
    shown, covered = _interpreter([*map(Path, hidden), PACKAGE, *clone, Path.home()])
    # An inner one lies over an outer one.
    for path in sorted(shown | covered, key=lambda path: len(path.parts)):
        found += ["--tmpfs", str(path)] if path in covered else ["--ro-bind", str(path), str(path)]
    found += ["--ro-bind", str(package), str(package)]
    for path in (*sorted(covered, key=lambda path: -len(path.parts)), Path("/proc"), Path("/dev"), Path("/")):
        found += ["--remount-ro", str(path)]
    return [*found, "--chdir", "/"]


def _system() -> Iterator[str]:
    yield from ("--ro-bind", "/usr", "/usr")
    for path in map(Path, ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")):
        if path.is_symlink():
            yield from ("--symlink", os.readlink(path), str(path))
        elif path.is_dir():
            yield from ("--ro-bind", str(path), str(path))


def _interpreter(hidden: Sequence[Path]) -> tuple[set[Path], set[Path]]:
    """The folders that Python and its packages lie in, and those in them that nothing is to be seen of."""
    paths = {sys.prefix, sys.exec_prefix, sys.base_prefix, *map(sysconfig.get_path, ("purelib", "platlib"))}
    shown = {Path(path) for path in paths} | {Path(path).resolve() for path in paths}
    shown |= {Path(sys.executable).resolve().parents[1]}
    outer = shown | {Path("/usr")}
    covered = {path for path in hidden if path.is_dir() and any(path.is_relative_to(one) for one in outer)}
    return shown, covered - shown


@contextlib.contextmanager
def _filter_file() -> Iterator[int]:
    with tempfile.TemporaryFile() as file:
        file.write(system_calls.program())
        file.seek(0)
        yield file.fileno()


@functools.cache
def missing() -> str:
    """Why students' code cannot be isolated here, and what to do about it; "" where it can."""
    if platform.system() != "Linux":
        return "Isolation needs Linux: grade on a Linux machine, in a container, or (on Windows) in WSL."
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed here (Debian, Ubuntu: sudo apt install bubblewrap)."
    if not system_calls.known():
        return f"Isolation is known for x86-64 and arm64 only; this is {platform.machine()}."
    if os.geteuid() == 0 and not cgroup.usable():
        return "As root, and without control groups, nothing would limit processes: grade as a plain user."
    try:
        sandbox = Sandbox(OURS)
    except CannotDo as error:
        return f"{str(error).rstrip('.')}. {_remedy()}"
    try:
        return "" if _can_be_entered(sandbox) else "Isolation needs Linux 5.8 or newer."
    finally:
        sandbox.end()


def _can_be_entered(sandbox: Sandbox) -> bool:
    join = f"import enter; enter.join({sandbox.process}, {sandbox.owner})"
    done = subprocess.run(
        [sys.executable, "-c", join],
        cwd=OURS.parent, pass_fds=(sandbox.process, sandbox.owner), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return done.returncode == 0


def _remedy() -> str:
    """What usually forbids user namespaces, and how to allow them."""
    for name, forbids in (("apparmor_restrict_unprivileged_userns", "1"), ("unprivileged_userns_clone", "0")):
        switch = Path("/proc/sys/kernel", name)
        if switch.is_file() and switch.read_text().strip() == forbids:
            return f"Allow user namespaces: sudo sysctl kernel.{name}={1 - int(forbids)}"
    return "A container has to be started with leave to make user namespaces; README.md says how."
