"""The explorers in a real JupyterLab, worked by keyboard."""

import re

import pytest

pytestmark = pytest.mark.long


def test_a_slider_moved_by_keyboard_changes_words_and_picture(open_notebook):
    page = open_notebook('from coursekit import explore\nexplore("learning_rate", rate=0.45)')
    status, picture = (
        page.get_by_role("status").filter(has_text="Each step"),
        page.locator("img.widget-image"),
    )
    status.get_by_text("Steady").wait_for()
    before = picture.get_attribute("src")
    page.get_by_role("slider").first.focus()
    for _ in range(35):
        page.keyboard.press("ArrowRight")
    status.filter(has_text="multiplies x by −0.60: it zigzags, shrinking").wait_for()
    assert picture.get_attribute("src") != before
    assert "fan plot" in picture.get_attribute("title")
    assert not page.locator(".jp-OutputArea-output[data-mime-type*=stderr]").count()


def test_a_prediction_is_made_by_keyboard(open_notebook):
    page = open_notebook(
        'from coursekit.explore import predict\npredict("Which?", ["one", "two"], "two", "Because.")'
    )
    page.get_by_text("Predict first.").wait_for()
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    for key in ("Tab", "Tab", "Enter"):  # past the other choice, to the button
        page.keyboard.press(key)
    page.get_by_role("status").filter(has_text=re.compile("It is another one: two. Because.")).wait_for()
