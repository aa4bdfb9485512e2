"""A grading kernel's MNIST: its form, and none of its test images, wherever a notebook asks for it."""

import ast

import numpy as np
import pytest

from coursekit.data import load_mnist, mnist, places
from coursekit.grading.run import held_out, package
from coursekit.grading.run.kernel import Kernel
from coursekit.grading.run.work import Settings

ASK = """
import numpy as np
from coursekit.data import load_digits, load_mnist
(X_train, y_train), (X_test, y_test) = load_mnist()
np.savez({path!r}, x_train=X_train, y_train=y_train, x_test=X_test, y_test=y_test)
print([type(part) is np.ndarray and part.flags.writeable for part in (X_train, y_train, X_test, y_test)])
X_train[0] = 255
print(bool((load_mnist(fetch=False, say=None)[0][0][0] == 255).any(axis=0).all()))
print(load_digits()[0].shape)
"""
KERAS = """
{imports}
from coursekit.data import load_mnist
ours = [part for half in load_mnist() for part in half]
def same(load_data):
    theirs = [part for half in load_data() for part in half]
    return all((a == b).all() and a.dtype == b.dtype and a.shape == b.shape for a, b in zip(ours, theirs))
print([same(load_data) for load_data in ({loads})])
"""
LOOKS = """
import importlib, pathlib
for name in ("places", "mirrors", "stand_in"):
    try:
        importlib.import_module("coursekit.data." + name)
    except ModuleNotFoundError:
        print(name, "is not here")
print(sorted(str(path) for path in pathlib.Path.home().rglob("*.npz")))
"""


@pytest.fixture(scope="module")
def true():
    """What graders are given: the stand-in, whatever this computer has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(places.VARIABLE, mnist.STAND_IN)
        patch.setattr(mnist, "_given", mnist._Given())
        yield load_mnist(fetch=False, say=None)


@pytest.fixture(scope="module")
def kernel(true, tmp_path_factory):
    inside = package.build(tmp_path_factory.mktemp("inside"), "mnist")
    with Kernel(inside, {}, Settings(memory=6000)) as running:
        yield running


def printed(kernel, code):
    """The lines that code prints in the kernel; nothing may go to stderr, and nothing may fail."""
    out = []

    def output(kind, content):
        assert kind != "error", content
        if kind == "stream":
            assert content["name"] == "stdout", content
            out.append(content["text"])

    kernel.execute(code, output=output)
    return "".join(out).splitlines()


@pytest.fixture(scope="module")
def inside(kernel, tmp_path_factory):
    """What load_mnist gives in the kernel, and what was printed beside."""
    path = tmp_path_factory.mktemp("seen") / "seen.npz"
    lines = printed(kernel, ASK.format(path=str(path)))
    with np.load(path) as file:
        return dict(file), lines


def test_shapes_and_types_are_as_outside(true, inside):
    found, _ = inside
    outside = dict(
        zip(("x_train", "y_train", "x_test", "y_test"), [p for half in true for p in half], strict=True)
    )
    for name, array in outside.items():
        assert found[name].shape == array.shape
        assert found[name].dtype == array.dtype


def test_no_true_test_image_is_inside_and_labels_are_not_theirs(true, inside):
    found, _ = inside
    there = {image.tobytes() for name in ("x_train", "x_test") for image in found[name]}
    assert not there & {image.tobytes() for image in true[1][0]}
    assert (found["y_test"] != true[1][1]).mean() > 0.5


def test_its_test_images_are_held_out_of_training_with_their_labels(true, inside):
    found, _ = inside
    (X, y), _ = true
    assert np.array_equal(found["x_test"], X[50_000:])
    assert np.array_equal(found["y_test"], y[50_000:])
    label = {image.tobytes(): int(one) for image, one in zip(X, y, strict=True)}
    training = [image.tobytes() for image in found["x_train"]]
    assert [label[image] for image in training] == found["y_train"].tolist()
    assert not set(training) & {image.tobytes() for image in found["x_test"]}
    assert np.array_equal(found["x_train"][:40_000], X[:40_000])


@pytest.mark.parametrize("share", [0.1, 0.2, 0.25])
def test_a_validation_part_cut_from_the_end_is_not_trained_on(share):
    places = np.arange(60_000)
    made = held_out.held_out((places, places))
    cut = 60_000 - int(60_000 * share)
    assert not set(made["x_train"][:cut]) & set(made["x_train"][cut:])
    assert set(made["x_train"]) == set(range(50_000))


def test_arrays_can_be_changed_and_the_next_ones_are_as_they_were(inside):
    _, lines = inside
    assert ast.literal_eval(lines[0]) == [True] * 4
    assert lines[1] == "False"


def test_the_small_digits_stay(inside):
    assert inside[1][2] == "(1797, 8, 8)"


def test_nothing_that_looks_or_downloads_is_inside(kernel):
    lines = printed(kernel, LOOKS)
    assert lines == ["places is not here", "mirrors is not here", "stand_in is not here", "[]"]


def test_what_keras_imports_as_its_mnist_gives_the_same(kernel):
    """Without Keras itself, which takes seconds."""
    imports = """import importlib.util, sys
def load(module):
    module.__spec__.loader.exec_module(module)
    return module.load_data
"""
    spec = "sys.meta_path[0].find_spec('keras.src.datasets.mnist')"
    loads = f"load(importlib.util.module_from_spec({spec})),"
    assert printed(kernel, KERAS.format(imports=imports, loads=loads))[-1] == "[True]"


@pytest.mark.long
@pytest.mark.parametrize("backend", ["torch", "tensorflow"])
def test_keras_gives_the_same(true, tmp_path, backend):
    pytest.importorskip("keras")
    pytest.importorskip(backend)
    imports = f"import os\nos.environ['KERAS_BACKEND'] = {backend!r}\nimport keras"
    loads = "keras.datasets.mnist.load_data,"
    if backend == "tensorflow":
        imports += "\nimport tensorflow as tf\nfrom tensorflow.keras.datasets import mnist"
        loads += "tf.keras.datasets.mnist.load_data, mnist.load_data"
    lines = []
    with Kernel(package.build(tmp_path, "mnist"), {}, Settings(memory=6000)) as running:
        code = KERAS.format(imports=imports, loads=loads)
        running.execute(code, output=lambda kind, content: lines.append(content.get("text", "")))
    assert str([True] * loads.count("load_data")) in "".join(lines)


def test_lessons_that_do_not_use_it_carry_none(tmp_path):
    inside = package.build(tmp_path, "gradient_descent")
    assert not (inside / "coursekit" / "_data" / "mnist").exists()
    assert (inside / "coursekit" / "_data" / "hubble.csv").is_file()


def test_mnist_is_brought_before_workers_start_where_a_lesson_uses_it(true, capsys):
    from coursekit.grading.grade.prepare import bring_data

    bring_data({"gradient_descent", "no such lesson"})
    assert capsys.readouterr().out == ""
    bring_data({"mnist"})
    assert "stand-in for MNIST" in capsys.readouterr().out
