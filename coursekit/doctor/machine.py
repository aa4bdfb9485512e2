"""The machine: room to write, a GPU, isolation."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from coursekit.doctor.finding import Finding, output
from coursekit.errors import told

ROOM = 200e6  # bytes that a course folder should find free
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
        error.filename = str(folder)  # not the file that was tried
        remedy = told(error) or "Name another folder."
        yield Finding("folder", "fault", f"{folder} cannot be written", remedy)
        return
    yield Finding(
        "folder", "ok", found, "" if free > ROOM else "Free some space: a lesson needs a few megabytes."
    )


def gpu(*, tensorflow: bool) -> Iterator[Finding]:
    """No lesson needs one. TensorFlow takes long to import, so it is asked only where that is wished."""
    driver = output("nvidia-smi", "--query-gpu=name", "--format=csv,noheader")
    yield Finding("GPU", "ok" if driver else "absent", driver or "none: the lessons run without")
    for name in ("torch", "tensorflow") if tensorflow else ("torch",):
        if importlib.util.find_spec(name) is None:
            continue
        found = output(sys.executable, "-c", ASK[name])
        remedy = f"Run: python -m pip install --force-reinstall {name}" if found is None else ""
        if driver and found == "":
            remedy = f"This {name} was installed without GPU support; README.md says how to get it."
        words = "it cannot be imported" if found is None else found or "none"
        yield Finding(f"GPU in {name}", "ok" if found else "absent", words, remedy)


def isolation() -> Iterator[Finding]:
    """Grading code of others needs a sandbox. A student needs none of it."""
    from coursekit.grading.sandbox.bubblewrap import missing

    if why := missing():
        remedy = f"Only for instructors. {why}"
        yield Finding("isolation", "absent", "students' code cannot be isolated here", remedy)
    else:
        version = (output("bwrap", "--version") or "").split()[-1:]
        yield Finding("isolation", "ok", " ".join(["a sandbox was made, and entered: bubblewrap", *version]))
