"""Lesson 5, without networks: right answers in the styles that people write, and wrong ones."""

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
import torch
from sklearn import datasets, metrics
from sklearn.preprocessing import MinMaxScaler

from coursekit import evaluate
from coursekit.checking import find
from coursekit.checking.asking import ask_all, takes
from coursekit.checking.judging import judge


def _explore_counter(X, y):
    return {
        "n_examples": X.shape[0],
        "image_shape": list(X[0].shape),
        "n_classes": len(set(y)),
        "minimum": X.min(),
        "maximum": np.float32(X.max()) if X.max() == int(X.max()) else X.max(),
        "counts": Counter(y),
        "dtype": str(X.dtype),
    }


def _explore_loop(X, y):
    counts = {}
    for label in y:
        counts[int(label)] = counts.get(int(label), 0) + 1
    flat = [float(value) for value in X.ravel()]
    shape = (len(X[0]), len(X[0][0]))
    names = ["n_examples", "image_shape", "n_classes", "minimum", "maximum", "counts"]
    return dict(zip(names, (len(y), shape, len(counts), min(flat), max(flat), counts), strict=True))


def _explore_bincount(X, y):
    every = np.bincount(y)
    counts = dict(enumerate(every))
    return {
        "n_examples": float(len(X)),
        "image_shape": np.array(X.shape[1:]),
        "n_classes": np.count_nonzero(every),
        "minimum": np.amin(X),
        "maximum": torch.tensor(X).max(),
        "counts": counts,
    }


def _each_by_loop(X, y):
    images = []
    for label in sorted(set(y.tolist())):
        for image, one in zip(X, y, strict=True):
            if one == label:
                images.append(image)
                break
    return images


def _each_by_dict(X, y):
    first = {}
    for image, label in zip(X, y, strict=True):
        first.setdefault(int(label), image)
    return np.stack([first[label] for label in sorted(first)])


def _each_torch(X, y):
    X, y = torch.tensor(X), torch.tensor(y)
    return torch.stack([X[y == label][0] for label in y.unique()])


def _plot_grid(X, y):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(2, 5, figsize=(8, 4))
    for ax, label in zip(axes.flat, np.unique(y), strict=False):
        shown = ax.imshow(X[y == label][0], cmap="gray_r")
        ax.set_title(f"Label: {label}")
        ax.axis("off")
    for ax in axes.flat[len(np.unique(y)) :]:
        ax.set_visible(False)
    figure.colorbar(shown, ax=axes)
    figure.suptitle("one image of each of 10 classes")
    plt.show()
    return figure


def _plot_on_current(X, y):
    import matplotlib.pyplot as plt

    labels = sorted(set(y))
    for place, label in enumerate(labels):
        plt.subplot(1, len(labels), place + 1)
        plt.imshow(X[np.argmax(y == label)] / 16)
        plt.title(label)
        plt.colorbar()
    return plt.gcf()


def _plot_by_columns(X, y):
    import matplotlib.pyplot as plt

    labels = np.unique(y)
    figure, axes = plt.subplots(math.ceil(len(labels) / 2), 2)
    for ax, label in zip(axes.T.flat, labels, strict=False):
        ax.matshow(16 - X[list(y).index(label)])
        ax.set_title(f"class {label} (of {len(labels)})", loc="left")
    return figure


def _plot_sorted_axes(X, y):
    from matplotlib.figure import Figure

    figure, labels = Figure(), np.unique(y)
    for label in labels[::-1]:
        left = list(labels).index(label) / len(labels)
        ax = figure.add_axes([left, 0, 0.8 / len(labels), 1], title=str(label))
        ax.imshow(np.stack([X[y == label][0] / 16] * 3, axis=-1))
    return figure


def _min_max_one_by_one():
    def fit(train):
        flat = sorted(train.ravel().tolist())
        return flat[0], flat[-1]

    def apply(X, low, high):
        if low == high:
            return [[0.0] * len(X[0])] * len(X) if X.ndim == 2 else 0 * X
        return ((X.astype(float) - low) / (high - low)).tolist()

    return fit, apply


def _min_max_torch():
    def fit(train):
        return torch.tensor(train).min().item(), torch.tensor(train).max().item()

    def apply(X, low, high):
        X = torch.tensor(X, dtype=torch.float32)
        return torch.zeros_like(X) if high == low else (X - low) / (high - low)

    return fit, apply


def _min_max_where():
    def apply(X, low, high):
        width = np.where(high > low, high - low, 1)
        return np.where(high > low, (X - low) / width, 0.0)

    return lambda train: (train.min(), train.max()), apply


def _min_max_scaler():
    def fit(train):
        scaler = MinMaxScaler().fit(train.reshape(-1, 1))
        return [scaler.data_min_[0], scaler.data_max_[0]]

    def apply(X, low, high):
        if low == high:
            return np.zeros_like(X)
        return (
            np.interp(X, [low, high], [0, 1])
            if low <= X.min() and X.max() <= high
            else (X - low) / (high - low)
        )

    return fit, apply


def _one_hot_loop(y, depth):
    Y = np.zeros((len(y), depth), dtype=np.uint8)
    for n, label in enumerate(y):
        Y[n, label] = 1
    return Y


def _accuracy_loop(P, y):
    right = 0
    for row, label in zip(P.tolist(), y.tolist(), strict=True):
        right += row.index(max(row)) == label
    return right / len(y)


def _worst_loop(P, y, k):
    wrong = [n for n in range(len(y)) if np.argmax(P[n]) != y[n]]
    return sorted(wrong, key=lambda n: P[n][y[n]])[:k]


def _worst_by_loss(P, y, k):
    loss = -np.log(P[np.arange(len(y)), y])
    loss[P.argmax(1) == y] = -1
    order = np.argsort(-loss)
    return order[: min(k, int((loss >= 0).sum()))]


def _worst_torch(P, y, k):
    P, y = torch.tensor(P, dtype=torch.float32), torch.tensor(y)
    wrong = (P.argmax(dim=1) != y).nonzero().ravel()
    return wrong[P[wrong, y[wrong]].argsort()][:k]


