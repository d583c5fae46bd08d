"""Every operation that reads is asked once, through the catalogue, of the sample world.

Which operations there are, and what each takes, comes from the catalogue; what to ask for comes
from the simulator's own lists.
"""

import re
from collections.abc import AsyncIterator, Iterator
from urllib.parse import unquote

import httpx2
import pytest

from clock import now
from contract import complaint, described
from dexter_mcp.insights.catalogue import read
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry import Sentry
from dexter_mcp.sentry.catalogue import Operation, operations
from dexter_mcp.sentry.catalogue.questions import PAGING
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from examples import Examples
from operations import own_path
from small_world import connected

pytestmark = pytest.mark.anyio

READS = [each.name for each in operations().values() if each.reads and each.standing == "published"]


@pytest.fixture
async def desk(sample: Simulator, settings: Settings) -> AsyncIterator[Desk]:
    wire = httpx2.ASGITransport(app=sample)
    async with Sentry.connect(settings, wire, now=lambda: now().timestamp()) as sentry:
        yield Desk(sentry, settings, now)


@pytest.fixture(scope="module")
def told() -> dict[str, object]:
    """What the simulator listed so far, for all the tests here."""
    return {}


@pytest.mark.parametrize("name", READS)
async def test_an_operation_is_answered_as_sentry_describes_it(
    desk: Desk, sample: Simulator, told: dict[str, object], name: str
) -> None:
    operation = operations()[name]
    async with connected(sample) as http:
        given = await Examples(http, told).of(operation)
    arguments = [f"{key}={value}" for key, values in given.items() for value in values]
    arguments += _widest(operation)
    before = len(sample.world.seen)
    reading = await read(desk, name, arguments, limit=5)
    method, path, query = _asked(sample.world.seen[before:][-1])
    assert (method, path) == ("GET", unquote(reading.question.path))
    assert query <= set(operation.narrowing) | PAGING
    assert {each.name for each in operation.query if each.required} <= query
    assert complaint(_published(operation), reading.value) == ""


def _widest(operation: Operation) -> Iterator[str]:
    """Ask for the fortnight that the sample world tells of, and all that a reply may hold."""
    if "statsPeriod" in operation.narrowing and "start" not in operation.needs:
        yield "statsPeriod=14d"
    if "itemType" in operation.narrowing:
        yield "itemType=spans"
    if expand := operation.narrowing.get("expand"):
        yield from (f"expand={value}" for value in expand.values)


def _asked(line: str) -> tuple[str, str, set[str]]:
    method, _, url = line.partition(" ")
    path, _, query = url.partition("?")
    return method, path, set(re.findall(r"(?:^|&)([^=&]+)=", query))


def _published(operation: Operation) -> str:
    """Find the path as the description writes it; empty where that is not at hand."""
    own = {own_path(path): path for path in described()["paths"]}
    return own.get(operation.path, "")
