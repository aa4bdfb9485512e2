"""The explorers of lesson 2 in a real JupyterLab, worked by keyboard."""

import pytest

pytestmark = pytest.mark.long


def test_the_stepper_is_stepped_forwards_and_back_by_keyboard(open_notebook):
    page = open_notebook('from coursekit import explore\nexplore("stepper", network="2-2-2")')
    status, picture = page.get_by_role("status").filter(has_text="step"), page.locator("img.widget-image")
    status.get_by_text("Before the first step").wait_for()
    before = picture.get_attribute("src")
    page.get_by_role("button", name="Next").focus()
    for _ in range(9):
        page.keyboard.press("Enter")
    status.filter(has_text="Forward, step 9 of 9").filter(has_text="= 0.298371109.").wait_for()
    assert picture.get_attribute("src") != before
    page.keyboard.press("Shift+Tab")  # to Back
    page.keyboard.press("Space")
    status.filter(has_text="y₂ = σ(z₄) = 0.772928465.").wait_for()
    assert not page.locator(".jp-OutputArea-output[data-mime-type*=stderr]").count()


def test_the_race_runs_when_train_is_pressed_and_pauses(open_notebook):
    page = open_notebook('from coursekit import explore\nexplore("race")')
    status = page.get_by_role("status").filter(has_text="updates")
    status.get_by_text("After 0 updates").wait_for()
    page.get_by_role("button", name="Train").focus()
    page.keyboard.press("Enter")
    status.filter(has_text="cross-entropy is there").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_timeout(1000)
    said = status.inner_text()
    page.wait_for_timeout(1000)
    assert status.inner_text() == said
    assert "After 300 updates" not in said
