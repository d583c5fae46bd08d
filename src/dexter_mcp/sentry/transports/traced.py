"""Leave a mark of each request: a line in the log, and a span where someone collects them."""

import logging
import time

import httpx2
from opentelemetry import propagate, trace

from dexter_mcp.sentry.transports.wrapper import Wrapper

_log = logging.getLogger("dexter_mcp.sentry")


class Traced(Wrapper):
    """Log each request with the reference of the call that caused it, and trace it.

    The query is left out, which may name people. Spans go to whatever OpenTelemetry SDK the
    process was set up with, and with it Sentry gets the W3C context; without one, nothing is
    recorded and nothing is sent. https://opentelemetry.io/docs/specs/semconv/http/http-spans/
    """

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send between two marks."""
        attributes = {
            "http.request.method": request.method,
            "server.address": request.url.host,
            "url.path": request.url.path,
        }
        tracer = trace.get_tracer("dexter_mcp")
        with tracer.start_as_current_span(
            request.method, kind=trace.SpanKind.CLIENT, attributes=attributes
        ) as span:
            if span.is_recording():
                propagate.inject(request.headers)
            began, status = time.monotonic(), 0
            try:
                response = await self._inner.handle_async_request(request)
                status = response.status_code
            finally:
                _log_line(request, status, time.monotonic() - began)
            span.set_attribute("http.response.status_code", status)
            return response


def _log_line(request: httpx2.Request, status: int, seconds: float) -> None:
    told = {
        "request": request.extensions.get("reference", ""),
        "method": request.method,
        "host": request.url.host,
        "path": request.url.path,
        "status": status or "no answer",
        "seconds": round(seconds, 3),
    }
    _log.info("%(method)s %(path)s: %(status)s", told, extra={"facts": told})
