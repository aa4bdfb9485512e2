"""Lesson 3: activation functions."""

NUMBER = 3
TITLE = "Activation functions"
