"""Grading on a Dask cluster: the grades are those of one local process, whoever dies meanwhile."""

import json
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, closing, contextmanager
from types import SimpleNamespace

import psutil
import pytest

from coursekit.data.mnist import STAND_IN
from coursekit.data.places import VARIABLE
from coursekit.errors import CannotDo
from coursekit.grading.export import export
from coursekit.grading.journal import graded
from coursekit.grading.run import cluster, machine
from coursekit.grading.run.pool import events_of
from coursekit.grading.run.worker import Failed, Worker
from coursekit.grading.sandbox.bubblewrap import missing
from tests.grading.classes import CLIMBS, DIES, RIGHT, copy_class, hand_in, make_class, scores
from tests.grading.notebooks import RIGHT as NOTEBOOKS
from tests.grading.notebooks import answer, check, notebook, work

KilledWorker = pytest.importorskip("distributed").KilledWorker  # of the extra `cluster`
long = pytest.mark.long
STUDENTS = 6
WANTED = cluster.requirements({"gradient_descent"}, isolated=False)
ONE = notebook(answer("grid", NOTEBOOKS["grid"]), check("grid"))


# -- machines


def test_machine_that_is_the_same_does_not_differ():
    assert machine.differences(WANTED) == ""


@pytest.mark.parametrize("name", ["coursekit", "Python", "numpy"])
def test_differences_name_what_is_there_and_what_is_here(name):
    assert machine.differences({**WANTED, name: "0.0"}) == f"{name}: {WANTED[name]} (0.0 here)"


def test_lesson_that_trains_on_mnist_is_not_judged_by_two_mnists(monkeypatch):
    monkeypatch.setenv(VARIABLE, STAND_IN)
    wanted = cluster.requirements({"gradient_descent", "mnist", "no_such_lesson"}, isolated=False)
    assert wanted["MNIST"] == "a stand-in"
    assert machine.differences(wanted | {"MNIST": "the true one"}) == "MNIST: a stand-in (the true one here)"


def test_isolation_that_is_wanted_has_to_work(monkeypatch):
    monkeypatch.setattr("coursekit.grading.sandbox.bubblewrap.missing", lambda: "There is no bwrap.")
    wanted = cluster.requirements({"gradient_descent"}, isolated=True)
    assert machine.differences(wanted) == "isolation: There is no bwrap (works here)"


# -- a cluster of processes


class Cluster:
    """A scheduler, and workers that are started one by one; all end with the stack."""

    def __init__(self, folder, stack):
        self.folder, self.stack, self.workers = folder, stack, []
        self.file = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--port", "0")

    def _start(self, *options):
        command = [sys.executable, "-m", "dask", *options, "--scheduler-file", str(self.file)]
        command += ["--no-dashboard", "--host", "127.0.0.1"]
        return self.stack.enter_context(_running(command))

    def worker(self, *options):
        """Start a worker, and wait until it has come."""
        self.workers.append(self._start("worker", "--local-directory", str(self.folder), *options))
        _until(lambda: self._count() >= len(self.workers))

    def _count(self):
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            return len(client.nthreads())

    @property
    def address(self):
        _until(self.file.is_file)
        return json.loads(self.file.read_text())["address"]

    def processes(self):
        """What the workers have started, but for what counts their resources."""
        found = [one for worker in self.workers for one in worker.children(recursive=True)]
        return {one for one in found if "resource_tracker" not in " ".join(one.cmdline())}

    def folders(self):
        return list(self.folder.rglob("coursekit-*"))


@contextmanager
def _running(command):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until(true, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def new_cluster(tmp_path):
    with ExitStack() as stack:
        yield Cluster(tmp_path, stack)


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory):
    """A worker that its nanny watches, with two threads, and one by itself."""
    with ExitStack() as stack:
        found = Cluster(tmp_path_factory.mktemp("dask"), stack)
        found.worker("--nthreads", "2")
        found.worker("--nthreads", "1", "--no-nanny")
        yield found


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    room = make_class(tmp_path_factory.mktemp("class") / "clone")
    answers = [RIGHT, {**RIGHT, "step": CLIMBS}, {**RIGHT, "step": DIES}, {"derivative": RIGHT["derivative"]}]
    for number in range(STUDENTS):
        hand_in(room, f"s{number}", answers[number % len(answers)])
    return room


