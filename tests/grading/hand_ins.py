"""What students hand in for the toy lesson, as files on the disk and in zips."""

import io
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def lay(path: Path, content: bytes, time: datetime = NOON) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (time.timestamp(), time.timestamp()))
    return path


def zipped(files, time=(2026, 3, 1, 12, 0, 0)) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, time), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def submitted(classroom):
    """(student, file) of all that lies in submitted/, but for times."""
    files = (
        path for path in classroom.submitted.rglob("*") if path.is_file() and path.name != "timestamp.txt"
    )
    found = [path.relative_to(classroom.submitted).parts for path in files]
    return sorted((parts[0], "/".join(parts[1:])) for parts in found if parts[0] != ".unplaced")


LESSON = "90_toy/90_toy.ipynb"
