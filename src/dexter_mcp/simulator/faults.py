"""Misbehaviour on demand: what networks, proxies and tired servers do to an answer."""

import itertools
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from random import Random

import anyio
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HTML = (
    b"<!doctype html><html><head><title>502 Bad Gateway</title></head>"
    b"<body><h1>502 Bad Gateway</h1></body></html>"
)
_CHUNK = 65_536


@dataclass(slots=True)
class Fault:
    """One way to fail, for the requests that it is aimed at.

    `path` is a part of the URL's path, `method` one method; both empty hit everything. It
    happens `times` times, -1 for ever. `delay` (seconds) comes first and goes with any other
    misbehaviour, or with the true answer when nothing else is asked for.
    """

    path: str = ""
    method: str = ""
    times: int = 1
    status: int | None = None
    body: bytes | None = None
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    delay: float = 0.0
    hang: bool = False
    """Never answer."""
    cut: bool = False
    """Promise the whole answer, send half of it."""
    huge: int = 0
    """Send that many bytes of JSON: a list, or with `text` a single string."""
    text: bool = False
    gzipped: bool = False
    """Send what is huge compressed, a thousandth of its size."""
    failure: Exception | None = None
    """Raise it instead of answering, with `cut` in the midst of it: what only a network can do."""
    html: bool = False
    """Send an error page as an edge proxy does, 502 unless `status` says otherwise."""
    malformed: bool = False
    """Send JSON that ends in the middle."""
    share: float = 1.0
    """Hit only this share of the requests, as seeded chance has it."""

    def hits(self, scope: Scope) -> bool:
        """Tell whether a request is one that this fault is aimed at."""
        return (
            self.times != 0
            and self.path in scope["path"]
            and self.method.upper() in ("", scope["method"])
        )


class Faults:
    """The faults that wait for their requests."""

    def __init__(self, seed: int = 7) -> None:
        self._waiting: list[Fault] = []
        self._chance = Random(seed)

    def add(self, fault: Fault) -> None:
        """Let a fault wait for the requests that it is aimed at; the first one added goes first."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """Behave again."""
        self._waiting.clear()

    def take(self, scope: Scope) -> Fault | None:
        """Find the fault that hits a request, and use it up by one."""
        for fault in self._waiting:
            if fault.hits(scope) and self._chance.random() < fault.share:
                fault.times -= fault.times > 0
                return fault
        return None


async def misbehave(fault: Fault, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request as badly as `fault` says."""
    await anyio.sleep(fault.delay)
    if fault.hang:
        while (await receive())["type"] != "http.disconnect":
            pass
    elif fault.huge:
        await _flood(fault, send)
    elif fault.cut:
        await app(scope, receive, _Cutter(send, fault.failure))
    elif fault.failure:
        raise fault.failure
    elif (answer := _instead(fault)) is not None:
        await answer(scope, receive, send)
    else:
        await app(scope, receive, send)


def _instead(fault: Fault) -> Response | None:
    status, kind = fault.status, fault.content_type
    if fault.html:
        return Response(_HTML, status or 502, fault.headers, "text/html")
    if fault.malformed:
        return Response(b'[{"id": "1", "ti', status or 200, fault.headers, kind)
    if fault.body is not None:
        return Response(fault.body, status or 200, fault.headers, kind)
    if status is None:
        return None
    return Response(json.dumps({"detail": "simulated"}), status, fault.headers, kind)


async def _flood(fault: Fault, send: Send) -> None:
    """Send one valid JSON value: a list padded with blanks, or a long string."""
    headers = [(b"content-type", b"application/json")]
    headers += [(b"content-encoding", b"gzip")] if fault.gzipped else []
    await send({"type": "http.response.start", "status": fault.status or 200, "headers": headers})
    flood = _squeezed if fault.gzipped else _flooding
    for piece in flood(fault.huge, text=fault.text):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _flooding(huge: int, *, text: bool) -> Iterator[bytes]:
    begin, filling, end = (b'["', b"x", b'"]') if text else (b"[", b" ", b"]")
    chunk = filling * _CHUNK
    whole, rest = divmod(max(0, huge - len(begin) - len(end)), _CHUNK)
    yield begin
    yield from itertools.repeat(chunk, whole)
    yield filling * rest + end


@cache
def _squeezed(huge: int, *, text: bool) -> tuple[bytes, ...]:
    """Squeeze it once: that takes longer than all the rest of a flood."""
    press = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    pieces = [press.compress(piece) for piece in _flooding(huge, text=text)]
    return (*filter(None, pieces), press.flush())


class _Cutter:
    """Passes an answer on, without the second half of its body."""

    def __init__(self, send: Send, failure: Exception | None) -> None:
        self._send, self._failure = send, failure

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.body":
            body = message.get("body", b"")
            message = {**message, "body": body[: len(body) // 2]}
        await self._send(message)
        if message["type"] == "http.response.body" and self._failure:
            raise self._failure
