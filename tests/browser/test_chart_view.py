"""The interactive view of a chart, in a browser, in a host that shows it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import anyio
import pytest
from mcp import Client
from mcp.client.extension import advertise
from mcp.types import EmbeddedResource, TextResourceContents
from playwright.sync_api import Browser, FrameLocator, Page, expect, sync_playwright

from browser.host import Host, serving
from chromium import CHROMIUM
from clock import now
from dexter_mcp.resources.chart_view import page as view
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator

APPS: Final = advertise("io.modelcontextprotocol/ui", {"mimeTypes": ["text/html;profile=mcp-app"]})
FLAGS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PATIENCE: Final = 30_000.0
"""Milliseconds that a browser gets where other work keeps the machine busy."""
CALLS: Final[Mapping[str, dict[str, Any]]] = {
    "errors": {"project": "checkout"},
    "errors of a day": {"project": "checkout", "period": "24h"},
    "two axes": {"axes": ["count()", "count_unique(user)"], "group_by": "release", "period": "7d"},
    "bars": {"kind": "bars", "group_by": "title"},
    "releases": {"kind": "release_comparison", "release": "latest", "project": "storefront"},
    "nothing": {"kind": "bars", "group_by": "title", "query": "level:fatal title:none"},
    "refused": {"kind": "bars"},
    "svg": {"group_by": "title", "top": 10, "format": "svg"},
}
"""What the assistant asked for."""

Told = dict[str, Any]


@pytest.fixture(scope="module")
def told(sample: Simulator) -> dict[str, Told]:
    """What the server answered a host that shows views, by the name of the call."""

    async def ask() -> dict[str, Told]:
        settings = Settings(
            url="http://sentry.test",
            token=Simulator.TOKEN,
            toolsets=("discover",),
            requests_per_second=100_000,
        )
        async with Client(build_server(settings, sample, now=now), extensions=[APPS]) as client:
            results = {
                name: await client.call_tool("render_chart", call) for name, call in CALLS.items()
            }
        return {
            name: result.model_dump(mode="json", by_alias=True, exclude_none=True)
            for name, result in results.items()
        }

    return anyio.run(ask)


@pytest.fixture(scope="module")
def browser(told: dict[str, Told]) -> Iterator[Browser]:
    """A browser; begun after everything else that needs a loop of its own."""
    assert told
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Seen:
    """A view on the screen, and what went on behind it."""

    page: Page
    host: Host
    view: FrameLocator
    complaints: list[str]
    fetched: list[str]

    @property
    def tip(self) -> str:
        """What the first tooltip says."""
        return self.view.locator(".tip").first.inner_text()

    def plot(self) -> tuple[float, float, float, float]:
        """Where the first plot is: its left, top, width and height."""
        box = self.view.locator(".plot > svg").first.bounding_box()
        assert box
        return box["x"], box["y"], box["width"], box["height"]

    def open(self, told: Mapping[str, Told], call: str, **changes: Any) -> None:
        """Show what a call brought."""
        self.host.first = {"arguments": CALLS[call], "result": {**told[call], **changes}}
        self.page.goto(self.host.url)
        shown = self.view.locator("main")
        expect(shown).to_have_attribute("aria-busy", "false", timeout=PATIENCE)


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with serving(Host(view())) as host:
        yield host


@pytest.fixture
def seen(browser: Browser, host: Host) -> Iterator[Seen]:
    page = browser.new_page(viewport={"width": 800, "height": 700})
    page.set_default_timeout(PATIENCE)
    host.begin()
    here = Seen(page, host, page.frame_locator("#view"), [], [])
    page.on("console", lambda message: here.complaints.append(message.text))
    page.on("pageerror", lambda error: here.complaints.append(str(error)))
    page.on("request", lambda request: here.fetched.append(request.url))
    yield here
    page.close()


def test_it_shows_what_was_asked_with_axes_and_legend(seen: Seen, told: dict[str, Told]) -> None:
    seen.open(told, "errors")
    expect(seen.view.get_by_role("heading", name="count()")).to_be_visible()
    expect(seen.view.get_by_text("errors · acme, checkout · last 14d")).to_be_visible()
    expect(seen.view.get_by_text("the 14 d before")).to_be_visible()
    for label in ("0", "60", "31 Jul", "12 Aug"):
        expect(seen.view.locator("svg text").get_by_text(label, exact=True)).to_be_visible()
    assert seen.complaints == []


def test_pointing_tells_the_figures(seen: Seen, told: dict[str, Told]) -> None:
    seen.open(told, "errors")
    left, top, width, _ = seen.plot()
    seen.page.mouse.move(left + width * 0.7, top + 80)
    assert re.fullmatch(
        r"2026-08-08 \d\d:00 UTC\s+last 14d\s+\d+\s+the 14 d before\s+\d+", seen.tip.strip()
    )
    seen.page.mouse.move(left + width * 0.7, top - 60)
    expect(seen.view.locator(".tip")).to_be_hidden()


def test_the_keyboard_reaches_every_figure(seen: Seen, told: dict[str, Told]) -> None:
    seen.open(told, "errors")
    plot = seen.view.locator(".plot > svg")
    plot.focus()
    plot.press("ArrowRight")
    plot.press("ArrowRight")
    assert seen.tip.startswith("2026-07-29 10:00 UTC")
    expect(seen.view.get_by_role("status")).to_contain_text("2026-07-29 10:00 UTC. last 14d: ")
    plot.press("End")
    assert seen.tip.startswith("2026-08-12")
    plot.press("+")
    expect(plot).to_be_focused()
    expect(seen.view.get_by_role("button", name="Reset zoom")).to_be_visible()
    plot.press("0")
    expect(seen.view.get_by_role("button", name="Reset zoom")).to_be_hidden()


def test_dragging_zooms_and_reset_shows_all_again(seen: Seen, told: dict[str, Told]) -> None:
    seen.open(told, "errors")
    left, top, width, _ = seen.plot()
    seen.page.mouse.move(left + width * 0.6, top + 50)
    seen.page.mouse.down()
    seen.page.mouse.move(left + width * 0.75, top + 60, steps=4)
    seen.page.mouse.up()
    labels = seen.view.locator("svg text")
    expect(labels.get_by_text("31 Jul", exact=True)).to_have_count(0)
    expect(labels.get_by_text("12:00", exact=True).first).to_be_visible()
    seen.view.get_by_role("button", name="Reset zoom").click()
    expect(labels.get_by_text("31 Jul", exact=True)).to_be_visible()


def test_another_period_is_asked_of_the_tool(seen: Seen, told: dict[str, Told]) -> None:
    seen.open(told, "errors")
    seen.host.again = told["errors of a day"]
    expect(seen.view.get_by_role("button", name="14d")).to_have_attribute("aria-pressed", "true")
    seen.view.get_by_role("button", name="24h").click()
    expect(seen.view.get_by_text("errors · acme, checkout · last 24h")).to_be_visible()
    expect(seen.view.get_by_role("button", name="24h")).to_have_attribute("aria-pressed", "true")
    asked = {"project": "checkout", "period": "24h"}
    assert seen.host.calls == [{"name": "render_chart", "arguments": asked}]


def test_a_host_that_passes_nothing_on_shows_no_periods(seen: Seen, told: dict[str, Told]) -> None:
    seen.host.context = '{"hostCapabilities":{},"hostContext":{}}'
    seen.open(told, "errors")
    expect(seen.view.get_by_role("group", name="Period")).to_be_hidden()


def test_it_is_dark_where_the_host_is(seen: Seen, told: dict[str, Told]) -> None:
    seen.host.context = seen.host.context.replace("light", "dark")
    seen.open(told, "errors")
    card = seen.view.locator("main")
    assert card.evaluate("it => getComputedStyle(it).backgroundColor") == "rgb(28, 24, 38)"
    assert card.evaluate("it => getComputedStyle(it).color") == "rgb(242, 239, 249)"


def test_each_axis_has_a_plot_and_the_frame_grows_to_hold_them(
    seen: Seen, told: dict[str, Told]
) -> None:
    seen.open(told, "two axes")
    for axis in ("count()", "count_unique(user)"):
        expect(seen.view.get_by_role("heading", name=axis, exact=True)).to_be_visible()
    expect(seen.view.locator(".plot > svg")).to_have_count(2)
    frame, card = (
        seen.page.locator("#view").bounding_box(),
        seen.view.locator("main").bounding_box(),
    )
    assert frame
    assert card
    assert frame["height"] >= card["height"] > 400


def test_bars_are_a_table_of_names_and_figures(seen: Seen, told: dict[str, Told]) -> None:
    seen.open(told, "bars")
    rows = seen.view.get_by_role("row")
    expect(rows).to_have_count(5)
    widths = [bar["width"] for bar in boxes(seen, ".bar i:last-of-type")]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 100


def test_releases_stand_side_by_side_with_a_verdict(seen: Seen, told: dict[str, Told]) -> None:
    seen.open(told, "releases")
    crashed = seen.view.get_by_role("row").filter(has_text="sessions that crashed")
    expect(crashed).to_contain_text(re.compile(r"-\d+% better"))
    expect(seen.view.get_by_role("group", name="Period")).to_be_hidden()


def test_nothing_to_draw_is_said(seen: Seen, told: dict[str, Told]) -> None:
    seen.open(told, "nothing")
    expect(seen.view.get_by_role("status")).to_have_text("There is nothing to draw.")


def test_a_refusal_is_shown_in_its_own_words(seen: Seen, told: dict[str, Told]) -> None:
    seen.open(told, "refused")
    expect(seen.view.get_by_role("status")).to_contain_text("`group_by` is missing")


def test_names_by_strangers_stay_text(seen: Seen, told: dict[str, Told]) -> None:
    evil = '<img src="/stolen" onerror="document.title = 1"><script>parent.x = 1</script>'
    row: dict[str, Any] = {"label": evil, "values": [1], "texts": ["1"], "note": evil}
    shared: dict[str, Any] = {
        "title": evil,
        "subtitle": evil,
        "measure": "",
        "names": [],
        "ownScales": False,
    }
    chart = {"kind": "bars", "rows": [row], **shared}
    seen.open(told, "bars", _meta={"dexter-mcp/chart": chart})
    expect(seen.view.get_by_role("rowheader")).to_have_text(evil)
    assert not any("stolen" in url for url in seen.fetched)
    assert seen.complaints == []


def test_it_fetches_nothing_and_runs_nothing_but_its_own(seen: Seen, told: dict[str, Told]) -> None:
    seen.open(told, "errors")
    assert {url.removeprefix(seen.host.url) for url in seen.fetched} == {"", "view", "first"}
    view = seen.view.locator("body")
    assert view.evaluate("() => fetch('/first').then(() => 'came', () => 'refused')") == "refused"
    assert (
        view.evaluate(
            """body => {
                setTimeout("window.foreign = 'from a text'");
                const script = document.createElement("script");
                script.textContent = "window.foreign = 'from a script'";
                body.append(script);
                const told = () => window.foreign ?? "refused";
                return new Promise((done) => setTimeout(() => done(told()), 9));
            }"""
        )
        == "refused"
    )


def test_the_svg_keeps_its_words_on_its_card(browser: Browser, told: dict[str, Told]) -> None:
    (document,) = (
        EmbeddedResource.model_validate(part)
        for part in told["svg"]["content"]
        if part["type"] == "resource"
    )
    assert isinstance(document.resource, TextResourceContents)
    page = browser.new_page()
    page.set_content(f"<body style='margin:0'>{document.resource.text}</body>")
    card, *_ = (box for box in [page.locator("svg").bounding_box()] if box)
    words = [word.bounding_box() for word in page.locator("svg text").all()]
    assert len(words) > 15
    assert all(word and word["x"] >= 0 for word in words)
    assert all(word and word["x"] + word["width"] <= card["width"] for word in words)
    assert page.get_by_text("time (UTC)").is_visible()
    page.close()


def boxes(seen: Seen, what: str) -> list[Any]:
    return [each.bounding_box() for each in seen.view.locator(what).all()]
