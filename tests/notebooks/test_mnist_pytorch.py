"""What lesson 5 says in PyTorch's notebook: formulas beside their twins, counts, conventions, its story."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("keras")

from torch import nn  # noqa: E402

# Keras' own on its torch backend, about how it hands arrays to NumPy
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:keras")


@pytest.fixture(scope="module")
def lesson5(by_name):
    return by_name("mnist_pytorch")


@pytest.fixture(scope="module")
def own(lesson5):
    """The names that the lesson defines, as attributes."""
    return SimpleNamespace(**lesson5.scope)


@pytest.fixture(scope="module")
def keras(own):
    return own.import_keras()


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def says(lesson, *texts):
    """The lesson's words hold these, so that a test of a figure is a test of what is printed."""
    everything = "\n".join(cell.source for cell in lesson.cells)
    return [text for text in texts if text not in everything] == []


def test_a_batch_is_cut_from_a_new_order_every_epoch_and_labels_stay_with_their_images(own):
    X, y = torch.arange(10.0).reshape(10, 1), torch.arange(10)
    loader = own.Batches(X, y, 4, seed=0)
    first, second = (list(loader) for _ in range(2))
    assert [len(labels) for _, labels in first] == [4, 4, 2]
    assert len(loader) == 3
    orders = [torch.cat([labels for _, labels in batches]) for batches in (first, second)]
    for images, labels in first:
        assert torch.equal(images[:, 0], labels.float())
    assert not torch.equal(*orders)
    assert [order.sort().values.tolist() for order in orders] == [list(range(10))] * 2
    again = torch.cat([labels for _, labels in own.Batches(X, y, 4, seed=0)])
    assert torch.equal(again, orders[0])
    plain = torch.cat([labels for _, labels in own.Batches(X, y, 4)])
    assert torch.equal(plain, y)


def test_the_formula_of_a_filter_is_conv2d(lesson5, rng):
    formula = r"a_{ij} = \mathrm{relu}\Big(b + \sum_{c,\,u,\,v} w_{cuv}\, x_{c,\,i+u,\,j+v}\Big)"
    assert says(lesson5, formula, r"u, v \in \{-1, 0, 1\}", "With a border of zeros (**padding** 1)")
    x, w, b = rng.normal(size=(2, 5, 4)), rng.normal(size=(2, 3, 3)), 0.3
    bordered = np.pad(x, ((0, 0), (1, 1), (1, 1)))
    ours = np.empty((5, 4))
    for i in range(5):
        for j in range(4):
            z = b
            for c in range(2):
                for u in (-1, 0, 1):
                    for v in (-1, 0, 1):
                        z += w[c, u + 1, v + 1] * bordered[c, i + u + 1, j + v + 1]
            ours[i, j] = max(z, 0)
    theirs = nn.functional.conv2d(*map(torch.tensor, (x, w[None], np.array([b]))), padding=1).relu()
    np.testing.assert_allclose(theirs[0].numpy(), ours)


def test_counts_of_parameters_and_sizes_on_the_way(lesson5, own):
    def count(model):
        return sum(one.numel() for one in model.parameters())

    assert count(nn.Conv2d(1, 16, 3)) == 160
    assert count(nn.Linear(784, 16)) == 12_560
    assert says(
        lesson5, "16 · (9 + 1)", "16 · (784 + 1) = 12,560", '["160", "12,560", "125,440"], answer="160"'
    )
    dense, cnn = count(own.dense()), count(own.Net(1, 28, 10))
    assert (dense, round(cnn / dense)) == (22_270, 14)
    assert says(lesson5, "with 14 times as many parameters")
    sizes, image = [28], torch.zeros(1, 1, 28, 28)
    for _ in range(3):
        image = nn.MaxPool2d(2)(image)
        sizes.append(image.shape[-1])
    assert sizes == [28, 14, 7, 3]
    assert says(
        lesson5, "28 becomes 14, 7, 3", "16 of 14 by 14", "32 of 7 by 7, then 576, 500 and 10 numbers"
    )
    assert 64 * 3 * 3 == 576


def test_a_closure_of_dropout_is_another_function_each_time(own):
    torch.manual_seed(0)
    model = own.dense(dropout=0.5).to(own.device)
    assert len({own.loss_fn(model(own.X_all), own.y_all).item() for _ in range(3)}) == 3
    model.eval()
    assert len({own.loss_fn(model(own.X_all), own.y_all).item() for _ in range(3)}) == 1


