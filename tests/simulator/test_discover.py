"""Tables of events, spans, logs and metrics."""

from typing import Any

import pytest

from contract import ORG, complaint
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.memory.spans import Log, Metric, Span
from small_world import NEXT, Caller, broken, connected, story

pytestmark = pytest.mark.anyio

EVENTS = "/organizations/acme/events/"
VALIDATE = "/organizations/acme/events/validate/"
DAY = 86_400.0


def span(world: World, number: int, *, ago: float = 3_600, **more: Any) -> Span:
    [project] = [p.id for p in world.projects_of("acme") if p.slug == "checkout"]
    told: dict[str, Any] = {
        "id": f"{number:016x}",
        "trace": f"{number:032x}",
        "parent": None,
        "segment": f"{number:032x}",
        "project": project,
        "at": world.now().timestamp() - ago,
        "duration": 100.0 * number,
        "self_time": 10.0,
        "op": "http.server",
        "description": "/pay",
        "status": "ok",
        "name": "/pay",
        "is_transaction": True,
        "environment": "production",
        "release": "checkout@1.1.0",
        "user": "",
    }
    return Span(**(told | more))


async def rows(caller: Caller, *fields: str, **query: Any) -> list[dict[str, Any]]:
    asked = {"dataset": "errors", "field": list(fields)} | query
    return (await caller.read(EVENTS, **asked))["data"]


class TestErrors:
    async def test_rows_are_keyed_by_what_was_asked(self, world: World, caller: Caller) -> None:
        told = world.tell(
            "acme", story(count=3, releases={"checkout@1.1.0": 1}, vary={"plan": {"free": 1}})
        )
        fields = ("issue", "title", "project", "tags[plan]", "plan", "nothing", "error.type")
        row, *_ = await rows(caller, *fields, "user.email", "error.handled")
        assert row["issue"] == told["shortId"]
        assert row["issue.id"] == int(told["id"])
        assert (row["title"], row["project"]) == ("KeyError: no KeyError here", "checkout")
        assert (row["tags[plan]"], row["plan"], row["nothing"]) == ("free", "free", None)
        assert (row["error.type"], row["error.handled"]) == (["KeyError"], False)
        assert row["user.email"].endswith("@shopper.test")
        assert {"id", "project.name"} <= set(row)

    async def test_the_meta_names_types_and_units(self, world: World, caller: Caller) -> None:
        world.tell("acme", story())
        reply = await caller.read(
            EVENTS, dataset="errors", field=["title", "count()", "last_seen()", "epm()"]
        )
        meta = reply["meta"]
        assert meta["fields"] == {
            "title": "string",
            "count()": "integer",
            "last_seen()": "date",
            "epm()": "rate",
        }
        assert meta["units"]["epm()"] == "1/minute"
        assert meta["dataset"] == "errors"
        assert reply["data"][0]["last_seen()"] == "2026-08-12T08:30:00+00:00"
        assert complaint(f"{ORG}events/", reply) == ""

    async def test_an_aggregate_makes_the_rest_groups(self, world: World, caller: Caller) -> None:
        world.tell("acme", story("KeyError", count=30, users=7))
        world.tell("acme", story("TypeError", count=12, users=5))
        counted = await rows(
            caller, "title", "count()", "count_unique(user)", sort="-count()", per_page=1
        )
        assert counted == [
            {"title": "KeyError: no KeyError here", "count()": 30, "count_unique(user)": 7}
        ]

    async def test_pages_lose_and_repeat_nothing(self, world: World, caller: Caller) -> None:
        world.tell("acme", story(count=25))
        seen: list[str] = []
        more, cursor = "", "0:0:0"
        for _ in range(3):
            reply = await caller.ask(
                EVENTS, dataset="errors", field="id", per_page=10, cursor=cursor
            )
            seen += [row["id"] for row in reply.json()["data"]]
            found = NEXT.search(reply.headers["link"])
            assert found
            more, cursor = found.groups()
        assert (len(seen), len(set(seen)), more) == (25, 25, "false")

    async def test_samples_come_newest_first(self, world: World, caller: Caller) -> None:
        world.tell("acme", story(count=9))
        times = [row["timestamp"] for row in await rows(caller, "timestamp")]
        assert times == sorted(times, reverse=True)

    async def test_transactions_and_occurrences_are_no_errors(
        self, world: World, caller: Caller
    ) -> None:
        world.tell("acme", story(count=4))
        world.tell("acme", story("Slow", payload=slow(), count=6, users=0, kind="db", category="x"))
        [errors] = await rows(caller, "count()")
        [both] = await rows(caller, "count()", dataset="discover")
        [issues] = await rows(caller, "title", "count()", dataset="issuePlatform")
        assert (errors["count()"], both["count()"]) == (4, 10)
        assert issues == {"title": "N+1 Query", "count()": 6}


