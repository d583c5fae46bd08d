"""Documents of rows: whole, clean, harmless to a spreadsheet, and honest about what they hold."""

import csv
import io
import json
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client
from mcp.types import EmbeddedResource, TextResourceContents
from starlette.types import Receive, Scope, Send

from answers import Ask, text_of
from canaries.payload import HOSTILE
from clock import generous, now
from dexter_mcp.insights import exports
from dexter_mcp.sentry.discover import Meta, Row, Rows
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.faults import Fault
from dexter_mcp.views import exports as view
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.discover import Asked
from invented import FENCE, NOW
from small_world import small_world, story

SIGNS = ("\x1b", "\u202e", "\u200b", "```", "](http", "<script", "\n# canary")


def table(*rows: dict[str, Any], **kinds: str) -> view.Exported:
    page = Rows.model_validate({"items": rows, "meta": {"fields": kinds}})
    return view.Exported(page.items, page.meta)


def written(exported: view.Exported, *fields: str, form: view.Format = "csv") -> str:
    (document,) = told(exported, *fields, form=form).documents
    return document.text


def told(exported: view.Exported, *fields: str, form: view.Format = "csv") -> Answer:
    asked = Asked("acme", "errors", fields, "", (), (), (), "last 24h")
    rows = [*view.written(exported, fields, form)]
    return view.answer(exported, rows, asked, form=form, fence=FENCE, now=NOW)


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


class TestDocument:
    def test_a_column_of_event_text_says_so_in_its_head(self) -> None:
        head, row = cells(written(table({"title": "a, b", "count()": 3}), "title", "count()"))
        assert head == ["title (event text)", "count()"]
        assert row == ["a, b", "3"]

    def test_figures_are_as_sentry_gave_them_with_their_unit_in_the_head(self) -> None:
        row: Row = {"p95(span.duration)": 812.5000000001}
        meta = Meta(
            fields={"p95(span.duration)": "duration"}, units={"p95(span.duration)": "millisecond"}
        )
        shown = cells(written(view.Exported([row], meta), "p95(span.duration)"))
        assert shown == [["p95(span.duration) (millisecond)"], ["812.5"]]

    def test_moments_are_in_iso_8601(self) -> None:
        text = written(table({"seen": "2026-08-12T09:14:03Z"}, seen="date"), "seen")
        assert cells(text) == [["seen"], ["2026-08-12T09:14:03+00:00"]]

    def test_a_moment_that_is_none_is_event_text(self) -> None:
        text = written(table({"seen": "=yesterday"}, seen="date"), "seen")
        assert cells(text) == [["seen (event text)"], ["'=yesterday"]]

    @given(st.text(max_size=40))
    def test_no_text_begins_a_formula(self, text: str) -> None:
        shown = cells(written(table({"title": text, "n": 1}), "title", "n"))[1][0]
        assert not shown.startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d"))

    def test_a_negative_number_stays_a_number(self) -> None:
        assert cells(written(table({"delta": -5}), "delta"))[1] == ["-5"]

    @given(st.text(max_size=60), st.sampled_from(["csv", "jsonl", "markdown"]))
    def test_a_row_is_a_line_whatever_stands_in_it(self, text: str, form: view.Format) -> None:
        lines = written(table({"title": text}, {"title": "x"}), "title", form=form).splitlines()
        assert len(lines) == {"csv": 3, "jsonl": 2, "markdown": 6}[form]

    @pytest.mark.parametrize("form", ["csv", "jsonl", "markdown"])
    def test_hostile_text_is_harmless_in_every_form(self, form: view.Format) -> None:
        text = written(table({"title": HOSTILE}), "title", form=form)
        assert "canary" in text
        assert [sign for sign in SIGNS if sign in text] == []

    @pytest.mark.parametrize("form", ["csv", "jsonl", "markdown"])
    def test_secrets_are_redacted_by_their_shape_and_by_their_column(
        self, form: view.Format
    ) -> None:
        rows = {"tags[password]": "hunter2", "message": "key AKIAABCDEFGHIJKLMNOP used"}
        text = written(table(rows), "tags[password]", "message", form=form)
        assert "hunter2" not in text
        assert "AKIA" not in text
        assert "[redacted: aws key]" in text

    def test_json_lines_are_json(self) -> None:
        text = written(
            table({"title": "x", "n": 2, "ok": True, "no": None}),
            *("title", "n", "ok", "no"),
            form="jsonl",
        )
        assert json.loads(text) == {"title (event text)": "x", "n": 2, "ok": True, "no": None}

    def test_markdown_stands_in_the_fence_and_keeps_its_columns(self) -> None:
        text = written(table({"title": "a|b"}), "title", form="markdown")
        assert text.startswith(FENCE.opening)
        assert "| a\\|b |" in text
        assert text.rstrip().endswith(FENCE.closing)

    def test_a_document_that_is_too_large_is_cut_and_says_so(self) -> None:
        many = table(*({"title": "x" * 1_900} for _ in range(600)))
        shown = told(many, "title")
        assert len(shown.documents[0].text) <= view.LARGEST + 100
        assert "because a document holds" in shown.text

    @pytest.mark.anyio
    async def test_whoever_cancels_need_not_wait_until_a_large_document_is_written(self) -> None:
        many = table(*({"title": f"{number}"} for number in range(1_000)))
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as group:
                group.start_soon(others_turn, scope)
                await exports.written(many, ["title"], "csv")
        assert scope.cancelled_caught


