"""A student's kernel: a process of its own, watched from outside, that can always be killed.

How the process is started is a kernel provisioner's business (jupyter_client's extension point):
SANDBOX is a warm fork in a sandbox; jupyter_client's own starts a plain process, with the grader's rights.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil
import zmq
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from coursekit.checking.plain import MAX_WIRE
from coursekit.errors import CannotDo
from coursekit.grading.run.watch import GRACE, TICK, Watch
from coursekit.grading.run.work import Settings

SANDBOX = "coursekit-sandbox"
LONGEST = 90  # bytes of the folder of sockets: a whole name may have 107
STARTS_WITHIN = 60.0  # seconds
LONGEST_OUTPUT = 200_000_000  # bytes of one message
KEPT = ("LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "SYSTEMROOT", "WINDIR", "COMSPEC", "PATHEXT")
_START = "import coursekit; coursekit.grading_kernel()"

OnMessage = Callable[[str, dict[str, Any]], None]


class NoKernel(CannotDo):
    """A kernel cannot be started at all; the message is what it said."""


class _Manager(KernelManager):
    """Starts the one kernel that grading knows, whatever kernel a notebook asks for."""

    settings: Settings

    @property
    def kernel_spec(self) -> KernelSpec:
        options = ["-f", "{connection_file}", "--HistoryManager.enabled=False"]
        provisioner = {"provisioner_name": self.settings.provisioner}
        about = {"kernel_provisioner": provisioner, "supported_encryption": "curve"}
        argv = [sys.executable, "-P", "-c", _START, *options]
        return KernelSpec(argv=argv, language="python", metadata=about, interrupt_mode="signal")


class Kernel:
    """A running kernel, to be used in a `with` statement.

    package: the folder that holds its coursekit
    files: what lies in the folder it works in, by relative path
    names: modules that it will want; a warm one has imported them
    """

    def __init__(
        self, package: Path, files: Mapping[str, bytes], settings: Settings, names: Sequence[str] = ()
    ) -> None:
        self.settings = settings
        self._folder = Path(tempfile.mkdtemp(prefix="coursekit-"))
        self._shorter: int | None = None  # a descriptor of the folder
        place, short = self._folder, os.name != "nt" and len(os.fsencode(self._folder)) < LONGEST
        if settings.provisioner == SANDBOX:  # no other process has to find its sockets by their names
            self._shorter = os.open(self._folder, os.O_DIRECTORY)
            place, short = Path(f"/proc/self/fd/{self._shorter}"), True
        self._manager = _Manager(connection_file=str(place / "k.json"))
        self._manager.settings = settings
        if short:
            self._manager.transport = "ipc"  # files that only the owner can open, in place of network ports
        else:
            self._manager.transport_encryption = "auto"
        self._process: psutil.Process | None = None
        self._client: Any = None
        try:
            self._start(package, files, names)
        except BaseException:
            self.close()
            raise

    def _start(self, package: Path, files: Mapping[str, bytes], names: Sequence[str]) -> None:
        if self.settings.provisioner == SANDBOX:
            given = {"package": package, "names": names, "files": files, "settings": self.settings}
            self._manager.start_kernel(**given, env=environment(package))
        else:
            self._start_plainly(package, files)
        with contextlib.suppress(psutil.NoSuchProcess):  # it is told below
            self._process = psutil.Process(self._manager.provisioner.pid)  # type: ignore[union-attr]
        self._wait_for_sockets()
        self._client = self._manager.client()
        self._listen()
        self._wait_until_heard()

    def _start_plainly(self, package: Path, files: Mapping[str, bytes]) -> None:
        work, home = self._folder / "work", self._folder / "home"
        work.mkdir()
        home.mkdir()
        for name, content in files.items():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).write_bytes(content)
        places = dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR"), str(home)) | {
            "IPYTHONDIR": str(home / "ipython")
        }
        with (self._folder / "started.log").open("wb") as log:
            env = environment(package) | places | {"PYTHONPATH": str(package)}
            self._manager.start_kernel(cwd=str(work), env=env, stdout=log, stderr=log)

    def __enter__(self) -> Kernel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- starting

    def _wait_for_sockets(self) -> None:
        """A socket that is connected too early tries again only after a while."""
        info = self._manager.get_connection_info()
        if info["transport"] != "ipc":
            return
        files = [f"{info['ip']}-{info[port]}" for port in ("shell_port", "iopub_port")]
        end = time.monotonic() + STARTS_WITHIN
        while not all(map(os.path.exists, files)):
            self._must_run(end)
            time.sleep(0.005)

    def _listen(self) -> None:
        """Open the channels, for no more at a time than an honest kernel sends."""
        context = self._client.context
        context.setsockopt(zmq.MAXMSGSIZE, MAX_WIRE + 1_000_000)  # the connection is closed by a longer one
        context.setsockopt(zmq.RCVHWM, 2)
        self._client.shell_channel.start()
        context.setsockopt(zmq.MAXMSGSIZE, LONGEST_OUTPUT)
        context.setsockopt(zmq.RCVHWM, 5)
        self._client.iopub_channel.start()

    def _wait_until_heard(self) -> None:
        """Outputs are published to whoever has subscribed by then: wait until one arrives."""
        end = time.monotonic() + STARTS_WITHIN
        shell, heard = self._client.shell_channel.socket, self._client.iopub_channel.socket
        answered = False
        while not (answered and heard.poll(500)):
            self._client.kernel_info()
            answered = bool(shell.poll(1000)) or answered
            self._must_run(end)

    def _must_run(self, end: float) -> None:
        if self.alive() and time.monotonic() < end:
            return
        log = self._folder / "started.log"
        said = log.read_text(errors="replace").strip() if log.is_file() else ""
        why = said.splitlines()[-1][:300] if said else "it says nothing"
        raise NoKernel(f"No kernel can be started here: {why}")

    # -- working

    def execute(
        self,
        code: str,
        *,
        output: OnMessage | None = None,
        expressions: dict[str, str] | None = None,
        clock: float | None = None,
    ) -> tuple[dict[str, Any], bool]:
        """Execute code; return the content of the reply, and whether it had to be interrupted.

        output: is given each output's message type and content. None: the code leaves no trace
        expressions: user expressions; the reply holds their values
        clock: limit in seconds by the clock; by default the limit is the settings' processor time
        Raises Lost; the kernel is killed then.
        """
        shown = output is not None
        request = self._client.execute(
            code, silent=not shown, store_history=shown, user_expressions=expressions or {},
            allow_stdin=False, stop_on_error=False,
        )  # fmt: skip
        watch = Watch(self, clock)
        reply: dict[str, Any] | None = None
        idle = not shown
        while reply is None or not idle:
            for channel in self._ready():
                kind, content, parent = self._receive(channel)
                if parent != request:
                    continue
                if kind == "execute_reply":
                    reply = content
                    watch.answered()
                elif kind == "status":
                    idle = idle or content.get("execution_state") == "idle"
                elif output is not None:
                    output(kind, content)
            if not watch.look():
                break  # answered, and the end of its outputs never came
        assert reply is not None
        return reply, watch.interrupted

    def _ready(self) -> list[Any]:
        poller = zmq.Poller()
        for channel in (self._client.shell_channel, self._client.iopub_channel):
            poller.register(channel.socket, zmq.POLLIN)
        ready = dict(poller.poll(int(1000 * TICK)))
        return [c for c in (self._client.iopub_channel, self._client.shell_channel) if c.socket in ready]

    @staticmethod
    def _receive(channel: Any) -> tuple[str, dict[str, Any], str]:
        """Type, content and the request of a message; ("", {}, "") for one that is none."""
        try:
            message = channel.get_msg(timeout=0)
            parent = message["parent_header"].get("msg_id")
            content = message["content"]
            return (message["msg_type"], content, parent) if isinstance(content, dict) else ("", {}, "")
        except Exception:  # whatever the student's process sends
            return "", {}, ""

    # -- ending

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in the kernel, if it is there."""
        with contextlib.suppress(Exception):
            self._manager.interrupt_kernel()

    def kill(self) -> None:
        """Kill the kernel and every process it started."""
        if self.settings.provisioner != SANDBOX:  # a sandbox ends with all that runs in it
            family = self.processes()
            for process in family:
                with contextlib.suppress(psutil.Error):
                    process.kill()
            psutil.wait_procs(family[:1], GRACE)
        with contextlib.suppress(Exception):
            self._manager.shutdown_kernel(now=True)

    def close(self) -> None:
        """Kill it, and leave nothing of it."""
        self.kill()
        if self._client is not None:
            self._client.stop_channels()
            self._client.context.term()
        if self._shorter is not None:
            os.close(self._shorter)
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def alive(self) -> bool:
        """Whether its process runs."""
        return bool(self._manager.is_alive())

    def processes(self) -> list[psutil.Process]:
        """The kernel, the processes that it started, and those that they started."""
        if self._process is None:
            return []
        if self.settings.provisioner == SANDBOX:
            return self._manager.provisioner.processes()  # type: ignore[union-attr]
        try:
            return [self._process, *self._process.children(recursive=True)]
        except psutil.Error:
            return [self._process]


def environment(package: Path) -> dict[str, str]:
    """A kernel's environment but for its places: what programs need, nothing of the instructor's own."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    threads = ["OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "NUMEXPR_NUM", "VECLIB_MAXIMUM_NUM"]
    threads += ["TF_NUM_INTRAOP", "TF_NUM_INTEROP"]
    return kept | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath]),
        "PYTHONHASHSEED": "0",  # the same grade when it is graded again
        "MPLCONFIGDIR": str(package / "matplotlib"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MALLOC_ARENA_MAX": "2",
        "CUDA_VISIBLE_DEVICES": "-1",  # one grade, whatever machine it is given on
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **{f"{name}_THREADS": "1" for name in threads},
    }
