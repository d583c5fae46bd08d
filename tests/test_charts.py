"""Charts: scales, colours, what a picture holds, and how one is asked for."""

import itertools
import subprocess
import sys
from base64 import b64decode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client
from mcp.client.extension import advertise
from mcp.types import CallToolResult, EmbeddedResource, ImageContent, TextResourceContents

from answers import Ask, text_of
from clock import generous, now
from dexter_mcp.charts import picture
from dexter_mcp.charts.model import Bar, BarChart, Chart, Line, Panel, TimeChart
from dexter_mcp.charts.scale import of_moments, of_values
from dexter_mcp.charts.svg import fitted, text, width
from dexter_mcp.charts.theme import THEMES, Name, Theme
from dexter_mcp.resources.chart_view import URI, page
from dexter_mcp.sentry.timeseries import Point, Series, TimeSeries
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from dexter_mcp.views import charts as view
from dexter_mcp.views import timeseries
from dexter_mcp.views.pictures import recognized
from small_world import broken, small_world, story

SVG = "{http://www.w3.org/2000/svg}"
BORN = datetime(2026, 8, 12, tzinfo=UTC)
APPS = advertise("io.modelcontextprotocol/ui", {"mimeTypes": ["text/html;profile=mcp-app"]})
VALUES = st.lists(st.floats(-1e15, 1e15).filter(lambda it: it == 0 or abs(it) > 1e-9), max_size=40)


def panel(*values: float | None, label: str = "a") -> Panel:
    return Panel("count()", (Line(label, values),), "{:g}".format)


def over_time(*panels: Panel, title: str = "count()") -> TimeChart:
    many = max(len(line.values) for each in panels for line in each.lines)
    moments = tuple(BORN + timedelta(hours=place) for place in range(many))
    return TimeChart(title, "errors", moments, panels)


def bars(*rows: Bar, names: tuple[str, ...] = ()) -> BarChart:
    return BarChart("count() by title", "errors", "count()", names, rows)


def words(chart: Chart, theme: Name = "light") -> list[str]:
    return [each.text or "" for each in drawn(chart, theme).iter(f"{SVG}text")]


def drawn(chart: Chart, theme: Name = "light") -> ET.Element:
    return ET.fromstring(picture.svg(chart, theme))  # noqa: S314 - ours


def boxes(chart: Chart, told: str) -> list[float]:
    """Measure all boxes but the card."""
    _, *found = drawn(chart).iter(f"{SVG}rect")
    return [float(each.get(told, 0)) for each in found]


class TestScale:
    @given(VALUES)
    def test_it_holds_every_value_and_zero(self, values: list[float]) -> None:
        scale = of_values(panel(*values))
        assert all(-1e-6 <= scale.part(value) <= 1 + 1e-6 for value in [*values, 0.0])
        assert 2 <= len(scale.ticks) <= 12

    @pytest.mark.parametrize("value", [5e-324, -5e-324, 1e24, -1e24])
    def test_it_has_ticks_however_small_or_large_the_values(self, value: float) -> None:
        assert len(of_values(panel(value)).ticks) >= 2

    def test_the_last_of_all_days_ends_it(self) -> None:
        last = datetime.max.replace(tzinfo=UTC)
        assert of_moments(last - timedelta(days=2), last)

    @given(VALUES)
    def test_no_two_ticks_read_alike(self, values: list[float]) -> None:
        whole = Panel("", (Line("", tuple(values)),), "{:.0f}".format, unit="ms")
        read = [label for _, label in of_values(whole).ticks]
        assert len(set(read)) == len(read)

    @given(st.integers(1, 3 * 365 * 86_400))
    def test_moments_are_few_and_read_differently(self, seconds: int) -> None:
        ticks = of_moments(BORN, BORN + timedelta(seconds=seconds))
        assert 1 <= len(ticks) <= 9
        assert ticks == sorted(ticks)
        close = [label for _, label in ticks]
        assert all(one != other for one, other in itertools.pairwise(close))

    def test_durations_are_counted_in_seconds_and_minutes(self) -> None:
        chart = view.of_series(
            TimeSeries(time_series=(series(90_000, 200_000, kind="duration"),)), ASKED
        )
        labels = [label for _, label in of_values(chart.panels[0]).ticks]
        assert labels == ["0 ms", "1 min", "2 min", "3 min", "4 min"]


