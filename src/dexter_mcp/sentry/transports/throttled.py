"""Ask only when Sentry's limits allow it."""

from hashlib import blake2b

import httpx2

from dexter_mcp.sentry.limiter import Bucket, Limiter
from dexter_mcp.sentry.transports.wrapper import Wrapper


class Throttled(Wrapper):
    """Wait for a turn with the limiter before each request.

    The extension `bucket` names the class of endpoints that shares a limit, one of `endpoints`,
    where it is not that of the method; `background` lets the requests of people go first.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport, limiter: Limiter) -> None:
        super().__init__(inner)
        self._limiter = limiter

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Take a turn, send, and give the turn back with what the answer told.

        Raises:
            RateLimited: The turn would come only after the caller's deadline.
        """
        background = bool(request.extensions.get("background", False))
        leave = await self._limiter.enter(_bucket(request), background=background)
        response: httpx2.Response | None = None
        try:
            response = await self._inner.handle_async_request(request)
            return response
        finally:
            leave(response.status_code if response else 0, response.headers if response else {})


def _bucket(request: httpx2.Request) -> Bucket:
    """Name what a request counts in; the token is not kept where the counts are."""
    token = request.headers.get("authorization", "").encode()
    return Bucket(
        caller=blake2b(token, digest_size=8).hexdigest(),
        host=request.url.host,
        method=request.method,
        endpoint=str(request.extensions.get("bucket", "")),
    )
