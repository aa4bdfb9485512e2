"""Entering a sandbox for good, from inside the process that goes in.

This file lies in every kernel's coursekit.

What a process can do to itself only: join the namespaces, give up what rights it has there, and take its
limits. Python has no functions for these calls before 3.12, and for some none at all: they go to the C
library.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import resource
import signal
import struct
from collections.abc import Mapping, Sequence
from typing import Any

USERS = 0x10000000  # CLONE_NEWUSER
OTHERS = 0x20000000 | 0x00020000 | 0x40000000 | 0x08000000 | 0x04000000 | 0x02000000
_REMOUNT = 32 | 2 | 4  # MS_REMOUNT, MS_NOSUID, MS_NODEV
_READ_ONLY = 32 | 4096 | 1  # MS_REMOUNT, MS_BIND, MS_RDONLY
_STAYS = {2: 2, 8: 8, 1024: 1024, 2048: 2048, 4096: 1 << 21}  # flags of a mount: statvfs(2)'s -> mount(2)'s
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_SET_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER, _SET_DUMPABLE = 38, 22, 2, 4
_DROP_BOUNDING, _AMBIENT, _CLEAR_ALL = 24, 47, 4
_CAPABILITIES_3 = 0x20080522

_c = ctypes.CDLL(None, use_errno=True)


def join(sandbox: int, owner: int) -> None:
    """Join the namespaces of a sandbox. The next fork is in its process space.

    sandbox: pidfd of its first process. owner: the user namespace that its mounts belong to
    """
    _call("setns", owner, USERS)
    _call("setns", sandbox, OTHERS)


def shut(
    sandbox: int,
    keep: Sequence[int],
    limits: Mapping[str, int],
    files: Mapping[str, tuple[int, int]],
    program: bytes,
) -> None:
    """Give up everything that a student's code must not have. After `join`, in a new process.

    sandbox: pidfd of its first process, whose user this one becomes
    keep: descriptors that stay open; 0, 1 and 2 lead nowhere afterwards
    limits: of `resource`, by name ("NPROC"), soft and hard alike
    files: folder in memory -> (bytes, how many files) it may hold
    program: the seccomp filter
    """
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for folder, (size, many) in files.items():
        options = f"size={size},nr_inodes={many}".encode()
        _call("mount", b"tmpfs", folder.encode(), b"tmpfs", ctypes.c_ulong(_REMOUNT), options)
    for device in DEVICES:
        _let_be(f"/dev/{device}")
    _call("setns", sandbox, USERS)
    _close_all_but(keep)
    for name, value in limits.items():
        limit = getattr(resource, f"RLIMIT_{name}")
        most = resource.getrlimit(limit)[1]
        value = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(limit, (value, value))
    _drop_rights()
    _filter(program)


def _let_be(path: str) -> None:
    """Make a mount read-only: a device can still be used, and its rights not be changed.

    The devices are the machine's own, and where root grades, a student's code is their owner. bubblewrap
    would forbid their use too.
    """
    now = os.statvfs(path).f_flag
    flags = sum(flag for seen, flag in _STAYS.items() if now & seen)
    _call("mount", None, path.encode(), None, ctypes.c_ulong(_READ_ONLY | flags), None)


def _close_all_but(keep: Sequence[int]) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    borders = [2, *sorted(keep), os.sysconf("SC_OPEN_MAX")]
    for low, high in itertools.pairwise(borders):
        os.closerange(low + 1, high)


def _drop_rights() -> None:
    for capability in range(64):
        if _c.prctl(_DROP_BOUNDING, capability, 0, 0, 0):
            break  # the last one of this kernel
    _c.prctl(_AMBIENT, _CLEAR_ALL, 0, 0, 0)
    _call("prctl", _SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _call("capset", struct.pack("=Ii", _CAPABILITIES_3, 0), bytes(24))
    _call("prctl", _SET_DUMPABLE, 1, 0, 0, 0)  # or its own files in /proc are closed to it


def _filter(program: bytes) -> None:
    steps = ctypes.create_string_buffer(program, len(program))

    class Filter(ctypes.Structure):
        _fields_ = (("many", ctypes.c_ushort), ("steps", ctypes.c_void_p))

    whole = Filter(len(program) // 8, ctypes.addressof(steps))
    _call("prctl", _SET_SECCOMP, _FILTER, ctypes.byref(whole), 0, 0)


def _call(name: str, *arguments: Any) -> None:
    if getattr(_c, name)(*arguments) == -1:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")
