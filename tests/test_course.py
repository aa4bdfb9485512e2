"""A student's course folder: made and updated, and their work never touched."""

import errno
import json
import os

import nbformat
import nbformat.v4 as v4
import pytest

from coursekit import course, files
from coursekit.errors import CannotDo, told

NAME = "01_descent/01_descent.ipynb"
BESIDE = f"01_descent/01_descent.new-{course.__version__}.ipynb"


def notebook(*sources):
    cells = [v4.new_code_cell(source, id=f"cell-{number}") for number, source in enumerate(sources)]
    return nbformat.writes(v4.new_notebook(cells=cells)).encode()


OLD = {"README.md": b"read me", NAME: notebook("x = ...", "check('x', x)")}
NEW = {"README.md": b"read me", NAME: notebook("x = ...  # better", "check('x', x)")}


def edited(path, change):
    """Change the notebook as an editor does: `change` gets it as nbformat reads it."""
    nb = nbformat.read(path, as_version=4)
    change(nb)
    nbformat.write(nb, path)
    return path.read_bytes()


def answer(nb):
    nb.cells[0].source = "x = 3"


def run(nb):
    nb.cells[0].execution_count = 1
    nb.cells[0].outputs = [v4.new_output("stream", text="an hour of training\n")]


def only_open_and_save(nb):
    nb.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nb.cells[0].metadata.collapsed = False
    nb.cells[0].execution_count = 7


def test_start_lays_every_lesson_as_it_is_released(tmp_path):
    done = course.start(tmp_path / "a" / "b", OLD)
    assert done["new"] == list(OLD)
    assert {name: (tmp_path / "a" / "b" / name).read_bytes() for name in OLD} == OLD


def test_start_again_changes_nothing(tmp_path):
    course.start(tmp_path, OLD)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.ipynb")}
    assert course.start(tmp_path, OLD)["same"] == list(OLD)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.ipynb")} == before


def test_an_untouched_notebook_is_updated(tmp_path):
    course.start(tmp_path, OLD)
    assert course.start(tmp_path, NEW)["updated"] == [NAME]
    assert (tmp_path / NAME).read_bytes() == NEW[NAME]


def test_a_notebook_that_was_only_opened_and_saved_is_updated(tmp_path):
    course.start(tmp_path, OLD)
    edited(tmp_path / NAME, only_open_and_save)
    assert course.start(tmp_path, NEW)["updated"] == [NAME]


@pytest.mark.parametrize(
    "change", [answer, run, lambda nb: nb.cells.append(v4.new_markdown_cell("my notes"))]
)
def test_work_is_never_touched_and_the_new_version_lies_beside(tmp_path, change):
    course.start(tmp_path, OLD)
    work = edited(tmp_path / NAME, change)
    assert course.start(tmp_path, NEW)["beside"] == {NAME: BESIDE}
    assert (tmp_path / NAME).read_bytes() == work
    assert (tmp_path / BESIDE).read_bytes() == NEW[NAME]


def test_a_new_version_is_laid_beside_once(tmp_path):
    course.start(tmp_path, OLD)
    edited(tmp_path / NAME, answer)
    course.start(tmp_path, NEW)
    (tmp_path / BESIDE).unlink()
    done = course.start(tmp_path, NEW)
    assert done["kept"] == [NAME]
    assert not (tmp_path / BESIDE).exists()


def test_a_new_version_that_was_worked_on_is_not_overwritten_by_the_next(tmp_path):
    course.start(tmp_path, OLD)
    edited(tmp_path / NAME, answer)
    course.start(tmp_path, NEW)
    work = edited(tmp_path / BESIDE, answer)
    done = course.start(tmp_path, NEW | {NAME: notebook("x = ...  # best")})
    assert (tmp_path / BESIDE).read_bytes() == work
    assert done["beside"] == {NAME: BESIDE.replace(".ipynb", "-2.ipynb")}


def test_a_new_version_that_was_not_touched_gives_way_to_the_next(tmp_path):
    course.start(tmp_path, OLD)
    edited(tmp_path / NAME, answer)
    course.start(tmp_path, NEW)
    newest = notebook("x = ...  # best")
    assert course.start(tmp_path, NEW | {NAME: newest})["beside"] == {NAME: BESIDE}
    assert (tmp_path / BESIDE).read_bytes() == newest


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b'{"metadata": {}, "cells": [1]}', b"\xff\xfe"])
def test_a_broken_notebook_counts_as_work(tmp_path, broken):
    course.start(tmp_path, OLD)
    (tmp_path / NAME).write_bytes(broken)
    assert course.start(tmp_path, NEW)["beside"] == {NAME: BESIDE}
    assert (tmp_path / NAME).read_bytes() == broken


def test_a_notebook_from_elsewhere_that_has_this_versions_text_is_left_alone(tmp_path):
    """As in an unpacked zip, whose notebooks carry pictures as outputs, and no record."""
    course.start(tmp_path, OLD)
    (tmp_path / course.LAID).unlink()
    work = edited(tmp_path / NAME, run)
    assert course.start(tmp_path, OLD)["same"] == list(OLD)
    assert (tmp_path / NAME).read_bytes() == work
    assert course.start(tmp_path, NEW)["beside"] == {NAME: BESIDE}


