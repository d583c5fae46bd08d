"""Memory: fresh answers at once, old ones when there is no other."""

from typing import Any

import anyio
import httpx2
import pytest

from dexter_mcp.sentry.errors import RateLimited, Resting
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.transports import Bounded, Cached
from dexter_mcp.sentry.transports.cached import (
    OVERHEAD,
    STALE_FOR,
    TO_ANSWER,
    WORTH_WAITING,
)
from upstream import Answer, ask, at, sentry
from virtual_time import pass_by

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]


def cached(inner: httpx2.AsyncBaseTransport, *, limit: int = 2**20) -> Cached:
    return Cached(inner, Pulse(), limit=limit)


async def number(memory: Cached, *, path: str = "/", fresh_for: float = 60, **how: Any) -> Any:
    return (await ask(memory, path=path, fresh_for=fresh_for, **how)).json()["answer"]


async def test_a_fresh_answer_is_not_asked_for_again_and_tells_its_age() -> None:
    memory = cached(sentry(200))
    new = await ask(memory, fresh_for=60)
    await pass_by(59)
    old = await ask(memory, fresh_for=60)
    assert (new.json(), old.json()) == ({"answer": 1}, {"answer": 1})
    assert "age" not in new.extensions
    assert old.extensions["age"] == 59


async def test_each_request_says_how_old_an_answer_may_be() -> None:
    memory = cached(sentry(200))
    await number(memory, fresh_for=3600)
    await pass_by(30)
    assert await number(memory, fresh_for=60) == 1
    assert await number(memory, fresh_for=20) == 2
    assert await number(memory, fresh_for=0) == 3


async def test_what_states_no_freshness_is_not_kept() -> None:
    memory = cached(sentry(200))
    await number(memory, fresh_for=0)
    assert await number(memory) == 2


async def test_who_wants_it_new_gets_it_new_and_leaves_it_for_the_next() -> None:
    memory = cached(sentry(200))
    await number(memory)
    assert await number(memory, refresh=True) == 2
    assert await number(memory) == 2


@pytest.mark.parametrize("status", [302, 400, 404, 429, 500])
async def test_only_successes_are_kept(status: int) -> None:
    memory = cached(sentry(status, 200))
    await ask(memory, fresh_for=60)
    assert (await ask(memory, fresh_for=60)).status_code == 200


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"", b"\xff"])
async def test_a_page_that_stands_in_for_sentry_is_not_kept(body: bytes) -> None:
    memory = cached(sentry(httpx2.Response(200, content=body), 200))
    await ask(memory, fresh_for=60)
    assert await number(memory) == 2


FAILING = (
    500,
    502,
    429,
    httpx2.Response(200, html="<h1>Sign in</h1>"),
    httpx2.ReadError("cut"),
    httpx2.DecodingError("cut"),
    Resting("sentry.test", 15),
    RateLimited.for_seconds(99),
)


@pytest.mark.parametrize("failure", FAILING, ids=repr)
@pytest.mark.parametrize("refresh", [False, True])
async def test_an_old_answer_is_better_than_none(failure: Answer, *, refresh: bool) -> None:
    memory = cached(sentry(200, failure))
    await number(memory)
    await pass_by(100)
    old = await ask(memory, fresh_for=60, refresh=refresh)
    assert old.json() == {"answer": 1}
    assert old.extensions["age"] == 100
    limited = isinstance(failure, RateLimited) or failure == 429
    assert old.extensions["stale"] == (
        "Sentry asks to wait" if limited else "Sentry does not answer"
    )


async def test_an_old_answer_is_given_when_a_new_one_takes_too_long() -> None:
    inner = sentry(200)
    memory = cached(inner)
    await number(memory)
    await pass_by(60)
    inner.delay = 3_600
    assert await number(memory) == 1
    assert at() == 60 + WORTH_WAITING


@pytest.mark.parametrize("refresh", [False, True])
async def test_an_old_answer_comes_before_a_near_deadline(*, refresh: bool) -> None:
    inner = sentry(200)
    memory = cached(inner)
    await number(memory)
    await pass_by(60)
    inner.delay = 3_600
    with anyio.fail_after(12):
        assert await number(memory, refresh=refresh) == 1


async def test_who_insists_on_a_new_answer_waits_for_it_almost_to_the_deadline() -> None:
    inner = sentry(200)
    memory = cached(inner)
    await number(memory)
    inner.delay = 20
    with anyio.fail_after(25):
        assert await number(memory, refresh=True) == 2
    inner.delay = 3_600
    with anyio.fail_after(25):
        assert await number(memory, refresh=True) == 2
    assert at() == 20 + 25 - TO_ANSWER


async def test_an_answer_that_is_too_old_is_none() -> None:
    memory = cached(sentry(200, 500))
    await number(memory)
    await pass_by(60 + STALE_FOR)
    assert (await ask(memory, fresh_for=60)).status_code == 500


