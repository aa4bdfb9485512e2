"""The class at a glance in a real browser, on a screen and on a phone."""

import pytest

from coursekit.grading.report.counting import summarize
from coursekit.grading.report.lesson import Lesson
from coursekit.grading.report.names import Names
from coursekit.grading.report.page import write
from tests.browser.conftest import CHROMIUM, QUIET
from tests.grading.made_up import LESSON, book, class_of

pytestmark = pytest.mark.long


@pytest.fixture
def shown(tmp_path):
    """`shown(width, students)`: the report in a window of this width, and what the browser complained of."""
    if CHROMIUM is None:
        pytest.skip("needs chromium")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)

        def opened(width, students=24):
            graded = class_of(students)
            known = book(graded, {one.student: f"Zoë {one.student}" for one in graded})
            path = write(tmp_path / "report", [Lesson(summarize(LESSON, graded, (), known), Names(known))])
            page, heard = browser.new_page(viewport={"width": width, "height": 900}), []
            page.on("console", lambda message: heard.append(message.text))
            page.on("pageerror", lambda error: heard.append(str(error)))
            page.on(
                "request", lambda request: heard.append(request.url) if "http" in request.url[:4] else None
            )
            page.goto(path.as_uri())
            return page, heard

        yield opened
        browser.close()


@pytest.mark.parametrize(("width", "students"), [(360, 24), (360, 1200), (1200, 24)])
def test_the_report_fits_its_window_and_asks_for_nothing(shown, width, students):
    page, heard = shown(width, students)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for image in page.locator("img").all():
        assert image.evaluate("image => image.complete && image.naturalWidth > 500")
    assert heard == []


def test_the_table_is_sorted_by_keyboard(shown):
    page, heard = shown(1200)
    page.get_by_text("The same as a table").click()
    points = page.get_by_role("button", name="points of")
    rows = "[...document.querySelectorAll('[aria-label=\"Exercise by student\"] tbody tr')]"
    column = f"{rows}.map(row => Number(row.cells[1].textContent))"
    for turn in (1, -1):
        points.press("Enter")
        found = page.evaluate(column)
        assert found == sorted(found)[::turn]
    assert heard == []
