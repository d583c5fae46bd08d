"""A table of events as a model reads it."""

from typing import Any

import pytest

from dexter_mcp.sentry.discover import Rows
from dexter_mcp.views import discover as view
from dexter_mcp.views.quantities import plain, quantity
from invented import FENCE, NOW, fenced, unfenced


def shown(*rows: dict[str, Any], meta: dict[str, Any] | None = None, **page: Any) -> str:
    fields = tuple(dict.fromkeys(name for row in rows for name in row))
    asked = view.Asked(
        org="acme",
        dataset="errors",
        fields=fields,
        query="level:error",
        sort=("-count()",),
        project=("checkout",),
        environment=("production",),
        within="last 24h",
        link="https://acme.test/explore/",
        notes=("A note.",),
    )
    found = Rows.model_validate({"items": rows, "meta": meta or {}, **page})
    return view.rows(found, asked, fence=FENCE, now=NOW).text


def test_it_says_what_it_is_and_what_was_asked() -> None:
    lines = shown({"title": "x", "count()": 2}, next_cursor="sealed").split("\n")
    place = "project: checkout, environment: production"
    assert lines[:4] == [
        "1 row of errors, and more",
        f"query: level:error, org: acme, {place}, last 24h, sort: -count()",
        "https://acme.test/explore/",
        "A note.",
    ]
    assert lines[-1] == "next page: cursor=sealed"


def test_every_text_stands_in_the_fence() -> None:
    text = shown({"title": "canary", "tags[x]": ["canary", None, "too"], "other": {"a": "canary"}})
    assert "canary" not in unfenced(text)
    assert "canary|canary, too|" in fenced(text)


def test_figures_have_the_units_that_sentry_says() -> None:
    meta = {
        "fields": {"p95(span.duration)": "duration", "failure_rate()": "percentage", "b": "size"},
        "units": {"p95(span.duration)": "millisecond", "failure_rate()": None, "b": "byte"},
    }
    row = {"p95(span.duration)": 1234.5, "failure_rate()": 0.034, "b": 2048, "ok": True}
    assert "1.2 s|3.4%|2 KiB|yes" in fenced(shown(row, meta=meta))


def test_moments_are_short_and_in_utc() -> None:
    meta = {"fields": dict.fromkeys(("a", "b", "c"), "date")}
    row = {
        "a": "2026-11-08T11:02:03+02:00",
        "b": "2026-11-08T00:00:00",
        "c": "2025-01-02T03:00:00Z",
    }
    assert "11-08 09:02:03|11-08|2025-01-02 03:00" in fenced(shown(row, meta=meta))


def test_a_telltale_column_redacts_its_texts_and_spares_its_numbers() -> None:
    text = shown({"tags[api_key]": "abc", "any(session_token)": "abc", "count()": 7})
    assert "[redacted: api key]|[redacted: token]|7" in fenced(text)


def test_a_part_of_the_data_is_no_whole() -> None:
    assert "scanned a part" in shown({"count()": 1}, meta={"dataScanned": "partial"})


def test_an_odd_reply_is_read_as_far_as_it_goes() -> None:
    found = Rows.model_validate(
        {"items": [{"n": 10**30, "x": float("nan")}], "meta": {"fields": None, "units": [1]}}
    )
    assert found.meta.fields == {}


@pytest.mark.parametrize(
    ("number", "kind", "unit", "text"),
    [
        (320, "duration", "", "320 ms"),
        (3.2, "duration", "second", "3.2 s"),
        (0.5, "percentage", "", "50%"),
        (12.25, "rate", "1/minute", "12.2/min"),
        (2, "size", "kilobyte", "2 KiB"),
        (182, "integer", "", "182"),
    ],
)
def test_a_quantity_reads_as_its_kind_asks(number: float, kind: str, unit: str, text: str) -> None:
    assert quantity(number, kind, unit) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (182.0, "182"), (0.12345, "0.123"), (1234.6, "1235"), (-2.5, "-2.5")],
)
def test_a_plain_number_has_three_digits_that_tell_something(number: float, text: str) -> None:
    assert plain(number) == text


@pytest.mark.parametrize("kind", ["duration", "size", "percentage", "rate", "integer", "number"])
@pytest.mark.parametrize("number", [float("inf"), float("nan"), -1e300, 10**400])
def test_a_figure_that_nobody_can_have_measured_is_out_of_range(number: float, kind: str) -> None:
    assert quantity(number, kind, "") == "out of range"
    assert plain(number) == "out of range"
