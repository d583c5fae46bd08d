"""The same questions to servers of several ages: the same answers, or a word on what is missing."""

import re
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from mcp import Client

from answers import Ask, text_of
from canaries import Place, calls, settle
from clock import generous, now
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Fault, Simulator, World
from dexter_mcp.simulator.routes.auth import ALL_SCOPES

pytestmark = pytest.mark.anyio

SHORT_ID = "CHECKOUT-J"


def _on_premises(world: World) -> None:
    world.self_hosted = world.numeric_projects = True


def _with_rules(world: World) -> None:
    _on_premises(world)
    world.alerts.has_workflows = False


def _before_spans(world: World) -> None:
    _with_rules(world)
    world.datasets = frozenset({"errors", "transactions", "discover"})


AGES: dict[str, Callable[[World], None]] = {
    "on premises": _on_premises,
    "with rules": _with_rules,
    "before spans": _before_spans,
}


@pytest.fixture(scope="module")
def grown() -> Simulator:
    return generous(Simulator.with_sample_data(now=now))


@pytest.fixture(params=list(AGES))
def simulator(grown: Simulator, request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """A server of each age."""
    AGES[request.param](grown.world)
    yield grown
    world = grown.world
    world.self_hosted = world.numeric_projects = False
    world.alerts.has_workflows = True
    world.datasets = frozenset()
    grown.faults.clear()
    world.seen.clear()


@pytest.fixture
def settings() -> Settings:
    return Settings(
        url="http://sentry.test",
        token=Simulator.TOKEN,
        toolsets=("all",),
        requests_per_second=100_000,
    )


@pytest.fixture
async def client(simulator: Simulator, settings: Settings) -> AsyncIterator[Client]:
    async with Client(build_server(settings, simulator, now=now)) as client:
        yield client


async def test_issues_of_a_project_are_found_by_its_slug(ask: Ask) -> None:
    text = await ask("search_issues", project="checkout", sort="freq", limit=3)
    assert "all in project checkout" in text or "project: checkout" in text
    assert "CHECKOUT-" in text


async def test_an_issue_is_read_in_full(ask: Ask) -> None:
    text = await ask("get_issue", issue=SHORT_ID)
    assert "KeyError: 'authorization'" in text
    assert "failed:" not in text


async def test_errors_are_counted_over_time_and_by_field(ask: Ask) -> None:
    assert "title" in await ask("query_events", fields=["title", "count()"], project="checkout")
    assert "count()" in await ask("query_timeseries", project="checkout")


async def test_transactions_are_asked_for_as_the_server_keeps_them(ask: Ask) -> None:
    text = await ask("query_events", dataset="transactions", project="gateway", period="24h")
    assert "p95(" in text


async def test_whatever_watches_a_project_is_listed(ask: Ask) -> None:
    text = await ask("list_alerts", project="checkout")
    assert "New or back in checkout" in text
    assert "Checkout error budget" in text


async def test_releases_projects_and_people_are_listed(ask: Ask) -> None:
    assert "checkout@4.16.0" in await ask("list_releases", project="checkout")
    assert "inventory" in await ask("list_projects")
    assert "Mira Voss" in await ask("whoami")


class TestWithoutNewerRoutes:
    @pytest.fixture(params=["on premises"])
    def simulator(self, grown: Simulator, request: pytest.FixtureRequest) -> Iterator[Simulator]:
        AGES[request.param](grown.world)
        yield grown
        grown.world.self_hosted = grown.world.numeric_projects = False
        grown.faults.clear()
        grown.world.seen.clear()

    async def test_an_issue_is_looked_up_by_its_short_id_where_paths_take_numbers_alone(
        self, ask: Ask, simulator: Simulator
    ) -> None:
        simulator.faults.add(Fault(f"/issues/{SHORT_ID}/", status=404, times=-1))
        assert (await ask("get_issue", issue=SHORT_ID)).startswith(SHORT_ID)
        simulator.world.seen.clear()
        assert "production" in await ask("get_issue_tag", issue=SHORT_ID, tag="environment")
        assert not [line for line in simulator.world.seen if f"/issues/{SHORT_ID}/" in line]
        assert "server: knows issues by number" in await ask("whoami")

    async def test_a_short_id_that_is_none_is_said_to_be_none(self, refused: Ask) -> None:
        text = await refused("get_issue", issue="CHECKOUT-ZZZZ")
        assert "No issue 'CHECKOUT-ZZZZ' is visible in 'acme'." in text

    async def test_series_come_in_the_older_way_and_are_asked_for_so_from_then_on(
        self, ask: Ask, simulator: Simulator
    ) -> None:
        simulator.faults.add(Fault("/events-timeseries/", status=404, times=-1))
        assert "count()" in await ask("query_timeseries", project="checkout")
        simulator.world.seen.clear()
        assert "count()" in await ask("query_timeseries", project="inventory")
        assert not [line for line in simulator.world.seen if "/events-timeseries/" in line]
        assert "older time series" in await ask("whoami")

    async def test_the_latest_event_stands_in_for_one_that_is_recommended(
        self, ask: Ask, simulator: Simulator
    ) -> None:
        simulator.faults.add(Fault("/events/recommended/", status=404, times=-1))
        assert "KeyError: 'authorization'" in await ask("get_issue", issue=SHORT_ID)

    async def test_a_feature_that_is_switched_off_is_no_missing_organization(
        self, refused: Ask, simulator: Simulator
    ) -> None:
        simulator.faults.add(Fault("/issues-count/", status=404, body=b"", times=-1))
        text = await refused("count_issues")
        assert text.startswith(
            "This server has no counts of issues, or has that feature switched off: there is "
            "nothing at /organizations/acme/issues-count/. Do without."
        )


class TestBeforeSpans:
    """What rests on a data set that the server lacks is said to, in our own words."""

    @pytest.fixture(params=["before spans"])
    def simulator(self, grown: Simulator, request: pytest.FixtureRequest) -> Iterator[Simulator]:
        AGES[request.param](grown.world)
        yield grown
        grown.world.self_hosted = grown.world.numeric_projects = False
        grown.world.alerts.has_workflows = True
        grown.world.datasets = frozenset()
        grown.world.seen.clear()

    async def test_releases_are_compared_but_for_their_speed(self, ask: Ask) -> None:
        text = await ask("compare_releases", release="checkout@4.16.0")
        assert "failed: speed (This server has no data set 'spans'. It has: " in text

    async def test_a_trace_is_shown_without_its_logs(self, ask: Ask, simulator: Simulator) -> None:
        ((trace,),) = simulator.world.telemetry.rows("SELECT max(trace) FROM spans")
        text = await ask("get_trace", trace=trace, include=["summary", "logs"])
        assert "failed: logs (This server has no data set 'logs'. It has: " in text

    async def test_a_profile_needs_its_project(self, refused: Ask) -> None:
        text = await refused("get_profile", profile="1" * 32)
        assert "This server has no data set 'spans'. It has: " in text
        assert "Name the `project` that the profile belongs to." in text


class TestEveryTool:
    """An old server on its own premises: what it lacks is said, and nothing breaks."""

    @pytest.fixture
    def simulator(self) -> Simulator:
        world = World(now=now)
        world.add_organization("acme", "Acme")
        world.add_team("acme", "birds", "Birds")
        world.add_member("acme", "ana@acme.test", "Ana", teams=("birds",))
        world.add_project("acme", "aviary", "Aviary", "python", teams=("birds",))
        world.add_token(Simulator.TOKEN, user="ana@acme.test", scopes=ALL_SCOPES)
        settle(world)
        _before_spans(world)
        return generous(Simulator(world))

    async def test_answers_or_refuses_in_a_sentence(self, client: Client, ask: Ask) -> None:
        for tool, ways in calls(await _somewhere(ask)).items():
            for arguments in ways:
                result = await client.call_tool(tool, arguments)
                text, call = text_of(result), f"{tool} {arguments}"
                assert text.strip(), call
                assert not _UNFIT.search(text), f"{call}: {text}"
                if result.is_error:
                    assert len(text) < LONGEST_REFUSAL, f"{call}: {text}"


LONGEST_REFUSAL = 400
_UNFIT = re.compile(r"fault in Dexter|Traceback|<html|<!doctype|\(410\)|has retired", re.IGNORECASE)


async def _somewhere(ask: Ask) -> Place:
    listed = await ask("search_issues", query="")
    issue = next(iter(re.findall(r"AVIARY-\w+", listed)))
    events = await ask("list_issue_events", issue=issue)
    return Place(issue, next(iter(re.findall(r"\b[0-9a-f]{32}\b", events))), every_section=False)
