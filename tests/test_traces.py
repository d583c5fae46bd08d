"""What somebody asks about a trace: where the time went, and what went wrong in which service."""

import re

import pytest

from answers import Ask
from dexter_mcp.sentry.traces import TraceMeta, TraceNode
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from dexter_mcp.views.trace_shape import repeats, shaped, slowest_path
from invented import Json
from tokens import tokens

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings() -> Settings:
    return Settings(
        url="http://sentry.test",
        token=Simulator.TOKEN,
        toolsets=("traces", "issues", "discover"),
        requests_per_second=100_000,
    )


def slow_orders(sample: Simulator) -> str:
    """Name the trace of somebody who looks at their orders, with a query for each."""
    rows = sample.world.telemetry.rows(
        "SELECT trace FROM spans GROUP BY trace ORDER BY count(*) DESC, trace LIMIT 1"
    )
    return rows[0][0]


class TestATrace:
    async def test_it_is_found_by_an_issue_and_shows_where_it_failed(self, ask: Ask) -> None:
        text = await ask("get_trace", issue="STOREFRONT-G")
        assert re.match(
            r"trace [0-9a-f]{32}, org: acme: \S+ s, 16 spans in 4 services, 1 error", text
        )
        assert "[storefront] pageload /checkout/payment * !! STOREFRONT-G" in text
        assert (
            "slowest path ends in http.client POST https://api.nordpay.example/v3/charges" in text
        )
        assert tokens(text) <= 700

    async def test_it_is_found_by_an_event(self, ask: Ask, sample: Simulator) -> None:
        issue = sample.world.issue("acme", "STOREFRONT-G")
        assert issue
        event = sample.world.store.find(sample.world.events_of(issue))[0]
        assert (await ask("get_trace", event=event.id)).startswith(f"trace {event.trace}, ")

    async def test_queries_in_a_loop_share_a_line(self, ask: Ask, sample: Simulator) -> None:
        text = await ask("get_trace", trace=slow_orders(sample))
        assert re.search(r"N\+1: 25 times db SELECT … FROM shipping_shipment .* under http", text)
        assert text.count("shipping_shipment") <= 4
        assert tokens(text) <= 600

    async def test_all_of_it_can_be_asked_for(self, ask: Ask, sample: Simulator) -> None:
        text = await ask("get_trace", trace=slow_orders(sample), detail="full")
        assert text.count("shipping_shipment") > 25

    async def test_its_log_can_be_asked_for(self, ask: Ask) -> None:
        text = await ask("get_trace", issue="STOREFRONT-G", include=["logs"])
        assert re.search(r"\+\d.* warn NordPay answered after \d+ ms", text)
        assert "tree:" not in text

    async def test_an_event_without_a_trace_says_so(self, refused: Ask) -> None:
        assert "was sent without a trace" in await refused("get_trace", issue="STOREFRONT-17")

    async def test_one_of_which_nothing_is_kept_is_no_error(self, ask: Ask) -> None:
        assert (await ask("get_trace", trace="1" * 32)).startswith("Nothing of the trace 1111")

    async def test_something_has_to_be_named(self, refused: Ask) -> None:
        assert "Which trace?" in await refused("get_trace")

    @pytest.mark.parametrize("page", ["explore/traces/trace", "traces/trace", "performance/trace"])
    async def test_a_link_will_do(self, ask: Ask, sample: Simulator, page: str) -> None:
        trace = slow_orders(sample)
        link = f"http://sentry.test/organizations/acme/{page}/{trace}/?node=span-1"
        assert f"trace {trace}, org: acme" in await ask("get_trace", trace=link)


def node(start: float, end: float, *children: Json, op: str = "db", said: str = "x") -> Json:
    return {
        "event_id": f"{start}-{end}",
        "event_type": "span",
        "op": op,
        "description": said,
        "start_timestamp": start,
        "duration": (end - start) * 1000,
        "children": list(children),
    }


def read(*nodes: Json) -> list[TraceNode]:
    return [TraceNode.model_validate(each) for each in nodes]


class TestItsShape:
    def test_own_time_is_what_no_child_covers_even_side_by_side(self) -> None:
        tree = node(0, 10, node(1, 4), node(2, 5), node(8, 12))
        (root,) = shaped(read(tree)).roots
        assert root.own == pytest.approx(4)

    def test_the_slowest_path_follows_the_longest_child(self) -> None:
        tree = node(0, 10, node(0, 3), node(3, 9, node(3, 8, said="deep")))
        path = slowest_path(shaped(read(tree)))
        assert path[-1].span.description.raw == "deep"

    def test_what_differs_in_a_number_or_a_text_is_alike(self) -> None:
        said = [f"GET /orders/{number}/lines?name='n{number}'" for number in range(6)]
        tree = node(0, 10, *(node(at, at + 1, said=text) for at, text in enumerate(said)))
        (found,) = repeats(shaped(read(tree)).branches)
        assert len(found.alike) == 6

    def test_errors_that_no_span_holds_are_kept(self) -> None:
        loose = {"event_id": "e", "event_type": "error", "issue_id": 7, "start_timestamp": 3.0}
        shape = shaped(read(loose))
        assert [one.issue_id for one in shape.loose] == ["7"]
        assert shape.begun == 3.0


@pytest.mark.parametrize(
    "told",
    [
        {"spansCount": 7.0, "errorsCount": 2, "logsCount": 1.0, "performanceIssuesCount": 3},
        {"span_count": 7, "errors": 2, "logs": 1, "performance_issues": 3},
    ],
)
def test_servers_of_any_age_are_understood(told: Json) -> None:
    meta = TraceMeta.model_validate(told)
    assert (meta.spans, meta.errors, meta.logs, meta.performance_issues) == (7, 2, 1, 3)
