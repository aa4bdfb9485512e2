"""Executing a notebook and asking its answers, whatever that costs in kernels.

Cells run in order. At a check's place the answer is bound. When the last cell has run, every answer
is tried on the public inputs, and only then are they judged, on secret ones too: what a student will
be told of an answer, it has said before it could know a secret input. A kernel that is lost is
replaced, and the notebook run again without the cell, or the question, that lost it: that one alone
is lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from coursekit.grading.run.kernel import Kernel
from coursekit.grading.run.outputs import Outputs, Shown, error_output, writable
from coursekit.grading.run.watch import Lost
from coursekit.grading.run.work import Settings

MIME = "application/x-coursekit"
TOTAL = 10  # all cells together may take this many times the limit of one
MOST_RUNS = 1_000_000  # a greater number in a reply is made up
SPARE_RESTARTS = 3  # beyond one for each question


@dataclass(frozen=True)
class Check:
    """The place where an exercise is checked: a cell's index, and the expression that is the answer."""

    exercise: str
    expression: str
    cell: int


@dataclass
class Execution:
    """One notebook on its way through kernels.

    cells: the notebook's cells (plain dicts); they get their outputs
    checks: by cell index. start: starts a kernel. settings: its limits
    stopped: cell index -> why it was left out ("died", "timed-out", "memory") or cut short
    """

    cells: list[dict[str, Any]]
    checks: dict[int, Check]
    start: Callable[[], Kernel]
    settings: Settings
    stopped: dict[int, str] = field(default_factory=dict)
    left_out: set[int] = field(default_factory=set)
    unbound: dict[str, str] = field(default_factory=dict)  # exercise -> why the kernel has no answer to it
    binding: Check | None = None  # the one whose binding never ended

    def ask(
        self,
        pending: Iterable[Check],
        together: Callable[[list[Check], Kernel], None],
        attempt: Callable[[Check, Kernel], None],
        judge: Callable[[Check, Kernel], None],
        lose: Callable[[Check, str], None],
    ) -> None:
        """Run the notebook; attempt, then judge each check; `lose(check, why)` where it cost a kernel.

        All are attempted together first. Whatever goes wrong then is found out one by one.
        """
        waiting, first = list(pending), True
        self._left = TOTAL * self.settings.seconds
        restarts = len(waiting) + SPARE_RESTARTS
        while True:
            asked: Check | None = None
            try:
                with self.start() as kernel:
                    self._run(kernel)
                    if first:
                        first = False
                        together(waiting, kernel)
                    for asked in waiting:
                        attempt(asked, kernel)
                    while waiting:
                        asked = waiting[0]
                        judge(asked, kernel)
                        waiting.pop(0)
                return
            except Lost as lost:
                asked = asked or self.binding
                if asked in waiting:
                    waiting.remove(asked)
                    lose(asked, lost.why)
                    if not waiting:
                        return
            restarts -= 1
            if restarts < 0 or self._left < 0:
                for check in waiting:
                    lose(check, "restarts")
                return

    def _run(self, kernel: Kernel) -> None:
        shown, self.binding = Shown(), None
        self.unbound.clear()
        self._until = time.monotonic() + self._left
        try:
            bound = None  # the check whose answer was bound with the cell before it
            code = [index for index, cell in enumerate(self.cells) if cell["cell_type"] == "code"]
            for index, following in zip(code, [*code[1:], -1], strict=True):
                if index in self.checks:
                    if self.checks[index] is not bound:
                        self._bind(kernel, self.checks[index])
                elif index not in self.left_out:
                    bound = self._run_cell(
                        kernel, index, self.cells[index], shown, self.checks.get(following)
                    )
            for check in [check for check in self.checks.values() if check.exercise in self.unbound]:
                self._bind(kernel, check)
        finally:
            self._left = self._until - time.monotonic()

    def _bind(self, kernel: Kernel, check: Check) -> None:
        self.unbound.pop(check.exercise, None)
        try:
            if error := bind(kernel, check):
                self.unbound[check.exercise] = error
        except Lost as lost:
            self.binding = check if lost.why == "timed-out" else None  # it may have died of another cell
            raise

    def _run_cell(
        self, kernel: Kernel, index: int, cell: dict[str, Any], shown: Shown, after: Check | None
    ) -> Check | None:
        """Run a cell; return the check after it, where its answer could be bound at once."""
        if time.monotonic() > self._until:
            self._leave_out(index, "too-late")
            return None
        outputs = Outputs(shown)
        cell["outputs"] = outputs.kept
        binds = {"bound": binding(after)} if after else None
        try:
            reply, interrupted = kernel.execute(cell["source"], output=outputs.add, expressions=binds)
        except Lost as lost:
            self._leave_out(index, lost.why)
            raise
        number = reply.get("execution_count")
        cell["execution_count"] = number if type(number) is int and 0 <= number < MOST_RUNS else None
        if interrupted:
            self.stopped[index] = "timed-out"
            outputs.note(_ENDED["timed-out"].format(self.settings))
        # What gives an error here, or nothing at all, is bound in the usual way.
        return after if value_of(reply, "bound") == "" else None

    def _leave_out(self, index: int, why: str) -> None:
        self.left_out.add(index)
        self.stopped[index] = why
        self.cells[index]["outputs"] = [error_output("Stopped", _ENDED[why].format(self.settings))]


_ENDED = {
    "died": "The Python process ended in this cell. The other cells were run without it.",
    "timed-out": "This cell was stopped after {0.seconds:g} seconds of processor time.",
    "memory": "This cell was stopped: it used more than {0.memory:g} MB of memory.",
    "processes": "This cell was stopped: it started too many processes.",
    "too-late": "This cell was not run: the notebook had taken too long by then.",
}


def binding(check: Check) -> str:
    """The expression that keeps the answer as it is then, for the question."""
    return f"__import__('coursekit').grading_bind({check.exercise!r}, lambda: ({check.expression}))"


def bind(kernel: Kernel, check: Check) -> str:
    """Keep the answer as it is now; "" or the error that the expression gives."""
    reply, _ = kernel.execute("", expressions={"bound": binding(check)}, clock=10)
    return writable(value_of(reply, "bound"))[:300]


def value_of(reply: dict[str, Any], name: str) -> str | None:
    """The text that a user expression gave the grader, None where there is none."""
    try:
        text = reply["user_expressions"][name]["data"][MIME]
    except (KeyError, TypeError):
        return None
    return text if isinstance(text, str) else None
