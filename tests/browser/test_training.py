"""A network trains beside a live notebook, by keyboard, and stops when it is told to."""

import re

import pytest

pytestmark = pytest.mark.long


def updates(page):
    return int(
        re.search(r"Update (\d+)", page.get_by_role("status").filter(has_text="Update").inner_text())[1]
    )


def until(page, true):
    for _ in range(200):
        if true():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come to that")


def test_other_cells_run_while_it_trains_and_a_pause_is_at_once(open_notebook):
    page = open_notebook(
        'from coursekit import explore\nexplore("playground")', "n = 0", "n = n + 1\nprint('n', n)"
    )
    page.get_by_role("status").filter(has_text="Update 0: ").wait_for()
    page.get_by_text("n 1", exact=True).wait_for()

    page.get_by_role("button", name="Train").focus()
    page.keyboard.press("Space")
    until(page, lambda: updates(page) > 5)
    page.locator(".jp-Cell").nth(2).locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    page.get_by_text("n 2", exact=True).wait_for()
    before = updates(page)
    until(page, lambda: updates(page) > before)

    page.get_by_role("button", name="Pause").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Train").wait_for()
    at = updates(page)
    page.wait_for_timeout(1000)
    assert updates(page) == at
    assert not page.locator(".jp-OutputArea-output[data-mime-type*=stderr]").count()


def test_running_its_cell_again_stops_what_trained_before(open_notebook):
    page = open_notebook('from coursekit import explore\ne = explore("playground")\ne', "old = e")
    page.get_by_role("status").filter(has_text="Update 0: ").wait_for()
    page.get_by_role("button", name="Train").click()
    until(page, lambda: updates(page) > 5)
    page.locator(".jp-Cell").first.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    page.get_by_role("status").filter(has_text="Update 0: ").wait_for()
    page.locator(".jp-Cell").nth(1).locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("print('trains:', old.trains)")
    page.keyboard.press("Control+Enter")
    page.get_by_text("trains: False", exact=True).wait_for()
