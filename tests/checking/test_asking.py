"""Asking an answer: whatever it does, a reply comes back."""

import contextlib
import os
import sys
import threading
import time
import warnings

import numpy as np
import pytest

from coursekit.checking.asking import ask_all, read_replies, respond
from coursekit.checking.exercise import call
from coursekit.checking.plain import NotPlain, encode
from coursekit.checking.timelimit import TimeUp, within


def _raises(error):
    def answer(*args):
        raise error

    return answer


@pytest.mark.parametrize(
    "error",
    [ValueError("no"), SystemExit(3), KeyboardInterrupt(), RecursionError(), MemoryError(), GeneratorExit()],
    ids=repr,
)
def test_every_exception_becomes_a_reply(error):
    reply = respond(call, _raises(error), [1], 5)
    assert reply.kind == "crashed"
    assert reply.error == type(error).__name__


def test_the_line_of_the_answer_that_raised_is_told():
    def answer(x):
        return x / 0  # here

    assert respond(call, answer, [1], 5).line == "return x / 0  # here"


def test_an_exception_whose_text_raises_is_told_all_the_same():
    class Nasty(Exception):
        def __str__(self):
            raise ValueError

    assert respond(call, _raises(Nasty()), [], 5).error == "Nasty"


def test_numerical_warnings_are_seen_and_not_shown():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        reply = respond(call, lambda x: np.exp(x), [np.array([1e4])], 5)
    assert "overflow" in reply.warned


def test_a_strict_setting_of_numpy_does_not_change_the_reply():
    with np.errstate(all="raise"):
        reply = respond(call, lambda x: 1 / x, [np.array([0.0])], 5)
    assert reply.kind == "value"
    assert "divide" in reply.warned


def test_an_argument_changed_in_place_is_seen_and_the_callers_own_stays():
    mine = np.array([1.0, 2.0])

    def answer(x, y):
        y += 1
        return x

    assert respond(call, answer, [1.0, mine], 5).changed == (1,)
    np.testing.assert_array_equal(mine, [1.0, 2.0])


def test_nothing_that_an_answer_prints_is_shown(capsys):
    def answer():
        print("a" * 100)
        print("b", file=sys.stderr)
        return 1

    assert respond(call, answer, [], 5).value == 1
    assert capsys.readouterr() == ("", "")


def test_a_wrong_number_of_parameters_is_told_apart_from_a_type_error_inside():
    assert respond(call, lambda x: x, [1, 2], 5).kind == "parameters"
    assert respond(call, lambda x: len(x), [1], 5).kind == "crashed"
    assert respond(call, lambda x: (lambda: 1)(x), [1], 5).kind == "crashed"


@pytest.mark.parametrize("swallow", [False, True])
def test_an_endless_loop_ends_even_if_it_swallows_exceptions(swallow):
    def answer():
        while True:
            try:
                time.sleep(0.001)
            except BaseException:
                if not swallow or time.monotonic() > end:
                    raise

    end = time.monotonic() + 0.5
    assert respond(call, answer, [], 0.1).kind == "timed-out"


def test_no_late_exception_strikes_after_the_limit():
    for seconds in np.linspace(0.0005, 0.003, 40):
        with contextlib.suppress(TimeUp):
            within(seconds, lambda: time.sleep(0.001))
        for _ in range(2000):
            pass
    assert threading.active_count() < 10


def test_the_limit_leaves_no_thread_and_hands_on_value_and_exception():
    before = threading.active_count()
    assert within(5, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 / 0)
    assert threading.active_count() == before


def test_a_module_that_is_being_imported_is_not_cut_in_half(tmp_path, monkeypatch):
    (tmp_path / "slow_module.py").write_text("import time\nfor _ in range(30):\n    time.sleep(0.01)\n")
    monkeypatch.syspath_prepend(tmp_path)

    def answer():
        import slow_module

        return slow_module.__name__

    assert respond(call, answer, [], 0.05).value == "slow_module"


