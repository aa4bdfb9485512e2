"""To be mended: softmax twice. The broken source, as the lesson shows it, is `_broken_loss`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial
from coursekit.checking.compare import close, numeric
from coursekit.checking.torch_layers import drawn

Seen = dict[str, Any]

SHAPES = [[28, 784], [10, 28]]
LOSS = close(rtol=1e-4)


def _mended_loss() -> Any:
    from torch import nn

    model = nn.Sequential(nn.Linear(784, 28), nn.ReLU(), nn.Linear(28, 10))
    return model, nn.CrossEntropyLoss()


def _loss_cases(rng: np.random.Generator) -> list[Case]:
    return [
        Case(
            (n, scale, int(rng.integers(1_000_000))),
            kind=words,
            text=f"loss_fn(model(X), y) of {n} flat image{'s' * (n > 1)}, {words}",
        )
        for n, scale, words in (
            (1, 1.0, "with one image"),
            (4, 1.0, "with several images"),
            (3, 40.0, "with large outputs"),
        )
    ]


def _ask_loss(mend: Any, n: int, scale: float, seed: int) -> Any:
    import torch
    from torch import nn

    from coursekit.checking import torch_layers, torch_probes

    with torch_probes.undisturbed(seed), torch.no_grad():
        given = mend()
        if not isinstance(given, tuple | list) or len(given) != 2 or not isinstance(given[0], nn.Module):
            return {"other": None if given is None else str(type(given).__name__)}
        model, loss_fn = given
        rng = np.random.default_rng(seed)
        X, y = torch.tensor(rng.random((n, 784), dtype=np.float32)), torch.tensor(rng.integers(0, 10, n))
        _, calls = torch_layers.called(model.train(), X)
        for place, (_, _, weight, bias) in enumerate(calls):
            weight.copy_(torch.tensor(torch_layers.drawn(tuple(weight.shape), place, seed)) * scale)
            if bias is not None:
                bias.copy_(torch.tensor(torch_layers.drawn(tuple(bias.shape), place, seed)))
        layers = [[kind, list(weight.shape), bias is not None] for kind, _, weight, bias in calls]
        return {"layers": layers, "loss": loss_fn(model(X), y)}


def _scores(args: tuple) -> tuple[Any, Any]:
    """The logits and labels of a case, as tensors."""
    import torch

    n, scale, seed = args
    rng = np.random.default_rng(seed)
    X, y = torch.tensor(rng.random((n, 784), dtype=np.float32)), torch.tensor(rng.integers(0, 10, n))
    parts = [
        (
            torch.tensor(drawn(tuple(shape), place, seed)) * scale,
            torch.tensor(drawn((shape[0],), place, seed)),
        )
        for place, shape in enumerate(SHAPES)
    ]
    H = torch.relu(X @ parts[0][0].T + parts[0][1])
    return H @ parts[1][0].T + parts[1][1], y


def _loss_is_right(got: Any, expected: Any, args: tuple) -> None:
    _same_network(got)
    loss = numeric(got["loss"])
    if loss.size != 1:
        raise Mismatch(f"the loss of a batch is one number; it gave an array of shape {loss.shape}")
    LOSS(loss.reshape(()), numeric(expected["loss"]), args)


def _same_network(got: Seen) -> None:
    if "other" in got:
        raise Mismatch(
            "it gave None: did you forget `return`?"
            if got["other"] is None
            else "the pair (model, loss_fn) was asked for"
        )
    if got["layers"] != [["linear", shape, True] for shape in SHAPES]:
        raise Mismatch("the network is another one: Linear(784, 28), ReLU, Linear(28, 10) are right")


def _loss_as(loss: Callable[[Any, Any], Any]) -> Callable[[Sequence[Trial]], bool]:
    """Whether every loss is `loss(logits, labels)`."""

    def seen(trials: Sequence[Trial]) -> bool:
        for trial in trials:
            _same_network(trial.value)
            right = loss(*_scores(trial.case.args)).numpy()
            LOSS(numeric(trial.value["loss"]).reshape(()), right, trial.case.args)
        return any(trial.wrong for trial in trials)

    return seen


def _twice(Z: Any, y: Any) -> Any:
    from torch.nn import functional as F

    return F.cross_entropy(Z.softmax(1), y)


def _nll_of_softmax(Z: Any, y: Any) -> Any:
    from torch.nn import functional as F

    return F.nll_loss(Z.softmax(1), y)


def _nll_of_logits(Z: Any, y: Any) -> Any:
    from torch.nn import functional as F

    return F.nll_loss(Z, y)


def _nll_of_log(Z: Any, y: Any) -> Any:
    from torch.nn import functional as F

    return F.nll_loss(Z.softmax(1).log(), y)


def _sigmoids(Z: Any, y: Any) -> Any:
    from torch.nn import functional as F

    return F.cross_entropy(Z.sigmoid(), y)


def _down_the_batch(Z: Any, y: Any) -> Any:
    from torch.nn import functional as F

    return F.cross_entropy(Z.softmax(0), y)


def _log_down_the_batch(Z: Any, y: Any) -> Any:
    from torch.nn import functional as F

    return F.nll_loss(Z.log_softmax(0), y)


def _broken_loss() -> Any:
    from torch import nn

    model = nn.Sequential(nn.Linear(784, 28), nn.ReLU(), nn.Linear(28, 10), nn.Softmax(dim=1))
    return model, nn.CrossEntropyLoss()


def _softmax_and_nll() -> Any:
    from torch import nn

    model = nn.Sequential(nn.Linear(784, 28), nn.ReLU(), nn.Linear(28, 10), nn.Softmax(dim=1))
    return model, nn.NLLLoss()


def _logits_and_nll() -> Any:
    from torch import nn

    return nn.Sequential(nn.Linear(784, 28), nn.ReLU(), nn.Linear(28, 10)), nn.NLLLoss()


def _sigmoid_instead() -> Any:
    from torch import nn

    model = nn.Sequential(nn.Linear(784, 28), nn.ReLU(), nn.Linear(28, 10), nn.Sigmoid())
    return model, nn.CrossEntropyLoss()


def _softmax_over_batch() -> Any:
    from torch import nn

    model = nn.Sequential(nn.Linear(784, 28), nn.ReLU(), nn.Linear(28, 10), nn.Softmax(dim=0))
    return model, nn.CrossEntropyLoss()


def _log_softmax_over_batch() -> Any:
    from torch import nn

    model = nn.Sequential(nn.Linear(784, 28), nn.ReLU(), nn.Linear(28, 10), nn.LogSoftmax(dim=0))
    return model, nn.NLLLoss()


def _log_afterwards() -> Any:
    from torch import nn

    model = nn.Sequential(nn.Linear(784, 28), nn.ReLU(), nn.Linear(28, 10), nn.Softmax(dim=1))
    return model, lambda P, y: nn.functional.nll_loss(P.log(), y)


def _any_of(trials: Sequence[Trial], *predicates: Callable[[Sequence[Trial]], bool]) -> bool:
    for predicate in predicates:
        try:
            if predicate(trials):
                return True
        except Mismatch:
            continue
    return False


mend_softmax_twice = Exercise(
    id="mnist.mend_softmax_twice",
    title="Mend: softmax twice",
    signature="mend_softmax_twice()",
    reference=_mended_loss,
    cases=_loss_cases,
    probe=_ask_loss,
    compare=_loss_is_right,
    view=lambda seen: f"{float(np.asarray(seen['loss'])):.6g}",
    mistakes=(
        Mistake(
            "softmax-twice",
            "CrossEntropyLoss takes a softmax itself, and it still gets probabilities: give it logits",
            _broken_loss,
            seen=_loss_as(_twice),
        ),
        Mistake(
            "nll-of-probabilities",
            "NLLLoss wants logarithms of probabilities, and gets probabilities: the loss is never above 0",
            _softmax_and_nll,
            seen=_loss_as(_nll_of_softmax),
        ),
        Mistake(
            "nll-of-logits",
            "NLLLoss has no softmax in it, and gets logits: put LogSoftmax before it, or use CrossEntropyLoss",
            _logits_and_nll,
            seen=_loss_as(_nll_of_logits),
        ),
        Mistake(
            "sigmoid-instead",
            "sigmoids squash the outputs before CrossEntropyLoss, which wants logits of any size",
            _sigmoid_instead,
            seen=_loss_as(_sigmoids),
        ),
        Mistake(
            "over-the-batch",
            "the softmax goes over the images of the batch, dimension 0; classes are dimension 1",
            _softmax_over_batch,
            _log_softmax_over_batch,
            seen=lambda trials: _any_of(trials, _loss_as(_down_the_batch), _loss_as(_log_down_the_batch)),
        ),
        Mistake(
            "log-of-softmax",
            "log(softmax) is infinite far out, where the softmax has become 0: LogSoftmax is not",
            _log_afterwards,
            seen=_loss_as(_nll_of_log),
        ),
    ),
    hints=(
        "What does nn.CrossEntropyLoss expect: probabilities, or logits?",
        "Two ways: no softmax in the model, or nn.LogSoftmax(dim=1) in the model and nn.NLLLoss().",
    ),
)
