"""Whatever stands in Sentry's JSON, every tool answers or says why not: none of it is a bug."""

import json
from collections.abc import Callable
from random import Random
from typing import Any, Final

import pytest
from mcp import Client
from starlette.types import Message, Receive, Scope, Send

from answers import text_of
from canaries import calls, settle
from clock import generous, now
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.routes.auth import ALL_SCOPES
from test_canary import an_issue

pytestmark = pytest.mark.anyio

SETTINGS = Settings(
    url="http://sentry.test",
    token=Simulator.TOKEN,
    toolsets=("all",),
    requests_per_second=100_000,
)
INFINITE: Final = "1e999 stands here"
ODD: Final = (INFINITE, 10**400, 1e300, -1e300, 10**30, 5e-324, 253_402_300_800, -1, 0)
EMPTY: Final[tuple[Any, ...]] = (None, (), "", 0)
SHARE: Final = 0.1
"""How much of a reply is odd: with more of it hardly any call comes to its end."""
SOUND: Final = 0.4
"""How many replies stay as they are, so that what follows on them is asked for too."""

MOST: Final = 3
"""Ways in which each tool is called."""

Mutate = Callable[[Any, Random], Any]


def numbers(value: Any, chance: Random) -> Any:
    """Make numbers too large, too small, negative or infinite."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return chance.choice(ODD)
    return value


def kinds(value: Any, chance: Random) -> Any:
    """Make numbers of texts, and nothing or each other of lists and objects."""
    if isinstance(value, str):
        return chance.choice(ODD)
    return chance.choice(EMPTY) if is_array(value) or is_object(value) else value


def odd(value: Any, mutate: Mutate, chance: Random) -> Any:
    """Change some of what is in a reply."""
    if is_object(value):
        return {key: _perhaps(inner, mutate, chance) for key, inner in value.items()}
    if is_array(value):
        return [_perhaps(inner, mutate, chance) for inner in value]
    return value


def _perhaps(value: Any, mutate: Mutate, chance: Random) -> Any:
    value = odd(value, mutate, chance)
    return mutate(value, chance) if chance.random() < SHARE else value


class Distorted:
    """A Sentry whose every answer is odd somewhere, once `mutate` is set."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator, self._chance = simulator, Random(7)  # noqa: S311 - makes no secret
        self.mutate: Mutate | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def told(message: Message) -> None:
            if self.mutate and message["type"] == "http.response.body":
                message = {**message, "body": self._distorted(message.get("body", b""))}
            elif message["type"] == "http.response.start":
                kept = [each for each in message["headers"] if each[0] != b"content-length"]
                message = {**message, "headers": kept}
            await send(message)

        await self._simulator(scope, receive, told)

    def _distorted(self, body: bytes) -> bytes:
        if not self.mutate or body[:1] not in {b"{", b"["} or self._chance.random() < SOUND:
            return body
        told = json.dumps(odd(json.loads(body), self.mutate, self._chance))
        return told.replace(f'"{INFINITE}"', "1e999").encode()


@pytest.fixture(scope="module")
def birds() -> Simulator:
    world = World(now=now)
    world.add_organization("acme", "Acme")
    world.add_team("acme", "birds", "Birds")
    world.add_member("acme", "ana@acme.test", "Ana", teams=("birds",))
    world.add_project("acme", "aviary", "Aviary", "python", teams=("birds",))
    world.add_token(Simulator.TOKEN, user="ana@acme.test", scopes=ALL_SCOPES)
    settle(world)
    return generous(Simulator(world))


@pytest.mark.parametrize("mutate", [numbers, kinds])
async def test_nothing_in_a_reply_makes_a_bug(birds: Simulator, mutate: Mutate) -> None:
    server = Distorted(birds)
    async with Client(build_server(SETTINGS, server, now=now)) as client:
        table = calls(await an_issue(client))
        server.mutate = mutate
        bugs: list[str] = []
        answered = 0
        for tool, ways in table.items():
            for arguments in ways[:MOST]:
                result = await client.call_tool(tool, {**arguments})
                answered += not result.is_error
                if "fault in Dexter" in text_of(result):
                    bugs.append(f"{tool} {arguments}")
    assert not bugs
    assert answered > len(table) // 4
