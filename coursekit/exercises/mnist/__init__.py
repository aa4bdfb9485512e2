"""Lesson 5: the MNIST exercise list, in Keras and in PyTorch."""

NUMBER = 5
TITLE = "MNIST in Keras and in PyTorch"
DATA = "mnist"  # a grading kernel gets a copy of it without the test images
SECONDS = 120.0  # of processor time a cell: networks are trained here, on several cores
MEMORY = 6000.0  # MB: TensorFlow, torch and the images
# What a slow machine may turn down in the setup cells, and how far tests and the demo do: all points are
# still within reach.
QUICK = {"EPOCHS": 50, "LARGE": 10_000, "IMAGES": 1_200, "EPOCHS_EACH": 2}
