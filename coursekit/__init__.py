"""A hands-on course in deep learning."""

__version__ = "0.1.0"
