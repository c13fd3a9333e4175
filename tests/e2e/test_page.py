"""What a visitor does on the page, in a real browser."""

import gzip
import re
import time
from datetime import datetime
from itertools import pairwise

import pytest
from playwright.sync_api import (
    FileChooser,
    FilePayload,
    Page,
    Request,
    Response,
    WebSocketRoute,
    expect,
)

from tests.e2e.conftest import OpenPage
from tests.e2e.states import STATES, open_first_run, wait_for

_CSV = "time,flow [kg/s],power [W]\n" + "".join(
    f"2026-11-23T10:{minute:02d}:00Z,{14 + minute % 7 / 10},{18000 + 90 * (minute % 11)}\n"
    for minute in range(60)
)


def _file(name: str = "week 47.csv", text: str = _CSV) -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}


def test_it_is_clean_and_stays_at_home(open_page: OpenPage, base_url: str):
    said: list[str] = []
    asked: list[str] = []
    failed: list[str] = []
    answers: list[Response] = []

    def watch(page: Page) -> None:
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        page.on("request", lambda request: asked.append(request.url))
        page.on("requestfailed", lambda request: failed.append(request.url))
        page.on("response", lambda response: answers.append(response))  # noqa: PLW0108

    page = open_page(before=watch)
    wait_for(page, "loaded")
    page.wait_for_timeout(1500)
    assert said == []
    assert failed == []
    assert len(asked) > 5
    assert [url for url in asked if not url.startswith(base_url)] == []
    policy = answers[0].headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_first_load_is_at_most_200_kb_of_script(open_page: OpenPage):
    scripts: list[Response] = []

    def watch(page: Page) -> None:
        page.on("response", lambda response: scripts.append(response))  # noqa: PLW0108

    page = open_page(before=watch)
    wait_for(page, "loaded")
    scripts = [got for got in scripts if got.url.endswith(".js")]
    size = sum(len(gzip.compress(script.body())) for script in scripts)
    assert 50_000 < size <= 200_000


def _tab_to(page: Page, name: str, most: int = 60) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(document.activeElement.ariaLabel ?? document.activeElement.textContent).trim()"
        )
        if focused == name:
            style = page.evaluate(
                "(s => [s.outlineStyle, s.outlineWidth])(getComputedStyle(document.activeElement))"
            )
            assert style[0] != "none", f"no visible focus on {name}"
            return
    pytest.fail(f"{name!r} is not reached with {most} times Tab")


def test_the_main_task_needs_only_the_keyboard(open_page: OpenPage):
    choosers: list[FileChooser] = []

    def watch(page: Page) -> None:
        page.on("filechooser", lambda chooser: choosers.append(chooser))  # noqa: PLW0108

    page = open_page(before=watch)
    wait_for(page, "loaded")
    _tab_to(page, "Choose a file")
    page.keyboard.press("Enter")
    for _ in range(50):
        page.wait_for_timeout(100)
        if choosers:
            break
    choosers[0].set_files(_file())
    expect(page.get_by_role("heading", level=1, name="week 47.csv")).to_be_visible()
    assert re.search(r"/runs/[0-9a-f]{32}$", page.url)
    button = page.locator("figure.chart").first.get_by_role("button", name="Table")
    _tab_to(page, button.get_attribute("aria-label") or "")
    page.keyboard.press("Enter")
    expect(page.locator("figure.chart").first.locator("tbody tr").first).to_be_visible()
    _tab_to(page, "Verify", most=120)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Verify a proof")).to_be_visible()


def test_a_dropped_file_is_forecast(open_page: OpenPage):
    page = open_page()
    wait_for(page, "loaded")
    page.evaluate(
        """text => {
          const data = new DataTransfer();
          data.items.add(new File([text], "dropped.csv", { type: "text/csv" }));
          document.body.dispatchEvent(
            new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }""",
        _CSV,
    )
    expect(page.get_by_role("heading", level=1, name="dropped.csv")).to_be_visible()


def test_the_plants_own_readings_can_be_forecast(open_page: OpenPage):
    page = open_page()
    wait_for(page, "loaded")
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))  # noqa: PLW0108
    page.get_by_role("button", name="Try the plant’s last readings").click()
    expect(page).to_have_url(re.compile("/runs/"))
    assert [request.method for request in sent].count("POST") == 1


def test_a_bad_file_is_explained(open_page: OpenPage):
    page = open_page()
    wait_for(page, "loaded")
    words = "time,flow\n2026-11-23T10:00:00Z,high\n2026-11-23T10:01:00Z,low\n"
    page.locator("input[type=file]").set_input_files(_file("bad.csv", words))
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("bad.csv was not forecast.")
    expect(alert.get_by_role("button", name="Retry")).to_be_visible()
    expect(alert).to_contain_text("Trace id")
    expect(alert.get_by_role("button", name="Copy the trace id")).to_be_visible()


