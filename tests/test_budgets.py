"""What an answer costs whoever pays for it, at the defaults and on the sample world."""

import pytest

from answers import Ask
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.sample import HEADLINES
from tokens import tokens

pytestmark = pytest.mark.anyio

TEN_ISSUES = 600
AN_ISSUE = 1_500
TWENTY_ROWS = 600


def busiest(simulator: Simulator, count: int) -> list[str]:
    issues = simulator.world.issues.values()
    return [issue.short_id for issue in sorted(issues, key=lambda issue: issue.number)[:count]]


@pytest.mark.parametrize("sort", ["date", "new", "freq", "user"])
async def test_ten_issues_are_cheap(ask: Ask, sort: str) -> None:
    text = await ask("search_issues", sort=sort)
    assert len([line for line in text.split("\n") if line.count("|") > 5]) == 11
    assert tokens(text) <= TEN_ISSUES


@pytest.mark.parametrize(
    "project", ["checkout", "storefront", "inventory", "gateway", "mobile-app"]
)
async def test_ten_issues_of_any_project_are_cheap(ask: Ask, project: str) -> None:
    assert tokens(await ask("search_issues", project=project)) <= TEN_ISSUES


async def test_an_issue_in_full_is_affordable(ask: Ask, sample: Simulator) -> None:
    costs = {issue: tokens(await ask("get_issue", issue=issue)) for issue in busiest(sample, 60)}
    assert len(costs) >= len(HEADLINES)
    assert {issue: cost for issue, cost in costs.items() if cost > AN_ISSUE} == {}


async def test_an_event_costs_no_more_than_an_issue(ask: Ask, sample: Simulator) -> None:
    for issue in busiest(sample, 20):
        assert tokens(await ask("get_event", issue=issue, event="latest")) <= AN_ISSUE


async def test_a_list_of_events_is_cheap(ask: Ask, sample: Simulator) -> None:
    costs = {i: tokens(await ask("list_issue_events", issue=i)) for i in busiest(sample, 60)}
    assert {issue: cost for issue, cost in costs.items() if cost > TWENTY_ROWS} == {}


@pytest.mark.parametrize("tag", ["user", "release", "environment", ""])
async def test_the_spread_of_a_tag_is_cheap(ask: Ask, tag: str) -> None:
    found = await ask("search_issues", sort="user")
    issue = next(word for line in found.split("\n") for word in line.split("|") if "-" in word)
    assert tokens(await ask("get_issue_tag", issue=issue, tag=tag)) <= TWENTY_ROWS