def test_sliding_moves_to_the_right_and_black_comes_in(own):
    image = torch.arange(1.0, 5.0).reshape(1, 1, 1, 4)
    for by, moved in [(1, [0, 1, 2, 3]), (-1, [2, 3, 4, 0]), (3, [0, 0, 0, 1])]:
        assert nn.functional.pad(image, (by, -by)).flatten().tolist() == moved


def test_three_libraries_give_one_loss_and_one_gradient(own):
    assert list(own.others) == ["PyTorch", "Keras"]
    for theirs in own.others.values():
        for mine, other in zip(own.by_numpy, theirs, strict=True):
            np.testing.assert_allclose(other, mine, rtol=0, atol=1e-6)


def test_conventions_of_weights_and_their_start(lesson5, keras):
    dense = keras.layers.Dense(50)
    dense.build((None, 200))
    W, b = dense.get_weights()
    linear = nn.Linear(200, 50)
    assert (tuple(linear.weight.shape), W.shape) == ((50, 200), (200, 50))
    for parameter in linear.parameters():
        assert 0.9 / np.sqrt(200) < parameter.abs().max().item() <= 1 / np.sqrt(200)
    assert 0.98 * np.sqrt(6 / 250) < np.abs(W).max() <= np.sqrt(6 / 250)
    assert not b.any()
    assert says(lesson5, r"| `Linear`: (out, in) | `Dense`: (in, out) |")
    assert says(lesson5, r"$U(\pm 1/\sqrt{n_\mathrm{in}})$, biases too | Glorot uniform, biases 0 |")


def test_conventions_of_batch_normalization(lesson5, keras, rng):
    x = rng.normal(3, 2, (40, 3)).astype("float32")
    theirs, layer = nn.BatchNorm1d(3), keras.layers.BatchNormalization()
    theirs(torch.tensor(x))
    layer(x, training=True)
    np.testing.assert_allclose(theirs.running_mean.numpy(), 0.9 * 0 + 0.1 * x.mean(0), rtol=1e-4)
    np.testing.assert_allclose(np.asarray(layer.get_weights()[2]), 0.99 * 0 + 0.01 * x.mean(0), rtol=1e-4)
    assert (theirs.eps, layer.epsilon) == (1e-5, 1e-3)
    assert says(lesson5, "0.1 weights the *new* value", "0.99 weights the *old*", "= 1e-5", "= 1e-3")


def test_a_second_softmax_leaves_a_floor_of_1_46(lesson5, own):
    _, loss_fn = own.broken_softmax_twice()
    perfect = loss_fn(torch.eye(10), torch.arange(10)).item()
    assert perfect == pytest.approx(-np.log(np.e / (np.e + 9))) == pytest.approx(np.log(1 + 9 / np.e))
    assert f"{perfect:.2f}" == "1.46"
    assert says(lesson5, 'answer="1.46"', "e/(e + 9)", "np.log(1 + 9 / np.e)")


def test_gradients_that_add_up_are_a_momentum_that_never_fades(lesson5, own):
    assert says(lesson5, "a momentum that never fades")

    def model():
        torch.manual_seed(0)
        return own.dense()

    X, y = own.X_all[:50].cpu(), own.y_all[:50].cpu()
    broken, right = model(), model()
    losses = own.broken_zero_grad(broken, X, y, 0.1, 5)
    momentum = torch.optim.SGD(right.parameters(), lr=0.1, momentum=1.0)
    for loss in losses:
        assert own.train_epoch(right, [(X, y)], own.loss_fn, momentum, "cpu") == pytest.approx(loss, rel=1e-4)


def test_one_broken_test_pixel_darkens_the_training_images(lesson5, own, rng):
    assert says(lesson5, "divided by 10,000")
    train, test = np.array([[0.0, 255.0]]), np.array([[0.0, 10_000.0]])
    np.testing.assert_allclose(own.broken_scaler_on_test(train, test)[0], train / 10_000)
    np.testing.assert_allclose(own.mend_scaler_on_test(train, test)[0], train / 255)


def test_ten_classes_begin_at_ln_10(lesson5):
    assert f"{np.log(10):.2f}" == "2.30"
    assert says(lesson5, "ln 10 = 2.30")