def test_an_error_says_what_why_and_how_to_go_on(open_page: OpenPage):
    page = open_page(before=STATES["error"])
    wait_for(page, "error")
    alert = page.get_by_role("alert").filter(has_text="list of runs")
    for part in ("The store of runs does not answer.", "Wait a moment", "4bf92f3577b34da6"):
        expect(alert).to_contain_text(part)
    page.unroute_all()
    alert.get_by_role("button", name="Retry").click()
    expect(
        page.get_by_role("region", name="List of runs").get_by_role("link").first
    ).to_be_visible()


def test_a_link_opens_the_same_view_elsewhere(open_page: OpenPage):
    page = open_page()
    wait_for(page, "loaded")
    open_first_run(page)
    page.locator("figure.chart").last.get_by_role("button", name="Table").click()
    rows = page.locator("figure.chart tbody")
    expect(rows).to_have_count(1)
    text = rows.inner_text()
    assert text.count("\n") > 10
    other = open_page(page.url)
    expect(other.locator("figure.chart tbody")).to_have_text(rows.text_content() or "")
    page.go_back()
    expect(rows).to_have_count(0)
    page.go_forward()
    expect(rows).to_have_count(1)


def test_the_chosen_channels_are_in_the_link(open_page: OpenPage):
    page = open_page()
    wait_for(page, "loaded")
    names = page.locator("figure.chart h3")
    before = names.count()
    page.locator(".chooser summary").click()
    page.locator(".chooser input:checked").first.uncheck()
    expect(names).to_have_count(before - 1)
    kept = names.all_inner_texts()
    other = open_page(page.url)
    wait_for(other, "loaded")
    assert other.locator("figure.chart h3").all_inner_texts() == kept


def test_the_table_has_the_numbers_of_the_csv(open_page: OpenPage):
    page = open_page()
    wait_for(page, "loaded")
    open_first_run(page)
    chart = page.locator("figure.chart").first
    with page.expect_download() as download:
        chart.get_by_role("button", name="CSV").click()
    lines = download.value.path().read_text().strip().splitlines()
    chart.get_by_role("button", name="Table").click()
    cells = chart.locator("tbody tr").last.locator("td")
    full = [cells.nth(at).get_attribute("title") for at in range(cells.count())]
    assert [text if text != "no value" else "" for text in full] == lines[-1].split(",")
    with page.expect_download() as picture:
        chart.get_by_role("button", name="PNG").click()
    assert picture.value.path().read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


class _Line:
    """The stream through the test's hands."""

    def __init__(self) -> None:
        self.routes: list[WebSocketRoute] = []
        self.refusing = False

    def install(self, page: Page) -> None:
        page.route_web_socket("**/v1/bridge/stream*", self._open)

    def _open(self, route: WebSocketRoute) -> None:
        if self.refusing:
            route.close(code=1011)
            return
        self.routes.append(route)
        route.connect_to_server()

    def cut(self) -> None:
        self.refusing = True
        self.routes[-1].close(code=1011)


def _table_times(page: Page) -> list[float]:
    chart = page.locator("figure.chart").first
    cells = chart.locator("tbody tr td:first-child").all_inner_texts()
    seen = chart.locator("tbody tr td:nth-child(2)").all_inner_texts()
    pairs = zip(cells, seen, strict=True)
    return [datetime.fromisoformat(cell).timestamp() for cell, value in pairs if value != "–"]


def test_a_cut_line_shows_within_two_seconds_and_loses_nothing(open_page: OpenPage):
    line = _Line()
    page = open_page("/?window=3600", before=line.install)
    wait_for(page, "loaded")
    banner = page.get_by_text("The live line is cut.")
    for _ in range(3):
        line.cut()
        began = time.monotonic()
        expect(banner).to_be_visible(timeout=2000)
        assert time.monotonic() - began <= 2
        page.wait_for_timeout(900)
        line.refusing = False
        expect(banner).to_be_hidden(timeout=5000)
        page.wait_for_timeout(700)
    expect(page.get_by_text("messages were no longer kept")).to_have_count(0)
    page.locator("figure.chart").first.get_by_role("button", name="Table").click()
    expect(page.locator("figure.chart").first.locator("tbody tr").last).to_be_visible()
    times = _table_times(page)
    steps = {round(after - before, 3) for before, after in pairwise(times)}
    assert len(times) > 100
    assert len(steps) == 1, f"uneven steps: {sorted(steps)}"


