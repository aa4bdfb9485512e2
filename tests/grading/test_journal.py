"""The journal: what is written stays, and the next run knows where the last one stopped."""

import os
import signal
import subprocess
import sys
import textwrap
import time

from coursekit.grading.journal import Graded, Journal

VERDICT = {"status": "passed", "points": 1.0, "max_points": 1, "graded": True}


def begun(journal, student="ann", submission="bytes", version="v1"):
    return journal.begin(student, "01_x", submission, version)


def ended(journal, attempt, **more):
    journal.end(attempt, seconds=1.5, repairs=["mended"], flags=[], written=["x.text"], **more)


def test_attempt_that_was_interrupted_is_found_with_its_verdicts(tmp_path):
    with Journal(tmp_path / "journal") as journal:
        journal.verdict(begun(journal), "x.one", VERDICT)
    with Journal(tmp_path / "journal") as journal:
        found = journal.open("ann", "01_x", "bytes", "v1")
        assert found.ended is None
        assert journal.verdicts(found.id) == {"x.one": VERDICT}


def test_other_bytes_or_another_version_is_another_attempt(tmp_path):
    with Journal(tmp_path / "journal") as journal:
        begun(journal)
        assert journal.open("ann", "01_x", "other bytes", "v1") is None
        assert journal.open("ann", "01_x", "bytes", "v2") is None
        assert journal.open("bob", "01_x", "bytes", "v1") is None


def test_what_a_person_settled_is_remembered_until_it_is_applied(tmp_path):
    with Journal(tmp_path / "journal") as journal:
        attempt = begun(journal)
        ended(journal, attempt)
        assert journal.applying(attempt, {"a", "b"}) == {"a", "b"}
        assert journal.applying(attempt, {"c"}) == {"a", "b", "c"}
        assert journal.applying(begun(journal), ()) == set()
        journal.applied(attempt)
        assert journal.applying(attempt, ()) == set()


def test_only_what_was_applied_is_current(tmp_path):
    with Journal(tmp_path / "journal") as journal:
        attempt = begun(journal)
        ended(journal, attempt, notebooks={"n": "{}"})
        assert journal.current() == {}
        assert journal.graded() == []
        assert journal.notebooks(attempt) == {"n": "{}"}
        journal.applied(attempt)
        assert journal.current()["ann", "01_x"].id == attempt
        assert journal.open("ann", "01_x", "bytes", "v1") is None


def test_graded_tells_the_attempt_applied_last(tmp_path):
    with Journal(tmp_path / "journal") as journal:
        for points in (0.0, 1.0):
            attempt = begun(journal, version=f"v{points}")
            journal.verdict(attempt, "x.one", {**VERDICT, "points": points})
            ended(journal, attempt)
            journal.applied(attempt)
        (found,) = journal.graded()
    assert isinstance(found, Graded)
    assert found.verdicts["x.one"]["points"] == 1.0
    assert (found.student, found.lesson, found.submission, found.seconds) == ("ann", "01_x", "bytes", 1.5)
    assert (found.repairs, found.written, found.error) == (["mended"], ["x.text"], None)


def test_rejected_attempt_is_not_gone_on_with(tmp_path):
    with Journal(tmp_path / "journal") as journal:
        attempt = begun(journal)
        ended(journal, attempt)
        journal.reject(attempt)
        assert journal.open("ann", "01_x", "bytes", "v1") is None


def test_kill_between_two_verdicts_loses_none_that_was_given(tmp_path):
    path = tmp_path / "journal"
    code = f"""
        from pathlib import Path
        from coursekit.grading.journal import Journal
        with Journal(Path({str(path)!r})) as journal:
            attempt = journal.begin("ann", "01_x", "bytes", "v1")
            for number in range(100_000):
                journal.verdict(attempt, f"x.{{number}}", {{"status": "passed", "graded": True}})
                print(number, flush=True)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        told = [writer.stdout.readline() for _ in range(5)]
        time.sleep(0.05)
        os.kill(writer.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        told += writer.stdout.readlines()
    with Journal(path) as journal:
        kept = journal.verdicts(journal.open("ann", "01_x", "bytes", "v1").id)
    assert len(kept) >= len(told) >= 5


def test_clock_that_is_set_back_changes_nothing(tmp_path, monkeypatch):
    with Journal(tmp_path / "journal") as journal:
        for submission, day in (("first", "2026-03-02"), ("second", "2026-03-01")):
            monkeypatch.setattr("coursekit.grading.journal._now", lambda day=day: f"{day}T12:00:00+00:00")
            attempt = begun(journal, submission=submission)
            ended(journal, attempt)
            journal.applied(attempt)
        assert journal.current()["ann", "01_x"].submission == "second"
        assert [one.submission for one in journal.graded()] == ["second"]
