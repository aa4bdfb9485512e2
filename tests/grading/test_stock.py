"""Stock `nbgrader autograde` on the same course: it works, and on honest work it gives the same scores."""

import os
import subprocess
import sysconfig
from pathlib import Path

import pytest

from coursekit.grading import sample
from coursekit.grading.grade import grade
from coursekit.grading.layout import Classroom
from coursekit.grading.release import release
from tests.grading.classes import copy_class, scores

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[2]
HONEST = {"ordinary", "untouched", "half done", "an undefined name"}


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """Lesson 1, released, and the honest of a made-up class handed in."""
    clone = tmp_path_factory.mktemp("stock") / "clone"
    lesson = clone / "notebooks" / "01_gradient_descent"
    lesson.mkdir(parents=True)
    for path in (ROOT / "notebooks" / "01_gradient_descent").glob("*.ipynb"):
        (lesson / path.name).write_bytes(path.read_bytes())
    found = Classroom(clone / "course", clone / "notebooks").make()
    release(found)
    for student in sample.class_of(found):
        if student.kind in HONEST or student.kind.startswith("right"):
            for name, files in student.files.items():
                for path, content in files.items():
                    target = found.submitted / student.id / name / path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(content)
    return found


def test_stock_autograde_gives_the_same_scores(room, tmp_path):
    ours, theirs = copy_class(room, tmp_path / "ours"), copy_class(room, tmp_path / "theirs")
    assert grade(ours, isolation="none", seed=1)["exit"] == 0
    scripts = sysconfig.get_path("scripts")
    done = subprocess.run(
        [os.path.join(scripts, "nbgrader"), "autograde", "01_gradient_descent"],
        cwd=theirs.root,
        env={**os.environ, "PATH": os.pathsep.join([scripts, os.environ["PATH"]])},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    by_us, by_them = scores(ours), scores(theirs)
    assert len(by_us) >= 10
    assert by_us == by_them
    assert {0.0, 1.0} < {score for one in by_us.values() for score in one.values()}
