"""A small server of another make: it speaks Sentry's API as GlitchTip does, with less of it.

What is unlike Sentry: cursors are base64, and `limit` is heeded where Sentry has `per_page`; the
`Link` header is the text of a set; sort names and numbers are checked, other parameters ignored;
refusals are lists; a route that does not exist is answered by the pages for people, some with 200.
"""

import base64
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from clock import NOW
from dexter_mcp.simulator import Simulator

Rows = Sequence[Mapping[str, Any]]
Answerer = Callable[["Glitchtip", Request], Awaitable[Response]]

PAGE = "<!doctype html><html><head><title>GlitchTip</title></head><body></body></html>"
NOT_FOUND = "<!doctype html><html><head><title>Not Found</title></head></html>"
ISSUES = 130
SORTS = ("last_seen", "first_seen", "count", "priority")
USUAL_PAGE = 50


@dataclass
class Glitchtip:
    """A server with one organization, two projects and a stock of issues; `seen` is what came."""

    seen: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        routes = [Route(f"/api/{path}", _bound(self, answer)) for path, answer in _ROUTES.items()]
        self._app = Starlette(routes=routes)
        self._app.router.default = _page
        self._app.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            query = scope["query_string"].decode()
            self.seen.append(scope["path"] + (f"?{query}" if query else ""))
        await self._app(scope, receive, send)


def _bound(server: Glitchtip, answer: Answerer) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {Simulator.TOKEN}":
            return JSONResponse({"detail": "Unauthorized"}, 401)
        if request.path_params.get("org", "acme") != "acme":
            return _absent()
        return await answer(server, request)

    return endpoint


