"""Many single reads as a few requests."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import anyio.lowlevel
import httpx2
import pytest

from dexter_mcp.sentry import Sentry
from dexter_mcp.sentry.batches import SIDE_BY_SIDE, in_batches
from dexter_mcp.sentry.errors import Broken, NotFound
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Fault, Simulator
from small_world import Clock, small_world, story

pytestmark = pytest.mark.anyio

ISSUES, STATS, PROJECTS = (
    f"/organizations/acme/{it}/" for it in ("issues", "issues-stats", "projects")
)


@dataclass
class Shop:
    """A shop with more issues than fit into one request, and the facade that reads them."""

    sentry: Sentry
    simulator: Simulator
    ids: list[str]

    def requests(self, path: str) -> int:
        return sum(line.partition("?")[0].endswith(path) for line in self.simulator.world.seen)


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    clock = Clock()
    world = small_world(clock)
    told = [
        world.tell("acme", story(f"Error{number}", count=number % 3 + 1)) for number in range(130)
    ]
    simulator = Simulator(world)
    settings = Settings(url="http://sentry.test", token=Simulator.TOKEN, requests_per_second=1_000)
    wire = httpx2.ASGITransport(app=simulator)
    async with Sentry.connect(settings, wire, now=lambda: clock().timestamp()) as sentry:
        yield Shop(sentry, simulator, [issue["id"] for issue in told])


async def test_issues_are_read_a_hundred_at_once_in_the_order_asked(shop: Shop) -> None:
    wanted = [*reversed(shop.ids), shop.ids[0]]
    found = await shop.sentry.issues.many("acme", wanted)
    assert list(found) == list(reversed(shop.ids))
    assert all(found[number].id == number for number in found)
    assert shop.requests(ISSUES) == 2


async def test_issues_are_read_whatever_their_state(shop: Shop) -> None:
    told = shop.simulator.world.tell("acme", story("Done", status="resolved"))
    assert (await shop.sentry.issues.many("acme", [told["id"]]))[told["id"]].status == "resolved"


async def test_an_issue_that_is_gone_is_missing_among_those_that_are_not(shop: Shop) -> None:
    assert list(await shop.sentry.issues.many("acme", ["999", shop.ids[0]])) == [shop.ids[0]]


async def test_no_issues_cost_no_request(shop: Shop) -> None:
    assert await shop.sentry.issues.many("acme", []) == {}
    assert shop.simulator.world.seen == []


async def test_a_batch_that_fails_is_told_beside_what_the_others_found(shop: Shop) -> None:
    shop.simulator.faults.add(Fault(body=b"null", path=ISSUES))
    found = await shop.sentry.issues.many("acme", shop.ids)
    assert {*found} | {*found.failed} == set(shop.ids)
    assert (len(found), len(found.failed)) in {(100, 30), (30, 100)}
    assert all(isinstance(failure, Broken) for failure in found.failed.values())


async def test_when_every_batch_fails_so_does_the_whole(shop: Shop) -> None:
    shop.simulator.faults.add(Fault(body=b"null", path=ISSUES, times=-1))
    with pytest.raises(Broken):
        await shop.sentry.issues.many("acme", shop.ids)


async def test_a_question_for_much_leaves_room_for_others() -> None:
    under_way, most, ids = 0, 0, [str(number) for number in range(30)]

    async def read(batch: Sequence[str]) -> dict[str, str]:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await anyio.lowlevel.checkpoint()
        under_way -= 1
        return dict.fromkeys(batch, "")

    assert list(await in_batches(read, ids, 2)) == ids
    assert most == SIDE_BY_SIDE


async def test_events_of_issues_are_counted_25_at_once(shop: Shop) -> None:
    counted = await shop.sentry.issues.stats("acme", shop.ids[:60], stats_period="14d")
    assert {number: each.count for number, each in counted.items()} == {
        number: at % 3 + 1 for at, number in enumerate(shop.ids[:60])
    }
    assert shop.requests(STATS) == 3


async def test_several_projects_come_from_one_list_in_the_order_named(shop: Shop) -> None:
    found = await shop.sentry.projects.resolve_all("acme", ["web", "checkout", "web"])
    assert [project.slug for project in found] == ["web", "checkout"]
    assert shop.requests(PROJECTS) == len(shop.simulator.world.seen) == 1


async def test_several_projects_by_number_come_from_one_list_too(shop: Shop) -> None:
    slugs = ["web", "checkout"]
    numbers = [project.id for project in await shop.sentry.projects.resolve_all("acme", slugs)]
    shop.simulator.world.seen.clear()
    found = await shop.sentry.projects.resolve_all("acme", numbers)
    assert [project.slug for project in found] == slugs
    assert len(shop.simulator.world.seen) == 1


async def test_numbers_and_old_slugs_are_looked_up_beside_the_list(shop: Shop) -> None:
    shop.simulator.world.rename_project("acme", "web", "shop")
    [checkout] = await shop.sentry.projects.resolve_all("acme", ["checkout"])
    found = await shop.sentry.projects.resolve_all("acme", [checkout.id, "web"])
    assert [project.slug for project in found] == ["checkout", "shop"]


async def test_a_project_that_is_gone_is_left_out_of_those_that_are_known(shop: Shop) -> None:
    known = await shop.sentry.projects.known("acme", ["999999", "web", ""])
    assert {project.slug for project in known.values()} == {"web"}


async def test_a_project_that_is_none_is_named_with_those_that_come_close(shop: Shop) -> None:
    with pytest.raises(NotFound, match="Did you mean checkout"):
        await shop.sentry.projects.resolve_all("acme", ["web", "chekout"])
