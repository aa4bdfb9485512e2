"""Lesson 2: losses, the chain rule, and a two-layer network by hand."""

NUMBER = 2
TITLE = "Backprop by hand"
