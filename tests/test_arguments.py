"""What a model may send, and what it is told when it sends something else."""

from typing import Any

import pytest

from answers import Ask
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator

pytestmark = pytest.mark.anyio


async def test_a_misspelt_argument_is_refused_with_the_valid_ones(refused: Ask) -> None:
    told = await refused("search_issues", querry="is:resolved")
    assert "There is no argument `querry`. Did you mean `query`?" in told
    assert "project" in told


async def test_a_number_may_come_as_text(ask: Ask) -> None:
    assert (await ask("search_issues", limit="3")).startswith("3 of ")


async def test_a_single_name_may_stand_for_a_list(ask: Ask) -> None:
    one = await ask("search_issues", project="checkout", limit=3)
    assert "project: checkout" in one


async def test_an_empty_argument_means_absent(ask: Ask) -> None:
    given: dict[str, Any] = {
        "org": "",
        "project": [""],
        "environment": "",
        "cursor": "",
        "start": None,
    }
    assert "is:unresolved" in await ask("search_issues", limit=3, **given)


async def test_a_limit_out_of_range_is_explained(refused: Ask) -> None:
    for limit in (0, 1000):
        told = await refused("search_issues", limit=limit)
        assert told == f"`limit` must be from 1 to 100, not {limit}."


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"limit": "many"}, "`limit` must be a whole number from 1 to 100, not 'many'."),
        ({"limit": 2.5}, "`limit` must be a whole number from 1 to 100, not 2.5."),
        ({"project": {"slug": 1}}, "`project` must be a list of texts, not {'slug': 1}."),
        ({"query": ["a"]}, "`query` must be a text, not ['a']."),
        ({"refresh": "perhaps"}, "`refresh` must be true or false, not 'perhaps'."),
    ],
)
async def test_a_value_of_the_wrong_kind_is_explained_in_our_words(
    refused: Ask, given: dict[str, Any], told: str
) -> None:
    assert await refused("search_issues", **given) == told


async def test_an_empty_argument_that_is_needed_is_told_what_it_takes(refused: Ask) -> None:
    told = await refused("get_issue", issue="")
    assert told == "`issue` is empty: Issue number, short id, event id or link."


async def test_refresh_is_an_argument_like_any_other(refused: Ask, ask: Ask) -> None:
    told = await refused("get_event", event="latest", refesh=True)
    assert "Did you mean `refresh`?" in told
    assert told.endswith("detail, refresh.")
    assert "checkout" in await ask("list_projects", refresh=True)


async def test_a_tool_without_arguments_says_so(refused: Ask) -> None:
    told = await refused("whoami", x=1)
    assert told == "There is no argument `x`. This tool takes no arguments."


async def test_a_wrong_word_is_answered_with_the_right_ones(refused: Ask) -> None:
    told = await refused("search_issues", sort="frequency")
    assert "`sort` must be" in told
    assert "'freq'" in told
    assert "'frequency'" in told


async def test_a_missing_argument_is_named(refused: Ask) -> None:
    assert (await refused("get_issue")).startswith("`issue` is missing")


async def test_a_period_that_sentry_does_not_know_is_refused(refused: Ask) -> None:
    assert "24h" in await refused("search_issues", period="yesterday")


async def test_the_units_of_a_period_are_told_as_they_are_taken(ask: Ask, refused: Ask) -> None:
    told = await refused("search_issues", period="5 years")
    units = told.split("(")[1].split(")")[0].split(", ")
    assert units == list("smhdw")
    for unit in units:
        assert f"last 90{unit}" in await ask("search_issues", period=f"90{unit}")


async def test_half_a_time_range_is_refused(refused: Ask) -> None:
    assert "belong together" in await refused("search_issues", start="2026-08-01T00:00:00Z")


async def test_a_time_range_the_wrong_way_round_is_refused(refused: Ask) -> None:
    told = await refused("search_issues", start="2026-08-02", end="2026-08-01")
    assert "must be before" in told


async def test_start_and_end_win_over_the_period(ask: Ask) -> None:
    told = await ask("search_issues", start="2026-08-01", end="2026-08-12", period="24h")
    assert "2026-08-01T00:00:00 to 2026-08-12T00:00:00 UTC" in told


async def test_a_time_is_sent_and_echoed_as_it_was_understood(ask: Ask, sample: Simulator) -> None:
    told = await ask("search_issues", start="20260801T023000+0230", end="2026-W33-3T00")
    assert "2026-08-01T00:00:00 to 2026-08-12T00:00:00 UTC" in told
    assert "start=2026-08-01T00%3A00%3A00&end=2026-08-12T00%3A00%3A00" in sample.world.seen[-1]


@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_a_time_beyond_all_calendars_is_refused(refused: Ask, edge: str) -> None:
    assert "is no time" in await refused("search_issues", start=edge, end=edge)


async def test_a_link_to_another_sentry_is_refused_before_anything_is_sent(
    refused: Ask, sample: Simulator
) -> None:
    before = len(sample.world.seen)
    told = await refused("get_issue", issue="https://sentry.evil.test/issues/1/")
    assert "sentry.evil.test" in told
    assert len(sample.world.seen) == before


async def test_something_that_names_no_issue_is_refused_before_anything_is_sent(
    refused: Ask, sample: Simulator
) -> None:
    before = len(sample.world.seen)
    assert "search_issues" in await refused("get_issue", issue="../../users")
    assert len(sample.world.seen) == before


