"""The two-layer sigmoid network: forward, backward, and one step with what came back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial
from coursekit.checking.compare import close
from coursekit.checking.plain import plain
from coursekit.reference import two_layer as reference

Trials = Sequence[Trial]
Change = Callable[[Any, Any], Any]  # of a gradient and its layer's dZ

# (N, D, H, K); in some no matrix is square, in others both are, so that no transposition goes unseen
SHAPES = [(1, 2, 2, 1), (1, 2, 2, 2), (3, 2, 4, 1), (4, 3, 3, 3), (5, 3, 2, 4), (2, 4, 4, 2), (3, 2, 3, 3)]


def _network(rng: np.random.Generator, shape: tuple[int, int, int, int]) -> tuple[np.ndarray, ...]:
    n, d, h, k = shape
    X, T = rng.normal(size=(n, d)), rng.uniform(0.05, 0.95, (n, k))
    W1, W2 = rng.normal(size=(d, h)), rng.normal(size=(h, k))
    return X, T, W1, rng.uniform(0.3, 1.2, h), W2, rng.uniform(-1.2, -0.3, k)


def _sizes(n: int, d: int, h: int, k: int) -> str:
    return f"{n} example{'s' * (n > 1)}, layers {d}-{h}-{k}"


def _where_square(*forms: Callable[..., Any]) -> Callable[[Trials], bool]:
    """A predicate for what only square matrices let through: there the reply is a form's, elsewhere not right."""

    def seen(trials: Trials) -> bool:
        told = any(not trial.right and trial.reply.kind == "value" for trial in trials)
        return told and any(all(_like_where_square(form, trial) for trial in trials) for form in forms)

    return seen


def _like_where_square(form: Callable[..., Any], trial: Trial) -> bool:
    try:
        expected = form(*trial.case.args)
    except ValueError:  # the shapes do not fit; a student's call may say so otherwise, or stretch a 1
        return not trial.right
    return trial.reply.kind == "value" and not trial.reply.changed and _same(trial.value, plain(expected))


def _forward_cases(rng: np.random.Generator) -> list[Case]:
    X, _, params = reference.two_two_two()
    cases = [Case((X, *params.values()), kind="the network 2-2-2")]
    for shape in SHAPES:
        X, _, *weights = _network(rng, shape)
        cases.append(Case((X, *weights), kind=_sizes(*shape)))
    return cases


