"""Numbers, times, tables and budgets, as they are read."""

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dexter_mcp.views.answer import Answer
from dexter_mcp.views.budget import FLOOR, HARD_CAP, Section, fit, keep_ends
from dexter_mcp.views.moments import ago, exact, of_epoch, span
from dexter_mcp.views.numbers import count, counted, percent, size
from dexter_mcp.views.sparkline import sparkline
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence

NOW = datetime(2026, 11, 8, 12, 0, tzinfo=UTC)


def test_an_answer_needs_only_its_text() -> None:
    assert Answer("done") == Answer(text="done", data=None, meta={})


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0"),
        (7, "7"),
        (0.25, "0.2"),
        (999, "999"),
        (1000, "1k"),
        (1234, "1.2k"),
        (34_400, "34k"),
        (999_700, "1M"),
        (5_600_000, "5.6M"),
        (-1500, "-1.5k"),
    ],
)
def test_a_count_is_short(number: float, shown: str) -> None:
    assert count(number) == shown


def test_a_count_knows_its_noun() -> None:
    assert counted(1, "event") == "1 event"
    assert counted(1200, "event") == "1.2k events"
    assert counted(0, "query", "queries") == "0 queries"


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (1, 0, "-"),
        (0, 9, "0%"),
        (1, 3, "33%"),
        (1, 100_000, "<0.1%"),
        (999, 1000, ">99%"),
        (5, 5, "100%"),
    ],
)
def test_a_share_says_neither_nothing_nor_all_too_early(
    part: float, whole: float, shown: str
) -> None:
    assert percent(part, whole) == shown


def test_a_size_is_in_binary_units() -> None:
    assert [size(number) for number in (512, 1536, 20 * 2**20)] == ["512 B", "1.5 KiB", "20 MiB"]


@given(st.integers(0, 10**18))
def test_a_count_is_never_long(number: int) -> None:
    assert len(count(number)) <= 4


@pytest.mark.parametrize(
    ("passed", "shown"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=3), "3 min ago"),
        (timedelta(hours=5, minutes=59), "5 h ago"),
        (timedelta(days=14), "14 d ago"),
        (timedelta(days=500), "500 d ago"),
        (timedelta(days=1500), "4 y ago"),
        (timedelta(hours=-2), "in 2 h"),
    ],
)
def test_an_age_is_in_its_largest_unit(passed: timedelta, shown: str) -> None:
    assert ago(NOW - passed, NOW) == shown


def test_a_moment_without_a_zone_is_in_utc() -> None:
    assert ago(datetime(2026, 11, 8, 11, 0), NOW) == "1 h ago"  # noqa: DTZ001 - the point
    assert exact(datetime(2026, 11, 8, 11, 0)) == "2026-11-08 11:00 UTC"  # noqa: DTZ001
    east = timezone(timedelta(hours=2))
    assert exact(datetime(2026, 11, 8, 12, 2, tzinfo=east)) == "2026-11-08 10:02 UTC"


def test_an_unknown_moment_is_said_to_be_unknown() -> None:
    assert ago(None, NOW) == exact(None) == "unknown"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 ms"),
        (0.0004, "<1 ms"),
        (0.32, "320 ms"),
        (0.9999, "1 s"),
        (4.4, "4.4 s"),
        (12.34, "12.3 s"),
        (59.7, "1 min"),
        (61, "1 min 1 s"),
        (7500, "2 h 5 min"),
        (86_400, "1 d"),
        (90_000, "1 d 1 h"),
        (-4.4, "-4.4 s"),
    ],
)
def test_a_span_has_at_most_two_units(seconds: float, shown: str) -> None:
    assert span(seconds) == shown


def test_a_sparkline_tells_nothing_from_little() -> None:
    assert sparkline([0, 1, 100]) == "·▁█"
    assert sparkline([5, 5, 5]) == "███"
    assert sparkline([0, 0]) == "··"
    assert sparkline([3]) == "█"
    assert not sparkline([])


@given(st.lists(st.floats(0, 1e9), max_size=400), st.integers(1, 30))
def test_a_sparkline_is_as_wide_as_its_series_or_the_limit(values: list[float], width: int) -> None:
    assert len(sparkline(values, width=width)) == min(len(values), width)


BEYOND: tuple[float, ...] = (math.inf, -math.inf, math.nan, 1e300, 10**400)


@pytest.mark.parametrize("number", BEYOND)
def test_what_nobody_can_have_measured_is_said_to_be_out_of_range(number: float) -> None:
    for shown in (
        count(number),
        size(number),
        span(number),
        percent(number, 3),
        percent(3, number),
    ):
        assert shown == "out of range"


