"""Every fault of the road to Sentry, and what becomes of those who meet it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import httpx2
import pytest
from starlette.types import Scope

from dexter_mcp.simulator import Fault
from virtual_time import EPOCH

TOO_BIG = 50 * 2**20
RESET = str(int(EPOCH.timestamp()) + 3)
RESETS = {"X-Sentry-Rate-Limit-Remaining": "0", "X-Sentry-Rate-Limit-Reset": RESET}
SCOPE = {"WWW-Authenticate": 'Bearer error="insufficient_scope", scope="project:read"'}
SSO = {"code": "sso-required", "message": "Must login via SSO", "extra": {"loginUrl": "/auth/"}}
NO_ORG = "No organization 'acme' is visible to this token"

Times = Literal["once", "for ever"]


@dataclass(frozen=True)
class Row:
    """A fault and what becomes of it.

    `reads` and `writes` count the requests while it lasts for ever; one that was repeated is
    answered when the fault happens only once. `lands` says that Sentry had carried the write out,
    `rest` for how many seconds it wants to be left alone.
    """

    name: str
    fault: Mapping[str, Any]
    says: str
    reads: int = 1
    writes: int = 1
    lands: bool = False
    read_says: str = ""
    part_says: str = ""
    part_reads: int = 0
    harmless: bool = False
    declined: bool = False
    rest: float = 0.0


def detail(status: int, said: Any, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {"status": status, "body": json.dumps(said).encode(), "headers": headers or {}}


def limited(said: str, **headers: str) -> dict[str, Any]:
    return detail(429, {"detail": said}, headers) | {"content_type": "text/html"}


def failing(failure: Exception, **more: Any) -> dict[str, Any]:
    return {"failure": failure, **more}


ROWS = (
    Row(
        "400 detail",
        detail(400, {"detail": "Invalid query"}),
        "(400): Invalid query",
        declined=True,
    ),
    Row("400 fields", detail(400, {"query": ["Too long."]}), "query: Too long", declined=True),
    Row("401", detail(401, {"detail": "Invalid token"}), "did not accept the token"),
    Row("401 sso", detail(401, {"detail": SSO}), "Sign in to it once at"),
    Row("403", detail(403, {"detail": "No permission."}), "The token may not do this"),
    Row("403 scope", detail(403, {"detail": "No."}, SCOPE), "one of project:read is needed"),
    Row(
        "404",
        detail(404, {"detail": "No such thing"}),
        "nothing there: No such thing",
        read_says=NO_ORG,
        declined=True,
    ),
    Row(
        "404 empty",
        {"status": 404, "body": b""},
        "the feature may be switched off",
        read_says="the feature may be switched off",
        declined=True,
    ),
    Row("409", detail(409, {"detail": "Conflict"}), "(409): Conflict", declined=True),
    Row(
        "410",
        detail(410, {"message": "No longer."}, {"X-Sentry-Replacement-Endpoint": "/api/0/new/"}),
        "/api/0/new/ replaces it",
        declined=True,
    ),
    Row("413", detail(413, {"detail": "Too large"}), "(413): Too large", declined=True),
    Row("429 window", limited("Too often", **RESETS), "asks to wait", reads=3, writes=3),
    Row("429 proxy", limited("", **{"Retry-After": "7"}), "wait 7 s", reads=3, writes=3),
    Row("429 storage", limited("Smaller range"), "wait 1 s (Smaller range)", reads=3, writes=3),
    Row("429 long", limited("", **{"Retry-After": "300"}), "asks to wait 300 s", rest=300),
    Row("500", detail(500, {"detail": "Internal Error"}), "failed (500)", reads=3, lands=True),
    Row("502", {"html": True}, "failed (502)", reads=3, lands=True),
    Row("503", detail(503, {}, {"Retry-After": "2"}), "failed (503)", reads=3, lands=True),
    Row("504", detail(504, {"detail": "Query timeout"}), "Query timeout", reads=3, lands=True),
    Row(
        "HTML",
        {"html": True, "status": 200},
        "did not answer with JSON",
        reads=2,
        lands=True,
        declined=True,
    ),
    Row(
        "refused",
        failing(httpx2.ConnectError("refused")),
        "could not be reached: refused",
        reads=3,
        writes=3,
    ),
    Row(
        "TLS",
        failing(httpx2.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed")),
        "DEXTER_CA_BUNDLE",
        reads=3,
        writes=3,
    ),
    Row(
        "closed",
        failing(httpx2.RemoteProtocolError("Server disconnected")),
        "broke: Server disconnected",
        reads=3,
        lands=True,
    ),
    Row("reset", failing(httpx2.ReadError("reset"), cut=True), "reset", reads=3, lands=True),
    Row("cut", {"cut": True}, "the body was cut short", reads=3, lands=True),
    Row("malformed", {"malformed": True}, "the body is no whole JSON", reads=3, lands=True),
    Row("other shape", {"body": b'"what"'}, "not understood", lands=True),
    Row("null", {"body": b"null"}, "not understood", lands=True),
    Row("empty", {"body": b""}, "did not answer with JSON", lands=True),
    Row("slow", {"delay": 20.0}, "", lands=True, harmless=True),
    Row(
        "hang",
        {"hang": True},
        "took longer than 50 s",
        reads=2,
        lands=True,
        part_says="did not come in time",
        part_reads=1,
    ),
    Row(
        "huge text", {"huge": TOO_BIG, "text": True}, "larger than 8 MiB", lands=True, declined=True
    ),
    Row("huge list", {"huge": TOO_BIG}, "larger than 8 MiB", lands=True, declined=True),
    Row("bomb", {"huge": TOO_BIG, "gzipped": True}, "larger than 8 MiB", lands=True, declined=True),
    Row(
        "other host",
        {"status": 302, "headers": {"Location": "https://evil.test/"}},
        "the token does not go",
        declined=True,
    ),
)
TIMES: tuple[Times, ...] = ("once", "for ever")

every_row = pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
both_times = pytest.mark.parametrize("times", TIMES)


class Ending(Fault):
    """Hits what ends with its path, and nothing below it."""

    def hits(self, scope: Scope) -> bool:
        return Fault.hits(self, scope) and scope["path"].endswith(self.path)


def fault_of(row: Row, times: Times, path: str) -> Fault:
    return Ending(**row.fault, path=path, times=1 if times == "once" else -1)
