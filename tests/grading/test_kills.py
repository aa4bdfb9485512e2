"""`coursekit grade`, killed at any moment: nothing is lost, nothing is left, and the grades are the same."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest

from coursekit.grading.journal import graded
from tests.grading.classes import CLIMBS, DIES, RIGHT, copy_class, hand_in, make_class
from tests.grading.killing import Forker
from tests.grading.notebooks import LESSON
from tests.grading.whole import unapplied, whole

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform != "linux", reason="children that are left are found on Linux alone"),
]
SEED = int(os.environ.get("COURSEKIT_KILLS", "0")) or int(time.time())  # the one to repeat is printed
WRITING, AGAIN, RUNNING, STARTING = 24, 8, 14, 4  # kills in each phase
ANSWERS = [RIGHT, {**RIGHT, "step": CLIMBS}, {**RIGHT, "step": DIES}, {"derivative": RIGHT["derivative"]}]


@pytest.fixture(scope="module")
def forker():
    tmp = Path(tempfile.mkdtemp(prefix="k-"))  # short: kernels' sockets lie below it
    with Forker(tmp) as process:
        yield process
    assert list(tmp.iterdir()) == []
    tmp.rmdir()


@pytest.fixture
def rng(request):
    print(f"COURSEKIT_KILLS={SEED} repeats these kills")
    return np.random.default_rng([SEED, len(request.node.name)])


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A class that has handed in."""
    room = make_class(tmp_path_factory.mktemp("class") / "clone")
    for number, answers in enumerate(ANSWERS):
        hand_in(room, f"s{number}", answers)
    (room.submitted / "s0" / LESSON / "timestamp.txt").write_text("2026-02-02 15:58:23 UTC")
    (room.submitted / "s0" / LESSON / "data.csv").write_text("1,2\n")
    return room


@pytest.fixture(scope="module")
def calm(fresh, forker, tmp_path_factory):
    """That class after an undisturbed run."""
    room = copy_class(fresh, tmp_path_factory.mktemp("calm") / "clone")
    finish(forker, room)
    return room


def line(room, *more):
    return ["grade", "--course", str(room.root), "--isolation", "none", "--seed", "3", "--jobs", "2", *more]


def finish(forker, room, *more):
    """Grade to the end, and see that nothing is left of this run or of earlier ones."""
    code, said, moments = forker.run(*line(room, *more))
    assert code == 0, said
    assert forker.left() == []
    assert [path for path in room.root.rglob("*") if path.suffix in (".part", ".db-journal")] == []
    assert not Path(json.loads((room.private / "lock").read_text())["folder"]).exists()
    return moments


def test_kills_while_the_gradebook_is_written_change_nothing(fresh, calm, forker, rng, tmp_path):
    left = unapplied(calm, fresh, tmp_path / "left")
    undisturbed = copy_class(left, tmp_path / "undisturbed")
    moments = finish(forker, undisturbed)
    assert whole(undisturbed) == whole(calm)
    for at in rng.choice(moments, WRITING, replace=False) + 1:
        room = copy_class(left, tmp_path / f"at-{at}")
        code, said, _ = forker.run(*line(room), at=int(at), group=bool(rng.random() < 0.5))
        assert code == -signal.SIGKILL, said
        assert forker.left() == []
        finish(forker, room)
        assert whole(room) == whole(calm), f"killed at moment {at} of {moments}"


def test_kills_while_graded_again_keep_what_a_person_marked(calm, forker, rng, tmp_path):
    """Marks by hand wait for nobody after it, just as before."""
    marked = copy_class(calm, tmp_path / "marked")
    mark_by_hand(marked, "s0")
    undisturbed = copy_class(marked, tmp_path / "undisturbed")
    again = ("--again", "--yes", "--student", "s0")
    finish(forker, undisturbed, *again)
    left = unapplied(undisturbed, marked, tmp_path / "left")
    moments = finish(forker, copy_class(left, tmp_path / "counted"), *again)
    for at in rng.choice(moments - 10, AGAIN, replace=False) + 1:
        room = copy_class(left, tmp_path / f"at-{at}")
        code, said, _ = forker.run(*line(room, *again), at=int(at))
        assert code == -signal.SIGKILL, said
        finish(forker, room, *again)
        assert whole(room) == whole(undisturbed), f"killed at moment {at} of {moments}"


