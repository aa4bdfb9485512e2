"""The device, batches on it, the learning-rate finder, and probabilities of any model."""

import copy

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402

from coursekit.checking import torch_probes  # noqa: E402
from coursekit.frameworks import rate_finder  # noqa: E402
from coursekit.frameworks.batches import Batches  # noqa: E402
from coursekit.frameworks.devices import describe_device, torch_device  # noqa: E402
from coursekit.frameworks.network import Net  # noqa: E402
from coursekit.frameworks.predicting import probabilities  # noqa: E402
from coursekit.frameworks.rate_finder import find_rate, steepest  # noqa: E402

CPU = torch.device("cpu")


def _data(n=40):
    rng = np.random.default_rng(0)
    return rng.random((n, 5)), rng.integers(0, 3, n)


@pytest.mark.parametrize(
    ("cuda", "mps", "built", "expected"),
    [
        (False, False, False, "cpu"),
        (True, False, True, "cuda"),
        (False, True, True, "mps"),
        (True, True, True, "cuda"),
        (False, False, True, "cpu"),
    ],
)
def test_the_device_is_the_best_that_is_here_and_is_told_with_the_reason(cuda, mps, built, expected):
    with torch_probes.machine(cuda, mps, built):
        device = torch_device()
        assert device.type == expected
        sentence = describe_device(device)
        on_cpu = describe_device("cpu")
    assert sentence.endswith(".")
    assert {"cpu": "neither", "cuda": "a simulated GPU", "mps": "Apple"}[expected] in sentence
    assert ("although" in on_cpu) is (expected != "cpu")


def test_a_device_that_is_not_here_is_told_too():
    with torch_probes.machine(False, False, False):
        assert "does not find it" in describe_device("cuda")
        assert "does not find it" in describe_device("mps")


def test_batches_hold_each_example_once_and_the_last_is_short():
    X, y = _data()
    batches = Batches(X, y, 16, generator=torch.Generator().manual_seed(0))
    passes = [list(batches) for _ in range(2)]
    assert len(batches) == 3
    assert len(batches.dataset) == 40
    for one in passes:
        assert [len(labels) for _, labels in one] == [16, 16, 8]
        inputs, labels = (torch.cat(parts).numpy() for parts in zip(*one, strict=True))
        order = np.argsort(inputs[:, 0])
        right = np.argsort(X[:, 0])
        np.testing.assert_allclose(inputs[order], X[right], rtol=1e-6)
        assert labels[order].tolist() == y[right].tolist()
    assert not torch.equal(passes[0][0][0], passes[1][0][0])


def test_equal_generators_give_equal_batches_and_none_keeps_the_order():
    X, y = _data()
    one, two = (list(Batches(X, y, 7, generator=torch.Generator().manual_seed(5))) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip((X for X, _ in one), (X for X, _ in two), strict=True))
    assert torch.cat([labels for _, labels in Batches(X, y, 7)]).tolist() == y.tolist()


def test_batches_copy_nothing_where_the_order_is_the_datas():
    X, y = _data()
    batches = Batches(X, y, 16)
    first = next(iter(batches))[0]
    assert first.untyped_storage().data_ptr() == batches.X.untyped_storage().data_ptr()
    assert first.to(CPU) is first


def test_batches_leave_the_global_generator_alone():
    torch.manual_seed(1)
    right = torch.rand(2)
    torch.manual_seed(1)
    list(Batches(*_data(), 8, generator=torch.Generator().manual_seed(0)))
    assert torch.equal(torch.rand(2), right)


def test_arrays_get_torchs_types_and_may_be_read_only():
    X, y = _data()
    X.flags.writeable = False
    batches = Batches(X, y.astype(np.uint8), 8)
    assert (batches.X.dtype, batches.y.dtype) == (torch.float32, torch.int64)
    assert Batches(torch.zeros(2, 3, dtype=torch.float64), [0, 1], 2).X.dtype == torch.float64


def test_batches_tell_bad_input():
    X, y = _data()
    with pytest.raises(ValueError, match="40 inputs and 39 labels"):
        Batches(X, y[1:], 8)
    with pytest.raises(ValueError, match="at least 1"):
        Batches(X, y, 0)
    with pytest.raises(ValueError, match="at least 1"):
        Batches(X[:0], y[:0], 4)
    with pytest.raises(ValueError, match="scale them"):
        Batches((X * 255).astype(np.uint8), y, 8)


