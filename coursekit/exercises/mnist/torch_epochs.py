"""Exercise on one epoch of training by hand, with optimizers that need a closure and ones that do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake
from coursekit.exercises.mnist.torch_loops import (
    BATCH,
    a_number,
    examples,
    import_all_of_torch,
    moved,
    same,
    same_state,
    weights,
)
from coursekit.frameworks.torch_training import train_epoch as reference

SGD, MOMENTUM = {"lr": 0.5}, {"lr": 0.2, "momentum": 0.9}
LBFGS = {"lr": 0.3, "max_iter": 3, "max_eval": 20}
SETTINGS = {  # kind of input: facet, optimizer, and how the rest is
    "one batch": ("values", "SGD", SGD, {"n": BATCH}),
    "a short last batch": ("values", "SGD", SGD, {}),
    "batch normalization, a model in evaluation mode": (
        "values",
        "SGD",
        MOMENTUM,
        {"norm": True, "training": False},
    ),
    "Adam, and another loss": ("values", "Adam", {"lr": 0.1}, {"smoothing": 0.3}),
    "LBFGS, one batch": ("closure", "LBFGS", LBFGS, {"n": BATCH}),
    "LBFGS": ("closure", "LBFGS", LBFGS, {"training": False}),
    "batches that are elsewhere": ("device", "SGD", SGD, {"elsewhere": True}),
}


def _cases(rng: np.random.Generator) -> list[Case]:
    import_all_of_torch()
    return [_case(rng, words, *made) for words, made in SETTINGS.items()]


def _case(rng: np.random.Generator, words: str, facet: str, name: str, settings: Any, how: Any) -> Case:
    how = {"n": 10, "norm": False, "training": True, "smoothing": 0.0, "elsewhere": False, **how}
    X, y = examples(rng, how["n"])
    text = f"train_epoch(model, loader, loss_fn, {name}, device): {words}, {len(X)} examples in batches of {BATCH}"
    setting = {**how, "optimizer": name, "settings": settings, "batch": BATCH}
    return Case((weights(rng, how["norm"]), X, y, setting), facet=facet, kind=words, text=text)


def _train(train_epoch: Any, weights: Any, X: Any, y: Any, how: Any) -> Any:
    import torch

    from coursekit.checking import torch_probes as probes

    with probes.undisturbed():
        model = probes.network(weights).train(how["training"])
        loader = probes.loader(X, y, how["batch"], how["elsewhere"])
        loss_fn = probes.loss_function(how["smoothing"])
        optimizer = probes.optimizer(model, how["optimizer"], how["settings"])
        loss = train_epoch(model, loader, loss_fn, optimizer, torch.device(probes.DEVICE))
        return {"loss": loss, "state": probes.state(model), **probes.seen(model, loss_fn)}


def _is_right(got: Any, expected: Any, args: tuple) -> None:
    if got["loss"] is not None and got["modes"] == []:
        raise Mismatch("the model was never called")
    if got["modes"] not in ([], [True]):
        raise Mismatch("the model is not in training mode while it trains: model.train() first")
    if got["modes"]:
        moved(got)
    a_number(got["loss"], expected["loss"], "the mean loss over the examples")
    same_state(got["state"], expected["state"], "the loss is right, and the weights afterwards are not")


def _same(got: Any, form: Any, args: tuple) -> None:
    """As `same`, whether or not a loss besides was computed without gradients."""
    same(got, {name: value for name, value in form.items() if name != "records"}, args)


def _view(seen: Any) -> str:
    loss = seen["loss"]
    return f"{float(np.asarray(loss)):.6g}" if np.size(loss) == 1 and loss is not None else str(loss)


def _epoch(
    closure: str = "always",
    zero: str = "always",
    average: str = "examples",
    mode: str = "train",
    loss: str = "returned",
    move: bool = True,
) -> Callable[..., Any]:
    """A form of a mistake: the reference, with one thing in it done otherwise.

    closure: "always" used, "needed" (by LBFGS alone), or "never"
    zero: gradients set to zero "always", "never", "closure" or "plain" (in one of two branches alone)
    loss: "returned" by step, 0 as it was "outside" the closure, computed anew "before" or "after" the
        step, the closure's "last" one, or added up "inside" it. With closure "needed": LBFGS' alone
    """

    def train_epoch(model: Any, loader: Any, loss_fn: Any, optimizer: Any, device: Any) -> float:
        if mode != "as it came":
            model.train(mode == "train")
        losses: list[float] = []
        sizes: list[int] = []
        for X, y in loader:
            if move:
                X, y = X.to(device), y.to(device)
            branch = closure == "always" or (closure == "needed" and type(optimizer).__name__ == "LBFGS")
            found: list[float] = []

            def compute(X: Any = X, y: Any = y, found: list[float] = found, branch: bool = branch) -> Any:
                if zero == "always" or zero == ("closure" if branch else "plain"):
                    optimizer.zero_grad()
                value = loss_fn(model(X), y)
                value.backward()
                found.append(value.item())
                return value

            before = loss_fn(model(X), y).item() if loss == "before" and branch else 0.0
            if branch:
                optimizer.step(compute)
            else:
                compute()
                optimizer.step()
            after = loss_fn(model(X), y).item() if loss == "after" and (branch or closure == "never") else 0.0
            told = {"returned": found[0], "last": found[-1], "inside": sum(found)}
            told |= {"outside": 0.0, "before": before, "after": after}
            losses.append(told[loss] if branch or (loss == "after" and closure == "never") else found[0])
            sizes.append(len(X))
        total = sum(one * size for one, size in zip(losses, sizes, strict=True))
        return {
            "examples": total / sum(sizes),
            "batches": sum(losses) / len(losses),
            "mixed": sum(losses) / sum(sizes),
            "none": total,
            "sum": sum(losses),
            "last": losses[-1],
        }[average]

    return train_epoch


train_epoch = Exercise(
    id="mnist.train_epoch",
    title="One epoch by hand",
    signature="train_epoch(model, loader, loss_fn, optimizer, device)",
    reference=reference,
    cases=_cases,
    probe=_train,
    compare=_is_right,
    alike=_same,
    view=_view,
    points=3,
    facets={"values": 0.6, "closure": 0.3, "device": 0.1},
    seconds=10.0,
    mistakes=(
        Mistake(
            "zero-grad-missing",
            "the gradients of earlier batches are still there: optimizer.zero_grad() comes before each backward()",
            _epoch(zero="never"),
            _epoch(zero="never", closure="never"),
            _epoch(zero="plain", closure="needed"),
            _epoch(zero="closure", closure="needed"),
        ),
        Mistake(
            "mean-of-batches",
            "the short last batch counts as much as a full one: weight each batch's loss by its number of examples",
            _epoch(average="batches"),
            _epoch(average="batches", closure="never"),
        ),
        Mistake(
            "eval-mode",
            "the model trains in evaluation mode, or in the mode that it came in: call model.train() first",
            _epoch(mode="as it came"),
            _epoch(mode="eval"),
            _epoch(mode="as it came", closure="never"),
            _epoch(mode="eval", closure="never"),
        ),
        Mistake(
            "stale-loss",
            "the closure's own loss is not used; `loss = optimizer.step(closure)` gives it",
            _epoch(loss="outside"),
            _epoch(loss="outside", closure="needed"),
            _epoch(loss="after"),
            _epoch(loss="after", closure="needed"),
            _epoch(loss="after", closure="never"),
            _epoch(loss="before"),
        ),
        Mistake(
            "no-closure",
            "LBFGS evaluates the loss several times a step: put zero_grad, loss and backward into a function for step",
            _epoch(closure="never"),
        ),
        Mistake(
            "last-evaluation",
            "with LBFGS this is the loss of the closure's last call; step returns that of its first",
            _epoch(loss="last"),
            _epoch(loss="last", closure="needed"),
        ),
        Mistake(
            "every-evaluation",
            "losses are added up inside the closure, which LBFGS calls several times a step",
            _epoch(loss="inside"),
            _epoch(loss="inside", closure="needed"),
        ),
        Mistake(
            "batches-not-moved",
            "batches stay where the loader made them: X and y need .to(device)",
            _epoch(move=False),
            _epoch(move=False, closure="never"),
        ),
        Mistake(
            "sum-not-mean",
            "this is the sum over the examples, or over the batches; the mean over the examples was asked for",
            _epoch(average="none"),
            _epoch(average="none", closure="never"),
            _epoch(average="sum"),
            _epoch(average="sum", closure="never"),
        ),
        Mistake(
            "means-over-examples",
            "each batch's loss is a mean already: weight it by its number of examples before dividing by all of them",
            _epoch(average="mixed"),
            _epoch(average="mixed", closure="never"),
        ),
        Mistake(
            "last-batch",
            "this is the loss of the last batch; the mean over all the examples was asked for",
            _epoch(average="last"),
            _epoch(average="last", closure="never"),
        ),
    ),
    hints=(
        "In the loop: both of a batch to the device, then one step. Before the loop: model.train().",
        "The closure: optimizer.zero_grad(), the loss, loss.backward(), return loss. SGD and Adam take it as well.",
        "`loss = optimizer.step(closure)`, then `total += loss.item() * len(X)` and `count += len(X)`.",
    ),
)
