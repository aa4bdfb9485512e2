"""What is drawn gets MNIST's form, what is picked slides, and both networks are shown as they answer."""

import sys

import numpy as np
import pytest
from scipy.ndimage import shift

from coursekit import explore
from coursekit.explore.digits import MIDDLE, PEN, SIZE, as_mnist, ask, centre_of_mass, ink, slide
from coursekit.explore.pad import CELL

SEVEN = [np.array([[6, 8], [20, 8], [12, 24]], float), np.array([[10, 16], [18, 16]], float)]


def by_rows(X):
    """A network that calls an image by the row in which its ink lies, in ten bands."""
    assert X.dtype == np.float32
    assert X.shape[1:] == (SIZE, SIZE)
    assert 0 <= X.min() <= X.max() <= 1
    bands = np.array([X[:, 2 + k :: 10].sum(axis=(1, 2)) + 0.01 for k in range(10)]).T
    return bands / bands.sum(axis=1, keepdims=True)


def by_side(X):
    """A network that says 0 where most of the ink is on the left, 1 where it is on the right."""
    left, right = X[:, :, :14].sum(axis=(1, 2)), X[:, :, 14:].sum(axis=(1, 2))
    P = np.zeros((len(X), 10))
    P[np.arange(len(X)), (right > left).astype(int)] = 1
    return P


@pytest.fixture
def explorer():
    made = explore("draw_a_digit", dense=by_rows, cnn=by_side)
    yield made
    made.close()


def drawn(explorer, *strokes):
    """Draw strokes given in pixels of the image, with the mouse."""
    for stroke in strokes:
        first, *rest = (np.asarray(stroke) + 0.5) * CELL
        explorer.pad.begin(*first)
        for point in rest:
            explorer.pad.go_on(*point)
        explorer.pad.end()


# --- the numbers


def test_dot_is_a_disc_and_a_line_a_band_of_the_pens_width():
    dot, line = ink([np.array([[14.0, 14.0]])]), ink([np.array([[8.0, 14.0], [20.0, 14.0]])])
    disc = np.pi * PEN**2
    assert dot.sum() == pytest.approx(disc, rel=0.1)
    assert line.sum() == pytest.approx(12 * 2 * PEN + disc, rel=0.1)
    assert (dot.max(), dot.min(), line[14, 14], line[14, 4]) == (1, 0, 1, 0)
    np.testing.assert_allclose(dot, dot.T)


def test_lines_are_drawn_where_they_are_and_the_finest_curve_as_its_points():
    coarse = np.array([[6.0, 5.0], [20.0, 19.0]])
    fine = np.linspace(*coarse, 50)
    np.testing.assert_allclose(ink([coarse]), ink([fine]), atol=1e-9)
    assert ink([coarse])[12, 13] > 0.5  # row 12, column 13: on the diagonal
    assert ink([coarse])[19, 6] == 0


@pytest.mark.parametrize("size", [0.3, 1.0, 1.4])
@pytest.mark.parametrize("offset", [(0, 0), (-4, 3)])
def test_a_drawing_gets_mnists_box_and_middle_wherever_and_however_large_it_is(size, offset):
    image = ink(as_mnist([stroke * size + offset for stroke in SEVEN]))
    rows, columns = np.nonzero(image > 0)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 in (19, 20, 21)
    np.testing.assert_allclose(centre_of_mass(image), MIDDLE, atol=0.05)
    np.testing.assert_allclose(image, ink(as_mnist(SEVEN)), atol=1e-9)


def test_a_dot_is_only_moved_to_the_middle():
    image = ink(as_mnist([np.array([[3.0, 5.0]])]))
    np.testing.assert_allclose(image, ink([np.array([[MIDDLE, MIDDLE]])]), atol=1e-6)


@pytest.mark.parametrize(("right", "down"), [(0, 0), (3, 0), (-3, 0), (0, 8), (0, -8), (5, -2)])
def test_sliding_moves_empty_pixels_in(right, down):
    image = np.random.default_rng(0).random((SIZE, SIZE))
    np.testing.assert_allclose(
        slide(image, right, down), shift(image, (down, right), order=0, prefilter=False)
    )


@pytest.mark.parametrize(
    "wrong",
    [
        lambda X: np.full(10, 0.1),  # one axis too few
        lambda X: np.full((1, 9), 1 / 9),
        lambda X: np.arange(10.0)[None],  # logits
        lambda X: np.full((1, 10), np.nan),
        lambda X: np.log(np.full((1, 10), 0.1)),
    ],
)
def test_what_is_no_probability_is_refused(wrong):
    with pytest.raises(ValueError):
        ask(wrong, np.zeros((SIZE, SIZE)))


# --- what is shown


