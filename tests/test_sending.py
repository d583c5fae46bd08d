"""What becomes of a write: carried out, refused, or nobody knows. And where redirects lead."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from dexter_mcp.insights.answering import answered
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry import Sentry, trail
from dexter_mcp.sentry.errors import Invalid, Rejected, SentryError, Unclear
from dexter_mcp.views.answer import Answer
from road import HOME, RULE, SETTINGS, change, look, moved, road, silence
from upstream import Answer as Told
from upstream import at, sentry
from virtual_time import pass_by

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]

MAYBE = "Sentry may have carried it out all the same: read what is there"
NEW = RULE.replace("old", "new")
SIGNED = "https://files.test/bucket/1?X-Signature=sesame"


# The hard deadline


async def answer(*steps: Callable[[], Awaitable[object]]) -> str:
    """Do one thing after the other, as a tool would, and give what the model reads of it."""

    async def work() -> Answer:
        for step in steps:
            await step()
        return Answer("done")

    async with Sentry.connect(SETTINGS, sentry(200)) as facade:
        with trail.follow():
            try:
                return (await answered(Desk(facade, SETTINGS), "resolve", work)).text
            except SentryError as failure:
                return f"{type(failure).__name__}: {failure}"


async def test_a_write_that_meets_the_deadline_may_have_been_carried_out() -> None:
    api, server = road(silence())
    said = await answer(lambda: pass_by(15), lambda: change(api))
    assert said == (f"Unclear: Sentry took longer than 50 s. {MAYBE} before sending it again.")
    assert [request.method for request in server.asked] == ["PUT"]
    assert at() == 50


async def test_a_read_that_meets_the_deadline_is_only_late() -> None:
    api, _ = road(silence())
    said = await answer(lambda: pass_by(15), lambda: look(api))
    assert said.startswith("Unreachable: Sentry took longer than 50 s. Ask for less.")


async def test_a_write_that_was_carried_out_is_not_forgotten_when_its_read_back_is_late() -> None:
    api, _ = road(200, silence())
    assert MAYBE in await answer(lambda: pass_by(15), lambda: change(api), lambda: look(api))


@pytest.mark.parametrize("refusal", [400, 403, 409, httpx2.ConnectError("refused")])
async def test_a_write_that_was_not_carried_out_is_only_late(refusal: Told) -> None:
    api, server = road(refusal)

    async def refused() -> None:
        with pytest.raises(SentryError):
            await change(api)
        server.answers[:] = [silence()]

    said = await answer(lambda: pass_by(15), refused, lambda: look(api))
    assert said.startswith("Unreachable")


# Redirects


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("location", [NEW, f"{HOME}{NEW}"])
async def test_a_write_follows_a_rename_as_it_is(status: int, location: str) -> None:
    api, server = road(moved(status, location), 200)
    assert await change(api, RULE) == {"answer": 2}
    first, second = server.asked
    assert (second.method, second.url.path) == ("PUT", NEW)
    assert first.content == second.content != b""


async def test_a_write_whose_result_is_elsewhere_is_not_sent_there() -> None:
    api, server = road(moved(303, NEW), 200)
    with pytest.raises(Unclear, match=MAYBE):
        await change(api, RULE, "POST")
    assert len(server.asked) == 1


async def test_a_write_that_was_renamed_and_then_pointed_elsewhere_is_unclear_too() -> None:
    api, server = road(moved(307, NEW), moved(303, RULE), 200)
    with pytest.raises(Unclear, match=MAYBE):
        await change(api, RULE, "POST")
    assert len(server.asked) == 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_read_follows_every_redirect(status: int) -> None:
    api, server = road(moved(status, NEW), 200)
    assert await look(api, RULE) == {"answer": 2}
    assert server.asked[1].url.path == NEW


@pytest.mark.parametrize("ask", [look, change])
async def test_a_second_hop_is_not_taken_and_says_so(ask: Callable[..., Awaitable[Any]]) -> None:
    api, server = road(moved(302, NEW), moved(302, RULE))
    with pytest.raises(Rejected, match="on and on") as caught:
        await ask(api, RULE)
    assert "token does not go" not in str(caught.value)
    assert len(server.asked) == 2


@pytest.mark.parametrize("ask", [look, change])
@pytest.mark.parametrize("before", [[], [moved(302, NEW)]])
async def test_nobody_is_followed_to_another_host(
    ask: Callable[..., Awaitable[Any]], before: list[httpx2.Response]
) -> None:
    api, server = road(*before, moved(302, SIGNED), 200)
    with pytest.raises(Rejected, match=r"on to https://files.test/bucket/1, where the token") as no:
        await ask(api, RULE)
    assert "sesame" not in str(no.value)
    assert len(server.asked) == len(before) + 1


@pytest.mark.parametrize("value", ["half \ud83d", float("nan"), float("inf")])
async def test_what_cannot_be_sent_is_refused_before_it_is(value: object) -> None:
    api, server = road(200)
    with pytest.raises(Invalid):
        await api.send(object, "PUT", RULE, {"name": value}, touches=[])
    assert not server.asked


async def test_a_body_goes_as_json() -> None:
    api, server = road(200)
    await api.send(object, "PUT", RULE, {"name": "Größe"}, touches=[])
    assert server.asked[0].headers["content-type"] == "application/json"
    assert server.asked[0].content == '{"name":"Größe"}'.encode()
