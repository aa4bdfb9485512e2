"""The software: Python, packages, the kernel that notebooks ask for, lessons and data."""

from __future__ import annotations

import importlib.metadata
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from coursekit import __version__
from coursekit.course import PACKAGE, released_lessons
from coursekit.doctor.finding import Finding
from coursekit.errors import CannotDo

OLDEST = (3, 11)
EXTRAS = {  # what each is for
    "torch": "the lessons on PyTorch",
    "keras": "the lessons on Keras",
    "grading": "instructors",
    "cluster": "grading on several machines",
    "postgresql": "a gradebook in PostgreSQL",
}
IN_KERNEL = "import sys, coursekit; print(sys.prefix)"


def python() -> Iterator[Finding]:
    found = f"{platform.python_version()}, {sys.executable}"
    old = sys.version_info < OLDEST
    yield Finding("Python", "fault" if old else "ok", found, "Install Python 3.11 or newer." if old else "")
    yield Finding("coursekit", "ok", f"{__version__}, {PACKAGE}")


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


def mnist() -> Iterator[Finding]:
    """Where lesson 5 would find MNIST, without the network."""
    from coursekit.data.mnist import where_mnist_is

    notes: list[str] = []
    path = where_mnist_is(notes)
    if path is not None:
        yield Finding("MNIST", "ok", path, " ".join(notes))
    else:
        found = "not here: lesson 5 downloads it (11 MB), and makes a stand-in where it cannot"
        yield Finding("MNIST", "absent", found, " ".join(notes))
