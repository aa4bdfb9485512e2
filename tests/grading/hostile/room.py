"""A class with every attack in it, graded in one run among honest submissions, and the same without them."""

import contextlib
import glob
import hashlib
import os
import secrets
import socket
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from coursekit.grading.grade import grade
from coursekit.grading.journal import graded
from tests.grading.classes import CLIMBS, RIGHT, copy_class, hand_in, make_class, scores
from tests.grading.hostile import afterwards, floods, handed_in, lies, messages, patches, processes, spies
from tests.grading.hostile.attack import Attack

STEALING = [*lies.ATTACKS, *patches.ATTACKS, *messages.ATTACKS, *handed_in.ATTACKS, *afterwards.ATTACKS]
ATTACKS = [*STEALING, *spies.ATTACKS, *floods.ATTACKS, *processes.ATTACKS]
HONEST = {"ann": RIGHT, "kim": {**RIGHT, "step": CLIMBS}, "zoe": RIGHT}  # the first, among, and the last
LIMITS = {"timeout": 3.0, "memory": 600.0}


class Listener:
    """Sockets that nobody may reach: TCP on every address, a name without a file, a file."""

    def __init__(self, canary: str, folder: Path) -> None:
        self.heard: list[str] = []
        self._tcp = socket.create_server(("", 0))
        self.port = self._tcp.getsockname()[1]
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("", self.port))
        self._named, self._file = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        self._named.bind(f"\0{canary}")
        self._file.bind(str(folder / "listens"))
        for one in (self._named, self._file):
            one.listen()
        self.sockets = (self._tcp, self._named, self._file)
        for one in self.sockets:
            threading.Thread(target=self._accept, args=(one,), daemon=True).start()

    def _accept(self, one: socket.socket) -> None:
        while True:
            try:
                connection, where = one.accept()
            except OSError:
                return
            self.heard.append(str(where))
            connection.close()

    def close(self) -> None:
        self._udp.settimeout(0)
        with contextlib.suppress(OSError):
            self.heard.append(str(self._udp.recv(100)))
        for one in (*self.sockets, self._udp):
            one.close()


def hashes(folder: Path) -> dict[str, str]:
    """What every file in a folder holds, and its rights."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        f"{path} {path.stat().st_mode:o}": hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


def machine() -> dict[str, object]:
    """What of the machine itself could be changed by who owns it: rights of devices, settings of the kernel."""
    devices = {f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom", "tty")}
    about = {name: os.stat(name) for name in (*devices, "/etc/passwd", "/usr", sys.executable)}
    told = {name: (one.st_mode, one.st_uid, one.st_gid) for name, one in about.items()}
    return told | {name: Path(name).read_text() for name in ("/proc/sys/kernel/core_pattern",)}


def descriptors() -> set[str]:
    """What this process has open."""
    found = set()
    for name in os.listdir("/proc/self/fd"):
        try:
            found.add(f"{name} {os.readlink(f'/proc/self/fd/{name}')}")
        except OSError:
            continue
    return found


def groups() -> set[str]:
    """The control groups that graders have left: nothing runs in them, and nobody takes them away."""

    def empty() -> set[str]:
        made = glob.glob("/sys/fs/cgroup/coursekit-*") + glob.glob("/sys/fs/cgroup/*/coursekit-*")
        return {one for one in made if not _text(Path(one, "cgroup.procs"))}

    found = empty()
    if found:
        time.sleep(2)  # others may be grading on this machine
    return {one for one in found & empty() if Path(one).is_dir()}


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def left_of(folder: Path) -> list[str]:
    """Processes, but this one, that were started with a path in this folder."""
    found = []
    for process in psutil.process_iter():
        try:
            told = [*process.cmdline(), *process.environ().values()]
        except psutil.Error:
            continue
        own = process.pid == os.getpid() or "multiprocessing.resource_tracker" in " ".join(told)
        if not own and any(str(folder) in one for one in told):
            found.append(f"{process.pid} {process.cmdline()}")
    return found


def grade_all(folder: Path, attacks: Sequence[Attack], jobs: int = 2) -> SimpleNamespace:
    """A class of these attacks and the honest, graded in one run; all that can be seen of it.

    alone: the same class without the attacks
    """
    canary = f"coursekit-canary-{secrets.token_hex(8)}"
    canaries, home = folder / "canaries", folder / "home"
    for place in (canaries, home):
        place.mkdir()
        (place / "canary").write_text(canary)
    room = make_class(folder / "clone")
    for student, answers in HONEST.items():
        hand_in(room, student, answers)
    alone = copy_class(room, folder / "alone")
    listener = Listener(canary, canaries)
    places = {
        "COURSE": str(room.root), "NOTEBOOKS": str(room.notebooks), "HOME": str(home),
        "CLONE": str(Path(__file__).parents[3]), "CANARIES": str(canaries), "CANARY": canary, "YRANAC": canary[::-1],
        "PORT": str(listener.port), "ADDRESS": _address(), "GRADER": str(os.getpid()),
    }  # fmt: skip
    for attack in attacks:
        attack.hand_in(room, places)
    kept = [canaries, home, room.notebooks, room.submitted, room.release]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("COURSEKIT_CANARY", canary)
        grade(alone, isolation="bwrap", jobs=jobs, seed=3, **LIMITS)
        before = [machine(), *map(hashes, kept)], descriptors() | groups()
        result = grade(room, isolation="bwrap", jobs=jobs, seed=3, **LIMITS)
        after = [machine(), *map(hashes, kept)], descriptors() | groups()
    listener.close()
    found = {one.student: one for one in graded(room)}
    return SimpleNamespace(
        room=room, alone=alone, result=result, before=before, after=after, heard=listener.heard,
        scores=scores(room), found=found, left=left_of(folder),
    )  # fmt: skip


def _address() -> str:
    """An address of this machine that is not the loopback's, where it has one."""
    found = [
        one.address for many in psutil.net_if_addrs().values() for one in many if one.family == socket.AF_INET
    ]
    return next((one for one in found if not one.startswith("127.")), "127.0.0.1")
