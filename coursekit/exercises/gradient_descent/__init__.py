"""Lesson 1: gradient descent on x^2."""

NUMBER = 1
TITLE = "Gradient descent"
