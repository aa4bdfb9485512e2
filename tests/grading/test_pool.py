"""Worker processes: events come as they are found, and a worker that dies costs nobody's grade."""

import os
import signal
import tempfile
import threading
import time
from pathlib import Path

import psutil
import pytest

from coursekit.grading.run.pool import local
from coursekit.grading.run.work import Found
from coursekit.grading.run.worker import Failed
from tests.grading.notebooks import PROVISIONERS, RIGHT, answer, check, code, notebook, work

ONE = notebook(answer("grid", RIGHT["grid"]), check("grid"))
SLOW = notebook(answer("grid", RIGHT["grid"]), check("grid"), code("import time; time.sleep(3)"))


def grade(tasks, tmp_path, jobs=1):
    """Key -> its events, in the order in which they came."""
    found: dict[str, list] = {}
    for key, event in local(tasks, jobs, tmp_path):
        found.setdefault(key, []).append(event)
    return found


def workers():
    return [p for p in psutil.Process().children() if "multiprocessing" in " ".join(p.cmdline())]


def test_verdicts_come_before_the_end_and_one_broken_submission_harms_no_other(tmp_path):
    def broken():
        raise ValueError("no notebook")

    found = grade([("ann", lambda: work(ONE)), ("bob", broken), ("cyd", lambda: work(ONE))], tmp_path)
    assert [type(event) for event in found["ann"]] == [tuple, Found]
    assert found["ann"][0][0] == "gradient_descent.grid"
    assert isinstance(found["bob"][0], Failed)
    assert "no notebook" in found["bob"][0].why
    assert found["cyd"][-1].verdicts["gradient_descent.grid"]["points"] == 1


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 on this system")
def test_worker_that_is_killed_is_replaced(tmp_path):
    killed = []

    def kill_once():
        while not killed:
            time.sleep(0.1)
            busy = [p for p in workers() if p.children()]  # it has started a kernel
            if busy:
                os.kill(busy[0].pid, signal.SIGKILL)
                killed.append(busy[0].pid)

    killer = threading.Thread(target=kill_once)
    killer.start()
    found = grade([("ann", lambda: work(SLOW))], tmp_path)
    killer.join()
    assert found["ann"][-1].verdicts["gradient_descent.grid"]["points"] == 1


def test_stopping_early_leaves_no_process_and_no_kernel(tmp_path):
    before = {p.pid for p in psutil.Process().children(recursive=True)}
    events = local([("ann", lambda: work(ONE)), ("bob", lambda: work(SLOW))], 2, tmp_path)
    next(events)
    events.close()
    end = time.monotonic() + 5
    while (left := [p for p in psutil.Process().children(recursive=True) if _started(p, before)]) and (
        time.monotonic() < end
    ):
        time.sleep(0.1)
    assert left == []


def _started(process, before):
    # multiprocessing keeps a tracker of its own for as long as this process lives.
    tracker = "resource_tracker" in " ".join(process.cmdline())
    return process.pid not in before and not tracker and process.status() != psutil.STATUS_ZOMBIE


def test_kernels_work_in_the_folder_that_is_given(tmp_path):
    where = notebook(
        code("import os; print(os.getcwd())", "where"), answer("grid", RIGHT["grid"]), check("grid")
    )
    scratch = Path(tempfile.mkdtemp(dir=tmp_path))
    found = grade([("ann", lambda: work(where, provisioner=PROVISIONERS[0]))], scratch)
    assert str(scratch) in next(iter(found["ann"][-1].notebooks.values()))
    assert not list(scratch.glob("coursekit-*/work"))