class TestLegibility:
    @pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
    def test_words_and_lines_stand_out_from_their_card(self, theme: Theme) -> None:
        for colour in (theme.text, theme.faint):
            assert contrast(colour, theme.card) >= 4.5
        for colour in (theme.muted, *theme.lines):
            assert contrast(colour, theme.card) >= 3

    def test_ten_lines_can_be_told_apart(self) -> None:
        labels = [f"release {number}" for number in range(10)]
        chart = over_time(Panel("p95", tuple(Line(label, (1, 2)) for label in labels), str))
        strokes = {
            (each.get("stroke"), each.get("stroke-dasharray"))
            for each in drawn(chart).iter(f"{SVG}path")
            if each.get("stroke-width") == "2.5"
        }
        assert len(strokes) == 10
        assert {*labels} <= {*words(chart)}

    @given(st.text(max_size=400), st.integers(20, 400))
    def test_long_names_are_cut_to_their_room(self, name: str, room: int) -> None:
        assert width(fitted(name, 12, room), 12) <= max(room, 12)

    @given(st.text())
    def test_whatever_somebody_wrote_is_text_in_a_picture(self, name: str) -> None:
        element = ET.fromstring(text(name, 0, 0))  # noqa: S314 - ours
        assert len(element) == 0

    def test_a_picture_says_what_it_shows_to_those_who_hear_it(self) -> None:
        root = drawn(over_time(panel(1, 2), title="errors of checkout"))
        assert root.get("role") == "img"
        assert root.findtext(f"{SVG}title") == "errors of checkout"


class TestLines:
    def test_a_gap_breaks_the_line_and_a_value_alone_is_a_dot(self) -> None:
        many = [1.0] * 40
        chart = over_time(panel(*many, None, 5, None, *many))
        assert len(list(drawn(chart).iter(f"{SVG}circle"))) == 1

    def test_one_point_stands_in_the_middle(self) -> None:
        (dot,) = drawn(over_time(panel(7))).iter(f"{SVG}circle")
        assert 380 < float(dot.get("cx", 0)) < 430

    def test_nothing_at_all_is_a_line_at_zero(self) -> None:
        assert "0" in words(over_time(panel(0, 0, 0)))

    def test_zero_is_marked_between_gains_and_losses(self) -> None:
        assert {"-20", "0", "40"} <= {*words(over_time(panel(-20, 35)))}

    def test_an_axis_without_values_is_drawn_beside_one_that_has_some(self) -> None:
        assert {"6", "nothing in this time"} <= {*words(over_time(panel(None), panel(5)))}

    def test_without_any_value_there_is_nothing_to_draw(self) -> None:
        assert over_time(panel(None, None)).empty
        assert bars().empty


class TestBars:
    def test_lengths_are_in_proportion_from_zero(self) -> None:
        rows = [Bar(str(value), (value,), (str(value),)) for value in (100.0, 50.0, 0.0)]
        widths = boxes(bars(*rows), "width")
        assert widths[0] == pytest.approx(2 * widths[1], rel=0.01)
        assert len(widths) == 2

    def test_a_loss_lies_on_the_other_side_of_zero(self) -> None:
        rows = [Bar("a", (-10,), ("-10",)), Bar("b", (10,), ("10",))]
        loss, gain = boxes(bars(*rows), "x")
        assert loss < gain

    def test_what_was_not_measured_has_no_bar(self) -> None:
        root = drawn(bars(Bar("a", (None, 3), ("unknown", "3")), names=("new", "old")))
        assert "unknown" in [each.text for each in root.iter(f"{SVG}text")]