def test_a_notebook_moved_away_is_laid_anew(tmp_path):
    course.start(tmp_path, OLD)
    (tmp_path / NAME).rename(tmp_path / "mine.ipynb")
    assert course.start(tmp_path, OLD)["new"] == [NAME]


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"x": 1}'])
def test_without_its_record_every_file_that_differs_is_the_students(tmp_path, damage):
    course.start(tmp_path, OLD)
    (tmp_path / course.LAID).write_bytes(damage)
    assert course.start(tmp_path, NEW)["beside"] == {NAME: BESIDE}
    assert (tmp_path / NAME).read_bytes() == OLD[NAME]


@pytest.mark.parametrize("writes", range(5))
def test_an_interrupted_start_loses_nothing_and_goes_on(tmp_path, monkeypatch, writes):
    """Interrupted before any of its writes, while one notebook is untouched and another was worked on."""
    other = "02_more/02_more.ipynb"
    course.start(tmp_path, OLD | {other: OLD[NAME]})
    work = edited(tmp_path / other, answer)
    left = [writes]

    def write(path, content):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        files.write_whole(path, content)

    monkeypatch.setattr(course, "write_whole", write)
    newer = {**NEW, other: NEW[NAME], "README.md": b"read me too"}
    if writes < 4:
        with pytest.raises(KeyboardInterrupt):
            course.start(tmp_path, newer)
    monkeypatch.undo()
    course.start(tmp_path, newer)
    assert (tmp_path / NAME).read_bytes() == NEW[NAME]
    assert (tmp_path / "README.md").read_bytes() == b"read me too"
    assert (tmp_path / other).read_bytes() == work
    assert (tmp_path / f"02_more/02_more.new-{course.__version__}.ipynb").read_bytes() == NEW[NAME]
    assert len(list(tmp_path.rglob("*.ipynb"))) == 3


def test_a_path_that_is_a_file_is_said(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(CannotDo, match="is a file"):
            course.start(place, OLD)


def test_a_folder_in_the_way_of_a_notebook_is_said_and_stays(tmp_path):
    (tmp_path / NAME).mkdir(parents=True)
    with pytest.raises(OSError, match="01_descent") as caught:
        course.start(tmp_path, OLD)
    assert told(caught.value)
    assert (tmp_path / NAME).is_dir()


def test_a_folder_with_nothing_to_do_need_not_be_writable(tmp_path, monkeypatch):
    course.start(tmp_path, OLD)

    def refuse(path, content):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(course, "write_whole", refuse)
    assert course.start(tmp_path, OLD)["same"] == list(OLD)


def test_a_full_disk_leaves_the_old_file_and_names_it(tmp_path, monkeypatch):
    course.start(tmp_path, OLD)

    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match=r"released\.json") as caught:
        course.start(tmp_path, NEW)
    assert "disk is full" in told(caught.value)
    assert str(tmp_path) in told(caught.value)
    assert (tmp_path / NAME).read_bytes() == OLD[NAME]
    assert list(tmp_path.rglob("*.part")) == []


def test_the_folder_meant_is_the_one_given_or_around_or_my_course(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert course.course_folder(None) == course.DEFAULT
    course.start(tmp_path, OLD)
    monkeypatch.chdir(tmp_path / "01_descent")
    assert course.course_folder(None) == tmp_path
    assert course.course_folder("elsewhere").name == "elsewhere"


def test_an_installed_package_gives_the_lessons_it_carries(tmp_path):
    place = tmp_path / "coursekit" / "_lessons" / "01_descent"
    place.mkdir(parents=True)
    (place / "01_descent.ipynb").write_bytes(OLD[NAME])
    (place / "picture.png").write_bytes(b"png")
    (place / ".hidden").write_bytes(b"")
    found = course.released_lessons(tmp_path / "coursekit")
    assert found == {NAME: OLD[NAME], "01_descent/picture.png": b"png"}


def test_a_clone_gives_its_lessons_without_solutions(tmp_path):
    place = tmp_path / "notebooks" / "01_descent"
    place.mkdir(parents=True)
    solved = v4.new_notebook(cells=[v4.new_code_cell("### BEGIN SOLUTION\nsecret\n### END SOLUTION")])
    marks = {"solution": True, "grade": False, "locked": False, "task": False, "grade_id": "a"}
    solved.cells[0].metadata.nbgrader = {"schema_version": 3, **marks}
    nbformat.write(solved, place / "01_descent.ipynb")
    found = course.released_lessons(tmp_path / "coursekit")
    assert list(found) == [NAME]
    assert b"secret" not in found[NAME]
    assert "YOUR CODE HERE" in json.loads(found[NAME])["cells"][0]["source"][0]


def test_no_lessons_at_all_is_said(tmp_path):
    with pytest.raises(CannotDo, match="without its lessons"):
        course.released_lessons(tmp_path / "coursekit")
