"""coursekit as a grading kernel sees it: this file stands there as `coursekit/__init__.py`.

Beside it are `checking` without anything that judges, `reference` without what the lesson asks
for, `explore.picture`, with which a lesson shows what answers do, and the data. `check`, `hint`,
`evaluate` and all else of `explore` do nothing. The grader binds the answers at the places of the
checks and asks them when the whole notebook has run.
"""

import contextlib
import importlib
import importlib.abc
import importlib.util
import os
import signal
import sys
import types
from collections.abc import Callable
from typing import Any

__version__ = "0.1.0"
MIME = "application/x-coursekit"  # of a text for the grader


class AskedFor(RuntimeError):
    """A function of coursekit was called that this lesson asks the student to write."""


def _absent(name: str) -> Any:
    raise AskedFor(f"{name} is what this lesson asks you to write; coursekit's own is not here while grading")


class _Nothing:
    """What an inert function gives: as the value of a cell it shows nothing."""

    def _ipython_display_(self) -> None:
        pass


def check(*args: Any, **options: Any) -> Any:
    """Nothing: the grader asks when the notebook has run."""
    return _Nothing()


evaluate = hint = check


class _Explore(types.ModuleType):
    """`coursekit.explore`, in which pictures are drawn, and all else can be called and does nothing."""

    __path__ = [os.path.join(os.path.dirname(__file__), "explore")]

    def __call__(self, *args: Any, **options: Any) -> Any:
        return check(*args, **options)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return check

    def picture(self, *args: Any, **options: Any) -> None:
        """Draw what the lesson shows of an answer."""
        file = importlib.import_module(f"{self.__name__}.picture")
        vars(self).pop("picture", None)  # Python has put the file there, under the function's name
        file.picture(*args, **options)


explore = _Explore("coursekit.explore")
sys.modules[explore.__name__] = explore


class _Text(str):
    """A text that reaches the grader as it is, and not as Python would write it."""

    def _repr_mimebundle_(self, *_: Any, **__: Any) -> dict[str, str]:
        return {MIME: str(self), "text/plain": ""}


_bound: dict[str, tuple[Any, dict[str, Any]]] = {}  # exercise -> its answer, and all names at its place


def grading_bind(exercise: str, expression: Callable[[], Any]) -> str:
    """Keep what the expression gives here and now; "" or, where it gives an error, that."""
    try:
        _bound[exercise] = expression(), dict(vars(sys.modules["__main__"]))
    except BaseException as error:
        _bound.pop(exercise, None)
        return _Text(f"{type(error).__name__}: {error}"[:300])
    return _Text("")


def grading_ask(exercise: str, question: str) -> str:
    """The encoded replies of a bound answer, its names meaning what they meant at its place."""
    from coursekit.checking.asking import serve

    answer, then = _bound[exercise]
    names = vars(sys.modules["__main__"])
    now = dict(names)
    names.update(then)
    try:
        return _Text(serve(answer, question))
    finally:
        names.update(now)


def grading_kernel(connection: dict[str, Any] | None = None, listening: dict[str, int] | None = None) -> None:
    """Become a kernel: `python -P -c "import coursekit; coursekit.grading_kernel()" -f FILE`.

    In a sandbox there is no such file: connection is what it would say, listening the kernel's sockets,
    their descriptors by port, which the grader has made outside.
    """
    from ipykernel.kernelapp import IPKernelApp
    from ipykernel.zmqshell import ZMQInteractiveShell

    # exit() would stop the kernel a moment later, in some other cell.
    ZMQInteractiveShell.ask_exit = check  # type: ignore[method-assign]
    if connection is None or listening is None:
        _die_with_parent()
        grading_setup()
        IPKernelApp.launch_instance()
    else:
        _handed_in(IPKernelApp, connection, listening).launch_instance(["--HistoryManager.enabled=False"])


def grading_setup() -> None:
    """Let nothing be imported but what is for students' code."""
    # A clone that is installed in place stands on the path; the course in it is not.
    sys.path[:] = [place for place in sys.path if not _is_clone(place)]
    sys.meta_path.insert(0, _KerasData())


def _handed_in(app: Any, connection: dict[str, Any], listening: dict[str, int]) -> Any:
    """The application of a kernel whose sockets are there already."""
    import zmq

    class Application(app):
        def init_connection_file(self) -> None:
            self.load_connection_info(connection)

        def write_connection_file(self, **_: Any) -> None:
            pass

        def init_heartbeat(self) -> None:
            pass

        def _try_bind_socket(self, socket: Any, port: int) -> int:
            name = next(name for name in listening if connection[name] == port)
            socket.setsockopt(zmq.USE_FD, listening[name])
            socket.bind(f"ipc://{name}")
            return port

        def init_control(self, context: Any) -> None:
            super().init_control(context)
            if there := self.shell_socket.getsockopt(zmq.LAST_ENDPOINT):  # the debugger's way to the shell
                self.debug_shell_socket.disconnect(there)

    return Application


class _KerasData(importlib.abc.MetaPathFinder):
    """Has Keras import, as its MNIST, what lies here in place of it, where the lesson uses MNIST."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        file = os.path.join(os.path.dirname(__file__), "inside_keras.py")
        if name != "keras.src.datasets.mnist" or not os.path.isfile(file):
            return None
        return importlib.util.spec_from_file_location(name, file)


def _is_clone(place: str) -> bool:
    inside = ("pyproject.toml", os.path.join("coursekit", "cli.py"))
    return all(os.path.isfile(os.path.join(place, name)) for name in inside)


def _die_with_parent() -> None:
    """End when the grader does, in one long call into C too (elsewhere ipykernel's thread sees to it)."""
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if str(os.getppid()) != os.environ.get("JPY_PARENT_PID"):  # it has ended already
            os._exit(1)
