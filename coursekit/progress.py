"""What a student has done, kept in the course folder; does nothing, silently, where it cannot write.

Every check adds one line to `.coursekit/progress.jsonl`. Lines are only ever added, each in one
write, so two notebooks may check at once; a line that was torn by a crash is passed over.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from coursekit import console
from coursekit.course import KEPT, LAID, course_folder, enclosing
from coursekit.errors import CannotDo

FILE = "progress.jsonl"


def record(exercise: str, points: float, max_points: float, status: str) -> None:
    """Keep one try at an exercise. An untouched starter is no try."""
    if status == "not-attempted":
        return
    with contextlib.suppress(OSError):  # no course folder, a full disk: a check goes on all the same
        folder = enclosing(Path.cwd())
        if folder is not None:
            time = datetime.now(UTC).isoformat(timespec="seconds")
            line = {
                "time": time,
                "exercise": exercise,
                "points": points,
                "max_points": max_points,
                "status": status,
            }
            # The newline comes first: a line that an earlier crash left unfinished damages no other.
            with (folder / KEPT / FILE).open("ab", buffering=0) as file:
                file.write(b"\n" + json.dumps(line).encode())


@dataclass
class Result:
    """All tries at one exercise. Scores are shares of the points, in [0, 1]; times are ISO 8601, UTC."""

    best: float = 0.0
    best_time: str = ""
    last: float = 0.0
    last_time: str = ""
    last_status: str = "not-attempted"
    tries: int = 0

    @property
    def done(self) -> bool:
        return self.best >= 1

    def add(self, score: float, time: str, status: str) -> None:
        if score > self.best or not self.tries:
            self.best, self.best_time = score, time
        self.last, self.last_time, self.last_status = score, time, status
        self.tries += 1


def results(folder: Path) -> dict[str, Result]:
    """The result of every exercise that was tried in this course folder."""
    found: dict[str, Result] = {}
    try:
        lines = (folder / KEPT / FILE).read_bytes().splitlines()
    except FileNotFoundError:
        return found
    for line in lines:
        with contextlib.suppress(ValueError, TypeError, KeyError, ZeroDivisionError):
            entry = json.loads(line)
            score = float(entry["points"]) / float(entry["max_points"])
            result = found.setdefault(str(entry["exercise"]), Result())
            result.add(score, str(entry["time"]), str(entry["status"]))
    return found


def progress_command(given: str | None) -> dict[str, Any]:
    """`coursekit progress`: a line a lesson, and what is next."""
    folder = course_folder(given)
    if not (folder / LAID).is_file():
        raise CannotDo(f"{folder} is no course folder. `coursekit start {folder}` makes one.")
    lessons = overview(folder)
    following = following_exercise(lessons)
    _tell(lessons, following)
    return {"folder": str(folder.resolve()), "lessons": lessons, "next": following and following["id"]}


def overview(folder: Path) -> list[dict[str, Any]]:
    """Every lesson with its exercises, their results in this course folder, and the sums over them."""
    from coursekit.catalogue import exercises, lesson_folder, lesson_title
    from coursekit.checking import lessons

    tried = results(folder)
    every = [one | asdict(tried.get(one["id"], Result())) for one in exercises()]
    of_lesson = {name: [one for one in every if one["lesson"] == lesson_folder(name)] for name in lessons()}
    return [_lesson(lesson_title(name), found) for name, found in of_lesson.items() if found]


def following_exercise(lessons: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The first core exercise that is not done, of those that are marked at once; None where all are done."""
    exercises = (
        one for lesson in lessons for one in lesson["exercises"] if one["core"] and not one["by_hand"]
    )
    return next((one for one in exercises if one["best"] < 1), None)


def _lesson(title: str, exercises: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "lesson": exercises[0]["lesson"],
        "title": title,
        "core": _sum([one for one in exercises if one["core"] and not one["by_hand"]]),
        "practice": _sum([one for one in exercises if not one["core"] and not one["by_hand"]]),
        "written": sum(one["by_hand"] for one in exercises),
        "exercises": exercises,
    }


def _sum(exercises: list[dict[str, Any]]) -> dict[str, float]:
    return {
        "done": sum(one["best"] >= 1 for one in exercises),
        "exercises": len(exercises),
        "points": round(sum(one["best"] * one["points"] for one in exercises), 2),
        "max_points": sum(one["points"] for one in exercises),
    }


def _tell(lessons: list[dict[str, Any]], following: dict[str, Any] | None) -> None:
    from rich.progress_bar import ProgressBar

    rows = []
    for lesson in lessons:
        core, practice = lesson["core"], lesson["practice"]
        bar = ProgressBar(
            core["max_points"], core["points"], 20, complete_style="blue", finished_style="blue"
        )
        extra = f"practice: {practice['done']} of {practice['exercises']}" if practice["exercises"] else ""
        done = f"{core['done']} of {core['exercises']}"
        rows.append((lesson["title"], bar, done, f"{core['points']:g} of {core['max_points']}", extra))
    console.table(("lesson", "", "done", "points", ""), rows)
    if written := sum(lesson["written"] for lesson in lessons):
        console.say(f"Not counted: {written} written answer{'s' * (written != 1)}, for a person to read.")
    if following is None:
        console.say("Every exercise of the lessons is right.")
        return
    begun = any(one["tries"] for lesson in lessons for one in lesson["exercises"])
    console.say(
        f"{'Next' if begun else 'Nothing checked yet. Begin with'}: {following['title']} ({following['id']})"
    )
