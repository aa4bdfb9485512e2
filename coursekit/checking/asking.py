"""Asking an answer: call it beside itself, and come back with plain data.

`ask_all` runs where the answer is: in the student's notebook, or in a kernel that holds the
student's code and nothing else. There, `serve` answers a message made by `question`, and
`read_replies` reads what came back. Nothing here knows what is right.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import io
import linecache
import sys
import textwrap
import threading
import time
import types
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from coursekit.checking.exercise import Case, Exercise, Reply
from coursekit.checking.plain import NotPlain, decode, encode, plain
from coursekit.checking.timelimit import TimeUp, within

KINDS = ("value", "crashed", "timed-out", "not-plain", "parameters", "no-answer", "not-attempted", "died")
TOTAL = 4  # all calls of one question together may take this many times the limit of one


def ask_here(exercise: Exercise, answer: Any, cases: Sequence[Case]) -> list[Reply]:
    """Ask `answer` in this process; the replies may be fewer than the cases where time ran out."""
    own = code_objects(exercise.reference)
    many_args = [case.args for case in cases]
    return ask_all(exercise.probe, answer, takes(exercise), many_args, exercise.seconds, own)


def takes(exercise: Exercise) -> str | int:
    """What the answer must be: "function", "value", or how many functions."""
    return len(exercise.reference) if exercise.takes == "functions" else exercise.takes


def ask_all(
    probe: Callable[..., Any],
    answer: Any,
    takes: str | int,
    many_args: Iterable[Sequence[Any]],
    seconds: float,
    own: Sequence[types.CodeType] = (),
) -> list[Reply]:
    """The replies of `answer` to every tuple of arguments, until one takes too long."""
    try:
        unfit = unfit_answer(answer, takes)
    except BaseException:  # its class may say of itself what it likes
        unfit = Reply("no-answer", message="the function itself, by its name alone")
    if unfit:
        return [unfit]
    end, replies = time.monotonic() + TOTAL * seconds, []
    for args in many_args:
        left = min(seconds, end - time.monotonic())
        replies.append(respond(probe, answer, args, left, own) if left > 0 else Reply("timed-out"))
        if stopped(replies[-1]):
            break
    return replies


def stopped(reply: Reply) -> bool:
    """Whether nothing more was asked after this reply."""
    return reply.kind in ("timed-out", "died") or (
        reply.kind == "crashed" and reply.error == "KeyboardInterrupt"
    )


def unfit_answer(answer: Any, takes: str | int) -> Reply | None:
    """A reply where what was handed in cannot be asked at all; else None."""
    if answer is Ellipsis or answer is NotImplemented:
        return Reply("not-attempted")
    if takes == "value":
        return None
    functions = [answer]
    if isinstance(takes, int):
        if not isinstance(answer, tuple | list) or len(answer) != takes:
            return Reply("no-answer", message=f"{takes} functions together, in round brackets")
        functions = [answer[place] for place in range(takes)]
    for function in functions:
        if function is Ellipsis:
            return Reply("not-attempted")
        if not callable(function):
            given = "None" if function is None else f"a value of type {type(function).__name__}"
            return Reply("no-answer", message=f"the function itself, by its name alone; it was given {given}")
    return None


def respond(
    probe: Callable[..., Any],
    answer: Any,
    args: Sequence[Any],
    seconds: float,
    own: Sequence[types.CodeType] = (),
) -> Reply:
    """Run the probe on one tuple of plain arguments and return what was seen, whatever happens."""
    before, given = plain(list(args)), plain(list(args))
    seen: dict[str, Any] = {"warned": "", "delegated": False}

    def observe() -> Any:
        with _watched(own, seen), _muted(), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                with np.errstate(over="warn", divide="warn", invalid="warn", under="ignore"):
                    return plain(probe(answer, *given))
            finally:
                numerical = [w for w in caught if issubclass(w.category, RuntimeWarning)]
                seen["warned"] = str(numerical[0].message)[:200] if numerical else ""

    try:
        with _alone():
            value = within(seconds, observe)
    except TimeUp:
        return Reply("timed-out", delegated=seen["delegated"])
    except NotPlain as error:
        return Reply("not-plain", message=str(error), delegated=seen["delegated"])
    except BaseException as error:  # whatever the answer raises: SystemExit and interrupts too
        return _crash(error, answer, seen["delegated"])
    changed = tuple(place for place, old in enumerate(before) if not _same(old, given[place]))
    return Reply("value", value, changed, seen["warned"], delegated=seen["delegated"])


_asking = threading.RLock()


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One call at a time, since output, warnings and the profiler belong to the whole process."""
    held = _asking.acquire(timeout=60)  # an answer may wait for a thread that asks, too
    try:
        yield
    finally:
        if held:
            _asking.release()


def _same(old: Any, new: Any) -> bool:
    try:
        return encode(old) == encode(plain(new))
    except (NotPlain, TypeError, ValueError, RecursionError):
        return False


