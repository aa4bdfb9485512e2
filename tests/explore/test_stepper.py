"""The stepper: every number that it shows is the reference's, and comes when its step does."""

import math
import re
import unicodedata

import numpy as np
import pytest

from coursekit import explore
from coursekit.explore.drawing import short
from coursekit.explore.graphs import GRAPHS, LOSSES, RATE, Graph, network, neuron
from coursekit.explore.stepper import exact
from coursekit.reference import two_layer
from coursekit.reference.gradient_check import numerical_gradient
from coursekit.reference.logistic import logistic_gradients
from coursekit.reference.losses import binary_cross_entropy, squared_error

# of the weights after one update; source: Mazur, A Step by Step Backpropagation Example
PUBLISHED = {
    "w₁": "0.149780716",
    "w₂": "0.19956143",
    "w₃": "0.24975114",
    "w₄": "0.29950229",
    "w₅": "0.35891648",
    "w₆": "0.408666186",
    "w₇": "0.511301270",
    "w₈": "0.561370121",
}


@pytest.fixture
def make():
    made = []
    yield lambda **options: made.append(explore("stepper", **options)) or made[-1]
    for explorer in made:
        explorer.close()


def at_the_end(explorer):
    """All its values and gradients are shown; the update has not come yet."""
    explorer.controls["step"].value = explorer.controls["step"].max - 1
    return explorer.painted


def number(text):
    return float(text.get_text().split()[-1].replace("−", "-"))


def expected_of_network(loss):
    """Values and gradients of the network 2-2-2 by the node's names, from `reference.two_layer`."""
    X, T, params = two_layer.two_two_two()
    H, Y = two_layer.forward(X, **params)
    dY = Y - T if loss == "squared" else (Y - T) / (Y * (1 - Y))
    dZ2 = dY * Y * (1 - Y)
    grads = two_layer.backward_from(X, H, params["W2"], dZ2)
    if loss == "squared":
        assert all(np.allclose(grads[k], g) for k, g in two_layer.backward(X, H, Y, T, params["W2"]).items())
    arrays = {
        "h₁ h₂": (H, dZ2 @ params["W2"].T),
        "y₁ y₂": (Y, dY),
        "z₁ z₂": (X @ params["W1"] + params["b1"], grads["db1"]),
        "z₃ z₄": (H @ params["W2"] + params["b2"], grads["db2"]),
        "w₁ w₂ w₃ w₄": (params["W1"].T, grads["dW1"].T),
        "w₅ w₆ w₇ w₈": (params["W2"].T, grads["dW2"].T),
        "b₁ b₂": (params["b1"], grads["db1"]),
        "b₃ b₄": (params["b2"], grads["db2"]),
    }
    J = squared_error(Y, T) if loss == "squared" else 2 * binary_cross_entropy(Y, T)
    found = {"J": (J, 1.0)}
    for names, (values, slopes) in arrays.items():
        found |= dict(zip(names.split(), zip(np.ravel(values), np.ravel(slopes), strict=True), strict=True))
    return found


@pytest.mark.parametrize("loss", LOSSES.values())
def test_every_node_of_the_network_shows_the_references_value_and_gradient(make, loss):
    painted = at_the_end(make(network="2-2-2", loss=loss))
    for name, (value, slope) in expected_of_network(loss).items():
        assert number(painted.values[name]) == pytest.approx(value, rel=5e-4), name
        assert number(painted.gradients[name]) == pytest.approx(slope, rel=5e-4), name
    assert {n: number(painted.values[n]) for n in ("x₁", "x₂")} == {"x₁": 0.05, "x₂": 0.1}


@pytest.mark.parametrize("loss", LOSSES.values())
def test_words_of_the_steps_end_with_the_references_numbers(make, loss):
    explorer, expected = make(network="2-2-2", loss=loss), expected_of_network(loss)
    for step, one in enumerate(explorer.graph.steps[:-1], start=1):
        explorer.controls["step"].value = step
        for name in one.names:
            value = expected[name][0] if one.kind == "forward" else expected[name][1]
            start = name if one.kind == "forward" else f"∂J/∂{name}"
            sentence = explorer.words[explorer.words.index(f"{start} = ") :]
            said = sentence.split(". ")[0].removesuffix(".")
            if name != "J" or one.kind == "forward":
                assert said.endswith(f"= {exact(value)}"), said
            else:
                assert said.startswith("∂J/∂J = 1")