def slow() -> dict[str, Any]:
    """A transaction in which the same query is made twice; an issue was made of it."""
    query = {"op": "db", "description": "SELECT 1", "parent_span_id": "a" * 16}
    return {
        "type": "transaction",
        "platform": "python",
        "transaction": "/orders",
        "start_timestamp": -1.0,
        "contexts": {"trace": {"trace_id": "c" * 32, "span_id": "a" * 16, "op": "http.server"}},
        "spans": [
            query | {"span_id": "b" * 16, "start_timestamp": -0.9, "timestamp": -0.5},
            query | {"span_id": "d" * 16, "start_timestamp": -0.4, "timestamp": -0.1},
        ],
        "_occurrence": {"issueTitle": "N+1 Query", "subtitle": "SELECT 1", "type": 1006},
    }


class TestQueries:
    @pytest.fixture(autouse=True)
    def told(self, world: World) -> None:
        plans = {"plan": {"free": 1}}
        world.tell("acme", story("KeyError", count=5, vary=plans))
        world.tell("acme", story("TypeError", count=7, vary={"plan": {"paid": 1}}))
        fatal = broken("OSError", level="fatal", transaction="/pay")
        world.tell("acme", story(payload=fatal, count=11, environments={"staging": 1}))

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("", 23),
            ("level:fatal", 11),
            ("!level:fatal", 12),
            ("plan:free OR level:fatal", 16),
            ("plan:free or (level:fatal AND transaction:/pay)", 16),
            ("(plan:free OR plan:paid) environment:production", 12),
            ("(plan:free OR plan:paid) environment:staging", 0),
            ("level:error AND plan:[paid, nothing]", 7),
            ("has:plan", 12),
            ("!has:plan", 11),
            ('plan:""', 11),
            ("error.type:*Error", 23),
            ("error.type:KeyError", 5),
            ("!error.type:KeyError", 18),
            ("error.unhandled:true", 23),
            ("error.handled:1", 0),
            ("no TypeError", 7),
            ('"no TypeError here" level:error', 7),
            ("transaction:/p*", 11),
            ("tags[plan]:free", 5),
            ("timestamp:-30d", 23),
            ("timestamp:+30d", 0),
            ("timestamp:>2026-08-13", 0),
            ("project:checkout", 23),
            ("project.name:[checkout, web]", 23),
            ("stack.function:KeyError", 5),
        ],
    )
    async def test_a_query_finds_what_it_says(self, caller: Caller, query: str, count: int) -> None:
        asked = {"query": query, "project": -1, "statsPeriod": "40d"}
        [found] = await rows(caller, "count()", **asked)
        assert found["count()"] == count

    @pytest.mark.parametrize(
        ("query", "titles"),
        [
            ("count():>6", {"TypeError", "OSError"}),
            ("count():>=7 count():<11", {"TypeError"}),
            ("!count():>6", {"KeyError"}),
            ("count():<6 OR count():11", {"KeyError", "OSError"}),
            ("level:error count():>5", {"TypeError"}),
            ("last_seen():>2026-08-12", {"KeyError", "TypeError", "OSError"}),
        ],
    )
    async def test_groups_are_chosen_by_their_figures(
        self, caller: Caller, query: str, titles: set[str]
    ) -> None:
        found = await rows(caller, "title", "count()", query=query)
        assert {row["title"].partition(":")[0] for row in found} == titles

    @pytest.mark.parametrize(
        ("query", "detail"),
        [
            ("(level:fatal", "Parse error at '(level' (column 1). "),
            ("level:fatal)", "Parse error at 'atal)' (column 12). "),
            ("level:", "Empty string after 'level:'"),
            ("is:unresolved", '"is:" queries are not supported in this search.'),
            ("OR level:fatal", "Condition is missing on the left side of 'OR' operator"),
            ("a:b OR", "Condition is missing on the right side of 'OR' operator"),
            ("a:b OR AND c:d", "Missing condition in between two condition operators: 'OR AND'"),
            (
                "a:b OR count():>1",
                "Having an OR between aggregate filters and normal filters is invalid.",
            ),
            ("issue.id:abc", "issue.id: Invalid number: abc."),
            ("timestamp:yesterday", "timestamp: Invalid date: yesterday."),
            ("error.handled:maybe", "error.handled: Invalid boolean: maybe."),
            (
                "project:nowhere",
                "Invalid query. Project(s) nowhere do not exist or are not actively selected.",
            ),
            ("nope():>1", "nope is not a valid function"),
        ],
    )
    async def test_a_wrong_query_is_refused_in_sentrys_words(
        self, caller: Caller, query: str, detail: str
    ) -> None:
        status, said = await caller.refusal(EVENTS, dataset="errors", field="count()", query=query)
        assert status == 400
        assert said.startswith(detail)

    async def test_latest_stands_for_the_newest_release(self, world: World, caller: Caller) -> None:
        world.tell("acme", story("New", count=2, releases={"checkout@1.1.0": 1}))
        [found] = await rows(caller, "release", "count()", query="release:latest")
        assert found == {"release": "checkout@1.1.0", "count()": 2}


