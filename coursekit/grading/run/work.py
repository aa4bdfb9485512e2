"""What travels: a submission to grade, what it may use, and what grading it found out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Settings:
    """What a kernel may use.

    seconds: processor time of a cell; twice as long by the clock. memory: resident MB, all its processes
    provisioner: what starts its process, by its name among jupyter_client's
    hidden: folders that it must not see, wherever they lie
    """

    seconds: float = 60.0
    memory: float = 3000.0
    provisioner: str = "local-provisioner"
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True)
class Work:
    """One submission to grade.

    notebooks: name -> the repaired notebook as JSON. files: what lies beside them, by relative path
    asked: name -> {cell's grade_id: its source}, the released notebook's own check cells
    seed: of the secret inputs; None for public ones alone
    known: verdicts that an interrupted run has given already
    imports: what the released notebook imports: a warm kernel has it ready
    """

    student: str
    lesson: str
    notebooks: Mapping[str, str]
    asked: Mapping[str, Mapping[str, str]]
    files: Mapping[str, bytes]
    seed: int | None
    settings: Settings
    known: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    imports: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """What grading a submission found out: the executed notebooks by name, flags, verdicts by exercise."""

    notebooks: dict[str, str]
    flags: list[str]
    written: list[str]
    verdicts: dict[str, dict[str, Any]]
    seconds: float
