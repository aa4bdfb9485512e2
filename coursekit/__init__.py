"""An interactive deep-learning course, with graders that can be trusted.

reference/   what the lessons teach, in NumPy, one concept a file
exercises/   the questions, as data
checking/    how an answer is asked, compared and diagnosed
explore/     what the lessons let you play with
data/        Hubble's galaxies, the small digits, MNIST
grading/     the instructor's side, on nbgrader

In a notebook:  from coursekit import check, hint, explore
"""

import importlib
from typing import Any

__version__ = "0.1.0"
__all__ = ["check", "evaluate", "explore", "hint"]

# Found when first asked for, so that `import coursekit` stays instant.
_HOMES = {
    "check": "coursekit.checking.notebook",
    "evaluate": "coursekit.checking.notebook",
    "hint": "coursekit.checking.notebook",
}
_PACKAGES = ("checking", "data", "exercises", "explore", "reference")


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    if name in _PACKAGES:
        return importlib.import_module(f"coursekit.{name}")
    raise AttributeError(f"module 'coursekit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES, *_PACKAGES])