def test_one_neuron_shows_logistic_regression(make):
    painted = at_the_end(make(loss="entropy"))
    dw, db = logistic_gradients(np.array([[1.0, -2.0]]), np.array([1.0]), np.array([0.5, 1.0]), 0.5)
    shown = [number(painted.gradients[name]) for name in ("w₁", "w₂", "b")]
    np.testing.assert_allclose(shown, [*dw, db], rtol=5e-4)


@pytest.mark.parametrize("build", GRAPHS.values(), ids=GRAPHS)
@pytest.mark.parametrize("loss", LOSSES.values())
def test_gradients_are_what_a_nudge_measures(build, loss):
    graph = build(loss)
    names = [w for _, w, _ in graph.weights]

    def J(theta):
        return build(loss, dict(zip(names, theta, strict=True)))["J"].value.data

    theta = np.array([graph[name].value.data for name in names])
    measured = numerical_gradient(J, theta)
    np.testing.assert_allclose([graph[name].value.grad for name in names], measured, rtol=1e-5)


@pytest.mark.parametrize("build", GRAPHS.values(), ids=GRAPHS)
@pytest.mark.parametrize("loss", LOSSES.values())
def test_slopes_along_the_ways_on_multiply_and_add_up(build, loss):
    graph = build(loss)
    for name, node in graph.nodes.items():
        if name != "J":
            total = sum(user.value.grad * user.slopes[name][1] for user in graph.users(name))
            assert total == pytest.approx(node.value.grad, rel=1e-12), name


SPELT = [  # how formulas are written, and how Python writes them
    (r"½ ", "0.5 * "),
    (r"²", "**2"),
    (r"−", "-"),
    (r"log (\w+)", r"log(\1)"),
    (r"(w.)([xh].)", r"\1 * \2"),
    (r"(?<=[\w)]) (?=\(|log)", " * "),
]


def computed(letters, graph):
    """What a formula's letters come to with the graph's numbers: a wrong sign is another number."""
    scope = {"log": math.log, "σ": lambda z: 1 / (1 + math.exp(-z))}
    for one in graph.nodes.values():
        scope[unicodedata.normalize("NFKC", one.name)] = one.value.data
        if one.target is not None:
            scope[unicodedata.normalize("NFKC", one.name.replace("y", "t"))] = one.target
    for written, code in SPELT:
        letters = re.sub(written, code, letters)
    return eval(unicodedata.normalize("NFKC", letters), scope)


@pytest.mark.parametrize("build", GRAPHS.values(), ids=GRAPHS)
@pytest.mark.parametrize("loss", LOSSES.values())
def test_letters_are_the_numbers(build, loss):
    """`w₁x₁ + w₂x₂ + b₁` is the value of z₁, `h₁ (1 − h₁)` the slope of h₁ by z₁."""
    graph = build(loss)
    for node in graph.nodes.values():
        if node.formula:
            assert computed(node.formula, graph) == pytest.approx(node.value.data, rel=1e-12), node.formula
        for letters, slope in node.slopes.values():
            assert computed(letters, graph) == pytest.approx(slope, rel=1e-12), letters


def test_published_digits_are_in_the_words(make):
    explorer = make(network="2-2-2")
    explorer.controls["step"].value = 9
    assert "= 0.298371109." in explorer.words
    explorer.controls["step"].value = explorer.controls["step"].max
    for name, digits in PUBLISHED.items():
        said = explorer.words.split(f"{name} ")[1].split(",")[0]
        decimals = len(digits) - 2
        assert round(float(said), decimals) == float(digits), name


def test_the_update_is_the_references(make):
    X, T, params = two_layer.two_two_two()
    H, Y = two_layer.forward(X, **params)
    new = two_layer.update(params, two_layer.backward(X, H, Y, T, params["W2"]), RATE)
    explorer = make(network="2-2-2")
    explorer.controls["step"].value = explorer.controls["step"].max
    shown = [number(explorer.painted.gradients[f"w{digit}"]) for digit in "₁₂₃₄₅₆₇₈"]
    np.testing.assert_allclose(shown, np.concatenate([new["W1"].T.ravel(), new["W2"].T.ravel()]), atol=5e-7)
    after = squared_error(two_layer.forward(X, **new)[1], T)
    assert f"J falls from 0.298371109 to {exact(after)}." in explorer.words


