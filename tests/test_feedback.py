"""What end users wrote: through the widget, and about errors."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from answers import Ask
from clock import generous, now
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.telling.story import Json, Story
from small_world import small_world, story
from tokens import tokens

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Offer every tool about issues, the daily ones and the others."""
    return replace(settings, toolsets=("issues",))


async def test_what_customers_wrote_through_the_widget_is_listed(ask: Ask) -> None:
    text = await ask("list_feedback", project="storefront")
    assert text.startswith(
        "2 messages\nquery: issue.category:feedback is:unresolved, org: acme, "
        "project: storefront, last 14d\n"
    )
    assert "|new|storefront|sigrid@shopper.test|The pay button did nothing after" in text
    assert text.index("SPRING10") < text.index("pay button"), "the newest first"


async def test_feedback_is_searched_as_issues_are(ask: Ask) -> None:
    text = await ask("list_feedback", query="is:unresolved SPRING10")
    assert "SPRING10 is refused" in text
    assert "pay button" not in text


async def test_no_feedback_says_what_else_to_try(ask: Ask) -> None:
    text = await ask("list_feedback", project="gateway")
    assert text.startswith("No feedback.\n")
    assert "kind=reports" in text


async def test_reports_on_a_project_name_their_issue(ask: Ask) -> None:
    text = await ask("list_feedback", kind="reports", project="checkout")
    assert text.startswith("3 user reports, newest first\norg: acme, project: checkout\n")
    assert re.search(r"\nCHECKOUT-J\|[0-9a-f]{32}\|2 h\|sigrid@shopper.test\|Bank app said", text)


async def test_reports_on_an_issue_are_found_by_any_name_of_it(ask: Ask) -> None:
    text = await ask("list_feedback", issue="checkout-j")
    assert "issue: CHECKOUT-J" in text
    assert text.count("@shopper.test|") == 2
    link = "https://sentry.test/organizations/acme/issues/CHECKOUT-J/".replace("https", "http")
    assert "Paid twice now" in await ask("list_feedback", issue=link)


async def test_reports_need_one_project_or_an_issue(refused: Ask) -> None:
    said = "name one `project`, or an `issue`"
    assert said in await refused("list_feedback", kind="reports")
    assert said in await refused("list_feedback", kind="reports", project=["checkout", "gateway"])


async def test_an_issue_that_is_not_there_is_named(refused: Ask) -> None:
    assert "No issue 'CHECKOUT-ZZZ'" in await refused("list_feedback", issue="CHECKOUT-ZZZ")


async def test_an_issue_without_reports_is_no_error(ask: Ask) -> None:
    assert "No user reports." in await ask("list_feedback", issue="STOREFRONT-17")


class TestMany:
    @pytest.fixture
    def simulator(self) -> Simulator:
        world = small_world(now)
        world.tell("acme", story(last_seen=timedelta(hours=1), count=30))
        world.tell("acme", _said("The map is upside down, and " * 30))
        issue = next(iter(world.issues.values()))
        for event in world.store.find(world.events_of(issue))[:]:
            world.report(event.id, name="Ana", comments=f"It broke at {event.at:.0f}")
        return generous(Simulator(world))

    async def test_reports_go_on_where_the_page_ended(self, ask: Ask) -> None:
        first = await ask("list_feedback", issue="CHECKOUT-1")
        assert first.startswith("10 user reports, and more")
        cursor = first.rpartition("cursor=")[2]
        second = await ask("list_feedback", issue="CHECKOUT-1", cursor=cursor)
        said = re.compile(r"It broke at \d+")
        assert set(said.findall(first)).isdisjoint(said.findall(second))

    async def test_an_issue_shows_reports_on_demand_and_says_where_the_rest_is(
        self, ask: Ask
    ) -> None:
        assert "30 user reports (include=feedback)" in await ask("get_issue", issue="CHECKOUT-1")
        text = await ask("get_issue", issue="CHECKOUT-1", include="feedback")
        assert "user reports:\nevent|ago|from|said\n" in text
        assert "|Ana|It broke at" in text
        assert "· list_feedback issue=CHECKOUT-1" in text

    async def test_a_table_of_reports_and_messages_is_affordable(self, ask: Ask) -> None:
        assert tokens(await ask("list_feedback", issue="CHECKOUT-1")) <= 600
        assert len(await ask("list_feedback")) < 700, "a long message is cut"


def _said(message: str) -> Story:
    payload: Json = {"platform": "javascript", "level": "info", "tags": {}}
    told = payload | {"contexts": {"feedback": {"message": message, "contact_email": "a@b.test"}}}
    return story(payload=told, count=1, users=1, category="feedback", kind="feedback")
