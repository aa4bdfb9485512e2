"""The activation explorer: every function is set, and what the figure shows is read."""

import numpy as np
import pytest
from scipy.stats import norm

from coursekit import explore
from coursekit.explore.activation_picture import BINS, Z, spikes
from coursekit.explore.functions import FUNCTIONS
from coursekit.explore.passing import FLAT, NORMAL, percent, written
from coursekit.reference.activations import ELEMENTWISE, sigmoid

RANGES = {  # the least and the greatest that the words on the range mean; None: none
    "step": (0, 1),
    "linear": (None, None),
    "sigmoid": (0, 1),
    "tanh": (-1, 1),
    "relu": (0, None),
    "leaky_relu": (None, None),
    "elu": (-1, None),
    "selu": (-1.758, None),
    "gelu": (-0.17, None),
    "swish": (-0.278, None),
    "mish": (-0.309, None),
    "glu": (None, None),
    "maxout": (0.889, None),
    "softmax": (0, 1),
}


@pytest.fixture(scope="module")
def made():
    made = explore("activation")
    yield made
    made.close()


@pytest.fixture
def explorer(made):
    shown(made, function="sigmoid", mean=0.0, deviation=1.0)
    return made


def shown(explorer, **values):
    for name, value in values.items():
        explorer.controls[name].value = value
    return explorer.curves


def curve(one):
    """z and the values of a curve, without the gaps at jumps."""
    z, y = one.line.get_data()
    return z[~np.isnan(y)], y[~np.isnan(y)]


@pytest.mark.parametrize("function", ELEMENTWISE)
def test_curves_are_those_of_the_reference(explorer, function):
    picture = shown(explorer, function=function)
    if function in ("leaky_relu", "elu", "swish"):
        explorer.controls["parameter"].value = {"leaky_relu": 0.01}.get(function, 1)
    for one, reference in zip((picture.f, picture.slope), ELEMENTWISE[function], strict=True):
        z, y = curve(one)
        assert len(z) >= len(Z) - 1
        np.testing.assert_allclose(y, reference(z))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_slope_is_that_of_the_curve(explorer, function):
    shown(explorer, function=function)
    z, p, h = np.linspace(-5.87, 5.93, 60), explorer.controls["parameter"].value, 1e-5  # at no kink
    f, slope = explorer.shape.f, explorer.shape.slope
    np.testing.assert_allclose(slope(z, p), (f(z + h, p) - f(z - h, p)) / (2 * h), atol=1e-8)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_stays_in_the_range_it_is_said_to_have_and_fills_it(explorer, function):
    shown(explorer, function=function)
    y = explorer.shape.f(np.linspace(-60, 60, 24001), explorer.controls["parameter"].value)
    for end, said in zip((y.min(), y.max()), RANGES[function], strict=True):
        assert abs(end) > 2 if said is None else end == pytest.approx(said, abs=6e-4)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_heaps_show_where_the_inputs_go(explorer, function):
    picture = shown(explorer, function=function, mean=0.5, deviation=2.0)
    z = 0.5 + 2 * NORMAL
    p = explorer.controls["parameter"].value
    for heap, values in (
        (picture.inputs, z),
        (picture.outputs, explorer.shape.f(z, p)),
        (picture.slopes, explorer.shape.slope(z, p)),
    ):
        low, high = heap.ax.get_ylim() if heap.sideways else heap.ax.get_xlim()
        np.testing.assert_allclose(heap.shares, np.histogram(values, BINS, (low, high))[0] / len(z))


def test_heaps_lie_beside_their_curves(explorer):
    for function in ("sigmoid", "relu"):
        picture = shown(explorer, function=function)
        assert picture.outputs.ax.get_ylim() == picture.f.ax.get_ylim()
        assert picture.slopes.ax.get_ylim() == picture.slope.ax.get_ylim()
        assert picture.inputs.ax.get_xlim() == picture.f.ax.get_xlim()


