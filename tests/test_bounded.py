"""Bodies: read against a limit, and whole or not at all."""

import gzip
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import httpx2
import pytest

from dexter_mcp.sentry.errors import TooLarge
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.transports import Bounded
from dexter_mcp.sentry.transports.bounded import LIMIT, LONGEST
from upstream import ask, at, sentry
from virtual_time import pass_by

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]


@dataclass
class Body(httpx2.AsyncByteStream):
    """A body that tells how much of it was taken, and whether it was closed."""

    pieces: Sequence[bytes]
    breaks: bool = False
    taken: int = 0
    closed: bool = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            self.taken += len(piece)
            yield piece
        if self.breaks:
            raise httpx2.ReadError("connection reset")

    async def aclose(self) -> None:
        self.closed = True


def answering(body: Body, **headers: str) -> Bounded:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Bounded(sentry(httpx2.Response(200, headers=named, stream=body)), Pulse())


async def test_what_follows_the_end_of_a_gzip_counts_too() -> None:
    body = Body([gzip.compress(b"{}"), *[b"x" * 2**20] * 50])
    with pytest.raises(TooLarge):
        await ask(answering(body, content_encoding="gzip"))
    assert body.taken <= LIMIT + 2**20 + 100


async def test_a_large_body_is_refused_while_it_comes_in() -> None:
    body = Body([b"x" * 2**20] * 50)
    with pytest.raises(TooLarge, match="larger than 8 MiB"):
        await ask(answering(body))
    assert body.taken == LIMIT + 2**20
    assert body.closed


async def test_a_body_that_announces_its_size_is_not_even_begun() -> None:
    body = Body([b"x"])
    with pytest.raises(TooLarge):
        await ask(answering(body, content_length=str(50 * 2**20)))
    assert body.taken == 0
    assert body.closed


async def test_a_request_may_state_its_own_limit() -> None:
    with pytest.raises(TooLarge):
        await ask(answering(Body([b"[1, 2]"])), limit=5)
    assert (await ask(answering(Body([b"[1, 2]"])), limit=6)).json() == [1, 2]


async def test_a_bomb_never_unfolds() -> None:
    bomb = gzip.compress(b" " * 50 * 2**20)
    body = Body([bomb[begin : begin + 1_000] for begin in range(0, len(bomb), 1_000)])
    with pytest.raises(TooLarge):
        await ask(answering(body, content_encoding="gzip"))
    assert body.taken < len(bomb) / 4


async def test_a_compressed_body_is_read_and_says_no_more_that_it_was() -> None:
    packed = gzip.compress(b'{"a": 1}')
    response = await ask(answering(Body([packed[:5], packed[5:]]), content_encoding="gzip"))
    assert response.json() == {"a": 1}
    assert "content-encoding" not in response.headers


@pytest.mark.parametrize(
    ("pieces", "headers"),
    [
        ([b'{"a": '], {}),
        ([b'{"a": 1}'], {"content_length": "9"}),
        ([gzip.compress(b"[]" * 99)[:-9]], {"content_encoding": "gzip"}),
        ([b"no gzip"], {"content_encoding": "gzip"}),
    ],
)
async def test_half_an_answer_is_none(pieces: list[bytes], headers: dict[str, str]) -> None:
    body = Body(pieces)
    with pytest.raises(httpx2.DecodingError):
        await ask(answering(body, **headers))
    assert body.closed


async def test_a_body_that_breaks_off_is_closed() -> None:
    body = Body([b"["], breaks=True)
    with pytest.raises(httpx2.ReadError):
        await ask(answering(body))
    assert body.closed


async def test_a_page_and_an_empty_body_pass_for_what_they_are() -> None:
    for content in (b"<html>", b"", b"\xff"):
        assert (await ask(answering(Body([content])))).content == content


async def test_an_exchange_that_drips_ends() -> None:
    class Dripping(httpx2.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                await pass_by(5)
                yield b" "

    with pytest.raises(httpx2.ReadTimeout):
        await ask(Bounded(sentry(httpx2.Response(200, stream=Dripping())), Pulse()))
    assert at() == LONGEST


async def test_what_was_parsed_to_check_a_body_comes_along() -> None:
    told = await ask(answering(Body([b"[1, 2]"])))
    assert told.extensions["json"] == [1, 2]
    for content in (b"<html>", b"", b"null"):
        assert "json" not in (await ask(answering(Body([content])))).extensions


async def test_a_file_need_not_be_what_it_begins_like() -> None:
    assert (await ask(answering(Body([b'{"a": 1}\n{'])), raw=True)).content == b'{"a": 1}\n{'
    with pytest.raises(httpx2.DecodingError, match="cut short"):
        await ask(answering(Body([b"{"]), content_length="9"), raw=True)
