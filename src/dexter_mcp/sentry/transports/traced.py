"""Leave a mark of each request: in the log, in the trail of its call, in a span if anyone asks."""

import logging
import time
from http import HTTPStatus

import httpx2
from opentelemetry import propagate, trace

from dexter_mcp.sentry import trail, wire
from dexter_mcp.sentry.errors import SentryError
from dexter_mcp.sentry.transports.wrapper import NEVER_LEFT, Wrapper

_log = logging.getLogger("dexter_mcp.sentry")


class Traced(Wrapper):
    """Log each request with the reference of the call that caused it, and trace it.

    A request ends with the last byte of its answer. The query is left out, which may name people.
    Spans go to whatever OpenTelemetry SDK the process was set up with, and with it Sentry gets the
    W3C context; without one, nothing is recorded and nothing is sent.
    https://opentelemetry.io/docs/specs/semconv/http/http-spans/
    """

    def __init__(
        self, inner: httpx2.AsyncBaseTransport, tracer: trace.Tracer | None = None
    ) -> None:
        super().__init__(inner)
        self._tracer = tracer or trace.get_tracer("dexter_mcp")

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send between two marks."""
        attributes = {
            "http.request.method": request.method,
            "server.address": request.url.host,
            "url.path": request.url.path,
        }
        with self._tracer.start_as_current_span(
            request.method, kind=trace.SpanKind.CLIENT, attributes=attributes
        ) as span:
            if span.is_recording():
                propagate.inject(request.headers)
            response = await self._followed(request)
            _conclude(span, response)
            return response

    async def _followed(self, request: httpx2.Request) -> httpx2.Response:
        """Send, and note what is known of it at each moment: a caller may give up at any."""
        here, began, writes = trail.current(), time.monotonic(), request.method != "GET"
        here.requests += 1
        here.writes += writes
        status, size, undone = "given up", 0, False
        try:
            response = await self._inner.handle_async_request(request)
        except (httpx2.RequestError, SentryError) as failure:
            status, undone = type(failure).__name__, isinstance(failure, NEVER_LEFT)
            raise
        else:
            status, size = response.status_code, len(response.content)
            undone = wire.left_undone(status)
            return response
        finally:
            here.writes -= writes and undone
            _log_line(request, here.reference, status, size, time.monotonic() - began)


def _conclude(span: trace.Span, response: httpx2.Response) -> None:
    span.set_attribute("http.response.status_code", response.status_code)
    span.set_attribute("http.response.body.size", len(response.content))
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        span.set_attribute("error.type", str(response.status_code))
        span.set_status(trace.StatusCode.ERROR)


def _log_line(
    request: httpx2.Request, reference: str, status: int | str, size: int, seconds: float
) -> None:
    if not _log.isEnabledFor(logging.INFO):
        return
    told = {
        "request": reference,
        "method": request.method,
        "host": request.url.host,
        "path": request.url.path,
        "status": status,
        "bytes": size,
        "seconds": round(seconds, 3),
    }
    _log.info("%(method)s %(path)s: %(status)s", told, extra={"facts": told})