def _crash(error: BaseException, answer: Any, delegated: bool) -> Reply:
    kind, frames = "crashed", []
    trace = error.__traceback__
    while trace is not None:
        frames.append(trace)
        trace = trace.tb_next
    inside = [t for t in frames if t.tb_frame.f_code.co_filename in _files(answer)]
    line = linecache.getline(inside[-1].tb_frame.f_code.co_filename, inside[-1].tb_lineno) if inside else ""
    if isinstance(error, TypeError) and not inside and _about_parameters(error):
        kind = "parameters"
    message = _text_of(error)
    return Reply(kind, None, (), "", type(error).__name__[:100], message, line.strip()[:200], delegated)


def _text_of(error: BaseException) -> str:
    try:
        return str(error)[:300]
    except BaseException:  # the exception is the answer's own, its __str__ too
        return ""


def _about_parameters(error: TypeError) -> bool:
    words = ("positional argument", "keyword argument", "required argument", "takes no arguments")
    return any(word in _text_of(error) for word in words)


def _files(answer: Any) -> set[str]:
    return {code.co_filename for code in code_objects(answer)}


def code_objects(thing: Any) -> list[types.CodeType]:
    """The code of a function, of the methods of a class, or of each of several functions."""
    try:
        if isinstance(thing, tuple | list):
            return [code for one in thing for code in code_objects(one)]
        if isinstance(thing, type):
            methods = [value for value in vars(thing).values() if callable(value)]
            return [code for one in methods for code in code_objects(one)]
        thing = thing.func if isinstance(thing, functools.partial) else thing
        code = getattr(inspect.unwrap(thing), "__code__", None)
    except BaseException:  # an answer may define __getattr__ as it likes
        return []
    return [code] if isinstance(code, types.CodeType) else []


@contextlib.contextmanager
def _watched(own: Sequence[types.CodeType], seen: dict[str, Any]) -> Iterator[None]:
    """Note in `seen` when one of `own` is called in the meantime."""
    if not own:
        yield
        return

    # By identity: code objects are equal when their text is, and a like text is just right.
    own_ids = frozenset(map(id, own))

    def profile(frame: types.FrameType, event: str, _: Any) -> None:
        if event == "call" and id(frame.f_code) in own_ids:
            seen["delegated"] = True

    before, in_threads = sys.getprofile(), threading.getprofile()
    threading.setprofile(profile)  # in those that the answer starts
    sys.setprofile(profile)
    try:
        yield
    finally:
        sys.setprofile(before)
        threading.setprofile(in_threads)


class _Sink(io.TextIOBase):
    """Takes any amount of text and keeps none: an answer that prints is not slowed down or shown."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        return len(text)

    def writable(self) -> bool:
        return True


@contextlib.contextmanager
def _muted() -> Iterator[None]:
    with contextlib.redirect_stdout(_Sink()), contextlib.redirect_stderr(_Sink()):
        yield


def question(exercise: Exercise, cases: Sequence[Case]) -> str:
    """The message that asks these cases in another process: the probe's source and plain arguments."""
    probe = textwrap.dedent(inspect.getsource(exercise.probe))
    return encode(
        {
            "probe": probe,
            "name": exercise.probe.__name__,
            "takes": takes(exercise),
            "args": plain([list(case.args) for case in cases]),
            "seconds": exercise.seconds,
        }
    )


def serve(answer: Any, message: str) -> str:
    """Answer a `question` about `answer` with the encoded replies (in the student's kernel)."""
    asked = decode(message)
    scope: dict[str, Any] = {"__name__": "coursekit_probe", "Any": Any, "np": np}
    exec(compile(asked["probe"], "<probe>", "exec"), scope)
    replies = ask_all(scope[asked["name"]], answer, asked["takes"], asked["args"], asked["seconds"])
    return encode([vars(reply) for reply in replies])


def read_replies(text: str, most: int) -> list[Reply]:
    """The replies in a message from a student's process. Raises NotPlain unless it is exactly that."""
    entries = decode(text)
    if type(entries) is not list or not 1 <= len(entries) <= most:
        raise NotPlain("a message that cannot be read")
    return [_read_reply(entry) for entry in entries]


def _read_reply(entry: Any) -> Reply:
    texts = ("kind", "warned", "error", "message", "line")
    if type(entry) is not dict:
        raise NotPlain("a message that cannot be read")
    try:
        fields = {name: entry[name] for name in texts}
        changed = tuple(entry["changed"])
        if any(type(value) is not str or len(value) > 400 for value in fields.values()):
            raise NotPlain("a message that cannot be read")
        if fields["kind"] not in KINDS or any(type(place) is not int for place in changed):
            raise NotPlain("a message that cannot be read")
        # A value, or something that went wrong: both at once would be judged as one and excused as the other.
        if fields["error"] if fields["kind"] == "value" else entry["value"] is not None:
            raise NotPlain("a message that cannot be read")
        return Reply(value=entry["value"], changed=changed, **fields)
    except (KeyError, TypeError) as error:
        raise NotPlain("a message that cannot be read") from error
