"""Step 10: what a learning curve says, on clear cases alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial, exact
from coursekit.reference import training as reference

WORDS = ("underfitting", "overfitting", "good")


def _fall(rng: np.random.Generator, epochs: int, start: float, end: float) -> np.ndarray:
    """A loss that falls from start to end: fast at first, or evenly."""
    time = np.linspace(0, 1, epochs)
    shape = rng.choice([np.exp(-5 * time) - np.exp(-5) * time, 1 - time, (1 - time) ** 2])
    return end + (start - end) * shape


def _turned(rng: np.random.Generator, epochs: int, start: float, least: float, end: float) -> np.ndarray:
    """A loss that falls to its least, and rises again."""
    turn = max(2, int(epochs * rng.uniform(0.25, 0.6)))
    return np.concatenate([_fall(rng, turn, start, least), np.linspace(least, end, epochs - turn + 1)[1:]])


def _uneven(rng: np.random.Generator, curve: np.ndarray) -> np.ndarray:
    """The same curve with noise of 1 %; its end and its least as they were."""
    noisy = np.maximum(curve * rng.uniform(0.99, 1.01, len(curve)), curve.min())
    return np.concatenate([noisy[:-1], curve[-1:]])


def _kinds(rng: np.random.Generator) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Curves of each kind: (kind, loss, val_loss). Two at the end are near each other, or far apart."""
    u = rng.uniform

    def n() -> int:
        return int(rng.integers(8, 40))

    def high(end: float, gap: float) -> tuple[np.ndarray, np.ndarray]:
        epochs = n()
        return _fall(rng, epochs, 2.35, end), _fall(rng, epochs, 2.36, end + gap)

    def low(end: float, gap: float, rise: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
        epochs, last = n(), end + gap
        val_loss = _fall(rng, epochs - 2, 2.2, last / rise)
        return _fall(rng, epochs, 2.3, end), np.append(val_loss, [last / rise**0.5, last])

    def turned(end: float, last: float, least: float) -> tuple[np.ndarray, np.ndarray]:
        epochs = n()
        return _fall(rng, epochs, 2.3, end), _turned(rng, epochs, 2.3, least, last)

    def apart(end: float, last: float) -> tuple[np.ndarray, np.ndarray]:
        epochs = n()
        return _fall(rng, epochs, 2.3, end), _fall(rng, epochs, 2.3, last)

    near = u(0.21, 0.3)
    return [
        ("both high", *high(u(1.6, 2.0), u(0.01, 0.04))),
        ("val_loss far above, and rising", *turned(0.02, u(1.2, 1.8), u(0.6, 0.8))),
        ("both low and close", *low(u(0.08, 0.2), u(0.01, 0.03))),
        ("val_loss turned up, and close to loss", *turned(near - 0.03, near, near / u(1.35, 1.6))),
        ("val_loss far above loss, still falling", *apart(u(0.01, 0.1), u(0.55, 0.9))),
        ("both high, val_loss the lower one", *high(u(1.4, 1.8), -0.02)),
        ("both low, val_loss a little up", *low(u(0.2, 0.26), u(0.01, 0.03), rise=1.035)),
        ("both low, val_loss the lower one", *low(u(0.15, 0.25), -u(0.01, 0.03))),
        ("hardly learning", *high(u(2.2, 2.29), 0.01)),
        ("val_loss turned up above a middling loss", *turned(u(0.4, 0.5), u(1.0, 1.3), u(0.6, 0.7))),
    ]


def _diagnose_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for kind, loss, val_loss in _kinds(rng) + _kinds(rng):
        history = {"loss": _uneven(rng, loss), "val_loss": _uneven(rng, val_loss)}
        ends = ", ".join(f"{name} {curve[0]:.2f} ... {curve[-1]:.2f}" for name, curve in history.items())
        text = f"diagnose(history) with {len(loss)} epochs: {ends}, least val_loss {min(val_loss):.2f}"
        lists = {name: np.round(curve, 4).tolist() for name, curve in history.items()}
        cases.append(Case((lists,), kind=kind, text=text))
    return cases


def _ask(diagnose: Any, history: Any) -> Any:
    """With lists, as Keras gives them, and where those will not do, with arrays."""
    try:
        return diagnose(history)
    except NotImplementedError:
        raise
    except Exception:
        return diagnose({name: np.array(values) for name, values in history.items()})


def _same_word(got: Any, expected: Any, args: tuple) -> None:
    if isinstance(got, str) and got not in WORDS:
        raise Mismatch(f'it gave {got!r}; there are "underfitting", "overfitting" and "good"')
    exact(got, expected, args)


def _gap(history: dict) -> float:
    return history["val_loss"][-1] - history["loss"][-1]


def _wrong_just_where(hidden: Callable[[dict], bool]) -> Callable[[Sequence[Trial]], bool]:
    """A predicate: right but for the overfitting of such histories, where it says another of the words."""

    def seen(trials: Sequence[Trial]) -> bool:
        return any(not trial.right for trial in trials) and all(
            trial.value in WORDS
            and trial.right is not (trial.expected == "overfitting" and hidden(trial.case.args[0]))
            for trial in trials
        )

    return seen


def _by_gap(history: Any) -> str:
    if history["val_loss"][-1] - history["loss"][-1] > 0.3:
        return "overfitting"
    return "underfitting" if history["loss"][-1] > 1.2 else "good"


def _by_turn(history: Any) -> str:
    if history["val_loss"][-1] >= 1.25 * min(history["val_loss"]):
        return "overfitting"
    return "underfitting" if history["loss"][-1] > 1.2 else "good"


_SWAP = {"underfitting": "overfitting", "overfitting": "underfitting", "good": "good"}

diagnose = Exercise(
    id="mnist.diagnose",
    title="What a learning curve says",
    signature="diagnose(history)",
    reference=reference.diagnose,
    cases=_diagnose_cases,
    probe=_ask,
    compare=_same_word,
    points=2,
    mistakes=(
        Mistake(
            "swapped",
            "underfitting and overfitting are swapped: what overfits is good on its training data alone",
            lambda history: _SWAP[reference.diagnose(history)],
        ),
        Mistake(
            "last-gap-only",
            "it sees only how far the losses end apart: a val_loss that has turned up is overfitting too",
            _by_gap,
            seen=_wrong_just_where(lambda history: _gap(history) < 0.3),
        ),
        Mistake(
            "turn-only",
            "it sees only whether val_loss turned up: one that stays far above the training loss is overfitting too",
            _by_turn,
            seen=_wrong_just_where(lambda history: history["val_loss"][-1] < 1.25 * min(history["val_loss"])),
        ),
        Mistake(
            "never-good",
            "low losses that end close together are good",
            lambda history: (
                "underfitting" if reference.diagnose(history) == "underfitting" else "overfitting"
            ),
        ),
    ),
    hints=(
        "Three numbers say it: how loss ends, how val_loss ends, and the least val_loss there was.",
        "Look for overfitting first: val_loss well above its own least, or far above loss. Then for losses above 1.2.",
    ),
)
