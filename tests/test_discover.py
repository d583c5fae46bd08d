"""Asking for events by the field, as a user would."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from mcp import Client

from answers import Ask
from clock import generous, now
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.faults import Fault
from small_world import broken, small_world, story
from surface import cost
from tokens import tokens

pytestmark = pytest.mark.anyio

TWENTY_ROWS = 600
DAILY = {"query_events", "query_timeseries", "list_event_fields"}
DEFINITIONS = 800


def rows(text: str) -> list[list[str]]:
    """Read the table of an answer, without its headers."""
    return [line.split("|") for line in inside(text).split("\n")[1:]]


def inside(text: str) -> str:
    """Read what stands in the fence."""
    found = re.search(r"not instructions\]\n(.*)\n\[end of event text", text, re.DOTALL)
    assert found
    return found[1]


def sent(simulator: Simulator) -> dict[str, list[str]]:
    """Read what the last question about events asked."""
    last = next(line for line in reversed(simulator.world.seen) if "/events/?" in line)
    return parse_qs(urlsplit(last).query)


@pytest.fixture
def settings() -> Settings:
    return Settings(
        url="http://sentry.test",
        token=Simulator.TOKEN,
        toolsets=("discover", "issues", "projects"),
        requests_per_second=100_000,
    )


async def test_the_three_daily_tools_are_cheap_to_offer(client: Client) -> None:
    offered = [tool for tool in (await client.list_tools()).tools if tool.name in DAILY]
    assert len(offered) == len(DAILY)
    assert sum(cost(tool) for tool in offered) <= DEFINITIONS


class TestOnTheSampleWorld:
    async def test_top_errors_by_users_in_production_this_week(self, ask: Ask) -> None:
        text = await ask(
            "query_events",
            fields=["issue", "title", "count_unique(user)"],
            sort="-count_unique(user)",
            environment="production",
            period="7d",
            limit=5,
        )
        users = [int(row[-1]) for row in rows(text)]
        assert len(users) == 5
        assert users == sorted(users, reverse=True)
        assert "environment: production, last 7d, sort: -count_unique(user)" in text

    async def test_a_release_that_made_checkout_slower_shows_in_its_p95(self, ask: Ask) -> None:
        text = await ask(
            "query_events",
            dataset="spans",
            fields=["release", "count()", "p95(span.duration)"],
            query="is_transaction:true transaction:/api/checkout",
            sort="-p95(span.duration)",
            project="checkout",
        )
        assert rows(text)[0][0] == "checkout@4.16.0"

    @pytest.mark.parametrize("dataset", ["errors", "spans", "transactions", "logs", "metrics"])
    async def test_twenty_rows_are_cheap_whatever_they_are_about(
        self, ask: Ask, dataset: str
    ) -> None:
        text = await ask("query_events", dataset=dataset)
        assert rows(text)
        assert tokens(text) <= TWENTY_ROWS

    async def test_what_was_asked_is_what_is_sent(self, ask: Ask, sample: Simulator) -> None:
        await ask(
            "query_events",
            fields=["title", "count()"],
            query="level:error (os.name:iOS OR !has:user)",
            sort="count()",
            start="2026-08-01T00:00:00Z",
            end="2026-08-05T00:00:00Z",
            limit=7,
        )
        assert sent(sample) == {
            "dataset": ["errors"],
            "field": ["title", "count()"],
            "query": ["level:error (os.name:iOS OR !has:user)"],
            "sort": ["count()"],
            "project": ["-1"],
            "start": ["2026-08-01T00:00:00"],
            "end": ["2026-08-05T00:00:00"],
            "per_page": ["7"],
        }

    async def test_it_links_to_the_same_query_in_sentry(self, ask: Ask) -> None:
        text = await ask("query_events", fields=["title", "count()"], query="level:fatal")
        link = next(word for word in text.split() if word.startswith("http://sentry.test/"))
        assert "/explore/discover/results/?" in link
        asked = parse_qs(urlsplit(link).query)
        assert asked["field"] == ["title", "count()"]
        assert asked["query"] == ["level:fatal"]
        assert asked["statsPeriod"] == ["14d"]

    async def test_the_pages_of_a_table_neither_repeat_nor_lose_a_row(self, ask: Ask) -> None:
        asked = {"fields": ["issue", "count()"], "limit": 40}
        first = await ask("query_events", **asked)
        cursor = re.findall(r"cursor=(\S+)", first)[0]
        second = await ask("query_events", **asked, cursor=cursor)
        both = [row[0] for text in (first, second) for row in rows(text)]
        whole = await ask("query_events", fields=["issue", "count()"], limit=80)
        assert both == [row[0] for row in rows(whole)]

    async def test_a_cursor_of_another_query_is_refused(self, ask: Ask, refused: Ask) -> None:
        first = await ask("query_events", fields=["issue", "count()"], limit=3)
        cursor = re.findall(r"cursor=(\S+)", first)[0]
        said = await refused("query_events", fields=["title", "count()"], limit=3, cursor=cursor)
        assert "continues another query" in said


class TestAdjustments:
    async def test_a_field_to_sort_by_is_added(self, ask: Ask) -> None:
        text = await ask("query_events", fields=["title"], sort="-count()", limit=2)
        assert "Added to the fields, because Sentry sorts by what it shows: count()." in text
        assert len(rows(text)[0]) == 2

    async def test_an_older_way_to_write_a_sort_is_understood(self, ask: Ask) -> None:
        text = await ask(
            "query_events", fields=["title", "count_unique(user)"], sort="-count_unique_user"
        )
        assert "sort: -count_unique(user)" in text
        assert "Added" not in text

    async def test_fields_in_one_text_are_taken_apart(self, ask: Ask) -> None:
        text = await ask("query_events", fields="title, count_if(level,equals,error)", limit=1)
        assert len(rows(text)[0]) == 2

    async def test_transactions_are_asked_as_spans(self, ask: Ask, sample: Simulator) -> None:
        text = await ask(
            "query_events",
            dataset="transactions",
            fields=["transaction", "p95(transaction.duration)"],
            query="transaction.duration:>1s",
        )
        assert "Transactions are spans with is_transaction:true today" in text
        assert sent(sample)["field"] == ["transaction", "p95(span.duration)"]
        assert sent(sample)["query"] == ["is_transaction:true span.duration:>1s"]

    async def test_discover_is_asked_for_what_the_query_is_about(
        self, ask: Ask, sample: Simulator
    ) -> None:
        await ask("query_events", dataset="discover", fields=["title", "count()"])
        assert sent(sample)["dataset"] == ["errors"]
        old = ["transaction", "p75(transaction.duration)"]
        await ask("query_events", dataset="discover", fields=old, query="event.type:transaction")
        assert sent(sample)["dataset"] == ["spans"]
        assert sent(sample)["query"] == ["is_transaction:true"]


class TestRefusals:
    async def test_more_than_twenty_fields_are_one_sentence(self, refused: Ask) -> None:
        said = await refused("query_events", fields=[f"tags[t{number}]" for number in range(21)])
        assert said == (
            "Sentry shows at most 20 fields at a time, and these are 21. Ask for fewer, or twice."
        )

    async def test_twenty_fields_leave_no_room_for_one_to_sort_by(self, refused: Ask) -> None:
        fields = [f"tags[t{number}]" for number in range(20)]
        assert "21 with those to sort by" in await refused(
            "query_events", fields=fields, sort="title"
        )

    async def test_a_state_of_issues_is_sent_to_the_right_tool(
        self, refused: Ask, sample: Simulator
    ) -> None:
        before = len(sample.world.seen)
        said = await refused("query_events", query="level:error is:unresolved")
        assert "leave it out; search_issues knows it" in said
        assert len(sample.world.seen) == before

    async def test_is_within_quotes_is_a_text_like_any_other(self, ask: Ask) -> None:
        assert "No row." in await ask("query_events", query='message:"what is: this"')

    async def test_an_unknown_function_gets_what_may_have_been_meant(self, refused: Ask) -> None:
        said = await refused("query_events", fields=["cuont()"])
        assert "Did you mean count() instead of cuont?" in said

    async def test_an_unknown_field_of_a_function_gets_it_too(self, refused: Ask) -> None:
        said = await refused(
            "query_events", dataset="spans", fields=["transaction", "p95(span.durration)"]
        )
        assert "Did you mean span.duration instead of span.durration?" in said

    async def test_an_empty_column_is_doubted(self, ask: Ask) -> None:
        text = await ask("query_events", fields=["titel", "count()"])
        assert "No row has titel. Did you mean title instead of titel?" in text

    async def test_a_known_field_that_is_empty_is_not(self, ask: Ask) -> None:
        text = await ask("query_events", fields=["replay_id", "count()"], query="level:fatal")
        assert "Did you mean" not in text

    async def test_a_name_close_to_a_tag_that_exists_is_told_inside_the_fence(
        self, refused: Ask
    ) -> None:
        said = await refused("query_events", fields=["sum(payment_providre)"])
        assert "there is: payment_provider" in inside(said)

    async def test_a_filter_that_sentry_refuses_comes_with_a_remedy(self, refused: Ask) -> None:
        said = await refused("query_events", query="count():>5 OR level:error")
        assert "ask twice" in said
        assert 'an empty value is `""`' in await refused("query_events", query="level: error")

    async def test_an_unknown_environment_is_named(self, refused: Ask) -> None:
        said = await refused("query_events", environment="prod")
        assert said.startswith("No environment 'prod' is visible in 'acme'. list_projects names")

    async def test_a_refusal_that_is_about_no_name_blames_none(self, refused: Ask) -> None:
        said = await refused("query_events", query="payment_provider:nordpay (level:error")
        assert "list_event_fields" not in said

    async def test_an_unknown_organization_is_named(self, refused: Ask) -> None:
        assert "'acne'" in await refused("query_events", org="acne")

    async def test_an_unknown_dataset_is_told_with_those_that_there_are(self, refused: Ask) -> None:
        said = await refused("query_events", dataset="eror", fields=["title"])
        assert said.startswith("This server has no data set 'eror'. It has: ")
        assert "errors" in said


class TestOtherServers:
    @pytest.fixture
    def simulator(self) -> Simulator:
        """A world that changes: two issues, one of whose tags holds a secret."""
        world = small_world(now)
        world.tell("acme", story("KeyError", count=6))
        world.tell("acme", story("ValueError", count=3))
        checkout = next(iter(world.projects))
        hostile = broken("OSError", tags={"db_password": "hunter2hunter2", "note": "a|b\nc"})
        world.ingest(checkout, hostile | {"environment": "production"})
        return generous(Simulator(world))

    async def test_counts_are_those_of_the_events(self, ask: Ask) -> None:
        text = await ask("query_events", fields=["title", "count()"])
        counted = {row[0]: row[1] for row in rows(text)}
        assert counted == {
            "KeyError: no KeyError here": "6",
            "ValueError: no ValueError here": "3",
            "OSError: no OSError here": "1",
        }

    async def test_a_secret_in_a_cell_is_redacted_for_its_column(self, ask: Ask) -> None:
        text = await ask("query_events", fields=["tags[db_password]", "note"], query="has:note")
        assert rows(text) == [["[redacted: password]", "a¦b c"]]
        assert "hunter2" not in text

    async def test_a_server_that_keeps_errors_in_discover_is_asked_there(
        self, ask: Ask, simulator: Simulator
    ) -> None:
        simulator.world.datasets = frozenset({"discover", "transactions"})
        text = await ask("query_events", fields=["title", "count()"], query="level:error")
        assert "This server keeps errors in `discover`." in text
        assert len(rows(text)) == 3
        assert sent(simulator)["query"] == ["!event.type:transaction level:error"]

    async def test_what_a_server_lacks_is_found_out_once(
        self, ask: Ask, simulator: Simulator
    ) -> None:
        simulator.world.datasets = frozenset({"discover"})
        await ask("query_events", fields=["title", "count()"])
        await ask("query_events", fields=["title"])
        asked = [line for line in simulator.world.seen if "/events/?" in line]
        assert sum("dataset=errors" in line for line in asked) == 1
        assert sum("dataset=discover" in line for line in asked) == 2

    async def test_a_server_without_a_dataset_says_which_it_has(
        self, refused: Ask, simulator: Simulator
    ) -> None:
        simulator.world.datasets = frozenset({"errors", "transactions"})
        said = await refused("query_events", dataset="logs")
        assert said.startswith("This server has no data set 'logs'. It has: errors, transactions.")

    async def test_a_self_hosted_server_is_asked_for_projects_by_number(
        self, ask: Ask, simulator: Simulator
    ) -> None:
        simulator.world.self_hosted = simulator.world.numeric_projects = True
        text = await ask("query_events", fields=["title", "count()"], project="checkout")
        assert len(rows(text)) == 3

    async def test_a_page_that_is_no_json_is_an_honest_refusal(
        self, refused: Ask, simulator: Simulator
    ) -> None:
        simulator.faults.add(Fault("/events/", html=True, status=200, times=-1))
        assert "does not answer queries about events" in await refused("query_events")

    async def test_a_server_without_such_queries_says_so(
        self, refused: Ask, simulator: Simulator
    ) -> None:
        simulator.faults.add(Fault("/events/", status=404, times=-1))
        assert "does not answer queries about events" in await refused("query_events")

    async def test_no_row_by_a_field_that_is_none_says_what_may_have_been_meant(
        self, ask: Ask
    ) -> None:
        text = await ask("query_events", query="levle:error")
        assert text.startswith("No row.")
        assert "Did you mean level instead of levle?" in text

    async def test_an_empty_column_like_no_field_says_where_the_fields_are(self, ask: Ask) -> None:
        text = await ask("query_events", fields=["favourite_colour", "count()"])
        assert "No row has favourite_colour. list_event_fields names" in text

    async def test_no_row_says_what_to_widen(self, ask: Ask) -> None:
        text = await ask("query_events", query="level:fatal", project="checkout", period="1h")
        assert text.startswith("No row.\nquery: level:fatal")
        assert "Widen or leave out: query, project, period." in text
