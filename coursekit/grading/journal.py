"""The journal: what grading found out, written as it is found out, so that a kill loses nothing.

One SQLite file beside the gradebook. An attempt is one submission graded once; its verdicts are
kept one by one as they are given. Grading places what an attempt found in the gradebook, and
then marks the attempt as applied. What was begun and not ended goes on where it stopped; what
ended and was not applied needs no second run. One process writes; workers never see this file.

    begin -> verdict, verdict, ... -> end -> (applying) -> applied
"""

from __future__ import annotations

import json
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS attempt (
    id INTEGER PRIMARY KEY, student TEXT NOT NULL, lesson TEXT NOT NULL,
    submission TEXT NOT NULL, version TEXT NOT NULL,
    began TEXT NOT NULL, ended TEXT, applied TEXT, rejected TEXT,
    seconds REAL, repairs TEXT, flags TEXT, written TEXT, error TEXT, notebooks BLOB);
CREATE INDEX IF NOT EXISTS attempt_of ON attempt (lesson, student);
CREATE TABLE IF NOT EXISTS verdict (
    attempt INTEGER NOT NULL REFERENCES attempt, exercise TEXT NOT NULL, verdict TEXT NOT NULL,
    PRIMARY KEY (attempt, exercise)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS settled (
    attempt INTEGER NOT NULL REFERENCES attempt, cell TEXT NOT NULL,
    PRIMARY KEY (attempt, cell)) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Graded:
    """One submission as it stands in the gradebook.

    when: the end of its grading, ISO 8601 in UTC. submission: hash of what was handed in
    seconds: how long the run took. repairs: what was mended, in sentences. flags: what a person
    should look at. error: why nothing could be graded, or None
    verdicts: exercise id -> dict(status, score, points, max_points, mistake, call, expected, got,
        why, text, graded, secret). `score` is in [0, 1]; `graded` is False where the grader itself
        failed: that question has no score. `secret`: the failing input is kept for grading
    written: ids of the exercises that a person marks
    """

    student: str
    lesson: str
    when: str
    submission: str
    seconds: float
    repairs: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    error: str | None = None
    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)


def graded(classroom: Any) -> list[Graded]:
    """What the gradebook holds, a `Graded` a student and lesson, by lesson and student."""
    path: Path = classroom.journal
    if not path.is_file():
        return []
    with Journal(path) as journal:
        return journal.graded()


@dataclass(frozen=True)
class Attempt:
    """A row of the journal: who, what was handed in, by which version it was asked, and how far it came."""

    id: int
    student: str
    lesson: str
    submission: str
    version: str
    ended: str | None
    applied: str | None
    error: str | None


_ATTEMPT = "id, student, lesson, submission, version, ended, applied, error"


