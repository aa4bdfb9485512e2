"""How submissions come back: in a folder, in a zip, in a download from Canvas, in one from Moodle."""

from __future__ import annotations

import csv
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coursekit.grading.sample import SampleStudent

FIRST_LMS_ID = 4100


def hand_in(students: Sequence[SampleStudent], folder: Path) -> list[Path]:
    """Write what the students hand in, a quarter of them each way; return what there is to collect."""
    mail, drive, canvas, moodle = (students[start::4] for start in range(4))
    for path, content in _in_folders(mail):
        (folder / "by mail" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "by mail" / path).write_bytes(content)
    ways = [folder / "by mail"] if mail else []
    for name, part, layout in (
        ("drive", drive, _in_folders),
        ("canvas", canvas, _canvas),
        ("moodle", moodle, _moodle),
    ):
        if part:
            ways.append(folder / f"{name}.zip")
            with zipfile.ZipFile(ways[-1], "w", zipfile.ZIP_DEFLATED) as archive:
                for path, content in layout(part):
                    archive.writestr(path, content)
    return ways


Laid = Iterator[tuple[str, bytes]]  # path, content


def _in_folders(students: Sequence[SampleStudent]) -> Laid:
    for one in students:
        for lesson, files in one.files.items():
            for path, content in files.items():
                yield f"{one.id}/{lesson}/{path}", content


def _canvas(students: Sequence[SampleStudent]) -> Laid:
    """garciaana_4101_77001_lesson.ipynb: every file in one folder, with Canvas' own number of the student."""
    for one in students:
        letters = unicodedata.normalize("NFKD", f"{one.last}{one.first}".lower())
        name = "".join(letter for letter in letters if letter.isalnum())
        for lesson, files in one.files.items():
            for path, content in files.items():
                hand_in = int(lms_id(one)) * 10 + int(lesson[:2])
                yield f"{name}_{lms_id(one)}_{hand_in}_{path.rpartition('/')[2]}", content


def _moodle(students: Sequence[SampleStudent]) -> Laid:
    """Ana García_4101_assignsubmission_file_/lesson.ipynb"""
    for one in students:
        for files in one.files.values():
            for path, content in files.items():
                yield f"{one.name}_{lms_id(one)}_assignsubmission_file_/{path}", content


def roster(students: Sequence[SampleStudent], file: Path) -> Path:
    """Write who is in the class, as a CSV file."""
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["id", "first_name", "last_name", "email", "lms_user_id"])
        for one in students:
            rows.writerow([one.id, one.first, one.last, one.email, lms_id(one)])
    return file


def lms_id(student: SampleStudent) -> str:
    return str(FIRST_LMS_ID + int(student.id[1:]))