@pytest.mark.parametrize("name", ["SGD", "Adam", "LBFGS"])
def test_the_rate_finder_leaves_all_as_it_was(name):
    model = nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8), nn.Dropout(0.2), nn.Linear(8, 3)).eval()
    optimizer = getattr(torch.optim, name)(model.parameters(), lr=0.123)
    loader = Batches(*_data(), 16, generator=torch.Generator().manual_seed(0))
    before = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    order, randomness = loader.generator.get_state(), torch.get_rng_state()
    found = find_rate(model, loader, nn.CrossEntropyLoss(), optimizer, CPU, steps=20)
    assert all(torch.equal(value, before[0][key]) for key, value in model.state_dict().items())
    assert optimizer.state_dict() == before[1]
    assert not any(layer.training for layer in model.modules())
    assert all(one.grad is None for one in model.parameters())
    assert torch.equal(order, loader.generator.get_state())
    assert torch.equal(randomness, torch.get_rng_state())
    assert len(found["rates"]) == len(found["losses"]) == len(found["smoothed"])
    ratios = found["rates"][1:] / found["rates"][:-1]
    np.testing.assert_allclose(ratios, ratios[0])
    assert found["device"] == "cpu"


def test_the_rate_finder_stops_where_the_loss_explodes():
    torch.manual_seed(0)
    model = nn.Linear(5, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    found = find_rate(model, Batches(*_data(), 16), nn.CrossEntropyLoss(), optimizer, CPU, high=1e6)
    assert len(found["rates"]) < 100
    assert found["smoothed"][-1] > rate_finder.TOO_HIGH * found["smoothed"].min()
    assert found["rate"] < found["rates"][-1]


def test_the_rate_is_where_the_loss_falls_fastest():
    rates = np.geomspace(1e-4, 1, 81)
    falls = 2 - np.tanh(2 * np.log10(rates / 1e-2))
    assert steepest(rates, falls) == pytest.approx(1e-2, rel=0.01)
    assert steepest(rates, -falls) is None
    with pytest.raises(ValueError, match="must rise"):
        find_rate(nn.Linear(5, 3), [], None, None, CPU, low=1.0, high=0.1)


def _flat():
    return nn.Linear(784, 10)


class _Square(nn.Module):
    def __init__(self):
        super().__init__()
        self.last = nn.Linear(784, 10)

    def forward(self, x):
        n, height, width = x.shape
        return self.last(x.reshape(n, height * width)).softmax(1)


class _ChannelsLast(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = Net(1, 28, 10)

    def forward(self, x):
        return self.net(x.permute(0, 3, 1, 2)).log_softmax(1)


@pytest.mark.parametrize("make", [_flat, _Square, _ChannelsLast, lambda: Net(1, 28, 10)])
@pytest.mark.parametrize("n", [1, 2, 7])
def test_probabilities_whatever_form_a_torch_model_takes_and_gives(make, n):
    torch.manual_seed(0)
    model, images = make().train(), np.random.default_rng(n).random((n, 28, 28))
    P = probabilities(model, images, batch_size=3)
    assert P.shape == (n, 10)
    np.testing.assert_allclose(P.sum(axis=1), 1, rtol=1e-5)
    forms = [(n, 784), (n, 1, 28, 28), (n, 28, 28, 1)]
    for form in forms:
        np.testing.assert_allclose(probabilities(model, images.reshape(form)), P, rtol=1e-4, atol=1e-7)
    assert model.training
    assert all(one.grad is None for one in model.parameters())


def test_probabilities_are_the_softmax_of_logits():
    model, images = _flat(), np.random.default_rng(0).random((4, 784))
    right = model(torch.tensor(images, dtype=torch.float32)).softmax(1).detach()
    np.testing.assert_allclose(probabilities(model, images), right, rtol=1e-5)
    assert probabilities(model, np.zeros((0, 28, 28))).shape == (0, 10)


def test_probabilities_tell_bad_input():
    images = np.zeros((3, 28, 28))
    with pytest.raises(ValueError, match=r"in none of the forms .*\(N, 784\)"):
        probabilities(nn.Linear(64, 10), images)
    with pytest.raises(ValueError, match=r"gives shape \(2, 3\), and \(2, 10\) is needed"):
        probabilities(nn.Sequential(nn.Flatten(), nn.Linear(784, 3)), images)
    with pytest.raises(ValueError, match="is the form"):
        probabilities(_flat(), np.zeros((3, 28, 27)))
    with pytest.raises(TypeError, match="type function"):
        probabilities(lambda x: x, images)
    broken = _flat()
    nn.init.constant_(broken.weight, float("nan"))
    with pytest.raises(ValueError, match="NaN"):
        probabilities(broken, images)