def mark_by_hand(room, student):
    with room.gradebook() as book:
        for name, points in (("discussion-solution", 1.5), ("step-check", 0.5)):
            grade = book.find_grade(name, LESSON, LESSON, student)
            grade.manual_score, grade.extra_credit, grade.needs_manual_grade = points, 0.25, False
        book.find_comment("discussion-solution", LESSON, LESSON, student).manual_comment = "Well said."
        book.db.commit()


def test_kills_while_answers_are_run_change_nothing(fresh, calm, forker, rng, tmp_path):
    """One after another in the same class, until a run comes through; then in the next."""
    began = time.monotonic()
    finish(forker, copy_class(fresh, tmp_path / "timed"))
    seconds = time.monotonic() - began
    kills, chains = 0, 0
    while kills < RUNNING:
        room = copy_class(fresh, tmp_path / f"chain-{chains}")
        chains += 1
        while kills < RUNNING:
            process = forker.start(*line(room))
            time.sleep(rng.uniform(0, 0.8 * seconds))
            with suppress(ProcessLookupError):
                (os.killpg if rng.random() < 0.5 else os.kill)(process, signal.SIGKILL)
            code, said, _ = forker.wait()
            assert forker.left() == []
            assert code in (0, -signal.SIGKILL), said
            if code == 0:
                break
            kills += 1
        finish(forker, room)
        assert whole(room) == whole(calm)


def test_kills_while_it_starts_change_nothing(fresh, calm, forker, rng, tmp_path):
    room = copy_class(fresh, tmp_path / "clone")
    for _ in range(STARTING):
        with subprocess.Popen(
            [sys.executable, "-m", "coursekit", *line(room)],
            cwd=room.root.parent,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            time.sleep(rng.uniform(0.02, 0.6))
            process.kill()
        assert forker.left() == []
    finish(forker, room)
    assert whole(room) == whole(calm)


def test_killed_workers_are_replaced_in_the_same_run(fresh, calm, forker, rng, tmp_path):
    room = copy_class(fresh, tmp_path / "clone")
    grader, killed = psutil.Process(forker.start(*line(room))), 0
    while killed < 2:
        ended = len(graded(room))
        with suppress(psutil.Error):
            workers = [one for one in grader.children() if "spawn_main" in " ".join(one.cmdline())]
            if workers:
                time.sleep(rng.uniform(0.3, 1.0))
                workers[rng.integers(len(workers))].kill()
                killed += 1
        while killed and len(graded(room)) < min(ended + 2, len(ANSWERS)) and grader.is_running():
            time.sleep(0.05)
        if not grader.is_running():
            break
    code, said, _ = forker.wait()
    assert code == 0, said
    assert killed
    assert forker.left() == []
    assert whole(room) == whole(calm)


@pytest.mark.parametrize(("parent", "code"), [(os.getpid(), 0), (1, 1)], ids=["alive", "gone"])
def test_kernel_whose_grader_has_ended_already_ends_too(parent, code):
    start = "from coursekit.grading.run import inside; inside._die_with_parent()"
    environment = {**os.environ, "JPY_PARENT_PID": str(parent)}
    assert subprocess.run([sys.executable, "-c", start], env=environment, check=False).returncode == code


def test_what_was_done_before_a_kill_is_not_done_again(fresh, forker, tmp_path):
    room = copy_class(fresh, tmp_path / "clone")
    process = forker.start(*line(room, "--jobs", "1"))
    while len(graded(room)) < 2:
        time.sleep(0.02)
    os.kill(process, signal.SIGKILL)
    assert forker.wait()[0] == -signal.SIGKILL
    done = {one.student: one.when for one in graded(room)}
    finish(forker, room)
    assert {one.student: one.when for one in graded(room) if one.student in done} == done


def test_interrupt_is_told_in_one_sentence_and_the_next_run_goes_on(fresh, calm, forker, tmp_path):
    room = copy_class(fresh, tmp_path / "clone")
    process = forker.start(*line(room, "--quiet"))
    while not graded(room):
        time.sleep(0.02)
    os.killpg(process, signal.SIGINT)
    code, said, _ = forker.wait()
    assert code == 130, said
    assert len(said.strip().splitlines()) == 1
    assert "run the same command again" in said
    assert forker.left() == []
    finish(forker, room)
    assert whole(room) == whole(calm)
