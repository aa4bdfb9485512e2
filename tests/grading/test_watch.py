"""Looking at a kernel from outside: what counts as its time."""

from types import SimpleNamespace

import pytest

from coursekit.grading.run import watch
from coursekit.grading.run.work import Settings


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand, and a kernel that runs and uses nothing."""
    now = SimpleNamespace(time=100.0)
    monkeypatch.setattr(watch.time, "monotonic", lambda: now.time)
    now.interrupted = []
    now.kernel = SimpleNamespace(
        settings=Settings(seconds=5), alive=lambda: True, processes=list, pid=0,
        interrupt=lambda: now.interrupted.append(now.time), kill=lambda: None,
    )  # fmt: skip
    return now


def test_a_kernel_that_only_waits_is_interrupted_when_twice_its_time_is_over(clock):
    looks = watch.Watch(clock.kernel, None)
    while not clock.interrupted:
        clock.time += 0.2
        looks.look()
    assert clock.interrupted == [pytest.approx(110, abs=0.5)]


def test_time_in_which_the_whole_machine_stood_still_does_not_count(clock):
    looks = watch.Watch(clock.kernel, None)
    for _ in range(5):
        clock.time += 300
        assert looks.look()
    assert clock.interrupted == []


def test_a_kernel_that_is_interrupted_in_vain_is_lost(clock):
    looks = watch.Watch(clock.kernel, 1.0)

    def go_on():
        for _ in range(50):
            clock.time += 0.5
            looks.look()

    with pytest.raises(watch.Lost, match="timed-out"):
        go_on()
