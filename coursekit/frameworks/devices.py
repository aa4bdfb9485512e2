"""The device that torch computes on: NVIDIA's CUDA, else Apple's MPS, else the CPU."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def torch_device() -> torch.device:
    """The best device of this machine. It never fails: the CPU is always there."""
    import torch

    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def describe_device(device: torch.device | str) -> str:
    """One sentence that says which device torch computes on, and why.

    device: the one that is used, whoever chose it
    """
    import torch

    kind = torch.device(device).type
    found = [name for name, there in (("cuda", _cuda()), ("mps", _mps())) if there]
    if kind == "cpu":
        threads = torch.get_num_threads()
        where = f"the CPU with {threads} thread{'s' * (threads > 1)}"
        why = f"it was asked for, although {_NAMES[found[0]]} is here" if found else _NONE
    else:
        where = torch.cuda.get_device_name(device) if kind == "cuda" and _cuda() else _NAMES.get(kind, kind)
        why = f"{_NAMES[kind]} is here" if kind in found else "it was asked for, and torch does not find it"
    return f"torch {torch.__version__.split('+')[0]} computes on {where}: {why}."


_NAMES = {"cuda": "an NVIDIA GPU (CUDA)", "mps": "Apple's GPU (MPS)"}
_NONE = "torch finds neither an NVIDIA GPU (CUDA) nor Apple's (MPS)"


def _cuda() -> bool:
    import torch

    return torch.cuda.is_available()


def _mps() -> bool:
    import torch

    return torch.backends.mps.is_available()
