"""The report in a headless Chromium: it opens without an error, sorts, filters, prints, and axe has nothing to say.

Skipped where there is no Chromium (`apt-get install chromium`); `REPORT_PICTURES=FOLDER` keeps the screenshots.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands import invoke
from headless import CHROMIUM, WIDTHS, chromium
from splynx_runs import Migration
from test_report import EVIL, migrated, reconciled  # noqa: F401 - a fixture

pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def report(migrated: Migration) -> Path:  # noqa: F811
    reconciled(migrated)
    invoke(migrated, "verify")
    invoke(migrated, "report", "--with-names")
    return migrated.workspace / "reports" / "migration-with-names.html"


@pytest.fixture
def page(browser: Any, report: Path) -> Iterator[Any]:
    """The page; what goes wrong in it or leaves it is an error."""
    context = browser.new_context()
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("console", lambda message: wrong.append(message.text))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("request", lambda request: wrong.append(request.url) if not request.url.startswith("file:") else None)
    opened.goto(report.as_uri())
    yield opened
    assert wrong == []
    context.close()


def test_a_customer_s_name_is_text(page: Any) -> None:
    assert page.title().startswith("The migration into http")
    assert EVIL in page.text_content("#money"), "the name is shown as it is"


def test_tables_sort_and_filter(page: Any) -> None:
    table = page.locator("table.data", has_text="Models in numbers")
    page.locator("details", has=table).locator("summary").click()

    def column(number: int) -> list[str]:
        return [text for row in table.locator("tbody tr").all() if row.is_visible() for text in [row.locator("th, td").nth(number).inner_text()]]

    rows = int(table.locator("tbody tr").count())
    assert rows > 5
    heading = table.locator("thead th").nth(1)
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    numbers = [int(text) for text in column(1) if text]
    assert numbers == sorted(numbers)
    heading.get_by_role("button").press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    assert [int(text) for text in column(1) if text] == numbers[::-1]
    page.locator("details", has=table).get_by_label("Show rows with").fill("CUSTOMERS/people")
    assert column(0) == ["customers/people"]
    page.locator("details", has=table).get_by_label("Show rows with").fill("")
    assert len(column(0)) == rows


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page: Any, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", WIDTHS)
def test_it_fits_every_width(page: Any, tmp_path: Path, name: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": WIDTHS[name], "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[name], "only tables scroll sideways"
    bright = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert bright == {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 23, 29)"}[scheme]
    widths = page.evaluate("[...document.querySelectorAll('#work rect.written')].map((bar) => bar.getBoundingClientRect().width)")
    assert max(widths) > 100, "bars are drawn"
    folder = Path(os.environ.get("REPORT_PICTURES", tmp_path))
    picture = folder / f"report-{name}-{scheme}.png"
    page.screenshot(path=picture, full_page=True)
    assert picture.stat().st_size > 10_000


def test_on_a_telephone_a_row_is_a_card_that_needs_no_sideways_scrolling(page: Any) -> None:
    page.set_viewport_size({"width": WIDTHS["phone"], "height": 900})
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    wide = page.evaluate("[...document.querySelectorAll('.scroll')].filter((each) => each.scrollWidth > each.clientWidth + 1).length")
    assert wide == 0
    cell = page.locator("#rejects td", has_text="rejected").first
    assert cell.evaluate("(each) => getComputedStyle(each, '::before').content") == '"state"', "each cell tells its column"
    heading = page.locator("#rejects thead th").first
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"


def test_on_paper_all_is_open_and_nothing_waits_for_a_click(page: Any, tmp_path: Path) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("nav").is_visible()
    assert not page.locator(".filter").first.is_visible()
    sheet = tmp_path / "report.pdf"
    page.pdf(path=sheet, format="A4")
    assert sheet.read_bytes()[:4] == b"%PDF"
    assert page.evaluate("[...document.querySelectorAll('details')].every((each) => each.open)"), "all of it is printed"


def test_without_scripts_everything_is_there(browser: Any, report: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    assert page.locator("h2").count() == 9
    assert page.locator("table").count() > 5
    assert page.get_by_text("Show rows with").count() == 0
    context.close()
