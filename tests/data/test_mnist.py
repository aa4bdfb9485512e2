"""load_mnist gives MNIST's form whatever happens, and says which it gave."""

import json
import os
import re
import subprocess
import sys
import threading

import numpy as np
import pytest

from coursekit.data import containers, fetching, load_mnist, mirrors, mnist, places
from tests.data.conftest import npz


def load(**options):
    lines = []
    return load_mnist(say=lines.append, **options), lines


def is_little(given, little):
    (x_train, y_train), (x_test, y_test) = given
    found = {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
    return all(np.array_equal(found[name], little[name]) for name in little)


# -- downloading


def test_a_download_is_kept_and_found_again(computer, server, mirrors_at, little):
    mirrors_at("good")
    given, (line,) = load()
    assert is_little(given, little)
    assert "downloaded from 127.0.0.1" in line
    assert (computer.cache / "mnist.npz").read_bytes() == server.good
    computer.fresh()
    given, (line,) = load()
    assert is_little(given, little)
    assert line.endswith(f"from {computer.cache / 'mnist.npz'}.")
    assert len(server.asked) == 1


def test_idx_files_are_kept_as_one_npz(computer, server, mirrors_at, little):
    mirrors_at("idx/")
    assert is_little(load()[0], little)
    computer.fresh()
    assert is_little(load(fetch=False)[0], little)
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    ("bad", "says"),
    [("refuses", "403"), ("hangs", "0.4 seconds"), ("hangs_midway", "0.4 seconds"),
     ("trickles", "0.4 seconds"), ("trickles_headers", "0.4 seconds"), ("html", "no whole npz"),
     ("truncated", "no whole npz"), ("tampered", ""), ("html/", "404|no idx|no whole")],
)  # fmt: skip
def test_a_mirror_that_does_not_deliver_is_told_and_the_next_one_asked(
    computer, server, mirrors_at, little, bad, says
):
    mirrors_at(bad, "good")
    given, (fault, line) = load()
    assert is_little(given, little)
    assert "did not deliver MNIST" in fault
    assert re.search(says, fault)
    assert "downloaded" in line


def test_a_mirror_that_never_ends_is_given_up(computer, mirrors_at, little, monkeypatch):
    monkeypatch.setattr(fetching, "MOST", 3_000_000)
    mirrors_at("endless", "good")
    given, (fault, _) = load()
    assert is_little(given, little)
    assert "too much" in fault


@pytest.mark.parametrize("way", ["slow", "moved"])
def test_a_slow_mirror_and_one_that_redirects_are_right(computer, mirrors_at, little, way):
    mirrors_at(way)
    given, lines = load()
    assert is_little(given, little)
    assert len(lines) == 1


def test_where_no_mirror_delivers_it_is_a_stand_in_and_says_why(computer, mirrors_at):
    mirrors_at("refuses", "html")
    given, lines = load()
    assert is_little(given, computer.other)
    assert len(lines) == 3
    assert "no mirror delivers it" in lines[-1]
    assert not computer.cache.exists()


def test_a_cache_that_cannot_be_written_costs_nothing_but_the_keeping(computer, mirrors_at, little):
    computer.cache.write_text("a file is in the way")
    mirrors_at("good")
    given, (line,) = load()
    assert is_little(given, little)
    assert "not kept" in line
    assert str(computer.cache) in line
    assert is_little(load(fetch=False)[0], little)


def test_a_damaged_file_is_fetched_again(computer, mirrors_at, little):
    computer.cache.mkdir()
    (computer.cache / "mnist.npz").write_bytes(b"half of it")
    mirrors_at("good")
    given, (fault, _) = load()
    assert is_little(given, little)
    assert "set aside" in fault
    computer.fresh()
    assert is_little(load(fetch=False)[0], little)


PROCESS = """
import json, sys
from pathlib import Path
from coursekit.data import containers, load_mnist, mirrors, places
url, cache, shapes, sums = json.loads(sys.argv[1])
containers.SHAPES.update({name: tuple(shape) for name, shape in shapes.items()})
containers.SHA256.update(sums)
mirrors.MIRRORS = (mirrors.Mirror(url, 0.1),)
places.cache = lambda: Path(cache)
load_mnist()
"""


