"""What the tests share: a sample world at a fixed moment, and clients in both protocol eras."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import settings as hypothesis
from mcp import Client

from answers import Ask, text_of
from chromium import MISSING
from clock import generous, now
from description import DESCRIPTION
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from talk import Talk, talking
from virtual_time import BACKEND

# A loaded machine is no finding: properties are about what comes out, not how fast.
hypothesis.register_profile("unhurried", deadline=None)
hypothesis.load_profile("unhurried")

Era = Literal["auto", "legacy"]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in which nothing ran: all tests deselected or skipped prove nothing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and session.testscollected and not reporter.stats.get("passed"):
        session.exitstatus = session.exitstatus or pytest.ExitCode.NO_TESTS_COLLECTED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what could not be checked."""
    if not DESCRIPTION.is_file():
        terminalreporter.write_line(
            "Sentry's published description is not at hand: "
            "the simulator's replies were not checked against it."
        )
    if MISSING:
        terminalreporter.write_line(
            f"There is no {MISSING}: the view of charts was not tried in a browser."
        )


@pytest.fixture
def anyio_backend(request: pytest.FixtureRequest) -> Any:
    """Run on the real clock, or, in the tests marked so, on one that jumps."""
    return BACKEND if request.node.get_closest_marker("virtual_time") else "asyncio"


@pytest.fixture(scope="session")
def sample() -> Simulator:
    """The sample world, made once: for tests that only read it."""
    return generous(Simulator.with_sample_data(now=now))


@pytest.fixture
def simulator(sample: Simulator) -> Simulator:
    """What `client` talks to; a test file that changes the world overrides it."""
    return sample


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        url="http://sentry.test",
        token=Simulator.TOKEN,
        requests_per_second=100_000,
        state_dir=str(tmp_path),
    )


@pytest.fixture(params=["auto", "legacy"])
def era(request: pytest.FixtureRequest) -> Era:
    chosen: Era = request.param
    return chosen


@pytest.fixture
async def talk() -> AsyncIterator[Talk]:
    """A client of a small world of its own, for tests in virtual time."""
    async with talking() as talk:
        yield talk


@pytest.fixture
async def client(simulator: Simulator, settings: Settings) -> AsyncIterator[Client]:
    """A client in today's protocol era."""
    async with Client(build_server(settings, simulator, now=now)) as client:
        yield client


@pytest.fixture
async def either_client(
    simulator: Simulator, settings: Settings, era: Era
) -> AsyncIterator[Client]:
    """A client in each protocol era."""
    async with Client(build_server(settings, simulator, now=now), mode=era) as client:
        yield client


@pytest.fixture
def ask(client: Client) -> Ask:
    """Call a tool that is to succeed, and give its text."""

    async def call(tool: str, **arguments: Any) -> str:
        result = await client.call_tool(tool, arguments)
        assert not result.is_error, text_of(result)
        return text_of(result)

    return call


@pytest.fixture
def refused(client: Client) -> Ask:
    """Call a tool that is to fail, and give its text."""

    async def call(tool: str, **arguments: Any) -> str:
        result = await client.call_tool(tool, arguments)
        assert result.is_error, text_of(result)
        return text_of(result)

    return call
