"""What all explorers promise: found by name, a picture with a text, nothing left behind."""

import gc
import subprocess
import sys
import weakref

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.image import imread

from coursekit import explore
from coursekit.explore import drawing
from coursekit.explore import explorer as base

NAMES = explore.names()


def move(explorer):
    """Set the first slider to its other end."""
    sliders = [one for one in explorer.controls.values() if hasattr(one, "max")]
    if not sliders:  # one over uneven values
        slider = next(one for one in explorer.controls.values() if hasattr(one, "options"))
        slider.index = 1 if slider.index == 0 else 0
        return
    slider = sliders[0]
    slider.value = slider.max if slider.value != slider.max else slider.min


@pytest.fixture(params=NAMES)
def explorer(request):
    made = explore(request.param)
    yield made
    made.close()


def test_every_file_with_an_explorer_is_found():
    assert {"batches", "learning_rate", "two_curvatures"} <= set(NAMES)
    assert not {"drawing", "explorer", "fan", "paths", "picture", "predict", "surfaces"} & set(NAMES)


def test_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(KeyError, match="learning_rate"):
        explore("learning-rates")


@pytest.mark.parametrize("helper", ["drawing", "explorer", "predict", "picture", "os"])
def test_what_is_no_explorer_is_not_found(helper):
    with pytest.raises(KeyError):
        explore(helper)


def test_unknown_option_is_refused():
    with pytest.raises(TypeError):
        explore("learning_rate", speed=3)


def test_nothing_heavy_is_imported_before_it_is_called():
    code = """
import sys
from coursekit import explore
print(sorted({"numpy", "matplotlib", "ipywidgets", "IPython"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_explorers_import_neither_the_checker_nor_the_exercises():
    code = """
import sys
import numpy as np
import coursekit.data
coursekit.data.load_mnist = lambda **_: [(np.zeros((1, 28, 28)), np.zeros(1, int))] * 2  # at once
from coursekit import explore
for name in explore.names(): explore(name)
print([name for name in sys.modules if name.startswith(("coursekit.checking", "coursekit.exercises"))])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_functions_of_the_package_are_functions_however_they_are_imported():
    from coursekit.explore import predict
    from coursekit.explore.predict import predict as from_file

    assert predict is from_file is explore.predict


def test_picture_is_the_first_state_with_a_text(rendered, explorer, tmp_path):
    png, alt = explorer.picture()
    said = explorer.words
    move(explorer)
    assert explorer.words != said
    assert explorer.picture() == (png, alt)
    assert alt.endswith(said)
    (tmp_path / "first.png").write_bytes(png)
    image = imread(tmp_path / "first.png")
    assert image.shape[1] == round(explorer.figure.get_figwidth() * drawing.DPI)
    assert np.ptp(image) > 0.5


def test_cell_shows_the_widget_and_where_there_is_none_the_picture(rendered, explorer):
    data, metadata = explorer._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.widget.model_id
    assert data["image/png"]
    assert metadata["image/png"] == {
        "alt": explorer.picture()[1],
        "width": round(100 * explorer.figure.get_figwidth()),
    }
    assert data["text/plain"] == explorer.words == repr(explorer)


def test_words_are_read_aloud_when_they_change(explorer):
    status = explorer.widget.children[1].value
    assert 'role="status"' in status
    assert 'aria-live="polite"' in status


def test_making_one_prints_nothing(rendered, capfd):
    explore("two_curvatures").close()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", NAMES)
def test_no_figure_is_left_behind(rendered, name):
    explorer = explore(name)
    figure, widget = weakref.ref(explorer.figure), weakref.ref(explorer.widget)
    move(explorer)
    explorer.close()
    del explorer
    gc.collect()
    assert figure() is None
    assert widget() is None
    assert plt.get_fignums() == []


@pytest.mark.parametrize("name", ["batches", "learning_rate", "two_curvatures"])
def test_redrawing_adds_no_artists(rendered, name):
    explorer = explore(name)
    count = len(explorer.figure.findobj())
    for rate in (0.05, 0.2, 0.9):
        explorer.controls["rate"].value = rate
    assert len(explorer.figure.findobj()) == count
    explorer.close()


def test_running_a_cell_again_closes_what_it_showed_before(monkeypatch):
    class Shell:
        cell = "a"

        def get_parent(self):
            return {"metadata": {"cellId": self.cell}}

    shell = Shell()
    monkeypatch.setattr(base, "_shell", lambda: shell)
    monkeypatch.setattr(base, "_of_cell", {})
    first = explore("two_curvatures")
    shell.cell = "b"
    other = explore("two_curvatures")
    shell.cell = "a"
    again = explore("two_curvatures")
    assert first.figure.axes == []
    assert other.figure.axes
    assert again.figure.axes
    other.close()
    again.close()


@pytest.mark.parametrize("values", [np.inf, -np.inf, np.nan, 1e300, -1e300])
def test_what_cannot_be_drawn_is_cut(values):
    assert abs(drawing.drawable([values])[0]) == drawing.FAR


@pytest.mark.parametrize(
    ("factor", "side"), [(1, (-1, 0)), (0, (0, 1)), (-1, (1, 0))], ids=["left", "top", "right"]
)
def test_needle_points_at_the_factor(factor, side):
    dial = drawing.Dial(drawing.new_figure(2, 1).subplots())
    dial.turn(factor)
    (_, x), (_, y) = dial._needle.get_data()
    np.testing.assert_allclose(np.array([x, y]) / np.hypot(x, y), side, atol=1e-12)


def test_needle_stays_at_the_end_for_factors_beyond():
    dial = drawing.Dial(drawing.new_figure(2, 1).subplots())
    dial.turn(-7.0)
    far = dial._needle.get_data()
    dial.turn(drawing.Dial.LEAST)
    np.testing.assert_array_equal(far, dial._needle.get_data())
    assert dial.text.startswith("× −1.60")


@pytest.mark.parametrize(
    ("value", "text"), [(-0.6, "−0.60"), (-1e-17, "0.00"), (0.004999, "0.00"), (12, "12.00")]
)
def test_numbers_have_a_true_minus_and_no_negative_zero(value, text):
    assert drawing.fixed(value) == text


def test_palette_colours_differ_in_lightness_along_the_steps():
    shades = [sum(drawing.STEPS(k / 10)[:3]) for k in range(11)]
    assert shades == sorted(shades, reverse=True)
