"""`coursekit doctor`: what of the environment works, and a remedy for each fault."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from coursekit import __version__, console
from coursekit.course import course_folder, released_lessons
from coursekit.errors import CannotDo, told

OLDEST = (3, 11)
ROOM = 200e6  # bytes that a course folder should find free
EXTRAS = {  # what each is for
    "torch": "the lessons on PyTorch",
    "keras": "the lessons on Keras",
    "grading": "instructors",
    "cluster": "grading on several machines",
}
IN_KERNEL = "import sys, coursekit; print(sys.prefix)"
ASK = {  # a framework, in a process of its own
    "torch": """
import torch
apple = "Apple" if torch.backends.mps.is_available() else ""
print(torch.cuda.get_device_name() if torch.cuda.is_available() else apple)
""",
    "tensorflow": """
import tensorflow
print(*[gpu.name for gpu in tensorflow.config.list_physical_devices("GPU")])
""",
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    state: "ok", "absent" (and no student must have it) or "fault"
    remedy: one sentence, where there is something to mend or to add
    """

    what: str
    state: str
    found: str
    remedy: str = ""


Check = Callable[[], Iterator[Finding]]


def all_checks(folder: Path, *, tensorflow: bool) -> list[Check]:
    slow: list[Check] = [kernel, partial(gpu, tensorflow=tensorflow)]
    return [python, packages, lessons, data, partial(place, folder), *slow, isolation]


def doctor_command(given: str | None, *, frameworks: bool = False) -> dict[str, Any]:
    """Look at everything at once, tell it, and exit 1 where something that a student needs is broken."""
    checks = all_checks(course_folder(given), tensorflow=frameworks)
    with ThreadPoolExecutor(len(checks)) as pool:
        findings = [finding for found in pool.map(_looked, checks) for finding in found]
    console.table(("", "what", "found"), [(one.state, one.what, one.found) for one in findings])
    for one in findings:
        if one.remedy:
            console.say(f"{one.what}: {one.remedy}")
    healthy = all(one.state != "fault" for one in findings)
    console.say(
        "All that a student needs works." if healthy else "Something that you need is broken: see above."
    )
    return {"healthy": healthy, "findings": [asdict(one) for one in findings], "exit": int(not healthy)}


def _looked(check: Check) -> list[Finding]:
    """What a check finds; a check that fails itself is a fault under its name, and the others go on."""
    try:
        return list(check())
    except Exception as error:
        name = getattr(check, "func", check).__name__
        return [Finding(name, "fault", f"{type(error).__name__}: {error}", "Install coursekit again.")]


def python() -> Iterator[Finding]:
    found = f"{platform.python_version()}, {sys.executable}"
    old = sys.version_info < OLDEST
    yield Finding("Python", "fault" if old else "ok", found, "Install Python 3.11 or newer." if old else "")
    yield Finding("coursekit", "ok", f"{__version__}, {Path(__file__).parent}")


