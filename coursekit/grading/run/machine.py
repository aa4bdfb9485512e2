"""By what a machine judges: two machines give the same grades where this is the same."""

from __future__ import annotations

import functools
import hashlib
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from coursekit import __version__
from coursekit.data.mnist import where_mnist_is

ALWAYS = ("coursekit", "Python", "distributed", "numpy", "scipy", "matplotlib", "ipykernel")
TRAINING = ("torch", "tensorflow", "keras", "scikit-learn", "MNIST")  # of lessons that train on MNIST
ISOLATION, WORKS = "isolation", "works"


def here(names: Iterable[str]) -> dict[str, str]:
    """What each of these is on this machine."""
    return {name: _SPECIAL.get(name, functools.partial(_installed, name))() for name in names}


def differences(wanted: Mapping[str, str]) -> str:
    """What is otherwise on this machine than on the one that asks, in words; "" where nothing is."""
    found = here(wanted)
    return "; ".join(
        f"{one}: {found[one]} ({wanted[one]} here)" for one in wanted if found[one] != wanted[one]
    )


@functools.cache
def code() -> str:
    """A hash of all of coursekit's code, as it was when this process first asked."""
    root = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:8]


def _installed(name: str) -> str:
    for distribution in (name, f"{name}-cpu"):
        try:
            return version(distribution).partition("+")[0]  # torch says by what follows how it was built
        except PackageNotFoundError:
            continue
    return "missing"


def _isolation() -> str:
    from coursekit.grading.sandbox.bubblewrap import missing

    return missing().rstrip(".") or WORKS


_SPECIAL = {
    "coursekit": lambda: f"{__version__}, code {code()}",
    "Python": lambda: ".".join(platform.python_version_tuple()[:2]),
    "MNIST": lambda: "the true one" if where_mnist_is([]) else "a stand-in",
    ISOLATION: _isolation,
}
