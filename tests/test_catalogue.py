"""Whatever has no tool of its own is found, checked and read through the catalogue."""

import re
from json import JSONDecoder
from typing import Any

import pytest
from mcp import Client
from pydantic.alias_generators import to_snake

from answers import Ask, text_of
from dexter_mcp.sentry.catalogue import operations
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from dexter_mcp.views.bodies import example
from tokens import tokens

pytestmark = pytest.mark.anyio

EIGHT_HITS = 600
TWENTY_ROWS = 600


def columns(text: str) -> list[str]:
    return next(line for line in text.split("\n") if "|" in line).split("|")


def column(text: str, place: int = 0) -> list[str]:
    lines = [line for line in text.split("\n") if "|" in line][1:]
    return [line.split("|")[place] for line in lines]


def fields(value: Any) -> set[str]:
    """Name the fields of an example, or of the things in it."""
    rows = value if is_array(value) else [value]
    return {to_snake(name) for row in rows if is_object(row) for name in row}


def named(kind: str) -> set[str]:
    """Name the fields that a type lists."""
    found = re.search(r"\{(.*)\}", kind)
    return {to_snake(name) for name in found[1].split(",")} if found else set()


def onward(text: str) -> str:
    return re.findall(r"^next page: cursor=(\S+)$", text, re.MULTILINE)[0]


class TestFinding:
    @pytest.mark.parametrize(
        ("words", "operation"),
        [
            ("who watched a replay", "list_replay_viewers"),
            ("cron check-ins", "list_monitor_checkins"),
            ("DSN of a project", "list_project_keys"),
            ("quota by project", "get_stats_summary"),
            ("why do source maps fail", "get_source_map_debug"),
            ("crash free sessions", "query_sessions"),
            ("jira ticket form", "get_issue_integration_config"),
            ("screenshots that changed", "get_snapshot"),
            ("how large is the mobile build", "get_build_size_analysis"),
            ("code owners", "get_ownership"),
            ("rage clicks", "list_replay_selectors"),
            ("alerts", "list_workflows"),
            ("issues like this one", "list_issues"),
        ],
    )
    async def test_people_find_operations_by_their_own_words(
        self, ask: Ask, words: str, operation: str
    ) -> None:
        assert operation in column(await ask("find_operations", query=words))[:4]

    @pytest.mark.parametrize("words", ["", "list", "issues", "events by project", "replays"])
    async def test_eight_hits_are_cheap(self, ask: Ask, words: str) -> None:
        text = await ask("find_operations", query=words)
        assert len(column(text)) == 8
        assert tokens(text) <= EIGHT_HITS

    async def test_a_hit_says_what_it_needs(self, ask: Ask) -> None:
        text = await ask("find_operations", query="flamegraph")
        assert columns(text)[:2] == ["operation", "what it tells"]
        replay = await ask("find_operations", query="segments of a replay")
        assert "One recording segment|project, replay, segment" in replay

    async def test_its_exact_name_brings_all_about_an_operation(self, ask: Ask) -> None:
        text = await ask("find_operations", query="list_detectors")
        assert text.startswith("list_detectors: Detectors")
        assert "GET /organizations/{org}/detectors/" in text
        assert "project: integer|string (repeatable)" in text
        assert "alerts:read" in text
        assert "https://docs.sentry.io/api/monitors/" in text

    async def test_a_write_is_told_with_its_body(self, ask: Ask) -> None:
        text = await ask("find_operations", query="create_monitor")
        assert "POST /organizations/{org}/monitors/" in text
        assert "body status: active | disabled (default active)" in text
        assert "body name: string (required, at most 128 characters)" in text

    async def test_what_a_field_holds_is_shown_by_an_example(self, ask: Ask) -> None:
        text = await ask("find_operations", query="create_monitor")
        assert 'config:={"schedule_type": "crontab", "schedule": "0 2 * * *"' in text
        assert "`name:=` and JSON" in text
        assert '"frequency": 30' in await ask("find_operations", query="update_workflow")

    async def test_every_field_that_holds_more_than_a_value_has_an_example(self) -> None:
        told = {
            f"{operation.name} {field.name}": (field, example(operation, field))
            for operation in operations().values()
            for field in operation.body
            if "object" in field.type or field.type.startswith("map")
        }
        assert [name for name, (_, shown) in told.items() if not shown] == []
        for name, (field, shown) in told.items():
            if shown[0] in "[{":
                value, _ = JSONDecoder().raw_decode(shown)
                assert isinstance(value, list) is field.type.startswith("array"), name
                assert fields(value) <= (named(field.type) or fields(value)), name

    async def test_writes_are_left_out_unless_they_are_wanted(self, ask: Ask) -> None:
        assert "delete" not in await ask("find_operations", query="dashboards")
        text = await ask("find_operations", query="delete a dashboard", writes=True)
        assert "delete_dashboard|DELETE" in text
        assert "read_sentry runs one that reads;" in text

    async def test_a_category_narrows(self, ask: Ask) -> None:
        text = await ask("find_operations", category="scim", limit=20)
        assert all(name.startswith("scim_") for name in column(text))

    async def test_an_unknown_category_is_answered_with_those_that_there_are(
        self, refused: Ask
    ) -> None:
        assert "Replays" in await refused("find_operations", category="Recordings")

    async def test_words_that_fit_nothing_are_no_error(self, ask: Ask) -> None:
        assert "Use other words" in await ask("find_operations", query="zeppelin")

    async def test_a_deprecated_operation_names_its_replacement(self, ask: Ask) -> None:
        hits = await ask("find_operations", query="issues of one project", limit=20)
        assert "Issues of one project (deprecated: list_issues)" in hits
        assert "deprecated; use list_issues" in await ask(
            "find_operations", query="list_project_issues"
        )

    async def test_what_only_some_servers_have_is_marked(self, ask: Ask) -> None:
        assert "(deprecated: list_workflows)" in await ask("find_operations", query="alert rules")
        assert "unpublished" in await ask("find_operations", query="similar issues")

    async def test_the_tool_that_does_it_better_is_named_where_it_is_on_offer(
        self, ask: Ask, settings: Settings, sample: Simulator
    ) -> None:
        assert "better: search_issues" in await ask("find_operations", query="list_issues")
        alone = Settings(url=settings.url, token=settings.token, toolsets=("catalogue",))
        async with Client(build_server(alone, sample)) as client:
            said = text_of(await client.call_tool("find_operations", {"query": "list_issues"}))
        assert "search_issues" not in said