def test_numbers_come_one_step_at_a_time(make):
    explorer = make(network="2-2-2")
    painted = explorer.painted

    def shown(texts):
        return {name for name, text in texts.items() if text.get_text()}

    given = shown(painted.values)
    assert not {"z₁", "h₁", "y₂", "J"} & given
    values, gradients = given, set()
    for one in explorer.graph.steps[:-1]:
        explorer.controls["next"].click()
        if one.kind == "forward":
            values |= set(one.names)
        else:
            gradients |= set(one.names)
        assert (shown(painted.values), shown(painted.gradients)) == (values, gradients)
    assert shown(painted.values) == set(painted.values)
    assert set(painted.gradients) - gradients == {"x₁", "x₂"}  # data: nothing is learned there


def test_each_step_has_what_it_needs():
    for build in GRAPHS.values():
        graph, known, back = build(), {"J"}, set()
        for one in graph.steps:
            for name in one.names:
                if one.kind == "forward":
                    assert all(not graph[part].formula or part in known for part in graph[name].slopes)
                    known.add(name)
                elif one.kind == "backward":
                    assert {user.name for user in graph.users(name)} <= back, name
                    back.add(name)


def test_buttons_move_and_stop_at_the_ends(make):
    explorer = make()
    step, last = explorer.controls["step"], explorer.controls["step"].max
    explorer.controls["back"].click()
    assert step.value == 0
    for _ in range(last + 2):
        explorer.controls["next"].click()
    assert step.value == last
    explorer.controls["back"].click()
    assert step.value == last - 1
    explorer.controls["reset"].click()
    assert step.value == 0
    assert explorer.words.startswith("Before the first step.")


def test_going_back_takes_the_numbers_away_again(make):
    explorer = make(network="2-2-2")
    said = []
    for step in (0, 5, 12, 23, 12, 5, 0):
        explorer.controls["step"].value = step
        texts = [*explorer.painted.values.values(), *explorer.painted.gradients.values()]
        said.append((explorer.words, [(text.get_text(), text.get_color()) for text in texts]))
    assert said == said[::-1]


def test_the_other_loss_keeps_the_step_and_changes_what_comes_back(make):
    explorer = make(step=6)
    assert "∂J/∂a = ∂J/∂y · y (1 − y) = (−0.7311) · 0.1966 = −0.14373484." in explorer.words
    explorer.controls["loss"].value = "entropy"
    assert explorer.controls["step"].value == 6
    assert "= −0.731058579. y (1 − y) has cancelled; what is left is y − t." in explorer.words


def test_what_two_ways_bring_is_added_in_words(make):
    explorer = make(network="2-2-2", step=17)
    assert explorer.words.startswith("Backward, step 8 of 13. ∂J/∂h₁ = ∂J/∂z₃ · w₅ + ∂J/∂z₄ · w₇ =")
    assert explorer.words.endswith("Two ways lead on, so their products are added.")


def test_the_last_step_is_marked_and_nothing_else(make):
    explorer = make(network="2-2-2", step=17)
    painted = explorer.painted
    thick = {key for key, line in painted.lines.items() if line.get_linewidth() > 2}
    assert thick == {("h₁", "z₃"), ("h₁", "z₄")}
    assert {name for name, box in painted.boxes.items() if box.get_linewidth() > 2} == {"h₁"}
    explorer.controls["step"].value = 1
    thick = {key for key, line in painted.lines.items() if line.get_linewidth() > 2}
    assert thick == {("x₁", "z₁"), ("x₂", "z₁")}


def test_factors_are_the_slopes_of_the_sigmoids(make):
    painted = at_the_end(make(network="2-2-2"))
    assert set(painted.factors) == {"z₁", "z₂", "z₃", "z₄"}
    for part, text in painted.factors.items():
        activation = painted_value(network(), part)
        assert text.get_text().endswith(f"= {short(activation * (1 - activation))}")


def painted_value(graph: Graph, part: str) -> float:
    return graph.users(part)[0].value.data


def test_stepping_adds_no_artists(rendered, make):
    explorer = make(network="2-2-2")
    count = len(explorer.figure.findobj())
    for step in (3, 14, 23):
        explorer.controls["step"].value = step
    assert len(explorer.figure.findobj()) == count


def test_an_unknown_loss_is_refused():
    with pytest.raises(ValueError, match="squared, entropy"):
        neuron("hinge")
