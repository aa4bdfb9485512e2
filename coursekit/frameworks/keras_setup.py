"""Keras, found and set up: which backend, which device, and no noise.

TensorFlow writes to the process' error stream while it is imported, from C++, whatever Python is told;
in a notebook that lands below the cell, and nbgrader gives a cell with such output no points. All of
coursekit that needs Keras imports it by `import_keras`; a notebook's first cell calls `set_up`.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

BACKENDS = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}  # in the order of preference


def set_up() -> str:
    """Import Keras, let TensorFlow take a GPU's memory bit by bit, compute once; say in a line what is used.

    Raises ImportError where there is no Keras, or nothing that it could run on.
    """
    keras = import_keras()
    with muted():
        _grow_memory()
        keras.ops.convert_to_numpy(keras.ops.matmul(keras.ops.ones((2, 2)), keras.ops.ones((2, 2))))
        kind, why = _device()
    backend = keras.backend.backend()
    version = getattr(sys.modules.get(backend), "__version__", "").split("+")[0]
    name = f"{BACKENDS.get(backend, backend)} {version}".rstrip()
    return f"Keras {keras.__version__} on {name}{_reason(backend)}, on {kind}: {why}."


def import_keras() -> ModuleType:
    """Keras, imported without a word, on a backend that is installed.

    KERAS_BACKEND and Keras' own settings file decide where what they name is installed; else TensorFlow
    is taken, else PyTorch, else JAX. Computes nothing: a process may still be forked afterwards.
    """
    if "keras" in sys.modules:
        return sys.modules["keras"]
    if importlib.util.find_spec("keras") is None:
        raise ImportError("Keras is not installed: pip install keras tensorflow-cpu")
    if (backend := _choose()) != (_wanted() or "tensorflow"):
        os.environ["KERAS_BACKEND"] = backend
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with muted(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of other people's code, while it is imported
        keras = importlib.import_module("keras")
    # TensorFlow warns of tracing anew where a lesson trains one small network after another.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    return keras


def device() -> str:
    """The device that Keras computes on, in a few words: "the CPU", "the GPU NVIDIA H200"."""
    import_keras()
    with muted():
        return _device()[0]


@contextlib.contextmanager
def muted() -> Iterator[None]:
    """Nothing that this process writes to its error stream is shown meanwhile, not even from C++."""
    try:
        sys.stderr.flush()
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    except (OSError, AttributeError, ValueError):  # there is no such stream, as under pythonw
        yield
        return
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _choose() -> str:
    wanted = _wanted()
    installed = [name for name in BACKENDS if importlib.util.find_spec(name) is not None]
    if wanted in installed or (wanted and wanted not in BACKENDS):
        return wanted
    if not installed:
        raise ImportError("Keras needs TensorFlow, PyTorch or JAX to run on: pip install tensorflow-cpu")
    return installed[0]


def _wanted() -> str:
    """The backend that the user has chosen, by the environment or in Keras' settings file; "" for none."""
    if os.environ.get("KERAS_BACKEND"):
        return os.environ["KERAS_BACKEND"]
    home = Path(os.environ.get("KERAS_HOME") or Path("~/.keras").expanduser())
    try:
        return str(json.loads((home / "keras.json").read_text(encoding="utf-8"))["backend"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _reason(backend: str) -> str:
    if backend != "tensorflow" and importlib.util.find_spec("tensorflow") is None:
        return " (TensorFlow is not installed)"
    return " (as your settings say)" if backend != "tensorflow" else ""


def _grow_memory() -> None:
    """TensorFlow would take all of a GPU's memory at once, and leave none to other notebooks."""
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is not None:
        with contextlib.suppress(Exception):  # computing has begun, or the driver is broken: the CPU will do
            for gpu in tensorflow.config.list_physical_devices("GPU"):
                tensorflow.config.experimental.set_memory_growth(gpu, True)


def _device() -> tuple[str, str]:
    """The device's name, and why it is taken; the CPU where anything goes wrong with a GPU."""
    find = {"tensorflow": _tensorflow_device, "torch": _torch_device}.get(_backend(), _jax_device)
    try:
        return find()
    except Exception as error:
        return "the CPU", f"looking for a GPU failed ({type(error).__name__})"


def _backend() -> str:
    return str(import_keras().backend.backend())


def _tensorflow_device() -> tuple[str, str]:
    tensorflow: Any = importlib.import_module("tensorflow")
    gpus = tensorflow.config.list_physical_devices("GPU")
    if not gpus:
        return "the CPU", "TensorFlow finds no GPU"
    details = tensorflow.config.experimental.get_device_details(gpus[0])
    name = details.get("device_name", "").removeprefix("METAL").strip()
    return f"the GPU {name}".rstrip(), "TensorFlow finds it; its memory is taken as it is needed"


def _torch_device() -> tuple[str, str]:
    torch: Any = importlib.import_module("torch")
    if torch.cuda.is_available():
        return f"the GPU {torch.cuda.get_device_name(0)}", "PyTorch finds CUDA"
    if torch.backends.mps.is_available():
        return "Apple's GPU", "PyTorch finds MPS"
    return "the CPU", "PyTorch finds neither CUDA nor Apple's MPS"


def _jax_device() -> tuple[str, str]:
    jax: Any = importlib.import_module("jax")
    first = jax.devices()[0]
    return ("the CPU", "JAX finds no GPU") if first.platform == "cpu" else (f"the {first}", "JAX finds it")
