"""Lesson 5's explorers in a real JupyterLab: a digit is drawn with the mouse, and slid by keyboard."""

import pytest

pytestmark = pytest.mark.long

BY_SIDE = """
import numpy as np
from coursekit import explore

def by_side(X):
    "0 where most of the ink is on the left, 1 where it is on the right"
    right = X[:, :, 14:].sum(axis=(1, 2)) > X[:, :, :14].sum(axis=(1, 2))
    return np.eye(10)[right.astype(int)]

explore("draw_a_digit", dense=by_side, cnn=by_side)
"""


def draw_upright(page, share):
    """Draw a line from top to bottom, at this share of the field's width."""
    field = page.locator("canvas").first
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    x = box["x"] + share * box["width"]
    page.mouse.move(x, box["y"] + 0.2 * box["height"])
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(x, box["y"] + (0.2 + 0.07 * step) * box["height"])
    page.mouse.up()


def test_what_is_drawn_is_told_and_all_else_works_by_keyboard(open_notebook):
    pytest.importorskip("ipycanvas")
    page = open_notebook(BY_SIDE)
    said = page.get_by_role("status").filter(has_text="CNN:")
    said.filter(has_text="Test image 0, a").wait_for()
    page.get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    draw_upright(page, 0.2)
    said.filter(has_text="Dense network: 0 (100 %); CNN: 0 (100 %)").wait_for()
    said.filter(has_text="What you have drawn, not centred.").wait_for()
    page.locator(".widget-slider", has_text="Slide right").get_by_role("slider").focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    said.filter(has_text="slid 8 right").wait_for()
    page.get_by_role("button", name="Clear").focus()
    page.keyboard.press("Enter")
    said.filter(has_text="Test image 0, a").wait_for()
    draw_upright(page, 0.8)
    said.filter(has_text="Dense network: 1 (100 %); CNN: 1 (100 %)").wait_for()
    page.get_by_role("spinbutton").first.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("17")
    page.keyboard.press("Enter")
    said.filter(has_text="Test image 17, a").wait_for()
    assert not page.locator(".jp-OutputArea-output[data-mime-type*=stderr]").count()


def test_the_network_is_trained_when_the_slider_moves(open_notebook):
    page = open_notebook('from coursekit import explore\nexplore("data_size")')
    page.get_by_role("status").filter(has_text="Nothing is trained yet").wait_for()
    page.locator(".widget-slider", has_text="Training images").get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("status").filter(has_text="100 images: 100 % of them right").wait_for()
    assert not page.locator(".jp-OutputArea-output[data-mime-type*=stderr]").count()
