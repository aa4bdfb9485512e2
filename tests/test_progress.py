"""What a student has done: kept beside their notebooks, and read back."""

import json
import subprocess
import sys

import pytest

from coursekit import catalogue, course, progress
from coursekit.errors import CannotDo

GRID, SLOPE = "gradient_descent.grid", "gradient_descent.derivative"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    course.start(tmp_path, {"01_x/01_x.ipynb": b"{}"})
    monkeypatch.chdir(tmp_path / "01_x")
    return tmp_path


def kept(folder):
    return folder / course.KEPT / progress.FILE


def test_best_and_last_result_and_tries_are_kept(folder):
    for points, status in ((0, "wrong"), (2, "passed"), (1, "partly")):
        progress.record(GRID, points, 2, status)
    result = progress.results(folder)[GRID]
    assert (result.best, result.last, result.last_status, result.tries) == (1, 0.5, "partly", 3)
    assert result.best_time
    assert result.last_time >= result.best_time


def test_an_untouched_starter_is_no_try(folder):
    progress.record(GRID, 0, 1, "not-attempted")
    assert progress.results(folder) == {}


def test_nothing_is_kept_outside_a_course_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    progress.record(GRID, 1, 1, "passed")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_grading_is_no_course_folder(tmp_path, monkeypatch):
    (tmp_path / course.KEPT).mkdir()
    monkeypatch.chdir(tmp_path)
    progress.record(GRID, 1, 1, "passed")
    assert list((tmp_path / course.KEPT).iterdir()) == []


def test_a_place_that_cannot_be_written_is_passed_over(folder):
    kept(folder).mkdir()
    progress.record(GRID, 1, 1, "passed")


@pytest.mark.parametrize(
    "torn", [b'\n{"exercise": "gradient_descent.gr', b"\n\xff\xfe", b"\n[1]\n{}", b'\n{"points": 1}']
)
def test_a_torn_line_costs_itself_alone(folder, torn):
    progress.record(GRID, 1, 1, "passed")
    with kept(folder).open("ab") as file:
        file.write(torn)
    progress.record(SLOPE, 0, 1, "wrong")
    assert set(progress.results(folder)) == {GRID, SLOPE}


def test_processes_that_write_at_once_lose_no_try(folder):
    code = f"from coursekit.progress import record\nfor _ in range(300): record({GRID!r}, 1, 1, 'passed')"
    writers = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert progress.results(folder)[GRID].tries == 900


def test_check_records_what_it_says(folder, capsys):
    from coursekit import check

    check(SLOPE, lambda x: 2 * x)
    assert progress.results(folder)[SLOPE].last_status == "passed"


def test_overview_counts_core_and_practice_apart_and_leaves_written_answers_out(folder, monkeypatch):
    some = {"lesson": "01_gradient_descent", "title": "", "by_hand": False}
    listed = [
        some | {"id": "a", "points": 2, "core": True},
        some | {"id": "b", "points": 3, "core": True},
        some | {"id": "c", "points": 1, "core": False},
        some | {"id": "d", "points": 4, "core": True, "by_hand": True},
    ]
    monkeypatch.setattr(catalogue, "exercises", lambda: listed)
    progress.record("a", 2, 2, "passed")
    progress.record("b", 1.5, 3, "partly")
    (lesson,) = progress.overview(folder)
    assert lesson["core"] == {"done": 1, "exercises": 2, "points": 3.5, "max_points": 5}
    assert lesson["practice"] == {"done": 0, "exercises": 1, "points": 0, "max_points": 1}
    assert lesson["written"] == 1
    assert progress.following_exercise([lesson])["id"] == "b"
    progress.record("b", 3, 3, "passed")
    assert progress.following_exercise(progress.overview(folder)) is None


def test_the_command_says_where_to_begin_and_what_is_next(folder, capsys):
    result = progress.progress_command(None)
    assert "Nothing checked yet" in capsys.readouterr().out
    progress.record(result["next"], 1, 1, "passed")
    later = progress.progress_command(str(folder))
    assert later["next"] != result["next"]
    assert f"({later['next']})" in capsys.readouterr().out
    json.dumps(later)


def test_a_folder_that_is_no_course_folder_is_said(tmp_path):
    with pytest.raises(CannotDo, match="coursekit start"):
        progress.progress_command(str(tmp_path))


def test_every_exercise_is_in_the_catalogue_once():
    from coursekit.checking import exercises_of, lessons

    listed = [one["id"] for one in catalogue.exercises()]
    assert sorted(listed) == sorted(one for lesson in lessons() for one in exercises_of(lesson))


def test_the_catalogue_follows_the_notebooks(monkeypatch):
    def cell(one):
        marks = {"grade": True, "solution": False}
        return {"cell_type": "code", "source": f'check("{one}", f)', "metadata": {"nbgrader": marks}}

    taught = [SLOPE, "gradient_descent.step", GRID]
    files = {"01_gradient_descent/n.ipynb": json.dumps({"cells": [cell(one) for one in taught]}).encode()}
    monkeypatch.setattr(catalogue, "released_lessons", lambda: files)
    catalogue._taught.cache_clear()
    assert [one["id"] for one in catalogue.exercises()][:3] == taught
    catalogue._taught.cache_clear()
