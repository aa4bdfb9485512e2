"""SECURITY.md: behind every promise there is a test."""

import ast
import re
from pathlib import Path

import pytest

from coursekit.checking import find

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
PROMISES = [line.strip("|").rsplit("|", 1) for line in TEXT.splitlines() if line.startswith("| ")][1:]
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", TEXT)))


def test_every_promise_names_a_test():
    assert len(PROMISES) > 15
    assert [promise for promise, tests in PROMISES if "::" not in tests] == []


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_every_test_that_is_named_exists(file, name):
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_exercise_that_is_named_exists():
    for exercise in re.findall(
        r"`((?:gradient_descent|backprop|activations|initialization|mnist)\.\w+)`", TEXT
    ):
        find(exercise)
