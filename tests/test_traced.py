"""The mark of a request: how long, how large, how it ended, and what may have come of it."""

import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx2
import pytest
from opentelemetry import trace

from dexter_mcp.sentry import trail
from dexter_mcp.sentry.errors import TooLarge
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.transports import Bounded, Traced
from upstream import Answer, Sentry, ask, sentry
from virtual_time import pass_by

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]


class Slow(httpx2.AsyncByteStream):
    """A body of ten bytes in two pieces, with a pause between them, or a break."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"[1, 2"
        await pass_by(9)
        if self.failure:
            raise self.failure
        yield b", 34]"


class Span(trace.NonRecordingSpan):
    """Remembers what it was told, and when it ended."""

    def __init__(self) -> None:
        super().__init__(trace.SpanContext(trace_id=7, span_id=9, is_remote=False))
        self.told: dict[str, Any] = {}
        self.ended = 0.0

    def is_recording(self) -> bool:
        return True

    def set_attribute(self, key: str, value: Any) -> None:
        self.told[key] = value

    def end(self, end_time: int | None = None) -> None:
        del end_time
        self.ended = anyio.current_time()


@dataclass
class Tracer(trace.NoOpTracer):
    """Hands out spans, and keeps them."""

    spans: list[Span] = field(default_factory=list[Span])

    def start_as_current_span(self, name: str, *_: Any, **how: Any) -> Any:
        del name
        self.spans.append(span := Span())
        span.told |= how["attributes"]
        return trace.use_span(span, end_on_exit=True)


def traced(inner: Sentry) -> tuple[Traced, Tracer]:
    tracer = Tracer()
    return Traced(Bounded(inner, Pulse()), tracer), tracer


async def test_a_request_ends_with_the_last_byte() -> None:
    inner = sentry(httpx2.Response(200, stream=Slow()))
    layer, tracer = traced(inner)
    await ask(layer, path="/issues/?query=ana")
    (span,) = tracer.spans
    assert span.ended == 9
    assert span.told == {
        "http.request.method": "GET",
        "server.address": "sentry.test",
        "url.path": "/issues/",
        "http.response.status_code": 200,
        "http.response.body.size": 10,
    }


async def test_a_refusal_is_an_error_of_the_span() -> None:
    layer, tracer = traced(sentry(404))
    await ask(layer)
    assert tracer.spans[0].told["error.type"] == "404"


async def test_sentry_gets_the_context_of_the_span() -> None:
    inner = sentry(200)
    layer, _ = traced(inner)
    await ask(layer)
    assert inner.asked[0].headers["traceparent"].startswith(f"00-{7:032x}-{9:016x}")


async def line_of(layer: Traced, caplog: pytest.LogCaptureFixture, **how: Any) -> dict[str, Any]:
    caplog.set_level(logging.INFO, logger="dexter_mcp.sentry")
    with anyio.move_on_after(20), suppress(httpx2.RequestError, TooLarge):
        await ask(layer, **how)
    (record,) = caplog.records
    told: dict[str, Any] = vars(record)["facts"]
    return told


BROKEN = httpx2.ReadError("reset")


@pytest.mark.parametrize(
    ("answer", "limit", "status", "size"),
    [
        (httpx2.Response(200, stream=Slow()), 99, 200, 10),
        (httpx2.Response(200, stream=Slow(BROKEN)), 99, "ReadError", 0),
        (httpx2.Response(200, stream=Slow()), 7, "TooLarge", 0),
        (httpx2.ConnectTimeout("late"), 99, "ConnectTimeout", 0),
    ],
)
async def test_a_line_tells_how_a_request_ended(
    caplog: pytest.LogCaptureFixture, answer: Answer, limit: int, status: object, size: int
) -> None:
    layer, _ = traced(sentry(answer))
    told = await line_of(layer, caplog, limit=limit)
    assert (told["status"], told["bytes"]) == (status, size)


async def test_a_request_that_its_caller_gave_up_leaves_a_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    layer, _ = traced(sentry(200, gate=anyio.Event()))
    assert (await line_of(layer, caplog))["status"] == "given up"


@pytest.mark.parametrize(
    ("method", "answer", "writes"),
    [
        ("GET", 200, 0),
        ("PUT", 200, 1),
        ("PUT", 500, 1),
        ("POST", 303, 1),
        ("PUT", 302, 0),
        ("DELETE", 409, 0),
        ("PUT", 429, 0),
        ("PUT", httpx2.ReadError("reset"), 1),
        ("PUT", httpx2.ConnectError("refused"), 0),
    ],
)
async def test_the_trail_knows_what_may_have_been_carried_out(
    method: str, answer: Answer, writes: int
) -> None:
    layer, _ = traced(sentry(answer))
    with trail.follow() as here, suppress(httpx2.RequestError):
        await ask(layer, method)
    assert (here.requests, here.writes) == (1, writes)


async def test_a_write_counts_while_it_is_under_way() -> None:
    layer, _ = traced(sentry(409, gate=(gate := anyio.Event())))
    with trail.follow() as here:
        async with anyio.create_task_group() as group:
            group.start_soon(ask, layer, "PUT")
            await anyio.wait_all_tasks_blocked()
            assert here.writes == 1
            gate.set()
    assert here.writes == 0
