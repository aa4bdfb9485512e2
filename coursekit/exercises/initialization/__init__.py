"""Lesson 4: parameter initialization."""

NUMBER = 4
TITLE = "Initialization"