def test_pausing_holds_the_picture_still(open_page: OpenPage):
    page = open_page()
    wait_for(page, "loaded")
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    summary = page.locator(".chart-summary").first
    held = summary.inner_text()
    page.wait_for_timeout(1500)
    assert summary.inner_text() == held
    page.keyboard.press("p")
    expect(summary).not_to_have_text(held)


def test_live_updates_move_nothing(open_page: OpenPage):
    page = open_page()
    wait_for(page, "loaded")
    places = """() => [...document.querySelectorAll("h2, h3, figure, footer, main a")]
      .map(e => [e.tagName, Math.round(e.getBoundingClientRect().top + scrollY)].join(" "))"""
    before = page.evaluate(places)
    page.wait_for_timeout(3000)
    assert len(before) > 10
    assert page.evaluate(places) == before


def test_single_keys_can_be_turned_off(open_page: OpenPage):
    page = open_page()
    wait_for(page, "loaded")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox").uncheck()
    dialog.get_by_role("button", name="Close").click()
    page.keyboard.press("?")
    expect(dialog).to_be_hidden()


def test_the_theme_is_kept(open_page: OpenPage):
    page = open_page()
    wait_for(page, "loaded")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Dark", exact=True).click()
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    assert page.evaluate(ground) == dark


def test_commands_do_the_same_as_the_button(open_page: OpenPage, base_url: str):
    page = open_page()
    wait_for(page, "loaded")
    page.get_by_text("Options and commands").click()
    page.get_by_label("Steps ahead").fill("12")
    command = page.locator(".snippet")
    expect(command).to_contain_text(f"{base_url}/v1/bridge/predict")
    expect(command).to_contain_text("horizon=12")
    for kind, part in (("Python", "requests.post("), ("CLI", "industriverse predict")):
        page.get_by_role("button", name=kind, exact=True).click()
        expect(command).to_contain_text(part)


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_times_follow_the_zone_in_the_link(open_page: OpenPage, zone: str):
    page = open_page("/?tz=local&live=1", timezone_id=zone)
    wait_for(page, "loaded")
    shift = {"Asia/Tokyo": "UTC+09:00", "America/New_York": "UTC−05:00"}[zone]
    expect(page.locator(".runs time").first).to_contain_text(shift)
    page.get_by_role("button", name="UTC", exact=True).click()
    expect(page.locator(".runs time").first).to_contain_text(re.compile("UTC$"))


def _open_field_run(page: Page) -> None:
    wait_for(page, "loaded")
    fields = page.get_by_role("row").filter(has=page.get_by_role("cell", name="field", exact=True))
    link = fields.get_by_role("link")
    if link.count() == 0:
        pytest.skip("this server has no run of a field")
    link.first.click()


def test_a_past_forecast_stands_beside_the_truth_and_its_error(open_page: OpenPage):
    page = open_page()
    _open_field_run(page)
    page.get_by_role("button", name="How the last one fared").click()
    expect(page).to_have_url(re.compile("view=past"))
    for label in ("Truth", "Forecast, mean", "Error: mean less truth"):
        expect(page.get_by_role("application", name=re.compile(f"^{label}"))).to_be_visible()
    page.locator(".map canvas").first.focus()
    page.keyboard.press("ArrowLeft")
    read = page.get_by_text(re.compile(r"Row \d+, column \d+: truth .*; error "))
    expect(read).to_be_visible()
    page.get_by_role("button", name="Ahead", exact=True).click()
    expect(page.get_by_role("application", name=re.compile("^Last observed"))).to_be_visible()


def test_the_law_that_was_found_is_written_out(open_page: OpenPage):
    page = open_page()
    _open_field_run(page)
    panel = page.get_by_role("region", name="The law in the frames")
    expect(panel.locator(".equation").first).to_contain_text("∂")
    expect(panel.get_by_role("button", name="Copy the law as LaTeX").first).to_be_visible()


def test_the_nearest_equation_is_not_called_a_law(open_page: OpenPage):
    page = open_page()
    _open_field_run(page)
    panel = page.get_by_role("region", name="The law in the frames")
    expect(panel.locator(".equation").first).to_be_visible()
    told = panel.get_by_text("The nearest equation, which leaves too much to be a law")
    if told.count() == 0:
        pytest.skip("this server's field has a law")
    expect(told).to_contain_text("No law for velocity_y.")
    expect(panel.locator(".equation").last).to_have_text("∂velocity_y/∂t = −0.41 ∂x velocity_y")


def test_a_map_is_stepped_and_probed_by_keys(open_page: OpenPage):
    page = open_page()
    _open_field_run(page)
    slider = page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("frame=2"))
    page.locator(".map canvas").first.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text(re.compile(r"Row \d+, column \d+: last observed"))).to_be_visible()
