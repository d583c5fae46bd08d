"""Who is asking, and what that token may do."""

from collections.abc import Mapping

from starlette.requests import Request

from dexter_mcp.simulator.memory.records import Token
from dexter_mcp.simulator.routes.refusals import forbidden, unauthenticated

SCOPES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "organization": {
        "GET": ("org:read", "org:write", "org:admin"),
        "PUT": ("org:write", "org:admin"),
        "DELETE": ("org:admin",),
    },
    "project": {
        "GET": ("project:read", "project:write", "project:admin"),
        "PUT": ("project:write", "project:admin"),
        "DELETE": ("project:admin",),
    },
    "project by field": {
        "GET": ("project:read", "project:write", "project:admin"),
        "PUT": ("project:read", "project:write", "project:admin"),
        "DELETE": ("project:admin",),
    },
    "projects": {
        "GET": ("org:read", "org:write", "org:admin"),
        "POST": ("project:read", "project:write", "project:admin"),
    },
    "project teams": {
        "POST": ("project:write", "project:admin"),
        "DELETE": ("project:write", "project:admin"),
    },
    "hook": {
        "GET": ("project:read",),
        "PUT": ("project:write",),
        "DELETE": ("project:admin",),
    },
    "event": {
        "GET": ("event:read", "event:write", "event:admin"),
        "PUT": ("event:write", "event:admin"),
        "DELETE": ("event:admin",),
    },
    "project issues": {
        "GET": ("event:read", "event:write", "event:admin"),
        "PUT": ("event:write",),
        "DELETE": ("event:admin",),
    },
    "app ticket": {"POST": ("event:write",), "DELETE": ("event:admin",)},
    "user feedback": {
        "GET": ("project:read", "project:write", "project:admin"),
        "POST": ("project:write",),
    },
    "team": {
        "GET": ("team:read", "team:write", "team:admin"),
        "PUT": ("team:write", "team:admin"),
        "DELETE": ("team:admin",),
    },
    "teams": {
        "GET": ("org:read", "org:write", "org:admin"),
        "POST": ("org:write", "org:admin", "team:write"),
    },
    "team membership": {
        "POST": ("org:read", "org:write", "team:write"),
        "PUT": (
            *("org:read", "org:write", "org:admin", "member:read", "member:write", "member:admin"),
            *("team:write", "team:admin"),
        ),
        "DELETE": ("org:read", "org:write", "org:admin", "team:admin"),
    },
    "member": {
        "GET": ("member:read", "member:write", "member:admin"),
        "PUT": ("member:write", "member:admin", "member:invite"),
    },
    "membership": {
        "GET": ("member:read", "member:write", "member:admin"),
        "PUT": ("member:write", "member:admin", "member:invite"),
        "DELETE": ("member:read", "member:write", "member:admin"),
    },
    "scim member": {
        "GET": ("member:read", "member:write", "member:admin"),
        "PUT": ("member:write", "member:admin"),
        "DELETE": ("member:admin",),
    },
    "cron": {
        "GET": ("org:read", "org:write", "org:admin", "alerts:read"),
        "POST": ("org:read", "org:write", "org:admin", "alerts:write"),
    },
    "notebook": {
        "GET": ("org:read", "org:write", "org:admin"),
        "PUT": ("org:read", "org:write", "org:admin"),
        "DELETE": ("org:read", "org:write", "org:admin"),
    },
    "release": {
        "GET": ("project:read", "project:write", "project:admin", "project:releases", "org:ci"),
        "PUT": ("project:write", "project:admin", "project:releases", "org:ci"),
        "DELETE": ("project:admin", "project:releases"),
    },
    "alert": {
        "GET": ("org:read", "org:write", "org:admin", "alerts:read"),
        "PUT": ("org:write", "org:admin", "alerts:write"),
        "DELETE": ("org:write", "org:admin", "alerts:write"),
    },
    "alert rule": {
        "GET": ("project:read", "project:write", "project:admin", "alerts:read", "alerts:write"),
        "PUT": ("project:write", "project:admin", "alerts:write"),
        "DELETE": ("project:write", "project:admin", "alerts:write"),
    },
    "detector": {
        "GET": ("org:read", "org:write", "org:admin", "alerts:read"),
        "PUT": ("org:read", "org:write", "org:admin", "alerts:write"),
        "DELETE": ("org:read", "org:write", "org:admin", "alerts:write"),
    },
    "metric rule": {
        "GET": ("org:read", "org:write", "org:admin", "alerts:read"),
        "POST": ("org:read", "org:write", "org:admin", "alerts:write"),
        "PUT": ("org:write", "org:admin", "alerts:write"),
        "DELETE": ("org:write", "org:admin", "alerts:write"),
    },
    "notification action": {
        "GET": ("org:read", "org:write", "org:admin"),
        "PUT": ("org:read", "org:write", "org:admin"),
        "DELETE": ("org:read", "org:write", "org:admin"),
    },
    "spike protection": {
        "POST": ("project:read", "project:write", "project:admin"),
        "DELETE": ("project:read", "project:write", "project:admin"),
    },
    "integration": {
        "GET": ("org:read", "org:write", "org:admin", "org:integrations"),
        "PUT": ("org:write", "org:admin", "org:integrations"),
        "DELETE": ("org:admin", "org:integrations"),
    },
    "repository": {"GET": ("org:read", "org:write", "org:admin", "org:integrations", "org:ci")},
    "app installation": {"GET": ("org:read", "org:integrations")},
    "app": {
        "GET": (
            *("event:read", "event:write", "event:admin", "project:read", "project:releases"),
            *("org:read", "member:read", "team:read"),
        ),
        "PUT": ("org:write", "org:admin"),
        "DELETE": ("org:admin",),
    },
    "forwarding": {"GET": ("org:read",), "PUT": ("org:write",), "DELETE": ("org:write",)},
    "replay deletion": {
        "GET": ("project:write", "project:admin"),
        "PUT": ("project:write", "project:admin"),
        "DELETE": ("project:write", "project:admin"),
    },
    "external user": {
        "PUT": ("org:write", "org:admin"),
        "DELETE": ("org:write", "org:admin"),
    },
    "distribution": {
        "GET": ("project:read", "project:write", "project:admin", "project:distribution"),
    },
}
"""Resource to method to scopes, any one of which suffices; POST and PATCH need what PUT needs,
unless they have a line of their own."""

ALL_SCOPES = frozenset(
    {scope for methods in SCOPES.values() for scopes in methods.values() for scope in scopes}
    | {"member:invite", "project:distribution"}
)


def authenticate(request: Request, tokens: Mapping[str, Token]) -> Token:
    """Find the token that a request carries."""
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer":
        raise unauthenticated("Authentication credentials were not provided.")
    if not given.strip():
        raise unauthenticated("Invalid token header. No credentials provided.")
    token = tokens.get(given.strip())
    if token is None:
        raise unauthenticated(
            "Invalid org token" if given.startswith("sntrys_") else "Invalid token"
        )
    return token


def authorize(token: Token, resource: str, method: str) -> None:
    """Refuse a token without one of the scopes that the resource asks for."""
    alike = {"HEAD": "GET", "POST": "PUT", "PATCH": "PUT"}
    allowed = SCOPES[resource]
    needed = allowed[method if method in allowed else alike.get(method, method)]
    if token.scopes.isdisjoint(needed):
        raise forbidden(*needed)