def packages() -> Iterator[Finding]:
    """What coursekit itself needs, and each extra, by what its own metadata ask for."""
    from packaging.requirements import Requirement

    wanted = [Requirement(line) for line in importlib.metadata.requires("coursekit") or []]
    core = [one for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
    found, bad = _installed(core)
    remedy = f"Run: python -m pip install {' '.join(bad)}" if bad else ""
    yield Finding("packages", "fault" if bad else "ok", found, remedy)
    for extra, purpose in EXTRAS.items():
        own = [
            one for one in wanted if one not in core and one.marker and one.marker.evaluate({"extra": extra})
        ]
        found, bad = _installed(own)
        remedy = f'Only for {purpose}. Run: python -m pip install "coursekit[{extra}]"' if bad else ""
        yield Finding(f"packages [{extra}]", "absent" if bad else "ok", found, remedy)


def _installed(wanted: list[Any]) -> tuple[str, list[str]]:
    """The versions found, in words, and what is missing or too old, as pip takes it."""
    words, bad = [], []
    for one in wanted:
        version = _version(one.name)
        if version is None or not one.specifier.contains(version, prereleases=True):
            bad.append(f'"{one.name}{one.specifier}"')
        words.append(f"{one.name} {version or 'missing'}")
    return ", ".join(words), bad


def _version(name: str) -> str | None:
    # TensorFlow for a GPU is another package than the one for the processor, and as good.
    for candidate in (name, name.removesuffix("-cpu")):
        try:
            return importlib.metadata.version(candidate)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


def kernel() -> Iterator[Finding]:
    """Start the kernel that the notebooks ask for, and see that it is this Python."""
    try:
        prefix = _prefix_in_kernel()
    except Exception as error:  # whatever the system or Jupyter makes of it
        remedy = "Run: python -m pip install --force-reinstall ipykernel"
        yield Finding("kernel", "fault", f"does not start: {error}", remedy)
        return
    if prefix and Path(prefix) == Path(sys.prefix):
        yield Finding("kernel", "ok", "starts, and finds coursekit")
    else:
        found = f"runs another Python, in {prefix}" if prefix else "runs a Python without coursekit"
        yield Finding("kernel", "fault", found, "Run: jupyter kernelspec remove python3")


def _prefix_in_kernel() -> str:
    from jupyter_client import KernelManager

    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(stderr=subprocess.DEVNULL)
    client = manager.blocking_client()
    client.start_channels()
    text: list[str] = []
    try:
        client.wait_for_ready(timeout=60)
        client.execute_interactive(
            IN_KERNEL, timeout=60, output_hook=lambda said: text.append(said["content"].get("text", ""))
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return "".join(text).strip()


def lessons() -> Iterator[Finding]:
    try:
        names = {name.split("/")[0] for name in released_lessons()}
    except CannotDo as error:
        yield Finding("lessons", "fault", "none", str(error))
        return
    yield Finding("lessons", "ok", ", ".join(sorted(names)))


def data() -> Iterator[Finding]:
    from coursekit.data import load_hubble

    yield Finding("data", "ok", f"Hubble's {len(load_hubble()[0])} galaxies")


def place(folder: Path) -> Iterator[Finding]:
    """Can the course folder (or the nearest folder above that is there) be written, and is there room?"""
    folder = folder.resolve()
    folder = next(one for one in (folder, *folder.parents) if one.is_dir())
    free = shutil.disk_usage(folder).free
    found = f"{folder}: {free / 1e9:.1f} GB free"
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError as error:
        remedy = told(error) or "Name another folder."
        yield Finding("folder", "fault", f"{folder} cannot be written", remedy)
        return
    yield Finding(
        "folder", "ok", found, "" if free > ROOM else "Free some space: a lesson needs a few megabytes."
    )


def gpu(*, tensorflow: bool) -> Iterator[Finding]:
    """No lesson needs one. TensorFlow takes long to import, so it is asked only where that is wished."""
    driver = _output("nvidia-smi", "--query-gpu=name", "--format=csv,noheader")
    yield Finding("GPU", "ok" if driver else "absent", driver or "none: the lessons run without")
    for name in ("torch", "tensorflow") if tensorflow else ("torch",):
        if importlib.util.find_spec(name) is None:
            continue
        found = _output(sys.executable, "-c", ASK[name])
        remedy = f"Run: python -m pip install --force-reinstall {name}" if found is None else ""
        if driver and found == "":
            remedy = f"This {name} was installed without GPU support; README.md says how to get it."
        words = "it cannot be imported" if found is None else found or "none"
        yield Finding(f"GPU in {name}", "ok" if found else "absent", words, remedy)


def isolation() -> Iterator[Finding]:
    """Grading code of others needs bubblewrap. A student needs none of it."""
    if platform.system() != "Linux":
        remedy = "Only for instructors. Grade on Linux (on Windows: in WSL)."
        yield Finding("isolation", "absent", "needs Linux", remedy)
    elif shutil.which("bwrap") is None:
        remedy = "Only for instructors. Install bubblewrap (Debian, Ubuntu: sudo apt install bubblewrap)."
        yield Finding("isolation", "absent", "bubblewrap is not here", remedy)
    elif _output("bwrap", "--ro-bind", "/", "/", "--unshare-all", "true") is None:
        remedy = "Only for instructors. Allow user namespaces: sudo sysctl kernel.unprivileged_userns_clone=1"
        yield Finding("isolation", "absent", "bubblewrap may not make a sandbox here", remedy)
    else:
        yield Finding("isolation", "ok", "bubblewrap works")


def _output(*command: str) -> str | None:
    """What a program prints, as one line; None where it is not there, fails, or takes a minute."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, errors="replace")
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ", ".join(done.stdout.split("\n")).strip(", ") if done.returncode == 0 else None
