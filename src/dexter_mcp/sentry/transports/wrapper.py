"""What every layer shares: an inner transport, and whose request is whose."""

from collections.abc import Awaitable, Callable

import httpx2

Sleep = Callable[[float], Awaitable[None]]
Clock = Callable[[], float]


class Wrapper(httpx2.AsyncBaseTransport):
    """A transport around another one."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self._inner.aclose()


def identity(request: httpx2.Request) -> tuple[str, str]:
    """Tell reads apart by who asks and what: one caller's answer is never another's."""
    return request.headers.get("authorization", ""), str(request.url)


def copy_of(
    response: httpx2.Response, extensions: dict[str, float] | None = None
) -> httpx2.Response:
    """Make a fresh response of one that was read: a body can be handed out only once."""
    gone = {"content-encoding", "content-length", "transfer-encoding"}
    headers = [(k, v) for k, v in response.headers.multi_items() if k.lower() not in gone]
    return httpx2.Response(
        response.status_code,
        headers=headers,
        content=response.content,
        extensions=dict(extensions or {}),
    )
