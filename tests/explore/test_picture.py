"""A lesson's picture: shown with its words, and waiting where an answer is missing."""

import base64
import re
import sys

import pytest

from coursekit.explore import picture

ALT = "A line that rises from 0 to 1, then falls."


@pytest.fixture
def shown(monkeypatch):
    """What was displayed: (data, metadata) of each."""
    found = []
    module = sys.modules["coursekit.explore.picture"]
    monkeypatch.setattr(
        module, "display", lambda data, metadata=None, raw=False: found.append((data, metadata))
    )
    return found


def in_notebook(source):
    """The function `draw` as a notebook's cells define it."""
    scope = {"__name__": "__main__"}
    exec(source, scope)
    return scope["draw"]


def test_a_picture_comes_with_its_words(shown):
    picture(lambda ax: ax.plot([0, 1, 0]), ALT)
    [(data, metadata)] = shown
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert metadata["image/png"]["alt"] == ALT
    assert f'alt="{ALT}"' in data["text/html"]
    assert data["image/png"] in data["text/html"]


def test_words_are_escaped(shown):
    picture(lambda ax: None, 'x < 3 and "more"')
    assert 'alt="x &lt; 3 and &quot;more&quot;"' in shown[0][0]["text/html"]


def test_panels_are_handed_over_side_by_side(shown):
    seen = []
    picture(lambda *axes: seen.extend(axes), ALT, panels=2)
    left, right = (ax.get_position().x0 for ax in seen)
    assert left < right
    widths = [int(re.search(r'width="(\d+)"', data["text/html"])[1]) for data, _ in shown]
    assert widths[0] <= 1000


def test_log_axes_and_ticks_of_their_own_are_left_as_they_are(shown):
    def draw(ax):
        ax.semilogy([1, 2], [1e-9, 1])
        ax.set_xticks([1, 2], ["before", "after"])
        axes.append(ax)

    axes = []
    picture(draw, ALT)
    assert "image/png" in shown[0][0]
    assert [label.get_text() for label in axes[0].get_xticklabels()] == ["before", "after"]


def test_no_figure_stays_open(shown):
    import matplotlib.pyplot as plt

    picture(lambda ax: ax.plot([0, 1]), ALT)
    assert plt.get_fignums() == []


def test_a_missing_answer_is_waited_for(shown):
    draw = in_notebook("def step():\n    raise NotImplementedError()\n\ndef draw(ax):\n    step()")
    picture(draw, ALT)
    assert shown[0][0]["text/plain"] == "The picture comes when you have written step."
    assert "image/png" not in shown[0][0]


def test_a_missing_class_is_called_by_its_name(shown):
    net = "class Net:\n    def __init__(self, size):\n        raise NotImplementedError()\n\n"
    picture(in_notebook(net + "def draw(ax):\n    Net(28)"), ALT)
    assert shown[0][0]["text/plain"] == "The picture comes when you have written Net."


def test_a_failing_answer_is_named(shown):
    draw = in_notebook("def step():\n    return 1 + 'a'\n\ndef draw(ax):\n    step()")
    picture(draw, ALT)
    assert shown[0][0]["text/plain"].startswith("No picture: TypeError in step: ")


def test_an_answer_of_the_wrong_kind_does_not_stop_the_notebook(shown):
    draw = in_notebook("def step():\n    pass\n\ndef draw(ax):\n    ax.plot(step() ** 2)")
    picture(draw, ALT)
    assert shown[0][0]["text/plain"].startswith("No picture: TypeError: ")