ASKED = timeseries.Asked(
    "acme", "errors", ("count()",), (), "", (), (), "last 2h", "the 2 h before"
)


def series(*values: float | None, kind: str = "integer", before: Sequence[float] = ()) -> Series:
    points = [
        {"timestamp": 1_000 * 3_600 * place, "value": value, "comparisonValue": earlier}
        for place, (value, earlier) in enumerate(itertools.zip_longest(values, before))
    ]
    meta = {"valueType": kind, "interval": 3_600_000}
    axis = "p95(span.duration)" if kind == "duration" else "count()"
    return Series.model_validate({"yAxis": axis, "values": points, "meta": meta})


class TestView:
    def test_one_series_is_seen_against_the_time_before(self) -> None:
        found = TimeSeries(time_series=(series(1, 2, before=[3, 4]),))
        (shown,) = view.of_series(found, ASKED).panels
        assert [(line.label, line.values, line.muted) for line in shown.lines] == [
            ("last 2h", (1, 2), False),
            ("the 2 h before", (3, 4), True),
        ]

    def test_points_that_nobody_can_have_measured_are_left_out(self) -> None:
        whole = series(1, 1e300, 3, before=[1, 1, -1e300])
        odd = [{"timestamp": stamp, "value": 4} for stamp in (1e300, -1e17, 253_402_300_800_000)]
        points = (*whole.values, *series().values, *map(Point.model_validate, odd))
        found = TimeSeries(time_series=(whole.model_copy(update={"values": points}),))
        chart = view.of_series(found, ASKED)
        assert chart.panels[0].lines[0].values == (1,)
        assert len(chart.moments) == 1
        assert picture.svg(chart, "light")

    def test_a_duration_of_nothing_is_a_gap(self) -> None:
        (shown,) = view.of_series(
            TimeSeries(time_series=(series(5, 0, 7, kind="duration"),)), ASKED
        ).panels
        assert shown.lines[0].values == (5, None, 7)

    def test_programs_get_values_with_their_words(self) -> None:
        told = view.for_programs(view.of_series(TimeSeries(time_series=(series(1, None),)), ASKED))
        (line,) = told["panels"][0]["lines"]
        assert (line["values"], line["texts"]) == ((1, None), ["1", ""])


def attached(result: CallToolResult) -> str:
    (document,) = (part for part in result.content if isinstance(part, EmbeddedResource))
    assert isinstance(document.resource, TextResourceContents)
    assert document.resource.mime_type == "image/svg+xml"
    return document.resource.text


@pytest.fixture
def settings() -> Settings:
    return Settings(
        url="http://sentry.test",
        token=Simulator.TOKEN,
        toolsets=("discover",),
        requests_per_second=100_000,
    )


