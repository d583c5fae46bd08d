"""End users say what happened to them, in the older form."""

from datetime import timedelta

import pytest

from contract import PROJECT, complaint
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.routes.auth import ALL_SCOPES
from dexter_mcp.simulator.telling.story import Json
from small_world import Caller, Clock, broken, connected

pytestmark = pytest.mark.anyio

PATH = "/projects/acme/checkout/user-feedback/"
EVENT = "e" * 32
REPORT: Json = {
    "event_id": EVENT,
    "name": "Ana",
    "email": "ana@shopper.test",
    "comments": "It broke.",
}


@pytest.fixture(autouse=True)
def _happened(world: World) -> None:
    world.ingest(next(iter(world.projects)), broken(event_id=EVENT))


async def test_a_report_is_told_with_its_event(caller: Caller) -> None:
    reply = await caller.send("POST", PATH, REPORT)
    told = reply.json()
    assert reply.status_code == 200
    assert complaint(f"{PROJECT}user-feedback/", told, "post") == ""
    assert (told["eventID"], told["issue"]["shortId"]) == (EVENT, "CHECKOUT-1")
    assert await caller.read(PATH) == [told]


async def test_a_report_may_come_before_its_event(caller: Caller) -> None:
    reply = await caller.send("POST", PATH, REPORT | {"event_id": "F" * 32})
    assert (reply.status_code, reply.json()["issue"]) == (200, None)


async def test_it_can_be_mended_for_some_minutes(caller: Caller, clock: Clock) -> None:
    await caller.send("POST", PATH, REPORT)
    clock.moment += timedelta(minutes=5)
    assert (await caller.send("POST", PATH, REPORT | {"name": "Eva"})).status_code == 200
    assert [each["name"] for each in await caller.read(PATH)] == ["Eva"]
    clock.moment += timedelta(minutes=6)
    reply = await caller.send("POST", PATH, REPORT)
    said = {"detail": "Feedback for this event cannot be modified."}
    assert (reply.status_code, reply.json()) == (409, said)


async def test_of_an_old_event_it_is_too_late(caller: Caller, clock: Clock) -> None:
    clock.moment += timedelta(minutes=31)
    assert (await caller.send("POST", PATH, REPORT)).status_code == 409


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"comments": None}, {"comments": ["This field is required."]}),
        ({"email": "ana"}, {"email": ["Enter a valid email address."]}),
        ({"event_id": "42"}, {"event_id": ["Invalid event ID"]}),
        ({"name": "x" * 129}, {"name": ["Ensure this field has no more than 128 characters."]}),
    ],
)
async def test_what_is_wrong_is_refused(caller: Caller, wrong: Json, said: Json) -> None:
    reply = await caller.send("POST", PATH, REPORT | wrong)
    assert (reply.status_code, reply.json()) == (400, said)
    assert await caller.read(PATH) == []


async def test_to_report_takes_the_right_to_write(world: World, simulator: Simulator) -> None:
    world.add_token("poor", user="mira@acme.test", scopes=ALL_SCOPES - {"project:write"})
    async with connected(simulator, "poor") as http:
        assert (await Caller(http).send("POST", PATH, REPORT)).status_code == 403
