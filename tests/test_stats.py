"""What was sent to Sentry, and whose share of it is how large."""

import pytest

from answers import Ask
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.memory.store import Where
from tokens import tokens

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings() -> Settings:
    return Settings(
        url="http://sentry.test",
        token=Simulator.TOKEN,
        toolsets=("stats",),
        requests_per_second=100_000,
    )


async def test_it_tells_how_much_of_the_quota_a_project_eats(ask: Ask) -> None:
    text = await ask("get_usage", project="storefront")
    assert text.startswith("usage, org: acme, project: storefront, by: category, last 30d")
    assert "category|accepted|filtered|dropped by SDK|share of organization|" in text
    assert "\nerror|2.4k|2k|367|31%|" in text
    assert "\ntransaction|950k|||54%|" in text


async def test_bytes_are_not_called_a_number(ask: Ask) -> None:
    assert "\nattachment|144 MiB|" in await ask("get_usage", project="storefront")


async def test_projects_are_ranked_within_a_category(ask: Ask) -> None:
    text = await ask("get_usage", by="project", category="error")
    projects = [line.split("|")[1] for line in text.split("\n") if line.startswith("error|")]
    assert projects == ["checkout", "storefront", "mobile-app", "inventory", "reports", "gateway"]
    assert "error|checkout|2.8k|67|212||" in text


async def test_reasons_say_why_something_was_dropped(ask: Ask) -> None:
    text = await ask("get_usage", by="reason", category="error")
    assert "error|filtered|browser-extensions|" in text
    assert "error|rate limited|key_quota|" in text
    assert "error|dropped by SDK|before_send|" in text


async def test_a_surge_that_was_held_back_stands_out_in_its_series(ask: Ask) -> None:
    text = await ask("get_usage", project="gateway", by="outcome", category="transaction")
    (row,) = [line for line in text.split("\n") if "rate limited" in line]
    assert row.endswith("············█·")


async def test_accepted_errors_are_the_events_of_errors_that_there_are(
    ask: Ask, sample: Simulator
) -> None:
    text = await ask("get_usage", project="reports", category="error", period="90d")
    project = sample.world.project("acme", "reports")
    assert project
    totals = sample.world.store.totals(Where("project = ?", (project.id,)))
    issues = sample.world.issues
    errors = sum(each.count for issue, each in totals.items() if issues[issue].category == "error")
    assert errors < sum(each.count for each in totals.values())
    assert f"\nerror|{errors}|" in text


async def test_nothing_sent_says_what_to_widen(ask: Ask) -> None:
    text = await ask("get_usage", project="reports", category="replay")
    assert text.startswith("Nothing was sent.\norg: acme, project: reports, category: replay")


async def test_an_unknown_category_is_refused_with_those_that_there_are(refused: Ask) -> None:
    told = await refused("get_usage", category="cats")
    assert 'Invalid category: "cats"' in told
    assert "It is one of error, transaction" in told


async def test_it_is_affordable(ask: Ask) -> None:
    assert tokens(await ask("get_usage", by="reason")) <= 600