def _confusion_loop(y, predicted, C):
    M = [[0] * C for _ in range(C)]
    for i, j in zip(y, predicted, strict=True):
        M[i][j] += 1
    return M


def _curves_chollet(history, ax):
    epochs = range(1, len(history["loss"]) + 1)
    ax.plot(epochs, history["loss"], "bo", label="Training loss")
    ax.plot(epochs, history["val_loss"], "b", label="Validation loss")
    ax.set_title("Training and validation loss")
    ax.set_xlabel("Epochs")
    ax.set_ylabel("Loss")
    ax.legend()


def _curves_current(history, ax):
    import matplotlib.pyplot as plt

    plt.sca(ax)
    for name, values in history.items():
        plt.plot(np.arange(len(values)) + 1, values, "--", label=name)
    plt.xlabel("epoch")
    plt.ylabel("value")
    plt.legend(loc="best")
    plt.show()


def _curves_scattered(history, ax):
    for name in ("val_loss", "loss"):
        ax.scatter(range(1, len(history[name]) + 1), history[name], label=name)
    ax.set(xlabel="epoch", ylabel="loss", yscale="log", xlim=(0, None))
    ax.figure.legend()


def _curves_legend_texts(history, ax):
    epochs = np.linspace(1, len(history["loss"]), len(history["loss"]))
    lines = ax.plot(epochs, np.column_stack([history["loss"], history["val_loss"]]))
    ax.legend(lines, ["train", "val"])
    ax.set(xlabel="epoch", ylabel="cross-entropy")
    return ax


def _diagnose_rules(history):
    loss, val = np.array(history["loss"]), np.array(history["val_loss"])
    if val[-1] > 1.15 * val.min() or val[-1] - loss[-1] > 0.2:
        return "overfitting"
    return "underfitting" if loss[-1] > 1 else "good"


def _diagnose_arrays(history):
    loss, val = history["loss"], history["val_loss"]
    if loss[-1] > 1.2 and val[-1] > 1.2:
        return "underfitting"
    if val.max() and (val[-1] >= 1.25 * val.min() or (val[-1] - loss[-1] >= 0.3 and val[-1] >= 2 * loss[-1])):
        return "overfitting"
    return "good"


def _stop_loop(val_losses, patience):
    best, best_epoch, wait = float("inf"), 0, 0
    for epoch in range(len(val_losses)):
        if val_losses[epoch] < best:
            best, best_epoch, wait = val_losses[epoch], epoch, 0
        else:
            wait += 1
            if wait == patience:
                return epoch, best_epoch
    return epoch, best_epoch


def _stop_list(val_losses, patience):
    for epoch in range(len(val_losses)):
        best = val_losses.index(min(val_losses[: epoch + 1]))
        if epoch - best >= patience:
            break
    return [epoch, best]


def _stop_array(val_losses, patience):
    for epoch in range(patience, len(val_losses)):
        best = val_losses[: epoch + 1].argmin()
        if epoch == best + patience:
            return np.array([epoch, best])
    return len(val_losses) - 1, val_losses.argmin()


def _more_loop(sizes, train_and_score):
    found = []
    for size in sizes:
        found.append([size, train_and_score(size)])
    found.sort()
    return found


def _more_map(sizes, train_and_score):
    ordered = np.sort(sizes)
    return list(zip(ordered, map(train_and_score, ordered), strict=True))


def _mend_scaler_torch(train, test):
    train, test = torch.tensor(train), torch.tensor(test)
    low, width = train.min(), train.max() - train.min()
    return [(train - low) / width, (test - low) / width]


def _shuffle_zip(X, y, rng):
    pairs = list(zip(X, y, strict=True))
    rng.shuffle(pairs)
    images, labels = zip(*pairs, strict=True)
    return images, labels


def _shuffle_torch(X, y, rng):
    order = torch.tensor(rng.permutation(len(y)))
    return torch.tensor(X, dtype=torch.float32)[order], torch.tensor(y)[order]


def _shuffle_keys(X, y, rng):
    order = np.argsort(rng.random(len(X)))
    return np.take(X, order, axis=0).tolist(), [int(label) for label in y[order]]


def _shuffle_state(X, y, rng):
    from copy import deepcopy

    twin = deepcopy(rng)
    return rng.permutation(X), twin.permutation(y)


def _shuffle_sklearn(X, y, rng):
    from sklearn.utils import shuffle

    return shuffle(X, y, random_state=int(rng.integers(2**31)))