async def test_where_nothing_is_an_answer_too_it_is_kept_like_one() -> None:
    memory = cached(network := sentry(404, 200))
    for _ in range(2):
        assert (await ask(memory, fresh_for=60, absent_for=20)).status_code == 404
    assert len(network.asked) == 1
    await pass_by(20)
    assert (await ask(memory, fresh_for=60, absent_for=20)).status_code == 200


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_what_sentry_takes_back_is_forgotten(status: int) -> None:
    memory = cached(sentry(200, status, 500))
    await number(memory)
    await ask(memory, fresh_for=60, refresh=True)
    assert (await ask(memory, fresh_for=60)).status_code == 500


async def test_a_token_that_is_refused_loses_everything_and_nobody_else_does() -> None:
    memory = cached(sentry(200, 200, 401, 500))
    await number(memory, path="/a", caller="one")
    await number(memory, path="/a", caller="two")
    await ask(memory, path="/b", caller="one", fresh_for=60)
    assert (await ask(memory, path="/a", caller="one", fresh_for=60)).status_code == 500
    assert await number(memory, path="/a", caller="two") == 2


ISSUES = "/organizations/acme/issues/"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_a_write_makes_stale_what_it_touches_and_nothing_else(method: str) -> None:
    memory = cached(sentry(200))
    paths = {
        f"{ISSUES}1/": False,
        f"{ISSUES}1/tags/": False,
        f"{ISSUES}?project=7&query=a": False,
        f"{ISSUES}?query=a": False,
        f"{ISSUES}?project=-1": False,
        f"{ISSUES}?project=8": True,
        f"{ISSUES}12/": True,
        "/organizations/acme/projects/": True,
    }
    for path in paths:
        await number(memory, path=path)
    await ask(memory, method, f"{ISSUES}1/", touches=(f"{ISSUES}1/", f"{ISSUES}?project=7"))
    kept = {path: await number(memory, path=path) <= len(paths) for path in paths}
    assert kept == paths


async def test_a_write_that_failed_makes_stale_too() -> None:
    memory = cached(sentry(200, httpx2.ReadTimeout("late"), 200))
    await number(memory)
    with pytest.raises(httpx2.ReadTimeout):
        await ask(memory, "PUT")
    assert await number(memory) == 3


@pytest.mark.parametrize(("touches", "kept"), [("/here/", False), ("/there/", True)])
async def test_what_was_being_read_during_a_write_that_touches_it_is_not_kept(
    touches: str, *, kept: bool
) -> None:
    gate = anyio.Event()
    inner = sentry(200, gate=gate)
    memory = cached(inner)
    async with anyio.create_task_group() as group:
        group.start_soon(lambda: number(memory, path="/here/"))
        await anyio.wait_all_tasks_blocked()
        inner.gate = None
        await ask(memory, "PUT", touches=(touches,))
        gate.set()
    assert await number(memory, path="/here/") == (1 if kept else 3)


async def test_one_callers_answer_is_never_anothers() -> None:
    memory = cached(sentry(200, 200, 500))
    assert await number(memory, caller="one") == 1
    assert await number(memory, caller="two") == 2
    assert (await ask(memory, caller="three", fresh_for=60)).status_code == 500


def sized(size: int) -> httpx2.Response:
    return httpx2.Response(200, json=["x" * (size - OVERHEAD - 4)])


async def test_an_answer_larger_than_the_limit_is_given_but_not_kept() -> None:
    memory = cached(sentry(sized(2_001), 200), limit=2_000)
    assert len((await ask(memory, fresh_for=60)).content) == 2_001 - OVERHEAD
    assert await number(memory) == 2


async def test_old_answers_make_room_for_new_ones() -> None:
    inner = sentry(sized(1_900), sized(1_900), 200)
    memory = cached(inner, limit=2_000)
    await ask(memory, path="/a", fresh_for=60)
    await ask(memory, path="/b", fresh_for=60)
    await ask(memory, path="/b", fresh_for=60)
    assert len(inner.asked) == 2
    await ask(memory, path="/a", fresh_for=60)
    assert len(inner.asked) == 3


async def test_many_small_answers_do_not_slip_through_the_limit() -> None:
    inner = sentry(httpx2.Response(200, content=b"[]"))
    memory = cached(inner, limit=10 * OVERHEAD)
    for path in range(100):
        await ask(memory, path=f"/{path}", fresh_for=60)
    await ask(memory, path="/0", fresh_for=60)
    assert len(inner.asked) == 101


async def test_an_answer_from_memory_can_be_read_again_and_again() -> None:
    memory = cached(sentry(200))
    for _ in range(3):
        response = await ask(memory, fresh_for=60)
        assert response.json() == {"answer": 1}
        assert response.headers["content-type"] == "application/json"


async def test_memory_keeps_bodies_and_not_what_was_parsed_of_them() -> None:
    memory = cached(Bounded(sentry(200), Pulse()))
    assert "json" in (await ask(memory, fresh_for=60)).extensions
    assert "json" not in (await ask(memory, fresh_for=60)).extensions