@pytest.mark.parametrize("deviation", [1.0, 2.5])
def test_the_share_where_the_sigmoid_is_flat_is_the_tail_of_a_normal(explorer, deviation):
    shown(explorer, function="sigmoid", deviation=deviation)
    # s (1 - s) = FLAT at s = (1 - sqrt(1 - 4 FLAT)) / 2
    s = (1 - np.sqrt(1 - 4 * FLAT)) / 2
    tails = 2 * norm.cdf(np.log(s / (1 - s)) / deviation)
    assert explorer.passing.flat == pytest.approx(tails, abs=1e-3)
    assert f"{percent(explorer.passing.flat)} of the inputs lie where it is nearly flat" in explorer.words


def test_tint_is_where_the_slope_is_small(explorer):
    picture = shown(explorer, function="relu")
    np.testing.assert_array_equal(np.asarray(picture.f.flat.get_array())[0] == 1, Z <= 0)


def test_relu_makes_half_of_its_inputs_exactly_0_and_says_so(explorer):
    picture = shown(explorer, function="relu")
    assert "50 % of the outputs are exactly 0" in explorer.words
    assert [one.get_text() for one in picture.outputs.spikes] == ["50 %", "", "", ""]
    explorer.controls["mean"].value = -3.0
    assert "100 % of the inputs lie where it is nearly flat" not in explorer.words
    explorer.controls["deviation"].value = 0.5
    assert "100 % of the outputs are exactly 0" in explorer.words
    assert "nothing is left" in explorer.words


def test_what_is_left_of_a_gradient_is_one_factor_again_and_again(explorer):
    for function in ("sigmoid", "gelu", "maxout"):
        picture = shown(explorer, function=function)
        factor = np.mean(np.abs(explorer.shape.slope(NORMAL, explorer.controls["parameter"].value)))
        np.testing.assert_allclose(picture.left.get_ydata(), factor ** np.arange(11))
        assert f"multiplied by {factor:.2f} on average" in explorer.words


def test_a_sigmoid_lets_at_most_a_quarter_through(explorer):
    shown(explorer, function="sigmoid", deviation=0.1)
    assert 0.249 < explorer.passing.factor < 0.25
    assert written(0.25**10) == "9.5 · 10⁻⁷"


def test_softmax_of_two_classes_is_a_sigmoid(explorer):
    shown(explorer, function="softmax", parameter=2)
    z, y = curve(explorer.curves.f)
    np.testing.assert_allclose(y, sigmoid(z))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_slider_is_there_for_a_parameter_and_only_then(explorer, function):
    shown(explorer, function=function)
    one, wanted = explorer.controls["parameter"], FUNCTIONS[function].parameter
    assert (one.layout.display == "none") is (wanted is None)
    if wanted is None:
        return
    assert (one.description, one.min, one.max, one.value) == (
        wanted.label,
        wanted.low,
        wanted.high,
        wanted.value,
    )
    before = curve(explorer.curves.f)[1]
    one.value = wanted.high
    after = curve(explorer.curves.f)[1]
    assert len(before) != len(after) or not np.allclose(before, after)


def test_a_change_of_function_is_drawn_once(explorer, monkeypatch):
    drawn = []
    draw = type(explorer).draw
    monkeypatch.setattr(type(explorer), "draw", lambda self: drawn.append(1) or draw(self))
    shown(explorer, function="elu")
    assert drawn == [1]


@pytest.mark.parametrize("function", ["step", "softmax"])
def test_extreme_inputs_are_drawn_without_a_warning(rendered, explorer, function):
    shown(explorer, function=function, mean=3.0, deviation=4.0)


def test_spikes_are_the_values_that_many_have():
    places, shares = spikes(np.array([0.0] * 30 + [1.0] * 50 + list(np.linspace(2, 3, 20))))
    assert (places.tolist(), shares.tolist()) == ([1.0, 0.0], [0.5, 0.3])


@pytest.mark.parametrize(
    ("value", "text"), [(0, "nothing"), (1, "1"), (0.0063, "0.0063"), (1.4e-7, "1.4 · 10⁻⁷"), (57.7, "58")]
)
def test_what_is_left_is_written_as_a_person_writes_it(value, text):
    assert written(value) == text
