"""The learning-rate explorer: values are set, and what the figure shows is read."""

import numpy as np
import pytest

from coursekit import explore
from coursekit.explore.fan import RATES
from coursekit.explore.paths import end, first_outside, path
from coursekit.explore.surfaces import SURFACES
from coursekit.reference import gradient_descent as reference


@pytest.fixture
def explorer():
    made = explore("learning_rate")
    yield made
    made.close()


def shown(explorer, **values):
    for name, value in values.items():
        explorer.controls[name].value = value
    return explorer.fan_picture


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("rate", [0.0, 0.1, 0.3, 0.8])
def test_path_is_the_one_of_the_reference(explorer, surface, rate):
    picture = shown(explorer, surface=surface, rate=rate)
    one = SURFACES[surface]
    with np.errstate(over="ignore", invalid="ignore"):
        expected = reference.descend(one.slope, one.start, rate, 20)
    k, x = picture.paths[picture.by_step].get_data()
    across, up = picture.paths[picture.curve].get_data()
    seen = np.flatnonzero(~np.isnan(x[:-1]))
    inside = np.flatnonzero((expected >= one.low) & (expected <= one.high))
    assert set(inside) <= set(seen)
    np.testing.assert_array_equal(k[:-1], np.arange(21))
    np.testing.assert_allclose(x[seen], expected[seen])
    np.testing.assert_allclose(across[seen], expected[seen])
    np.testing.assert_allclose(up[seen], one.f(expected[seen]))


@pytest.mark.parametrize("surface", SURFACES)
def test_fan_at_the_present_rate_is_the_path(explorer, surface):
    picture = shown(explorer, surface=surface, rate=0.25)
    column = int(np.argmin(np.abs(RATES - 0.25)))
    one = SURFACES[surface]
    expected = reference.descend(one.slope, one.start, 0.25, 20)
    for k in range(21):
        drawn = picture.fan_lines[k].get_ydata()[column]
        assert np.isclose(drawn, expected[k]) or abs(expected[k]) > 50 * (one.high - one.low)
    assert list(picture.present.get_xdata()) == [0.25, 0.25]


def test_fan_on_the_parabola_is_the_power_of_the_factor(explorer):
    picture = shown(explorer, start=6.0)
    for k in (0, 1, 5):
        np.testing.assert_allclose(picture.fan_lines[k].get_ydata(), 6.0 * (1 - 2 * RATES) ** k, atol=1e-12)


def test_steps_slider_sets_how_many_lines_the_fan_has(explorer):
    picture = shown(explorer, steps=3)
    assert [len(line.get_xdata()) > 0 for line in picture.fan_lines] == [True] * 4 + [False] * 27
    assert len(picture.paths[picture.by_step].get_xdata()) == 5  # x_0 ... x_3 and a gap


@pytest.mark.parametrize(
    ("rate", "headline"),
    [(0, "Still"), (0.1, "Steady"), (0.5, "One step"), (0.8, "Zigzag"), (1.0, "Cycle"), (1.1, "Diverges")],
)
def test_regime_is_named_and_the_dial_shows_its_factor(explorer, rate, headline):
    picture = shown(explorer, rate=rate)
    assert explorer.words.startswith(f"{headline}. ")
    assert reference.regime(rate).replace("-", " ").capitalize() == headline
    assert picture.dial.factor == pytest.approx(1 - 2 * rate)


def test_the_factor_is_told_in_words_and_on_the_dial(explorer):
    picture = shown(explorer, rate=0.8)
    assert "Each step multiplies x by −0.60: it zigzags, shrinking." in explorer.words
    assert picture.dial.text == "× −0.60 factor of one step\n1 − 2η"


def test_regimes_are_tinted_on_the_parabola_alone(explorer):
    picture = shown(explorer, surface="waves")
    assert not any(artist.get_visible() for artist in picture.bands)
    shown(explorer, surface="parabola")
    assert all(artist.get_visible() for artist in picture.bands)


def test_dial_on_other_curves_shows_the_factor_near_where_it_ends(explorer):
    picture = shown(explorer, surface="waves", start=7.0, rate=0.3)
    place = SURFACES["waves"].minima[1]
    h, slope = 1e-5, SURFACES["waves"].slope
    curvature = (slope(place + h) - slope(place - h)) / (2 * h)
    assert picture.dial.factor == pytest.approx(1 - 0.3 * curvature, abs=1e-6)
    assert "near x = 4.49" in picture.dial.text


