"""Read a body against a limit, whatever it claims to be."""

import zlib
from typing import Any

import anyio
import httpx2

from dexter_mcp.sentry import json_text, wire
from dexter_mcp.sentry.errors import TooLarge
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.transports.wrapper import Clock, Wrapper, plain

LIMIT = 8 * 2**20
"""Bytes of a decoded body that are read, unless the request's extension `limit` says otherwise."""
LONGEST = 40.0
"""Seconds that one exchange may take, from the connection to the last byte."""

_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


class Bounded(Wrapper):
    """Read the whole body, and refuse one that is too large while it is still coming in.

    It is decoded here, piece by piece: a bomb of a few kilobytes never unfolds. A body that is cut
    short, garbled or no JSON although it begins like it is a `DecodingError`, worth another try.
    The response carries, as the extension `json`, what was parsed to find that out, for whoever
    only reads it. A request whose extension `raw` is set is for a file, which need be no JSON. One
    that got no whole answer carries, as the extension `unanswered`, for how many seconds it waited
    for one, over all its tries.
    """

    def __init__(
        self,
        inner: httpx2.AsyncBaseTransport,
        pulse: Pulse,
        *,
        clock: Clock = anyio.current_time,
    ) -> None:
        super().__init__(inner)
        self._pulse, self._clock = pulse, clock

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send, and give an answer whose body is all there.

        Raises:
            RequestError: No whole answer came.
            TooLarge: The body does not fit.
        """
        request.headers["accept-encoding"] = "gzip"
        self._pulse.count("requests")
        began = self._clock()
        try:
            with anyio.fail_after(LONGEST):
                return await self._exchange(request)
        except TimeoutError as error:
            self._fail(request, began)
            raise httpx2.ReadTimeout(f"no whole answer in {LONGEST:.0f} s") from error
        except httpx2.RequestError:
            self._fail(request, began)
            raise
        except anyio.get_cancelled_exc_class():
            self._note_silence(request, began)
            raise
        finally:
            self._pulse.seconds.append(self._clock() - began)

    def _fail(self, request: httpx2.Request, began: float) -> None:
        self._pulse.count("failures")
        self._note_silence(request, began)

    def _note_silence(self, request: httpx2.Request, began: float) -> None:
        before = float(request.extensions.get("unanswered", 0.0))
        request.extensions["unanswered"] = before + self._clock() - began

    async def _exchange(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        body = await _read(response, int(request.extensions.get("limit", LIMIT)))
        to_parse = response.is_success and not request.extensions.get("raw") and wire.is_data(body)
        return plain(response, body, {"json": _parsed(body)} if to_parse else None)


async def _read(response: httpx2.Response, limit: int) -> bytes:
    encoded = response.headers.get("content-encoding", "").lower() in {"gzip", "deflate"}
    unfold = zlib.decompressobj(_GZIP_OR_ZLIB) if encoded else None
    body, received, declared = bytearray(), 0, wire.body_length(response.headers)
    try:
        if declared > limit:
            raise TooLarge(limit)
        async for piece in _pieces(response):
            received += len(piece)
            body += unfold.decompress(piece, limit - len(body) + 1) if unfold else piece
            # What follows the end of a gzip adds nothing to the body, and would come for ever.
            if max(received, len(body)) > limit:
                raise TooLarge(limit)
    except zlib.error as error:
        raise httpx2.DecodingError("the body was garbled") from error
    finally:
        await response.aclose()
    if received < declared or (received and unfold and not unfold.eof):
        raise httpx2.DecodingError("the body was cut short")
    return bytes(body)


def _pieces(response: httpx2.Response) -> httpx2.AsyncByteStream:
    """Give the body as it comes in, still encoded."""
    if not isinstance(response.stream, httpx2.AsyncByteStream):
        raise httpx2.DecodingError("the body can't be read piece by piece")
    return response.stream


def _parsed(body: bytes) -> Any:
    try:
        return json_text.read(body)
    except ValueError as error:
        raise httpx2.DecodingError("the body is no whole JSON") from error