@pytest.mark.parametrize(
    ("tool", "given", "reason"),
    [
        ("search_issues", {"period": "yesterday"}, "`period` is a number"),
        ("search_issues", {"start": "2026-08-01"}, "belong together"),
        ("list_issue_events", {"issue": "1", "period": "yesterday"}, "`period` is a number"),
        ("search_issues", {"cursor": "0:100:0"}, "no cursor of this server"),
        ("list_issue_events", {"issue": "1", "cursor": "next"}, "no cursor of this server"),
        ("list_projects", {"cursor": "next"}, "no cursor of this server"),
        ("get_issue_tag", {"issue": "1", "tag": "release", "cursor": "!"}, "no cursor"),
        ("get_issue_tag", {"issue": "1", "tag": "which browser?"}, "`tag` can't be"),
        ("get_issue_tag", {"issue": "1", "tag": "a" * 201}, "`tag` can't be"),
        ("get_event", {"event": "latest"}, "of which issue"),
    ],
)
async def test_what_is_known_to_be_wrong_is_not_sent(
    refused: Ask, sample: Simulator, tool: str, given: dict[str, Any], reason: str
) -> None:
    before = len(sample.world.seen)
    told = await refused(tool, **given)
    assert reason in told
    assert "(request" not in told
    assert len(sample.world.seen) == before


async def test_a_cursor_of_another_query_is_refused_before_it_is_sent(
    ask: Ask, refused: Ask, sample: Simulator
) -> None:
    first = await ask("search_issues", query="is:unresolved", limit=5)
    cursor = first.rsplit("cursor=", 1)[1].split()[0].strip("`")
    before = len([seen for seen in sample.world.seen if "cursor" in seen])
    told = await refused("search_issues", query="is:resolved", limit=5, cursor=cursor)
    assert "continues another query" in told
    assert "`limit` included" in told
    assert "(request" not in told
    assert len([seen for seen in sample.world.seen if "cursor" in seen]) == before


async def test_a_wrong_project_is_answered_with_one_that_comes_close(refused: Ask) -> None:
    assert "Did you mean checkout" in await refused("search_issues", project="chekout")


async def test_a_wrong_organization_is_told_as_such(refused: Ask) -> None:
    for tool in ("list_projects", "search_issues"):
        told = await refused(tool, org="nobody")
        assert "No organization 'nobody' is visible to this token." in told
        assert "whoami names those that are." in told
        assert "(request" in told


EVENT = "0" * 32


@pytest.mark.parametrize(
    ("tool", "given", "told"),
    [
        ("get_issue", {"issue": "NOPE-1"}, "No issue 'NOPE-1' is visible in 'acme'. search_issues"),
        ("list_issue_events", {"issue": "NOPE-1"}, "No issue 'NOPE-1' is visible in 'acme'."),
        ("get_issue_tag", {"issue": "NOPE-1"}, "No issue 'NOPE-1' is visible in 'acme'."),
        ("get_issue", {"issue": EVENT}, f"No event '{EVENT}' is visible in 'acme'. It may be"),
        ("get_event", {"event": EVENT}, f"No event '{EVENT}' is visible in 'acme'. It may be"),
        (
            "get_event",
            {"event": EVENT, "issue": "CHECKOUT-1"},
            f"No event '{EVENT}' of an issue 'CHECKOUT-1' is visible in 'acme'. Leave `issue` out",
        ),
        (
            "get_event",
            {"event": "latest", "issue": "NOPE-1"},
            "No event 'latest' of an issue 'NOPE-1' is visible in 'acme'. search_issues",
        ),
        (
            "get_issue_tag",
            {"issue": "CHECKOUT-1", "tag": "nope"},
            "No event of CHECKOUT-1 in 'acme' has the tag 'nope'. Leave `tag` out",
        ),
        (
            "search_issues",
            {"environment": "moon"},
            "No organization 'acme' is visible to this token, or no environment 'moon'",
        ),
        (
            "list_issue_events",
            {"issue": "CHECKOUT-1", "environment": ["moon", "mars"]},
            "No issue 'CHECKOUT-1' is visible in 'acme', or no environment 'moon' or 'mars'",
        ),
    ],
)
async def test_what_was_not_found_is_named(
    refused: Ask, tool: str, given: dict[str, Any], told: str
) -> None:
    assert (await refused(tool, **given)).startswith(told)


async def test_a_query_that_sentry_refuses_gets_its_reason(refused: Ask) -> None:
    told = await refused("search_issues", query="level:error OR level:fatal")
    assert "Boolean statements" in told


async def test_an_unknown_tool_is_answered_with_those_on_offer(refused: Ask) -> None:
    assert "Did you mean get_issue" in await refused("get_isue", issue="1")


class TestWithoutAToken:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(url="http://sentry.test")

    async def test_a_tool_says_which_token_is_needed_and_where_to_make_it(
        self, refused: Ask, sample: Simulator
    ) -> None:
        before = len(sample.world.seen)
        told = await refused("search_issues")
        assert "SENTRY_AUTH_TOKEN" in told
        assert "event:read" in told
        assert "http://sentry.test/settings/account/api/auth-tokens/" in told
        assert "(request" not in told
        assert len(sample.world.seen) == before


class TestWithARefusedToken:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(url="http://sentry.test", token="sntryu_expired")

    async def test_a_tool_says_what_sentry_said_and_what_to_do(self, refused: Ask) -> None:
        told = await refused("search_issues")
        assert "Invalid token" in told
        assert "auth-tokens" in told
        assert "sntryu_expired" not in told