class TestReading:
    async def test_a_list_is_a_table_of_what_tells(self, ask: Ask) -> None:
        text = await ask("read_sentry", operation="list_projects")
        assert text.startswith("list_projects: 6 items, org: acme")
        assert {"id", "slug", "platform", "team"} <= set(columns(text))
        assert "checkout" in column(text, columns(text).index("slug"))

    async def test_what_all_rows_share_is_said_once(self, ask: Ask) -> None:
        text = await ask("read_sentry", operation="list_projects")
        assert text.count("active") == 1
        assert "all alike: " in text

    async def test_one_thing_is_a_record_with_the_lists_in_it(self, ask: Ask) -> None:
        text = await ask("read_sentry", operation="get_snapshot", arguments=["snapshot=71044"])
        assert "vcs_info.head_ref: feat/spring-sale" in text
        assert "images: 6 items, the first 5 (include=images)" in text

    async def test_fields_can_be_chosen(self, ask: Ask) -> None:
        text = await ask(
            "read_sentry", operation="list_projects", include=["platform", "slug", "teams.slug"]
        )
        assert columns(text) == ["platform", "slug", "teams"]

    async def test_a_list_within_a_list_can_be_opened(self, ask: Ask) -> None:
        text = await ask(
            "read_sentry",
            operation="get_build_size_analysis",
            arguments=["artifact=61877"],
            include=["comparisons.diffItems"],
        )
        assert "added|3390412|3390412|Assets/spring-sale.mov" in text

    async def test_a_name_that_no_field_has_brings_nothing(self, ask: Ask) -> None:
        text = await ask("read_sentry", operation="list_projects", include=["slugg"])
        assert "nothing under these names" in text

    async def test_pages_follow_one_another(self, ask: Ask) -> None:
        seen: list[str] = []
        cursor = ""
        for _ in range(3):
            text = await ask("read_sentry", operation="list_issues", limit=4, cursor=cursor)
            seen += column(text)
            cursor = onward(text)
        assert len(set(seen)) == 12

    async def test_the_rows_of_an_object_are_paged_as_well(self, ask: Ask) -> None:
        asked: dict[str, Any] = {
            "operation": "query_events",
            "arguments": ["field=title", "dataset=errors", "field=count()", "sort=-count()"],
            "limit": 3,
        }
        first = await ask("read_sentry", **asked)
        second = await ask("read_sentry", **asked, cursor=onward(first))
        assert set(column(first)).isdisjoint(column(second))

    async def test_a_cursor_of_another_question_is_refused(self, ask: Ask, refused: Ask) -> None:
        text = await ask("read_sentry", operation="list_issues", limit=4)
        said = await refused("read_sentry", operation="list_projects", limit=4, cursor=onward(text))
        assert "continues another query" in said

    async def test_a_list_that_is_not_paged_is_cut_at_the_limit(self, ask: Ask) -> None:
        text = await ask(
            "read_sentry", operation="list_issue_tags", arguments=["issue=CHECKOUT-2"], limit=3
        )
        assert len([line for line in text.split("\n") if "|" in line]) == 4
        assert "more: limit" in text

    async def test_an_issue_is_taken_in_every_form(self, ask: Ask) -> None:
        link = "http://sentry.test/organizations/acme/issues/CHECKOUT-2/"
        for form in (f"issue={link}", "issue_id=CHECKOUT-2", "issue=checkout-2"):
            text = await ask("read_sentry", operation="get_issue", arguments=[form])
            assert "shortId: CHECKOUT-2" in text

    async def test_projects_are_settled_as_everywhere(self, ask: Ask, sample: Simulator) -> None:
        await ask("read_sentry", operation="list_issues", project="checkout", refresh=True)
        number = next(p.id for p in sample.world.projects_of("acme") if p.slug == "checkout")
        assert f"project={number}" in sample.world.seen[-1]
        await ask("read_sentry", operation="list_issues", refresh=True)
        assert "project=-1" in sample.world.seen[-1]

    async def test_a_period_may_be_called_so(self, ask: Ask, sample: Simulator) -> None:
        await ask("read_sentry", operation="list_issues", arguments=["period=24h", "sort=freq"])
        assert "statsPeriod=24h" in sample.world.seen[-1]

    async def test_a_series_is_a_line_of_bars(self, ask: Ask) -> None:
        text = await ask("read_sentry", operation="get_project_stats", project="checkout")
        assert "sum " in text
        assert tokens(text) < 120

    @pytest.mark.parametrize(
        ("operation", "include"),
        [("list_data_forwarders", "config"), ("list_project_keys", "secret")],
    )
    async def test_secrets_of_sentry_itself_are_taken_out(
        self, ask: Ask, operation: str, include: str
    ) -> None:
        project = {"project": "checkout"} if operation == "list_project_keys" else {}
        text = await ask("read_sentry", operation=operation, include=[include], **project)
        assert "[redacted: " in text
        assert "EXAMPLE" not in text

    @pytest.mark.parametrize(
        "operation", ["list_issues", "list_projects", "list_members", "list_releases", "list_teams"]
    )
    async def test_a_table_of_twenty_rows_is_cheap(self, ask: Ask, operation: str) -> None:
        assert tokens(await ask("read_sentry", operation=operation)) <= TWENTY_ROWS

    async def test_even_rows_named_by_hashes_are_cheap(self, ask: Ask) -> None:
        text = await ask("read_sentry", operation="list_project_events", project="checkout")
        assert {"id", "title"} <= set(columns(text))
        assert tokens(text) <= TWENTY_ROWS

    async def test_a_program_gets_every_text_marked_and_no_secret(
        self, settings: Settings, sample: Simulator
    ) -> None:
        told = Settings(
            url=settings.url, token=settings.token, toolsets=("catalogue",), structured=True
        )
        async with Client(build_server(told, sample)) as client:
            result = await client.call_tool("read_sentry", {"operation": "list_data_forwarders"})
        assert result.structured_content
        assert result.structured_content["operation"] == "list_data_forwarders"
        assert "{'untrusted': 'eu-north-1'}" in str(result.structured_content)
        assert "EXAMPLE" not in str(result.structured_content)


