"""A kernel provisioner (jupyter_client's extension point): kernels as warm forks in sandboxes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

from coursekit.grading.run.work import Settings
from coursekit.grading.sandbox import system_calls
from coursekit.grading.sandbox.bubblewrap import SCRATCH, Sandbox, descendants
from coursekit.grading.sandbox.cgroup import Group
from coursekit.grading.sandbox.warm import warm

PORTS = ("shell_port", "iopub_port", "stdin_port", "control_port")
PROCESSES = 200  # with their threads
OPEN_FILES = 512
ADDRESSES = 16_000_000_000  # bytes: TensorFlow takes many that it never uses
MORE_MEMORY = 1.5  # times the limit of a submission is where the whole sandbox is stopped
ALL_CELLS = 20  # the process may take this many times the processor time of one cell


class SandboxProvisioner(LocalProvisioner):
    """Starts a kernel as a fork of the warm process, in a sandbox of its own."""

    sandbox: Sandbox | None = None
    group: Group | None = None
    ended: int | None = None  # pidfd of the kernel

    async def launch_kernel(  # type: ignore[override]
        self,
        cmd: list[str],
        *,
        package: Path,
        names: Sequence[str],
        files: Mapping[str, bytes],
        settings: Settings,
        env: Mapping[str, str],
        **_: Any,
    ) -> KernelConnectionInfo:
        """Bring a kernel into a new sandbox.

        package: the folder that holds its coursekit. names: what the warm process imports
        files: what lies where it works, by relative path. Raises CannotDo.
        """
        begin = warm(package, names, env)
        self.sandbox = Sandbox(package, [Path(one) for one in settings.hidden])
        sockets = self._listen()
        connection = {name: value for name, value in self.connection_info.items() if name != "key"}
        asked = {
            "connection": {**connection, "key": _text(self.connection_info["key"])},
            "ports": PORTS,
            "files": dict(files),
            "filter": system_calls.program(),
            "in_memory": SCRATCH,
            "limits": limits(settings),
        }
        try:
            numbers = [one.fileno() for one in sockets]
            self.pid, self.ended = begin.fork(self.sandbox, numbers, asked)
            self.group = Group(self.pid, PROCESSES, MORE_MEMORY * 1e6 * settings.memory)
        finally:
            for one in sockets:
                one.close()
        return self.connection_info

    def _listen(self) -> list[socket.socket]:
        """The kernel's sockets. They are handed in: a sandbox shares no folder with the machine."""
        found = []
        for port in PORTS:
            one = socket.socket(socket.AF_UNIX)
            one.bind(f"{self.connection_info['ip']}-{self.connection_info[port]}")  # type: ignore[literal-required]
            one.listen(16)
            found.append(one)
        return found

    def processes(self) -> list[psutil.Process]:
        """The kernel, and all else in its sandbox."""
        found = [] if self.sandbox is None else self.sandbox.processes()
        with contextlib.suppress(psutil.Error):
            if self.pid:
                found += [psutil.Process(self.pid), *descendants(self.pid)]
        return found

    @property
    def has_process(self) -> bool:
        return self.sandbox is not None

    async def poll(self) -> int | None:
        over = self.ended is None or bool(select.select([self.ended], [], [], 0)[0])
        return 0 if over else None

    async def wait(self) -> int | None:
        while await self.poll() is None:
            await asyncio.sleep(0.005)
        return 0

    async def send_signal(self, signum: int) -> None:
        """Reach the kernel itself; `kill` is for all that runs beside it."""
        if self.ended is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.ended, signum)

    async def kill(self, restart: bool = False) -> None:
        if self.sandbox is not None:
            self.sandbox.end()
            self.sandbox = None
        if self.group is not None:
            self.group.end()
            self.group = None
        if self.ended is not None:
            os.close(self.ended)
            self.ended = None

    terminate = kill


def limits(settings: Settings) -> dict[str, int]:
    """The limits of a process in a sandbox, by their names in `resource`. Memory is watched from outside."""
    return {
        "AS": ADDRESSES,
        "CPU": int(ALL_CELLS * settings.seconds) + 60,
        "NPROC": PROCESSES,
        "NOFILE": OPEN_FILES,
        "FSIZE": max(size for size, _ in SCRATCH.values()),
        "CORE": 0,
        "MEMLOCK": 1_000_000,
        "MSGQUEUE": 0,
        "SIGPENDING": 1_000,
        "NICE": 0,
        "RTPRIO": 0,
    }


def _text(key: str | bytes) -> str:
    return key.decode() if isinstance(key, bytes) else key
