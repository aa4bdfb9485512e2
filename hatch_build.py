"""What goes into the wheel from outside the package: data, and the lessons without their solutions.

Needs Python and hatchling alone: whoever installs a clone, or builds where there is no network, has no
nbgrader and no NumPy. An editable install carries nothing: it reads the repository itself. The environment
variable COURSEKIT_LESSONS names the lessons to carry, with commas; without it all are carried.
"""

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# file in the repository -> its place in the wheel
CARRIED = {
    "data/hubble.csv": "coursekit/_data/hubble.csv",
}
LESSONS = "coursekit/_lessons"


class CarryHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        for source, target in CARRIED.items():
            build_data["force_include"][str(root / source)] = target
        self.folder = Path(tempfile.mkdtemp(prefix="coursekit-lessons-"))
        if release(root, self.folder):
            build_data["force_include"][str(self.folder)] = LESSONS

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            shutil.rmtree(self.folder, ignore_errors=True)


def release(root: Path, target: Path) -> list[Path]:
    """Lay the student's version of every lesson into `target`; returns the files."""
    starter = _load(root / "coursekit" / "grading" / "starter.py")
    wanted = os.environ.get("COURSEKIT_LESSONS", "")
    written = []
    for source in sorted((root / "notebooks").glob("[0-9][0-9]_*/**/*")):
        path = source.relative_to(root / "notebooks")
        if wanted and path.parts[0] not in wanted.split(","):
            continue
        if source.is_file() and not any(part.startswith((".", "__")) for part in path.parts):
            content = starter.released_bytes(source) if source.suffix == ".ipynb" else source.read_bytes()
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (target / path).write_bytes(content)
            written.append(target / path)
    return written


def _load(path: Path) -> ModuleType:
    """One file of the package, without the package: that would import NumPy."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