def test_test_image_and_both_networks_answers_are_shown(explorer, digits):
    _, (X, y) = digits
    explorer.controls["image"].value = 5
    np.testing.assert_allclose(explorer.painted.image.get_array(), X[5] / 255)
    for name, network in (("dense", by_rows), ("cnn", by_side)):
        heights = [bar.get_height() for bar in explorer.painted.bars[name]]
        np.testing.assert_allclose(heights, network(np.float32(X[5:6] / 255))[0])
        best = int(np.argmax(heights))
        assert explorer.painted.axes[name].get_title("left").endswith(f"says {best}")
    assert f"Test image 5, a {y[5]}." in explorer.words


def test_sliders_slide_what_the_networks_see(explorer, digits):
    _, (X, _) = digits
    explorer.controls["right"].value = 5
    explorer.controls["down"].value = -2
    np.testing.assert_allclose(explorer.seen, slide(X[0] / 255, 5, -2))
    assert "slid 5 right and 2 up." in explorer.words
    explorer.controls["right"].value = 8
    assert "CNN: 1 (100 %" in explorer.words
    explorer.controls["right"].value = -8
    assert "CNN: 0 (100 %" in explorer.words


def test_words_say_who_is_right(explorer, digits):
    _, (_, y) = digits
    zero, other = int(np.flatnonzero(y == 0)[0]), int(np.flatnonzero(y > 1)[0])
    explorer.controls["right"].value = -8
    explorer.controls["image"].value = zero
    assert "CNN: 0 (100 %, right)" in explorer.words
    explorer.controls["image"].value = other
    assert "CNN: 0 (100 %, wrong)" in explorer.words


def test_what_is_drawn_is_seen_centred_or_where_it_is(explorer):
    drawn(explorer, *SEVEN)
    np.testing.assert_allclose(explorer.seen, ink(as_mnist(SEVEN)), atol=1e-9)
    assert "What you have drawn, centred." in explorer.words
    assert explorer.label is None
    explorer.controls["centre"].value = False
    np.testing.assert_allclose(explorer.seen, ink(SEVEN), atol=1e-9)
    assert "not centred" in explorer.words


def test_it_is_predicted_when_the_pen_is_lifted_or_leaves_the_field(explorer):
    first = explorer.words
    explorer.pad.go_on(50, 50)  # the mouse comes by
    assert explorer.pad.strokes == []
    explorer.pad.begin(50, 50)
    explorer.pad.go_on(60, 90)
    assert explorer.words == first
    explorer.pad.end()
    assert explorer.words != first
    explorer.pad.go_on(100, 100)
    assert explorer.pad.strokes == [[(50, 50), (60, 90)]]


def test_events_of_the_canvas_draw(explorer):
    pytest.importorskip("ipycanvas")
    _, canvas = explorer.pad.widget.children

    def sent(event, **content):
        canvas._handle_frontend_event(canvas, {"event": event, **content}, [])

    sent("mouse_down", x=50, y=50)
    sent("mouse_move", x=50, y=150)
    sent("mouse_up", x=50, y=150)
    sent("touch_start", touches=[{"x": 90, "y": 40}])
    sent("touch_end", touches=[])
    sent("client_ready")
    assert explorer.pad.strokes == [[(50, 50), (50, 150)], [(90, 40)]]
    assert "What you have drawn" in explorer.words


@pytest.mark.parametrize("how", ["clear", "pick"])
def test_clearing_and_picking_take_the_drawing_away(explorer, how):
    drawn(explorer, *SEVEN)
    explorer.controls["right"].value = 3
    if how == "clear":
        explorer.controls["clear"].click()
        assert explorer.words.count("Test image 0, a") == 1
        assert explorer.controls["right"].value == 0
    else:
        explorer.controls["image"].value = 4
        assert "Test image 4, a" in explorer.words
    assert explorer.pad.strokes == []


def test_one_network_may_be_missing_or_fail_and_the_explorer_stays(rendered):
    def unfinished(X):
        raise NotImplementedError("write it first")

    explorer = explore("draw_a_digit", cnn=unfinished)
    assert explorer.words.startswith("No network is here to say what it is.")
    assert "Dense network: none is given. CNN: NotImplementedError: write it first." in explorer.words
    assert explorer.painted.notes["cnn"].get_text() == "says nothing"
    explorer.networks["cnn"] = by_side
    explorer.controls["right"].value = 8
    assert explorer.words.startswith("CNN: 1 (100 %")
    assert explorer.painted.notes["cnn"].get_text() == ""
    explorer.close()


def test_without_ipycanvas_the_keyboards_way_remains(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipycanvas", None)
    explorer = explore("draw_a_digit", cnn=by_side)
    assert explorer.pad.widget is None
    assert len(explorer.widget.children) == 3
    explorer.controls["right"].value = 8
    assert explorer.words.startswith("CNN: 1 (100 %")
    explorer.controls["clear"].click()
    explorer.close()


def test_drawing_adds_no_artists(rendered, explorer):
    drawn(explorer, *SEVEN)
    count = len(explorer.figure.findobj())
    explorer.controls["right"].value = 4
    drawn(explorer, [[3, 3], [20, 20]])
    assert len(explorer.figure.findobj()) == count
