"""A small world for each test, which it may change, and someone who asks about it."""

from collections.abc import AsyncIterator

import pytest

from dexter_mcp.simulator import Simulator, World
from small_world import Caller, Clock, connected, small_world


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    return small_world(clock)


@pytest.fixture
def simulator(world: World) -> Simulator:
    return Simulator(world)


@pytest.fixture
async def caller(simulator: Simulator) -> AsyncIterator[Caller]:
    async with connected(simulator) as http:
        yield Caller(http)