async def others_turn(scope: anyio.CancelScope) -> None:
    scope.cancel()


@pytest.fixture
def settings() -> Settings:
    return Settings(
        url="http://sentry.test",
        token=Simulator.TOKEN,
        toolsets=("discover",),
        requests_per_second=100_000,
    )


class Tiring(Simulator):
    """Misbehaves from the second page on."""

    later: Fault | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.later and b"cursor=" in scope.get("query_string", b""):
            self.faults.add(self.later)
        await super().__call__(scope, receive, send)


@pytest.fixture
def simulator() -> Tiring:
    """Two hundred and fifty events."""
    world = small_world(now)
    world.tell("acme", story("KeyError", count=250))
    tiring = Tiring(world)
    generous(tiring)
    return tiring


async def export(client: Client, **asked: Any) -> tuple[str, list[list[str]]]:
    result = await client.call_tool("export_events", {"fields": ["id", "title"], **asked})
    assert not result.is_error, text_of(result)
    (attached,) = (part for part in result.content if isinstance(part, EmbeddedResource))
    assert isinstance(attached.resource, TextResourceContents)
    assert attached.resource.mime_type == "text/csv"
    return text_of(result), cells(attached.resource.text)[1:]


@pytest.mark.anyio
class TestTool:
    async def test_it_pages_through_everything(self, client: Client) -> None:
        text, rows = await export(client)
        assert text.startswith("250 rows of errors as csv")
        assert len({row[0] for row in rows}) == 250

    async def test_it_stops_at_the_limit_and_goes_on_from_there(self, client: Client) -> None:
        text, first = await export(client, limit=150)
        assert "There are more rows than the `limit` of 150." in text
        cursor = text.partition("cursor=")[2].split()[0]
        _, rest = await export(client, limit=150, cursor=cursor)
        assert len(first) == 150
        assert len({row[0] for row in first + rest}) == 250

    async def test_no_row_makes_no_document(self, ask: Ask) -> None:
        assert "No row, so no document." in await ask("export_events", query="level:fatal")

    async def test_what_came_before_a_failure_is_kept(
        self, client: Client, simulator: Tiring
    ) -> None:
        simulator.later = Fault("/events/", status=400)
        text, rows = await export(client)
        assert len(rows) == 100
        assert "failed: the rest (Sentry refused the request (400): simulated)" in text
        assert "go on: cursor=" in text

    async def test_an_empty_page_is_the_end_whatever_its_cursor_says(
        self, client: Client, simulator: Tiring
    ) -> None:
        onward = '<http://sentry.test/>; rel="next"; results="true"; cursor="0:100:0"'
        empty = b'{"data": [], "meta": {"fields": {}}}'
        simulator.later = Fault("/events/", status=200, body=empty, headers={"link": onward})
        text, rows = await export(client)
        assert len(rows) == 100
        assert "cursor=" not in text
        assert len([line for line in simulator.world.seen if "cursor=" in line]) <= 1

    @pytest.mark.virtual_time
    async def test_what_came_in_time_is_kept(self, client: Client, simulator: Tiring) -> None:
        simulator.later = Fault("/events/", delay=15, times=-1)
        text, rows = await export(client)
        assert len(rows) == 200
        assert "There was no time for more rows." in text
        assert "go on: cursor=" in text

    @pytest.mark.virtual_time
    async def test_a_client_that_waits_is_told_how_many_rows_came(
        self, client: Client, simulator: Tiring
    ) -> None:
        simulator.later = Fault("/events/", delay=3, times=-1)
        heard: list[str | None] = []

        async def note(progress: float, total: float | None, message: str | None) -> None:
            assert progress
            assert total is None
            heard.append(message)

        await client.call_tool("export_events", {"fields": ["id"]}, progress_callback=note)
        assert list(dict.fromkeys(heard)) == [
            "100 of at most 1000 rows",
            "200 of at most 1000 rows",
        ]