class TestFields:
    @pytest.mark.parametrize(
        ("query", "detail"),
        [
            ({"dataset": "nope", "field": "id"}, "dataset must be one of: discover, errors, "),
            ({"field": "nope()"}, "nope is not a valid function"),
            ({"field": "p95(title)"}, "p95: column argument invalid: title is not a numeric col"),
            ({"field": "count_unique()"}, "count_unique: expected 1 argument(s)"),
            ({"field": "percentile(transaction.duration,2)"}, "percentile: percentile argument"),
            ({"field": "count_if(level,like,x)"}, "count_if: condition argument invalid: like"),
            ({"field": "a b"}, "Invalid characters in field a b"),
            ({"field": "equation|count() +"}, "Unable to parse your equation"),
            ({"field": [f"f{n}" for n in range(21)]}, "You can view up to 20 fields at a time."),
            ({"field": ""}, "No columns selected"),
            ({"field": "id", "sort": "title"}, "Cannot sort by a field that is not selected."),
            ({"field": "id", "per_page": 101}, "Invalid per_page value. Must be between 1 and "),
            ({"field": "id", "cursor": "x"}, "Invalid cursor parameter."),
            ({"field": "id", "statsPeriod": "7x"}, "Invalid date range: Invalid statsPeriod"),
            ({"dataset": "spans", "field": "nope()"}, "Unknown function nope"),
            (
                {"dataset": "spans", "field": "p95(span.op)"},
                "span.op is invalid for parameter 1 in p95. Its a string type field, but it must",
            ),
            (
                {"dataset": "spans", "field": "count_unique()"},
                "Invalid number of arguments for count_unique, was expecting 1 arguments",
            ),
            (
                {"dataset": "spans", "field": "span.op", "sort": "-count()"},
                "orderby must also be in the selected columns or groupby",
            ),
        ],
    )
    async def test_a_wrong_question_is_refused_in_sentrys_words(
        self, caller: Caller, query: dict[str, Any], detail: str
    ) -> None:
        status, said = await caller.refusal(EVENTS, **({"dataset": "errors"} | query))
        assert status == 400
        assert said.startswith(detail)

    async def test_a_sort_may_use_the_old_names(self, world: World, caller: Caller) -> None:
        world.tell("acme", story("KeyError", count=3, users=3))
        world.tell("acme", story("TypeError", count=9, users=2))
        fields = ("title", "count_unique(user)", "equation|count() * 2")
        for sort in ("-count_unique_user", "equation[0]"):
            first, second = await rows(caller, *fields, orderby=sort)
            assert first["title"].startswith("KeyError")
            assert second["equation|count() * 2"] == 18

    async def test_equations_follow_the_rules_of_arithmetic(
        self, world: World, caller: Caller
    ) -> None:
        world.tell("acme", story("KeyError", count=6, payload=broken(level="fatal")))
        world.tell("acme", story("TypeError", count=2))
        share = "equation|count_if(level,equals,fatal) / count() * 100"
        mixed = "equation|-(1 + 2) * 3 - count() / (4 - 2)"
        nothing = "equation|count() / 0"
        [found] = await rows(caller, share, mixed, nothing)
        assert found == {share: 75.0, mixed: -13.0, nothing: None}

    async def test_a_server_offers_the_datasets_that_it_has(
        self, world: World, caller: Caller
    ) -> None:
        world.datasets = frozenset({"discover", "errors"})
        status, said = await caller.refusal(EVENTS, dataset="spans", field="id")
        assert (status, said) == (400, "dataset must be one of: discover, errors")
        assert await rows(caller, "count()", dataset="errors") == [{"count()": 0}]

    async def test_an_old_server_knows_projects_by_number_only(
        self, world: World, caller: Caller
    ) -> None:
        world.numeric_projects = True
        status, said = await caller.refusal(
            EVENTS, dataset="errors", field="id", project="checkout"
        )
        assert (status, said) == (400, "Invalid project parameter. Values must be numbers.")

    async def test_someone_without_projects_is_told_so(
        self, world: World, simulator: Simulator
    ) -> None:
        world.add_member("acme", "new@acme.test", "New", teams=[])
        world.add_token("t" * 64, user="new@acme.test", scopes={"org:read"})
        async with connected(simulator, "t" * 64) as http:
            reply = await Caller(http).read(EVENTS, dataset="errors", field="id")
        assert reply["meta"]["tips"]["query"] == "Need at least one valid project to query."

    async def test_the_organization_must_be_readable(
        self, world: World, simulator: Simulator
    ) -> None:
        world.add_token("e" * 64, user="mira@acme.test", scopes={"event:read"})
        async with connected(simulator, "e" * 64) as http:
            reply = await Caller(http).ask(EVENTS, dataset="errors", field="id")
        assert reply.status_code == 403


