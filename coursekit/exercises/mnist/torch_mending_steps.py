"""To be mended: gradients that add up. The broken source, as the lesson shows it, is `_broken_steps`."""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake
from coursekit.checking.compare import close, numeric
from coursekit.exercises.mnist.torch_loops import examples, import_all_of_torch, same_state, weights


def _mended_steps(model: Any, X: Any, y: Any, learning_rate: float, steps: int) -> list[float]:
    import torch

    loss_fn = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def _step_cases(rng: np.random.Generator) -> list[Case]:
    import_all_of_torch()
    return [
        Case(
            (weights(rng, False), *examples(rng, 6), rate, steps),
            kind=f"{steps} step{'s' * (steps > 1)}",
            text=f"mend_zero_grad(model, X, y, {rate:g}, {steps}) with 6 examples",
        )
        for rate, steps in ((0.1, 1), (0.1, 2), (0.5, 6))
    ]


def _take_steps(mend: Any, weights: Any, X: Any, y: Any, rate: float, steps: int) -> Any:
    import torch

    from coursekit.checking import torch_probes as probes

    with probes.undisturbed():
        model = probes.network(weights)
        losses = mend(model, torch.tensor(X), torch.tensor(y), rate, steps)
        return {"losses": losses, "state": probes.state(model)}


def _steps_are_right(got: Any, expected: Any, args: tuple) -> None:
    if got["losses"] is None:
        raise Mismatch("it gave None: did you forget `return`?")
    close(rtol=1e-3, atol=1e-6)(np.ravel(numeric(got["losses"])), numeric(expected["losses"]), args)
    same_state(got["state"], expected["state"], "the losses are right, and the weights afterwards are not")


def _same_steps(got: Any, form: Any, args: tuple) -> None:
    close(rtol=1e-3, atol=1e-6)(np.ravel(numeric(got["losses"])), numeric(form["losses"]), args)
    same_state(got["state"], form["state"], "the weights differ")


def _broken_steps(model: Any, X: Any, y: Any, learning_rate: float, steps: int) -> list[float]:
    import torch

    loss_fn = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(steps):
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def _zero_before_step(model: Any, X: Any, y: Any, learning_rate: float, steps: int) -> list[float]:
    import torch

    loss_fn = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(steps):
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        losses.append(loss.item())
    return losses


def _every_second(model: Any, X: Any, y: Any, learning_rate: float, steps: int) -> list[float]:
    import torch

    loss_fn = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for step in range(steps):
        if step % 2 == 0:
            optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def _smaller_rate(model: Any, X: Any, y: Any, learning_rate: float, steps: int) -> list[float]:
    import torch

    loss_fn = torch.nn.CrossEntropyLoss()
    losses = []
    for step in range(steps):
        optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate / (step + 1))
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


mend_zero_grad = Exercise(
    id="mnist.mend_zero_grad",
    title="Mend: gradients that add up",
    signature="mend_zero_grad(model, X, y, learning_rate, steps)",
    reference=_mended_steps,
    cases=_step_cases,
    probe=_take_steps,
    compare=_steps_are_right,
    alike=_same_steps,
    seconds=10.0,
    view=lambda seen: f"losses {[round(float(one), 4) for one in seen['losses']]}",
    mistakes=(
        Mistake(
            "zero-grad-missing",
            "the gradients of earlier steps are still there: zero_grad() in every step, before backward()",
            _broken_steps,
        ),
        Mistake(
            "zero-grad-too-late",
            "zero_grad() comes between backward() and step(), so that no gradient is left for the step",
            _zero_before_step,
        ),
        Mistake(
            "zero-grad-not-always",
            "some steps begin with the gradients of the one before: zero_grad() in every step",
            _every_second,
        ),
        Mistake(
            "smaller-rate",
            "the gradients still add up, and the rate hides it: zero_grad() in every step, the rate as given",
            _smaller_rate,
        ),
    ),
    hints=(
        "backward() adds to the gradients that are there.",
        "One line in the loop: optimizer.zero_grad().",
    ),
)
