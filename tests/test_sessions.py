"""How applications fare: sessions, users and crashes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers import Ask
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from dexter_mcp.views.sessions import crash_free

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings() -> Settings:
    return Settings(
        url="http://sentry.test",
        token=Simulator.TOKEN,
        toolsets=("releases",),
        requests_per_second=100_000,
    )


async def test_releases_are_compared_by_their_sessions(ask: Ask) -> None:
    text = await ask("query_sessions", project="checkout")
    assert "sessions, org: acme, project: checkout, by: release, last 14d" in text
    assert "release|sessions|share|users|crash-free sessions|crash-free users|" in text
    assert "checkout@4.16.0|21k|14%|12k|97.02%|94.96%|" in text


async def test_projects_are_called_by_their_slugs(ask: Ask) -> None:
    text = await ask("query_sessions", group_by="project", period="24h")
    assert "\ngateway|" in text
    assert "\nreports|" not in text


async def test_a_series_shows_when_crashes_began(ask: Ask) -> None:
    text = await ask("query_sessions", project="checkout", query='release:"checkout@4.16.0"')
    (row,) = [line for line in text.split("\n") if line.startswith("checkout@4.16.0|")]
    assert row.rpartition("|")[2].startswith("····")


async def test_statuses_can_be_counted(ask: Ask) -> None:
    text = await ask("query_sessions", project="checkout", group_by="session.status")
    assert "\nhealthy|" in text
    assert "\ncrashed|" in text
    assert "crash-free" not in text
    assert "users" not in text


async def test_what_sessions_can_be_searched_by_is_told(refused: Ask) -> None:
    told = await refused("query_sessions", query="level:error")
    assert "Invalid search filter: level" in told
    assert "searched by release, environment and project" in told


async def test_an_environment_narrows_them(ask: Ask) -> None:
    whole = await ask("query_sessions", project="checkout", group_by="environment")
    part = await ask(
        "query_sessions", project="checkout", group_by="environment", environment="staging"
    )
    assert "\nproduction|" in whole
    assert "\nproduction|" not in part
    assert "\nstaging|" in part


async def test_smaller_groups_are_counted_and_the_argument_that_brings_them_is_named(
    ask: Ask,
) -> None:
    text = await ask("query_sessions", limit=2)
    assert text.endswith("smaller groups: limit=4")


async def test_none_at_all_says_what_to_widen(ask: Ask) -> None:
    text = await ask("query_sessions", project="reports")
    assert text.startswith("No sessions found.\norg: acme, project: reports")
    assert "Widen or leave out" in text


async def test_a_query_that_sentry_refuses_is_told_in_its_words(refused: Ask) -> None:
    assert "Invalid search filter: browser" in await refused(
        "query_sessions", query="browser:Firefox"
    )


@given(st.floats(0, 100, allow_nan=False))
def test_a_rate_is_never_made_better_than_it_is(rate: float) -> None:
    assert float(crash_free(rate).removesuffix("%")) <= rate + 1e-4


def test_what_is_not_known_is_not_called_a_rate() -> None:
    assert crash_free(None) == ""