def test_two_processes_at_once_both_end_with_a_whole_file(computer, server, little):
    told = json.dumps(
        [f"{server.url}/slow/mnist.npz", str(computer.cache), containers.SHAPES, containers.SHA256]
    )
    command = [sys.executable, "-c", PROCESS, told]
    env = {**os.environ, "HOME": str(computer.home)}
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) for _ in range(2)]
    said = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert all("downloaded from" in text or str(computer.cache) in text for text in said)
    assert [path.name for path in computer.cache.iterdir()] == ["mnist.npz"]
    assert (computer.cache / "mnist.npz").read_bytes() == server.good


# -- offline


def test_offline_it_is_a_stand_in_that_says_so_and_what_to_do(computer):
    given, (line,) = load()
    assert is_little(given, computer.other)
    assert line.startswith("A stand-in for MNIST")
    assert "no network" in line
    assert "restart the kernel" in line
    assert str(computer.cache) in line


def test_offline_is_waited_for_once_in_a_process(computer, monkeypatch):
    asked = []

    def reachable(urls, seconds):
        asked.append(seconds)
        return False

    monkeypatch.setattr(mirrors, "reachable", reachable)
    for _ in range(3):
        load()
    assert len(asked) == 1
    assert asked[0] < 3
    assert mirrors.Patience().connect < 3


def test_a_network_that_swallows_everything_is_no_network(monkeypatch):
    end = threading.Event()

    def swallow(host, timeout):
        end.wait(30)
        raise TimeoutError

    monkeypatch.setattr(fetching.socket, "create_connection", swallow)
    assert not fetching.reachable(["http://a.invalid/", "http://b.invalid/"], 0.1)
    end.set()


def test_one_mirror_that_can_be_reached_is_enough(server):
    assert fetching.reachable(["http://127.0.0.1:9/", server.url], 5)
    assert not fetching.reachable(["http://127.0.0.1:9/"], 5)


def test_behind_a_proxy_the_proxy_is_what_must_be_reached(monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "http://proxy.invalid:3128")
    assert fetching._host("https://example.org/mnist.npz") == ("proxy.invalid", 3128)
    monkeypatch.delenv("https_proxy")
    assert fetching._host("https://example.org/mnist.npz") == ("example.org", 443)


def test_a_restart_gets_the_real_one_when_the_network_is_there(computer, mirrors_at, little):
    assert is_little(load()[0], computer.other)
    mirrors_at("good")
    assert is_little(load()[0], computer.other)  # this process keeps what it began with
    computer.fresh()
    assert is_little(load()[0], little)


def test_what_graders_were_given_without_the_network_gives_way_once(computer, mirrors_at, little):
    mirrors_at("good")
    assert is_little(load(fetch=False)[0], computer.other)
    assert is_little(load()[0], little)
    assert is_little(load(fetch=False)[0], little)


# -- always


def test_fetch_false_asks_no_server(computer, server, mirrors_at):
    mirrors_at("good")
    load(fetch=False)
    assert server.asked == []


def test_say_none_is_silent(computer, server, mirrors_at, capfd):
    mirrors_at("refuses", "good")
    load_mnist(say=None)
    assert capfd.readouterr() == ("", "")


def test_it_prints_by_default(computer, little, capsys):
    (computer.clone / "mnist.npz").write_bytes(npz(little))
    load_mnist()
    assert capsys.readouterr().out.startswith("MNIST: 60,000 training and 10,000 test images, from ")


def test_arrays_that_a_student_changes_harm_nobody(computer, little):
    (x, y), _ = load_mnist(say=None)
    x[:], y[:] = 0, 0
    (again, labels), _ = load_mnist(say=None)
    assert again.any()
    assert labels.any()


def test_the_stand_in_can_be_asked_for(computer, little, monkeypatch):
    (computer.clone / "mnist.npz").write_bytes(npz(little))
    monkeypatch.setenv(places.VARIABLE, mnist.STAND_IN)
    given, (line,) = load()
    assert is_little(given, computer.other)
    assert "asked for" in line


def test_doctor_says_where_it_is(computer, little):
    from coursekit.doctor import software

    (seen,) = software.mnist()
    assert seen.state == "absent"
    (computer.clone / "mnist.npz").write_bytes(npz(little))
    (seen,) = software.mnist()
    assert (seen.state, seen.found) == ("ok", str(computer.clone / "mnist.npz"))
