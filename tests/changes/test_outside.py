"""What ties Sentry to the outside, changed through the catalogue."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from mcp import Client

from answers import text_of
from clock import generous
from dexter_mcp.simulator import Simulator, World
from orders import outside
from small_world import Clock, small_world
from writing import done, writes_of, writing

pytestmark = pytest.mark.anyio

CONFIG = (
    'config:={"instance_URL": "https://logs.test", "index": "main", "source": "sentry", '
    '"token": "5ecre7-5ecre7"}'
)


@pytest.fixture
def world() -> World:
    made = small_world(Clock())
    outside.settle(made)
    return made


@pytest.fixture
def simulator(world: World) -> Simulator:
    return generous(Simulator(world))


@pytest.fixture
async def client(simulator: Simulator, tmp_path: Path) -> AsyncGenerator[Client]:
    async with writing(simulator, tmp_path) as one:
        yield one


async def refusal(client: Client, operation: str, *arguments: str) -> str:
    given = {"operation": operation, "arguments": arguments}
    result = await client.call_tool("change_sentry", given)
    assert result.is_error, text_of(result)
    return text_of(result)


async def change(client: Client, operation: str, *arguments: str) -> str:
    return await done(client, "change_sentry", operation=operation, arguments=arguments)


async def test_a_forwarders_settings_change_only_with_its_whole_configuration(
    client: Client, simulator: Simulator, world: World
) -> None:
    said = await refusal(
        client, "update_data_forwarder", "data_forwarder=301", "enroll_new_projects=true"
    )
    assert "only along with its whole `config`" in said
    assert writes_of(simulator) == []
    await change(
        client, "update_data_forwarder", "data_forwarder=301", "enroll_new_projects=true", CONFIG
    )
    (forwarder,) = world.outgoing.forwarders
    assert (forwarder.enabled, forwarder.enrolls_new) == (True, True)
    assert forwarder.config["token"] == "5ecre7-5ecre7"


async def test_what_a_forwarder_was_not_told_stays(client: Client, world: World) -> None:
    (forwarder,) = world.outgoing.forwarders
    forwarder.enabled, forwarder.projects = False, [min(world.projects)]
    await change(client, "update_data_forwarder", "data_forwarder=301", CONFIG)
    assert (forwarder.enabled, forwarder.projects) == (False, [min(world.projects)])


async def test_the_secrets_of_a_forwarder_are_told_to_nobody(
    client: Client, tmp_path: Path
) -> None:
    said = await change(client, "update_data_forwarder", "data_forwarder=301", CONFIG)
    assert "(Sentry does not show config)" in said
    assert "5ecre7" not in said
    assert "5ecre7" not in (tmp_path / "audit.jsonl").read_text("utf-8")


async def test_there_is_one_forwarder_for_each_provider(
    client: Client, simulator: Simulator
) -> None:
    told = ("organization_id=1", "provider=splunk", CONFIG)
    assert "number 301" in await refusal(client, "create_data_forwarder", *told)
    assert writes_of(simulator) == []


async def test_a_name_elsewhere_is_not_taken_from_anybody(
    client: Client, simulator: Simulator, world: World
) -> None:
    mira = world.member("acme", "mira@acme.test")
    assert mira
    name = ("id=0", "external_name=@801", "provider=slack", "integration_id=31")
    owned = ("external_id=U801", f"user_id={mira.user_id}")
    said = await change(client, "create_external_user", *name, *owned)
    assert said.startswith("Nothing to do")
    said = await refusal(client, "create_external_user", *name, "external_id=U801", "user_id=1")
    assert "Update external user 801 instead" in said
    assert writes_of(simulator) == []


async def test_replays_are_deleted_in_bulk_once_and_only_by_name(
    client: Client, simulator: Simulator
) -> None:
    told = list(outside.CASES["create_replay_deletion_job"].arguments(simulator.world))
    given = {"operation": "create_replay_deletion_job", "arguments": told}
    planned = text_of(await client.call_tool("change_sentry", given))
    assert "warning: Deletes ALL replays between" in planned
    assert 'name="checkout"' in planned
    assert "status pending" in await done(client, "change_sentry", **given)
    assert (await done(client, "change_sentry", **given)).startswith("Nothing to do")
    assert len(writes_of(simulator)) == 1
