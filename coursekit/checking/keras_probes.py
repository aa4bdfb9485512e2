"""What probes observe of a Keras model, through its public interface alone.

Weights and batches are drawn from a seed, here and by the judge alike; what comes back is plain data.
Keras is the one that the answer has imported: where there is none, nothing can be a Keras model.
The methods called are keras.Model's own, whatever a subclass puts in the place of `predict` or `evaluate`.
"""

from __future__ import annotations

import contextlib
import random
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

INPUTS, CLASSES, EXAMPLES = 784, 10, 6
LIKELY = ((28, 28), (28, 28, 1), (1, 28, 28), (784, 1), (1, 784))  # an image's shape, where it is not (784,)
GRADIENTS = ((0.5, 5.0, -2.0), (-1.0, -10.0, 0.0), (0.03, 0.3, 40.0), (0.0, 0.0, 1.0), (2.0, 20.0, -300.0))
START = (
    0.0,
    0.0,
    5.0,
)  # of what these gradients move; the second number's are ten times the first's


def form(given: Any) -> str:
    """What a thing is, in a few words: "a Keras model", "a callback", "None", "the class Dense"."""
    keras, torch = sys.modules.get("keras"), sys.modules.get("torch")
    if given is None:
        return "None"
    if isinstance(given, type):
        return f"the class {given.__name__}"
    if keras and isinstance(given, keras.Model):
        return "a Keras model"
    if keras and isinstance(given, keras.callbacks.Callback):
        return "a callback"
    if torch and isinstance(given, torch.nn.Module):
        return "a torch model"
    return f"a value of type {type(given).__name__}"


def made(answer: Any) -> Any:
    """The model that is the answer, or that the answer returns: a function without parameters.

    Raises NotImplementedError where nothing was handed in.
    """
    if answer is ...:
        raise NotImplementedError
    is_model = form(answer) in ("a Keras model", "a torch model")
    return answer() if callable(answer) and not is_model and not isinstance(answer, type) else answer


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Python's and NumPy's global random numbers go on afterwards as if nothing had been drawn."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 - the student's
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002


def weights(shapes: list[list[int]], seed: int) -> list[np.ndarray]:
    """Weights of these shapes, drawn from the seed: the same ones whatever the order of the layers."""
    made, times = [], {}  # type: ignore[var-annotated]
    for shape in map(tuple, shapes):
        times[shape] = times.get(shape, 0) + 1
        rng = np.random.default_rng([seed, times[shape], *shape])
        scale = np.sqrt(2 / shape[0]) if len(shape) > 1 else 0.5
        made.append((scale * rng.standard_normal(shape)).astype(np.float32))
    return made


