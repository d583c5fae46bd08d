"""Seer is asked to mend an issue, and takes its time."""

from datetime import timedelta

import pytest

from contract import ORG, complaint
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.routes.auth import ALL_SCOPES
from dexter_mcp.simulator.telling.story import Json
from small_world import ISSUES, Caller, Clock, connected, story

pytestmark = pytest.mark.anyio


@pytest.fixture
def path(world: World) -> str:
    return f"{ISSUES}{world.tell('acme', story())['id']}/autofix/"


async def test_a_run_starts_and_ends(caller: Caller, clock: Clock, path: str) -> None:
    reply = await caller.send("POST", path, {"instruction": "Mind the retries."})
    started = reply.json()
    assert reply.status_code == 202
    assert complaint(f"{ORG}issues/{{issue_id}}/autofix/", started, "post") == ""
    run = (await caller.read(path))["autofix"]
    assert (run["run_id"], run["status"]) == (started["run_id"], "PROCESSING")
    clock.moment += timedelta(minutes=2)
    run = (await caller.read(path))["autofix"]
    assert (run["status"], [step["type"] for step in run["steps"]]) == (
        "COMPLETED",
        ["root_cause_analysis"],
    )
    assert run["request"] == {"instruction": "Mind the retries."}
    issue = await caller.read(path.removesuffix("autofix/"))
    assert issue["seerAutofixLastTriggered"] == "2026-08-12T09:30:00Z"


@pytest.mark.parametrize(("point", "steps"), [("solution", 2), ("code_changes", 3), ("open_pr", 4)])
async def test_it_goes_as_far_as_it_is_told(
    caller: Caller, clock: Clock, path: str, point: str, steps: int
) -> None:
    assert (await caller.send("POST", path, {"stoppingPoint": point})).status_code == 202
    clock.moment += timedelta(minutes=2)
    assert len((await caller.read(path))["autofix"]["steps"]) == steps


async def test_a_run_is_taken_further(caller: Caller, clock: Clock, path: str) -> None:
    number = (await caller.send("POST", path)).json()["run_id"]
    clock.moment += timedelta(minutes=2)
    further = await caller.send("POST", path, {"run_id": number, "step": "solution"})
    assert further.json()["run_id"] == number
    unknown = await caller.send("POST", path, {"run_id": 1})
    assert (unknown.status_code, unknown.content) == (404, b"")


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"step": "all"}, {"step": ['"all" is not a valid choice.']}),
        ({"stopping_point": "end"}, {"stopping_point": ['"end" is not a valid choice.']}),
        ({"run_id": "x"}, {"run_id": ["A valid integer is required."]}),
        (
            {"user_context": "x" * 1001},
            {"user_context": ["Ensure this field has no more than 1000 characters."]},
        ),
        ({"step": "open_pr"}, {"detail": "run_id is required for open_pr"}),
    ],
)
async def test_what_makes_no_sense_starts_nothing(
    caller: Caller, path: str, body: Json, answer: Json
) -> None:
    reply = await caller.send("POST", path, body)
    assert (reply.status_code, reply.json()) == (400, answer)
    assert (await caller.read(path))["autofix"] is None


async def test_a_server_of_ones_own_starts_nothing(world: World, caller: Caller, path: str) -> None:
    world.self_hosted = True
    assert (await caller.send("POST", path)).status_code == 404


async def test_to_start_takes_the_right_to_write(
    world: World, simulator: Simulator, path: str
) -> None:
    poor = ALL_SCOPES - {"event:write", "event:admin"}
    world.add_token("poor", user="mira@acme.test", scopes=poor)
    async with connected(simulator, "poor") as http:
        assert (await Caller(http).send("POST", path)).status_code == 403
