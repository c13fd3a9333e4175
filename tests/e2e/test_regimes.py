"""A visitor drops a table and reads its timeline, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.test_accessible import violations

_CSV = "time,flow [kg/s]\n" + "".join(
    f"2026-11-23T{m // 60:02d}:{m % 60:02d}:00Z,{14 + 6 * (m >= 200) + (m * 37 % 101) / 100}\n"
    for m in range(400)
)


def _follow(page: Page) -> None:
    table = {"name": "week 47.csv", "mimeType": "text/csv", "buffer": _CSV.encode()}
    page.locator("input[type=file]").set_input_files(table)  # type: ignore[arg-type]
    # The first time the server follows anything, its loops are compiled.
    expect(page.get_by_role("heading", level=1, name="week 47.csv")).to_be_visible(timeout=120_000)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_table_is_followed_and_its_timeline_read_by_keys(
    open_page: OpenPage, width: int, scheme: str
):
    page = open_page("/", width=width, color_scheme=scheme)
    page.get_by_role("link", name="Follow a record’s regimes").click()
    expect(page.get_by_role("heading", name="Followed before")).to_be_visible()
    _follow(page)
    expect(page).to_have_url(re.compile(r"/regimes/rgm_[0-9a-f]{32}$"))
    timeline = page.get_by_role("listbox")
    timeline.focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
        chosen = page.get_by_role("option", selected=True)
        if "Change of pattern" in (chosen.get_attribute("aria-label") or ""):
            break
    expect(page.locator(".timeline-chosen")).to_contain_text("flow: the mean went from")
    expect(page.locator('.evidence-list [aria-current="true"]')).to_contain_text("the mean went")
    other = open_page(page.url, width=width)
    expect(other.locator(".timeline-chosen")).to_contain_text("flow: the mean went from")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="Regimes").first.click()
    expect(page.get_by_role("link", name="week 47.csv").first).to_be_visible()
    assert violations(page) == []
