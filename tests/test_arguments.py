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
        "project": [],
        "environment": "",
        "cursor": "",
        "start": None,
    }
    assert "is:unresolved" in await ask("search_issues", limit=3, **given)


async def test_a_limit_out_of_range_is_explained(refused: Ask) -> None:
    assert "`limit`: Input should be less than or equal to 100, not 1000." in await refused(
        "search_issues", limit=1000
    )


async def test_a_wrong_word_is_answered_with_the_right_ones(refused: Ask) -> None:
    told = await refused("search_issues", sort="frequency")
    assert "`sort` must be" in told
    assert "'freq'" in told
    assert "'frequency'" in told


async def test_a_missing_argument_is_named(refused: Ask) -> None:
    assert (await refused("get_issue")).startswith("`issue` is missing")


async def test_a_period_that_sentry_does_not_know_is_refused(refused: Ask) -> None:
    assert "24h" in await refused("search_issues", period="yesterday")


async def test_half_a_time_range_is_refused(refused: Ask) -> None:
    assert "belong together" in await refused("search_issues", start="2026-08-01T00:00:00Z")


async def test_a_time_range_the_wrong_way_round_is_refused(refused: Ask) -> None:
    told = await refused("search_issues", start="2026-08-02", end="2026-08-01")
    assert "must be before" in told


async def test_start_and_end_win_over_the_period(ask: Ask) -> None:
    told = await ask("search_issues", start="2026-08-01", end="2026-08-12", period="24h")
    assert "2026-08-01 to 2026-08-12" in told


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


async def test_a_cursor_of_another_query_is_refused_before_it_is_sent(
    ask: Ask, refused: Ask, sample: Simulator
) -> None:
    first = await ask("search_issues", query="is:unresolved", limit=5)
    cursor = first.rsplit("cursor=", 1)[1].split()[0].strip("`")
    before = len([seen for seen in sample.world.seen if "cursor" in seen])
    told = await refused("search_issues", query="is:resolved", limit=5, cursor=cursor)
    assert "continues another query" in told
    assert len([seen for seen in sample.world.seen if "cursor" in seen]) == before


async def test_a_wrong_project_is_answered_with_one_that_comes_close(refused: Ask) -> None:
    assert "Did you mean checkout" in await refused("search_issues", project="chekout")


async def test_a_wrong_organization_is_told_as_such(refused: Ask) -> None:
    assert "found nothing there" in await refused("list_projects", org="nobody")


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
