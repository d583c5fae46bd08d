"""Questions that people ask, answered from end to end by a model that has nothing but the tools.

Each test goes from answer to answer, with what the one before said; what is true is computed from
the world itself, apart from everything that answers.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import quantiles

import pytest
from mcp import Client
from mcp.types import ImageContent

from answers import Ask, text_of
from clock import NOW, now
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.memory.monitors import CheckIn, Job
from dexter_mcp.simulator.memory.records import Issue

pytestmark = pytest.mark.anyio

ORG = "acme"
SLOW, BEFORE = "checkout@4.16.0", "checkout@4.15.0"
SHORT_ID = r"\b[A-Z]+(?:-[A-Z]+)*-[0-9A-Z]+\b"
PNG = "iVBORw0KGgo"
"""How every PNG begins, in base 64."""


@pytest.fixture
async def client(sample: Simulator, settings: Settings) -> AsyncIterator[Client]:
    whole = replace(settings, toolsets=("all",))
    async with Client(build_server(whole, sample, now=now)) as client:
        yield client


@pytest.fixture
def world(sample: Simulator) -> World:
    return sample.world


def ago(**length: float) -> float:
    return (NOW - timedelta(**length)).timestamp()


def table(text: str) -> list[dict[str, str]]:
    """Read the first table of an answer, as a model does: columns by their headers."""
    lines = [line.split("|") for line in text.split("\n")]
    start = next(at for at, line in enumerate(lines) if len(line) > 1)
    headers = lines[start]
    rows = lines[start + 1 :]
    whole = next((at for at, row in enumerate(rows) if len(row) != len(headers)), len(rows))
    return [dict(zip(headers, row, strict=True)) for row in rows[:whole]]


def p95(world: World, transaction: str, release: str) -> float:
    """Measure in milliseconds, over the last fortnight."""
    sql = "SELECT duration FROM spans WHERE is_transaction AND name = ? AND release = ? AND at >= ?"
    rows = world.telemetry.rows(sql, (transaction, release, ago(days=14)))
    return quantiles([took for (took,) in rows], n=100, method="inclusive")[94]


def milliseconds(said: str) -> float:
    number, unit = said.split(" ")
    return float(number) * {"ms": 1, "s": 1_000}[unit]


def called(world: World, title: str) -> Issue:
    return next(each for each in world.issues.values() if each.title.startswith(title))


async def the_payment_issue(ask: Ask) -> str:
    """Find what is back in checkout, as somebody would who knows nothing but that."""
    told = await ask(
        "search_issues", query="is:regressed KeyError", project="checkout", sort="freq"
    )
    return table(told)[0]["issue"]


async def test_top_errors_by_users_in_production_this_week(ask: Ask, world: World) -> None:
    told = await ask(
        "query_events",
        fields=["issue", "title", "count_unique(user)"],
        sort="-count_unique(user)",
        environment="production",
        period="7d",
        limit=5,
    )
    rows = world.telemetry.rows(
        "SELECT issue, count(DISTINCT nullif(user, '')) AS users FROM events JOIN bodies"
        " USING (body) WHERE environment = 'production' AND at >= ? AND NOT occurrence"
        " AND bodies.type NOT IN ('transaction', 'feedback')"
        " GROUP BY issue ORDER BY users DESC LIMIT 5",
        (ago(days=7),),
    )
    expected = [(world.issues[issue].short_id, users) for issue, users in rows]
    assert [(row["issue"], int(row["count_unique(user)"])) for row in table(told)] == expected
    assert [row["title"][:20] for row in table(told)] == [
        world.issues[issue].title[:20] for issue, _ in rows
    ]


async def test_did_a_release_make_checkout_slower_and_which_work_is_to_blame(
    ask: Ask, world: World
) -> None:
    told = await ask("compare_releases", release="4.16.0", project="checkout")
    assert f"|{SLOW}|{BEFORE}|change" in told
    found = re.search(
        r"slower: /api/checkout p95 ([\d.]+ \w+) → ([\d.]+ \w+) \(([\d.]+) times\)", told
    )
    assert found
    was, became = (p95(world, "/api/checkout", release) for release in (BEFORE, SLOW))
    assert milliseconds(found[1]) == pytest.approx(was, rel=0.01)
    assert milliseconds(found[2]) == pytest.approx(became, rel=0.05)
    assert float(found[3]) == pytest.approx(became / was, abs=0.051)
    assert became > 1.8 * was

    told = await ask(
        "query_events",
        dataset="spans",
        fields=["span.description", "count()", "sum(span.self_time)"],
        query=f"transaction:/api/checkout !is_transaction:true release:{SLOW}",
        sort="-sum(span.self_time)",
        limit=1,
    )
    ((expected, count),) = world.telemetry.rows(
        "SELECT description, count(*) FROM spans WHERE name = '/api/checkout' AND release = ?"
        " AND NOT is_transaction AND at >= ? GROUP BY description"
        " ORDER BY sum(self_time) DESC LIMIT 1",
        (SLOW, ago(days=14)),
    )
    assert "api.nordpay.example" in expected
    (row,) = table(told)
    assert (row["span.description"], int(row["count()"])) == (expected, count)


async def test_which_alerts_would_fire_for_this_issue(ask: Ask, world: World) -> None:
    issue = await the_payment_issue(ask)
    told = await ask("list_alerts", issue=issue)
    number = called(world, "KeyError: 'authorization'").number
    fired = {
        alert.name: alert
        for alert in world.alerts.of(ORG)
        if any(firing.issue == number for firing in alert.firings)
    }
    assert {row["name"] for row in table(told) if row["acts"] == "yes"} == set(fired)
    assert len(fired) == 3
    for row in table(told):
        assert row["alert"] == f"alert {fired[row['name']].id}"


async def test_who_should_own_it(ask: Ask, world: World) -> None:
    issue = await the_payment_issue(ask)
    told = await ask("find_owner", issue=issue)
    known = called(world, "KeyError: 'authorization'")
    author = world.author(ORG, known.suspect)
    owner = world.member(ORG, author)
    assert owner
    assert known.assigned_to == f"user:{author}"
    assert told.startswith(f"owner of {known.short_id}, project checkout: {owner.name} ({author})")
    first = table(told)[0]
    assert first["who"] == f"{owner.name} ({author})"
    assert f"suspect commit {known.suspect[:10]}" in first["why"]


async def test_what_was_deployed_before_the_spike(ask: Ask, world: World) -> None:
    issue = await the_payment_issue(ask)
    told = await ask("query_timeseries", query=f"issue:{issue}", interval="1h")
    changed = table(told)[0]["changed"].split(" ")[0]
    began = datetime.fromisoformat(changed)

    told = await ask("list_releases", project="checkout", environment="production", end=changed)
    deploys = [
        (deploy.finished, version)
        for release in world.releases
        if "checkout" in release.projects
        for version in [release.version]
        for deploy in world.shipping.deploys_of(ORG, version)
        if deploy.environment == "production" and deploy.finished <= began
    ]
    finished, version = max(deploys)
    assert version == SLOW
    after = told.partition("newest first:\n")[2]
    first = table(after)[0]
    assert first["release"] == version
    assert first["deployed"] == f"{finished:%Y-%m-%d %H:%M}"


async def test_how_much_of_our_quota_does_this_project_eat(ask: Ask, world: World) -> None:
    told = await ask("get_usage", project="checkout", period="14d")
    # Sentry counts whole days.
    since = (NOW - timedelta(days=14)).replace(hour=0, minute=0).timestamp()
    sent = world.telemetry.rows(
        "SELECT project, count(*) FROM events JOIN bodies USING (body) WHERE at >= ?"
        " AND NOT occurrence AND type IN ('error', 'default', 'csp') GROUP BY project",
        (since,),
    )
    everything = dict(sent)
    checkout = world.project(ORG, "checkout")
    assert checkout
    share = 100 * everything[checkout.id] / sum(everything.values())
    (row,) = [row for row in table(told) if row["category"] == "error"]
    assert float(row["share of organization"].rstrip("%")) == pytest.approx(share, abs=0.51)


async def test_which_cron_missed_its_run(ask: Ask, world: World) -> None:
    told = await ask("list_monitors", kind="cron", state="failing")
    missed = [(job, run) for job in world.monitors.jobs for run in missed_last(job)]
    ((job, run),) = missed
    found = [row["monitor"] for row in table(told) if "missed its run" in row["state"]]
    assert found == [job.slug]

    told = await ask("get_monitor", monitor=found[0])
    checkins = told.partition("checkins:\n")[2]
    (row,) = [row for row in table(checkins) if row["status"] == "missed"]
    assert row["due (UTC)"] == f"{run.expected:%m-%d %H:%M}"


def missed_last(job: Job) -> list[CheckIn]:
    latest = [lane.check_ins[0] for lane in job.lanes if lane.check_ins]
    return [run for run in latest if run.status == "missed"]


async def test_what_did_this_user_do_before_the_crash(ask: Ask, world: World) -> None:
    told = await ask("search_issues", query="OrderRejected", project="storefront")
    issue = table(told)[0]["issue"]
    told = await ask("list_replays", issue=issue, limit=1)
    number = table(told)[0]["replay"]

    told = await ask("get_replay", replay=number)
    known = world.replays.get(number)
    assert known
    event = world.telemetry.rows("SELECT issue FROM events WHERE id = ?", (known.errors[0],))
    assert world.issues[event[0][0]].short_id == issue
    story = [line.split(" ", 1)[1] for line in told.split("\n") if line.startswith("+")]
    crash = next(at for at, line in enumerate(story) if line.startswith(f"ERROR {issue}"))
    done = [line for line in story[:crash] if not line.startswith("console")]
    expected = [step for step in known.steps if step.kind in {"page", "dead", "rage"}]
    said = [line for line in done if line.startswith(("page", "dead", "RAGE"))]
    assert len(said) == len(expected)
    for line, step in zip(said, expected, strict=True):
        assert line.endswith(step.what)
    assert [step.what for step in expected if step.kind == "rage"] == ["button#pay"]
    assert done[-1].startswith("request POST 409")


async def test_show_p95_of_checkout_by_release_as_a_chart(client: Client, world: World) -> None:
    result = await client.call_tool(
        "render_chart",
        {
            "kind": "bars",
            "dataset": "spans",
            "axes": "p95(span.duration)",
            "group_by": "release",
            "query": "is_transaction:true transaction:/api/checkout",
            "top": 10,
        },
    )
    assert not result.is_error, text_of(result)
    (picture,) = [part for part in result.content if isinstance(part, ImageContent)]
    assert picture.mime_type == "image/png"
    assert picture.data.startswith(PNG)
    shown = {row["release"]: row["p95(span.duration)"] for row in table(text_of(result))}
    used = world.telemetry.rows(
        "SELECT DISTINCT release FROM spans WHERE name = '/api/checkout' AND is_transaction"
        " AND at >= ?",
        (ago(days=14),),
    )
    assert set(shown) == {release for (release,) in used}
    for release, said in shown.items():
        exact = p95(world, "/api/checkout", release)
        assert milliseconds(said) == pytest.approx(exact, rel=0.05)
    assert max(shown, key=lambda release: milliseconds(shown[release])) == SLOW