@pytest.fixture(scope="module")
def calm(fresh, tmp_path_factory):
    """What one local process makes of the class."""
    room = copy_class(fresh, tmp_path_factory.mktemp("calm") / "clone")
    code, said = finished(start(room, "--jobs", "1"))
    assert code == 0, said
    return whole(room)


def start(room, *options, isolation="none"):
    command = [sys.executable, "-m", "coursekit", "grade", "--course", str(room.root), "--seed", "3"]
    return subprocess.Popen(
        [*command, "--isolation", isolation, *options],
        cwd=room.root.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=_hear_interrupts,
    )


def _hear_interrupts():
    """What a shell starts in the background ignores SIGINT, and hands that on: as if at a terminal here."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def finished(process):
    said, _ = process.communicate()
    return process.returncode, said


def whole(room):
    """All that a grade is: the gradebook's scores, every verdict, and what is exported of each exercise."""
    file = room.root.parent / "grades.csv"
    export(room, file, exercises=True)
    return scores(room), {one.student: one.verdicts for one in graded(room)}, file.read_text()


def some_are_graded(room, process, number=2):
    _until(lambda: len(graded(room)) >= number or process.poll() is not None)
    assert process.poll() is None


@long
def test_two_workers_give_the_grades_of_one_local_process(fresh, calm, two_workers, tmp_path):
    room = copy_class(fresh, tmp_path / "clone")
    before = two_workers.processes()
    isolation = "none" if missing() else "bwrap"
    process = start(room, "--scheduler", two_workers.address, isolation=isolation)
    some_are_graded(room, process)
    sockets = psutil.Process(process.pid).net_connections("inet")
    code, said = finished(process)
    assert code == 0, said
    assert whole(room) == calm
    assert sockets
    assert [one for one in sockets if one.status == psutil.CONN_LISTEN] == []
    _until(lambda: two_workers.processes() == before and not two_workers.folders())


@long
def test_interrupt_is_told_in_one_sentence_and_ends_the_work_on_the_workers(fresh, two_workers, tmp_path):
    room = copy_class(fresh, tmp_path / "clone")
    before = two_workers.processes()
    process = start(room, "--scheduler", two_workers.address, "--quiet")
    some_are_graded(room, process)
    process.send_signal(signal.SIGINT)
    code, said = finished(process)
    assert code == 130, said
    assert len(said.strip().splitlines()) == 1, said
    _until(lambda: two_workers.processes() == before and not two_workers.folders())


@long
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 on this system")
def test_workers_that_are_killed_change_nothing(fresh, calm, new_cluster, tmp_path):
    new_cluster.worker("--nthreads", "1", "--no-nanny")
    new_cluster.worker("--nthreads", "1")
    alone, nanny = new_cluster.workers
    room = copy_class(fresh, tmp_path / "clone")
    process = start(room, "--scheduler", new_cluster.address)
    some_are_graded(room, process)
    theirs = alone.children(recursive=True)
    alone.kill()
    watched = [one for one in nanny.children() if "spawn_main" in " ".join(one.cmdline())]
    theirs += watched[0].children(recursive=True)
    watched[0].kill()
    code, said = finished(process)
    assert code == 0, said
    assert whole(room) == calm
    _, left = psutil.wait_procs(theirs, 10)
    assert left == []


@long
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 on this system")
def test_scheduler_that_is_killed_is_told_in_a_sentence_and_nothing_is_lost(
    fresh, calm, new_cluster, two_workers, tmp_path
):
    new_cluster.worker("--nthreads", "2")
    room = copy_class(fresh, tmp_path / "clone")
    process = start(room, "--scheduler", new_cluster.address, "--quiet")
    some_are_graded(room, process)
    new_cluster.scheduler.kill()
    code, said = finished(process)
    assert code == 1, said
    assert len(said.strip().splitlines()) == 1, said
    assert "is gone" in said
    assert "run the same command again" in said
    done = {one.student: one.when for one in graded(room)}
    assert 2 <= len(done) < STUDENTS
    code, said = finished(start(room, "--scheduler", two_workers.address))
    assert code == 0, said
    assert whole(room) == calm
    assert done.items() <= {one.student: one.when for one in graded(room)}.items()


