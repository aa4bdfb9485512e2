"""Training that is played: started, paused and taken back by keyboard in a real JupyterLab."""

import re

import pytest

pytestmark = pytest.mark.long


def test_training_is_started_paused_and_taken_back_by_keyboard(open_notebook):
    page = open_notebook('from coursekit import explore\nexplore("symmetry", nudge="0.01")')
    status = page.get_by_role("status").filter(has_text="hidden units")
    status.filter(has_text="After 0 updates").wait_for()
    page.get_by_role("button", name="Train").focus()
    page.keyboard.press("Enter")
    status.filter(has_text=re.compile(r"After [1-9]\d+ updates")).wait_for()
    page.keyboard.press("Enter")  # the same button, which is called Pause now
    page.get_by_role("button", name="Train").wait_for()
    page.wait_for_timeout(1000)
    paused = status.inner_text()
    page.wait_for_timeout(1000)
    assert status.inner_text() == paused
    page.locator(".widget-slider", has_text="Updates").get_by_role("slider").focus()
    page.keyboard.press("Home")
    status.filter(has_text="After 0 updates").wait_for()
    assert not page.locator(".jp-OutputArea-output[data-mime-type*=stderr]").count()
