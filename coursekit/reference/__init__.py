"""What the lessons teach, in NumPy alone: one concept a file, each function above its derivative."""
