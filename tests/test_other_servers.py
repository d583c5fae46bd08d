"""Servers that only resemble Sentry: an answer, or a refusal that says what is the matter."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from mcp import Client
from mcp.types import TextResourceContents
from starlette.responses import HTMLResponse
from starlette.types import Receive, Scope, Send

from answers import Ask, text_of
from canaries import Place, calls
from clock import now
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from glitchtip import ISSUES, Glitchtip

pytestmark = pytest.mark.anyio

EVENT = f"{1002:032x}"
CURSOR = re.compile(r"next page: cursor=(\S+)")
LONGEST = 40_000


@pytest.fixture
def server() -> Glitchtip:
    return Glitchtip()


@pytest.fixture
def settings() -> Settings:
    return Settings(
        url="http://sentry.test",
        token=Simulator.TOKEN,
        toolsets=("all",),
        requests_per_second=100_000,
    )


@pytest.fixture
async def client(server: Glitchtip, settings: Settings) -> AsyncIterator[Client]:
    async with Client(build_server(settings, server, now=now)) as client:
        yield client


async def test_every_tool_answers_or_refuses_in_a_sentence(client: Client) -> None:
    table = calls(Place("AVIARY-2", EVENT, every_section=False))
    assert {tool.name for tool in (await client.list_tools()).tools} <= set(table)
    for tool, ways in table.items():
        for arguments in ways:
            result = await client.call_tool(tool, arguments)
            text, call = text_of(result), f"{tool} {arguments}"
            assert text.strip(), call
            assert len(text) <= LONGEST, call
            for sign in ("fault in Dexter", "<html", "<!doctype", "Traceback", "(410"):
                assert sign not in text, f"{call}: {text}"
            if result.is_error:
                assert len(text) < 600, f"{call}: {text}"


async def test_issues_are_found_in_the_order_and_project_asked_for(ask: Ask) -> None:
    text = await ask("search_issues", sort="freq", limit=3, query="")
    assert text.startswith(f"3 of {ISSUES} issues")
    assert [line.split("|")[0] for line in text.split("\n") if "feather" in line] == [
        "POND-129",
        "AVIARY-128",
        "POND-127",
    ]
    text = await ask("search_issues", project="pond", query="is:resolved", limit=2)
    assert "2 of 13 issues" in text
    assert "AVIARY" not in text


async def test_a_search_says_that_the_time_range_counts_for_nothing(ask: Ask) -> None:
    assert "overlooks the time range" in await ask("search_issues")
    assert "start=" not in await ask("search_issues", start="2026-08-01", end="2026-08-02")


async def test_an_order_that_the_server_lacks_is_refused_with_those_it_has(refused: Ask) -> None:
    text = await refused("search_issues", sort="user")
    assert "can't sort issues by 'user'. Take one of date, new, freq, recommended." in text


async def test_a_search_word_that_would_quietly_find_nothing_is_refused(refused: Ask) -> None:
    text = await refused("search_issues", query="is:unresolved assigned:me")
    assert "can't search issues by assigned:me" in text
    assert "is:regressed" in await refused("search_issues", query="is:regressed")


@pytest.mark.parametrize(("tool", "size"), [("search_issues", 30), ("list_issue_events", 10)])
async def test_a_short_list_ends_where_it_ends(ask: Ask, tool: str, size: int) -> None:
    asked = {"issue": "1002"} if tool == "list_issue_events" else {"query": "feather 12"}
    text = await ask(tool, limit=size, **asked)
    assert "AVIARY-12" in text or EVENT in text


async def test_pages_follow_one_another_without_a_gap(ask: Ask) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        text = await ask("search_issues", query="", limit=40, cursor=cursor)
        seen += re.findall(r"^((?:AVIARY|POND)-\d+)\|", text, re.MULTILINE)
        found = CURSOR.search(text)
        if not found:
            break
        cursor = found[1]
    assert len(seen) == len(set(seen)) == ISSUES


async def test_a_list_that_overlooks_the_page_size_loses_nothing(
    client: Client, server: Glitchtip
) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        asked = {"operation": "list_project_events", "project": "aviary", "limit": 20}
        text = text_of(await client.call_tool("read_sentry", {**asked, "cursor": cursor}))
        seen += re.findall(r"\b0{29}[0-9a-f]{3}\b", text)
        found = CURSOR.search(text)
        if not found:
            break
        cursor = found[1]
    assert len(set(seen)) == ISSUES // 2
    assert server.seen[-1].endswith("limit=20")


@pytest.mark.parametrize("named", ["1002", "AVIARY-2", "http://sentry.test/acme/issues/1002"])
async def test_an_issue_is_read_however_it_is_named(ask: Ask, named: str) -> None:
    text = await ask("get_issue", issue=named)
    assert text.startswith("AVIARY-2 · unresolved · project aviary (python)")
    assert "ValueError: feather 2" in text
    assert "at aviary/nest.py:7 count" in text
    assert "Not implemented" not in text


async def test_that_short_ids_mean_nothing_there_is_found_out_once(
    ask: Ask, server: Glitchtip
) -> None:
    await ask("get_issue", issue="AVIARY-2")
    server.seen.clear()
    await ask("get_issue", issue="AVIARY-4")
    assert not [path for path in server.seen if "AVIARY-4" in path]


async def test_a_short_id_of_no_issue_is_refused_with_a_way_out(ask: Ask, refused: Ask) -> None:
    await ask("get_issue", issue="AVIARY-2")
    text = await refused("get_issue", issue="AVIARY-777")
    assert "can't look up 'AVIARY-777'" in text
    assert "Give the issue's number" in text


async def test_an_event_is_read_by_its_id_alone_and_as_the_latest(ask: Ask, refused: Ask) -> None:
    assert "of issue AVIARY-2" in await ask("get_event", event=EVENT)
    assert EVENT in await ask("get_event", event="latest", issue="1002")
    assert "knows no 'oldest' event" in await refused("get_event", event="oldest", issue="1002")
    assert "No event" in await refused("get_event", event="f" * 32)


async def test_projects_releases_and_environments_are_listed(ask: Ask) -> None:
    assert "aviary|python" in await ask("list_projects")
    text = await ask("list_releases")
    assert text.startswith("11 releases")
    assert "1.11.0|1 d" in text
    assert "production, staging" in await ask("get_organization")


async def test_what_the_server_does_not_have_is_named(refused: Ask) -> None:
    assert "neither alerts nor alert rules" in await refused("list_alerts")
    assert "does not answer queries about events" in await refused("query_events")
    assert "seems to have no counts of issues: it did not" in await refused("count_issues")


@pytest.mark.parametrize(
    ("feature", "tool", "asked"),
    [
        ("integrations", "list_integrations", {}),
        ("integrations", "get_integration", {"integration": "nest"}),
        ("integrations", "get_ticket_form", {"issue": "1002"}),
        ("tickets", "list_issue_tickets", {"issue": "1002"}),
        ("repositories", "list_repositories", {}),
        ("figures on usage", "get_usage", {}),
        ("sessions and release health", "query_sessions", {}),
        ("list of one's own teams", "list_teams", {"mine": True}),
        ("queries saved in Discover", "list_saved_queries", {}),
        ("session replays", "list_replays", {}),
        ("session replays", "list_replays", {"kind": "selectors"}),
        ("session replays", "list_replays", {"issue": "1002"}),
        ("traces", "get_trace", {"trace": "c" * 32}),
        ("profiles", "get_profile", {"query": "is_transaction:true", "project": "aviary"}),
        ("cron monitors", "list_monitors", {}),
        ("dashboards", "list_dashboards", {}),
        ("SCIM", "list_scim", {}),
        ("SCIM", "list_scim", {"kind": "groups"}),
    ],
)
async def test_a_feature_that_the_server_lacks_is_called_by_its_name(
    refused: Ask, feature: str, tool: str, asked: dict[str, Any]
) -> None:
    text = await refused(tool, **asked)
    assert text.startswith(
        (f"This server has no {feature}", f"This server seems to have no {feature}")
    )
    assert "No organization" not in text


async def test_a_single_thing_that_is_not_there_may_be_missing_itself(refused: Ask) -> None:
    text = await refused("get_attachment", issue="1002")
    assert text.startswith("This server seems to have no attachments: it did not")
    text = await refused("get_member")
    assert "Sentry has nothing at /organizations/acme/members/me/" in text
    text = await refused("list_scim", query="7")
    assert "this server may have no SCIM, or the feature may be switched off" in text


async def test_the_values_of_a_tag_are_read_from_the_list_of_all_tags(
    ask: Ask, refused: Ask
) -> None:
    text = await ask("get_issue_tag", issue="1002", tag="release")
    assert text.startswith("1 value in 7 events of issue 1002")
    assert "This server tells the commonest values alone" in text
    assert "1.9.0|7|100%" in text
    assert "has the tag 'browser'" in await refused("get_issue_tag", issue="1002", tag="browser")


@pytest.mark.parametrize(
    ("tool", "asked"),
    [
        ("list_issue_events", {"issue": "1002", "query": "browser:Firefox"}),
        ("list_releases", {"query": "2.0"}),
        ("list_projects", {"query": "shop"}),
    ],
)
async def test_a_list_says_that_the_query_counts_for_nothing(
    ask: Ask, tool: str, asked: dict[str, Any]
) -> None:
    note = "This server overlooks `query` here: the list is not narrowed."
    assert note in await ask(tool, **asked)
    assert note not in await ask(tool, **{**asked, "query": ""})


async def test_a_release_says_nothing_of_what_the_server_could_not_tell(
    ask: Ask, refused: Ask
) -> None:
    text = await ask("get_release", release="1.11.0")
    assert "new issues:" not in text
    assert "regressed issues:" not in text
    assert "failed: regressed issues (This server can't search issues by regressed" in text
    assert "new issues|" not in await ask("compare_releases", release="1.11.0")
    assert "No release 'shop'" in await refused("get_release", release="shop")


async def test_all_issues_are_listed_although_the_server_knows_no_word_for_all_projects(
    ask: Ask, server: Glitchtip
) -> None:
    text = await ask("read_sentry", operation="list_issues", org="acme", limit=3)
    assert text.startswith(f"list_issues: 3 of {ISSUES} items")
    again = await ask(
        "read_sentry", operation="list_issues", org="acme", limit=3, cursor=_next(text)
    )
    assert "1003|POND-3" in again
    asked = [line for line in server.seen if "/issues/?" in line]
    assert [("project=-1" in line) for line in asked] == [True, False, False]


def _next(text: str) -> str:
    found = CURSOR.search(text)
    assert found
    return found[1]


async def test_no_organization_is_called_invisible_because_a_route_is_missing(
    client: Client,
) -> None:
    table = calls(Place("1002", EVENT, every_section=False))
    for tool, ways in table.items():
        text = text_of(await client.call_tool(tool, ways[0]))
        assert "No organization 'acme' is visible to this token" not in text, tool


async def test_whoami_tells_what_kind_of_server_it_is(ask: Ask) -> None:
    await ask("get_issue", issue="AVIARY-2")
    text = await ask("whoami")
    assert "server: version 6.2.6; not Sentry's own; issue search without time range" in text
    assert "knows issues by number" in text


async def test_the_status_tells_what_is_known_of_the_server_and_asks_nothing(
    ask: Ask, client: Client, server: Glitchtip
) -> None:
    assert "Sentry there" not in await _status(client)
    assert not server.seen
    await ask("whoami")
    server.seen.clear()
    assert "- Sentry there: version 6.2.6; not Sentry's own" in await _status(client)
    assert not server.seen


async def _status(client: Client) -> str:
    [told] = (await client.read_resource("dexter://status", cache_mode="bypass")).contents
    assert isinstance(told, TextResourceContents)
    return told.text


async def test_a_page_before_everything_is_no_server_of_another_make(settings: Settings) -> None:
    async with Client(build_server(settings, _sign_in, now=now)) as client:
        result = await client.call_tool("list_projects", {"org": "acme"})
    assert result.is_error
    assert "a sign-in page stands before it" in text_of(result)


async def _sign_in(scope: Scope, receive: Receive, send: Send) -> None:
    await HTMLResponse("<h1>Sign in</h1>")(scope, receive, send)
