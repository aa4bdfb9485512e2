"""One way to ask any model of this course for probabilities: Keras or torch, flat images or square ones."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from coursekit.reference.activations import softmax

Predict = Callable[[np.ndarray], np.ndarray]


def probabilities(model: Any, images: Any, classes: int = 10, batch_size: int = 1000) -> np.ndarray:
    """The model's probabilities (N, classes) for images (N, 28, 28), whatever form it takes them in.

    model: a Keras or torch model that takes (N, 784), (N, 28, 28), (N, 28, 28, 1) or (N, 1, 28, 28),
        on any device, and gives probabilities or logits (then the softmax is taken here)
    images: in one of these forms, scaled as the model learned them; other square sizes do as well

    The model predicts in evaluation mode and without gradients, and stays as it was. Raises TypeError
    for what is no model, and ValueError where shapes do not fit or the model gives NaN.
    """
    images = np.asarray(images, dtype=np.float32)
    forms = {form: images.reshape(form) for form in _forms(images)}
    if not len(images):
        return np.zeros((0, classes))
    predict = _predict(model)
    taken = _that_fits(predict, forms, classes)
    parts = [predict(taken[start : start + batch_size]) for start in range(0, len(taken), batch_size)]
    scores = np.concatenate(parts).astype(float)
    if np.isnan(scores).any():
        raise ValueError("the model gives NaN: look at its weights, and at the images' scale")
    sums = scores.sum(axis=1)
    return scores if scores.min() >= 0 and np.allclose(sums, 1, atol=1e-3) else softmax(scores)


def _forms(images: np.ndarray) -> Iterator[tuple[int, ...]]:
    """The shapes in which a model may want these images; their own comes first."""
    n = len(images) if images.ndim else 0
    size = math.isqrt(images[0].size) if n else 28
    forms = [(n, 1, size, size), (n, size, size), (n, size * size), (n, size, size, 1)]
    if images.shape not in forms:
        raise ValueError(f"images of shape {images.shape}: (N, 28, 28) is the form, or (N, 784)")
    yield images.shape
    yield from (form for form in forms if form != images.shape)


def _that_fits(predict: Predict, forms: dict[tuple[int, ...], np.ndarray], classes: int) -> np.ndarray:
    """The images in the first form of which the model makes a row of outputs each."""
    why = ""
    for images in forms.values():
        two = np.concatenate([images[:1]] * 2)  # one alone, (1, 28, 28), torch would take for an image
        try:
            given = predict(two).shape
        except Exception as error:  # each framework, and each model's own code, has other ones
            why = why or f"{type(error).__name__}: {error}".split("\n")[0]
            continue
        if given == (2, classes):
            return images
        why = f"for 2 images it gives shape {given}, and (2, {classes}) is needed"
    shapes = ", ".join(str(("N", *form[1:])).replace("'", "") for form in forms)
    raise ValueError(f"the model takes images in none of the forms {shapes}: {why}")


def _predict(model: Any) -> Predict:
    """What gives the model's outputs for an array of inputs, as an array."""
    # A model's framework has been imported, by whoever made the model.
    keras, torch = sys.modules.get("keras"), sys.modules.get("torch")
    if keras and isinstance(model, keras.Model):  # first: on torch, a Keras model is a torch module, too
        return _of_keras(model, keras)
    if torch and isinstance(model, torch.nn.Module):
        return _of_torch(model, torch)
    raise TypeError(f"a Keras or torch model is needed; this is of type {type(model).__name__}")


def _of_keras(model: Any, keras: Any) -> Predict:
    def predict(images: np.ndarray) -> np.ndarray:
        given = model(images, training=False)  # not model.predict: that one compiles, and shows a bar
        return given.detach().cpu().numpy() if hasattr(given, "detach") else keras.ops.convert_to_numpy(given)

    return predict


def _of_torch(model: Any, torch: Any) -> Predict:
    from coursekit.frameworks.modes import evaluating

    like = next(model.parameters(), torch.zeros(0))

    def predict(images: np.ndarray) -> np.ndarray:
        with evaluating(model):
            return model(torch.tensor(images, dtype=like.dtype, device=like.device)).float().cpu().numpy()

    return predict
