"""What lesson 5 says in Keras' notebook: formulas beside their twins, counts, shapes, and its story."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from tests.notebooks.conftest import IMAGES

pytest.importorskip("keras")
pytest.importorskip("sklearn")

# Keras' own on its torch backend, about how it hands arrays to NumPy
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:keras")


@pytest.fixture(scope="module")
def lesson5(by_name):
    return by_name("mnist_keras")


@pytest.fixture(scope="module")
def own(lesson5):
    """The names that the lesson defines, as attributes."""
    return SimpleNamespace(**lesson5.scope)


@pytest.fixture(scope="module")
def keras(own):
    return own.keras


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def says(lesson, *texts):
    """The lesson's words hold these, so that a test of a figure is a test of what is printed."""
    everything = "\n".join(cell.source for cell in lesson.cells)
    return [text for text in texts if text not in everything] == []


def test_the_18_steps_are_there_in_order(lesson5):
    steps = re.findall(r"^## Step (\d+) · (.+)$", "\n".join(c.source for c in lesson5.cells), re.MULTILINE)
    assert [int(number) for number, _ in steps] == list(range(1, 19))
    contract = "load_digits look picture MNIST scaling one-hot units Evaluate Predict curves summary Dropout"
    contract += " normalization stopping Adam batches data complex"
    for word, (_, title) in zip(contract.split(), steps, strict=True):
        assert word.lower() in title.lower()


def test_min_max_puts_the_training_set_into_0_to_1_and_a_test_image_may_land_outside(lesson5, own, rng):
    assert says(lesson5, r"x' = \frac{x - \mathrm{low}}{\mathrm{high} - \mathrm{low}}")
    train, X = rng.normal(size=(5, 4)), 3 * rng.normal(size=(6, 4))
    low, high = train.min(), train.max()
    scaled = own.min_max_apply(X, *own.min_max_fit(train))
    np.testing.assert_allclose(scaled, (X - low) / (high - low))
    assert scaled.max() > 1
    assert own.min_max_fit(own.min_max_apply(train, low, high)) == (0, 1)


def test_a_tensor_is_immutable_and_a_variable_is_not(own):
    if own.tf is None:
        pytest.skip("needs TensorFlow")
    t, v = own.tf.constant([1.0, 2.0]), own.tf.Variable([1.0, 2.0])
    with pytest.raises(TypeError):
        t[0] = 5
    v.assign_sub([0.1, 0.1])
    np.testing.assert_allclose(v.numpy(), [0.9, 1.9])


def test_the_split_keeps_the_first_1000_images_and_shares_none(lesson5, own):
    assert says(lesson5, "drawn at random")
    assert (own.X_train.shape, own.X_valid.shape) == ((55_000, 784), (5_000, 784))
    first = own.images[:1000].reshape(-1, 784) / np.float32(255)
    np.testing.assert_array_equal(own.X_train[:1000], first)
    assert own.held_out.min() >= 1000
    assert len(set(own.held_out)) == 5_000
    np.testing.assert_array_equal(own.Y_valid.argmax(axis=1), own.y_valid)
    np.testing.assert_array_equal(own.Y_train.argmax(axis=1), own.y_train)


def test_counts_of_parameters(lesson5, own):
    model = own.build_model()
    assert [layer.count_params() for layer in model.layers] == [21_980, 290]
    assert model.count_params() == own.parameter_count([784, 28, 10]) == 22_270
    assert says(lesson5, "(None, 28)       21,980", "(None, 10)          290", "Total params: 22,270")


def test_the_summary_is_what_keras_prints(own):
    lines: list[str] = []
    own.build_model().summary(print_fn=lambda text, **options: lines.append(text))
    text = re.sub(r"[^\w(),:#]+", " ", "\n".join(lines))
    for part in ("Layer (type) Output Shape Param #", "(Dense) (None, 28) 21,980", "(Dense) (None, 10) 290"):
        assert part in text
    assert "Total params: 22,270" in text


def minimized(keras, optimizer, gradient, start, steps):
    """Where Keras' optimizer goes."""
    w, path = keras.Variable(np.asarray(start, dtype="float64"), dtype="float64"), []
    for _ in range(steps):
        value = keras.ops.convert_to_numpy(w.value)
        optimizer.apply([keras.ops.convert_to_tensor(gradient(value), dtype="float64")], [w])
        path.append(keras.ops.convert_to_numpy(w.value).copy())
    return np.array(path)


def gradient(w):
    return np.array([2.0, 30.0]) * w


