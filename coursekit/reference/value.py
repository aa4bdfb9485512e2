"""Automatic differentiation of numbers: a value remembers what it was made of.

Forward, every operation notes its local derivatives; backward, the chain rule multiplies
them along each path and adds up the paths. Source: Karpathy, micrograd.
"""

from __future__ import annotations

import math

Part = tuple["Value", float]  # a value, and the derivative by it of what was made of it


class Value:
    """A number in a computation graph.

    data: the number. grad: d(output)/d(this), 0 until `backward` is called on the output
    parts: the values it was made of, each with the local derivative. operation: how it was made
    """

    def __init__(self, data: float, parts: tuple[Part, ...] = (), operation: str = "") -> None:
        self.data, self.grad = data, 0.0
        self.parts, self.operation = parts, operation

    def __repr__(self) -> str:
        return f"Value(data={self.data:g}, grad={self.grad:g})"

    def __add__(self, other: Value | float) -> Value:
        """z = x + y: ∂z/∂x = ∂z/∂y = 1."""
        other = _value(other)
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)), "+")

    def __mul__(self, other: Value | float) -> Value:
        """z = x y: ∂z/∂x = y, ∂z/∂y = x."""
        other = _value(other)
        return Value(self.data * other.data, ((self, other.data), (other, self.data)), "*")

    def __pow__(self, n: float) -> Value:
        """z = xⁿ for a number n: ∂z/∂x = n xⁿ⁻¹."""
        return Value(self.data**n, ((self, n * self.data ** (n - 1)),), f"**{n}")

    def exp(self) -> Value:
        """z = eˣ: ∂z/∂x = z."""
        z = math.exp(self.data)
        return Value(z, ((self, z),), "exp")

    def log(self) -> Value:
        """z = ln x: ∂z/∂x = 1/x."""
        return Value(math.log(self.data), ((self, 1 / self.data),), "log")

    def tanh(self) -> Value:
        """z = tanh x: ∂z/∂x = 1 - z²."""
        z = math.tanh(self.data)
        return Value(z, ((self, 1 - z * z),), "tanh")

    def sigmoid(self) -> Value:
        """z = σ(x) = (1 + tanh(x/2)) / 2, which overflows nowhere: ∂z/∂x = z (1 - z)."""
        z = (1 + math.tanh(self.data / 2)) / 2
        return Value(z, ((self, z * (1 - z)),), "σ")

    def __neg__(self) -> Value:
        return self * -1.0

    def __sub__(self, other: Value | float) -> Value:
        return self + -_value(other)

    def __truediv__(self, other: Value | float) -> Value:
        return self * _value(other) ** -1.0

    def __radd__(self, other: float) -> Value:
        return self + other

    def __rmul__(self, other: float) -> Value:
        return self * other

    def __rsub__(self, other: float) -> Value:
        return _value(other) - self

    def __rtruediv__(self, other: float) -> Value:
        return _value(other) / self

    def graph(self) -> list[Value]:
        """This value and all that it was made of, each once, after all of its own parts.

        The order in which values can be computed; backwards, that in which gradients can. A stack of
        its own in place of recursion: a graph may be deeper than Python's calls can be.
        """
        order: list[Value] = []
        seen, stack = {id(self)}, [(self, iter(self.parts))]
        while stack:
            node, parts = stack[-1]
            fresh = next((part for part, _ in parts if id(part) not in seen), None)
            if fresh is None:
                order.append(node)
                stack.pop()
            else:
                seen.add(id(fresh))
                stack.append((fresh, iter(fresh.parts)))
        return order

    def backward(self) -> None:
        """Set `grad` of this value, 1, and of all that it was made of.

        ∂out/∂x = Σ ∂out/∂z · ∂z/∂x over every z made of x: hence `+=`, and hence the order, in which
        ∂out/∂z is complete before it is used. What an earlier call left is forgotten.
        """
        order = self.graph()
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            for part, local in node.parts:
                part.grad += local * node.grad


def _value(number: Value | float) -> Value:
    return number if isinstance(number, Value) else Value(number)
