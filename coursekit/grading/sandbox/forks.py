"""The warm process: it imports what a lesson needs, once, and forks a kernel for each submission.

This file lies in every kernel's coursekit and runs outside of any sandbox, where no student's code ever
is. It only imports: an operation of torch before the fork makes training hang in the fork, one of
TensorFlow ends it. Nothing of a student passes through it either: it hands on descriptors, and the fork
itself reads from them what it is to be.

    worker -> this process: a socket, the sandbox, sockets to listen on, and a file that says the rest
    fork -> worker, by that socket: its process, "entered" or what went wrong
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import pickle
import random
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import coursekit
from coursekit import enter  # beside this file, in a kernel's coursekit

DESCRIPTORS = 16  # of a request, at most: socket, sandbox, its owner, file, and one for each port
WORK = "/tmp/work"
HOME = "/tmp/home"
# What a kernel imports until its first cell has run, and what its first question needs.
ALWAYS = (
    "ipykernel.kernelapp", "ipykernel.zmqshell", "ipykernel.datapub", "ipykernel.debugger",
    "matplotlib.pyplot", "matplotlib_inline.config", "coursekit.checking.asking", "coursekit.checking.probes",
)  # fmt: skip
# What a framework imports when it is used for the first time.
LATER = {
    "torch": ("torch._dynamo", "coursekit.checking.torch_probes", "coursekit.checking.torch_layers"),
    "keras": ("keras", "coursekit.checking.keras_probes", "coursekit.checking.keras_trials"),
    "tensorflow": ("keras",),
}


def main(names: Sequence[str]) -> None:
    """Import these modules, then fork whenever standard input, a socket, asks for it, until it closes."""
    control = socket.socket(fileno=os.dup(0))
    _as_a_parent()
    coursekit.grading_setup()
    for name in (*ALWAYS, *names):
        _import(name)
        for later in LATER.get(name.partition(".")[0], ()):
            _import(later)
    for name in [name for name in sys.modules if name.startswith("matplotlib_inline")]:
        del sys.modules[name]  # it looks for its kernel when it is imported
    gc.collect()
    gc.freeze()  # its pages stay shared with every fork
    control.send(b"ready")
    while True:
        message, descriptors, *_ = socket.recv_fds(control, 16, DESCRIPTORS)
        if not message:
            os._exit(0)
        if os.fork() == 0:
            control.close()
            _become_a_kernel(*descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _import(name: str) -> None:
    with suppress(Exception):  # it is not installed, or breaks: the cell that imports it says so
        importlib.import_module(name)


def _as_a_parent() -> None:
    """Take in what the forks leave, and end with the worker."""
    prctl = ctypes.CDLL(None).prctl
    prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: whose parent has ended becomes a child of this process
    prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, _reap)


def _reap(*_: object) -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _become_a_kernel(conversation: int, sandbox: int, owner: int, request: int, *listening: int) -> None:
    """Enter the sandbox, fork there, and tell the worker which process that is."""
    answer = socket.socket(fileno=conversation)
    try:
        enter.join(sandbox, owner)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        process = os.fork()
        if process:
            socket.send_fds(answer, [str(process).encode()], [os.pidfd_open(process)])
            os._exit(0)
        with os.fdopen(request, "rb") as file:
            asked = pickle.load(file)
        _settle(sandbox, [conversation, *listening], asked)
        answer.send(b"entered")
    except BaseException:
        with suppress(OSError):
            answer.send(traceback.format_exc()[-2000:].encode())
        os._exit(1)
    answer.close()
    try:
        coursekit.grading_kernel(asked["connection"], dict(zip(asked["ports"], listening, strict=True)))
    finally:
        os._exit(0)


def _settle(sandbox: int, keep: Sequence[int], asked: Mapping[str, Any]) -> None:
    """Be a process of the sandbox, like one that has started there."""
    enter.shut(sandbox, keep, asked["limits"], asked["in_memory"], asked["filter"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.update(
        HOME=HOME, USERPROFILE=HOME, TMPDIR="/tmp", IPYTHONDIR=f"{HOME}/ipython", USER="student"
    )
    tempfile.tempdir = None  # where it lay is not here
    os.makedirs(HOME)
    os.makedirs(WORK)
    os.chdir(WORK)
    for name, content in asked["files"].items():
        os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
        with open(name, "wb") as file:
            file.write(content)
    _differ()


def _differ() -> None:
    """Draw other random numbers than every other fork, as a process does that has just started."""
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    if torch := sys.modules.get("torch"):
        torch.default_generator.seed()