def test_momentum_is_keras_momentum(lesson5, keras):
    assert says(lesson5, r"$v \leftarrow \beta v + g$", r"$w \leftarrow w - \eta v$")
    w, v, path = np.array([1.0, -2.0]), np.zeros(2), []
    for _ in range(5):
        v = 0.9 * v + gradient(w)
        w = w - 0.01 * v
        path.append(w)
    theirs = minimized(keras, keras.optimizers.SGD(0.01, momentum=0.9), gradient, [1.0, -2.0], 5)
    np.testing.assert_allclose(theirs, path, rtol=1e-5)


def test_adam_is_keras_adam_and_its_first_step_is_as_long_as_the_rate(lesson5, keras):
    update = r"w \leftarrow w - \eta\,\frac{\hat{m}}{\sqrt{\hat{v}} + \epsilon}"
    corrected = r"\hat{m} = \frac{m}{1 - \beta_1^t}, \quad \hat{v} = \frac{v}{1 - \beta_2^t}"
    assert says(lesson5, update, corrected, r"about $\eta$ at first")
    w, m, v, path = np.array([1.0, -2.0]), 0, 0, []
    for t in range(1, 6):
        g = gradient(w)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        w = w - 0.01 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-7)
        path.append(w)
    np.testing.assert_allclose(np.abs(path[0] - [1.0, -2.0]), 0.01, rtol=1e-5)
    theirs = minimized(keras, keras.optimizers.Adam(0.01), gradient, [1.0, -2.0], 5)
    np.testing.assert_allclose(theirs, path, rtol=1e-5)


def test_dropout_keeps_the_mean_and_does_nothing_when_predicting(lesson5, keras):
    assert says(lesson5, "divides the others by $1 - p$, which keeps the mean", "it does nothing")
    layer, ones = keras.layers.Dropout(0.75, seed=0), np.ones((200, 100), "float32")
    dropped = keras.ops.convert_to_numpy(layer(ones, training=True))
    assert set(np.unique(dropped)) == {0, 4}  # 1 / (1 - 0.75)
    assert dropped.mean() == pytest.approx(1, abs=0.05)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(layer(ones, training=False)), ones)


def test_batch_normalization_is_its_formula_and_needs_no_bias_before(lesson5, own, keras, rng):
    formula = r"\hat{x} = \gamma\,\frac{x - \mu_B}{\sqrt{\sigma_B^2 + \epsilon}} + \beta"
    assert says(lesson5, formula, "the layer before needs no bias")
    x = rng.normal(3, 2, (40, 3)).astype("float32")
    gamma, beta = np.array([1, 2, 3.0]), np.array([0, 1, -1.0])
    layer = keras.layers.BatchNormalization()
    layer.build(x.shape)
    layer.set_weights([gamma, beta, *layer.get_weights()[2:]])
    theirs = keras.ops.convert_to_numpy(layer(x + 7, training=True))  # what a bias adds is subtracted again
    ours = gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + layer.epsilon) + beta
    np.testing.assert_allclose(theirs, ours, rtol=1e-3, atol=1e-3)
    assert own.with_batch_norm().count_params() == 784 * 28 + 4 * 28 + 290


def test_ten_sigmoids_give_no_probabilities_and_tensorflow_trains_their_softmax(lesson5, own, keras):
    assert says(lesson5, "Keras on TensorFlow hides this", "On PyTorch you see slower learning")

    def trained(build):
        keras.utils.set_random_seed(0)
        model = build()
        history = own.fit_quickly(
            model, own.X_train[:100], own.Y_train[:100], (own.X_valid, own.Y_valid), epochs=5
        )
        return history["loss"], keras.ops.convert_to_numpy(model(own.X_valid[:50])).sum(axis=1)

    broken, sums = trained(own.broken_model)
    right, ones = trained(own.mend_sigmoid_outputs)
    assert np.abs(sums - 1).min() > 0.1
    np.testing.assert_allclose(ones, 1, rtol=1e-5)
    if keras.backend.backend() == "tensorflow":
        np.testing.assert_allclose(broken, right, rtol=1e-5)
    elif keras.backend.backend() == "torch":
        assert broken[-1] > right[-1] + 0.2


def test_batches_of_500_make_2_updates_in_place_of_32(lesson5, own):
    assert says(lesson5, "2 updates an epoch in place of 32")
    assert (own.updates_per_epoch(1000, 500), own.updates_per_epoch(1000, 32)) == (2, 32)
    for n, batch_size in [(1000, 32), (1000, 500), (7, 3), (6, 3), (1, 5)]:
        assert own.updates_per_epoch(n, batch_size) == int(np.ceil(n / batch_size))


