"""Keras is found and set up: its backend is chosen, nothing is written on stderr, and no GPU is no fault."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from coursekit.frameworks import keras_setup

FIT = """
from coursekit.frameworks.keras_setup import set_up
print(set_up())
import keras, numpy as np
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
model.fit(np.ones((8, 4)), np.eye(2)[[0, 1] * 4], verbose=0, validation_split=0.25)
"""


@pytest.fixture
def settings(monkeypatch, tmp_path):
    """Nothing is chosen; `settings(["torch"], "...")`: what is installed, and what Keras' own file holds."""
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))

    def set_to(installed, file=None):
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if name in installed else None)
        if file is not None:
            (tmp_path / "keras.json").write_text(file, encoding="utf-8")

    return set_to


def test_tensorflow_is_taken_first_then_torch(settings):
    settings(["torch", "tensorflow"])
    assert keras_setup._choose() == "tensorflow"
    settings(["torch"])
    assert keras_setup._choose() == "torch"


def test_the_users_own_choice_decides(settings, monkeypatch):
    settings(["torch", "tensorflow"], '{"backend": "torch"}')
    assert keras_setup._choose() == "torch"
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    assert keras_setup._choose() == "tensorflow"


def test_a_choice_that_is_not_installed_gives_way(settings, monkeypatch):
    settings(["torch"], '{"backend": "tensorflow"}')  # Keras itself writes this file
    assert keras_setup._choose() == "torch"
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert keras_setup._choose() == "torch"


@pytest.mark.parametrize("file", ["", "{", "[]", "{}", '{"backend": ""}'])
def test_a_damaged_settings_file_chooses_nothing(settings, file):
    settings(["tensorflow"], file)
    assert keras_setup._choose() == "tensorflow"


def test_nothing_to_run_on_is_said(settings):
    settings([])
    with pytest.raises(ImportError, match="pip install"):
        keras_setup._choose()


def test_muted_writes_come_back_afterwards(capfd):
    with keras_setup.muted():
        os.write(2, b"from C++\n")
        print("from Python", file=sys.stderr, flush=True)
    os.write(2, b"afterwards\n")
    assert "from C++" not in (said := capfd.readouterr().err)
    assert said.endswith("afterwards\n")


def test_where_there_is_no_error_stream_nothing_is_muted(monkeypatch):
    def no_stream(*args):
        raise OSError

    monkeypatch.setattr(os, "dup", no_stream)
    with keras_setup.muted():
        pass


def test_a_broken_gpu_driver_is_no_fault(monkeypatch):
    def broken():
        raise RuntimeError("driver")

    monkeypatch.setattr(keras_setup, "_backend", lambda: "tensorflow")
    monkeypatch.setattr(keras_setup, "_tensorflow_device", broken)
    assert keras_setup._device() == ("the CPU", "looking for a GPU failed (RuntimeError)")


def in_python(code, **environment):
    """What a fresh Python writes on stdout and stderr."""
    env = {**os.environ, "OMP_NUM_THREADS": "1", **environment}
    env = {name: value for name, value in env.items() if value is not None}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    return done.stdout, done.stderr


def test_importing_and_fitting_write_one_line_and_nothing_on_stderr():
    pytest.importorskip("keras")
    line, noise = in_python(FIT)
    assert line.count("\n") == 1
    assert line.startswith("Keras 3")
    assert line.endswith(".\n")
    assert noise == ""


@pytest.mark.long
def test_keras_on_torch_says_so_and_is_as_silent():
    pytest.importorskip("keras")
    pytest.importorskip("torch")
    line, noise = in_python(FIT, KERAS_BACKEND="torch")
    assert "on PyTorch" in line
    assert noise == ""


@pytest.mark.long
def test_the_checks_and_the_callbacks_work_on_torch_too():
    pytest.importorskip("keras")
    pytest.importorskip("torch")
    tests = Path(__file__).parents[1]
    files = [
        tests / "exercises" / "test_mnist_keras_answers.py",
        tests / "frameworks" / "test_keras_callbacks.py",
    ]
    options = ["-q", "-p", "no:cacheprovider", *map(str, files)]
    code = f"import sys, pytest; sys.exit(pytest.main({options!r}))"
    said, _ = in_python(code, KERAS_BACKEND="torch")
    assert " passed" in said


def test_a_gpus_memory_is_taken_as_needed_and_its_name_is_said(monkeypatch):
    class Experimental:
        grown = []

        def set_memory_growth(self, gpu, enable):
            self.grown.append((gpu, enable))

        def get_device_details(self, gpu):
            return {"device_name": "Tesla T4"}

    class Config:
        experimental = Experimental()

        def list_physical_devices(self, kind):
            return [kind + ":0"]

    monkeypatch.setitem(sys.modules, "tensorflow", type("TensorFlow", (), {"config": Config()}))
    keras_setup._grow_memory()
    assert Experimental.grown == [("GPU:0", True)]
    assert keras_setup._tensorflow_device()[0] == "the GPU Tesla T4"
