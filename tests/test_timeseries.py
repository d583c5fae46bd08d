"""Events over time: the figures of a series, where it changed, and how it is asked for."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers import Ask
from clock import generous, now
from dexter_mcp.sentry.timeseries import Series, TimeSeries
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.faults import Fault
from dexter_mcp.views import timeseries as view
from dexter_mcp.views.change_point import change_point
from invented import FENCE, NOW, fenced
from small_world import small_world, story

HOUR = 3_600_000
START = round(datetime(2026, 11, 8, tzinfo=UTC).timestamp() * 1000)
LEVELS = st.integers(-1000, 1000)
SOME = st.lists(st.floats(-1e6, 1e6), max_size=80)


class TestChangePoint:
    @given(LEVELS, st.integers(1, 200))
    def test_what_stays_as_it_is_did_not_change(self, level: float, size: int) -> None:
        assert change_point([level] * size) is None

    @given(SOME)
    def test_a_change_lies_within_the_series(self, values: list[float]) -> None:
        change = change_point(values)
        assert change is None or 0 < change.at < len(values)

    @given(st.integers(12, 60), st.integers(12, 60), LEVELS, LEVELS)
    def test_a_clean_step_is_found_where_it_is(
        self, before: int, after: int, low: int, high: int
    ) -> None:
        change = change_point([low] * before + [high] * after)
        if abs(high - low) >= 0.2 * max(abs(high), abs(low)) > 0:
            assert change is not None
            assert (change.at, change.before, change.after) == (before, low, high)
        else:
            assert change is None

    @given(st.lists(st.integers(0, 50), min_size=16, max_size=60), st.integers(2, 9))
    def test_the_scale_does_not_matter(self, values: list[int], factor: int) -> None:
        here, there = change_point(values), change_point([value * factor for value in values])
        assert (here and here.at) == (there and there.at)

    @given(st.integers(0, 39), st.integers(100, 10**9))
    def test_a_single_peak_is_no_change(self, at: int, height: int) -> None:
        values = [10 + place % 3 for place in range(40)]
        values[at] = height
        assert change_point(values) is None

    def test_fewer_than_sixteen_values_never_suffice(self) -> None:
        assert change_point([0] * 7 + [9] * 8) is None
        assert change_point([0] * 8 + [9] * 8) is not None


def series(
    *values: float | None,
    axis: str = "count()",
    kind: str = "integer",
    group: str = "",
    incomplete: int = 0,
    **meta: Any,
) -> Series:
    complete = len(values) - incomplete
    return Series.model_validate(
        {
            "yAxis": axis,
            "groupBy": [{"key": "release", "value": group}] if group else None,
            "values": [
                {"timestamp": START + place * HOUR, "value": value, "incomplete": place >= complete}
                for place, value in enumerate(values)
            ],
            "meta": {"interval": HOUR, "valueType": kind, "valueUnit": "millisecond", **meta},
        }
    )


def shown(*found: Series, axes: tuple[str, ...] = ("count()",), before: str = "") -> str:
    asked = view.Asked("acme", "errors", axes, (), "", (), (), "last 24h", before)
    return view.listing(TimeSeries(time_series=found), asked, fence=FENCE, now=NOW).text


class TestFigures:
    def test_what_adds_up_has_a_total_and_an_average(self) -> None:
        it = view.figures(series(1, 2, 3))
        assert it is not None
        assert (it.total, it.average) == (6, 2)

    def test_what_does_not_add_up_has_no_total(self) -> None:
        it = view.figures(series(1, 2, 3, axis="count_unique(user)"))
        assert it is not None
        assert it.total is None

    def test_a_bucket_that_may_still_grow_is_left_out(self) -> None:
        it = view.figures(series(5, 5, 1, incomplete=1))
        assert it is not None
        assert it.values == (5, 5)
        assert "1 bucket at the end is incomplete and left out." in shown(
            series(5, 5, 1, incomplete=1)
        )

    def test_a_duration_of_nothing_is_no_fastest_answer(self) -> None:
        it = view.figures(series(0, 320, 0, 280, axis="p95(span.duration)", kind="duration"))
        assert it is not None
        assert it.values == (320, 280)

    def test_a_series_without_values_says_so(self) -> None:
        assert view.figures(series(None, None)) is None
        assert "all|··" in shown(series(None, None))

    def test_a_series_is_a_line(self) -> None:
        assert "all|▂▄▆█|10|2.5|1|4 at 11-08 03:00|4" in fenced(shown(series(1, 2, 3, 4)))

    def test_a_lasting_change_is_told_with_its_moment(self) -> None:
        text = fenced(shown(series(*[2] * 12, *[9] * 12)))
        assert text.rstrip().endswith("|2026-11-08T12:00Z 2 → 9")

    def test_it_is_compared_with_the_time_before(self) -> None:
        told = series(6, 6).model_dump(by_alias=True)
        for value in told["values"]:
            value["comparisonValue"] = 4
        text = shown(Series.model_validate(told), before="the 2 h before")
        assert "|+50% from 8" in text
        assert "compared with: the 2 h before" in text

    def test_without_anything_to_compare_with_that_is_said(self) -> None:
        assert "nothing of the time before" in shown(series(6, 6), before="the 2 h before")

    def test_the_rest_comes_last_whatever_its_order(self) -> None:
        text = fenced(shown(series(9, group="x", isOther=True), series(1, group="1.0", order=3)))
        assert text.index("1.0|") < text.index("(others)|")

    def test_several_axes_are_told_apart(self) -> None:
        found = (series(1), series(2, axis="eps()", kind="rate", valueUnit="1/second"))
        text = fenced(shown(*found, axes=("count()", "eps()")))
        assert "count()|" in text
        assert "eps()|" in text
        assert "2/s" in text


@pytest.mark.anyio
class TestTool:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(
            url="http://sentry.test", token=Simulator.TOKEN, requests_per_second=100_000
        )

    async def test_it_finds_when_checkout_became_slower(self, ask: Ask) -> None:
        text = await ask(
            "query_timeseries",
            dataset="spans",
            axes="p95(span.duration)",
            query="is_transaction:true transaction:/api/checkout",
            project="checkout",
        )
        change = re.search(r"\|2026-(08-\d\d)T\d\d:00Z (\d+) ms → (\d+) ms", text)
        assert change
        assert change[1] in {"08-09", "08-10", "08-11"}
        assert int(change[3]) > 1.5 * int(change[2])

    async def test_groups_are_the_top_ones_and_the_rest(self, ask: Ask, sample: Simulator) -> None:
        text = await ask("query_timeseries", group_by="release", top=2, project="checkout")
        assert text.startswith("3 series of errors, interval 1 h")
        assert "(others)" in text
        asked = parse_qs(urlsplit(sample.world.seen[-1]).query)
        assert asked["topEvents"] == ["2"]
        assert asked["sort"] == ["-count()"]
        assert asked["comparisonDelta"] == [str(14 * 24 * 3600)]

    async def test_groups_by_no_field_say_what_may_have_been_meant(self, ask: Ask) -> None:
        text = await ask("query_timeseries", period="7d", group_by="relaese")
        assert "Did you mean release instead of relaese?" in text

    async def test_nothing_by_a_field_that_is_none_says_what_may_have_been_meant(
        self, ask: Ask
    ) -> None:
        text = await ask("query_timeseries", period="7d", query="levle:error")
        assert "Did you mean level instead of levle?" in text

    async def test_an_interval_is_sent_in_seconds(self, ask: Ask, sample: Simulator) -> None:
        text = await ask("query_timeseries", interval="1d", period="7d", compare=False)
        assert "interval 1 d" in text
        assert "compared with" not in text
        assert parse_qs(urlsplit(sample.world.seen[-1]).query)["interval"] == ["86400"]

    @pytest.mark.parametrize(
        ("asked", "sentence"),
        [
            ({"axes": "title"}, "`axes` are functions, and 'title' is a field"),
            ({"group_by": "timestamp"}, "leave timestamp out of `group_by`"),
            ({"interval": "soon"}, "`interval` is a number and a unit"),
            ({"interval": "10s"}, "makes 120960 points a series, and Sentry gives 10000 at most"),
            ({"interval": "7m", "dataset": "spans"}, "For spans `interval` is one of 15s, 30s, 1m"),
            ({"top": 11, "group_by": "release"}, "`top` must be from 1 to 10"),
            ({"axes": "falure_rate()", "dataset": "spans"}, "Did you mean failure_rate()"),
        ],
    )
    async def test_what_sentry_would_not_do_is_one_sentence(
        self, refused: Ask, asked: dict[str, Any], sentence: str
    ) -> None:
        assert sentence in await refused("query_timeseries", **asked)


@pytest.mark.anyio
class TestOlderServers:
    @pytest.fixture
    def simulator(self) -> Simulator:
        """A server that has `/events-stats/` alone."""
        world = small_world(now)
        world.tell("acme", story("KeyError", count=6, ago=2))
        world.tell("acme", story("ValueError", count=3, ago=2))
        simulator = generous(Simulator(world))
        simulator.faults.add(Fault("/events-timeseries/", status=404, times=-1))
        return simulator

    async def test_a_series_comes_in_the_older_shape(self, ask: Ask) -> None:
        text = await ask("query_timeseries", period="7d")
        assert text.startswith("1 series of errors, interval 1 h")
        assert "|9|" in text

    async def test_so_do_groups_and_several_axes(self, ask: Ask) -> None:
        by_title = await ask("query_timeseries", period="7d", group_by="title")
        assert "KeyError: no KeyError here|" in by_title
        both = await ask("query_timeseries", period="7d", axes=["count()", "count_unique(user)"])
        assert "count_unique(user)|" in both
        deep = await ask(
            "query_timeseries", period="7d", axes=["count()", "epm()"], group_by="title"
        )
        assert "epm() · KeyError: no KeyError here|" in deep

    async def test_a_group_may_be_called_as_the_points_are(
        self, ask: Ask, simulator: Simulator
    ) -> None:
        simulator.world.tell("acme", story("Odd", count=4, ago=2, releases={"data": 1}))
        text = await ask("query_timeseries", period="7d", group_by="release")
        assert "\ndata|" in text

    async def test_it_is_asked_in_vain_only_once(self, ask: Ask, simulator: Simulator) -> None:
        await ask("query_timeseries", period="7d")
        await ask("query_timeseries", period="3d")
        assert sum("/events-timeseries/" in line for line in simulator.world.seen) == 1