class TestSpans:
    async def test_durations_are_summed_up_in_milliseconds(
        self, world: World, caller: Caller
    ) -> None:
        world.telemetry.add_spans(span(world, number) for number in range(1, 11))
        functions = ("count()", "p50(span.duration)", "p75()", "max(span.duration)", "eps()")
        reply = await caller.read(
            EVENTS, dataset="spans", field=[*functions], statsPeriod="1d", query="span.op:http*"
        )
        assert reply["data"] == [
            {
                "count()": 10,
                "p50(span.duration)": 550.0,
                "p75()": 775.0,
                "max(span.duration)": 1000.0,
                "eps()": 10 / DAY,
            }
        ]
        assert reply["meta"]["units"]["p75()"] == "millisecond"
        assert reply["meta"]["accuracy"]["confidence"][0]["count()"] == "high"
        assert complaint(f"{ORG}events/", reply) == ""

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("span.duration:>300ms", 7),
            ("span.duration:<=0.2s", 2),
            ("p95(span.duration):>1s", 10),
            ("is_transaction:false", 0),
            ("tags[lines,number]:>=2", 9),
            ("tags[lines,number]:2", 1),
            ("http.status_code:[200, 404]", 10),
            ("http.status_code:>=500", 0),
            ("provider:Nord*", 10),
            ("has:lines", 0),
        ],
    )
    async def test_attributes_are_compared_by_their_type(
        self, world: World, caller: Caller, query: str, count: int
    ) -> None:
        world.telemetry.add_spans(
            span(
                world,
                number,
                attributes=f'{{"lines": {number}, "http.response.status_code": 200,'
                ' "provider": "nordpay"}',
                duration=100.0 * number if "p95" not in query else 2_000,
            )
            for number in range(1, 11)
        )
        found = await rows(caller, "count()", dataset="spans", query=query)
        assert sum(row["count()"] for row in found) == count

    async def test_failures_count_where_a_status_says_so(
        self, world: World, caller: Caller
    ) -> None:
        failing = [span(world, n, status="internal_error") for n in (1, 2)]
        fine = [span(world, n, status=status) for n, status in ((3, "ok"), (4, "cancelled"))]
        world.telemetry.add_spans([*failing, *fine])
        functions = ("failure_rate()", "failure_count()")
        for dataset in ("spans", "transactions"):
            [found] = await rows(caller, *functions, dataset=dataset)
            assert found == {"failure_rate()": 0.5, "failure_count()": 2}
        kept = await rows(caller, *functions, dataset="spans", query="failure_rate():>60%")
        assert kept == []

    async def test_transactions_have_an_apdex(self, world: World, caller: Caller) -> None:
        times = (100, 200, 900, 5_000)
        world.telemetry.add_spans(
            span(world, n, duration=float(time)) for n, time in enumerate(times, 1)
        )
        [found] = await rows(caller, "transaction", "apdex(300)", "p100()", dataset="transactions")
        assert found == {"transaction": "/pay", "apdex(300)": 0.625, "p100()": 5000.0}

    async def test_a_transaction_that_an_sdk_sends_is_a_tree_of_spans(
        self, world: World, caller: Caller
    ) -> None:
        sent = {key: value for key, value in slow().items() if key != "_occurrence"}
        world.telemetry.rows("SELECT 1")
        now = world.now().timestamp()
        spans = [
            one | {"start_timestamp": now - 0.9, "timestamp": now - 0.5} for one in sent["spans"]
        ]
        times = {"start_timestamp": now - 1, "timestamp": now, "spans": spans}
        world.ingest(next(iter(world.projects)), sent | times)
        found = await rows(caller, "span.op", "count()", "sum(span.duration)", dataset="spans")
        assert found == [
            {"span.op": "db", "count()": 2, "sum(span.duration)": 800.0},
            {"span.op": "http.server", "count()": 1, "sum(span.duration)": 1000.0},
        ]