@pytest.mark.parametrize("seconds", [*BEYOND, 253_402_300_800, -62_135_596_801])
def test_what_is_no_moment_is_unknown(seconds: float) -> None:
    assert of_epoch(seconds) is None


@pytest.mark.parametrize("number", BEYOND)
def test_a_number_beyond_all_measure_does_not_hide_the_others(number: float) -> None:
    assert sparkline([0, 1, number, 100]) == "·▁·█"


def test_a_long_series_is_added_up() -> None:
    assert sparkline([1, 1, 0, 0, 4, 4, 0, 1], width=4) == "▂·█▁"


def test_a_table_is_one_line_a_row() -> None:
    text = table(["issue", "level", "title"], [["A-1", "", "a|b\nc"], ["A-2", ""]])
    assert text == "issue|title\nA-1|a¦b c\nA-2|"


def test_a_table_without_content_is_empty() -> None:
    assert not table(["issue"], [])
    assert not table(["issue"], [[""]])


@given(st.lists(st.lists(st.text(max_size=5), min_size=3, max_size=3), min_size=1, max_size=5))
def test_every_line_of_a_table_has_as_many_cells(rows: list[list[str]]) -> None:
    text = table(["a", "b", "c"], rows)
    assert len({line.count("|") for line in text.split("\n")}) == 1
    assert not text or len(text.split("\n")) == len(rows) + 1


SECTIONS = st.lists(
    st.builds(
        Section,
        title=st.text(max_size=150),
        lines=st.lists(st.text("xyz", max_size=900), max_size=20),
        more=st.sampled_from(["", "detail=full", "limit=100" * 40]),
        keep=st.integers(0, 5),
        minimum=st.integers(0, 8),
        fence=st.sampled_from([None, Fence("7f3a19c2")]),
    ),
    max_size=12,
)


@given(SECTIONS, st.integers(0, 50_000))
def test_a_budget_is_never_exceeded(sections: list[Section], budget: int) -> None:
    assert len(fit(sections, budget)) <= min(max(budget, FLOOR), HARD_CAP)


@given(SECTIONS, st.integers(0, 5_000))
def test_a_cut_never_opens_a_fence(sections: list[Section], budget: int) -> None:
    text = fit(sections, budget)
    assert text.count("[event text 7f3a19c2") == text.count("[end of event text 7f3a19c2")


@given(
    st.lists(
        st.builds(
            Section,
            title=st.text(max_size=50),
            lines=st.lists(st.text("xyz", max_size=90), max_size=9),
        ),
        max_size=9,
    )
)
def test_an_ample_budget_loses_nothing(sections: list[Section]) -> None:
    text = fit(sections, HARD_CAP)
    assert all("\n".join(section.lines) in text for section in sections)
    assert "left out" not in text


def test_the_least_kept_section_gives_up_lines_first() -> None:
    story = Section("Story", ["why it broke"] * 20, keep=2)
    crumbs = Section("Breadcrumbs", ["clicked"] * 200, more="detail=full", minimum=2)
    text = fit([crumbs, story], FLOOR)
    assert text.count("why it broke") == 20
    assert text.startswith("Breadcrumbs\nclicked\nclicked\n")
    assert f"… {200 - text.count('clicked')} more lines: detail=full\n\nStory" in text


def test_a_section_that_is_gone_is_named() -> None:
    large = Section("Frames:", ["x" * 90] * 9, keep=1, minimum=9)
    small = Section("## Tags", ["y" * 90] * 9, more="fields=tags", minimum=9)
    text = fit([small, large], FLOOR)
    assert text.count("x" * 90) == 9
    assert text.endswith("\n\n… left out: Tags (fields=tags)")


def test_a_line_that_is_too_long_by_itself_is_cut() -> None:
    text = fit([Section("Log", ["x" * 100_000, "end"], fence=Fence("7f3a19c2"))], 2_000)
    assert text.endswith("x…\nend\n[end of event text 7f3a19c2]")
    assert len(text) <= 2_000


@given(st.lists(st.integers()), st.integers(0, 9), st.integers(0, 9))
def test_keeping_the_ends_accounts_for_every_item(items: list[int], first: int, last: int) -> None:
    head, left_out, tail = keep_ends(items, first, last)
    assert len(head) + left_out + len(tail) == len(items)
    assert [*head, *items[len(head) : len(head) + left_out], *tail] == items
