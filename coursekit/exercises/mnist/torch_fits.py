"""Exercise on training with early stopping and the best weights kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial
from coursekit.checking.compare import close, numeric
from coursekit.exercises.mnist.torch_loops import EQUAL, SAME, examples, import_all_of_torch, weights
from coursekit.frameworks.torch_training import fit as reference
from coursekit.frameworks.torch_training import train_epoch, validate

NAN = float("nan")
EXAMPLES = 10  # of validation
# Kind of input: validation losses, right examples of each epoch, epochs, patience, where the training loss is NaN.
SCRIPTS: dict[str, tuple[list[float], list[int], int, int, int | None]] = {
    "a loss that always falls": ([0.9, 0.8, 0.799], [3, 5, 4], 3, 2, None),
    "a loss that rises again": (
        [0.9, 0.5, 0.6, 0.7, 0.8, 0.75, 0.7, 0.4],
        [3, 6, 7, 7, 7, 8, 8, 9],
        8,
        3,
        None,
    ),
    "the first epoch is the best": ([0.3, 0.4, 0.2, 0.1], [5, 6, 7, 8], 4, 1, None),
    "worse for a while, then better": (
        [0.9, 1.0, 1.1, 0.8, 0.9, 0.85, 0.95, 0.2, 0.1],
        [2, 3, 3, 4, 4, 5, 5, 9, 9],
        9,
        3,
        None,
    ),
    "equal losses": ([0.9, 0.5, 0.5, 0.5, 0.4, 0.3], [4, 5, 6, 7, 8, 9], 6, 2, None),
    "a patience longer than the epochs": ([0.5, 0.7, 0.6], [5, 4, 6], 3, 10, None),
    "a validation loss that is NaN": ([0.9, 0.8, NAN, 0.5, 0.4, 0.3], [3, 4, 0, 6, 7, 8], 6, 5, None),
    "a training loss that is NaN": ([0.9, 0.6, 0.7, NAN, NAN, NAN], [3, 5, 5, 0, 0, 0], 6, 5, 4),
}
FACETS = {"a validation loss that is NaN": "nan", "a training loss that is NaN": "nan"}
REAL = "a network, an optimizer that needs a closure"


def _cases(rng: np.random.Generator) -> list[Case]:
    import_all_of_torch()
    cases = []
    for words, (losses, right, epochs, patience, breaks_at) in SCRIPTS.items():
        script = {
            "curve": [[1.0, 0], *([loss, count] for loss, count in zip(losses, right, strict=True))],
            "batches": 2 if epochs % 2 else 1,
            "breaks_at": breaks_at,
        }
        text = f"fit(model, ..., epochs={epochs}, patience={patience}, path=path): {words}"
        cases.append(
            Case(("script", script, epochs, patience), FACETS.get(words, "values"), kind=words, text=text)
        )
    X, y = examples(rng, 20)
    network = {"weights": weights(rng, True), "X": X, "y": y}
    text = f"fit(model, ..., epochs=4, patience=2, path=path): {REAL}, several batches"
    return [*cases, Case(("network", network, 4, 2), "network", kind=REAL, text=text)]


def _fit(fit: Any, kind: str, data: Any, epochs: int, patience: int) -> Any:
    import os
    import tempfile

    import torch

    from coursekit.checking import torch_probes as probes

    with probes.undisturbed(), tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "best.pt")
        if kind == "script":
            model = probes.scripted(data["curve"], data["batches"], data["breaks_at"])
            train = probes.loader(*probes.scripted_data(2 * data["batches"] - 1, True), 2)
            valid = probes.loader(*probes.scripted_data(10, False), 5)
            loss_fn: Any = probes.first_column
            optimizer = probes.optimizer(model, "SGD", {"lr": 1.0})
        else:
            model = probes.network(data["weights"])
            train = probes.loader(data["X"][:14], data["y"][:14], 4)
            valid = probes.loader(data["X"][14:], data["y"][14:], 4)
            loss_fn = probes.loss_function()
            optimizer = probes.optimizer(model, "LBFGS", {"lr": 0.05, "max_iter": 2})
        device = torch.device("cpu")  # torch.load knows of no index
        history = fit(model, train, valid, loss_fn, optimizer, device, epochs, patience, path)
        state = {name: value.detach().clone() for name, value in torch.nn.Module.state_dict(model).items()}
        read = {"reads": model.reads, "loads": model.loads} if kind == "script" else {}
        return {"history": history, "state": state, "file": probes.stored(path), **read}


def _is_right(got: Any, expected: Any, args: tuple) -> None:
    _lists(got["history"], expected["history"], EQUAL if args[0] == "script" else SAME)
    for name, value in expected["state"].items():
        try:
            SAME(got["state"][name], value, args)
        except Mismatch:
            raise Mismatch(
                "the history is right, and the weights in the model at the end are not the best ones"
            ) from None
    if isinstance(got["file"], str):
        raise Mismatch(f"the best weights belong into `path`, as a state_dict; there is {got['file']}")
    try:
        SAME(got["file"], expected["file"], args)
    except Mismatch:
        raise Mismatch("the weights in the file `path` are not the best ones") from None


def _lists(got: Any, expected: Any, compare: Any) -> None:
    """Raise Mismatch unless the three lists are right; of an epoch that broke off, entries may be missing."""
    if got is None:
        raise Mismatch("it gave None: did you forget `return`?")
    if not isinstance(got, dict):
        raise Mismatch("a dict was asked for, with train_loss, valid_loss and valid_accuracy")
    for name in ("train_loss", "valid_loss", "valid_accuracy"):
        if name not in got:
            raise Mismatch(f"the dict has no {name!r}")
    right, mine = _cut(expected), _cut(got)
    epochs, run = len(right["train_loss"]), len(mine["train_loss"])
    for name in ("train_loss", "valid_loss", "valid_accuracy"):
        if len(mine[name]) != len(right[name]) and len(mine[name]) == run:
            raise Mismatch(f"{epochs} epochs are right here; it ran {run}")
        try:
            compare(mine[name], right[name], ())
        except Mismatch as mismatch:
            raise Mismatch(f"for {name!r}, {mismatch}") from None


def _cut(history: dict[str, Any]) -> dict[str, np.ndarray]:
    """The three lists without an epoch at the end whose loss is NaN."""
    names = ("train_loss", "valid_loss", "valid_accuracy")
    lists = {name: np.atleast_1d(numeric(history[name])).astype(float) for name in names}
    if any(one.ndim != 1 for one in lists.values()):
        raise Mismatch("each entry of a list is a single number, one an epoch")
    broken = [np.flatnonzero(np.isnan(lists[name])) for name in names[:2]]
    first = min((int(places[0]) for places in broken if places.size), default=None)
    if first is None or max(len(one) for one in lists.values()) > first + 1:
        return lists
    return {name: one[:first] for name, one in lists.items()}


def _same(got: Any, form: Any, args: tuple) -> None:
    names = ("train_loss", "valid_loss", "valid_accuracy")
    for name in names:
        close(rtol=1e-3, atol=1e-5)(got["history"][name], form["history"][name], args)
    close(rtol=1e-3, atol=1e-5)(got["state"], form["state"], args)
    if isinstance(got["file"], str) or isinstance(form["file"], str):
        if got["file"] != form["file"]:
            raise Mismatch("the files differ")
        return
    close(rtol=1e-3, atol=1e-5)(got["file"], form["file"], args)


def _kept(trials: Sequence[Trial]) -> list[tuple[Any, Any, bool, bool]]:
    """Of each scripted trial: its script, what was seen, and whether model and file hold later weights than the best.

    Raises Mismatch unless all histories are right, no weights are earlier than the best, and some are the last.
    """
    found, last_somewhere = [], False
    for trial in trials:
        got, right = trial.value, trial.expected
        _lists(got["history"], right["history"], SAME)
        if trial.case.args[0] != "script":
            continue
        best, script = float(right["state"]["weight"]), trial.case.args[1]
        weights = [float(got["state"]["weight"])]
        if got["file"] != "no file":
            weights.append(float(got["file"]["weight"]))
        if any(weight < best for weight in weights):
            raise Mismatch("these are weights from before the best")
        last = script["batches"] * len(got["history"]["train_loss"])
        last_somewhere |= best != last and last in weights
        found.append((script, got, weights[0] != best, len(weights) > 1 and weights[-1] != best))
    if not last_somewhere:
        raise Mismatch("none are the last")
    return found


def _aliased(trials: Sequence[Trial]) -> bool:
    """The best weights were read when they were the best, and had changed when they were used."""
    return all(
        True in got["loads"] or (of_file and _read_at_the_best(script, got))
        for script, got, of_model, of_file in _kept(trials)
        if of_model or of_file
    )


def _read_at_the_best(script: Any, got: Any) -> bool:
    """Whether weights were read after epochs with a better loss, and after no others (nor at the end)."""
    losses, step = got["history"]["valid_loss"], script["batches"]
    better = [
        k for k, loss in enumerate(losses, start=1) if loss < min(losses[: k - 1], default=float("inf"))
    ]
    return set(got["reads"]) == {step * k for k in better}


def _last(trials: Sequence[Trial]) -> bool:
    return not _aliased(trials)


def _fitting(
    better: Callable[[float, float], bool] = lambda new, best: new < best,
    monitor: str = "valid_loss",
    keep: str = "file",
    load: bool = True,
    reset: bool = True,
    late: int = 0,
    stops: bool = True,
    nan: bool = True,
    scale: float = 1.0,
) -> Callable[..., Any]:
    """A form of a mistake: the reference, with one thing in it done otherwise.

    keep: weights go to the "file" when they are best, "each" epoch, at the "end", or are kept by
        reference until the end ("alias"), or so beside the file ("both"); load: they come back at the end
    """

    def fit(
        model: Any,
        train_loader: Any,
        valid_loader: Any,
        loss_fn: Any,
        optimizer: Any,
        device: Any,
        epochs: int,
        patience: int,
        path: Any,
    ) -> Any:
        import torch

        history: dict[str, list[float]] = {"train_loss": [], "valid_loss": [], "valid_accuracy": []}
        best, waited, alias = float("inf"), 0, None
        for _ in range(epochs):
            train_loss = train_epoch(model, train_loader, loss_fn, optimizer, device)
            valid_loss, accuracy = validate(model, valid_loader, loss_fn, device)
            history["train_loss"].append(train_loss)
            history["valid_loss"].append(valid_loss)
            history["valid_accuracy"].append(accuracy * scale)
            if nan and (train_loss != train_loss or valid_loss != valid_loss):
                break
            watched = -accuracy if monitor == "valid_accuracy" else history[monitor][-1]
            if keep == "each":
                torch.save(model.state_dict(), path)
            if better(watched, best):
                best, waited = watched, waited if not reset else 0
                if keep in ("file", "both"):
                    torch.save(model.state_dict(), path)
                if keep in ("alias", "both"):
                    alias = model.state_dict()
            else:
                waited += 1
                if stops and waited >= patience + late:
                    break
        if keep == "alias":
            torch.save(alias, path)
        if keep == "end":
            torch.save(model.state_dict(), path)
        if load and best < float("inf"):
            model.load_state_dict(torch.load(path) if alias is None else alias)
        return history

    return fit


fit = Exercise(
    id="mnist.fit",
    title="Train until it stops helping",
    signature="fit(model, train_loader, valid_loader, loss_fn, optimizer, device, epochs, patience, path)",
    reference=reference,
    cases=_cases,
    probe=_fit,
    compare=_is_right,
    alike=_same,
    view=lambda seen: f"valid_loss {[round(float(one), 4) for one in seen['history']['valid_loss']]}",
    points=3,
    facets={"values": 0.7, "network": 0.1, "nan": 0.2},
    seconds=10.0,
    mistakes=(
        Mistake(
            "last-not-best",
            "the weights of the last epoch are kept; those of the best one were asked for, in the file and in the model",
            _fitting(load=False),
            _fitting(keep="end", load=False),
            _fitting(keep="each"),
            _fitting(keep="each", load=False),
            seen=_last,
        ),
        Mistake(
            "aliased",
            "the best weights are kept by reference, and training changes them: copy or save them when they are best",
            _fitting(keep="alias"),
            _fitting(keep="alias", load=False),
            _fitting(keep="both"),
            seen=_aliased,
        ),
        Mistake(
            "patience-not-reset",
            "epochs without a better loss are counted all together: begin anew at 0 after a better one",
            _fitting(reset=False),
        ),
        Mistake(
            "off-by-one",
            "it stops an epoch too late, or too early: after `patience` epochs with no better loss",
            _fitting(late=1),
            _fitting(late=-1),
        ),
        Mistake(
            "ties-count", "an equal loss is no better one: < and not <=", _fitting(better=lambda a, b: a <= b)
        ),
        Mistake(
            "never-stops",
            "all the epochs run: after `patience` of them with no better loss, break",
            _fitting(stops=False),
        ),
        Mistake(
            "monitors-training",
            "the training loss decides, and it goes on falling: the validation loss was asked for",
            _fitting(monitor="train_loss"),
        ),
        Mistake(
            "monitors-accuracy",
            "the accuracy decides; the validation loss was asked for",
            _fitting(monitor="valid_accuracy"),
        ),
        Mistake(
            "maximises",
            "the greatest validation loss is kept as the best; the least is",
            _fitting(better=lambda new, best: best == float("inf") or new > best),
        ),
        Mistake(
            "nan-ignored",
            "training goes on after a NaN loss, from which nothing comes back",
            _fitting(nan=False),
        ),
        Mistake(
            "percent", "the accuracy is a share between 0 and 1; this is a percentage", _fitting(scale=100.0)
        ),
    ),
    hints=(
        "An epoch: train_epoch, then validate, then three appends. A better valid_loss: save, and waited = 0.",
        "torch.save(model.state_dict(), path) when it is best; model.load_state_dict(torch.load(path)) at the end.",
        "Else waited += 1, and break where it equals patience. math.isnan tells a loss that is NaN.",
    ),
)