RIGHT = [
    ("explore", lambda X, y: {**_explore_loop(X, y), "dtype": X.dtype, "first": object()}),
    ("digits", lambda: (datasets.load_digits().images, datasets.load_digits().target)),
    (
        "digits",
        lambda: [x.reshape(-1, 8, 8) if x.ndim == 2 else x for x in datasets.load_digits(return_X_y=True)],
    ),
    ("digits", lambda: (torch.tensor(datasets.load_digits().images), datasets.load_digits().target.tolist())),
    ("explore", _explore_counter),
    ("explore", _explore_loop),
    ("explore", _explore_bincount),
    ("one_of_each", _each_by_loop),
    ("one_of_each", _each_by_dict),
    ("one_of_each", _each_torch),
    ("one_of_each", lambda X, y: np.array([X[y == c][0] for c in np.unique(y)])),
    ("one_of_each", lambda X, y: [X[list(y).index(c)].tolist() for c in sorted(set(y))]),
    ("same_for_mnist", _each_by_dict),
    ("same_for_mnist", _each_torch),
    ("same_for_mnist", lambda X, y: np.array([X[y == c][0] for c in range(10)])),
    ("same_for_mnist", lambda X, y: np.array([X[np.where(y == c)[0][0]] for c in range(y.max() + 1)])),
    ("plot_one_of_each", _plot_grid),
    ("plot_one_of_each", _plot_on_current),
    ("plot_one_of_each", _plot_by_columns),
    ("plot_one_of_each", _plot_sorted_axes),
    ("min_max", _min_max_one_by_one()),
    ("min_max", _min_max_torch()),
    ("min_max", list(_min_max_where())),
    ("min_max", _min_max_scaler()),
    ("one_hot", _one_hot_loop),
    ("one_hot", lambda y, depth: np.eye(depth)[y]),
    ("one_hot", lambda y, depth: [[int(c == label) for c in range(depth)] for label in y]),
    ("one_hot", lambda y, depth: y[:, None] == np.arange(depth)),
    ("one_hot", lambda y, depth: torch.nn.functional.one_hot(torch.tensor(y), depth)),
    ("one_hot", lambda y, depth: torch.eye(depth)[y]),
    ("accuracy", _accuracy_loop),
    ("accuracy", lambda P, y: (P.argmax(axis=1) == y).mean()),
    ("accuracy", lambda P, y: metrics.accuracy_score(y, P.argmax(1))),
    ("accuracy", lambda P, y: (torch.tensor(P).argmax(1) == torch.tensor(y)).float().mean()),
    ("accuracy", lambda P, y: np.count_nonzero(np.argsort(P)[:, -1] == y) / P.shape[0]),
    ("worst_mistakes", _worst_loop),
    ("worst_mistakes", _worst_by_loss),
    ("worst_mistakes", _worst_torch),
    ("confusion", _confusion_loop),
    ("confusion", lambda y, p, C: np.bincount(C * y + p, minlength=C * C).reshape(C, C)),
    ("confusion", lambda y, p, C: metrics.confusion_matrix(y, p, labels=range(C))),
    ("confusion", lambda y, p, C: np.eye(C)[y].T @ np.eye(C)[p]),
    ("confusion", lambda y, p, C: [[np.sum((y == i) & (p == j)) for j in range(C)] for i in range(C)]),
    ("plot_learning_curve", _curves_chollet),
    ("plot_learning_curve", _curves_current),
    ("plot_learning_curve", _curves_scattered),
    ("plot_learning_curve", _curves_legend_texts),
    ("diagnose", _diagnose_rules),
    ("diagnose", _diagnose_arrays),
    ("parameter_count", lambda sizes: sum((a + 1) * b for a, b in pairwise(sizes))),
    (
        "parameter_count",
        lambda sizes: sum(sizes[i] * sizes[i + 1] + sizes[i + 1] for i in range(len(sizes) - 1)),
    ),
    ("parameter_count", lambda sizes: np.dot(np.array(sizes[:-1]) + 1, sizes[1:])),
    ("stop_epoch", _stop_loop),
    ("stop_epoch", _stop_list),
    ("stop_epoch", _stop_array),
    ("updates_per_epoch", lambda n, b: math.ceil(n / b)),
    ("updates_per_epoch", lambda n, b: (n + b - 1) // b),
    ("updates_per_epoch", lambda n, b: n // b + (n % b > 0)),
    ("updates_per_epoch", lambda n, b: np.ceil(n / b)),
    ("updates_per_epoch", lambda n, b: len(range(0, n, b))),
    ("learning_with_more_data", _more_loop),
    ("learning_with_more_data", _more_map),
    ("learning_with_more_data", lambda sizes, f: np.array([(s, f(s)) for s in sorted(sizes)])),
    ("learning_with_more_data", lambda sizes, f: sorted({s: f(s) for s in sizes}.items())),
    ("mend_scaler_on_test", _mend_scaler_torch),
    ("mend_scaler_on_test", lambda a, b: tuple((x - a.min()) / np.ptp(a) for x in (a, b))),
    ("mend_shuffled_labels", _shuffle_zip),
    ("mend_shuffled_labels", _shuffle_torch),
    ("mend_shuffled_labels", _shuffle_keys),
    ("mend_shuffled_labels", _shuffle_state),
    ("mend_shuffled_labels", _shuffle_sklearn),
]


@pytest.mark.parametrize(("exercise", "answer"), RIGHT)
def test_a_right_answer_passes_in_whatever_style(exercise, answer):
    verdict = evaluate(f"mnist.{exercise}", answer)
    assert verdict.passed, verdict
    assert verdict.mistake is None


def _explore_uint8_sizes(X, y):
    return {**_explore_loop(X, y), "n_classes": np.max(y) + 1}


def _explore_counts_as(form):
    return lambda X, y: {**_explore_loop(X, y), "counts": form(y)}


def _explore_but(**other):
    return lambda X, y: {**_explore_loop(X, y), **other}


def _each_into(size, n=10):
    """Into an array made beforehand."""

    def one_of_each(X, y):
        images = np.zeros((n, size, size))
        for c in range(n):
            images[c] = X[y == c][0]
        return images

    return one_of_each


def _each_appended_pixels(X, y):
    return [[[X[list(y).index(c)][i][j] for j in range(8)] for i in range(8)] for c in range(10)]


def _plot_with(pick, titles=lambda X, y: np.unique(y)):
    def plot(X, y):
        import matplotlib.pyplot as plt

        images = pick(X, y)
        figure, axes = plt.subplots(1, len(images), squeeze=False)
        for ax, image, title in zip(axes.flat, images, titles(X, y), strict=False):
            ax.imshow(image)
            ax.set_title(title)
        return figure

    return plot


def _plot_all_on_one(X, y):
    import matplotlib.pyplot as plt

    figure, _ = plt.subplots(1, len(np.unique(y)))
    for label in np.unique(y):
        plt.imshow(X[y == label][0])
        plt.title(str(label))
    return figure


def _plot_returns_early(X, y):
    import matplotlib.pyplot as plt

    labels = np.unique(y)
    figure, axes = plt.subplots(1, len(labels))
    for ax, label in zip(axes, labels, strict=True):
        ax.imshow(X[y == label][0])
        ax.set_title(str(label))
        return figure
    return None


def _plot_figure_each(X, y):
    import matplotlib.pyplot as plt

    for label in np.unique(y):
        figure, ax = plt.subplots()
        ax.imshow(X[y == label][0])
        ax.set_title(str(label))
    return figure


def _plot_axes(X, y):
    return _plot_grid(X, y).axes


def _plot_pcolor(X, y):
    import matplotlib.pyplot as plt

    labels = np.unique(y)
    figure, axes = plt.subplots(1, len(labels))
    for ax, label in zip(axes, labels, strict=True):
        ax.pcolormesh(X[y == label][0])
        ax.set_title(str(label))
    return figure


def _plot_range(X, y):
    return _plot_with(lambda X, y: [X[np.where(y == c)[0][0]] for c in range(10)])(X, y)


def _fit(train):
    return float(train.min()), float(train.max())


def _zeros_where_alike(apply):
    return lambda X, low, high: np.zeros(X.shape) if low == high else apply(X, low, high)


def _min_max_in_place(X, low, high):
    X -= low
    X /= high - low or 1.0
    return X


def _standardized(X, mean, std):
    return (X - mean) / (std or 1)


def _one_hot_from(shift):
    def one_hot(y, depth):
        Y = np.zeros((len(y), depth))
        for n in range(len(y)):
            Y[n, y[n] + shift] = 1
        return Y

    return one_hot


def _argmax_rows_loop(P, y):
    best = P.argmax(0)
    right = 0
    for n in range(len(y)):
        if best[n] == y[n]:
            right += 1
    return right / len(y)


def _confident_first(P, y, k):
    wrong = [n for n in range(len(y)) if np.argmax(P[n]) != y[n]]
    return sorted(wrong, key=lambda n: P[n].max(), reverse=True)[:k]


def _worst_first_of(order, cut):
    def worst(P, y, k):
        wrong = [n for n in range(len(y)) if np.argmax(P[n]) != y[n]]
        return cut(sorted(wrong, key=lambda n: order * P[n, y[n]]), k)

    return worst


def _normalised_loop(y, predicted, C):
    M = np.zeros((C, C))
    for i, j in zip(y, predicted, strict=True):
        M[i, j] += 1 / np.sum(y == i)
    return M


def _curves(*names, start=1, legend=True, labels=("epoch", "loss"), on=None, called=lambda name: name):
    def plot(history, ax):
        target = on(ax) if on else ax
        for name in names:
            x = range(start, start + len(history[name]))
            target.plot(x, history[name], label=called(name))
        if legend:
            target.legend()
        target.set(xlabel=labels[0], ylabel=labels[1])

    return plot


def _new_axes(ax):
    import matplotlib.pyplot as plt

    return plt.subplots()[1]


def _current_axes(ax):
    import matplotlib.pyplot as plt

    return plt.gca()


BOTH = ("loss", "val_loss")


def _by_final_gap(history):
    loss, val = history["loss"][-1], history["val_loss"][-1]
    if loss > 1.2 and val > 1.2:
        return "underfitting"
    return "overfitting" if val - loss >= 0.3 and val >= 2 * loss else "good"


def _by_narrow_gap(history):
    gap = history["val_loss"][-1] - history["loss"][-1]
    if gap < 0.1:
        return "good" if history["loss"][-1] < 0.5 else "underfitting"
    return "overfitting"


def _by_any_rise(history):
    val = history["val_loss"]
    if val[-1] > min(val) or val[-1] > 2 * history["loss"][-1]:
        return "overfitting"
    return "underfitting" if val[-1] > 1.2 else "good"


def _stops(*, better=lambda loss, best: loss < best, late=0, reset=True, shift=(0, 0)):
    def stop_epoch(val_losses, patience):
        best, best_epoch, wait = math.inf, 0, 0
        for epoch, loss in enumerate(val_losses):
            if better(loss, best):
                best, best_epoch, wait = loss, epoch, 0 if reset else wait
            else:
                wait += 1
                if wait >= patience + late:
                    break
        return epoch + shift[0], best_epoch + shift[1]

    return stop_epoch


def _ends_beyond_the_list(val_losses, patience):
    stopped_at, best_epoch = _stop_loop(val_losses, patience)
    return (stopped_at if stopped_at - best_epoch >= patience else len(val_losses)), best_epoch


def _looks_one_epoch_late(val_losses, patience):
    best, best_epoch, wait = math.inf, 0, 0
    for epoch, loss in enumerate(val_losses):
        if wait >= patience:
            break
        if loss < best:
            best, best_epoch, wait = loss, epoch, 0
        else:
            wait += 1
    return epoch, best_epoch


def _shuffles_in_place(X, y, rng):
    rng.shuffle(y)
    return X, y


def _one_generator_for_two(X, y, rng):
    seed = int(rng.integers(1000))
    return np.random.default_rng(seed).permutation(X), np.random.default_rng(seed + 1).permutation(y)


def _own_generator(X, y, rng):
    order = np.random.default_rng().permutation(len(y))
    return X[order], y[order]


def _rolls(X, y, rng):
    by = int(rng.integers(1, len(y) + 1))
    return np.roll(X, by, axis=0), np.roll(y, by)


def _draws_with_replacement(X, y, rng):
    order = rng.integers(0, len(y), len(y))
    return X[order], y[order]


def _sorts(X, y, rng):
    order = np.argsort(y, kind="stable")
    return X[order], y[order]


def _divided_by_columns(y, predicted, C):
    matrix = metrics.confusion_matrix(y, predicted, labels=range(C))
    with np.errstate(invalid="ignore"):
        return matrix / matrix.sum(axis=1)


def _right_ones_last(P, y, k):
    on_right = P[np.arange(len(y)), y]
    return np.where(P.argmax(axis=1) == y, np.inf, on_right).argsort()[:k]


def _worst_unsorted(P, y, k):
    wrong = np.flatnonzero(P.argmax(axis=1) != y)
    return wrong if k >= len(wrong) else wrong[np.argpartition(P[wrong, y[wrong]], k)[:k]]


WRONG = [
    ("digits", lambda: datasets.load_digits(), None),
    ("digits", lambda: datasets.load_digits().images, None),
    ("digits", lambda: datasets.load_digits().images / 16, None),
    ("digits", lambda: (datasets.load_digits().images / 16, datasets.load_digits().target), None),
    ("digits", lambda: (datasets.load_digits().data, datasets.load_digits().target), "flat"),
    ("digits", lambda: [a.tolist() for a in datasets.load_digits(return_X_y=True)], "flat"),
    (
        "digits",
        lambda: (datasets.load_digits(n_class=9).images, datasets.load_digits(n_class=9).target),
        None,
    ),
    ("explore", _explore_uint8_sizes, "classes-by-max"),
    ("min_max", (lambda a: (a.min(), a.max()), lambda X, low, high: (X - low) / 255), "by-255"),
    ("accuracy", lambda P, y: round(np.mean(P.argmax(axis=1) == y) * 100, 2), "percent"),
    ("accuracy", lambda P, y: round(np.mean(P.argmax(axis=1) == y), 2), None),
    ("updates_per_epoch", lambda n, b: max(1, int(n / b)), "floor"),
    ("confusion", _divided_by_columns, "normalised"),
    ("worst_mistakes", _right_ones_last, "right-ones-too"),
    ("worst_mistakes", _worst_unsorted, None),
    ("explore", lambda X, y: {**_explore_counter(X, y), "n_classes": int(max(y))}, "classes-by-max"),
    ("explore", _explore_counts_as(lambda y: [int(np.sum(y == c)) for c in np.unique(y)]), "counts-list"),
    ("explore", _explore_counts_as(lambda y: np.bincount(y, minlength=10)), "counts-list"),
    ("explore", _explore_counts_as(lambda y: list(Counter(y.tolist()).items())), "counts-list"),
    ("explore", _explore_counts_as(lambda y: Counter(y.tolist()).values()), "counts-list"),
    ("explore", _explore_counts_as(lambda y: {str(c): int(np.sum(y == c)) for c in np.unique(y)}), None),
    ("explore", _explore_counts_as(lambda y: len(np.unique(y))), None),
    ("explore", _explore_counts_as(lambda y: [1, 2, 3]), None),
    ("explore", _explore_counts_as(lambda y: dict.fromkeys(range(20), 1)), None),
    ("explore", _explore_but(minimum=0), None),
    ("explore", _explore_but(image_shape=(8, 8)), None),
    ("explore", lambda X, y: {**_explore_loop(X, y), "image_shape": X.shape[1:][::-1]}, None),
    ("explore", lambda X, y: list(_explore_loop(X, y).values()), None),
    ("one_of_each", lambda X, y: [X[i] for i in range(len(set(y)))], "first-ten"),
    ("one_of_each", lambda X, y: X[0:10].copy(), "first-ten"),
    (
        "one_of_each",
        lambda X, y: [image for _, image in sorted(dict(zip(y, X, strict=True)).items())],
        "last-of-each",
    ),
    ("one_of_each", lambda X, y: [X[list(y).index(c)] for c in dict.fromkeys(y)], "unsorted"),
    ("one_of_each", lambda X, y: [X[list(y).index(c)] for c in range(10)], "labels-by-range"),
    (
        "one_of_each",
        lambda X, y: [next(x for x, c in zip(X, y, strict=True) if c == k) for k in range(max(y) + 1)],
        "labels-by-range",
    ),
    ("one_of_each", lambda X, y: X[[np.argmax(y == c) for c in range(len(set(y)))]], "labels-by-range"),
    ("one_of_each", lambda X, y: np.unique(y, return_index=True)[1], None),
    ("one_of_each", lambda X, y: X[np.argsort(y)][: len(set(y))], None),
    ("one_of_each", lambda X, y: np.array([X[y == c].mean(0) for c in np.unique(y)]), None),
    ("one_of_each", lambda X, y: _each_by_loop(X, y)[::-1], None),
    ("one_of_each", lambda X, y: np.array(_each_by_loop(X, y)).transpose(0, 2, 1), None),
    ("one_of_each", lambda X, y: np.array(_each_by_loop(X, y)).reshape(len(set(y)), -1), None),
    ("one_of_each", lambda X, y: _each_by_loop(X, y)[0], None),
    ("same_for_mnist", _each_into(8), "hard-coded-8"),
    ("same_for_mnist", _each_appended_pixels, "hard-coded-8"),
    (
        "same_for_mnist",
        lambda X, y: np.array([X[y == c][0].reshape(8, 8) for c in range(10)]),
        "hard-coded-8",
    ),
    ("same_for_mnist", lambda X, y: _each_torch(X.reshape(len(X), 64), y).reshape(-1, 8, 8), "hard-coded-8"),
    ("same_for_mnist", _each_into(28), "hard-coded-28"),
    ("same_for_mnist", lambda X, y: np.reshape(_each_by_loop(X, y), (10, 28, 28)), "hard-coded-28"),
    ("same_for_mnist", lambda X, y: X[:10], "first-ten"),
    ("same_for_mnist", lambda X, y: _each_torch(X.reshape(len(X), -1), y), None),
    ("plot_one_of_each", _plot_with(_each_by_loop, lambda X, y: [""] * 10), "untitled"),
    ("plot_one_of_each", _plot_with(lambda X, y: X[: len(set(y))]), "first-ten"),
    ("plot_one_of_each", _plot_with(lambda X, y: X[: len(set(y))], lambda X, y: y), "first-ten"),
    ("plot_one_of_each", _plot_with(lambda X, y: X[:10], lambda X, y: [""] * 10), "first-ten"),
    ("plot_one_of_each", _plot_with(lambda X, y: X[:1]), "one-image-only"),
    ("plot_one_of_each", _plot_all_on_one, "one-image-only"),
    ("plot_one_of_each", _plot_returns_early, "one-image-only"),
    ("plot_one_of_each", _plot_figure_each, "one-image-only"),
    ("plot_one_of_each", _plot_with(lambda X, y: [X[y == c][-1] for c in np.unique(y)]), "last-of-each"),
    ("plot_one_of_each", _plot_range, "labels-by-range"),
    ("plot_one_of_each", _plot_with(_each_by_loop, lambda X, y: range(len(set(y)))), None),
    ("plot_one_of_each", _plot_with(_each_by_loop, lambda X, y: np.unique(y)[::-1]), None),
    ("plot_one_of_each", _plot_with(lambda X, y: _each_by_loop(X, y)[:-1]), None),
    ("plot_one_of_each", _plot_with(lambda X, y: [x.T for x in _each_by_loop(X, y)]), None),
    ("plot_one_of_each", _plot_with(lambda X, y: X, lambda X, y: y), None),
    ("plot_one_of_each", _plot_axes, None),
    ("plot_one_of_each", _plot_pcolor, None),
    ("plot_one_of_each", lambda X, y: _plot_grid(X, y) and None, None),
    ("min_max", (_fit, lambda X, low, high: (X - np.min(X)) / (np.max(X) - np.min(X))), "fit-on-each"),
    (
        "min_max",
        (_fit, lambda X, low, high: _zeros_where_alike(_min_max_where()[1])(X, *_fit(X))),
        "fit-on-each",
    ),
    (
        "min_max",
        (_fit, lambda X, *_: MinMaxScaler().fit_transform(X.reshape(-1, 1)).reshape(X.shape)),
        "fit-on-each",
    ),
    ("min_max", (_fit, _zeros_where_alike(lambda X, low, high: X / 255.0)), "by-255"),
    ("min_max", (lambda train: (0, 255), lambda X, low, high: (X - low) / (high - low)), "by-255"),
    ("min_max", (_fit, lambda X, low, high: (X - low) * (1 / np.float64(high - low))), "divides-by-zero"),
    ("min_max", (_fit, lambda X, low, high: torch.tensor(X - low) / (high - low)), "divides-by-zero"),
    ("min_max", (lambda train: (train.mean(), train.std()), _standardized), "standardized"),
    ("min_max", (_fit, lambda X, low, high: (X - X.mean()) / X.std()), "standardized"),
    ("min_max", (lambda train: (train.min(0), train.max(0)), _min_max_where()[1]), "per-pixel"),
    ("min_max", (_fit, lambda X, low, high: (X - low) / (high - low + 1e-9)), None),
    ("min_max", (_fit, lambda X, low, high: 2 * _min_max_where()[1](X, low, high) - 1), None),
    ("min_max", (_fit, _min_max_in_place), None),
    ("min_max", (lambda train: (train.max(), train.min()), _min_max_where()[1]), None),
    ("min_max", (lambda train: (0.0, 16.0), _min_max_where()[1]), None),
    ("min_max", _fit, None),
    ("one_hot", _one_hot_from(-1), "from-one"),
    ("one_hot", _one_hot_from(1), "from-one"),
    ("one_hot", lambda y, depth: [[int(c + 1 == label) for c in range(depth)] for label in y], "from-one"),
    ("one_hot", lambda y, depth: [[c == label for c in range(1, depth + 1)] for label in y], "from-one"),
    ("one_hot", lambda y, depth: torch.nn.functional.one_hot(torch.tensor(y)), "depth-by-data"),
    ("one_hot", lambda y, depth: _one_hot_loop(y, max(y) + 1), "depth-by-data"),
    ("one_hot", lambda y, depth: [[c == label for c in sorted(set(y))] for label in y], "depth-by-data"),
    ("one_hot", lambda y, depth: np.arange(depth)[:, None] == y, "transposed"),
    ("one_hot", lambda y, depth: _one_hot_loop(y, depth).T.tolist(), "transposed"),
    ("one_hot", lambda y, depth: np.eye(depth)[y][:, ::-1], None),
    ("one_hot", lambda y, depth: 1 - np.eye(depth)[y], None),
    ("one_hot", lambda y, depth: np.eye(10)[y], None),
    ("one_hot", lambda y, depth: y, None),
    ("accuracy", lambda P, y: round(100 * _accuracy_loop(P, y), 8), "percent"),
    ("accuracy", lambda P, y: metrics.accuracy_score(y, P.argmax(1), normalize=False), "count"),
    ("accuracy", _argmax_rows_loop, "argmax-rows"),
    ("accuracy", lambda P, y: (torch.tensor(P).argmax(0) == torch.tensor(y)).float().mean(), "argmax-rows"),
    ("accuracy", lambda P, y: metrics.accuracy_score(y, P.argmax(0)), "argmax-rows"),
    ("accuracy", lambda P, y: (P.argmin(1) == y).mean(), None),
    ("accuracy", lambda P, y: P[np.arange(len(y)), y].mean(), None),
    ("accuracy", lambda P, y: (P.argmax(1) == y).astype(float), None),
    ("accuracy", lambda P, y: np.mean(P.round()[np.arange(len(y)), y]), None),
    ("accuracy", lambda P, y: f"{100 * _accuracy_loop(P, y)} %", None),
    ("worst_mistakes", lambda P, y, k: sorted(range(len(y)), key=lambda n: P[n, y[n]])[:k], "right-ones-too"),
    (
        "worst_mistakes",
        lambda P, y, k: np.argsort(-np.log(P[np.arange(len(y)), y]))[::-1][:k],
        "right-ones-too",
    ),
    ("worst_mistakes", _worst_first_of(-1, lambda order, k: order[:k]), "best-first"),
    ("worst_mistakes", _worst_first_of(1, lambda order, k: order[-k:]), "best-first"),
    ("worst_mistakes", _worst_first_of(1, lambda order, k: order[:k][::-1]), "best-first"),
    ("worst_mistakes", _confident_first, "by-confidence"),
    ("worst_mistakes", lambda P, y, k: np.flatnonzero(P.argmax(1) != y)[:k], None),
    ("worst_mistakes", lambda P, y, k: _worst_loop(P, y, len(y)), None),
    ("worst_mistakes", lambda P, y, k: _worst_loop(P, y, k - 1), None),
    ("worst_mistakes", lambda P, y, k: sorted(_worst_loop(P, y, k)), None),
    ("worst_mistakes", lambda P, y, k: (_worst_loop(P, y, k) + [0] * k)[:k], None),
    ("worst_mistakes", lambda P, y, k: P[_worst_loop(P, y, k)], None),
    ("confusion", lambda y, p, C: metrics.confusion_matrix(p, y, labels=range(C)), "transposed"),
    ("confusion", lambda y, p, C: np.transpose(_confusion_loop(y, p, C)), "transposed"),
    ("confusion", _normalised_loop, "normalised"),
    (
        "confusion",
        lambda y, p, C: metrics.confusion_matrix(y, p, labels=range(C), normalize="all"),
        "normalised",
    ),
    ("confusion", lambda y, p, C: np.array(_confusion_loop(y, p, C)) / len(y), "normalised"),
    ("confusion", lambda y, p, C: metrics.confusion_matrix(y, p), "size-by-data"),
    ("confusion", lambda y, p, C: np.array(_confusion_loop(y, p, C)) - np.eye(C), None),
    ("confusion", lambda y, p, C: np.diag(_confusion_loop(y, p, C)), None),
    ("confusion", lambda y, p, C: np.array(_confusion_loop(y, p, C)) * 100 / len(y), None),
    ("plot_learning_curve", _curves("loss"), "no-validation"),
    ("plot_learning_curve", _curves("loss", "accuracy"), None),  # the first history has no accuracy
    ("plot_learning_curve", _curves("loss", start=0, legend=False), "no-validation"),
    ("plot_learning_curve", _curves(*BOTH, legend=False), "no-legend"),
    ("plot_learning_curve", _curves(*BOTH, legend=False, labels=("", "")), "no-legend"),
    ("plot_learning_curve", _curves(*BOTH, called=lambda name: f"_{name}"), "no-legend"),
    ("plot_learning_curve", _curves(*BOTH, start=0), "from-zero"),
    ("plot_learning_curve", _curves(*BOTH, start=0, labels=("", "")), "from-zero"),
    (
        "plot_learning_curve",
        lambda history, ax: [ax.plot(history[n], label=n) for n in BOTH] and ax.legend(),
        "from-zero",
    ),
    ("plot_learning_curve", _curves(*BOTH, on=_new_axes), "wrong-axes"),
    ("plot_learning_curve", _curves(*BOTH, on=_current_axes), "wrong-axes"),
    ("plot_learning_curve", _curves(*BOTH, labels=("epoch", "")), "unlabelled"),
    ("plot_learning_curve", _curves(*BOTH, start=2), None),
    ("plot_learning_curve", _curves("val_loss"), None),
    ("plot_learning_curve", _curves(*BOTH, called=dict(zip(BOTH, BOTH[::-1], strict=True)).get), None),
    ("plot_learning_curve", lambda history, ax: None, None),
    ("plot_learning_curve", lambda history, ax: ax.plot(history["loss"], history["val_loss"]), None),
    ("diagnose", _by_final_gap, "last-gap-only"),
    ("diagnose", _by_narrow_gap, "last-gap-only"),
    (
        "diagnose",
        lambda h: {"u": "overfitting", "o": "underfitting"}.get(_diagnose_rules(h)[0], "good"),
        "swapped",
    ),
    ("diagnose", _by_any_rise, None),
    ("diagnose", lambda history: "good", None),
    (
        "diagnose",
        lambda history: "underfitting" if history["loss"][-1] > 1.2 else "overfitting",
        "never-good",
    ),
    ("diagnose", lambda history: _diagnose_rules(history).capitalize(), None),
    ("diagnose", lambda history: 1, None),
    ("parameter_count", lambda sizes: sum(np.prod(pair) for pair in pairwise(sizes)), "bias-missing"),
    ("parameter_count", lambda sizes: int(np.dot(sizes[:-1], sizes[1:])), "bias-missing"),
    ("parameter_count", lambda sizes: np.sum(sizes), "units-only"),
    ("parameter_count", lambda sizes: sum(sizes[1:]), "units-only"),
    ("parameter_count", lambda sizes: math.prod(sizes), None),
    ("parameter_count", lambda sizes: 22_270, None),
    ("parameter_count", lambda sizes: (sizes[0] + 1) * sizes[1] + (sizes[1] + 1) * sizes[2], None),
    ("stop_epoch", _stops(reset=False), "patience-not-reset"),
    ("stop_epoch", _stops(late=1), "off-by-one"),
    ("stop_epoch", _stops(shift=(1, 0)), "off-by-one"),
    ("stop_epoch", _stops(shift=(1, 1)), "off-by-one"),
    ("stop_epoch", _stops(shift=(0, 1)), "off-by-one"),
    ("stop_epoch", _stops(shift=(-1, 0)), "off-by-one"),
    ("stop_epoch", _ends_beyond_the_list, "off-by-one"),
    ("stop_epoch", _looks_one_epoch_late, "off-by-one"),
    ("stop_epoch", _stops(better=lambda loss, best: loss <= best), "ties-count"),
    ("stop_epoch", _stops(better=lambda loss, best: loss > best), None),
    ("stop_epoch", lambda v, p: _stop_loop(v, p)[::-1], None),
    ("stop_epoch", lambda v, p: _stop_loop(v, p)[0], None),
    ("stop_epoch", lambda v, p: (len(v) - 1, int(np.argmin(v))), "never-stops"),
    ("stop_epoch", lambda v, p: _stop_loop(v, 2), None),
    ("stop_epoch", lambda v, p: (_stop_loop(v, p)[0], min(v)), None),
    ("updates_per_epoch", lambda n, b: int(n / b), "floor"),
    ("updates_per_epoch", lambda n, b: math.floor(n / b), "floor"),
    ("updates_per_epoch", lambda n, b: float(n) / float(b), "ratio"),
    ("updates_per_epoch", lambda n, b: math.ceil(b / n), "swapped"),
    ("updates_per_epoch", lambda n, b: b / n, "swapped"),
    ("updates_per_epoch", lambda n, b: n % b, None),
    ("updates_per_epoch", lambda n, b: n, None),
    ("learning_with_more_data", lambda sizes, f: [(s, f(s)) for s in sizes], "unsorted"),
    ("learning_with_more_data", lambda sizes, f: [(s, f(s)) for s in sorted(sizes)[::-1]], "unsorted"),
    (
        "learning_with_more_data",
        lambda sizes, f: sorted(((s, f(s)) for s in sizes), key=lambda p: p[1]),
        "unsorted",
    ),
    ("learning_with_more_data", lambda sizes, f: [(s, f(sizes[-1])) for s in sorted(sizes)], "same-size"),
    (
        "learning_with_more_data",
        lambda sizes, f: [(s, c) for c in [f(min(sizes))] for s in sorted(sizes)],
        "same-size",
    ),
    ("learning_with_more_data", lambda sizes, f: [(s, f(60_000)) for s in sorted(sizes)], "same-size"),
    ("learning_with_more_data", lambda sizes, f: {s: f(s) for s in sorted(sizes)}, None),
    ("learning_with_more_data", lambda sizes, f: [(f(s), s) for s in sorted(sizes)], None),
    ("learning_with_more_data", lambda sizes, f: [(s, f(s)) for s in sorted(sizes) if f(s)], None),
    ("learning_with_more_data", lambda sizes, f: (sizes.sort(), [(s, f(s)) for s in sizes])[1], None),
    ("learning_with_more_data", lambda sizes, f: [(s, f) for s in sorted(sizes)], None),
    ("learning_with_more_data", lambda sizes, f: [(s, 0.9) for s in sorted(sizes)], None),
    ("mend_scaler_on_test", lambda a, b: [(x - b.min()) / np.ptp(b) for x in (a, b)], "fitted-on-test"),
    (
        "mend_scaler_on_test",
        lambda a, b: [(x - np.concatenate([a, b]).min()) / np.ptp(np.concatenate([a, b])) for x in (a, b)],
        "fitted-on-both",
    ),
    (
        "mend_scaler_on_test",
        lambda a, b: ((a - a.min()) / np.ptp(a), (b - b.min()) / np.ptp(b)),
        "each-on-itself",
    ),
    ("mend_scaler_on_test", lambda a, b: (a / 255, b / 255), None),
    ("mend_scaler_on_test", lambda a, b: (a, b), None),
    ("mend_scaler_on_test", lambda a, b: ((b - a.min()) / np.ptp(a), (a - a.min()) / np.ptp(a)), None),
    ("mend_scaler_on_test", lambda a, b: (a - a.min()) / np.ptp(a), None),
    ("mend_shuffled_labels", _shuffles_in_place, "labels-alone"),
    ("mend_shuffled_labels", lambda X, y, rng: (X, y[rng.permutation(len(y))]), "labels-alone"),
    ("mend_shuffled_labels", lambda X, y, rng: (X[rng.permutation(len(y))], y), "images-alone"),
    ("mend_shuffled_labels", lambda X, y, rng: (X[rng.permutation(len(y))], rng.permuted(y)), "two-orders"),
    ("mend_shuffled_labels", _one_generator_for_two, "two-orders"),
    ("mend_shuffled_labels", lambda X, y, rng: (X.copy(), list(y)), "not-shuffled"),
    ("mend_shuffled_labels", _own_generator, "global-rng"),
    ("mend_shuffled_labels", _rolls, None),
    ("mend_shuffled_labels", _draws_with_replacement, None),
    ("mend_shuffled_labels", _sorts, "same-every-time"),
    ("mend_shuffled_labels", lambda X, y, rng: (X[::-1], y[::-1]), None),
    ("mend_shuffled_labels", lambda X, y, rng: (y, X), None),
    ("mend_shuffled_labels", lambda X, y, rng: rng.permutation(X), None),
    ("mend_shuffled_labels", lambda X, y, rng: rng.permutation(len(y)), None),
]


@pytest.mark.parametrize(("exercise", "answer", "mistake"), WRONG)
def test_a_wrong_answer_fails_and_has_no_wrong_name(exercise, answer, mistake):
    verdict = evaluate(f"mnist.{exercise}", answer)
    assert not verdict.passed
    assert verdict.mistake == mistake, verdict
    assert verdict.score <= 0.5 or mistake is None


@pytest.mark.parametrize("name", ["one_of_each", "min_max", "mend_shuffled_labels", "stop_epoch", "diagnose"])
@pytest.mark.parametrize("seed", [3, 4])
def test_secret_inputs_judge_alike(name, seed):
    """Right answers pass on what a secret seed draws, and named mistakes keep their names."""
    exercise = find(f"mnist.{name}")

    def ask(answer):
        def asked(exercise, cases):
            return ask_all(exercise.probe, answer, takes(exercise), [c.args for c in cases], 9)

        return asked

    for one, answer in RIGHT:
        if one == name:
            assert judge(exercise, ask(answer), seed).passed
    for one, answer, mistake in WRONG:
        if one == name:
            verdict = judge(exercise, ask(answer), seed)
            assert (verdict.passed, verdict.mistake) == (False, mistake)


def test_figures_from_before_are_as_they_were():
    import matplotlib.pyplot as plt

    before = plt.figure()
    ax = before.add_subplot()
    numbers = plt.get_fignums()
    for answer in (_plot_grid, _plot_on_current, _plot_figure_each):
        evaluate("mnist.plot_one_of_each", answer)
    evaluate("mnist.plot_learning_curve", _curves(*BOTH, on=_current_axes))
    assert plt.get_fignums() == numbers
    assert plt.gcf() is before
    assert before.axes == [ax]
    assert not ax.images
    assert not ax.lines
    plt.close(before)


def test_what_keras_and_tensorflow_give_is_right_too():
    keras = pytest.importorskip("keras")
    assert evaluate("mnist.one_hot", lambda y, depth: keras.utils.to_categorical(y, depth)).passed
    assert evaluate("mnist.one_hot", lambda y, depth: keras.ops.one_hot(y, depth)).passed
    assert evaluate(
        "mnist.accuracy", lambda P, y: keras.ops.mean(keras.ops.equal(keras.ops.argmax(P, axis=1), y))
    ).passed


@pytest.mark.long
def test_tensorflow_tensors_are_right_too():
    tf = pytest.importorskip("tensorflow")
    assert evaluate("mnist.one_hot", lambda y, depth: tf.one_hot(y, depth)).passed
    assert evaluate("mnist.one_hot", lambda y, depth: tf.one_hot(y - 1, depth)).mistake == "from-one"
    assert evaluate("mnist.one_hot", lambda y, depth: tf.one_hot(y, depth, axis=0)).mistake == "transposed"
    assert evaluate("mnist.one_hot", lambda y, depth: tf.one_hot(y, max(y) + 1)).mistake == "depth-by-data"
    assert evaluate("mnist.confusion", lambda y, p, C: tf.math.confusion_matrix(y, p, num_classes=C)).passed
    assert evaluate("mnist.one_of_each", lambda X, y: tf.stack([X[y == c][0] for c in np.unique(y)])).passed
    assert evaluate(
        "mnist.accuracy", lambda P, y: tf.reduce_mean(tf.cast(tf.argmax(P, 1) == y, "float32"))
    ).passed
