"""What every layer shares: an inner transport, and whose request is whose."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2

Sleep = Callable[[float], Awaitable[None]]
Clock = Callable[[], float]
Key = tuple[str, str, bytes]
"""Who asks, for which URL, with which body."""

NEVER_LEFT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
)
"""Failures before there was a connection: Sentry knows nothing of the request."""

_ABOUT_THE_ENCODING = {b"content-encoding", b"content-length", b"transfer-encoding"}


class Wrapper(httpx2.AsyncBaseTransport):
    """A transport around another one."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self._inner.aclose()


def identity(request: httpx2.Request) -> Key:
    """Tell reads apart by who asks and what: one caller's answer is never another's."""
    return request.headers.get("authorization", ""), str(request.url), request.content


def copy_of(response: httpx2.Response, extensions: dict[str, Any] | None = None) -> httpx2.Response:
    """Make a fresh response of one that was read: a body can be handed out only once."""
    return plain(response, response.content, extensions)


def plain(
    response: httpx2.Response, body: bytes, extensions: dict[str, Any] | None = None
) -> httpx2.Response:
    """Put a decoded body under the status and the headers of a response."""
    headers = [(k, v) for k, v in response.headers.raw if k.lower() not in _ABOUT_THE_ENCODING]
    return httpx2.Response(
        response.status_code, headers=headers, content=body, extensions=dict(extensions or {})
    )
