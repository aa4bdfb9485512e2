"""Scalar autodiff: torch computes the same graph, and depth is no trouble."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from coursekit.reference.losses import squared_error
from coursekit.reference.two_layer import backward, forward, two_two_two
from coursekit.reference.value import Value

UNARY = ["tanh", "sigmoid", "exp", "neg"]
BINARY = ["+", "-", "*", "/"]


def apply(operation, x, y):
    """One operation on two Values or on two tensors."""
    if operation in UNARY:
        return -x if operation == "neg" else getattr(x, operation)()
    return {
        "+": lambda: x + y,
        "-": lambda: x - y,
        "*": lambda: x * y,
        "/": lambda: x / (y * y + 1.0),
    }[operation]()


@given(
    st.lists(st.tuples(st.sampled_from(UNARY + BINARY), st.integers(0, 99), st.integers(0, 99)), max_size=12)
)
def test_a_random_graph_has_torchs_values_and_gradients(operations):
    starts = [0.3, -0.8, 0.5]
    ours = [Value(x) for x in starts]
    theirs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in starts]
    for operation, i, j in operations:
        made = apply(operation, theirs[i % len(theirs)], theirs[j % len(theirs)])
        if not abs(made.item()) < 20:
            continue
        theirs.append(made)
        ours.append(apply(operation, ours[i % len(ours)], ours[j % len(ours)]))
    for tensor in theirs:
        tensor.retain_grad()
    theirs[-1].backward()
    ours[-1].backward()
    for value, tensor in zip(ours, theirs, strict=True):
        assert value.data == pytest.approx(tensor.item(), rel=1e-10, abs=1e-12)
        gradient = 0.0 if tensor.grad is None else tensor.grad.item()
        assert value.grad == pytest.approx(gradient, rel=1e-10, abs=1e-10)


@pytest.mark.parametrize(
    ("made", "slope"),
    [
        (lambda v: 2 + v, 1),
        (lambda v: v + 2, 1),
        (lambda v: 3 * v, 3),
        (lambda v: v * 3, 3),
        (lambda v: 1 - v, -1),
        (lambda v: v - 1, 1),
        (lambda v: 1 / v, -4),
        (lambda v: v / 4, 0.25),
        (lambda v: v**3, 0.75),
        (lambda v: v.log(), 2),
        (lambda v: v * v, 1),
        (lambda v: v + v + v, 3),
    ],
)
def test_numbers_mix_in_and_shared_values_add_up(made, slope):
    v = Value(0.5)
    made(v).backward()
    assert v.grad == pytest.approx(slope)


def test_a_graph_deeper_than_pythons_calls():
    x = Value(1.0)
    out = x
    for _ in range(20_000):
        out = out * 1.0 + 1e-5
    out.backward()
    assert x.grad == 1.0


def test_every_node_comes_after_what_it_was_made_of():
    x = Value(2.0)
    y = x * x
    out = (y + x) * y
    order = out.graph()
    place = {id(node): i for i, node in enumerate(order)}
    assert len(order) == len(place) == 4
    assert all(place[id(part)] < place[id(node)] for node in order for part, _ in node.parts)


def test_backward_from_a_node_in_between_and_again_from_the_end():
    x = Value(3.0)
    y = x * x
    out = y * 2
    y.backward()
    assert (x.grad, out.grad) == (6.0, 0.0)
    out.backward()
    assert x.grad == 12.0


def test_far_out_nothing_overflows():
    for a in (-800.0, 800.0):
        v = Value(a)
        v.sigmoid().backward()
        assert math.isfinite(v.grad)


def test_the_worked_network_in_single_values_has_the_gradients_of_the_matrix_form():
    X, T, params = two_two_two()
    x = [Value(one) for one in X[0]]
    W1, W2 = ([[Value(w) for w in row] for row in params[name]] for name in ("W1", "W2"))
    hidden = [(x[0] * W1[0][j] + x[1] * W1[1][j] + 0.35).sigmoid() for j in range(2)]
    output = [(hidden[0] * W2[0][k] + hidden[1] * W2[1][k] + 0.60).sigmoid() for k in range(2)]
    error = (output[0] - T[0, 0]) ** 2 * 0.5 + (output[1] - T[0, 1]) ** 2 * 0.5
    error.backward()
    H, Y = forward(X, **params)
    grads = backward(X, H, Y, T, params["W2"])
    assert error.data == pytest.approx(squared_error(Y, T))
    for values, name in ((W1, "dW1"), (W2, "dW2")):
        np.testing.assert_allclose([[w.grad for w in row] for row in values], grads[name], rtol=1e-10)
