"""Exercise on measuring a model and leaving it as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial
from coursekit.checking.compare import numeric
from coursekit.exercises.mnist.torch_loops import (
    BATCH,
    a_number,
    examples,
    moved,
    same,
    same_state,
    weights,
)
from coursekit.frameworks.torch_training import validate as reference

SETTINGS = {  # kind of input: facet, examples, batch normalization, mode before, elsewhere, smoothing of labels
    "one batch": ("values", BATCH, False, False, False, 0.0),
    "a short last batch, a model in training mode": ("values", 10, True, True, False, 0.0),
    "a model in evaluation mode, and another loss": ("values", 10, True, False, False, 0.3),
    "batches that are elsewhere": ("device", 6, True, True, True, 0.0),
}


def _cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for words, (facet, n, norm, training, elsewhere, smoothing) in SETTINGS.items():
        X, y = examples(rng, n)
        how = {"batch": BATCH, "training": training, "elsewhere": elsewhere, "smoothing": smoothing}
        text = f"validate(model, loader, loss_fn, device): {words}, {n} examples in batches of {BATCH}"
        cases.append(Case((weights(rng, norm), X, y, how), facet=facet, kind=words, text=text))
    return cases


def _validate(validate: Any, weights: Any, X: Any, y: Any, how: Any) -> Any:
    import torch

    from coursekit.checking import torch_probes as probes

    with probes.undisturbed():
        model = probes.network(weights).train(how["training"])
        for one in model.parameters():
            one.grad = torch.ones_like(one)
        loader = probes.loader(X, y, how["batch"], how["elsewhere"])
        loss_fn = probes.loss_function(how["smoothing"])
        given = validate(model, loader, loss_fn, torch.device(probes.DEVICE))
        return {
            "given": given,
            "enabled": torch.is_grad_enabled(),
            "trainable": all(one.requires_grad for one in model.parameters()),
            "training": sorted({part.training for part in model.modules()}),
            "state": probes.state(model),
            "gradients": [None if one.grad is None else one.grad.clone() for one in model.parameters()],
            **probes.seen(model, loss_fn),
        }


def _is_right(got: Any, expected: Any, args: tuple) -> None:
    _gives(got, expected)
    if got["records"] == [True] or True in got["records"]:
        raise Mismatch(
            "the numbers are right, and gradients are recorded: torch.inference_mode() around the loop"
        )
    _left_alone(got, expected)
    if got["training"] != expected["training"]:
        before, after = (
            " and ".join("training" if mode else "evaluation" for mode in one["training"])
            for one in (expected, got)
        )
        raise Mismatch(f"the model, with its layers, came in {before} mode and is left in {after} mode")
    if not got["enabled"] or not got["trainable"]:
        raise Mismatch("gradients are still off afterwards: the next training would fail")


def _gives(got: Any, expected: Any) -> None:
    """Raise Mismatch unless loss and accuracy are right, in evaluation mode, of batches on the device."""
    given, (loss, accuracy) = got["given"], expected["given"]
    if given is None:
        raise Mismatch("it gave None: did you forget `return`?")
    if not (isinstance(given, list) and len(given) == 2) and np.shape(given) != (2,):
        raise Mismatch("two numbers were asked for, (mean loss, accuracy)")
    if not got["modes"]:
        raise Mismatch("the model was never called")
    if True in got["modes"]:
        raise Mismatch("the model is in training mode while it is measured: model.eval() first")
    moved(got)
    a_number(given[0], loss, "the mean loss over the examples")
    a_number(given[1], accuracy, "the accuracy")


def _left_alone(got: Any, expected: Any) -> None:
    """Raise Mismatch unless weights, running statistics and gradients are as they were."""
    same_state(got["state"], expected["state"], "the numbers are right, and the model has changed")
    for mine, right in zip(got["gradients"], expected["gradients"], strict=True):
        if mine is None or not np.allclose(numeric(mine), right):
            raise Mismatch("the numbers are right, and the gradients have changed")


def _updates(trials: Sequence[Trial]) -> bool:
    """The numbers are right everywhere, and somewhere weights, statistics or gradients have changed."""
    changed = []
    for trial in trials:
        _gives(trial.value, trial.expected)
        try:
            _left_alone(trial.value, trial.expected)
            changed.append(False)
        except Mismatch:
            changed.append(True)
    return any(changed)


def _same(got: Any, form: Any, args: tuple) -> None:
    for name in ("given", "modes", "moved", "state"):
        same({name: got[name]}, {name: form[name]}, args)
    for name in ("records", "training", "enabled", "trainable"):
        if got[name] != form[name]:
            raise Mismatch(f"{name} differs")
    for mine, other in zip(got["gradients"], form["gradients"], strict=True):
        if (mine is None) != (other is None) or (mine is not None and not np.allclose(mine, other)):
            raise Mismatch("the gradients differ")


def _view(seen: Any) -> str:
    given = seen["given"]
    if isinstance(given, list) and len(given) == 2:
        return f"({float(np.asarray(given[0])):.6g}, {float(np.asarray(given[1])):.6g})"
    return str(given)


def _validation(
    mode: str = "eval",
    after: str = "restored",
    loss_of: str = "examples",
    accuracy_of: str = "examples",
    no_grad: bool = True,
    leave: bool = False,
    backward: bool = False,
    move: bool = True,
    swap: bool = False,
) -> Callable[..., Any]:
    """A form of a mistake: the reference, with one thing or two in it done otherwise.

    mode: "eval", "train", or "as it came"; after: "restored", "eval", "train", "as it came", or the model's own "flag" alone
    loss_of, accuracy_of: means over "examples" or "batches"; "sum", or divided "twice", once by each batch
    """

    def validate(model: Any, loader: Any, loss_fn: Any, device: Any) -> Any:
        import torch

        before = model.training
        if mode != "as it came":
            model.train(mode == "train")
        sizes, losses, hits = [], [], []
        with torch.set_grad_enabled(not no_grad):
            for X, y in loader:
                if move:
                    X, y = X.to(device), y.to(device)
                scores = model(X)
                loss = loss_fn(scores, y)
                if backward:
                    loss.backward()
                sizes.append(len(X))
                losses.append(loss.item())
                hits.append((scores.argmax(dim=1) == y).sum().item())
        if after in ("eval", "train"):
            model.train(after == "train")
        elif after == "restored":
            model.train(before)
        elif after == "flag":
            model.training = before
        if leave:
            torch.set_grad_enabled(False)
        n, summed = sum(sizes), sum(one * size for one, size in zip(losses, sizes, strict=True))
        shares = [one / size for one, size in zip(hits, sizes, strict=True)]
        means = {"examples": summed / n, "batches": sum(losses) / len(losses), "sum": summed}
        means["twice"] = sum(losses) / n
        accuracies = {"examples": sum(hits) / n, "batches": sum(shares) / len(shares), "sum": sum(hits)}
        accuracies |= {"percent": 100 * sum(hits) / n, "twice": sum(hits) / len(sizes)}
        both = means[loss_of], accuracies[accuracy_of]
        return both[::-1] if swap else both

    return validate


validate = Exercise(
    id="mnist.validate",
    title="Measure a model",
    signature="validate(model, loader, loss_fn, device)",
    reference=reference,
    cases=_cases,
    probe=_validate,
    compare=_is_right,
    alike=_same,
    view=_view,
    points=2,
    facets={"values": 0.9, "device": 0.1},
    seconds=10.0,
    mistakes=(
        Mistake(
            "train-mode",
            "the model is measured in training mode: dropout and batch normalization need model.eval()",
            _validation(mode="as it came"),
            _validation(mode="as it came", no_grad=False),
            _validation(mode="train"),
            _validation(mode="train", after="as it came"),
            _validation(mode="train", no_grad=False),
            _validation(mode="train", after="as it came", no_grad=False),
        ),
        Mistake(
            "updates",
            "the numbers are right, and weights, running statistics or gradients are other ones afterwards",
            _validation(backward=True, no_grad=False),
            seen=_updates,
        ),
        Mistake(
            "mean-of-batches",
            "the short last batch counts as much as a full one: weight each batch by its number of examples",
            *(
                _validation(loss_of=loss, accuracy_of=accuracy, after=after)
                for loss, accuracy in (
                    ("batches", "examples"),
                    ("examples", "batches"),
                    ("batches", "batches"),
                )
                for after in ("restored", "eval")
            ),
        ),
        Mistake(
            "gradients-recorded",
            "the loop records what gradients need: put it into `with torch.inference_mode():`",
            _validation(no_grad=False),
            _validation(no_grad=False, after="as it came"),
        ),
        Mistake(
            "mode-not-restored",
            "the model is left in another mode than it came in: keep model.training, and model.train(that) at the end",
            _validation(after="as it came"),
            _validation(after="train"),
            _validation(after="flag"),
        ),
        Mistake(
            "gradients-left-off",
            "gradients are off for whatever comes next: use a `with` block, which switches them back",
            _validation(leave=True),
            _validation(leave=True, after="as it came"),
        ),
        Mistake(
            "percent-or-count",
            "the accuracy is a share between 0 and 1; this is a percentage, or a number of examples",
            _validation(accuracy_of="percent"),
            _validation(accuracy_of="sum"),
            _validation(accuracy_of="twice"),
        ),
        Mistake(
            "sum-not-mean",
            "this is the sum over the examples; the mean was asked for",
            _validation(loss_of="sum"),
            _validation(loss_of="sum", accuracy_of="sum"),
        ),
        Mistake(
            "means-over-examples",
            "each batch's loss is a mean already: weight it by its number of examples before dividing by all of them",
            _validation(loss_of="twice"),
        ),
        Mistake(
            "batches-not-moved",
            "batches stay where the loader made them: X and y need .to(device)",
            _validation(move=False),
        ),
        Mistake(
            "swapped", "the accuracy comes first; (mean loss, accuracy) was asked for", _validation(swap=True)
        ),
    ),
    hints=(
        "Keep `was = model.training`; then model.eval(), a loop within torch.inference_mode(), and model.train(was).",
        "Add up loss.item() * len(X), the right ones, and len(X). Divide at the end.",
        "The right ones of a batch: (model(X).argmax(dim=1) == y).sum().item()",
    ),
)
