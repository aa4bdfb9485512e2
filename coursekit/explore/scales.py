"""Full-batch descent on the loss over two weights, whose features are of different scale: the numbers."""

from __future__ import annotations

import numpy as np

from coursekit.reference.gradient_descent import step
from coursekit.reference.minibatch import line_gradient, line_loss
from coursekit.reference.scaling import standardize_apply, standardize_fit

WEIGHTS = np.array([0.6, 0.4])  # of the standardized features, which the targets are made of
OFFSET = np.array([-1.3, 0.9])  # of the start from the lowest loss, in weights


def features(scale: float, n: int = 100, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """X (n, 2), the second feature `scale` times as wide as the first, both of mean 0; targets t (n,)."""
    rng = np.random.default_rng(seed)
    Z = rng.normal(size=(n, 2)) @ np.array([[1.0, 0.15], [0.0, 1.0]])
    Z = standardize_apply(Z, *standardize_fit(Z))
    return Z * [1.0, scale], Z @ WEIGHTS + rng.normal(0, 0.1, n)


class Descent:
    """The loss of y = X w, half the mean squared error, and full-batch descent on it.

    share: the learning rate as a share of 2/L, where descent begins to diverge
    curvatures: the least and the greatest, L; they are those of XᵀX/N
    """

    def __init__(self, X: np.ndarray, t: np.ndarray, share: float, steps: int) -> None:
        self.X, self.t = X, t
        self.curvatures = np.linalg.eigvalsh(X.T @ X / len(t))
        self.rate = share * 2 / self.curvatures[1]
        self.lowest = np.linalg.lstsq(X, t, rcond=None)[0]
        path = [self.lowest + OFFSET]
        for _ in range(steps):
            path.append(step(path[-1], line_gradient(X, t, path[-1]), self.rate))
        self.path = np.array(path)

    @property
    def left(self) -> np.ndarray:
        """How far the loss is above its lowest at each point of the path, as a share of the start's."""
        above = np.array([line_loss(self.X, self.t, w) for w in self.path])
        above -= line_loss(self.X, self.t, self.lowest)
        return above / above[0]

    def ellipses(self, count: int = 8) -> tuple[np.ndarray, np.ndarray]:
        """Lines of equal loss, one after the other with gaps, evenly far apart.

        w = lowest + r H^(-1/2) (cos t, sin t),  H = XᵀX/N;  the loss there is its lowest and r²/2
        """
        values, axes = np.linalg.eigh(self.X.T @ self.X / len(self.t))
        reach = np.sqrt(OFFSET @ (self.X.T @ self.X / len(self.t)) @ OFFSET)
        r = np.linspace(0, 1.2 * reach, count + 1)[1:, None, None]
        turn = np.append(np.linspace(0, 2 * np.pi, 160), np.nan)
        circle = np.column_stack([np.cos(turn), np.sin(turn)])
        points = self.lowest + r * (circle / np.sqrt(values)) @ axes.T
        return points[..., 0].ravel(), points[..., 1].ravel()
