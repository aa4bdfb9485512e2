"""What the callbacks show while Keras trains, and runs that can be repeated."""

import importlib.util
import math

import numpy as np
import pytest

from coursekit.frameworks import keras_callbacks, showing
from coursekit.frameworks.keras_callbacks import live_curve, progress_bar

if importlib.util.find_spec("keras") is None:
    pytest.skip("Keras is not installed", allow_module_level=True)

# Keras' own, about how it hands arrays to NumPy
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:keras")

X = np.random.default_rng(0).random((40, 5), dtype=np.float32)
Y = np.eye(3, dtype=np.float32)[np.arange(40) % 3]


@pytest.fixture(scope="module")
def keras():
    from coursekit.frameworks.keras_setup import import_keras

    return import_keras()


@pytest.fixture
def build(keras):
    def network(rate=0.1):
        layers = [keras.layers.Dropout(0.2), keras.layers.Dense(3, activation="softmax")]
        model = keras.Sequential([keras.Input((5,)), *layers])
        model.compile(keras.optimizers.SGD(rate), "categorical_crossentropy", metrics=["accuracy"])
        return model

    return network


@pytest.fixture
def shown(monkeypatch):
    """The texts and pictures shown, and no waiting between them."""
    found = []

    class Kept(showing.Output):
        def show(self, text, page="", png=b""):
            found.append((text, page, png))

    monkeypatch.setattr(keras_callbacks, "Output", Kept)
    return found


def fit(model, *callbacks, **options):
    return model.fit(X, Y, verbose=0, callbacks=list(callbacks), **{"epochs": 3, **options}).history


def test_the_bar_says_how_far_it_is_and_how_it_does(build, shown, monkeypatch):
    monkeypatch.setattr(keras_callbacks, "PAUSE", 0)
    history = fit(build(), progress_bar(), batch_size=10, validation_split=0.25)
    texts = [text for text, _, _ in shown]
    assert any("Epoch 2 of 3" in text and "left" in text for text in texts)
    assert f"val_loss {history['val_loss'][-1]:.3g}" in texts[-1]
    assert "=" * keras_callbacks.WIDTH in texts[-1]
    assert 'value="3.000" max="3"' in shown[-1][1]


def test_the_bar_is_updated_now_and_then(build, shown, monkeypatch):
    monkeypatch.setattr(keras_callbacks, "PAUSE", 1e9)
    fit(build(), progress_bar(), batch_size=1)
    assert len(shown) == 1, "the end alone"


def test_the_curve_keeps_its_last_state(build, shown, monkeypatch):
    monkeypatch.setattr(keras_callbacks, "PAUSE", 1e9)
    curve = live_curve()
    history = fit(build(), curve, validation_split=0.25)
    ((text, _, png),) = shown
    assert png.startswith(b"\x89PNG")
    assert text == curve.text
    assert f"after 3 epochs: accuracy {history['accuracy'][-1]:.3g}" in text
    best = int(np.argmin(history["val_loss"])) + 1
    assert f"least in epoch {best}" in text
    lines = {line.get_label(): line for line in curve.figure.axes[0].lines}
    np.testing.assert_array_equal(lines["validation"].get_xdata(), [1, 2, 3])
    np.testing.assert_allclose(lines["validation"].get_ydata(), history["val_loss"])
    np.testing.assert_allclose(lines["training"].get_ydata(), history["loss"])


def test_pictures_take_a_small_share_of_the_time(build, shown, monkeypatch):
    monkeypatch.setattr(keras_callbacks, "SHARE", 1e-9)
    monkeypatch.setattr(keras_callbacks, "PAUSE", 0)
    fit(build(), live_curve(), epochs=6)
    assert len(shown) == 2, "the first, for which a long pause is due, and the last"


@pytest.mark.parametrize("callback", [progress_bar, live_curve])
def test_a_loss_that_is_no_number_is_told_and_ends_the_training(build, shown, callback):
    model = build()
    with np.errstate(all="ignore"):
        history = model.fit(X * np.nan, Y, verbose=0, epochs=5, callbacks=[callback()]).history
    assert len(history["loss"]) == 1
    assert math.isnan(history["loss"][0])
    assert "no longer a number" in shown[-1][0]


def test_without_a_notebook_the_last_line_is_printed(build, capsys):
    fit(build(), progress_bar(), live_curve())
    out, err = capsys.readouterr()
    assert err == ""
    assert out.count("\n") == 2
    assert "Epoch 3 of 3" in out
    assert "Learning curve after 3 epochs" in out


def test_in_a_notebook_one_output_is_updated(monkeypatch):
    import IPython.display

    class Handle:
        def update(self, data, **options):
            made.append(("update", data))

    def display(data, **options):
        made.append(("display", data))
        return Handle()

    made = []
    monkeypatch.setattr(IPython.display, "display", display)
    monkeypatch.setattr(showing, "in_notebook", lambda: True)
    output = showing.Output()
    output.show("a < b")
    output.show("a picture of 2 & 3", png=b"\x89PNG")
    output.end()
    (first, one), (second, other) = made
    assert (first, second) == ("display", "update")
    assert one == {"text/plain": "a < b", "text/html": "a &lt; b"}
    assert 'alt="a picture of 2 &amp; 3"' in other["text/html"]


def test_a_run_carries_seed_and_device_and_can_be_repeated(build):
    from coursekit.frameworks.keras_run import run

    first, again, other = (run(build, X, Y, seed=seed, epochs=2, batch_size=8) for seed in (3, 3, 4))
    assert first.seed == 3
    assert first.device
    assert first.history == again.history != other.history
    for one, same in zip(first.model.get_weights(), again.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, same)


def test_labels_of_another_length_are_refused(build):
    from coursekit.frameworks.keras_run import run

    with pytest.raises(ValueError, match="40 inputs and 39 targets"):
        run(build, X, Y[1:])
