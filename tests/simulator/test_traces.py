"""Traces, attributes, tags across issues, saved queries: what Explore stands on."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from contract import ORG, PROJECT, complaint
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.memory.spans import Span
from small_world import Caller, broken, connected, story

pytestmark = pytest.mark.anyio

HOME = "/organizations/acme"
TRACE = "c" * 32
Node = dict[str, Any]


@pytest.fixture
async def shop(sample: Simulator) -> AsyncIterator[Caller]:
    """Someone who asks the sample world."""
    async with connected(sample) as http:
        yield Caller(http)


async def events(shop: Caller, dataset: str, *fields: str, **query: Any) -> list[Node]:
    asked = {"dataset": dataset, "field": list(fields), "statsPeriod": "14d"} | query
    return (await shop.read(f"{HOME}/events/", **asked))["data"]


async def tree(shop: Caller, trace: str) -> list[Node]:
    found = await shop.read(f"{HOME}/trace/{trace}/")
    assert complaint(f"{ORG}trace/{{trace_id}}/", found) == ""
    return found


def every(nodes: list[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from every(node.get("children", []))


class TestTheStories:
    """Facts of the sample world, told in the docstring of `sample.spans`."""

    async def test_checkout_became_slower_with_its_newest_release(self, shop: Caller) -> None:
        query = "project:checkout is_transaction:true transaction:/api/checkout"
        found = await events(shop, "spans", "release", "p95(span.duration)", query=query)
        times = {row["release"]: row["p95(span.duration)"] for row in found}
        ratio = times["checkout@4.16.0"] / times["checkout@4.15.0"]
        assert 1.7 < ratio < 2.6

    async def test_one_call_is_to_blame(self, shop: Caller) -> None:
        fields = ("span.description", "avg(span.duration)")
        query = "project:checkout transaction:/api/checkout is_transaction:false release:{}"
        old, new = [
            {
                row["span.description"]: row["avg(span.duration)"]
                for row in await events(shop, "spans", *fields, query=query.format(release))
            }
            for release in ("checkout@4.15.0", "checkout@4.16.0")
        ]
        slower = {name for name, time in new.items() if time > 1.6 * old[name]}
        assert slower == {"POST https://api.nordpay.example/v3/charges"}

    async def test_a_checkout_goes_through_four_services(self, shop: Caller) -> None:
        [row] = await events(
            shop,
            "spans",
            "trace",
            query="project:storefront transaction:/checkout/payment is_transaction:true",
            per_page=1,
        )
        [page] = await tree(shop, row["trace"])
        spans = list(every([page]))
        services = ["storefront", "gateway", "checkout", "inventory"]
        assert list(dict.fromkeys(span["project_slug"] for span in spans)) == services
        for span in spans:
            for child in span["children"]:
                assert child["parent_span_id"] == span["event_id"]
                assert span["start_timestamp"] <= child["start_timestamp"]
                assert child["end_timestamp"] <= span["end_timestamp"] + 1e-3

    async def test_orders_are_asked_for_one_by_one(self, shop: Caller) -> None:
        [row] = await events(
            shop,
            "spans",
            "trace",
            query="is_transaction:true transaction:/api/orders release:checkout@4.16.0",
            per_page=1,
        )
        spans = every(await tree(shop, row["trace"]))
        shipments = [span for span in spans if "shipping_shipment" in span["description"]]
        assert len(shipments) == 25
        assert len({span["parent_span_id"] for span in shipments}) == 1

    async def test_the_last_event_of_an_issue_happened_in_its_trace(self, shop: Caller) -> None:
        asked = {"sort": "-count()", "per_page": 1}
        for project in ("checkout", "gateway"):
            query = f"project:{project}"
            [row] = await events(shop, "errors", "issue", "count()", query=query, **asked)
            short_id = row["issue"]
            latest = await shop.read(f"{HOME}/issues/{short_id}/events/latest/")
            trace = latest["contexts"]["trace"]["trace_id"]
            [failed] = [node for node in every(await tree(shop, trace)) if node["errors"]]
            [error] = failed["errors"]
            assert (error["event_id"], error["short_id"]) == (latest["eventID"], short_id)
            assert failed["start_timestamp"] < error["start_timestamp"] < failed["end_timestamp"]

    async def test_an_occurrence_stands_in_its_transaction(self, shop: Caller) -> None:
        [row] = await events(shop, "issuePlatform", "trace", query='title:"N+1 Query"', per_page=1)
        [root] = await tree(shop, row["trace"])
        assert [one["event_type"] for one in root["occurrences"]] == ["occurrence"]
        meta = await shop.read(f"{HOME}/trace-meta/{row['trace']}/")
        assert complaint(f"{ORG}trace-meta/{{trace_id}}/", meta) == ""
        assert (meta["errorsCount"], meta["performanceIssuesCount"]) == (0, 1)
        assert meta["spansCount"] == sum(meta["spansCountMap"].values())

    async def test_logs_share_the_trace_of_what_wrote_them(self, shop: Caller) -> None:
        [log] = await events(
            shop, "logs", "message", "trace", query="severity:warn NordPay", per_page=1
        )
        assert re.fullmatch(r"NordPay answered after \d+ ms", log["message"])
        meta = await shop.read(f"{HOME}/trace-meta/{log['trace']}/")
        assert meta["logsCount"] >= 1

    async def test_most_of_what_is_asked_for_succeeds(self, shop: Caller) -> None:
        [whole] = await events(shop, "spans", "failure_rate()", query="is_transaction:true")
        assert 0 < whole["failure_rate()"] < 0.15


class TestTrees:
    async def test_an_unknown_trace_is_empty(self, caller: Caller) -> None:
        assert await caller.read(f"{HOME}/trace/{TRACE}/") == []

    async def test_what_is_no_trace_has_no_page(self, caller: Caller) -> None:
        reply = await caller.ask(f"{HOME}/trace/nonsense/")
        assert (reply.status_code, reply.text) == (404, "")

    async def test_an_error_that_was_not_sampled_stands_alone(
        self, world: World, caller: Caller
    ) -> None:
        trace = {"trace": {"trace_id": TRACE, "span_id": "a" * 16}}
        world.ingest(next(iter(world.projects)), broken(contexts=trace))
        [error] = await caller.read(f"{HOME}/trace/{TRACE}/")
        assert (error["event_type"], error["description"]) == (
            "error",
            "KeyError: no KeyError here",
        )

    async def test_attributes_come_when_asked_for(self, world: World, caller: Caller) -> None:
        project, at = next(iter(world.projects)), world.now().timestamp() - 60
        rest = ("db", "SELECT 1", "ok", "/cart", False, "production", "", "", '{"rows": 3}')
        orphan = Span("b" * 16, TRACE, "f" * 16, "e" * 32, project, at, 12.0, 12.0, *rest)
        world.telemetry.add_spans([orphan])
        asked = {"additional_attributes": ["rows", "nothing"]}
        [root] = await caller.read(f"{HOME}/trace/{TRACE}/", **asked)
        assert (root["duration"], root["additional_attributes"]) == (12.0, {"rows": 3})

    async def test_older_servers_call_the_counts_otherwise(
        self, world: World, caller: Caller
    ) -> None:
        world.numeric_projects = True
        meta = await caller.read(f"{HOME}/trace-meta/{TRACE}/")
        assert (meta["errors"], meta["span_count"]) == (0, 0)


class TestAttributes:
    async def test_they_are_listed_as_a_query_must_write_them(self, shop: Caller) -> None:
        path = f"{HOME}/trace-items/attributes/"
        found = await shop.read(path, itemType="spans", attributeType="number")
        assert complaint(f"{ORG}trace-items/attributes/", found) == ""
        keys = {one["name"]: one["key"] for one in found}
        assert keys["span.duration"] == "span.duration"
        assert keys["cart.lines"] == "tags[cart.lines,number]"
        named = await shop.read(path, itemType="logs", substringMatch="LOGGER")
        assert [one["name"] for one in named] == ["logger.name"]
        assert (await shop.ask(path, itemType="nope")).status_code == 400

    async def test_values_are_spread_out(self, shop: Caller) -> None:
        asked = {"statsType": "attributeDistributions", "substringMatch": "provider"}
        found = await shop.read(f"{HOME}/trace-items/stats/", **asked, query="is_transaction:true")
        assert complaint(f"{ORG}trace-items/stats/", found) == ""
        spread = found["data"][0]["attributeDistributions"]["data"]["payment.provider"]
        assert [value["label"] for value in spread] == ["nordpay", "cardlink", "kasse"]
        errors = await shop.read(
            f"{HOME}/trace-items/stats/", **asked, itemType="occurrences", statsPeriod="7d"
        )
        assert "payment_provider" in errors["data"][0]["attributeDistributions"]["data"]


class TestTags:
    async def test_the_tags_of_an_organization_are_counted(
        self, world: World, caller: Caller
    ) -> None:
        world.tell("acme", story(count=6, vary={"plan": {"free": 1}}))
        found = await caller.read(f"{HOME}/tags/", statsPeriod="7d")
        assert complaint(f"{ORG}tags/", found) == ""
        assert {"key": "plan", "name": "Plan", "totalValues": 6} in found
        assert await caller.read(f"{HOME}/tags/", dataset="replays") == []
        assert (await caller.ask(f"{HOME}/tags/", dataset="nope")).status_code == 400

    async def test_a_projects_values_come_most_frequent_first(
        self, world: World, caller: Caller
    ) -> None:
        world.tell("acme", story(count=30, vary={"plan": {"free": 9, "paid": 1}}))
        values = "/projects/acme/checkout/tags/plan/values/"
        found = await caller.read(values)
        assert complaint(f"{PROJECT}tags/{{key}}/values/", found) == ""
        assert [value["name"] for value in found] == ["free", "paid"]
        assert (await caller.ask("/projects/acme/web/tags/plan/values/")).status_code == 404


class TestSavedQueries:
    async def test_they_can_be_searched_and_sorted(self, shop: Caller) -> None:
        saved = f"{HOME}/discover/saved/"
        names = [one["name"] for one in await shop.read(saved, sortBy="name")]
        assert names == sorted(names, key=str.lower)
        [one] = await shop.read(saved, query="payment")
        assert await shop.read(f"{saved}{one['id']}/") == one
        assert complaint(f"{ORG}discover/saved/{{query_id}}/", one) == ""
        assert (await shop.ask(f"{saved}999/")).status_code == 404

    async def test_each_of_them_can_be_run(self, shop: Caller) -> None:
        for saved in await shop.read(f"{HOME}/discover/saved/"):
            dataset = {"error-events": "errors", "transaction-like": "transactions"}
            asked = {"query": saved["query"], "sort": saved["orderby"]}
            assert await events(shop, dataset[saved["queryDataset"]], *saved["fields"], **asked)

    async def test_explore_keeps_its_own(self, shop: Caller) -> None:
        found = await shop.read(f"{HOME}/explore/saved/", query="checkout")
        [query] = found[0]["query"]
        assert (found[0]["dataset"], query["mode"]) == ("spans", "aggregate")
        logs, *_ = await shop.read(f"{HOME}/explore/saved/")
        assert logs["dataset"] == "logs"
        asked = logs["query"][0]
        assert await events(shop, "logs", *asked["fields"], query=asked["query"])


async def test_issues_are_counted_for_several_queries_at_once(world: World, caller: Caller) -> None:
    world.tell("acme", story("KeyError"))
    world.tell("acme", story("TypeError", payload=broken("TypeError", level="fatal")))
    found = await caller.read(f"{HOME}/issues-count/", query=["is:unresolved", "level:fatal"])
    assert found == {"is:unresolved": 2, "level:fatal": 1}
    status, _ = await caller.refusal(f"{HOME}/issues-count/", query="is:nonsense")
    assert status == 400
