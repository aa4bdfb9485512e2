"""The command line: exit codes, one sentence for what goes wrong, one JSON document."""

import errno
import json
import re
import subprocess
import sys
import time
import urllib.request

import pytest

from coursekit import __version__, cli, console, course, errors, lab
from coursekit.errors import CannotDo

LESSON = "01_descent/01_descent.ipynb"


@pytest.fixture(autouse=True)
def console_as_before():
    yield
    console.configure()


@pytest.fixture
def lessons(monkeypatch, tmp_path):
    """One small lesson, and an empty folder to work in."""
    monkeypatch.setattr(course, "released_lessons", lambda: {LESSON: b"{}"})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def doing(monkeypatch, work):
    monkeypatch.setattr(cli, "_exercises", work)


def failing(monkeypatch, error):
    def work(args):
        raise error

    doing(monkeypatch, work)


def test_success_is_0_and_told(lessons, capsys):
    assert cli.main(["start", "x"]) == 0
    assert (lessons / "x" / LESSON).is_file()
    assert "x: your course folder, with 1 lesson." in capsys.readouterr().out


@pytest.mark.parametrize("line", [["start", "x", "--json"], ["--json", "start", "x"]])
def test_json_is_one_document_whether_asked_before_or_after_the_command(lessons, capsys, line):
    assert cli.main(line) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["new"] == ["README.md", LESSON]
    assert result["folder"] == str(lessons / "x")


