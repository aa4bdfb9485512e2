"""Exercise on the device that torch computes on, asked as if on several machines."""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake
from coursekit.frameworks.devices import torch_device as reference

MACHINES = {  # what is there: CUDA, MPS; and whether torch is built for both, even so
    "a computer without a GPU": (False, False, False),
    "a computer with an NVIDIA GPU": (True, False, False),
    "a Mac with Apple's GPU": (False, True, False),
    "a computer with both": (True, True, True),
    "no GPU, and a torch that could use one": (False, False, True),
}


def _cases(rng: np.random.Generator) -> list[Case]:
    return [
        Case(machine, kind=words, text=f"torch_device() on {words}") for words, machine in MACHINES.items()
    ]


def _on(torch_device: Any, cuda: bool, mps: bool, built: bool) -> Any:
    import torch

    from coursekit.checking import torch_probes as probes

    with probes.machine(cuda, mps, built):
        given = torch_device()
    if isinstance(given, torch.device):
        return {"type": given.type, "index": given.index or 0}
    return {"other": given}


def _is_right(got: Any, expected: Any, args: tuple) -> None:
    if "other" in got:
        given = got["other"]
        if given is None:
            raise Mismatch("it gave None: did you forget `return`?")
        kind = f"the text {given!r}" if isinstance(given, str) else "something else"
        raise Mismatch(f"a torch.device was asked for; it gave {kind}")
    if got != expected:
        raise Mismatch(f"the device is {got['type']}, and {expected['type']} would be right here")


def _same(got: Any, form: Any, args: tuple) -> None:
    if got != form:
        raise Mismatch("it is another device")


def _view(seen: Any) -> str:
    return repr(seen["other"]) if "other" in seen else f"torch.device({seen['type']!r})"


def _always_cpu() -> Any:
    import torch

    return torch.device("cpu")


def _always_cuda() -> Any:
    import torch

    return torch.device("cuda")


def _without_mps() -> Any:
    import torch

    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _without_cuda() -> Any:
    import torch

    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def _mps_first() -> Any:
    import torch

    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _mps_built() -> Any:
    import torch

    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_built() else "cpu")


def _both_built() -> Any:
    import torch

    if torch.backends.cuda.is_built():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_built() else "cpu")


def _else_mps() -> Any:
    import torch

    return torch.device("cuda" if torch.cuda.is_available() else "mps")


def _text() -> Any:
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


torch_device = Exercise(
    id="mnist.torch_device",
    title="The device that is there",
    signature="torch_device()",
    reference=reference,
    cases=_cases,
    probe=_on,
    compare=_is_right,
    alike=_same,
    view=_view,
    mistakes=(
        Mistake("always-cpu", "this is the CPU on every machine: ask torch which GPU is there", _always_cpu),
        Mistake("always-cuda", "this is CUDA on every machine, and most have none", _always_cuda),
        Mistake(
            "mps-forgotten", "a Mac's GPU is never used: ask torch.backends.mps.is_available()", _without_mps
        ),
        Mistake(
            "cuda-forgotten", "an NVIDIA GPU is never used: ask torch.cuda.is_available()", _without_cuda
        ),
        Mistake("mps-first", "MPS is asked for before CUDA; CUDA comes first", _mps_first),
        Mistake(
            "built-not-available",
            "this is what torch was built for, which need not be here: ask is_available()",
            _mps_built,
            _both_built,
        ),
        Mistake("cpu-forgotten", "without CUDA this is MPS, on machines that have neither too", _else_mps),
        Mistake("text", "it gives the name as a text; wrap it: torch.device(name)", _text),
    ),
    hints=(
        "Three questions in turn, each with a `return`: CUDA? MPS? Else the CPU.",
        "torch.cuda.is_available() and torch.backends.mps.is_available() answer True or False.",
        '`if torch.cuda.is_available(): return torch.device("cuda")`, then the same for "mps".',
    ),
)
