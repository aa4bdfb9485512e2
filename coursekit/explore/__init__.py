"""What the lessons let you play with: `explore("learning_rate")`.

learning_rate    one curve, one rate: the path, the fan of all rates, the factor of a step
two_curvatures   a bowl where no rate suits both axes
batches          full-batch, mini-batch and stochastic descent side by side
stepper          one update of a neuron or a network, node by node, forwards and backwards
race             two badly wrong neurons: squared error stalls, cross-entropy moves at once
activation       one function: its curve, its slope, what becomes of a heap of inputs and of a gradient
playground       a network trains on data in the plane, and the plane as its hidden layers fold it
feature_scaling  two features of different scale: the loss surface and the path, raw and standardized
symmetry         hidden units that start equal, trained: equal for ever, until a nudge
knife_edge       signals and gradients through many layers: they fade, explode, or just keep
data_size        one network on 100 to 60,000 images: how far training and test accuracy are apart
draw_a_digit     a digit that is drawn, or picked and slid: what a dense network and a CNN say to it

and `explore.predict`, a question to answer before the picture does, and `explore.picture`.
An explorer is the class that its file is named after, and shows itself as the value of a cell.
Its numbers come from coursekit.reference.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import sys
from types import ModuleType
from typing import Any

_FUNCTIONS = ("picture", "predict")  # each in the file of its name


def names() -> list[str]:
    """The explorers' names."""
    return [module.name for module in pkgutil.iter_modules(__path__) if _class_of(module.name)]


def find(name: str) -> Any:
    """The class of an explorer. Raises KeyError, which names the nearest names, where there is none."""
    found = name in (module.name for module in pkgutil.iter_modules(__path__)) and _class_of(name)
    if not found:
        near = difflib.get_close_matches(str(name), names(), n=3, cutoff=0.4) or names()
        raise KeyError(f"no explorer {name!r}; did you mean {' or '.join(near)}?")
    return found


def _class_of(name: str) -> Any:
    """`LearningRate` for "learning_rate"; None where the file holds no explorer."""
    from coursekit.explore.explorer import Explorer

    found = getattr(importlib.import_module(f"{__name__}.{name}"), name.title().replace("_", ""), Explorer)
    return found if found is not Explorer and issubclass(found, Explorer) else None


class _Explore(ModuleType):
    """This module, which can be called: nothing heavy is imported until it is."""

    def __call__(self, name: str, **options: Any) -> Any:
        """Return the explorer of this name; as the value of a cell, it shows itself."""
        return find(name)(**options)

    def __getattr__(self, name: str) -> Any:
        if name in _FUNCTIONS:
            return getattr(importlib.import_module(f"{self.__name__}.{name}"), name)
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        # Python puts each imported file here under its name: keep the function, not the file.
        is_file = isinstance(value, ModuleType) and name in _FUNCTIONS
        super().__setattr__(name, getattr(value, name) if is_file else value)


sys.modules[__name__].__class__ = _Explore