def test_your_stop_epoch_is_where_keras_stops(own, keras):
    callback, losses = own.early_stopping(3), [5, 4, 4.5, 3, 3.2, 3, 3.1, 2]
    callback.set_model(SimpleNamespace(stop_training=False, get_weights=list, set_weights=list))
    callback.on_train_begin()
    for epoch, loss in enumerate(losses):
        callback.on_epoch_end(epoch, {"val_loss": loss})
        if callback.model.stop_training:
            break
    assert own.stop_epoch(losses, 3) == (epoch, callback.best_epoch) == (6, 3)


def test_diagnose_calls_the_lessons_curves_by_their_names(own):
    assert own.diagnose({"loss": [2, 0.001], "val_loss": [1.09, 1.41]}) == "overfitting"
    assert own.diagnose({"loss": [2.3, 2.1], "val_loss": [2.3, 2.1]}) == "underfitting"
    assert own.diagnose({"loss": [2.3, 0.13], "val_loss": [0.5, 0.15]}) == "good"


@pytest.fixture(scope="module", params=["stand-in", "MNIST"])
def told(request, run_solved):
    """The executed notebook: `cells`, and of its table `scores`, change -> (epochs, train, validation)."""
    if request.param == "MNIST" and IMAGES == "stand-in":
        pytest.skip("needs MNIST: COURSEKIT_DATA names its folder")
    executed = run_solved("mnist_keras", "stand-in" if request.param == "stand-in" else IMAGES)
    assert executed.error is None, executed.error.trace
    cells = {cell.id: cell for cell in executed.nb.cells}
    table = next(out.data["text/plain"] for out in cells["more-run"].outputs if "<table" in str(out))
    rows = [re.split(r"  +", line) for line in table.splitlines()[1:]]
    scores = {row[0]: (int(row[2].replace(",", "")), float(row[5]), float(row[6])) for row in rows}
    return SimpleNamespace(real=request.param == "MNIST", cells=cells, scores=scores)


def points(told, name):
    return told.cells[f"{name}-check"].outputs[-1].data["text/plain"]


@pytest.mark.long
def test_story_100_images_are_learned_by_heart_and_1000_halve_the_gap(lesson5, told):
    (_, train, valid), (_, more_train, more_valid) = told.scores["100 images"], told.scores["1,000 images"]
    assert train == 1
    assert 0.6 < valid < 0.8  # "less than 80 % of the new ones"
    assert more_train - more_valid < (train - valid) / 2  # "less than half as wide"
    if told.real:
        assert says(lesson5, "about 68 % of 5,000", "The gap is 0.32", "about 87 % of", "the gap is 0.13")
        np.testing.assert_allclose([valid, more_valid], [0.68, 0.87], atol=0.011)


@pytest.mark.long
def test_story_changes_do_what_the_lesson_says_of_them(told):
    scores = told.scores
    base = scores["1,000 images"][2]
    assert scores["256 units, dropout"][2] > scores["256 units"][2]
    assert scores["early stopping"][0] < scores["1,000 images"][0]
    assert scores["batches of 500"][1] < scores["1,000 images"][1]
    assert max(abs(scores[one][2] - base) for one in ("dropout", "batch norm", "Adam")) < 0.04  # "a little"


@pytest.mark.long
def test_story_with_more_images_the_gap_closes_and_the_best_models_earn_all_points(told):
    rows = [score for change, score in told.scores.items() if change.endswith("epochs")]
    gaps = [train - valid for _, train, valid in rows]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] < 0.03
    assert rows[-1][1] < rows[0][1]  # what cannot be learned by heart
    assert (points(told, "trained_model"), points(told, "best_model")) == ("3.0", "3.0")


@pytest.mark.long
def test_story_mnists_last_images_are_easier(lesson5, own):
    assert says(lesson5, "its last 5,000 training images are easier")
    if IMAGES == "stand-in":
        pytest.skip("needs MNIST: COURSEKIT_DATA names its folder")
    X, y = own.X, own.labels
    own.keras.utils.set_random_seed(0)
    model = own.build_model()
    own.fit_quickly(
        model, X[:1000], own.keras.utils.to_categorical(y[:1000]), (own.X_valid, own.Y_valid), epochs=20
    )
    others = [own.share_right(model, X[k : k + 5000], y[k : k + 5000]) for k in range(5000, 60_000, 5000)]
    assert others[-1] == max(others)