class TestLogsAndMetrics:
    async def test_logs_come_in_long_pages(self, world: World, caller: Caller) -> None:
        place = ("production", "checkout@1.1.0", '{"logger.name": "shop"}')
        project, at = next(iter(world.projects)), world.now().timestamp()
        world.telemetry.add_logs(
            Log(f"{n:032x}", "a" * 32, "", project, at - n, "warn", 13, f"line {n}", *place)
            for n in range(150)
        )
        found = await rows(
            caller, "message", "logger.name", dataset="ourlogs", per_page=9_999, query="line"
        )
        assert len(found) == 150
        assert found[0] == {"message": "line 0", "logger.name": "shop"}
        status, said = await caller.refusal(EVENTS, dataset="logs", field="id", per_page=10_000)
        assert (status, said[-22:]) == (400, "be between 1 and 9999.")

    async def test_a_metric_is_named_inside_the_function(
        self, world: World, caller: Caller
    ) -> None:
        project, at = next(iter(world.projects)), world.now().timestamp()
        kinds = (("orders", "counter", "none", 2.0), ("value", "distribution", "euro", 50.0))
        world.telemetry.add_metrics(
            Metric("", "", project, at, *kind, "production", "checkout@1.1.0") for kind in kinds * 3
        )
        [found] = await rows(
            caller,
            "sum(value,orders,counter,none)",
            "avg(value,value,distribution,euro)",
            dataset="tracemetrics",
        )
        assert list(found.values()) == [6.0, 50.0]

    @pytest.mark.parametrize("dataset", ["profile_functions", "uptime_results"])
    async def test_some_datasets_are_empty(self, caller: Caller, dataset: str) -> None:
        assert await rows(caller, "project", "timestamp", dataset=dataset) == []


class TestJudgements:
    async def test_a_good_question_is_valid(self, world: World, caller: Caller) -> None:
        world.telemetry.add_spans([span(world, 1, attributes='{"plan": "free"}')])
        said = await caller.read(
            VALIDATE,
            dataset="spans",
            field=["plan", "p95(span.duration)"],
            query="plan:free span.op:db count():>1",
            sort="-p95(span.duration)",
        )
        assert said["valid"]
        assert [field["attrType"] for field in said["field"]] == ["string", "number"]
        assert [key["name"] for key in said["query"]["fields"]] == ["plan", "span.op"]

    async def test_each_wrong_part_is_named(self, caller: Caller) -> None:
        reply = await caller.ask(
            VALIDATE,
            dataset="spans",
            field=["span.op", "nowhere", "nope()"],
            query="elsewhere:1",
            sort="-count()",
        )
        said = reply.json()
        assert (reply.status_code, said["valid"]) == (400, False)
        assert [field["error"] for field in said["field"]] == [
            None,
            "Unknown attribute",
            "Unknown function nope",
        ]
        assert said["query"]["fields"][0]["error"] == "Unknown attribute"
        assert said["orderby"][0]["error"] == "Orderby must also be a selected field"

    async def test_a_broken_query_is_named_as_a_whole(self, caller: Caller) -> None:
        reply = await caller.ask(VALIDATE, dataset="spans", field="span.op", query="(a:b")
        assert reply.json()["query"]["error"].startswith("Parse error at '(a:b'")

    async def test_errors_cannot_be_judged_in_advance(self, caller: Caller) -> None:
        said = await caller.read(VALIDATE, dataset="errors", field="whatever")
        assert said["valid"]
        assert "not compatible" in said["dataset"][0]["error"]