def batch(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Images (6, 784) in [0, 1] and labels (6,), drawn from the seed."""
    rng = np.random.default_rng(seed)
    return rng.random((EXAMPLES, INPUTS), dtype=np.float32), rng.integers(0, CLASSES, EXAMPLES)


def probabilities(seed: int) -> np.ndarray:
    """Rows (6, 10) that sum to one, to ask a loss about."""
    return np.random.default_rng([seed, 1]).dirichlet(np.ones(CLASSES), EXAMPLES).astype(np.float32)


def outputs(model: Any, X: np.ndarray, training: bool = False) -> np.ndarray:
    """The model's outputs for a batch, as an array."""
    keras = sys.modules["keras"]
    given = keras.ops.convert_to_tensor(X, dtype="float32")
    made = keras.Model.__call__(model, given, training=training)
    return np.asarray(keras.ops.convert_to_numpy(keras.ops.stop_gradient(made)), dtype=np.float32)


def taken(model: Any, X: np.ndarray) -> tuple[list[int] | None, str]:
    """The shape of an image that the model takes, flat where it does, and why it takes no flat one."""
    why = ""
    declared = getattr(model, "input_shape", None) if model.built else None
    more = [tuple(declared[1:])] if isinstance(declared, tuple) and None not in declared[1:] else []
    for shape in [(INPUTS,), *more, *LIKELY]:
        if 0 < np.prod(shape) <= 10_000:
            try:
                outputs(model, np.resize(X, (len(X), *shape)))
                return list(shape), why
            except Exception as error:
                why = why or str(error)
    return None, why


@contextlib.contextmanager
def restored(model: Any) -> Iterator[None]:
    """The model's weights and its optimizer's memory are afterwards what they were."""
    if model.compiled:
        model.optimizer.build(model.trainable_variables)
    before, eagerly = model.get_weights(), model.run_eagerly
    optimizer = model.optimizer if model.compiled else None  # a model has none before it is compiled
    kept = [(one, np.array(_numpy(one))) for one in getattr(optimizer, "variables", ())]
    try:
        yield
    finally:
        model.set_weights(before)
        model.run_eagerly = eagerly
        for variable, value in kept:
            variable.assign(value)


def _numpy(value: Any) -> np.ndarray:
    return sys.modules["keras"].ops.convert_to_numpy(value)


def set_weights(model: Any, seed: int) -> list[list[int]]:
    """Fill the model with `weights`; return their shapes."""
    shapes = [list(one.shape) for one in model.weights]
    given = zip(model.weights, weights(shapes, seed), strict=True)
    model.set_weights([np.abs(value) + 0.5 if "variance" in one.name else value for one, value in given])
    return shapes


def width(shapes: Any) -> int:
    """The hidden units of a two-layer network whose weights have these shapes."""
    kernels = [tuple(shape) for shape in shapes if len(shape) == 2]
    return INPUTS if (INPUTS, INPUTS) in kernels else next(out for n, out in kernels if n == INPUTS)


def losses(model: Any, seed: int) -> dict[str, Any]:
    """The compiled loss of `probabilities` for one-hot targets and for labels: numbers, or an error."""
    keras, (_, y), P = sys.modules["keras"], batch(seed), probabilities(seed)
    loss = model.loss
    while isinstance(loss, list | tuple | dict) and len(loss) == 1:
        loss = next(iter(loss.values() if isinstance(loss, dict) else loss))
    seen: dict[str, Any] = {}
    for name, targets in (("one-hot", np.eye(CLASSES, dtype=np.float32)[y]), ("labels", y.astype(np.int32))):
        try:
            seen[name] = float(
                np.mean(_numpy(keras.losses.get(loss)(targets, keras.ops.convert_to_tensor(P))))
            )
        except Exception as error:
            seen[name] = f"{type(error).__name__}: {error}"[:200]
    return seen


def moves(optimizer: Any) -> Any:
    """How an optimizer like the compiled one moves three numbers by GRADIENTS: (5, 3) steps, or an error."""
    keras = sys.modules["keras"]
    try:
        fresh = type(optimizer).from_config(optimizer.get_config())
        variable, path = keras.Variable(np.array(START, dtype=np.float32)), [np.array(START)]
        for gradient in GRADIENTS:
            fresh.apply([keras.ops.convert_to_tensor(np.array(gradient, dtype=np.float32))], [variable])
            path.append(np.array(_numpy(variable), dtype=float))
        return np.diff(path, axis=0)
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]


def training(model: Any, seed: int, steps: int = 2) -> dict[str, Any]:
    """What the first of some training steps on `batch` reports, and the weights after the last."""
    keras, (X, y) = sys.modules["keras"], batch(seed)
    Y = np.eye(CLASSES, dtype=np.float32)[y]
    model.run_eagerly = True  # no time is spent on compiling what runs twice
    if int(_numpy(model.optimizer.iterations)) > 0:  # it has trained: let it begin anew
        for variable in model.optimizer.variables:
            if "learning_rate" not in variable.name:
                variable.assign(np.zeros(variable.shape))
    try:
        logs, *_ = [keras.Model.train_on_batch(model, X, Y, return_dict=True) for _ in range(steps)]
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"[:200]}
    after = [np.array(one) for one in model.get_weights()]
    return {"logs": {str(name): float(value) for name, value in logs.items()}, "after": after}


def network(model: Any, seed: int, train: bool = True) -> dict[str, Any]:
    """All of the above for a model; what cannot be looked at is left out."""
    seen: dict[str, Any] = {"form": form(model)}
    if seen["form"] != "a Keras model":
        return seen
    X, _ = batch(seed)
    seen["compiled"] = bool(model.compiled)
    seen["takes"], seen["why"] = taken(model, X)
    if seen["compiled"]:
        seen |= {"losses": losses(model, seed), "moves": moves(model.optimizer)}
    if seen["takes"] is None and not model.built:
        return seen
    with restored(model):
        seen["shapes"] = set_weights(model, seed)
        if seen["takes"] is not None:
            seen["outputs"] = outputs(model, np.resize(X, (len(X), *seen["takes"])))
        if train and seen["compiled"] and seen["takes"] == [INPUTS]:
            seen["training"] = training(model, seed)
    return seen
