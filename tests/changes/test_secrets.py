"""Secrets in what a change sets: kept only as long as somebody may still carry it out."""

from pathlib import Path

import pytest
from mcp import Client

from answers import text_of
from clock import generous
from dexter_mcp.server import build_server
from dexter_mcp.simulator import Simulator
from small_world import Clock, small_world
from writing import Person, change_in, done, settings, writing

pytestmark = pytest.mark.anyio

SECRET = "5ecre7-5ecre7-5ecre7"
SOURCE = (
    *("project=checkout", "type=http", "name=Symbols", "url=https://symbols.acme.test"),
    *("username=mira", f"password={SECRET}", 'layout:={"type":"native","casing":"default"}'),
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def simulator(clock: Clock) -> Simulator:
    return generous(Simulator(small_world(clock)))


def kept(folder: Path) -> str:
    """Read everything that lies in the state folder."""
    files = [file for file in folder.iterdir() if file.is_file() and file.suffix != ".lock"]
    return "".join(file.read_bytes().decode("utf-8", "replace") for file in files)


def in_tables(folder: Path) -> str:
    """Read the file of changes without what SQLite has not swept up yet."""
    return (folder / "changes.sqlite3").read_bytes().decode("utf-8", "replace")


async def test_a_change_that_is_done_keeps_no_secret(simulator: Simulator, tmp_path: Path) -> None:
    async with writing(simulator, tmp_path) as client:
        said = await done(
            client, "change_sentry", operation="create_symbol_source", arguments=list(SOURCE)
        )
        shown = await done(client, "list_changes", change=change_in(said))
    assert said.startswith("Done")
    assert "Symbols" in shown
    assert SECRET not in said + shown + in_tables(tmp_path)
    assert SECRET not in (tmp_path / "audit.jsonl").read_text("utf-8")


async def test_a_change_that_was_declined_keeps_no_secret(
    simulator: Simulator, tmp_path: Path
) -> None:
    server = build_server(settings(tmp_path, writes="ask"), simulator)
    person = Person("decline")
    async with Client(server, elicitation_callback=person) as client:
        given = {"operation": "create_symbol_source", "arguments": list(SOURCE)}
        said = text_of(await client.call_tool("change_sentry", given))
    assert said.startswith("The user declined")
    assert SECRET not in "".join(person.asked) + in_tables(tmp_path)


async def test_a_plan_that_nobody_answered_keeps_no_secret_once_it_has_expired(
    simulator: Simulator, clock: Clock, tmp_path: Path
) -> None:
    server = build_server(settings(tmp_path, writes="ask"), simulator, now=clock)
    async with Client(server) as client:
        given = {"operation": "create_symbol_source", "arguments": list(SOURCE)}
        await client.call_tool("change_sentry", given)
        assert SECRET in kept(tmp_path)
        clock.moment = clock.moment.replace(hour=clock.moment.hour + 1)
        other = {"operation": "create_team", "arguments": ["slug=new"]}
        await client.call_tool("change_sentry", other)
    assert SECRET not in in_tables(tmp_path)
