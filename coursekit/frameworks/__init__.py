"""torch and Keras: devices, batches, training, learning curves. Each file imports its framework when used."""