# -- what cannot be done


def tell(address, make=lambda: work(ONE), **wanted):
    """What is said to somebody whose work a cluster cannot do."""
    with pytest.raises(CannotDo) as told:
        list(cluster.on(address, [("ann", make)], WANTED | wanted))
    return str(told.value)


def test_dask_that_is_not_installed_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert 'pip install "coursekit[grading,cluster]"' in tell("tcp://127.0.0.1:1")


@long
@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "tls://127.0.0.1:1", "nowhere", "x://y:1", ""])
def test_address_at_which_no_scheduler_answers_is_told(address, monkeypatch):
    monkeypatch.setattr(cluster, "ANSWERS_WITHIN", 0.5)
    assert f"No Dask scheduler answers at {address!r}" in tell(address)


@long
def test_address_at_which_something_else_answers_is_told(two_workers, monkeypatch):
    monkeypatch.setattr(cluster, "ANSWERS_WITHIN", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert "No Dask scheduler answers" in tell(f"tcp://127.0.0.1:{silent.getsockname()[1]}")


@long
def test_cluster_without_workers_is_waited_for_and_that_is_said(new_cluster, monkeypatch, capsys):
    monkeypatch.setattr(cluster, "WORKER_WITHIN", 0.2)
    monkeypatch.setattr(cluster, "TICK", 0.2)
    assert "No worker has come to the Dask cluster for 0.2 s" in tell(new_cluster.address)
    assert "waiting up to 0.2 s" in capsys.readouterr().out


@long
def test_worker_that_would_judge_otherwise_gets_no_work(two_workers):
    made = []
    said = tell(two_workers.address, lambda: made.append(1), numpy="1.0")
    assert re.search(r"worker at tcp\S+ would not grade as this machine: numpy: [\d.]+ \(1.0 here\)", said)
    assert "one of 2 such workers" in said
    assert made == []


@long
def test_scheduler_with_other_code_gets_no_work(two_workers):
    said = tell(two_workers.address, coursekit="0")
    assert said.startswith("The Dask scheduler differs from this machine: coursekit")


@long
def test_worker_that_comes_later_and_would_judge_otherwise_gives_no_grade(two_workers, monkeypatch):
    monkeypatch.setattr(cluster, "_compare", lambda client, wanted: None)
    assert "numpy: " in tell(two_workers.address, numpy="1.0")


@long
def test_submission_that_cannot_be_prepared_harms_no_other(two_workers):
    def broken():
        raise ValueError("no notebook")

    events = cluster.on(two_workers.address, [("ann", broken), ("bob", lambda: work(ONE))], WANTED)
    failed, given, found = events
    assert failed[0] == "ann"
    assert "no notebook" in failed[1].why
    assert given == ("bob", ("gradient_descent.grid", found[1].verdicts["gradient_descent.grid"]))
    assert given[1][1]["status"] == "passed"


@long
def test_works_are_made_when_their_turn_has_come(two_workers):
    """As many as keep the cluster's three threads at work, whatever the size of the class."""
    made = []

    def make():
        made.append(1)
        return work(ONE)

    with closing(cluster.on(two_workers.address, [(n, make) for n in range(50)], WANTED)) as events:
        next(events)
        assert len(made) == 3 * cluster.AHEAD


@long
def test_process_that_gets_no_more_work_ends_by_itself_and_another_takes_its_place(tmp_path):
    """What is left in a Dask worker when `coursekit grade` itself was killed."""
    worker = Worker(tmp_path, idle=0.5)
    assert list(events_of(worker, lambda: work(ONE)))
    _until(lambda: not worker._process.is_alive())
    *_, found = events_of(worker, lambda: work(ONE))
    assert found.verdicts["gradient_descent.grid"]["status"] == "passed"
    worker.close()


def test_submission_on_which_every_worker_dies_is_told_and_the_others_go_on():
    class Tried:
        def result(self):
            raise KilledWorker("a task", SimpleNamespace(address="tcp://127.0.0.1:1"), 3)

    (event,) = cluster._events(Tried())
    assert event == Failed("4 Dask workers died while they graded it.", event.details)