def _sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def _without_bias(first: bool, second: bool) -> Callable[..., Any]:
    def forward(X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
        H = _sigmoid(X @ W1 + (0 if first else b1))
        return H, _sigmoid(H @ W2 + (0 if second else b2))

    return forward


def _output_linear(X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    H = _sigmoid(X @ W1 + b1)
    return H, H @ W2 + b2


def _hidden_linear(X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    H = X @ W1 + b1
    return H, _sigmoid(H @ W2 + b2)


def _all_linear(X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    H = X @ W1 + b1
    return H, H @ W2 + b2


def _both_transposed(X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    H = _sigmoid(X @ W1.T + b1)
    return H, _sigmoid(H @ W2.T + b2)


def _first_transposed(X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    H = _sigmoid(X @ W1.T + b1)
    return H, _sigmoid(H @ W2 + b2)


def _second_transposed(X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    H = _sigmoid(X @ W1 + b1)
    return H, _sigmoid(H @ W2.T + b2)


def _output_first(X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    H = _sigmoid(X @ W1 + b1)
    return _sigmoid(H @ W2 + b2), H


def _output_alone(X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    return _sigmoid(_sigmoid(X @ W1 + b1) @ W2 + b2)


forward = Exercise(
    id="backprop.forward",
    title="Forward through two layers",
    signature="forward(X, W1, b1, W2, b2)",
    reference=reference.forward,
    cases=_forward_cases,
    points=2,
    mistakes=(
        Mistake(
            "bias-missing",
            "a bias is left out: each layer is σ(inputs times weights, plus bias)",
            _without_bias(True, True),
            _without_bias(True, False),
            _without_bias(False, True),
        ),
        Mistake("output-linear", "the output layer has no sigmoid; both layers have one", _output_linear),
        Mistake("hidden-linear", "the hidden layer has no sigmoid; both layers have one", _hidden_linear),
        Mistake(
            "transposed",
            "a weight matrix is transposed: W has a row an input and a column a unit, so it is X @ W",
            _both_transposed,
            _first_transposed,
            _second_transposed,
            seen=_where_square(_both_transposed, _first_transposed, _second_transposed),
        ),
        Mistake("no-sigmoid", "neither layer has its sigmoid", _all_linear),
        Mistake("output-first", "H and Y have changed places: the hidden layer comes first", _output_first),
        Mistake("output-alone", "this is Y alone; H was asked for too, as the first of two", _output_alone),
    ),
    hints=(
        "Each layer does the same: inputs times weights, plus bias, through the sigmoid.",
        "The second layer's inputs are what the first gave: H = σ(X @ W1 + b1), then the same with H, W2, b2.",
    ),
)


def _backward_cases(rng: np.random.Generator) -> list[Case]:
    X, T, params = reference.two_two_two()
    cases = [Case((X, *reference.forward(X, **params), T, params["W2"]), kind="the network 2-2-2")]
    for shape in SHAPES:
        X, T, W1, b1, W2, b2 = _network(rng, shape)
        cases.append(Case((X, *reference.forward(X, W1, b1, W2, b2), T, W2), kind=_sizes(*shape)))
    return cases


def _slope(a: Any) -> Any:
    return a * (1 - a)


def _slope_of_activation(a: Any) -> Any:
    return _sigmoid(a) * (1 - _sigmoid(a))


def _one(a: Any) -> Any:
    return 1.0


def _backwards_by(output: Callable[..., Any], hidden: Callable[..., Any], factor: float = 1.0) -> Any:
    """A form of a mistake: the right backward pass, but for these slopes and a factor."""

    def backward(X: Any, H: Any, Y: Any, T: Any, W2: Any) -> Any:
        dZ2 = factor * (Y - T) * output(Y)
        dZ1 = dZ2 @ W2.T * hidden(H)
        return {"dW1": X.T @ dZ1, "db1": dZ1.sum(axis=0), "dW2": H.T @ dZ2, "db2": dZ2.sum(axis=0)}

    return backward


def _kept(gradient: Any, dZ: Any) -> Any:
    return gradient


def _changed(dW1: Change = _kept, db1: Change = _kept, dW2: Change = _kept, db2: Change = _kept) -> Any:
    """A form of a mistake: the right gradients, some of them changed; `change(gradient, dZ)`."""

    def backward(X: Any, H: Any, Y: Any, T: Any, W2: Any) -> Any:
        dZ2 = (Y - T) * Y * (1 - Y)
        dZ1 = dZ2 @ W2.T * H * (1 - H)
        return {
            "dW1": dW1(X.T @ dZ1, dZ1),
            "db1": db1(dZ1.sum(axis=0), dZ1),
            "dW2": dW2(H.T @ dZ2, dZ2),
            "db2": db2(dZ2.sum(axis=0), dZ2),
        }

    return backward


def _turned(gradient: Any, dZ: Any) -> Any:
    return gradient.T


def _divided(gradient: Any, dZ: Any) -> Any:
    return gradient / len(dZ)


def _divided_by_size(gradient: Any, dZ: Any) -> Any:
    return gradient / dZ.size


def _an_example_each(gradient: Any, dZ: Any) -> Any:
    return dZ


def _not_over_examples(gradient: Any, dZ: Any) -> Any:
    return dZ.sum(axis=1)


def _over_everything(gradient: Any, dZ: Any) -> Any:
    return dZ.sum()


def _mean_of_all(X: Any, H: Any, Y: Any, T: Any, W2: Any) -> Any:
    dZ2 = (Y - T) * Y * (1 - Y) / Y.size
    dZ1 = dZ2 @ W2.T * H * (1 - H)
    return {"dW1": X.T @ dZ1, "db1": dZ1.sum(axis=0), "dW2": H.T @ dZ2, "db2": dZ2.sum(axis=0)}


def _back_through_w2(X: Any, H: Any, Y: Any, T: Any, W2: Any) -> Any:
    dZ2 = (Y - T) * Y * (1 - Y)
    dZ1 = dZ2 @ W2 * H * (1 - H)
    return {"dW1": X.T @ dZ1, "db1": dZ1.sum(axis=0), "dW2": H.T @ dZ2, "db2": dZ2.sum(axis=0)}


backward = Exercise(
    id="backprop.backward",
    title="Backward through two layers",
    signature="backward(X, H, Y, T, W2)",
    reference=reference.backward,
    cases=_backward_cases,
    points=3,
    mistakes=(
        Mistake(
            "derivative-of-activation",
            "the slope σ(a)(1 - σ(a)) is taken of an activation a, which has been through the sigmoid already: it is a(1 - a)",
            _backwards_by(_slope_of_activation, _slope_of_activation),
            _backwards_by(_slope, _slope_of_activation),
            _backwards_by(_slope_of_activation, _slope),
        ),
        Mistake(
            "hidden-derivative-missing",
            "the hidden layer's slope H (1 - H) is missing on the way back to the first layer",
            _backwards_by(_slope, _one),
        ),
        Mistake(
            "output-derivative-missing",
            "the output's slope Y (1 - Y) is missing: of ½ Σ (Y - T)² it does not cancel",
            _backwards_by(_one, _slope),
        ),
        Mistake(
            "transposed",
            "a dW has the other layout: it has its weights' shape, a row an input and a column a unit",
            _changed(dW1=_turned, dW2=_turned),
            _changed(dW1=_turned),
            _changed(dW2=_turned),
        ),
        Mistake(
            "mean-not-sum",
            "this is the mean over the batch; the sum was asked for",
            _changed(dW1=_divided, db1=_divided, dW2=_divided, db2=_divided),
            _changed(dW1=_divided, dW2=_divided),
            _changed(db1=_divided, db2=_divided),
            _mean_of_all,
        ),
        Mistake(
            "backwards",
            "every sign is flipped: the error is Y - T, prediction minus target",
            _backwards_by(_slope, _slope, -1.0),
        ),
        Mistake(
            "bias-not-summed",
            "a db is one row an example; one bias serves all of them, so sum over the batch",
            _changed(db1=_an_example_each, db2=_an_example_each),
            _changed(db1=_an_example_each),
            _changed(db2=_an_example_each),
        ),
        Mistake(
            "bias-over-wrong-axis",
            "a db is summed over the units, or over everything; it has one number a unit: sum over axis 0",
            _changed(db1=_not_over_examples, db2=_not_over_examples),
            _changed(db1=_over_everything, db2=_over_everything),
        ),
        Mistake(
            "both-derivatives-missing",
            "the slopes Y (1 - Y) and H (1 - H) are both missing",
            _backwards_by(_one, _one),
        ),
        Mistake(
            "factor-two",
            "every gradient is twice too large: the ½ in the loss takes the 2 of the derivative away",
            _backwards_by(_slope, _slope, 2.0),
        ),
        Mistake(
            "back-through-w2",
            "the way back goes through W2ᵀ, not through W2: each hidden unit gathers from all outputs",
            _back_through_w2,
        ),
    ),
    hints=(
        "Begin at the end: dZ2 is the error Y - T times the slope of the output's sigmoid, in terms of Y.",
        "The way back through W2 is its transpose; then the slope of the hidden layer: dZ1 = (dZ2 @ W2.T) * H * (1 - H).",
        "For each layer: dW is its inputs transposed, times its dZ; db is dZ summed over the examples.",
    ),
)


def _input_cases(rng: np.random.Generator) -> list[Case]:
    shapes = [(2, 1, 1), (1, 3, 2), (4, 2, 3), (3, 3, 3), (5, 4, 4), (4, 2, 5)]
    first = Case(
        (np.array([[0.5, -1.0]]), np.array([[1.0, 2.0], [3.0, 4.0]])), kind="one example, 2 inputs, 2 units"
    )
    return [first] + [
        Case((rng.normal(size=(n, h)), rng.normal(size=(d, h))), kind=f"{n} examples, {d} inputs, {h} units")
        for n, d, h in shapes
    ]


input_gradient = Exercise(
    id="backprop.input_gradient",
    title="The gradient by the inputs",
    signature="input_gradient(dZ1, W1)",
    reference=reference.input_gradient,
    cases=_input_cases,
    core=False,
    mistakes=(
        Mistake(
            "weights-only",
            "this sums weights alone; each is multiplied by its unit's gradient dZ1 before the sum",
            lambda dZ1, W1: W1.sum(axis=1),
            lambda dZ1, W1: np.tile(W1.sum(axis=1), (len(dZ1), 1)),
        ),
        Mistake(
            "transposed",
            "this goes through W1 as forward does; the way back is its transpose",
            lambda dZ1, W1: dZ1 @ W1,
            seen=_where_square(lambda dZ1, W1: dZ1 @ W1),
        ),
    ),
    hints=(
        "An input reaches the loss through every hidden unit: one product each, then the sum over units.",
        "(N, H) times what gives (N, D)?",
    ),
)


def _update_cases(rng: np.random.Generator) -> list[Case]:
    def arrays(*shapes: Any) -> list[np.ndarray]:
        return [rng.normal(size=shape) for shape in shapes]

    def case(
        names: Sequence[str], values: Sequence[Any], grads: Sequence[Any], rate: float, kind: str
    ) -> Case:
        given = {f"d{name}": grad for name, grad in zip(names, grads, strict=False)}
        return Case((dict(zip(names, values, strict=True)), given, rate), kind=kind)

    layers = [(2, 3), 3, (3, 1), 1]
    return [
        case(["w"], [np.array([1.0, 2.0])], [np.array([0.5, -1.0])], 0.1, "one parameter"),
        case(["W", "b"], arrays((2, 2), 2), arrays((2, 2), 2), 0.5, "two parameters"),
        case(["W1", "b1", "W2", "b2"], arrays(*layers), arrays(*layers), 0.25, "the network's parameters"),
        case(["hidden", "d", "added"], arrays(3, 2, (1, 2)), arrays(3, 2, (1, 2)), 2.0, "names with a d in them"),
        case(["W", "fixed"], arrays((2, 3), 3), arrays((2, 3)), 0.1, "a parameter without a gradient"),
        case(["slope", "shift"], [1.5, -0.5], [2.0, 0.25], 0.1, "parameters that are numbers"),
        case([f"p{i}" for i in range(6)], arrays(*range(1, 7)), arrays(*range(1, 7)), float(rng.uniform(0.1, 2)), "six"),
    ]  # fmt: skip


def _new(change: Callable[[Any, Any, float], Any]) -> Callable[..., Any]:
    """A form of a mistake: every parameter that has a gradient is changed by `change`."""

    def update(params: dict, grads: dict, learning_rate: float) -> dict:
        return {
            k: change(v, grads["d" + k], learning_rate) if "d" + k in grads else v for k, v in params.items()
        }

    return update


def _in_place(params: dict, grads: dict, learning_rate: float) -> dict:
    for k in grads:
        params[k[1:]] -= learning_rate * grads[k]
    return params


def _in_place_of_copy(params: dict, grads: dict, learning_rate: float) -> dict:
    new = dict(params)
    for k in grads:
        new[k[1:]] -= learning_rate * grads[k]
    return new


def _first_only(params: dict, grads: dict, learning_rate: float) -> dict:
    k = next(iter(params))
    return {**params, k: params[k] - learning_rate * grads["d" + k]}


def _first_alone(params: dict, grads: dict, learning_rate: float) -> dict:
    k = next(iter(params))
    return {k: params[k] - learning_rate * grads["d" + k]}


def _with_gradient_only(params: dict, grads: dict, learning_rate: float) -> dict:
    return {k[1:]: params[k[1:]] - learning_rate * grads[k] for k in grads}


def _same(got: Any, expected: Any) -> bool:
    try:
        close(atol=1e-9)(got, expected, ())
    except Mismatch:
        return False
    return True


def _changes_its_argument(trials: Trials) -> bool:
    """Right values everywhere; every fault is that the parameters handed in were changed."""
    failed = [trial for trial in trials if not trial.right]
    return bool(failed) and all(
        trial.reply.kind == "value" and _same(trial.value, trial.expected) for trial in trials
    ) and all(0 in trial.reply.changed for trial in failed)  # fmt: skip


def _leaves_some(trials: Trials) -> bool:
    """Each parameter is right, as it was, or left out; some are updated and some are not."""
    updated = left = 0
    for trial in trials:
        if trial.reply.kind != "value" or trial.reply.changed or not isinstance(trial.value, dict):
            return False
        for name, old in trial.case.args[0].items():
            if name in trial.value and _same(trial.value[name], trial.expected[name]):
                updated += not _same(old, trial.expected[name])
            elif name not in trial.value or _same(trial.value[name], old):
                left += 1
            else:
                return False
    return updated > 0 and left > 0


update = Exercise(
    id="backprop.update",
    title="One step for all parameters",
    signature="update(params, grads, learning_rate)",
    reference=reference.update,
    cases=_update_cases,
    points=2,
    mistakes=(
        Mistake(
            "climbs",
            "this goes up the slope: subtract the gradients, do not add them",
            _new(lambda value, grad, rate: value + rate * grad),
        ),
        Mistake(
            "in-place",
            "it changes what it was given: make new arrays in a new dict (`value - ...`, not `-=`)",
            _in_place,
            _in_place_of_copy,
            seen=_changes_its_argument,
        ),
        Mistake(
            "one-key",
            "some parameters are left as they were, or left out: go through all of them, whatever their names",
            _first_only,
            _first_alone,
            _with_gradient_only,
            seen=_leaves_some,
        ),
        Mistake(
            "rate-ignored",
            "the learning rate is not used: the step is learning_rate times the gradient",
            _new(lambda value, grad, rate: value - grad),
        ),
        Mistake(
            "update-only",
            "these are only the changes; the new parameters were asked for",
            _new(lambda value, grad, rate: -rate * grad),
        ),
    ),
    hints=(
        'Go through params.items(); the gradient of `name` is grads["d" + name], where there is one.',
        "Build a new dict: each value minus learning_rate times its gradient; what has none goes in as it is.",
    ),
)