def test_13_people_wrote_the_small_digits(lesson5):
    told = " ".join(pytest.importorskip("sklearn.datasets").load_digits().DESCR.split())
    assert "30 contributed to the training set and different 13 to the test set" in told
    assert "This is a copy of the test set of the UCI ML hand-written digits datasets" in told
    assert says(lesson5, "13 people in all")


@pytest.fixture(scope="module")
def trained(by_name):
    """The lesson's names, with its own sizes, and both networks trained."""
    from coursekit.exercises import mnist

    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        patch.setattr(mnist, "QUICK", {})
        scope = SimpleNamespace(**by_name("mnist_pytorch").scope)
    for name in ("dense", "cnn"):
        scope.trained(name)
    return scope


@pytest.mark.long
def test_validation_loss_is_the_lower_one_after_the_first_epoch(trained):
    for history in trained.histories.values():
        assert history["valid_loss"][0] < history["train_loss"][0]


@pytest.mark.long
def test_the_cnn_comes_to_less_than_half_of_the_loss_and_survives_a_shift_of_3_pixels(trained):
    dense, cnn = (trained.histories[name] for name in ("dense", "cnn"))
    assert min(cnn["valid_loss"]) < min(dense["valid_loss"]) / 2
    for by in (3, -3):
        moved = nn.functional.pad(trained.valid.X, (by, -by))
        batches = trained.Batches(moved, trained.valid.y, 1000)
        scores = {
            name: trained.validate(model, batches, trained.loss_fn, trained.device)[1]
            for name, model in trained.networks.items()
        }
        assert scores["dense"] < 0.5 < scores["cnn"]


@pytest.mark.long
def test_a_unit_that_is_dead_stays_as_it_was_drawn(trained):
    torch.manual_seed(trained.SEED)
    drawn, model = trained.dense()[1].weight.detach(), trained.networks["dense"].cpu()
    moved = (model[1].weight.detach() - drawn).norm(dim=1)
    with torch.inference_mode():
        alive = (model[:3](trained.images.cpu()) > 0).float().mean(dim=0) > 0.01
    trained.networks["dense"].to(trained.device)
    assert moved[alive].min() > 1
    if not alive.all():
        assert moved[~alive].max() < 0.5


@pytest.mark.long
def test_lbfgs_needs_one_function(trained):
    def final(dropout, size):
        torch.manual_seed(trained.SEED)
        model = trained.dense(dropout).to(trained.device)
        optimizer = torch.optim.LBFGS(model.parameters(), max_iter=10)
        for batch in list(trained.Batches(trained.X_all, trained.y_all, size)) * (size // 100):
            trained.train_epoch(model, [batch], trained.loss_fn, optimizer, trained.device)
        return trained.validate(model, trained.chosen, trained.loss_fn, trained.device)[0]

    assert final(0, 1000) < 1e-4
    assert min(final(0.5, 1000), final(0, 100), final(0.5, 100)) > 1e-2


@pytest.mark.long
def test_without_zero_grad_the_training_loss_falls_faster_and_new_digits_tell(trained):
    def run(update):
        torch.manual_seed(trained.SEED)
        model = trained.dense().to(trained.device)
        losses = update(model, trained.X_all, trained.y_all, 0.1, 100)
        return losses[-1], trained.validate(model, trained.valid, trained.loss_fn, trained.device)[0]

    (right, new_right), (broken, new_broken) = run(trained.by_epochs), run(trained.broken_zero_grad)
    assert broken < right / 5
    assert new_broken > 2.303 > new_right


@pytest.mark.long
def test_with_shuffled_labels_the_training_loss_falls_and_new_digits_are_guessed(trained):
    X, y = trained.broken_shuffled_labels(trained.X_small, trained.y_small, np.random.default_rng(1))
    images = torch.tensor(X, dtype=torch.float32, device=trained.device)
    batches = trained.Batches(images, torch.tensor(y, dtype=torch.int64, device=trained.device), 64, 0)
    torch.manual_seed(trained.SEED)
    model = trained.dense().to(trained.device)
    adam = torch.optim.Adam(model.parameters())
    losses = [trained.train_epoch(model, batches, trained.loss_fn, adam, trained.device) for _ in range(20)]
    assert losses[-1] < losses[0] - 0.1
    assert trained.validate(model, trained.valid, trained.loss_fn, trained.device)[1] < 0.2