class Journal:
    """The journal in the file `path`, made when missing. What is written is on the disk on return."""

    def __init__(self, path: Path) -> None:
        # Grading's threads take turns: one connection, one lock.
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, timeout=30, check_same_thread=False, isolation_level=None)
        self._db.executescript(_TABLES)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # SQLite itself has taken it back where the disk is full
                    self._db.execute("ROLLBACK")
                raise

    def _rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(query, values).fetchall()

    # -- writing, in the order of a submission's life

    def begin(self, student: str, lesson: str, submission: str, version: str) -> int:
        """The number of a new attempt."""
        with self._writing() as db:
            row = db.execute(
                "INSERT INTO attempt (student, lesson, submission, version, began) VALUES (?, ?, ?, ?, ?)",
                (student, lesson, submission, version, _now()),
            )
        assert row.lastrowid is not None
        return row.lastrowid

    def verdict(self, attempt: int, exercise: str, verdict: dict[str, Any]) -> None:
        """Keep one verdict; it takes the place of an earlier one on the same exercise."""
        with self._writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO verdict VALUES (?, ?, ?)", (attempt, exercise, json.dumps(verdict))
            )

    def end(
        self,
        attempt: int,
        *,
        seconds: float,
        repairs: list[str],
        flags: list[str],
        written: list[str],
        error: str | None = None,
        notebooks: dict[str, str] | None = None,
    ) -> None:
        """Nothing more will be found out. notebooks: name -> the executed one with its verdicts, as JSON."""
        lists = [json.dumps(texts) for texts in (repairs, flags, written)]
        packed = zlib.compress(json.dumps(notebooks or {}).encode(), 1)
        with self._writing() as db:
            db.execute(
                "UPDATE attempt SET ended = ?, seconds = ?, repairs = ?, flags = ?, written = ?, error = ?,"
                " notebooks = ? WHERE id = ?",
                (_now(), seconds, *lists, error, packed, attempt),
            )

    def applying(self, attempt: int, settled: Iterable[str]) -> set[str]:
        """Note which cells a person has settled, for nbgrader undoes it; gives all that were ever noted."""
        with self._writing() as db:
            db.executemany("INSERT OR IGNORE INTO settled VALUES (?, ?)", [(attempt, one) for one in settled])
        return {cell for (cell,) in self._rows("SELECT cell FROM settled WHERE attempt = ?", attempt)}

    def applied(self, attempt: int) -> None:
        """The gradebook holds this attempt; the notebooks of earlier ones are needed no more."""
        with self._writing() as db:
            db.execute("UPDATE attempt SET applied = ? WHERE id = ?", (_now(), attempt))
            db.execute("DELETE FROM settled WHERE attempt = ?", (attempt,))
            db.execute(
                "UPDATE attempt SET notebooks = NULL WHERE id < ? AND (student, lesson) ="
                " (SELECT student, lesson FROM attempt WHERE id = ?)",
                (attempt, attempt),
            )

    def reject(self, attempt: int) -> None:
        """The instructor does not want this attempt in the gradebook."""
        with self._writing() as db:
            db.execute("UPDATE attempt SET rejected = ?, notebooks = NULL WHERE id = ?", (_now(), attempt))

    # -- reading

    def current(self) -> dict[tuple[str, str], Attempt]:
        """(student, lesson) -> the attempt that the gradebook holds."""
        rows = self._rows(f"SELECT {_ATTEMPT} FROM attempt WHERE applied IS NOT NULL ORDER BY id")
        return {(row[1], row[2]): Attempt(*row) for row in rows}

    def open(self, student: str, lesson: str, submission: str, version: str) -> Attempt | None:
        """The last attempt on exactly this that the gradebook does not hold: to go on with, or to apply."""
        rows = self._rows(
            f"SELECT {_ATTEMPT} FROM attempt WHERE (student, lesson, submission, version) = (?, ?, ?, ?)"
            " AND rejected IS NULL ORDER BY id DESC LIMIT 1",
            student,
            lesson,
            submission,
            version,
        )
        last = Attempt(*rows[0]) if rows else None
        return None if last is None or last.applied else last

    def verdicts(self, attempt: int) -> dict[str, dict[str, Any]]:
        """exercise id -> verdict, of one attempt."""
        rows = self._rows("SELECT exercise, verdict FROM verdict WHERE attempt = ?", attempt)
        return {exercise: json.loads(verdict) for exercise, verdict in rows}

    def notebooks(self, attempt: int) -> dict[str, str]:
        """The executed notebooks of an attempt, name -> JSON (none where nothing could be graded)."""
        ((packed,),) = self._rows("SELECT notebooks FROM attempt WHERE id = ?", attempt)
        return dict(json.loads(zlib.decompress(packed))) if packed else {}

    def graded(self) -> list[Graded]:
        """What the gradebook holds, by lesson and student."""
        return [self._graded(one.id) for _, one in sorted(self.current().items(), key=lambda at: at[0][::-1])]

    def _graded(self, attempt: int) -> Graded:
        ((student, lesson, when, submission, seconds, error, *lists),) = self._rows(
            "SELECT student, lesson, ended, submission, seconds, error, repairs, flags, written"
            " FROM attempt WHERE id = ?",
            attempt,
        )
        repairs, flags, written = (json.loads(texts) for texts in lists)
        return Graded(
            student, lesson, when, submission, seconds, repairs, flags, error, self.verdicts(attempt), written
        )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
