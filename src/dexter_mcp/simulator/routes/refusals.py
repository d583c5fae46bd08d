"""Sentry's ways of saying no, in its own words."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.telling.story import Json


class Refusal(Exception):
    """An answer that ends a request early; `body` None means an empty one."""

    def __init__(
        self, status: int, body: Json | None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.headers = headers


async def answer(_: Request, refusal: Exception) -> Response:
    """Put a refusal on the wire."""
    if not isinstance(refusal, Refusal):
        raise refusal
    if refusal.body is None:
        return Response(None, refusal.status, refusal.headers)
    return JSONResponse(refusal.body, refusal.status, refusal.headers)


def bad_request(detail: str) -> Refusal:
    """Refuse what can't be understood."""
    return Refusal(400, {"detail": detail})


def unauthenticated(detail: str) -> Refusal:
    """Refuse a caller whom Sentry does not know."""
    return Refusal(401, {"detail": detail}, {"WWW-Authenticate": 'Bearer realm="api"'})


def forbidden(*scopes: str) -> Refusal:
    """Refuse a known caller, naming the scopes that would have done."""
    challenge = f'Bearer error="insufficient_scope", scope="{" ".join(scopes)}"'
    detail = "You do not have permission to perform this action."
    return Refusal(403, {"detail": detail}, {"WWW-Authenticate": challenge} if scopes else None)


def not_found(detail: str = "The requested resource does not exist") -> Refusal:
    """Refuse because there is no such thing, or the caller may not know of it."""
    return Refusal(404, {"detail": detail})