def test_the_time_of_an_import_is_not_the_answers(tmp_path, monkeypatch):
    (tmp_path / "long_module.py").write_text("import time\nfor _ in range(40):\n    time.sleep(0.02)\n")
    monkeypatch.syspath_prepend(tmp_path)

    def answer():
        import long_module

        for _ in range(20):
            time.sleep(0.01)
        return long_module.__name__

    assert respond(call, answer, [], 0.7).value == "long_module"


def test_a_loop_is_stopped_although_its_caller_is_being_imported(tmp_path, monkeypatch):
    lines = [
        "from coursekit.checking.asking import respond",
        "def answer():",
        "    while True: pass",
        "reply = respond(lambda answer: answer(), answer, [], 0.1)",
    ]
    (tmp_path / "asks_while_imported.py").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(tmp_path)
    before = time.monotonic()
    import asks_while_imported

    assert asks_while_imported.reply.kind == "timed-out"
    assert time.monotonic() - before < 5


def test_questions_asked_at_once_leave_output_and_warnings_as_they_were():
    before = sys.stdout, sys.stderr, list(warnings.filters)
    threads = [threading.Thread(target=lambda: respond(call, _forever, [], 0.2)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert (sys.stdout, sys.stderr, warnings.filters) == before


def test_coursekits_own_answer_is_noticed_in_a_thread_too():
    own = [_forever_not.__code__]

    def answer():
        seen = []
        thread = threading.Thread(target=lambda: seen.append(_forever_not()))
        thread.start()
        thread.join()
        return seen[0]

    assert respond(call, answer, [], 5, own).delegated
    assert not respond(call, lambda: 1, [], 5, own).delegated
    assert threading.getprofile() is None


def test_a_profiler_of_the_caller_is_put_back():
    def profile(*_):
        return None

    sys.setprofile(profile)
    try:
        ask_all(call, lambda: 1, "function", [()], 5, [test_every_exception_becomes_a_reply.__code__])
        assert sys.getprofile() is profile
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize("takes", ["function", 2])
def test_what_cannot_even_be_looked_at_is_no_answer(takes):
    class NoLength(tuple):
        def __len__(self):
            raise ValueError

    (reply,) = ask_all(call, NoLength([abs, abs]), takes, [(1,)], 5)
    assert reply.kind == "no-answer"


def test_an_error_is_told_of_an_object_that_hides_its_class():
    def hide(self):
        raise ValueError

    hidden = type("Hidden", (), {"__class__": property(hide), "__call__": lambda self, x: x / 0})
    assert respond(call, hidden(), [1], 5).error == "ZeroDivisionError"


def test_a_like_text_is_not_taken_for_coursekits_own_answer():
    from coursekit import evaluate

    scope = {"np": np}
    lines = "\n" * 43 + "def derivative(x):\n    return 2 * np.asarray(x)\n"
    exec(compile(lines, "student", "exec"), scope)
    assert evaluate("gradient_descent.derivative", scope["derivative"]).passed


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [{}],
        "x",
        [{"kind": "passed", "value": 1, "changed": [], "warned": "", "error": "", "message": "", "line": ""}],
        [
            {
                "kind": "value",
                "value": 1,
                "changed": ["a"],
                "warned": "",
                "error": "",
                "message": "",
                "line": "",
            }
        ],
        [
            {
                "kind": "value",
                "value": 1,
                "changed": [],
                "warned": "x" * 9999,
                "error": "",
                "message": "",
                "line": "",
            }
        ],
        [1] * 50,
    ],
    ids=range(7),
)
def test_forged_replies_are_refused(entries):
    with pytest.raises(NotPlain):
        read_replies(encode(entries), 3)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_the_limit_works_in_a_thread_that_is_not_the_main_one():
    kinds = []
    thread = threading.Thread(target=lambda: kinds.append(respond(call, _forever, [], 0.1).kind))
    thread.start()
    thread.join(10)
    assert kinds == ["timed-out"]


def _forever():
    while True:
        pass


def _forever_not():
    return 1
