"""The one zip to hand out: notebooks without solutions, the course's wheel, its data and start scripts."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from coursekit.files import write_whole

SCRIPTS = Path(__file__).parent / "scripts"
_THEN = (2020, 1, 1, 0, 0, 0)  # one time for all: the same content makes the same zip


def hand_out(release: Path, clone: Path, target: Path) -> str | None:
    """Write the zip `target` and return the name of the wheel in it, None where none could be built.

    release: has a folder a lesson. clone: where pyproject.toml lies. In the zip all is in one folder
    """
    top = target.stem
    files = {
        path.relative_to(release).as_posix(): path.read_bytes()
        for path in sorted(release.glob("[0-9][0-9]_*/**/*"))
        if path.is_file()
    }
    files |= {path.name: path.read_bytes() for path in sorted(SCRIPTS.iterdir()) if path.is_file()}
    files |= {f"data/{path.name}": path.read_bytes() for path in sorted((clone / "data").glob("*.csv"))}
    if (clone / "constraints.txt").is_file():
        files["constraints.txt"] = (clone / "constraints.txt").read_bytes()
    wheel = build_wheel(clone, sorted({name.split("/")[0] for name in files if name.endswith(".ipynb")}))
    if wheel:
        files[wheel[0]] = wheel[1]
    write_whole(target, _zipped({f"{top}/{name}": content for name, content in files.items()}))
    return wheel[0] if wheel else None


def build_wheel(clone: Path, lessons: Sequence[str]) -> tuple[str, bytes] | None:
    """The wheel of this clone with these lessons, (name, content); None where it cannot be built."""
    if not (clone / "pyproject.toml").is_file():
        return None
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
        carried = {**os.environ, "COURSEKIT_LESSONS": ",".join(lessons)}
        done = subprocess.run(command, cwd=clone, env=carried, capture_output=True, check=False)
        built = list(Path(folder).glob("*.whl"))
        if done.returncode or len(built) != 1:
            return None
        return built[0].name, built[0].read_bytes()


def _zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _THEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if name.endswith(".sh") else 0o644) << 16
            archive.writestr(entry, content)
    return buffer.getvalue()
