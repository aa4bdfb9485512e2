"""A feedback page in a real browser: a hostile notebook runs nothing, loads nothing and covers nothing."""

import json

import pytest

from tests.browser.conftest import CHROMIUM, QUIET
from tests.grading.classes import make_class
from tests.grading.test_feedback import ALL, HOSTILE, LESSON, PAGE, graded, page_of, rich

pytestmark = pytest.mark.long

COVERS = (
    "<div style='position:fixed;top:0;left:0;width:100vw;height:100vh;background:white;z-index:999;"
    "margin-top:-9999px'>Full marks</div><style>.found{display:none}</style>"
)


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    room = make_class(tmp_path_factory.mktemp("class") / "clone")

    def change(cells):
        cells["end"]["outputs"] = [rich(**{"text/html": HOSTILE}), rich(**{"text/html": COVERS})]
        cells["discussion-solution"]["source"] = f"# step-check\n\n{COVERS}\n\n{HOSTILE}"

    graded(room, ALL, change=change)
    page_of(room)
    return room.feedback / "ann" / LESSON / PAGE


@pytest.mark.parametrize("width", [360, 1200])
def test_a_hostile_notebook_is_only_shown(page_file, width):
    if CHROMIUM is None:
        pytest.skip("needs chromium")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page, heard = browser.new_page(viewport={"width": width, "height": 900}), []
        page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda one: heard.append(one.url) if one.url.startswith("http") else None)
        page.on("console", lambda message: heard.append(message.text))
        page.goto(page_file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        inside = "document.elementFromPoint({}, {}).closest('.found') !== null"
        box = page.locator(".found h1").bounding_box()
        assert page.evaluate(inside.format(box["x"] + 20, box["y"] + 8))
        page.get_by_role("link", name="One step of gradient descent").click()
        assert json.loads(page.evaluate("JSON.stringify(location.hash)")) == "#step-check"
        assert page.locator("a[name=step-check]").evaluate("at => at.getBoundingClientRect().top") < 900
        browser.close()
    assert heard == []