def test_json_stays_one_document_when_a_library_prints(monkeypatch, capsys):
    doing(monkeypatch, lambda args: print("chatter") or {"a": "²"})
    assert cli.main(["exercises", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"a": "²"}


def test_quiet_says_nothing_of_a_success_and_all_of_an_error(lessons, capsys, monkeypatch):
    assert cli.main(["start", "x", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")
    failing(monkeypatch, CannotDo("No."))
    assert cli.main(["exercises", "--quiet"]) == 1
    assert capsys.readouterr() == ("", "coursekit: No.\n")


def test_a_result_can_carry_its_exit_code(monkeypatch, capsys):
    doing(monkeypatch, lambda args: {"ungraded": 2, "exit": 1})
    assert cli.main(["exercises", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {"ungraded": 2}


@pytest.mark.parametrize(
    "line", [[], ["no-such-command"], ["start", "--no-such-option"], ["lab", "--port", "x"]]
)
def test_wrong_usage_is_2(line, capsys):
    try:
        code = cli.main(line)
    except SystemExit as error:
        code = error.code
    assert code == 2
    assert "usage: coursekit" in capsys.readouterr().err


def test_version(capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"coursekit {__version__}\n"


FULL = OSError(errno.ENOSPC, "No space left on device", "place")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (CannotDo("There is no lesson 9."), "There is no lesson 9."),
        (FULL, "The disk is full: place"),
        (
            OSError(errno.EROFS, "Read-only file system", "place"),
            "place lies on a disk that can only be read",
        ),
        (PermissionError(errno.EACCES, "Permission denied", "place"), "No permission for place"),
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full: a file"),
        (IsADirectoryError(errno.EISDIR, "Is a directory", "place"), "place cannot be made"),
        (ModuleNotFoundError("No module named 'nbgrader'", name="nbgrader"), "This needs nbgrader"),
    ],
)
def test_what_a_person_can_mend_is_one_sentence_and_1(monkeypatch, capsys, error, said):
    failing(monkeypatch, error)
    assert cli.main(["exercises"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"coursekit: {said}")
    assert err.count("\n") == 1


def test_an_error_under_json_is_a_document_too(monkeypatch, capsys):
    failing(monkeypatch, CannotDo("No."))
    assert cli.main(["exercises", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {"error": "No."}


def test_an_interrupt_is_one_sentence(monkeypatch, capsys):
    failing(monkeypatch, KeyboardInterrupt())
    assert cli.main(["exercises"]) == 130
    assert capsys.readouterr().err.startswith("coursekit: Interrupted.")


def test_a_fault_of_coursekit_keeps_its_traceback_in_a_file(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(errors.tempfile, "tempdir", str(tmp_path))
    failing(monkeypatch, ZeroDivisionError("division by zero"))
    assert cli.main(["exercises"]) == 1
    said = capsys.readouterr().err
    assert "fault of coursekit" in said
    assert said.count("\n") == 1
    (log,) = tmp_path.glob("coursekit-*.log")
    assert str(log) in said
    assert "Traceback" in log.read_text(encoding="utf-8")


def test_debug_shows_the_traceback(monkeypatch, capsys):
    failing(monkeypatch, CannotDo("No."))
    assert cli.main(["exercises", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_path_that_is_a_file_is_one_sentence(lessons, capsys):
    (lessons / "x").write_text("", encoding="utf-8")
    assert cli.main(["start", "x"]) == 1
    assert (
        capsys.readouterr().err
        == "coursekit: x is a file; a course folder cannot be made there. Name another folder.\n"
    )


def test_start_says_each_new_version(lessons, capsys, monkeypatch):
    cli.main(["start"])
    (lessons / "my-course" / LESSON).write_text("my work", encoding="utf-8")
    monkeypatch.setattr(course, "released_lessons", lambda: {LESSON: b"[]"})
    capsys.readouterr()
    cli.main(["start"])
    said = capsys.readouterr().out
    assert "left as it is" in said
    assert f"01_descent.new-{__version__}.ipynb" in said
    cli.main(["start"])
    assert capsys.readouterr().out == "my-course: nothing new.\n"


def test_exercises_lists_every_one(capsys):
    from coursekit.catalogue import exercises

    assert cli.main(["exercises"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["id", *(one["id"] for one in exercises())]


def test_exercises_survives_a_reader_that_goes_away():
    command = [sys.executable, "-m", "coursekit", "exercises"]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    program.stdout.close()
    assert program.wait() == 0
    assert program.stderr.read() == b""
    program.stderr.close()


def test_progress_is_silent_while_work_is_short_and_where_it_is_quiet(capsys, monkeypatch):
    assert list(console.track(range(3), "grading")) == [0, 1, 2]
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(console, "WAIT", 0)
    console.configure(quiet=True)
    assert list(console.track(range(3), "grading")) == [0, 1, 2]
    assert capsys.readouterr() == ("", "")


def test_progress_without_a_terminal_is_a_few_lines_with_the_time_left(capsys, monkeypatch):
    clock = iter(range(0, 1000, 4))
    monkeypatch.setattr(console.time, "monotonic", lambda: next(clock))
    list(console.track(iter("abcdef"), "grading", total=6))
    assert capsys.readouterr().err.splitlines() == [
        "grading: 1 of 6, about 20 s left",
        "grading: 4 of 6, about 8 s left",
    ]


def test_progress_on_a_terminal_is_a_bar_that_goes_when_it_is_done():
    """In a process of its own, behind a pseudo-terminal."""
    pty = pytest.importorskip("pty")
    code = """
import time
from coursekit import console
console.WAIT = 0.1
for one in console.track([1, 2], "grading"):
    time.sleep(0.4)
console.say("done")
"""
    seen = bytearray()

    def read(handle):
        import os

        part = os.read(handle, 1024)
        seen.extend(part)
        return b" "  # what comes out is kept here, not shown; b"" would end it

    pty.spawn([sys.executable, "-c", code], read)
    assert b"grading" in seen
    assert b"1/2" in seen
    assert seen.rstrip().endswith(b"done")


def test_jupyterlab_is_told_to_stay_on_this_computer_and_keep_its_token(tmp_path):
    options = lab.options(tmp_path, browser=False, port=4321)
    assert "--ServerApp.ip=127.0.0.1" in options
    assert "--ServerApp.port=4321" in options
    assert "--no-browser" in options
    assert not [option for option in options if "token" in option or "password" in option]


def test_jupyterlab_opens_at_the_first_lesson_that_is_there(tmp_path):
    course.start(tmp_path, {LESSON: b"{}"})
    assert f"--LabApp.default_url=/lab/tree/{LESSON}" in lab.options(tmp_path, browser=True, port=None)


@pytest.mark.long
def test_lab_serves_the_course_on_loopback_with_a_token_and_ends_on_interrupt(tmp_path):
    import psutil

    command = [sys.executable, "-m", "coursekit", "lab", str(tmp_path / "mine"), "--no-browser"]
    program = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    try:
        lines = iter(program.stderr.readline, "")
        url = next(
            found[0] for line in lines if (found := re.search(r"http://127\.0\.0\.1:\d+/\S*token=\w+", line))
        )
        settings = f"{url.split('/lab')[0]}/lab/api/settings/@jupyterlab/apputils-extension:notification"
        request = urllib.request.Request(
            settings, headers={"Authorization": f"token {url.split('token=')[1]}"}
        )
        with urllib.request.urlopen(request) as reply:
            assert json.load(reply)["schema"]["properties"]["fetchNews"]["default"] == "false"
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(settings)
        refused.value.close()
        assert refused.value.code == 403
        open_to = {c.laddr.ip for c in psutil.Process(program.pid).net_connections() if c.status == "LISTEN"}
        assert open_to <= {"127.0.0.1", "::1"}
        program.send_signal(2)
        started = time.monotonic()
        assert program.wait(timeout=30) == 0
        assert time.monotonic() - started < 30
    finally:
        program.kill()
        program.wait()
        program.stderr.close()
