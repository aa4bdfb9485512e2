"""`coursekit grade`, killed at any moment: nothing is lost, nothing is left, and the grades are the same."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest

from coursekit.grading.journal import graded
from tests.grading.classes import CLIMBS, DIES, RIGHT, copy_class, hand_in, make_class, scores

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 on this system"),
]
KILLS = 12
STUDENTS = 8


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    room = make_class(tmp_path_factory.mktemp("class") / "clone")
    answers = [RIGHT, {**RIGHT, "step": CLIMBS}, {**RIGHT, "step": DIES}, {"derivative": RIGHT["derivative"]}]
    for number in range(STUDENTS):
        hand_in(room, f"s{number}", answers[number % len(answers)])
    return room


def start(room, *options):
    command = [sys.executable, "-m", "coursekit", "grade", "--course", str(room.root), "--isolation", "none"]
    return subprocess.Popen(
        [*command, "--jobs", "2", "--seed", "3", *options],
        cwd=room.root.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=_hear_interrupts,
    )


def _hear_interrupts():
    """What a shell starts in the background ignores SIGINT, and hands that on: as if at a terminal here."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def finished(process):
    said, _ = process.communicate()
    return process.returncode, said


def left_of(room):
    """Processes that work for this class: their scratch folder is named in the lock file."""
    folder = json.loads((room.private / "lock").read_text() or "{}").get("folder", "nowhere")
    found = []
    for process in psutil.process_iter():
        try:
            if folder in " ".join(process.cmdline()) and process.pid != os.getpid():
                found.append(process)
        except psutil.Error:
            continue
    return found


def whole(room):
    """The scores to the last digit, and the verdicts."""
    verdicts = {
        one.student: {name: (v["status"], v["points"], v["text"]) for name, v in one.verdicts.items()}
        for one in graded(room)
    }
    return scores(room), verdicts


def test_kills_at_random_moments_end_in_the_gradebook_of_an_undisturbed_run(fresh, tmp_path):
    calm = copy_class(fresh, tmp_path / "calm")
    began = time.monotonic()
    code, said = finished(start(calm))
    assert code == 0, said
    seconds = time.monotonic() - began

    rough, rng = copy_class(fresh, tmp_path / "rough"), np.random.default_rng(5)
    kills = 0
    while kills < KILLS:
        process = start(rough)
        time.sleep(rng.uniform(0.1, 0.6 * seconds))
        if process.poll() is not None:  # it was through: there is to be something to do again
            finished(process)
            for number in rng.choice(STUDENTS, STUDENTS // 2, replace=False):
                path = next((rough.submitted / f"s{number}").rglob("*.ipynb"))
                path.write_text(path.read_text() + "\n")
            continue
        with suppress(ProcessLookupError):
            (os.killpg if rng.random() < 0.5 else os.kill)(process.pid, signal.SIGKILL)
        finished(process)
        kills += 1
        end = time.monotonic() + 5
        while left_of(rough) and time.monotonic() < end:
            time.sleep(0.1)
        assert left_of(rough) == []
    scratch = Path(json.loads((rough.private / "lock").read_text())["folder"])
    code, said = finished(start(rough))
    assert code == 0, said
    assert whole(rough) == whole(calm)
    assert not scratch.exists()


def test_what_was_done_before_a_kill_is_not_done_again(fresh, tmp_path):
    room = copy_class(fresh, tmp_path / "clone")
    process = start(room)
    while len(graded(room)) < 3 and process.poll() is None:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    finished(process)
    done = {one.student: one.when for one in graded(room)}
    assert 3 <= len(done) < STUDENTS
    code, said = finished(start(room, "--json"))
    assert code == 0, said
    result = json.loads(said[said.index("{") :])
    assert result["unchanged"] == len(done)
    assert len(result["graded"]) == STUDENTS - len(done)


def test_interrupt_is_told_in_one_sentence_and_the_next_run_goes_on(fresh, tmp_path):
    room = copy_class(fresh, tmp_path / "clone")
    process = start(room, "--quiet")
    while len(graded(room)) < 2 and process.poll() is None:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    code, said = finished(process)
    assert code == 130, said
    assert len(said.strip().splitlines()) == 1
    assert "run the same command again" in said
    assert left_of(room) == []
    code, said = finished(start(room))
    assert code == 0, said
    assert len(graded(room)) == STUDENTS
