"""What is wrong with a Keras network, told from what a probe observed of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.checking import Mismatch, Trial
from coursekit.checking.compare import close
from coursekit.checking.keras_probes import CLASSES, INPUTS, batch, probabilities, weights
from coursekit.reference.activations import relu, softmax

Seen = dict[str, Any]
Trials = Sequence[Trial]

STEP_7 = [[10], [28], [28, 10], [784, 28]]  # shapes of the weights, sorted


def taken_for_granted(got: Any) -> None:
    """Raise Mismatch unless it is a compiled Keras model that maps flat images to ten outputs."""
    is_model(got)
    if not got["compiled"]:
        raise Mismatch("the model is not compiled: call its `compile` before it is returned")
    if got["takes"] != [INPUTS]:
        other = f"; it takes inputs of shape {_tuple(got['takes'])}" if got["takes"] else ""
        raise Mismatch(f"the model does not take flat images, a batch of shape (N, 784){other}")
    shape = np.shape(got["outputs"])
    if shape[1:] != (CLASSES,):
        raise Mismatch(
            f"for a batch of 6 images it gives outputs of shape {_tuple(shape)}; (6, 10) was asked for"
        )


def is_model(got: Any) -> None:
    """Raise Mismatch unless the answer gave a Keras model."""
    if got["form"] == "None":
        raise Mismatch("it gave None: did you forget `return`?")
    if got["form"] != "a Keras model":
        raise Mismatch(f"it gave {got['form']}; a Keras model was asked for")


def step_7_layers(got: Seen) -> None:
    """Raise Mismatch unless the weights are those of 784 inputs, 28 hidden units and 10 outputs."""
    if sorted(got["shapes"]) != STEP_7:
        count = sum(int(np.prod(shape)) for shape in got["shapes"])
        shapes = ", ".join(str(_tuple(shape)) for shape in got["shapes"])
        raise Mismatch(
            f"784 inputs, 28 hidden units and 10 outputs have 22,270 parameters, in arrays of shapes "
            f"(784, 28), (28,), (28, 10), (10,); this model has {count:,}, in {shapes or 'none'}"
        )


def learns_classes(got: Seen, seed: int) -> None:
    """Raise Mismatch unless outputs and loss belong together: one right class of ten, one-hot or a label."""
    P, (_, y) = probabilities(seed), batch(seed)
    of_probabilities, of_logits = cross_entropy(P, y), cross_entropy(softmax(P), y)
    if is_softmax(got["outputs"]):
        if not loss_is(got, of_probabilities):
            raise Mismatch("the outputs are probabilities, and the loss is not their cross-entropy")
    elif in_unit_interval(got["outputs"]):
        raise Mismatch("the outputs of an image do not sum to 1, so they are no probabilities of ten classes")
    elif not loss_is(got, of_logits):
        raise Mismatch(
            "the outputs are logits, and the loss takes them for probabilities, or for something else"
        )


def loss_is(got: Seen, value: float, targets: tuple[str, ...] = ("one-hot", "labels")) -> bool:
    """Whether the compiled loss has this value, for targets in one of these forms."""
    found = [got["losses"][name] for name in targets]
    return any(isinstance(one, float) and np.isclose(one, value, rtol=1e-3) for one in found)


def cross_entropy(P: np.ndarray, y: np.ndarray) -> float:
    """The mean of -log P[n, y_n]."""
    return float(-np.mean(np.log(P[np.arange(len(y)), y])))


def is_softmax(outputs: np.ndarray) -> bool:
    """Whether every row is of probabilities that sum to 1."""
    return bool(in_unit_interval(outputs) and np.allclose(np.sum(outputs, axis=-1), 1, atol=1e-3))


def logits(outputs: np.ndarray) -> np.ndarray:
    """The outputs before softmax, the last of which is 0."""
    with np.errstate(divide="ignore"):
        found = np.log(outputs) if is_softmax(outputs) else np.asarray(outputs)
    return found - found[:, -1:]


def in_unit_interval(outputs: np.ndarray) -> bool:
    return bool((np.asarray(outputs) >= 0).all() and (np.asarray(outputs) <= 1).all())


def gives(got: Seen, seed: int, output: Callable[[Any], Any], hidden: Callable[[Any], Any] = relu) -> bool:
    """Whether the outputs are those of 28 hidden units and this output, whatever the images' shape."""
    if "outputs" not in got or not has_two_layers(got):
        return False
    given = dict(zip(map(_tuple, got["shapes"]), weights(got["shapes"], seed), strict=True))
    W1 = next(W for shape, W in given.items() if len(shape) == 2 and shape[1] == 28)
    X = np.resize(batch(seed)[0], (6, *got["takes"]))
    X = X.reshape(6, -1) if W1.shape[0] == X[0].size else X
    X = X[..., None] if W1.shape[0] == 1 else X  # Keras adds the last axis by itself
    right = output(hidden(X @ W1 + given[28,]) @ given[28, 10] + given[10,])
    if right.size != got["outputs"].size:
        return False
    return np.allclose(got["outputs"], right.reshape(got["outputs"].shape), rtol=1e-3, atol=1e-5)


def has_two_layers(got: Seen) -> bool:
    """Whether there are 28 hidden units and 10 outputs, however many inputs."""
    rest = [shape for shape in got.get("shapes", []) if shape not in STEP_7[:3]]
    return len(got.get("shapes", [])) == 4 and len(rest) == 1 and len(rest[0]) == 2 and rest[0][1] == 28


def moves_like(got: Seen, expected: Seen) -> bool:
    """Whether the optimizers move numbers alike."""
    return same(got["moves"], expected["moves"])


def same(got: Any, expected: Any, rtol: float = 1e-3) -> bool:
    """Whether two observations are equal, to rounding."""
    try:
        close(rtol=rtol)(got, expected, ())
    except Mismatch:
        return False
    return True


def every(wrong: Callable[[Seen, Seen, int], bool]) -> Callable[[Trials], bool]:
    """A predicate over all trials: each shows what `wrong(got, expected, seed)` says of one."""

    def seen(trials: Trials) -> bool:
        return all(
            trial.reply.kind == "value"
            and trial.value["form"] == "a Keras model"
            and bool(trial.value["compiled"])
            and wrong(trial.value, trial.expected, trial.case.args[0])
            for trial in trials
        )

    return seen


def described(seen: Seen) -> str:
    """A network in a line, for a person."""
    if seen["form"] != "a Keras model":
        return str(seen["form"])
    parts = ["a Keras model" if seen["compiled"] else "a Keras model that is not compiled"]
    parts += [f"inputs {_tuple(seen['takes'])}"] if seen["takes"] else []
    if "shapes" in seen:
        parts += [f"{sum(int(np.prod(shape)) for shape in seen['shapes']):,} parameters"]
    return ", ".join(parts)


def _tuple(shape: Any) -> tuple[int, ...]:
    return tuple(int(length) for length in shape)
