"""Lesson 5 in Keras: right answers in the styles that people write, wrong ones beside the named mistakes."""

import functools
import importlib.util
import random

import numpy as np
import pytest

from coursekit import evaluate
from coursekit.exercises.mnist.kept import kept_images
from coursekit.frameworks.keras_setup import import_keras

if importlib.util.find_spec("keras") is None:
    pytest.skip("Keras is not installed", allow_module_level=True)
keras = import_keras()
L = keras.layers
CCE = keras.losses.CategoricalCrossentropy

# Keras' own, about how it hands arrays to NumPy, and `input_shape`, which is right all the same
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:keras"),
    pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`"),
]


def compiled(model, optimizer=None, loss="categorical_crossentropy", metrics=("accuracy",)):
    model.compile(optimizer or keras.optimizers.SGD(0.01, momentum=0.9), loss, metrics=list(metrics))
    return model


def sequential(*layers, **options):
    return compiled(keras.Sequential([keras.Input((784,)), *layers]), **options)


def step_7(**options):
    return sequential(L.Dense(28, "relu"), L.Dense(10, "softmax"), **options)


class Subclassed(keras.Model):
    def __init__(self, *between, output="softmax", **options):
        super().__init__()
        self.last = L.Dense(10, activation=output)  # not in the order in which they are called
        self.between = list(between)
        self.first = L.Dense(28, **{"activation": "relu", **options})

    def call(self, X, training=None):
        A = self.first(X)
        for layer in self.between:
            A = layer(A, training=training)
        return self.last(A)


class Plain(keras.Model):
    """Without `training`: Keras hands it on by itself."""

    def __init__(self, dropout):
        super().__init__()
        self.layers_ = [L.Dense(64, "relu"), dropout, L.Dense(10, "softmax")]

    def call(self, X):
        for layer in self.layers_:
            X = layer(X)
        return X


def added(layers):
    model = keras.Sequential()
    for layer in layers:
        model.add(layer)
    return compiled(model)


def functional(between=(), first=None, last=None, **options):
    inputs = keras.Input(shape=(784,), name="images")
    A = (first or L.Dense(28, activation=keras.activations.relu))(inputs)
    for layer in between:
        A = layer(A)
    return compiled(keras.Model(inputs, (last or L.Dense(10, activation="softmax"))(A)), **options)


def tf_keras():
    tf = pytest.importorskip("tensorflow")
    layers = [tf.keras.layers.Dense(28, activation="relu"), tf.keras.layers.Dense(10, activation="softmax")]
    model = tf.keras.models.Sequential([tf.keras.Input(shape=(784,)), *layers])
    optimizer = tf.keras.optimizers.SGD(learning_rate=0.01, momentum=0.9)
    model.compile(optimizer=optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def flattened():
    return sequential(L.Flatten(), L.Dense(28, "relu"), L.Dense(10, "softmax"))


def trained_before():
    model = step_7()
    X, Y = np.random.default_rng(0).random((8, 784)), np.eye(10)[:8]
    model.fit(X, Y, verbose=0)
    return model


BUILD_MODEL = {
    "list": step_7,
    "add": lambda: added([keras.Input((784,)), L.Dense(28, "relu"), L.Dense(10, "softmax")]),
    "functional": functional,
    "subclassed": lambda: compiled(Subclassed()),
    "unbuilt": lambda: compiled(keras.Sequential([L.Dense(28, "relu"), L.Dense(10, "softmax")])),
    "tf.keras": tf_keras,
    "flatten that does nothing": flattened,
    "reshape": lambda: sequential(L.Reshape((784,)), L.Dense(28, "relu"), L.Dense(10, "softmax")),
    "activation layers": lambda: sequential(L.Dense(28), L.Activation("relu"), L.Dense(10), L.Softmax()),
    "relu layer": lambda: sequential(L.Dense(28), L.ReLU(), L.Dense(10), L.Activation("softmax")),
    "input_shape": lambda: added([L.Dense(28, "relu", input_shape=(784,)), L.Dense(10, "softmax")]),
    "input_dim": lambda: added([L.Dense(28, "relu", input_dim=784), L.Dense(10, "softmax")]),
    "acc": lambda: step_7(metrics=["acc"]),
    "categorical_accuracy": lambda: step_7(metrics=["categorical_accuracy"]),
    "metric object": lambda: step_7(metrics=[keras.metrics.CategoricalAccuracy(name="right")]),
    "more metrics": lambda: step_7(metrics=["accuracy", "mse"]),
    "loss object": lambda: step_7(loss=CCE()),
    "loss function": lambda: step_7(loss=keras.losses.categorical_crossentropy),
    "loss in a list": lambda: step_7(loss=["categorical_crossentropy"]),
    "named layers": lambda: sequential(L.Dense(28, "relu", name="a"), L.Dense(10, "softmax", name="b")),
    "other start": lambda: sequential(
        L.Dense(28, "relu", kernel_initializer="he_normal"), L.Dense(10, "softmax")
    ),
    "trained before": trained_before,
    "one for all": functools.cache(step_7),
}


@pytest.mark.parametrize("build", BUILD_MODEL.values(), ids=BUILD_MODEL)
def test_step_7s_network_is_right_in_any_style(build):
    verdict = evaluate("mnist.build_model", build)
    assert verdict.passed, verdict


NAMED = [
    (
        "build_model",
        "sigmoid-output",
        lambda: sequential(L.Dense(28, "relu"), L.Dense(10), L.Activation("sigmoid")),
    ),
    (
        "build_model",
        "sigmoid-output",
        lambda: compiled(Subclassed(output="sigmoid"), loss="binary_crossentropy"),
    ),
    ("build_model", "linear-output", lambda: functional(last=L.Dense(10))),
    ("build_model", "linear-output", lambda: functional(last=L.Dense(10), loss=CCE(from_logits=True))),
    ("build_model", "linear-output", lambda: functional(last=L.Dense(10, "linear"), loss="mse")),
    (
        "build_model",
        "linear-output",
        lambda: compiled(Subclassed(output=None), loss="sparse_categorical_crossentropy"),
    ),
    (
        "build_model",
        "wrong-input",
        lambda: added([keras.Input((28, 28, 1)), L.Flatten(), L.Dense(28, "relu"), L.Dense(10, "softmax")]),
    ),
    (
        "build_model",
        "wrong-input",
        lambda: added([L.Dense(28, "relu", input_shape=(28, 28)), L.Dense(10, "softmax")]),
    ),
    (
        "build_model",
        "wrong-input",
        lambda: added([L.Dense(28, "relu", input_dim=28), L.Dense(10, "softmax")]),
    ),
    (
        "build_model",
        "wrong-input",
        lambda: added([L.Dense(28, "relu", input_shape=(60000, 784)), L.Dense(10, "softmax")]),
    ),
    (
        "build_model",
        "wrong-input",
        lambda: added([keras.Input((1, 784)), L.Dense(28, "relu"), L.Dense(10, "softmax")]),
    ),
    (
        "build_model",
        "wrong-input",
        lambda: added([keras.Input((783,)), L.Dense(28, "relu"), L.Dense(10, "softmax")]),
    ),
    ("build_model", "loss-mismatch", lambda: step_7(loss=keras.losses.SparseCategoricalCrossentropy())),
    ("build_model", "loss-mismatch", lambda: functional(loss=keras.losses.sparse_categorical_crossentropy)),
    (
        "build_model",
        "loss-mismatch",
        lambda: step_7(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)),
    ),
    ("build_model", "softmax-twice", lambda: step_7(loss=CCE(from_logits=True))),
    ("build_model", "momentum-missing", lambda: step_7(optimizer=keras.optimizers.SGD())),
    ("with_dropout", "after-output", lambda rate=0.5: compiled(Subclassed2(rate))),
    (
        "with_dropout",
        "after-output",
        lambda rate=0.5: sequential(L.Dense(64, "relu"), L.Dense(10), L.Dropout(rate), L.Softmax()),
    ),
    (
        "with_dropout",
        "on-input",
        lambda rate=0.5: sequential(L.Dropout(rate), L.Dense(64, "sigmoid"), L.Dense(10, "softmax")),
    ),
    (
        "with_dropout",
        "rate-ignored",
        lambda rate=0.5: sequential(L.Dense(5, "relu"), L.Dropout(0.3), L.Dense(10, "softmax")),
    ),
    ("with_dropout", "rate-ignored", lambda rate=0.5: compiled(Subclassed(L.Dropout(0.5)))),
    ("with_dropout", "nothing-dropped", lambda rate=0.5: compiled(Subclassed(L.Dropout(0.0)))),
    (
        "with_batch_norm",
        "after-activation",
        lambda: compiled(Subclassed(L.BatchNormalization(), use_bias=False)),
    ),
    ("with_batch_norm", "after-activation", lambda: functional([L.BatchNormalization()])),
    (
        "with_batch_norm",
        "bias-kept",
        lambda: compiled(Subclassed(L.BatchNormalization(), L.ReLU(), activation=None)),
    ),
    (
        "with_batch_norm",
        "on-output",
        lambda: sequential(L.Dense(28, "relu"), L.Dense(10), L.BatchNormalization(), L.Softmax()),
    ),
    (
        "with_batch_norm",
        "on-output",
        lambda: sequential(L.Dense(28, "relu"), L.Dense(10, "softmax"), L.BatchNormalization()),
    ),
    ("with_adam", "rate-ignored", lambda learning_rate=0.001: step_7(optimizer="adam")),
    ("with_adam", "rate-ignored", lambda learning_rate=0.001: step_7(optimizer=keras.optimizers.Adam(0.1))),
    ("with_adam", "sgd", lambda learning_rate=0.001: step_7(optimizer="sgd")),
    (
        "with_adam",
        "sgd",
        lambda learning_rate=0.001: step_7(
            optimizer=keras.optimizers.SGD(learning_rate, momentum=0.9, nesterov=True)
        ),
    ),
    ("mend_sigmoid_outputs", "still-sigmoid", lambda: compiled(Subclassed(output="sigmoid"))),
    (
        "mend_sigmoid_outputs",
        "binary-cross-entropy",
        lambda: compiled(Subclassed(output="sigmoid"), loss=keras.losses.BinaryCrossentropy()),
    ),
    ("mend_sigmoid_outputs", "softmax-twice", lambda: functional(loss=CCE(from_logits=True))),
    ("mend_sigmoid_outputs", "logits-as-probabilities", lambda: functional(last=L.Dense(10))),
]


class Subclassed2(keras.Model):
    """Dropout on the probabilities."""

    def __init__(self, rate):
        super().__init__()
        self.first, self.last, self.drop = L.Dense(40, "tanh"), L.Dense(10, "softmax"), L.Dropout(rate)

    def call(self, X):
        return self.drop(self.last(self.first(X)))


@pytest.mark.parametrize(
    ("name", "slug", "answer"), NAMED, ids=[f"{n}-{s}-{i}" for i, (n, s, _) in enumerate(NAMED)]
)
def test_a_mistake_is_named_in_other_spellings(name, slug, answer):
    verdict = evaluate(f"mnist.{name}", answer)
    assert verdict.mistake == slug, verdict
    assert verdict.passed is (slug in ("after-activation", "bias-kept"))


class Predicts(keras.Model):
    """Right in what counts for nothing."""

    def __init__(self):
        super().__init__()
        self.dense = L.Dense(10, "softmax")

    def call(self, X):
        return self.dense(X)

    def predict(self, X, **options):
        return np.eye(10)[np.zeros(len(X), dtype=int)]

    def evaluate(self, *args, **options):
        return [0.0, 1.0]

    def test_on_batch(self, *args, **options):
        return {"loss": 0.0, "accuracy": 1.0}


def stops_itself(patience=3):
    class Stop(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.best, self.wait, self.weights = float("inf"), 0, None

        def on_epoch_end(self, epoch, logs=None):
            if logs["val_loss"] < self.best:
                self.best, self.wait, self.weights = logs["val_loss"], 0, self.model.get_weights()
                return
            self.wait += 1
            if self.wait == patience:
                self.model.stop_training = True

        def on_train_end(self, logs=None):
            self.model.set_weights(self.weights)

    return Stop()


def stops_late(patience=3):
    return keras.callbacks.EarlyStopping("val_loss", patience=patience + 1, restore_best_weights=True)


WRONG = [
    ("build_model", lambda: sequential(L.Dense(32, "relu"), L.Dense(10, "softmax"))),
    ("build_model", lambda: sequential(L.Dense(28, "tanh"), L.Dense(10, "softmax"))),
    ("build_model", lambda: sequential(L.Dense(28, "relu"), L.Dense(28, "relu"), L.Dense(10, "softmax"))),
    ("build_model", lambda: sequential(L.Dense(28, "relu"), L.Dropout(0.5), L.Dense(10, "softmax"))),
    ("build_model", lambda: sequential(L.Dense(28, "relu", kernel_regularizer="l2"), L.Dense(10, "softmax"))),
    ("build_model", lambda: step_7(optimizer="adam")),
    ("build_model", lambda: step_7(optimizer=keras.optimizers.SGD(0.1, momentum=0.9))),
    ("build_model", lambda: step_7(optimizer=keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True))),
    ("build_model", lambda: step_7(metrics=[])),
    ("build_model", lambda: step_7(metrics=["binary_accuracy"])),
    ("build_model", lambda: step_7(loss="mse")),
    ("build_model", lambda: step_7(loss=CCE(label_smoothing=0.1))),
    (
        "build_model",
        lambda: keras.Sequential([keras.Input((784,)), L.Dense(28, "relu"), L.Dense(10, "softmax")]),
    ),
    ("build_model", lambda: sequential(L.Rescaling(1 / 255), L.Dense(28, "relu"), L.Dense(10, "softmax"))),
    ("build_model", lambda: compiled(Predicts())),
    ("build_model", lambda: sequential(L.Dense(28, "relu"), L.Dense(10, "sigmoid"), optimizer="adam")),
    (
        "with_dropout",
        lambda rate=0.5: sequential(L.Dense(28, "relu"), L.GaussianDropout(rate), L.Dense(10, "softmax")),
    ),
    (
        "with_dropout",
        lambda rate=0.5: sequential(L.Dense(28, "relu"), L.Dropout(rate / 2), L.Dense(10, "softmax")),
    ),
    (
        "with_dropout",
        lambda rate=0.5: sequential(
            L.Dense(28, "relu"), L.Dropout(rate, noise_shape=(None, 1)), L.Dense(10, "softmax")
        ),
    ),
    (
        "with_dropout",
        lambda rate=0.5: sequential(
            L.Dense(9, "relu"), L.Dense(9, "relu"), L.Dropout(rate), L.Dense(10, "softmax")
        ),
    ),
    ("with_dropout", lambda rate=0.5: keras.Sequential([keras.Input((784,)), L.Dropout(rate), L.Dense(10)])),
    ("with_dropout", lambda rate=0.5: Subclassed(L.Dropout(rate))),
    ("with_batch_norm", step_7),
    (
        "with_batch_norm",
        lambda: sequential(
            L.Dense(28, use_bias=False), L.LayerNormalization(), L.ReLU(), L.Dense(10, "softmax")
        ),
    ),
    ("with_batch_norm", lambda: sequential(L.Dense(28), L.BatchNormalization(), L.Dense(10, "softmax"))),
    (
        "with_batch_norm",
        lambda: sequential(L.BatchNormalization(), L.Dense(28, "relu"), L.Dense(10, "softmax")),
    ),
    (
        "with_batch_norm",
        lambda: sequential(
            L.Dense(28, "relu"), L.BatchNormalization(trainable=False), L.ReLU(), L.Dense(10, "softmax")
        ),
    ),
    ("early_stopping", stops_late),
    ("early_stopping", lambda patience=3: keras.callbacks.ReduceLROnPlateau(patience=patience)),
    ("early_stopping", lambda patience=3: [keras.callbacks.EarlyStopping(patience=patience)]),
    ("early_stopping", lambda patience=3: keras.callbacks.EarlyStopping),
    ("with_adam", lambda learning_rate=0.001: step_7(optimizer=keras.optimizers.RMSprop(learning_rate))),
    ("with_adam", lambda learning_rate=0.001: step_7(optimizer=keras.optimizers.AdamW(learning_rate))),
    ("with_adam", lambda learning_rate=0.001: step_7(optimizer=keras.optimizers.Adam(10 * learning_rate))),
    ("mend_sigmoid_outputs", lambda: sequential(L.Dense(10, "softmax"))),
    ("mend_sigmoid_outputs", lambda: compiled(Predicts())),
    ("mend_sigmoid_outputs", lambda: step_7(loss="mse")),
    ("trained_model", compiled(Predicts())),
    ("trained_model", sequential(L.Dense(10, "softmax"))),
    ("trained_model", keras.Sequential),
    ("best_model", compiled(Predicts())),
    ("best_model", step_7()),
]


@pytest.mark.parametrize(("name", "answer"), WRONG, ids=[f"{name}-{i}" for i, (name, _) in enumerate(WRONG)])
def test_another_wrong_answer_gets_no_wrong_name(name, answer):
    verdict = evaluate(f"mnist.{name}", answer)
    assert not verdict.passed
    assert verdict.score == 0
    assert verdict.mistake is None, verdict


RIGHT = [
    ("with_dropout", lambda rate=0.5: compiled(Subclassed(L.Dropout(rate)), optimizer="adam")),
    ("with_dropout", lambda rate=0.5: compiled(Plain(L.Dropout(rate)))),
    ("with_dropout", lambda rate=0.5: functional([L.Dropout(rate, seed=1)], first=L.Dense(300, "relu"))),
    (
        "with_dropout",
        lambda rate=0.5: sequential(L.Dense(10, "relu"), L.Dropout(rate), L.Dense(10, "softmax")),
    ),
    (
        "with_dropout",
        lambda rate=0.5: sequential(L.Dense(28), L.Dropout(rate), L.ReLU(), L.Dense(10, "softmax")),
    ),
    (
        "with_dropout",
        lambda rate=0.5: sequential(
            L.Dense(28, "sigmoid"), L.Dropout(rate), L.Dense(10), loss=CCE(from_logits=True)
        ),
    ),
    (
        "with_batch_norm",
        lambda: compiled(Subclassed(L.BatchNormalization(), L.ReLU(), activation=None, use_bias=False)),
    ),
    (
        "with_batch_norm",
        lambda: functional(
            [L.BatchNormalization(momentum=0.9, epsilon=1e-5), L.Activation("relu")],
            L.Dense(28, use_bias=False),
        ),
    ),
    (
        "with_batch_norm",
        lambda: sequential(
            L.Dense(10, use_bias=False), L.BatchNormalization(scale=False), L.ReLU(), L.Dense(10, "softmax")
        ),
    ),
    ("early_stopping", stops_itself),
    (
        "early_stopping",
        lambda p=3: keras.callbacks.EarlyStopping("val_loss", 0.001, p, 0, "min", restore_best_weights=True),
    ),
    ("with_adam", lambda learning_rate=0.001: step_7(optimizer=keras.optimizers.Adam(learning_rate))),
    ("with_adam", lambda lr=0.001: functional(optimizer=keras.optimizers.Adam(learning_rate=lr), loss=CCE())),
    ("mend_sigmoid_outputs", lambda: compiled(Subclassed())),
    (
        "mend_sigmoid_outputs",
        lambda: functional(last=L.Dense(10), loss=CCE(from_logits=True), optimizer="adam"),
    ),
    ("mend_sigmoid_outputs", lambda: sequential(L.Dense(28, "relu"), L.Dense(10), L.Softmax())),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT, ids=[f"{name}-{i}" for i, (name, _) in enumerate(RIGHT)])
def test_a_right_answer_passes_in_any_style(name, answer):
    verdict = evaluate(f"mnist.{name}", answer)
    assert verdict.passed, verdict
    assert verdict.mistake is None


@pytest.mark.parametrize("name", ["build_model", "with_dropout", "with_batch_norm", "with_adam"])
def test_a_model_that_was_never_compiled_is_told_so(name):
    layers = [L.Dense(28, "relu"), L.Dropout(0.5), L.BatchNormalization(), L.Dense(10, "softmax")]
    verdict = evaluate(f"mnist.{name}", lambda *_: keras.Sequential([keras.Input((784,)), *layers]))
    assert verdict.status == "wrong"
    assert "not compiled" in str(verdict)


def state(model):
    return [keras.ops.convert_to_numpy(one).copy() for one in (*model.weights, *model.optimizer.variables)]


def test_a_checked_model_keeps_its_weights_and_the_random_numbers_their_place():
    model = trained_before()
    before = state(model)
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002 - the student's
    assert evaluate("mnist.build_model", lambda: model).passed
    drawn = random.random(), np.random.random()  # noqa: NPY002
    for one, same in zip(state(model), before, strict=True):
        np.testing.assert_array_equal(one, same)
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    assert drawn == (random.random(), np.random.random())  # noqa: NPY002


@functools.cache
def images_to_learn():
    images, labels = kept_images()
    return images.reshape(len(images), 784).astype(np.float32) / 255, labels


@functools.cache
def learned():
    """Step 7's network, trained by Keras on images that the grader keeps."""
    X, y = images_to_learn()
    keras.utils.set_random_seed(0)
    model = step_7(optimizer="adam")
    model.fit(X[::2], np.eye(10)[y[::2]], epochs=3, batch_size=32, verbose=0)
    return model


def test_a_trained_network_is_right_as_a_model_and_as_a_function():
    assert evaluate("mnist.trained_model", learned()).passed
    assert evaluate("mnist.trained_model", lambda: learned()).passed
    not_compiled = keras.models.clone_model(learned())
    not_compiled.set_weights(learned().get_weights())
    assert evaluate("mnist.trained_model", not_compiled).passed


def test_a_network_for_images_of_0_to_255_is_told():
    W1, *rest = learned().get_weights()
    model = step_7()
    model.set_weights([W1 / 255, *rest])
    for name in ("trained_model", "best_model"):
        verdict = evaluate(f"mnist.{name}", model)
        assert not verdict.passed
        assert verdict.mistake == "scale-0-255", verdict


def test_the_best_models_score_is_measured_on_kept_images():
    from coursekit.checking import find
    from coursekit.exercises.mnist.best_model import ALL, NOTHING
    from coursekit.frameworks.predicting import probabilities

    (case,) = find("mnist.best_model").tried()
    X, y = images_to_learn()
    place = {image.tobytes(): number for number, image in enumerate(kept_images()[0])}
    drawn = [place[image.tobytes()] for image in case.args[0]]
    share = np.mean(probabilities(learned(), X[drawn]).argmax(axis=1) == y[drawn])
    verdict = evaluate("mnist.best_model", lambda: learned())
    assert verdict.score == pytest.approx(float(np.clip((share - NOTHING) / (ALL - NOTHING), 0, 1)), abs=1e-9)
    assert f"{100 * share:.1f} %" in str(verdict)


@pytest.mark.parametrize("shape", [(784,), (28, 28), (28, 28, 1), (1, 28, 28)], ids=str)
@pytest.mark.parametrize("output", ["softmax", None])
def test_the_best_model_takes_images_in_any_form_and_gives_probabilities_or_logits(shape, output):
    dense = [L.Dense(28, "relu"), L.Dense(10, output)]
    model = keras.Sequential([keras.Input(shape), L.Reshape((784,)), *dense])
    model.set_weights(learned().get_weights())
    assert evaluate("mnist.best_model", model).score == evaluate("mnist.best_model", learned()).score


def test_a_torch_model_is_judged_alike_and_keeps_its_mode():
    torch = pytest.importorskip("torch")
    (W1, b1, W2, b2) = map(torch.tensor, learned().get_weights())
    model = torch.nn.Sequential(
        torch.nn.Flatten(),
        torch.nn.Linear(784, 28),
        torch.nn.ReLU(),
        torch.nn.Dropout(0.9),
        torch.nn.Linear(28, 10),
    )
    with torch.no_grad():
        for layer, W, b in ((model[1], W1, b1), (model[4], W2, b2)):
            layer.weight.copy_(W.T)
            layer.bias.copy_(b)
    assert evaluate("mnist.best_model", model).score == evaluate("mnist.best_model", learned()).score
    assert model.training
    assert model[3].training


def test_weights_that_are_no_numbers_are_told():
    model = step_7()
    model.set_weights([one * np.nan for one in model.get_weights()])
    for name in ("trained_model", "best_model"):
        verdict = evaluate(f"mnist.{name}", model)
        assert verdict.mistake is None
        assert "NaN" in verdict.why


def test_labels_never_travel_to_the_answer():
    from coursekit.checking import find

    for name in ("trained_model", "best_model"):
        for case in find(f"mnist.{name}").tried(5):
            ((images),) = case.args
            assert images.shape[1:] == (28, 28)
