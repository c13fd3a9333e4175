"""The page for everyone: axe, zoom, targets, motion, contrast."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import AXE, OpenPage
from tests.e2e.states import STATES, open_first_run, wait_for

_RUN_AXE = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations, passes } = await axe.run({ runOnly: { type: "tag", values: tags } });
  return {
    checked: passes.length,
    found: violations.map(v => `${v.id}: ${v.nodes.map(n => n.target.join(" ")).join(" | ")}`),
  };
}"""


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong with the page as it is."""
    page.evaluate(AXE.read_text())
    answer = page.evaluate(_RUN_AXE)
    assert answer["checked"] > 15, "axe looked at too little"
    return answer["found"]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_start_page_has_no_axe_violation(
    open_page: OpenPage, state: str, width: int, scheme: str
):
    page = open_page(width=width, color_scheme=scheme, before=STATES[state])
    wait_for(page, state)
    assert violations(page) == []


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_run_and_its_proof_have_no_axe_violation(open_page: OpenPage, width: int, scheme: str):
    page = open_page(width=width, color_scheme=scheme)
    wait_for(page, "loaded")
    page.get_by_role("link", name="Verify").wait_for()
    open_first_run(page)
    table = page.locator("figure.chart").first.get_by_role("button", name="Table")
    table.click()
    expect(page.get_by_role("region", name="as a table").first).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Verify").click()
    expect(page.get_by_role("heading", level=1, name="Verify a proof")).to_be_visible()
    assert violations(page) == []


def test_an_unknown_run_and_the_help_have_no_axe_violation(open_page: OpenPage):
    page = open_page(f"/runs/{'0' * 32}")
    expect(page.get_by_role("alert")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_api_reference_has_no_axe_violation(open_page: OpenPage, width: int, scheme: str):
    page = open_page("/docs", width=width, color_scheme=scheme)
    expect(page.get_by_role("heading", name="Schemas")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_forced_colours_have_no_axe_violation(open_page: OpenPage):
    page = open_page(forced_colors="active")
    wait_for(page, "loaded")
    assert violations(page) == []


@pytest.mark.parametrize("state", STATES)
def test_four_hundred_percent_zoom_reflows(open_page: OpenPage, state: str):
    page = open_page(width=320, height=256, before=STATES[state])
    wait_for(page, state)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


_SMALL = """() => [...document.querySelectorAll(
    "button, a[href], summary, input, select, label.check")]
  .filter(e => e.checkVisibility() && !e.closest(".visually-hidden, .skip"))
  .filter(e => !(e.matches("input") && e.closest("label")) && !e.closest("p:not(.row)"))
  .map(e => [e.textContent.trim() || e.ariaLabel, e.getBoundingClientRect()])
  .filter(([, box]) => Math.min(box.width, box.height) < 24)
  .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)"""


@pytest.mark.parametrize("width", [1280, 390])
def test_every_target_is_24_pixels_or_more(open_page: OpenPage, width: int):
    page = open_page(width=width)
    wait_for(page, "loaded")
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate(_SMALL) == []


def test_nothing_moves_under_reduced_motion(open_page: OpenPage):
    page = open_page(reduced_motion="reduce")
    wait_for(page, "loaded")
    moving = """() => [...document.querySelectorAll("*")].filter(e => {
      const s = getComputedStyle(e);
      return s.animationName !== "none"
        || s.transitionDuration.split(",").some(d => parseFloat(d) > 0);
    }).length"""
    assert page.evaluate(moving) == 0


def test_motion_is_never_longer_than_150_ms(open_page: OpenPage):
    page = open_page()
    wait_for(page, "loaded")
    longest = """() => Math.max(...[...document.querySelectorAll("*")].flatMap(e =>
      getComputedStyle(e).transitionDuration.split(",")
        .map(d => parseFloat(d) * (d.endsWith("ms") ? 1 : 1000))))"""
    assert 0 < page.evaluate(longest) <= 150
