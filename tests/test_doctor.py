"""The doctor finds what is broken, says how to mend it, and blames no student for what they need not have."""

import importlib.metadata
import json
import subprocess
import sys

import pytest

from coursekit import cli, console, doctor
from coursekit.doctor import finding, machine, software


@pytest.fixture(autouse=True)
def console_as_before():
    yield
    console.configure()


def one(check, what):
    return next(found for found in check if found.what == what)


def test_every_fault_and_nothing_else_makes_it_fail(monkeypatch, capsys):
    ok = finding.Finding("a", "ok", "here")
    absent = finding.Finding("b", "absent", "not here", "Get b.")
    fault = finding.Finding("c", "fault", "broken", "Mend c.")
    monkeypatch.setattr(doctor, "all_checks", lambda *_, **__: [lambda: iter([ok, absent])])
    assert cli.main(["doctor"]) == 0
    assert "b: Get b." in capsys.readouterr().out
    monkeypatch.setattr(doctor, "all_checks", lambda *_, **__: [lambda: iter([ok]), lambda: iter([fault])])
    assert cli.main(["doctor"]) == 1
    assert "c: Mend c." in capsys.readouterr().out


def test_json_has_every_finding(monkeypatch, capsys):
    fault = finding.Finding("c", "fault", "broken", "Mend c.")
    monkeypatch.setattr(doctor, "all_checks", lambda *_, **__: [lambda: iter([fault])])
    assert cli.main(["doctor", "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["healthy"] is False
    assert result["findings"] == [{"what": "c", "state": "fault", "found": "broken", "remedy": "Mend c."}]


def test_a_check_that_fails_itself_is_a_fault_and_the_others_go_on(monkeypatch, capsys):
    def sick():
        raise ZeroDivisionError("oh")

    fine = finding.Finding("fine", "ok", "here")
    monkeypatch.setattr(doctor, "all_checks", lambda *_, **__: [sick, lambda: iter([fine])])
    result = doctor.doctor_command(None)
    assert [(found["what"], found["state"]) for found in result["findings"]] == [
        ("sick", "fault"),
        ("fine", "ok"),
    ]


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch):
    lines = ["numpy>=1", "no-such-package>=2", 'no-such-extra>=3; extra == "torch"']
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: lines)
    core = one(software.packages(), "packages")
    assert core.state == "fault"
    assert core.remedy.endswith('pip install "no-such-package>=2"')
    extra = one(software.packages(), "packages [torch]")
    assert extra.state == "absent"
    assert "coursekit[torch]" in extra.remedy


def test_an_old_package_is_a_fault(monkeypatch):
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: ["numpy>=999"])
    assert one(software.packages(), "packages").state == "fault"


def test_tensorflow_for_a_gpu_is_as_good_as_the_one_without(monkeypatch):
    def version(name):
        if name != "tensorflow":
            raise importlib.metadata.PackageNotFoundError(name)
        return "2.21.0"

    monkeypatch.setattr(importlib.metadata, "version", version)
    assert software._version("tensorflow-cpu") == "2.21.0"
    assert software._version("torch") is None


def test_old_python_is_a_fault(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert one(software.python(), "Python").state == "fault"


def test_the_kernel_starts_and_is_this_python():
    assert one(software.kernel(), "kernel").state == "ok"


@pytest.mark.parametrize(("prefix", "says"), [("", "without coursekit"), ("/usr", "another Python, in /usr")])
def test_a_kernel_of_another_python_is_a_fault(monkeypatch, prefix, says):
    monkeypatch.setattr(software, "_prefix_in_kernel", lambda: prefix)
    seen = one(software.kernel(), "kernel")
    assert seen.state == "fault"
    assert says in seen.found


def test_a_kernel_that_does_not_start_is_a_fault(monkeypatch):
    def dead():
        raise RuntimeError("Kernel died")

    monkeypatch.setattr(software, "_prefix_in_kernel", dead)
    assert "Kernel died" in one(software.kernel(), "kernel").found


def test_a_folder_that_cannot_be_written_is_a_fault(monkeypatch, tmp_path):
    assert one(machine.place(tmp_path / "not" / "yet"), "folder").state == "ok"

    def refuse(dir):
        raise PermissionError(13, "Permission denied", str(dir / "tmp1234"))

    monkeypatch.setattr(machine.tempfile, "TemporaryFile", refuse)
    seen = one(machine.place(tmp_path), "folder")
    assert seen.state == "fault"
    assert str(tmp_path) in seen.remedy
    assert "tmp1234" not in seen.remedy


@pytest.mark.parametrize(("why", "state"), [("bubblewrap is not installed.", "absent"), ("", "ok")])
def test_isolation_that_does_not_work_has_a_remedy_and_is_no_students_fault(monkeypatch, why, state):
    monkeypatch.setattr("coursekit.grading.sandbox.bubblewrap.missing", lambda: why)
    seen = one(machine.isolation(), "isolation")
    assert (seen.state, why in seen.remedy) == (state, True)


def test_isolation_is_asked_for_where_python_knows_nothing_of_it():
    """Windows' Python has no fcntl."""
    script = (
        "import platform, psutil, sys; sys.modules['fcntl'] = None\n"
        "platform.system = lambda: 'Windows'\n"
        "from coursekit.doctor import machine; print(next(machine.isolation()).remedy)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "WSL" in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("driver", "torch", "state", "says"),
    [
        ("NVIDIA H200", "NVIDIA H200", "ok", ""),
        ("NVIDIA H200", "", "absent", "without GPU support"),
        (None, "", "absent", ""),
        (None, None, "absent", "force-reinstall torch"),
    ],
)
def test_a_gpu_that_torch_does_not_see_has_a_remedy(monkeypatch, driver, torch, state, says):
    monkeypatch.setattr(
        machine.importlib.util, "find_spec", lambda name: object() if name == "torch" else None
    )
    monkeypatch.setattr(machine, "output", lambda *command: driver if command[0] == "nvidia-smi" else torch)
    seen = one(machine.gpu(tensorflow=True), "GPU in torch")
    assert seen.state == state
    assert says in seen.remedy
    assert bool(says) == bool(seen.remedy)


def test_a_program_that_is_not_there_or_fails_or_hangs_gives_nothing(monkeypatch):
    assert finding.output("no-such-program") is None
    assert finding.output(sys.executable, "-c", "raise SystemExit(1)") is None
    assert finding.output(sys.executable, "-c", "print('a'); print('b')") == "a, b"

    def hang(*_, **__):
        raise subprocess.TimeoutExpired("x", 60)

    monkeypatch.setattr(finding.subprocess, "run", hang)
    assert finding.output("sleeps") is None
