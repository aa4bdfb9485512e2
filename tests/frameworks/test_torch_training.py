"""Training in torch: means over examples, best weights, early stopping, and a sentence for each bad input."""

import copy
import math
import os

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch.utils.data import DataLoader, TensorDataset  # noqa: E402

from coursekit.frameworks.batches import Batches  # noqa: E402
from coursekit.frameworks.network import Net  # noqa: E402
from coursekit.frameworks.torch_training import fit, train_epoch, validate  # noqa: E402
from coursekit.reference import mlp  # noqa: E402

CPU = torch.device("cpu")


def _data(n=50, seed=0, dtype=torch.float32):
    rng = np.random.default_rng(seed)
    return torch.tensor(rng.normal(size=(n, 6)), dtype=dtype), torch.tensor(rng.integers(0, 3, n))


def _model(dtype=torch.float32, seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3)).to(dtype)


def test_an_epoch_is_numpys_to_1e_6():
    X, y = _data(dtype=torch.float64)
    model = _model(torch.float64)
    linear = [model[0], model[2]]
    layers = [(one.weight.detach().numpy().T.copy(), one.bias.detach().numpy().copy()) for one in linear]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    train_epoch(model, Batches(X, y, 16), nn.CrossEntropyLoss(), optimizer, CPU)
    T = np.eye(3)[y]
    for start in range(0, len(X), 16):
        batch = slice(start, start + 16)
        Z, A = mlp.forward(layers, X[batch].numpy())
        layers = mlp.update(layers, mlp.backward(layers, Z, A, T[batch]), 0.3)
    for one, (W, b) in zip(linear, layers, strict=True):
        np.testing.assert_allclose(one.weight.detach().numpy().T, W, atol=1e-12)
        np.testing.assert_allclose(one.bias.detach().numpy(), b, atol=1e-12)


def test_the_loss_and_accuracy_are_means_over_examples_whatever_the_batches():
    X, y = _data()
    model, loss_fn = _model(), nn.CrossEntropyLoss()
    scores = model(X).detach()
    for size in (1, 7, 32, 50):
        loss, accuracy = validate(model, Batches(X, y, size), loss_fn, CPU)
        assert loss == pytest.approx(loss_fn(scores, y).item(), rel=1e-6)
        assert accuracy == (scores.argmax(1) == y).double().mean().item()
        still = torch.optim.SGD(model.parameters(), lr=0.0)
        assert train_epoch(model, Batches(X, y, size), loss_fn, still, CPU) == pytest.approx(loss, rel=1e-6)


@pytest.mark.parametrize("training", [True, False])
def test_validation_leaves_modes_statistics_and_gradients_alone(training):
    X, y = _data()
    model = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 3)).train(
        training
    )
    model[1].eval()
    before = copy.deepcopy(model.state_dict())
    first = validate(model, Batches(X, y, 16), nn.CrossEntropyLoss(), CPU)
    assert first == validate(model, Batches(X, y, 16), nn.CrossEntropyLoss(), CPU)
    assert (model.training, model[1].training, model[2].training) == (training, False, training)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(one.grad is None for one in model.parameters())
    assert torch.is_grad_enabled()


def test_modes_come_back_after_an_error_too():
    model = _model().train()
    with pytest.raises(ValueError, match="cannot take"):
        validate(model, Batches(torch.zeros(4, 5), torch.zeros(4, dtype=int), 2), nn.CrossEntropyLoss(), CPU)
    assert model.training


@pytest.mark.parametrize(
    ("name", "settings"),
    [("SGD", {"lr": 0.1}), ("Adam", {"lr": 0.01}), ("LBFGS", {"lr": 0.5, "max_iter": 4})],
)
def test_every_optimizer_gets_down(name, settings):
    X, y = _data()
    model = _model()
    optimizer = getattr(torch.optim, name)(model.parameters(), **settings)
    losses = [train_epoch(model, Batches(X, y, 50), nn.CrossEntropyLoss(), optimizer, CPU) for _ in range(8)]
    assert losses[-1] < losses[0] - 0.02