@pytest.mark.anyio
class TestTool:
    @pytest.mark.parametrize(
        "asked",
        [
            {"project": "checkout"},
            {"kind": "bars", "group_by": "title", "theme": "dark"},
            {"kind": "release_comparison", "release": "latest", "project": "storefront"},
        ],
    )
    async def test_it_gives_a_picture_beside_the_figures(
        self, client: Client, asked: dict[str, Any]
    ) -> None:
        result = await client.call_tool("render_chart", asked)
        assert text_of(result).endswith("\nThe picture shows the same.")
        (image,) = (part for part in result.content if isinstance(part, ImageContent))
        seen = recognized(b64decode(image.data))
        assert seen
        assert (seen.mime_type, seen.width) == ("image/png", 1140)
        assert seen.height < 1_000

    async def test_checkout_by_release_is_drawn_as_svg(self, client: Client) -> None:
        asked = {
            "dataset": "spans",
            "axes": "p95(span.duration)",
            "query": "is_transaction:true transaction:/api/checkout",
            "group_by": "release",
            "format": "svg",
        }
        result = await client.call_tool("render_chart", asked)
        root = ET.fromstring(attached(result))  # noqa: S314 - ours
        shown = [each.text for each in root.iter(f"{SVG}text")]
        assert {"p95(span.duration) by release", "checkout@4.16.0", "1 s", "time (UTC)"} <= {*shown}

    async def test_nothing_to_draw_is_said(self, ask: Ask) -> None:
        text = await ask("render_chart", kind="bars", group_by="title", query="level:fatal x:y")
        assert text.startswith("No row.")
        assert "No picture, because there is nothing to draw." in text

    @pytest.mark.parametrize(
        ("asked", "sentence"),
        [
            ({"kind": "bars"}, "`group_by` is missing"),
            ({"kind": "release_comparison"}, "`release` is missing"),
            ({"kind": "pie"}, "`kind` must be 'series', 'bars' or 'release_comparison'"),
            ({"axes": ["p50()", "p75()", "p90()", "p95()", "p99()"]}, "room for 4 `axes`"),
            ({"axes": "title"}, "`axes` are functions, and 'title' is a field"),
        ],
    )
    async def test_what_can_not_be_drawn_is_one_sentence(
        self, refused: Ask, asked: dict[str, Any], sentence: str
    ) -> None:
        assert sentence in await refused("render_chart", **asked)

    async def test_a_hostile_title_is_drawn_as_harmless_text(self, settings: Settings) -> None:
        world = small_world(now)
        hostile = "</text><script>x</script>\u202e\x1b[31m AKIAABCDEFGHIJKLMNOP"
        world.tell("acme", story(payload=broken(hostile)))
        async with Client(build_server(settings, generous(Simulator(world)), now=now)) as client:
            asked = {"kind": "bars", "group_by": "title", "format": "svg"}
            told = attached(await client.call_tool("render_chart", asked))
        assert "<script" not in told
        assert "AKIA" not in told
        assert not {"\u202e", "\x1b"} & {*told}


@pytest.mark.anyio
class TestInteractiveView:
    async def test_only_a_host_that_shows_views_gets_the_figures_for_one(
        self, settings: Settings, sample: Simulator
    ) -> None:
        server = build_server(settings, sample, now=now)
        for extensions, found in (([APPS], True), ([], False)):
            async with Client(server, extensions=extensions) as client:
                result = await client.call_tool("render_chart", {"project": "checkout"})
                assert ("dexter-mcp/chart" in (result.meta or {})) is found

    async def test_the_tool_names_its_view_and_the_view_can_be_read(
        self, either_client: Client
    ) -> None:
        tools = {tool.name: tool for tool in (await either_client.list_tools()).tools}
        assert tools["render_chart"].meta == {"ui": {"resourceUri": URI}}
        (content,) = (await either_client.read_resource(URI)).contents
        assert isinstance(content, TextResourceContents)
        assert content.mime_type == "text/html;profile=mcp-app"
        assert content.text == page()

    async def test_without_the_tool_there_is_no_view(self, sample: Simulator) -> None:
        settings = Settings(url="http://sentry.test", token=Simulator.TOKEN)
        async with Client(build_server(settings, sample, now=now)) as client:
            assert URI not in [str(it.uri) for it in (await client.list_resources()).resources]


def run(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout


CALL = 'from dexter_mcp.cli import run; run(["call", "--simulator", "--toolsets", "discover", {}])'


class TestExtra:
    def test_a_start_imports_neither_the_library_nor_the_charts(self) -> None:
        code = (
            "import sys; from dexter_mcp.server import build_server; "
            "from dexter_mcp.settings import Settings; "
            "build_server(Settings(toolsets=('all',))); "
            "print([name for name in sys.modules if 'resvg' in name or 'mcp.charts' in name])"
        )
        assert run(code) == "[]\n"

    def test_without_it_the_text_says_how_to_get_it(self) -> None:
        call = CALL.format('"render_chart", "period=24h"')
        told = run(f"import sys; sys.modules['resvg_py'] = None; {call}")
        assert "pip install 'dexter-mcp[charts]'" in told
        assert "[image]" not in told


def contrast(one: str, other: str) -> float:
    """Compare two colours as WCAG does."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(factor * part for factor, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