async def _page(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer like the pages for people, which take whatever looks like one of theirs."""
    theirs = ("/issues", "/settings", "/performance", "/projects", "/releases")
    known = any(part in scope["path"] for part in theirs)
    answer = HTMLResponse(PAGE) if known else HTMLResponse(NOT_FOUND, 404)
    await answer(scope, receive, send)


def _absent() -> Response:
    return JSONResponse({"detail": "Not Found"}, 404)


def _unfit(where: Sequence[str], kind: str, said: str) -> Response:
    problem = {"type": kind, "loc": list(where), "msg": said, "ctx": {"expected": said}}
    return JSONResponse({"detail": [problem]}, 422)


def _listed(request: Request, rows: Rows, **headers: str) -> Response:
    """Give a page of a list, and say in which way it goes on."""
    given = request.query_params
    size = min(int(given.get("limit") or USUAL_PAGE), 100)
    start = _position(given.get("cursor", ""))
    onward = _cursor(start + size) if start + size < len(rows) else ""
    url = str(request.url)
    links = [
        f'<{url}>; rel="previous"; results="false"',
        f'<{url}&cursor={quote(onward)}>; rel="next"; results="true"; cursor="{onward}"'
        if onward
        else f'<{url}>; rel="next"; results="false"',
    ]
    told = {"Link": str({", ".join(links)}), "X-Hits": str(len(rows)), "X-Max-Hits": "1000"}
    return JSONResponse(list(rows[start : start + size]), headers=told | headers)


def _cursor(position: int) -> str:
    return base64.b64encode(f"o={position}".encode()).decode()


def _position(cursor: str) -> int:
    return int(base64.b64decode(cursor).decode().removeprefix("o=")) if cursor else 0


async def _root(_: Glitchtip, __: Request) -> Response:
    user = {"id": "3", "username": "ana@acme.test", "email": "ana@acme.test", "name": "Ana"}
    auth = {"id": 7, "label": "dexter", "scopes": ["org:read", "event:read"], "token": "x" * 64}
    return JSONResponse({"version": "0", "user": user | {"options": {}}, "auth": auth})


async def _settings(_: Glitchtip, __: Request) -> Response:
    return JSONResponse({"version": "6.2.6", "glitchtipInstanceName": "Acme", "socialApps": []})


ACME = {"id": "1", "slug": "acme", "name": "Acme", "dateCreated": "2025-03-01T08:00:00Z"}
TEAM = {"id": "5", "slug": "birds", "dateCreated": "2025-03-01T08:00:00Z", "memberCount": 1}
PROJECTS: list[dict[str, Any]] = [
    {
        "id": str(number),
        "slug": slug,
        "name": slug.capitalize(),
        "platform": "python",
        "dateCreated": "2025-03-01T08:00:00Z",
        "firstEvent": None,
        "isMember": True,
        "scrubIPAddresses": False,
        "teams": [{"id": "5", "slug": "birds"}],
    }
    for number, slug in ((11, "aviary"), (12, "pond"))
]
RELEASES: list[dict[str, Any]] = [
    {
        "version": f"1.{number}.0",
        "shortVersion": f"1.{number}.0",
        "dateCreated": f"2026-08-{number:02}T08:00:00Z",
        "dateReleased": None,
        "commitCount": 0,
        "deployCount": 0,
        "projects": [],
        "url": None,
        "ref": None,
        "data": {},
    }
    for number in range(11, 0, -1)
]
ENVIRONMENTS = [{"id": 1, "name": "production"}, {"id": 2, "name": "staging"}]


def _instant(hours: float) -> str:
    return (NOW - timedelta(hours=hours)).astimezone(UTC).isoformat().replace("+00:00", "Z")


def _issue(number: int) -> dict[str, Any]:
    project = PROJECTS[number % 2]
    return {
        "id": str(1000 + number),
        "shortId": f"{project['slug'].upper()}-{number}",
        "title": f"ValueError: feather {number}",
        "culprit": "aviary.nest in count",
        "count": str(3 * number + 1),
        "userCount": 0,
        "numComments": 1 if number == 2 else 0,
        "type": "error",
        "level": "error",
        "status": "resolved" if number % 5 == 4 else "unresolved",
        "statusDetails": {},
        "metadata": {"type": "ValueError", "value": f"feather {number}"},
        "project": {key: project[key] for key in ("id", "slug", "name", "platform")},
        "firstSeen": _instant(number + 48),
        "lastSeen": _instant(number),
        "stats": {"24h": []},
        "logger": None,
        "permalink": "Not implemented",
        "assignedTo": None,
        "matchingEventId": None,
    }


ALL_ISSUES = [_issue(number) for number in range(ISSUES)]


def _event_id(issue: str) -> str:
    return UUID(int=int(issue)).hex


def _event(issue: Mapping[str, Any]) -> dict[str, Any]:
    number = str(issue["id"])
    frame = {"filename": "aviary/nest.py", "function": "count", "lineNo": 7, "inApp": True}
    frame |= {"absPath": "/srv/aviary/nest.py", "context": [[7, "return int(feather)"]], "vars": {}}
    raised = {"type": "ValueError", "value": issue["metadata"]["value"], "module": None}
    raised |= {"stacktrace": {"frames": [frame], "framesOmitted": None}, "mechanism": None}
    return {
        "id": _event_id(number),
        "eventID": _event_id(number),
        "projectID": int(issue["project"]["id"]),
        "groupID": number,
        "title": issue["title"],
        "message": issue["title"],
        "type": "error",
        "platform": "python",
        "culprit": issue["culprit"],
        "dist": None,
        "dateCreated": issue["lastSeen"],
        "dateReceived": issue["lastSeen"],
        "metadata": issue["metadata"],
        "tags": [{"key": "release", "value": "1.9.0"}, {"key": "environment", "value": "staging"}],
        "entries": [{"type": "exception", "data": {"values": [raised]}}],
        "contexts": {"os": {"type": "os", "name": "Linux"}},
        "context": None,
        "user": None,
        "sdk": {"name": "sentry.python", "version": "2.1.0"},
        "packages": None,
        "errors": None,
        "userReport": None,
        "nextEventID": None,
        "previousEventID": None,
    }


async def _organizations(_: Glitchtip, request: Request) -> Response:
    return _listed(request, [ACME])


async def _organization(_: Glitchtip, __: Request) -> Response:
    return JSONResponse(ACME | {"projects": PROJECTS, "teams": [TEAM], "access": ["org:read"]})


async def _projects(_: Glitchtip, request: Request) -> Response:
    return _listed(request, PROJECTS)


def _project_in(request: Request) -> Mapping[str, Any] | None:
    named = request.path_params["project"]
    return next((each for each in PROJECTS if each["slug"] == named), None)


async def _project(_: Glitchtip, request: Request) -> Response:
    found = _project_in(request)
    return JSONResponse({**found, "organization": ACME}) if found else _absent()


async def _issues(_: Glitchtip, request: Request) -> Response:
    given = request.query_params
    sort = given.get("sort", "-last_seen")
    if sort.removeprefix("-") not in SORTS:
        expected = ", ".join(repr(sign + name) for sign in ("", "-") for name in SORTS)
        said = f"Input should be {expected}"
        return _unfit(["query", "sort"], "literal_error", said)
    projects = given.getlist("project")
    if any(not each.lstrip("-").isdecimal() for each in projects):
        said = "Input should be a valid integer, unable to parse string as an integer"
        return _unfit(["query", "project", "0"], "int_parsing", said)
    found = [each for each in ALL_ISSUES if not projects or each["project"]["id"] in projects]
    if given.getlist("id"):
        found = [each for each in found if each["id"] in given.getlist("id")]
    found, direct = _matching(found, given.get("query", ""))
    key = {"last_seen": "lastSeen", "first_seen": "firstSeen"}.get(sort.removeprefix("-"))
    found.sort(
        key=lambda each: each[key] if key else int(each["count"]), reverse=sort.startswith("-")
    )
    return _listed(request, found, **({"X-Sentry-Direct-Hit": "1"} if direct else {}))


def _matching(issues: Rows, query: str) -> tuple[list[Mapping[str, Any]], bool]:
    try:
        wanted = UUID(query).hex
    except ValueError:
        pass
    else:
        direct = [each for each in issues if _event_id(each["id"]) == wanted]
        return [{**each, "matchingEventId": wanted} for each in direct], True
    found: list[Mapping[str, Any]] = list(issues)
    for term in query.split():
        name, colon, value = term.partition(":")
        if colon and name == "is":
            found = [each for each in found if each["status"] == value]
        elif colon and value not in {"1.9.0", "staging", "error"}:
            found = list[Mapping[str, Any]]()
        elif not colon:
            found = [each for each in found if term.lower() in each["title"].lower()]
    return found, False


def _issue_in(request: Request) -> Mapping[str, Any] | None:
    number = str(request.path_params["issue"])
    return next((each for each in ALL_ISSUES if each["id"] == number), None)


async def _one_issue(_: Glitchtip, request: Request) -> Response:
    found = _issue_in(request)
    return JSONResponse({**found, "userReportCount": 0}) if found else _absent()


async def _events(_: Glitchtip, request: Request) -> Response:
    found = _issue_in(request)
    return _listed(request, [_event(found)]) if found else _absent()


async def _one_event(_: Glitchtip, request: Request) -> Response:
    found, wanted = _issue_in(request), request.path_params["event"]
    try:
        same = wanted == "latest" or (found and UUID(wanted).hex == _event_id(found["id"]))
    except ValueError:
        said = "Input should be a valid UUID, invalid character: found `r` at 1"
        return _unfit(["path", "event_id"], "uuid_parsing", said)
    return JSONResponse(_event(found)) if found and same else _absent()


async def _project_events(_: Glitchtip, request: Request) -> Response:
    found = _project_in(request)
    mine = [each for each in ALL_ISSUES if found and each["project"]["id"] == found["id"]]
    return _listed(request, [_event(each) for each in mine]) if found else _absent()


async def _project_event(_: Glitchtip, request: Request) -> Response:
    wanted = UUID(request.path_params["event"]).hex
    found = [each for each in ALL_ISSUES if _event_id(each["id"]) == wanted]
    return JSONResponse(_event(found[0])) if found else _absent()


async def _tags(_: Glitchtip, __: Request) -> Response:
    top = {"key": "release", "name": "1.9.0", "value": "1.9.0", "count": 7}
    tag = {"key": "release", "name": "release", "totalValues": 7, "uniqueValues": 1}
    return JSONResponse([tag | {"topValues": [top]}])


async def _issue_stats(_: Glitchtip, request: Request) -> Response:
    period = request.query_params.get("statsPeriod", "24h")
    if period not in {"14d", "24h"}:
        return _unfit(["query", "statsPeriod"], "literal_error", "Input should be '14d' or '24h'")
    wanted = request.query_params.getlist("groups")
    names = ("id", "count", "userCount", "firstSeen", "lastSeen")
    found = [each for each in ALL_ISSUES if each["id"] in wanted]
    stats: dict[str, Any] = {"isUnhandled": False, "stats": {period: []}}
    return JSONResponse([{name: each[name] for name in names} | stats for each in found])


async def _releases(_: Glitchtip, request: Request) -> Response:
    return _listed(request, RELEASES)


async def _release(_: Glitchtip, request: Request) -> Response:
    wanted = request.path_params["version"]
    found = next((each for each in RELEASES if each["version"] == wanted), None)
    return JSONResponse(found) if found else _absent()


async def _members(_: Glitchtip, request: Request) -> Response:
    ana = {"id": "3", "email": "ana@acme.test", "role": "owner", "roleName": "Owner"}
    ana |= {"user": {"id": "3", "email": "ana@acme.test", "name": "Ana"}, "pending": False}
    return _listed(request, [ana | {"isOwner": True, "dateCreated": "2025-03-01T08:00:00Z"}])


async def _teams(_: Glitchtip, request: Request) -> Response:
    return _listed(request, [TEAM | {"isMember": True, "projects": []}])


async def _team(_: Glitchtip, request: Request) -> Response:
    return JSONResponse(TEAM) if request.path_params["team"] == TEAM["slug"] else _absent()


async def _environments(_: Glitchtip, request: Request) -> Response:
    return _listed(request, ENVIRONMENTS)


async def _keys(_: Glitchtip, request: Request) -> Response:
    public = UUID(int=9).hex
    key = {"id": public, "public": public, "name": None, "label": "default", "projectID": 11}
    key |= {"dateCreated": "2025-03-01T08:00:00Z", "dsn": {"public": f"https://{public}@x.test/11"}}
    return _listed(request, [key])


async def _nothing_yet(_: Glitchtip, request: Request) -> Response:
    return _listed(request, [])


async def _not_for_reading(_: Glitchtip, __: Request) -> Response:
    return PlainTextResponse("Method not allowed", 405)


_ISSUE = "0/organizations/{org}/issues/{issue:int}/"
_ROUTES: Mapping[str, Answerer] = {
    "0/": _root,
    "settings/": _settings,
    "0/organizations/": _organizations,
    "0/organizations/{org}/": _organization,
    "0/organizations/{org}/projects/": _projects,
    "0/projects/{org}/{project}/": _project,
    "0/projects/{org}/{project}/keys/": _keys,
    "0/projects/{org}/{project}/teams/": _teams,
    "0/projects/{org}/{project}/environments/": _environments,
    "0/projects/{org}/{project}/alerts/": _nothing_yet,
    "0/projects/{org}/{project}/events/": _project_events,
    "0/projects/{org}/{project}/events/{event}/": _project_event,
    "0/organizations/{org}/issues/": _issues,
    "0/organizations/{org}/issues-stats/": _issue_stats,
    _ISSUE: _one_issue,
    f"{_ISSUE}events/": _events,
    f"{_ISSUE}events/{{event}}/": _one_event,
    f"{_ISSUE}tags/": _tags,
    f"{_ISSUE}comments/": _nothing_yet,
    f"{_ISSUE}hashes/": _nothing_yet,
    f"{_ISSUE}user-reports/": _nothing_yet,
    "0/organizations/{org}/releases/": _releases,
    "0/organizations/{org}/releases/{version}/": _release,
    "0/organizations/{org}/members/": _members,
    "0/organizations/{org}/teams/": _teams,
    "0/teams/{org}/{team}/": _team,
    "0/teams/{org}/{team}/members/": _members,
    "0/teams/{org}/{team}/projects/": _projects,
    "0/organizations/{org}/environments/": _environments,
    "0/organizations/{org}/repos/": _not_for_reading,
}
