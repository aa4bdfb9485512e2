"""Exercise on a convolutional network, judged by what it computes, however it is written."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial
from coursekit.checking.compare import close, numeric
from coursekit.checking.torch_layers import drawn, images
from coursekit.frameworks.network import Net as reference

Trials = Sequence[Trial]
Seen = dict[str, Any]

HIDDEN, RATE = 500, 0.25
ALL = (True, True, True, True)  # relu after each convolution, and after the first linear layer
ROUNDING = close(rtol=1e-3, atol=1e-5)


def _cases(rng: np.random.Generator) -> list[Case]:
    sizes = [(1, 28, 10, 2), (1, 28, 10, 1), (3, 32, 5, 3), (1, 8, 10, 4)]
    sizes.append((int(rng.integers(2, 5)), int(rng.choice([16, 20, 24])), int(rng.integers(2, 9)), 2))
    return [_case(*one, seed=int(rng.integers(1_000_000))) for one in sizes]


def _case(channels: int, size: int, classes: int, n: int, seed: int) -> Case:
    shape = f"({n}, {channels}, {size}, {size})"
    return Case(
        (channels, size, classes, n, seed),
        kind=f"images of {size} x {size} pixels",
        text=f"Net({channels}, {size}, {classes})(X) with X of shape {shape}",
    )


def _build(Net: Any, channels: int, size: int, classes: int, n: int, seed: int) -> Any:
    from torch import nn

    from coursekit.checking import torch_layers, torch_probes

    with torch_probes.undisturbed(seed):
        net = Net(channels, size, classes)
        if not isinstance(net, nn.Module):
            return {"other": net}
        return torch_layers.observed(net, torch_layers.images(n, channels, size, seed), seed)


def _is_right(got: Any, expected: Any, args: tuple) -> None:
    _has_the_form(got, args)
    try:
        ROUNDING(got["outputs"], _logits(got, args), args)
    except Mismatch:
        raise Mismatch("with given weights, these are not the logits of the network asked for") from None
    _drops(got)
    if not got["registered"]:
        raise Mismatch("net.parameters() lacks some of its layers, and so an optimizer would not train them")
    if not got["learns"]:
        raise Mismatch("no gradients reach some of its layers, so that they cannot be trained")


def _has_the_form(got: Seen, args: tuple) -> None:
    """Raise Mismatch unless layers and shapes are those asked for."""
    _, size, classes, n, _ = args
    if "other" in got:
        raise Mismatch(
            "it gave None: did you forget `return`?"
            if got["other"] is None
            else "a torch.nn.Module was asked for"
        )
    shape = numeric(got["outputs"]).shape
    if shape != (n, classes):
        raise Mismatch(f"the outputs have shape {shape}; ({n}, {classes}) was asked for")
    kinds = [kind for kind, _, _ in got["layers"]]
    if kinds != ["conv2d"] * 3 + ["linear"] * 2:
        raise Mismatch(f"three convolutions, then two linear layers were asked for; its layers are {kinds}")
    shapes = [shape for _, shape, _ in got["layers"]]
    if any(shape[2:] != [3, 3] for shape in shapes[:3]):
        raise Mismatch("the convolutions are 3 x 3")
    if shapes[3][0] != HIDDEN:
        raise Mismatch(f"the first linear layer has {shapes[3][0]} outputs; {HIDDEN} were asked for")
    if shapes[3][1] != shapes[2][0] * (size // 8) ** 2:
        raise Mismatch(
            "three poolings by 2 leave size // 8 by size // 8 pixels a channel; here other ones are left"
        )
    if got["further"]:
        raise Mismatch("it has further weights, beside three convolutions and two linear layers")


def _drops(got: Seen) -> None:
    """Raise Mismatch unless there is dropout by the rate asked for, in training and only there."""
    if not np.allclose(got["outputs"], got["again"], rtol=1e-4, atol=1e-6):
        raise Mismatch("in evaluation mode two calls give different outputs: is dropout on there?")
    factors = got["factors"]
    if factors in ([1.0], []):
        raise Mismatch("in training nothing is dropped before the first linear layer")
    if not np.array_equal(factors, [0.0, round(1 / (1 - RATE), 2)]):
        raise Mismatch(f"dropout before the first linear layer is not by {RATE}")


@lru_cache(maxsize=8)  # the mistakes are looked for one after the other
def _weights(layers: tuple[tuple[tuple[int, ...], bool], ...], seed: int) -> list[tuple[Any, Any]]:
    import torch

    return [
        (
            torch.tensor(drawn(shape, place, seed)),
            torch.tensor(drawn(shape[:1], place, seed)) if biased else None,
        )
        for place, (shape, biased) in enumerate(layers)
    ]


def _logits(got: Seen, args: tuple, relus: Sequence[bool] = ALL, pool: str = "max_pool2d") -> np.ndarray:
    """What layers of these shapes compute with the drawn weights."""
    import torch
    from torch.nn import functional as F

    channels, size, _, n, seed = args
    parts = _weights(tuple((tuple(shape), biased) for _, shape, biased in got["layers"]), seed)
    A = torch.tensor(images(n, channels, size, seed))
    for (W, b), relu in zip(parts[:3], relus, strict=False):
        Z = F.conv2d(A, W, b, padding=1)
        A = getattr(F, pool)(F.relu(Z) if relu else Z, 2)
    Z = F.linear(A.flatten(1), *parts[3])
    return F.linear(F.relu(Z) if relus[3] else Z, *parts[4]).numpy()


def _gives(change: Callable[[np.ndarray], np.ndarray], **how: Any) -> Callable[[Trials], bool]:
    """Whether the outputs are everywhere the changed logits of such a network, and all else is right."""

    def seen(trials: Trials) -> bool:
        for trial in trials:
            got, args = trial.value, trial.case.args
            _has_the_form(got, args)
            _drops(got)
            ROUNDING(got["outputs"], change(_logits(got, args, **how)), args)
        return any(trial.wrong for trial in trials)

    return seen


def _softmax(Z: np.ndarray) -> np.ndarray:
    P = np.exp(Z - Z.max(axis=1, keepdims=True))
    return P / P.sum(axis=1, keepdims=True)


def _log_softmax(Z: np.ndarray) -> np.ndarray:
    return (
        Z
        - Z.max(axis=1, keepdims=True)
        - np.log(np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True))
    )


def _activation_missing(trials: Trials) -> bool:
    """One or more of the four activations are missing, the same ones everywhere."""
    for relus in itertools.product((False, True), repeat=4):
        try:
            if relus != ALL and _gives(lambda Z: Z, relus=relus)(trials):
                return True
        except Mismatch:
            continue
    return False


def _mixes(trials: Trials) -> bool:
    """What enters the linear layers for an image depends on the others of its batch, where there are others."""
    several = [trial for trial in trials if trial.case.args[3] > 1]
    alone = [trial for trial in trials if trial.case.args[3] == 1]
    return all(trial.reply.kind == "value" for trial in alone) and all(map(_row_differs, several))


def _row_differs(trial: Trial) -> bool:
    if trial.reply.kind == "crashed":
        return trial.reply.error == "RuntimeError"  # 2 x 576 numbers for 576 weights
    together, alone = map(numeric, trial.value["entering"])
    if not np.allclose(trial.value["outputs"], trial.value["again"]) or together.ndim != 2:
        return False
    n = trial.case.args[3]
    return len(together) != n or not np.allclose(together[0], np.ravel(alone), rtol=1e-3, atol=1e-5)


def _fixed(place: int, value: int) -> Callable[[Trials], bool]:
    """Right where the argument at this place is `value`; elsewhere a crash, or outputs of the wrong shape."""

    def seen(trials: Trials) -> bool:
        others = [trial for trial in trials if trial.case.args[place] != value]
        shapes = (np.shape(trial.value["outputs"])[-1:] for trial in others if trial.reply.kind == "value")
        return (
            all(trial.right for trial in trials if trial.case.args[place] == value)
            and all(trial.reply.kind in ("value", "crashed") for trial in others)
            and all(not trial.right for trial in others)
            and all(shape == (value,) for shape in shapes)
            and bool(others)
        )

    return seen


def _unregistered(trials: Trials) -> bool:
    """All is right everywhere, but that the module does not know some of its layers."""
    return _gives(lambda Z: Z)(trials) and not any(trial.value["registered"] for trial in trials)


def _dropout(where: Callable[[Seen], bool]) -> Callable[[Trials], bool]:
    """Whether all is right everywhere but dropout, of which this is true."""

    def seen(trials: Trials) -> bool:
        for trial in trials:
            _has_the_form(trial.value, trial.case.args)
            if not where(trial.value):
                return False
        return True

    return seen


def _right_but_for_dropout(trials: Trials) -> bool:
    for trial in trials:
        ROUNDING(trial.value["outputs"], _logits(trial.value, trial.case.args), trial.case.args)
        if not np.allclose(trial.value["outputs"], trial.value["again"], rtol=1e-4, atol=1e-6):
            return False
    return True


def _none_dropped(trials: Trials) -> bool:
    return _dropout(lambda got: got["factors"] == [1.0])(trials) and _right_but_for_dropout(trials)


def _other_rate(trials: Trials) -> bool:
    def other(got: Seen) -> bool:
        factors = got["factors"]
        return (
            len(factors) == 2
            and factors[0] == 0
            and factors[1] > 1
            and factors[1] != round(1 / (1 - RATE), 2)
        )

    return _dropout(other)(trials) and _right_but_for_dropout(trials)


def _always_dropped(trials: Trials) -> bool:
    return _dropout(lambda got: not np.allclose(got["outputs"], got["again"], rtol=1e-3, atol=1e-5))(trials)


def _net(
    relus: Sequence[bool] = ALL,
    end: str = "",
    flatten: str = "each",
    pool: str = "max",
    rate: float = RATE,
    always: bool = False,
    fixed: dict[str, int] | None = None,
    listed: bool = False,
) -> Callable[..., Any]:
    """A form of a mistake: the network asked for, with one thing in it done otherwise."""

    def Net(channels: int, size: int, classes: int) -> Any:
        import torch
        from torch import nn
        from torch.nn import functional as F

        told = {"channels": channels, "size": size, "classes": classes, **(fixed or {})}
        features = 24 * (told["size"] // 8) ** 2

        class Module(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                sizes = ((told["channels"], 8), (8, 16), (16, 24))
                layers = [nn.Conv2d(a, b, 3, padding=1) for a, b in sizes]
                self.convolutions: Any = layers if listed else nn.ModuleList(layers)
                self.hidden, self.last = nn.Linear(features, 500), nn.Linear(500, told["classes"])

            def forward(self, X: Any) -> Any:
                for layer, relu in zip(self.convolutions, relus, strict=False):
                    X = F.relu(layer(X)) if relu else layer(X)
                    X = F.max_pool2d(X, 2) if pool == "max" else F.avg_pool2d(X, 2)
                X = F.dropout(X, rate, training=True if always else self.training)
                if flatten == "all":
                    X = torch.flatten(X)
                elif flatten == "turned":
                    X = X.reshape(features, -1).T
                elif flatten == "swapped":
                    X = X.transpose(0, 1).reshape(-1, features)
                else:
                    X = torch.flatten(X, 1)
                X = self.hidden(X)
                X = self.last(F.relu(X) if relus[3] else X)
                return {"": X, "softmax": X.softmax(-1), "log-softmax": X.log_softmax(-1)}[end]

        return Module()

    return Net


Net = Exercise(
    id="mnist.Net",
    title="A convolutional network",
    signature="Net(channels, size, classes)",
    reference=reference,
    cases=_cases,
    probe=_build,
    compare=_is_right,
    view=lambda seen: f"outputs of shape {np.shape(seen['outputs'])}",
    points=3,
    seconds=10.0,
    mistakes=(
        Mistake(
            "softmax-inside",
            "the network ends with a softmax; CrossEntropyLoss has it in it, and wants logits",
            _net(end="softmax"),
            seen=_gives(_softmax),
        ),
        Mistake(
            "log-softmax-inside",
            "the network ends with a log-softmax; with CrossEntropyLoss it is not needed, and with NLLLoss it is",
            _net(end="log-softmax"),
            seen=_gives(_log_softmax),
            forgiven=True,
        ),
        Mistake(
            "flatten-mixes-batch",
            "flattening mixes the images of a batch: keep its first dimension, as torch.flatten(x, 1) does",
            _net(flatten="all"),
            _net(flatten="turned"),
            _net(flatten="swapped"),
            seen=_mixes,
        ),
        Mistake(
            "no-activation",
            "an activation is missing: relu comes after each convolution and after the first linear layer",
            _net(relus=(False, False, False, False)),
            _net(relus=(False, False, False, True)),
            _net(relus=(True, True, True, False)),
            seen=_activation_missing,
        ),
        Mistake(
            "average-pooling",
            "this takes the mean of each 2 x 2 pixels; max-pooling takes the greatest",
            _net(pool="mean"),
            seen=_gives(lambda Z: Z, pool="avg_pool2d"),
        ),
        Mistake(
            "no-dropout",
            "in training nothing is dropped before the first linear layer: dropout 0.25 was asked for",
            _net(rate=0.0),
            seen=_none_dropped,
        ),
        Mistake("dropout-rate", "dropout is there, and not by 0.25", _net(rate=0.5), seen=_other_rate),
        Mistake(
            "dropout-always",
            "dropout is on in evaluation mode, too: F.dropout needs training=self.training, and nn.Dropout knows it",
            _net(always=True),
            seen=_always_dropped,
        ),
        Mistake(
            "size-hard-coded",
            "it works for images of 28 x 28 alone: compute the linear layer's inputs from size",
            _net(fixed={"size": 28}),
            seen=_fixed(1, 28),
        ),
        Mistake(
            "channels-hard-coded",
            "it works for one channel alone: the first convolution takes `channels`",
            _net(fixed={"channels": 1}),
            seen=_fixed(0, 1),
        ),
        Mistake(
            "classes-hard-coded",
            "it always gives 10 outputs: the last layer has `classes`",
            _net(fixed={"classes": 10}),
            seen=_fixed(2, 10),
        ),
        Mistake(
            "layers-in-a-list",
            "a plain list hides layers from net.parameters(), so they are not trained: nn.ModuleList shows them",
            _net(listed=True),
            seen=_unregistered,
        ),
    ),
    hints=(
        "nn.Conv2d(channels, 16, 3, padding=1) keeps the size, nn.MaxPool2d(2) halves it: three times, each with relu.",
        "Three halvings leave size // 8 pixels a side: the first linear layer has last channels * (size // 8) ** 2 inputs.",
        "Then nn.Dropout(0.25), nn.Flatten(), nn.Linear(..., 500), nn.ReLU(), nn.Linear(500, classes). No softmax.",
    ),
)
