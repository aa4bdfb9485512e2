"""Lesson 2: losses, the chain rule, and a two-layer network by hand."""

NUMBER = 2
TITLE = "Backprop by hand"
# Beside the answers themselves: what is most of one, and is kept from a kernel that is graded.
ABSENT = ("backward_from", "numerical_gradient")
