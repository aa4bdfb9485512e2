"""Answers to lesson 5's torch exercises as students write them: right ones in any style, wrong ones without a wrong name."""

# ruff: noqa: B023 - closures over the loop's variables are how students write them

import copy
import math
import os
from itertools import pairwise
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

from coursekit import evaluate  # noqa: E402


def _passes(exercise, answer):
    verdict = evaluate(f"mnist.{exercise}", answer)
    assert verdict.passed, verdict
    assert verdict.mistake is None


def _wrong(exercise, answer, mistake=None):
    verdict = evaluate(f"mnist.{exercise}", answer)
    assert not verdict.passed, verdict
    assert verdict.mistake == mistake, verdict
    return verdict


# torch_device


def one_line():
    return torch.device(
        "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    )


def with_index():
    if torch.cuda.is_available():
        return torch.device("cuda:0")
    elif torch.backends.mps.is_available():
        return torch.device("mps", 0)
    return torch.device("cpu")


def by_count():
    if torch.cuda.device_count() > 0:
        return torch.device("cuda")
    return torch.device("mps") if torch.mps.device_count() else torch.device("cpu")


def by_accelerator():
    if torch.accelerator.is_available():
        return torch.accelerator.current_accelerator()
    return torch.device("cpu")


def by_accelerator_checked():
    return torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")


def careful():
    name = "cpu"
    if hasattr(torch.backends, "mps") and torch.backends.mps.is_built() and torch.backends.mps.is_available():
        name = "mps"
    if torch.cuda.is_available():
        name = "cuda"
    return torch.device(name)


@pytest.mark.parametrize(
    "answer", [one_line, with_index, by_count, by_accelerator, by_accelerator_checked, careful]
)
def test_a_right_device(answer):
    _passes("torch_device", answer)


def test_wrong_devices():
    _wrong("torch_device", lambda: torch.device("meta"))
    _wrong("torch_device", lambda: "gpu")
    _wrong("torch_device", lambda: torch.device("cuda", 1))
    _wrong("torch_device", lambda: torch.device("cpu") if torch.cuda.is_available() else torch.device("cuda"))
    _wrong("torch_device", lambda: "cuda" if torch.cuda.is_available() else "cpu")
    _wrong("torch_device", lambda: torch.device(type="cpu"), "always-cpu")
    _wrong("torch_device", lambda: torch.device("cuda:0"), "always-cuda")
    _wrong(
        "torch_device",
        lambda: torch.accelerator.current_accelerator() or torch.device("cpu"),
        "built-not-available",
    )


def test_the_machine_is_as_it_was_after_the_check():
    before = torch.cuda.is_available, torch.backends.mps.is_available, torch.accelerator.current_accelerator
    evaluate("mnist.torch_device", one_line)
    assert before == (
        torch.cuda.is_available,
        torch.backends.mps.is_available,
        torch.accelerator.current_accelerator,
    )


# train_epoch


def closure_for_all(model, loader, loss_fn, optimizer, device):
    model.train()
    total, n = 0.0, 0
    for X, y in loader:
        X, y = X.to(device), y.to(device)

        def closure():
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            return loss

        loss = optimizer.step(closure)
        total += loss.item() * len(X)
        n += len(X)
    return total / n


def branches(model, loader, loss_fn, optimizer, device):
    model.train(True)
    losses = torch.zeros((), device=device)
    for _, batch in enumerate(loader):
        images, labels = (one.to(device, non_blocking=True) for one in batch)
        if isinstance(optimizer, torch.optim.LBFGS):

            def closure(images=images, labels=labels):
                optimizer.zero_grad(set_to_none=False)
                loss = loss_fn(model(images), labels)
                loss.backward()
                return loss

            loss = optimizer.step(closure)
        else:
            optimizer.zero_grad()
            loss = loss_fn(model(images), labels)
            loss.backward()
            optimizer.step()
        losses += loss.detach() * labels.size(0)
    return losses / len(loader.dataset)


def zero_grad_at_the_end(model, loader, loss_fn, optimizer, device):
    model.train()
    if type(optimizer).__name__ == "LBFGS":
        return closure_for_all(model, loader, loss_fn, optimizer, device)
    losses = []
    for X, y in loader:
        X = X.to(device=device)
        y = y.to(device=device)
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses += [loss.item()] * len(y)
    return sum(losses) / len(losses)


def grad_by_the_model(model, loader, loss_fn, optimizer, device):
    was = model.training
    model.train()
    model.to(device)
    losses, weights = [], []
    for X, y in loader:
        X, y = X.to(str(device)), y.to(str(device))

        def closure():
            model.zero_grad()
            with torch.enable_grad():
                loss = loss_fn(model(X), y)
            loss.backward()
            return loss

        losses.append(float(optimizer.step(closure).detach()))
        weights.append(X.shape[0])
    model.train(was)
    return torch.tensor(losses) @ torch.tensor(weights, dtype=torch.float32) / sum(weights)


def grad_by_autograd(model, loader, loss_fn, optimizer, device):
    model.train()
    total = count = 0
    for X, y in loader:
        X, y = torch.as_tensor(X, device=device), torch.as_tensor(y, device=device)

        def closure():
            loss = loss_fn(model(X), y)
            for one, grad in zip(
                model.parameters(), torch.autograd.grad(loss, list(model.parameters())), strict=True
            ):
                one.grad = grad
            return loss

        total, count = total + optimizer.step(closure).item() * y.shape[0], count + y.shape[0]
    return total / count


def by_a_nonlocal_first_loss(model, loader, loss_fn, optimizer, device):
    model.train()
    total, n = 0.0, 0
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        first = None

        def closure():
            nonlocal first
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            first = loss.item() if first is None else first
            return loss

        optimizer.step(closure)
        total += first * X.size(0)
        n += X.size(0)
    return total / n


def device_of_the_model(model, loader, loss_fn, optimizer, device):
    here = next(model.parameters()).device
    return closure_for_all(model, [(X.to(here), y.to(here)) for X, y in loader], loss_fn, optimizer, here)


EPOCHS = [
    closure_for_all,
    branches,
    zero_grad_at_the_end,
    grad_by_the_model,
    grad_by_autograd,
    by_a_nonlocal_first_loss,
    device_of_the_model,
]


@pytest.mark.parametrize("answer", EPOCHS)
def test_a_right_epoch(answer):
    _passes("train_epoch", answer)


def test_plain_loops_are_told_of_the_closure():
    def plain(model, loader, loss_fn, optimizer, device):
        model.train()
        total = 0
        for X, y in loader:
            X, y = X.to(device), y.to(device)
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
        return total / len(loader.dataset)

    assert _wrong("train_epoch", plain, "no-closure").score == 0.5


def test_the_mean_of_batches_in_other_words():
    def appended(model, loader, loss_fn, optimizer, device):
        model.train()
        losses = []
        for X, y in loader:
            X, y = X.to(device), y.to(device)

            def closure():
                optimizer.zero_grad()
                loss = loss_fn(model(X), y)
                loss.backward()
                return loss

            losses.append(optimizer.step(closure).item())
        return sum(losses) / len(loader)

    _wrong("train_epoch", appended, "mean-of-batches")


def test_a_loss_that_the_closure_keeps_for_itself():
    def outer(model, loader, loss_fn, optimizer, device):
        model.train()
        total, n, loss = 0.0, 0, torch.tensor(0.0)
        for X, y in loader:
            X, y = X.to(device), y.to(device)

            def closure():
                optimizer.zero_grad()
                loss = loss_fn(model(X), y)
                loss.backward()
                return loss

            optimizer.step(closure)
            total += loss.item() * len(X)
            n += len(X)
        return total / n

    _wrong("train_epoch", outer, "stale-loss")


def test_a_loss_computed_anew_after_the_step_without_gradients():
    def anew(model, loader, loss_fn, optimizer, device):
        model.train()
        total, n = 0.0, 0
        for X, y in loader:
            X, y = X.to(device), y.to(device)

            def closure():
                optimizer.zero_grad()
                loss = loss_fn(model(X), y)
                loss.backward()
                return loss

            optimizer.step(closure)
            with torch.no_grad():
                total += loss_fn(model(X), y).item() * len(X)
            n += len(X)
        return total / n

    _wrong("train_epoch", anew, "stale-loss")


def test_wrong_epochs_without_a_name():
    def other_loss(model, loader, loss_fn, optimizer, device):
        return closure_for_all(model, loader, nn.CrossEntropyLoss(), optimizer, device)

    def no_step(model, loader, loss_fn, optimizer, device):
        model.train()
        losses = [(loss_fn(model(X.to(device)), y.to(device)).item(), len(X)) for X, y in loader]
        return sum(a * b for a, b in losses) / sum(b for _, b in losses)

    def two_steps(model, loader, loss_fn, optimizer, device):
        first = closure_for_all(model, loader, loss_fn, optimizer, device)
        closure_for_all(model, loader, loss_fn, optimizer, device)
        return first

    def first_batch(model, loader, loss_fn, optimizer, device):
        return closure_for_all(model, [next(iter(loader))], loss_fn, optimizer, device)

    def eval_and_batches(model, loader, loss_fn, optimizer, device):
        model.eval()
        total = 0
        for X, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            total += loss.item()
        return total / 7

    def only_cpu(model, loader, loss_fn, optimizer, device):
        return closure_for_all(model, [(X.cpu(), y.cpu()) for X, y in loader], loss_fn, optimizer, "cpu")

    for answer in (other_loss, no_step, two_steps, first_batch, eval_and_batches):
        _wrong("train_epoch", answer)
    _wrong("train_epoch", only_cpu, "batches-not-moved")


# validate


def kept_mode(model, loader, loss_fn, device):
    was = model.training
    model.eval()
    total, right, n = 0.0, 0, 0
    with torch.no_grad():
        for X, y in loader:
            X, y = X.to(device), y.to(device)
            scores = model(X)
            total += loss_fn(scores, y).item() * len(X)
            right += (scores.argmax(1) == y).sum().item()
            n += len(X)
    model.train(was)
    return total / n, right / n


@torch.inference_mode()
def decorated(model, loader, loss_fn, device):
    training = model.training
    model.train(False)
    losses, hits = [], []
    for batch in loader:
        X, y = batch[0].to(device), batch[1].to(device)
        scores = model(X)
        losses += [loss_fn(scores, y)] * len(X)
        hits += (torch.max(scores, dim=1)[1] == y).tolist()
    if training:
        model.train()
    return [torch.stack(losses).mean(), torch.tensor(hits).float().mean()]


def gathered(model, loader, loss_fn, device):
    mode, enabled = model.training, torch.is_grad_enabled()
    model.eval()
    torch.set_grad_enabled(False)
    scores, labels, total = [], [], 0.0
    for X, y in loader:
        scores.append(model(X.to(device)))
        labels.append(y.to(device))
        total += loss_fn(scores[-1], labels[-1]) * y.size(0)
    torch.set_grad_enabled(enabled)
    model.train(mode)
    scores, labels = torch.cat(scores), torch.cat(labels)
    return total / len(loader.dataset), (scores.softmax(1).argmax(1) == labels).double().mean()


def copied_model(model, loader, loss_fn, device):
    return kept_mode(copy.deepcopy(model), loader, loss_fn, device)


@pytest.mark.parametrize("answer", [kept_mode, decorated, gathered, copied_model])
def test_a_right_validation(answer):
    _passes("validate", answer)


def test_the_tutorials_test_loop_is_told_of_its_batches():
    def tutorial(model, loader, loss_fn, device):
        model.eval()
        loss, right = 0, 0
        with torch.no_grad():
            for X, y in loader:
                X, y = X.to(device), y.to(device)
                pred = model(X)
                loss += loss_fn(pred, y).item()
                right += (pred.argmax(1) == y).type(torch.float).sum().item()
        return loss / len(loader), right / len(loader.dataset)

    _wrong("validate", tutorial, "mean-of-batches")


def test_a_model_left_in_evaluation_mode_is_told():
    def left(model, loader, loss_fn, device):
        given = kept_mode(model, loader, loss_fn, device)
        model.eval()
        return given

    _wrong("validate", left, "mode-not-restored")


def test_a_mode_that_is_set_for_the_model_and_not_for_its_layers_is_told():
    def flag_restored(model, loader, loss_fn, device):
        was = model.training
        given = kept_mode(model.eval(), loader, loss_fn, device)
        model.training = was
        return given

    def flag_set(model, loader, loss_fn, device):
        was, model.training = model.training, False
        total, right, n = 0.0, 0, 0
        with torch.no_grad():
            for X, y in loader:
                X, y = X.to(device), y.to(device)
                scores = model(X)
                total += loss_fn(scores, y).item() * len(X)
                right += (scores.argmax(1) == y).sum().item()
                n += len(X)
        model.training = was
        return total / n, right / n

    _wrong("validate", flag_restored, "mode-not-restored")
    _wrong("validate", flag_set, "train-mode")


def test_gradients_set_to_zero_are_a_change():
    def zeroed(model, loader, loss_fn, device):
        model.zero_grad()
        return kept_mode(model, loader, loss_fn, device)

    _wrong("validate", zeroed, "updates")


def test_momentary_training_mode_has_its_name():
    def trains(model, loader, loss_fn, device):
        total, right, n = 0.0, 0, 0
        with torch.no_grad():
            for X, y in loader:
                X, y = X.to(device), y.to(device)
                total += loss_fn(model(X), y).item() * len(X)
                right += 0
                n += len(X)
        return total / n, right / n

    _wrong("validate", trains)


def test_wrong_validations_without_a_name():
    _wrong("validate", lambda model, loader, loss_fn, device: kept_mode(model, loader, loss_fn, device)[0])
    _wrong("validate", lambda model, loader, loss_fn, device: (*kept_mode(model, loader, loss_fn, device), 1))
    _wrong(
        "validate", lambda model, loader, loss_fn, device: kept_mode(model, loader, F.cross_entropy, device)
    )

    def requires_none(model, loader, loss_fn, device):
        for one in model.parameters():
            one.requires_grad_(False)
        return kept_mode(model, loader, loss_fn, device)

    _wrong("validate", requires_none)


def test_gradients_are_on_after_a_check_that_leaves_them_off():
    def leaves(model, loader, loss_fn, device):
        given = kept_mode(model, loader, loss_fn, device)
        torch.set_grad_enabled(False)
        return given

    _wrong("validate", leaves, "gradients-left-off")
    assert torch.is_grad_enabled()


# fit


def saved_each_time(model, train_loader, valid_loader, loss_fn, optimizer, device, epochs, patience, path):
    history = {"train_loss": [], "valid_loss": [], "valid_accuracy": []}
    best, waited = float("inf"), 0
    for epoch in range(epochs):
        train_loss = closure_for_all(model, train_loader, loss_fn, optimizer, device)
        valid_loss, accuracy = kept_mode(model, valid_loader, loss_fn, device)
        history["train_loss"].append(train_loss)
        history["valid_loss"].append(valid_loss)
        history["valid_accuracy"].append(accuracy)
        print(f"epoch {epoch}: {valid_loss:.3f}")
        if math.isnan(train_loss) or math.isnan(valid_loss):
            break
        if valid_loss < best:
            best, waited = valid_loss, 0
            torch.save(model.state_dict(), path)
        else:
            waited += 1
            if waited >= patience:
                break
    model.load_state_dict(torch.load(path, map_location=device))
    return history


def copied(model, train_loader, valid_loader, loss_fn, optimizer, device, epochs, patience, path):
    train, valid, accuracies = [], [], []
    best_state, best_epoch = None, -1
    epoch = 0
    while epoch < epochs and epoch - best_epoch <= patience:
        loss = branches(model, train_loader, loss_fn, optimizer, device).item()
        measured, accuracy = decorated(model, valid_loader, loss_fn, device)
        if not (math.isfinite(loss) and math.isfinite(measured)):
            print("NaN")
            break
        train.append(loss)
        valid.append(measured.item())
        accuracies.append(accuracy.item())
        if best_state is None or valid[-1] < valid[best_epoch]:
            best_state, best_epoch = copy.deepcopy(model.state_dict()), epoch
        epoch += 1
    model.load_state_dict(best_state)
    torch.save(best_state, Path(path))
    return {"train_loss": train, "valid_loss": valid, "valid_accuracy": accuracies, "best_epoch": best_epoch}


def cloned(model, train_loader, valid_loader, loss_fn, optimizer, device, epochs, patience, path):
    history = {"train_loss": [], "valid_loss": [], "valid_accuracy": []}
    for _ in range(epochs):
        history["train_loss"].append(zero_grad_at_the_end(model, train_loader, loss_fn, optimizer, device))
        loss, accuracy = gathered(model, valid_loader, loss_fn, device)
        history["valid_loss"].append(loss)
        history["valid_accuracy"].append(accuracy)
        if torch.isnan(loss):
            break
        if loss <= min(history["valid_loss"]) and loss not in history["valid_loss"][:-1]:
            best = {name: value.clone() for name, value in model.state_dict().items()}
            torch.save(best, path + ".new")
            os.replace(path + ".new", path)
            wait = patience
        else:
            wait -= 1
        if wait == 0:
            break
    with torch.no_grad():
        for name, value in model.state_dict().items():
            value.copy_(best[name])
    return history


def another_model(model, train_loader, valid_loader, loss_fn, optimizer, device, epochs, patience, path):
    history = {"train_loss": [], "valid_loss": [], "valid_accuracy": []}
    best_model = best = None
    since = 0
    for _ in range(epochs):
        history["train_loss"].append(closure_for_all(model, train_loader, loss_fn, optimizer, device))
        if history["train_loss"][-1] != history["train_loss"][-1]:
            break
        valid = kept_mode(model, valid_loader, loss_fn, device)
        for name, value in zip(("valid_loss", "valid_accuracy"), valid, strict=True):
            history[name].append(value)
        if valid[0] != valid[0]:
            break
        since += 1
        if best is None or valid[0] < best:
            best, best_model, since = valid[0], copy.deepcopy(model), 0
        if since == patience:
            break
    torch.save(best_model.state_dict(), path)
    model.load_state_dict(best_model.state_dict())
    return history


@pytest.mark.parametrize("answer", [saved_each_time, copied, cloned, another_model])
def test_a_right_fit(answer):
    _passes("fit", answer)


def _fit(keep, restore, stop=lambda bad, patience: bad >= patience, limit=0.0):
    """A fit with its own way to keep and to restore."""

    def fit(model, train_loader, valid_loader, loss_fn, optimizer, device, epochs, patience, path):
        history, best, bad, kept = (
            {"train_loss": [], "valid_loss": [], "valid_accuracy": []},
            math.inf,
            0,
            None,
        )
        for _ in range(epochs):
            history["train_loss"].append(closure_for_all(model, train_loader, loss_fn, optimizer, device))
            loss, accuracy = kept_mode(model, valid_loader, loss_fn, device)
            history["valid_loss"].append(loss)
            history["valid_accuracy"].append(accuracy)
            if math.isnan(loss):
                break
            if loss < best - limit:
                best, bad, kept = loss, 0, keep(model, path)
            else:
                bad += 1
                if stop(bad, patience):
                    break
        restore(model, kept, path)
        return history

    return fit


def _save(model, path):
    torch.save(model.state_dict(), path)


def _load(model, kept, path):
    model.load_state_dict(torch.load(path))


def _load_kept(model, kept, path):
    model.load_state_dict(kept)
    torch.save(model.state_dict(), path)


def test_references_in_place_of_copies():
    for keep in (
        lambda model, path: model.state_dict(),
        lambda model, path: dict(model.state_dict()),
        lambda model, path: copy.copy(model.state_dict()),
        lambda model, path: {name: value.detach() for name, value in model.state_dict().items()},
    ):
        _wrong("fit", _fit(keep, _load_kept), "aliased")
    by_numpy = _fit(
        lambda model, path: {name: value.numpy() for name, value in model.state_dict().items()},
        lambda model, kept, path: (
            _load_kept(model, {k: torch.from_numpy(v) for k, v in kept.items()}, path)
            if kept["weight"].ndim
            else _load_kept(model, {k: torch.as_tensor(v) for k, v in kept.items()}, path)
        ),
    )
    assert not evaluate("mnist.fit", by_numpy).passed


def test_a_file_overwritten_at_the_end_holds_the_last_weights():
    def overwritten(*args):
        model, path = args[0], args[-1]
        load, model.load_state_dict = model.load_state_dict, lambda state: None
        history = saved_each_time(*args)
        model.load_state_dict = load
        torch.save(model.state_dict(), path)
        return history

    _wrong("fit", overwritten, "last-not-best")


def test_weights_that_are_not_the_best():
    _wrong("fit", _fit(_save, lambda model, kept, path: None), "last-not-best")
    _wrong("fit", _fit(lambda *_: None, lambda model, kept, path: _save(model, path)), "last-not-best")
    rebound = _fit(
        lambda model, path: _save(model, path) or copy.deepcopy(model), lambda model, kept, path: kept
    )
    _wrong("fit", rebound, "last-not-best")


def test_wrong_fits_without_a_name():
    _wrong("fit", _fit(_save, _load, limit=0.08))  # asks for a betterment that nobody asked for
    _wrong("fit", _fit(lambda model, path: torch.save(list(model.state_dict()), path), lambda *_: None))
    _wrong(
        "fit",
        _fit(
            lambda model, path: copy.deepcopy(model.state_dict()),
            lambda model, kept, path: model.load_state_dict(kept),
        ),
    )
    wrapped = _fit(
        lambda model, path: torch.save({"model": model.state_dict(), "epoch": 1}, path),
        lambda model, kept, path: model.load_state_dict(torch.load(path)["model"]),
    )
    _wrong("fit", wrapped)
    _wrong("fit", lambda *args: {"train_loss": [], "valid_loss": [], "valid_accuracy": []})


def test_a_fit_that_stops_too_late_or_early_has_its_name():
    _wrong("fit", _fit(_save, _load, stop=lambda bad, patience: bad > patience), "off-by-one")
    _wrong("fit", _fit(_save, _load, stop=lambda bad, patience: bad + 1 >= patience and bad), "off-by-one")
    _wrong("fit", _fit(_save, _load, stop=lambda *_: False), "never-stops")


# Net


class Modules(nn.Module):
    def __init__(self, channels, size, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 32, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3, padding="same")
        self.conv3 = nn.Conv2d(64, 64, 3, 1, 1, bias=False)
        self.pool = nn.MaxPool2d(2, 2)
        self.drop1, self.drop2 = nn.Dropout(0.25), nn.Dropout(0.5)
        for _ in range(3):
            size = size // 2
        self.fc1 = nn.Linear(64 * size * size, 500)
        self.fc2 = nn.Linear(500, classes)

    def forward(self, x):
        for conv in (self.conv1, self.conv2, self.conv3):
            x = self.pool(F.relu(conv(x)))
        x = self.drop1(x.view(x.size(0), -1))
        return self.fc2(self.drop2(F.relu(self.fc1(x))))


class Functional(nn.Module):
    def __init__(self, channels, size, classes):
        super().__init__()
        self.last = nn.Linear(500, classes)  # not in the order of their use
        self.hidden = nn.LazyLinear(500)
        self.convolutions = nn.ModuleList(
            [
                nn.Conv2d(channels, 8, 3, padding=1),
                nn.Conv2d(8, 8, 3, padding=1),
                nn.Conv2d(8, 8, 3, padding=1),
            ]
        )

    def forward(self, x):
        for convolution in self.convolutions:
            x = torch.clamp(F.max_pool2d(convolution(x), 2), min=0)
        x = F.dropout(x, 0.25, self.training)
        return self.last(self.hidden(torch.flatten(x, start_dim=1)).relu())


class Blocks(nn.Sequential):
    def __init__(self, channels, size, classes):
        widths = [channels, 20, 40, 16]
        layers = []
        for a, b in pairwise(widths):
            layers += [nn.Conv2d(a, b, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2)]
        features = nn.Sequential(*layers)(torch.zeros(1, channels, size, size)).numel()
        super().__init__(
            *layers,
            nn.Dropout2d(0.25),
            nn.Flatten(),
            nn.Linear(features, 500),
            nn.ReLU(inplace=True),
            nn.Dropout(),
            nn.Linear(500, classes),
        )


def function_of_it(channels=1, size=28, classes=10):
    return Modules(channels, size, classes).eval()


class Free(nn.Module):
    """Weights without layers."""

    def __init__(self, channels, size, classes):
        super().__init__()
        shapes = [
            (4, channels, 3, 3),
            (6, 4, 3, 3),
            (8, 6, 3, 3),
            (500, 8 * (size // 8) ** 2),
            (classes, 500),
        ]
        self.weights = nn.ParameterList(torch.randn(shape) / 10 for shape in shapes)
        self.biases = nn.ParameterList(torch.zeros(shape[0]) for shape in shapes)

    def forward(self, x):
        for i in range(3):
            x = F.max_pool2d(
                torch.relu(F.conv2d(x, self.weights[i], bias=self.biases[i], padding=1)), kernel_size=2
            )
        x = F.dropout(x, p=0.25, training=self.training).reshape(len(x), -1)
        return F.linear(
            F.relu(F.linear(x, self.weights[3], self.biases[3])), weight=self.weights[4], bias=self.biases[4]
        )


@pytest.mark.parametrize("answer", [Modules, Functional, Blocks, function_of_it, Free])
def test_a_right_net(answer):
    _passes("Net", answer)


def _ends(change, base=Modules):
    class Ends(base):
        def forward(self, x):
            return change(super().forward(x))

    return Ends


def test_what_a_net_ends_with():
    _wrong("Net", _ends(lambda x: F.softmax(x, dim=1)), "softmax-inside")
    _wrong("Net", _ends(lambda x: x.softmax(-1), Functional), "softmax-inside")
    for change in (nn.LogSoftmax(dim=1), lambda x: F.log_softmax(x, dim=-1)):
        verdict = evaluate("mnist.Net", _ends(change))
        assert (verdict.passed, verdict.mistake) == (True, "log-softmax-inside")
    for change in (
        torch.sigmoid,
        F.relu,
        lambda x: F.softmax(x, dim=0),
        lambda x: x.log_softmax(0),
        lambda x: x * 2,
    ):
        _wrong("Net", _ends(change))


class Flattens(Modules):
    def forward(self, x):
        for conv in (self.conv1, self.conv2, self.conv3):
            x = self.pool(F.relu(conv(x)))
        x = self.flatten(self.drop1(x))
        return self.fc2(F.relu(self.fc1(x)))


@pytest.mark.parametrize(
    "flatten",
    [
        lambda x: x.flatten(),
        lambda x: x.view(1, -1),
        lambda x: x.permute(1, 0, 2, 3).reshape(x.size(0), -1),
        lambda x: x.reshape(-1, x.size(0)).T,
        nn.Flatten(0),
    ],
)
def test_flattening_that_mixes_images(flatten):
    class Mixes(Flattens):
        def forward(self, x):
            self.flatten = flatten
            return super().forward(x)

    _wrong("Net", Mixes, "flatten-mixes-batch")


def test_activations_that_are_missing():
    class Some(Modules):
        def forward(self, x):
            x = self.pool(self.conv2(self.pool(F.relu(self.conv1(x)))))
            x = self.pool(F.relu(self.conv3(x)))
            return self.fc2(F.relu(self.fc1(self.drop1(x.flatten(1)))))

    _wrong("Net", Some, "no-activation")


def test_a_network_that_no_optimizer_could_train():
    class Listed(Modules):
        def __init__(self, channels, size, classes):
            super().__init__(channels, size, classes)
            self.layers = [self.conv1, self.conv2, self.conv3]
            del self.conv1, self.conv2, self.conv3

        def forward(self, x):
            for conv in self.layers:
                x = self.pool(F.relu(conv(x)))
            return self.fc2(F.relu(self.fc1(self.drop1(x.flatten(1)))))

    class Detached(Modules):
        def forward(self, x):
            return super().forward(x).detach()

    _wrong("Net", Listed, "layers-in-a-list")
    _wrong("Net", Detached)


def test_wrong_nets_without_a_name():
    class Leaky(Modules):
        def forward(self, x):
            for conv in (self.conv1, self.conv2, self.conv3):
                x = self.pool(F.leaky_relu(conv(x)))
            return self.fc2(F.relu(self.fc1(self.drop1(x.flatten(1)))))

    class Normed(Modules):
        def __init__(self, channels, size, classes):
            super().__init__(channels, size, classes)
            self.norm = nn.BatchNorm1d(500)

        def forward(self, x):
            for conv in (self.conv1, self.conv2, self.conv3):
                x = self.pool(F.relu(conv(x)))
            return self.fc2(F.relu(self.norm(self.fc1(self.drop1(x.flatten(1))))))

    class Wide(Modules):
        def __init__(self, channels, size, classes):
            super().__init__(channels, size, classes)
            self.fc1, self.fc2 = nn.Linear(64 * (size // 8) ** 2, 512), nn.Linear(512, classes)

    class LateDropout(Modules):
        def forward(self, x):
            self.drop1 = nn.Identity()
            return super().forward(x)

    class Unpadded(nn.Sequential):
        def __init__(self, channels, size, classes):
            super().__init__(
                nn.Conv2d(channels, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.LazyLinear(classes)
            )

    for answer in (Leaky, Normed, Wide, Unpadded, lambda channels, size, classes: nn.Flatten()):
        _wrong("Net", answer)
    _wrong("Net", LateDropout, "no-dropout")
    _wrong("Net", Modules(1, 28, 10))


# The gallery


def test_mended_losses():
    def logits():
        return nn.Sequential(nn.Linear(784, 28), nn.ReLU(), nn.Linear(28, 10)), nn.CrossEntropyLoss()

    def log_softmax():
        layers = [nn.Flatten(), nn.Linear(784, 28), nn.ReLU(), nn.Linear(28, 10), nn.LogSoftmax(dim=1)]
        return [nn.Sequential(*layers), nn.NLLLoss()]

    def functions():
        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.a, self.b = nn.Linear(784, 28), nn.Linear(28, 10)

            def forward(self, x):
                return self.b(F.relu(self.a(x)))

        return Model(), F.cross_entropy

    for answer in (logits, log_softmax, functions):
        _passes("mend_softmax_twice", answer)


def test_losses_that_are_not_mended():
    def made(*last, loss_fn):
        return lambda: (nn.Sequential(nn.Linear(784, 28), nn.ReLU(), nn.Linear(28, 10), *last), loss_fn)

    _wrong("mend_softmax_twice", made(loss_fn=lambda z, y: F.cross_entropy(z.softmax(1), y)), "softmax-twice")
    _wrong("mend_softmax_twice", made(nn.Softmax(-1), loss_fn=F.nll_loss), "nll-of-probabilities")
    _wrong(
        "mend_softmax_twice",
        made(loss_fn=lambda z, y: F.nll_loss(F.softmax(z, 1).log(), y)),
        "log-of-softmax",
    )
    _wrong("mend_softmax_twice", made(loss_fn=nn.CrossEntropyLoss(reduction="sum")))
    _wrong("mend_softmax_twice", made(loss_fn=nn.MultiMarginLoss()))
    _wrong("mend_softmax_twice", made(nn.ReLU(), loss_fn=nn.CrossEntropyLoss()))
    _wrong("mend_softmax_twice", lambda: (nn.Linear(784, 10), nn.CrossEntropyLoss()))
    _wrong("mend_softmax_twice", lambda: nn.Linear(784, 10))


def _steps(before=lambda optimizer: None, after=lambda optimizer: None, loss=lambda value: value.item()):
    def mend(model, X, y, learning_rate, steps):
        optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
        losses = []
        for _ in range(steps):
            before(optimizer)
            value = F.cross_entropy(model(X), y)
            value.backward()
            optimizer.step()
            after(optimizer)
            losses.append(loss(value))
        return losses

    return mend


def test_mended_steps():
    _passes("mend_zero_grad", _steps(before=lambda optimizer: optimizer.zero_grad()))
    _passes("mend_zero_grad", _steps(after=lambda optimizer: optimizer.zero_grad(set_to_none=False)))
    _passes(
        "mend_zero_grad", _steps(before=lambda optimizer: optimizer.zero_grad(), loss=lambda value: value)
    )

    def by_hand(model, X, y, learning_rate, steps):
        losses = []
        for _ in range(steps):
            model.zero_grad()
            loss = nn.CrossEntropyLoss()(model(X), y)
            loss.backward()
            with torch.no_grad():
                for one in model.parameters():
                    one -= learning_rate * one.grad
            losses.append(float(loss.detach()))
        return torch.tensor(losses)

    _passes("mend_zero_grad", by_hand)


def test_steps_that_are_not_mended():
    _wrong("mend_zero_grad", _steps(), "zero-grad-missing")

    def once(model, X, y, learning_rate, steps):
        model.zero_grad()
        return _steps()(model, X, y, learning_rate, steps)

    _wrong("mend_zero_grad", once, "zero-grad-missing")

    def adam(model, X, y, learning_rate, steps):
        optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
        losses = []
        for _ in range(steps):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(X), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    _wrong("mend_zero_grad", adam)
    _wrong("mend_zero_grad", lambda model, X, y, learning_rate, steps: [0.0] * steps)


# All


def test_random_numbers_go_on_after_a_check_as_if_there_had_been_none():
    torch.manual_seed(5)
    right = torch.rand(3)
    torch.manual_seed(5)
    for exercise, answer in (("Net", Modules), ("train_epoch", closure_for_all), ("fit", saved_each_time)):
        evaluate(f"mnist.{exercise}", answer)
    assert torch.equal(torch.rand(3), right)