def test_a_start_decides_which_minimum_is_found(explorer):
    shown(explorer, surface="waves", rate=0.2, start=0.5)
    assert explorer.words.startswith("The minimum. After 20 steps x = −1.496")
    shown(explorer, start=7.0)
    assert explorer.words.startswith("A local minimum. After 20 steps x = 4.486")


def test_a_flat_place_is_told_from_a_minimum(explorer):
    shown(explorer, surface="inflection", rate=0.3, start=2.0)
    assert explorer.words.startswith("Flat, and no minimum.")
    shown(explorer, start=-1.0)
    assert explorer.words.startswith("The minimum. After 20 steps x = −3")


def test_same_rate_is_fine_on_one_side_of_the_wall_and_diverges_on_the_other(explorer):
    shown(explorer, surface="wall", rate=0.7, start=-1.0)
    assert explorer.words.startswith("The minimum.")
    picture = shown(explorer, start=2.5)
    assert explorer.words.startswith("Off the scale.")
    assert picture.note.get_text() == "off the scale from step 1"


def test_what_was_thrown_off_the_scale_and_came_back_is_told(explorer):
    picture = shown(explorer, surface="wall", rate=0.3, start=2.5)
    assert "At step 1 it was thrown off the scale; it came back." in explorer.words
    assert picture.note.get_text() == "off the scale at step 1"


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("rate", [1.0, 1.3])
def test_diverging_gives_no_warning_and_no_huge_numbers(rendered, explorer, surface, rate):
    picture = shown(explorer, surface=surface, rate=rate, steps=30)
    for ax in (picture.curve, picture.by_step):
        assert np.nanmax(np.abs(picture.paths[ax].get_ydata())) < 1e26
    for point in picture.points.values():
        assert not np.isinf(point.get_offsets()).any()


def test_a_curve_brings_its_own_start_and_width(explorer):
    shown(explorer, surface="inflection")
    start = explorer.controls["start"]
    one = SURFACES["inflection"]
    assert (start.min, start.max, start.value) == (one.low, one.high, one.start)
    assert explorer.fan_picture.curve.get_xlim() == (one.low, one.high)


def test_random_starts_are_the_same_for_equal_seeds():
    def starts(seed):
        explorer = explore("learning_rate", surface="waves", starts=5, seed=seed)
        found = [explorer.starts]
        for _ in range(2):
            explorer.controls["random"].click()
            found.append(explorer.starts)
        explorer.close()
        return found

    assert starts(1) == starts(1)
    assert starts(1) != starts(2)
    assert len({tuple(one) for one in starts(1)}) == 3


@pytest.mark.parametrize("surface", SURFACES)
def test_random_starts_lie_on_the_curve_that_is_seen(explorer, surface):
    shown(explorer, surface=surface, starts=12)
    for _ in range(5):
        explorer.controls["random"].click()
        assert all(SURFACES[surface].low <= one <= SURFACES[surface].high for one in explorer.starts)


def test_several_starts_are_drawn_at_once_and_counted(explorer):
    picture = shown(explorer, surface="waves", rate=0.2, starts=10)
    x = picture.paths[picture.by_step].get_ydata().reshape(10, 22)
    assert np.isnan(x[:, -1]).all()
    for start, row in zip(explorer.starts, x, strict=True):
        np.testing.assert_allclose(row[:-1], reference.descend(SURFACES["waves"].slope, start, 0.2, 20))
    lowest = sum(abs(row[20] - SURFACES["waves"].minima[0]) < 0.6 for row in x)
    assert f"{lowest} in the lowest minimum" in explorer.words
    assert explorer.words.startswith("10 starts.")


@pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)
def test_slope_is_zero_at_the_named_places_and_the_first_minimum_is_the_lowest(surface):
    for place in surface.minima + surface.flat:
        assert abs(surface.slope(np.array(place))) < 1e-5
    x = np.linspace(surface.low, surface.high, 2001)
    assert surface.f(np.array(surface.minima[0])) <= surface.f(x).min() + 1e-9
    for place in surface.minima:
        assert surface.f(np.array(place)) < min(surface.f(place - 0.1), surface.f(place + 0.1))
    for place in surface.flat:
        assert surface.f(place - 0.1) < surface.f(np.array(place)) < surface.f(place + 0.1)


def test_a_path_that_ran_away_ends_away():
    wall = SURFACES["wall"]
    x = path(wall, 2.5, 1.1, 20)
    assert not np.isfinite(x[-1])
    assert (end(wall, x), first_outside(wall, x)) == ("away", 1)


def test_a_path_under_way_is_still_moving():
    assert end(SURFACES["parabola"], path(SURFACES["parabola"], 8.0, 0.01, 5)) == "moving"