def _fitted(path, patience=3, epochs=40, seed=0, **options):
    (X, y), (V, t) = _data(30), _data(30, seed=1)
    model = _model(seed=seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    loaders = Batches(X, y, 8, generator=torch.Generator().manual_seed(seed)), Batches(V, t, 8)
    history = fit(model, *loaders, nn.CrossEntropyLoss(), optimizer, CPU, epochs, patience, path, **options)
    return model, loaders[1], history


def test_fit_stops_and_has_the_best_weights_in_model_and_file(tmp_path):
    model, valid, history = _fitted(tmp_path / "best.pt")
    losses = history["valid_loss"]
    best = int(np.argmin(losses))
    assert len(losses) == best + 1 + 3 < 40  # these labels are noise
    assert len(history["train_loss"]) == len(history["valid_accuracy"]) == len(losses)
    loss, accuracy = validate(model, valid, nn.CrossEntropyLoss(), CPU)
    assert (loss, accuracy) == (pytest.approx(losses[best]), history["valid_accuracy"][best])
    stored = torch.load(tmp_path / "best.pt", weights_only=True)
    assert all(torch.equal(stored[name], value) for name, value in model.state_dict().items())
    assert os.listdir(tmp_path) == ["best.pt"]


def test_two_runs_with_one_seed_give_the_same_numbers_and_another_seed_others(tmp_path):
    first, again, other = (_fitted(str(tmp_path / "best.pt"), seed=seed)[2] for seed in (3, 3, 4))
    assert first == again
    assert first["train_loss"] != other["train_loss"]
    assert (first["seed"], other["seed"], first["device"]) == (3, 4, "cpu")


def test_a_nan_loss_is_told_and_stops_with_the_best_weights(tmp_path):
    X, y = _data(20)
    model, said = _model(), []
    bad = X.clone()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    class Breaks:
        passes = 0

        def __iter__(self):
            self.passes += 1
            yield (bad * math.nan if self.passes == 3 else X), y

    valid = Batches(X, y, 20)
    path = tmp_path / "best.pt"
    history = fit(model, Breaks(), valid, nn.CrossEntropyLoss(), optimizer, CPU, 9, 2, path, say=said.append)
    assert len(history["train_loss"]) == 3
    assert math.isnan(history["train_loss"][-1])
    assert "Epoch 3: the loss is NaN" in said[-1]
    assert validate(model, valid, nn.CrossEntropyLoss(), CPU)[0] == pytest.approx(history["valid_loss"][1])


def test_a_file_of_an_earlier_run_is_not_taken_for_the_best(tmp_path):
    path = tmp_path / "best.pt"
    path.write_bytes(b"an earlier run's")
    X, y = _data(20)
    model = _model()
    nothing = torch.optim.SGD(model.parameters(), lr=0.1)
    loaders = (Batches(X * math.nan, y, 20), Batches(X, y, 20))
    fit(model, *loaders, nn.CrossEntropyLoss(), nothing, CPU, 5, 2, path, say=lambda text: None)
    assert path.read_bytes() == b"an earlier run's"


def test_progress_is_told_on_stdout_and_only_where_it_takes_long(tmp_path, capsys, monkeypatch):
    _fitted(tmp_path / "best.pt")
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr("coursekit.frameworks.time_left.WAIT", 0.0)
    _fitted(tmp_path / "best.pt")
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("Epoch 1 of 40: loss ")
    assert out.rstrip().endswith("left")


def test_bad_input_gets_a_sentence(tmp_path):
    X, y = _data(20)
    model, loss_fn = _model(), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def train(loader, model=model, device=CPU):
        return train_epoch(model, loader, loss_fn, optimizer, device)

    with pytest.raises(ValueError, match="cannot take inputs of shape"):
        train([(X[:, :4], y)])
    with pytest.raises(ValueError, match="20 inputs has 19 labels"):
        train([(X, y[:19])])
    with pytest.raises(ValueError, match="model is on cpu, the batches go to meta"):
        train([(X, y)], device=torch.device("meta"))
    with pytest.raises(ValueError, match="1 rows for 20 inputs"):
        train([(X, y)], nn.Sequential(nn.Flatten(0), nn.Unflatten(0, (1, -1)), nn.Linear(120, 3)))
    with pytest.raises(ValueError, match="no batch at all"):
        train([])
    with pytest.raises(ValueError, match="patience 0"):
        fit(model, [], [], loss_fn, optimizer, CPU, 5, 0, tmp_path / "best.pt")


def test_a_dataloader_and_batches_give_the_same():
    X, y = _data()
    results = []
    for loader in (DataLoader(TensorDataset(X, y), batch_size=16), Batches(X, y, 16), [(X, y)]):
        results.append(validate(_model(), loader, nn.CrossEntropyLoss(), CPU)[0])
    assert results == pytest.approx([results[0]] * 3)


@pytest.mark.parametrize(("channels", "size", "classes"), [(1, 28, 10), (3, 32, 5), (1, 8, 10), (2, 20, 4)])
def test_net_gives_logits_for_images_of_any_size(channels, size, classes):
    net = Net(channels, size, classes).eval()
    assert net(torch.rand(3, channels, size, size)).shape == (3, classes)
    assert sum(isinstance(one, nn.Conv2d) for one in net) == 3


def test_net_tells_of_images_that_are_too_small():
    with pytest.raises(ValueError, match="8 x 8"):
        Net(1, 7, 10)