class TestRefusing:
    @pytest.mark.parametrize(
        ("operation", "arguments", "said"),
        [
            ("list_isues", [], "Did you mean list_issues"),
            ("update_issue", ["issue=CHECKOUT-2"], "changes Sentry (PUT)"),
            ("list_issues", ["srt=freq"], "Did you mean `sort`?"),
            ("list_issues", ["sort=fre"], "must be one of date, freq"),
            ("list_issues", ["start=yesterday"], "must be ISO 8601"),
            ("list_issues", ["sort"], "Write each as `name=value`"),
            ("list_issues", ["limit=5"], "given beside `arguments`"),
            ("list_issues", ["sort=freq", "sort=new"], "takes one value"),
            ("get_issue", [], "needs `issue`. It takes org, issue"),
            ("list_detectors", ["id=first"], "must be a whole number"),
            ("list_issue_hashes", ["issue=CHECKOUT-2", "full=perhaps"], "true or false"),
            ("get_project_stats", ["project=checkout", "since=long ago"], "must be a number"),
            ("get_project", [], "needs `project`"),
            (
                "get_event_attachment",
                ["project=checkout", "event=latest", "attachment=1", "download=1"],
                "a file or a text, not data",
            ),
        ],
    )
    async def test_a_wrong_argument_is_named_before_anything_is_sent(
        self, refused: Ask, sample: Simulator, operation: str, arguments: list[str], said: str
    ) -> None:
        before = len(sample.world.seen)
        assert said in await refused("read_sentry", operation=operation, arguments=arguments)
        assert len(sample.world.seen) == before

    async def test_an_unknown_project_is_answered_with_those_that_come_close(
        self, refused: Ask
    ) -> None:
        said = await refused("read_sentry", operation="get_project", project="chekout")
        assert "Did you mean checkout?" in said

    async def test_what_is_not_there_is_named_part_by_part(self, refused: Ask) -> None:
        said = await refused("read_sentry", operation="get_snapshot", arguments=["snapshot=1"])
        assert "get_snapshot found nothing for org 'acme', snapshot '1'." in said
