"""What a notebook calls: `evaluate`, `check` and `hint`."""

from __future__ import annotations

import sys
from typing import Any

from coursekit.checking.asking import ask_here
from coursekit.checking.exercise import Written, find
from coursekit.checking.judging import judge
from coursekit.checking.verdict import Points, Verdict

_hints_shown: dict[str, int] = {}


def evaluate(exercise_id: str, answer: Any) -> Verdict:
    """Return the verdict on `answer`; never raises for anything that the answer does.

    Raises KeyError, naming the nearest ids, where no exercise has this id.
    """
    exercise = find(exercise_id)
    if isinstance(exercise, Written):
        why = "This answer is a text: a person reads and marks it."
        return Verdict(exercise.id, False, 0.0, "not-attempted", why=why, max_points=exercise.points)
    try:
        return judge(exercise, lambda asked, cases: ask_here(asked, answer, cases))
    except Exception as error:  # the answer may have changed what the check works with
        why = f"The check itself stopped ({type(error).__name__}): the answer may have replaced something of "
        why += "Python's or NumPy's own. Restart the kernel and run the cells again."
        return Verdict(exercise.id, False, 0.0, "crashed", why=why, max_points=exercise.points)


def check(exercise_id: str, answer: Any = ...) -> Points:
    """Show the verdict on `answer` and return the points it earns.

    In a notebook the verdict is a panel with the next hint folded below it; elsewhere it is printed.
    """
    verdict = evaluate(exercise_id, answer)
    hints = getattr(find(exercise_id), "hints", ())
    next_hint = min(_hints_shown.get(exercise_id, 0), len(hints) - 1)
    _display(verdict, "" if verdict.passed or not hints else hints[next_hint])
    _record(verdict)
    return verdict.points


def hint(exercise_id: str) -> None:
    """Print the next hint of an exercise; each call goes one further, the last one stays."""
    hints = getattr(find(exercise_id), "hints", ())
    if not hints:
        print("There is no hint for this one: its prompt says all.")
        return
    shown = min(_hints_shown.get(exercise_id, 0), len(hints) - 1)
    _hints_shown[exercise_id] = shown + 1
    print(f"Hint {shown + 1} of {len(hints)}: {hints[shown]}")


def _display(verdict: Verdict, hint_text: str) -> None:
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None or not hasattr(shell, "kernel"):
        print(verdict)
        return
    from IPython.display import display

    display({"text/plain": str(verdict), "text/html": verdict.as_html(hint_text)}, raw=True)


def _record(verdict: Verdict) -> None:
    from coursekit import progress

    progress.record(verdict.exercise, float(verdict.points), verdict.max_points, verdict.status)
