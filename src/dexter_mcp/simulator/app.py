"""The simulated Sentry as an ASGI application."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import ClassVar, Self

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dexter_mcp.simulator.faults import Faults, misbehave
from dexter_mcp.simulator.limits import Limits
from dexter_mcp.simulator.routes import (
    alert_rules,
    attachments,
    autofix,
    committers,
    dashboards,
    detectors,
    discover,
    envelope,
    environments,
    events,
    external_actors,
    external_issues,
    feedback,
    forwarding,
    integrations,
    issue_counts,
    issue_extras,
    issues,
    members,
    monitors,
    org_tags,
    organizations,
    outgoing,
    ownership,
    preprod,
    profiles,
    project_keys,
    project_settings,
    projects,
    refusals,
    release_files,
    releases,
    replay_deletions,
    replays,
    repositories,
    saved_queries,
    scim,
    sentry_apps,
    sessions,
    similar,
    snapshots,
    source_maps,
    stats,
    status_checks,
    tags,
    teams,
    thresholds,
    timeseries,
    trace_items,
    traces,
    uptime,
    workflows,
)
from dexter_mcp.simulator.routes.auth import ALL_SCOPES
from dexter_mcp.simulator.world import World


class Simulator:
    """Answers like Sentry, from a `World` that tests may read and change.

    `faults` makes it misbehave, `limits` makes it refuse too many requests.
    """

    TOKEN: ClassVar[str] = "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"  # noqa: S105 - invented
    """The token of the sample world's user; it has every scope."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World()
        self.faults = Faults()
        self.limits = Limits(self.world.now)
        self._app = Starlette(
            routes=_routes(self.world), exception_handlers={refusals.Refusal: refusals.answer}
        )
        self._app.router.redirect_slashes = False
        self._app.router.default = _unknown

    @classmethod
    def with_sample_data(cls, *, now: Callable[[], datetime] | None = None) -> Self:
        """Build one that holds an organization with a fortnight of trouble."""
        from dexter_mcp.simulator.sample import populate  # noqa: PLC0415 - costs time to load

        world = World(now=now) if now else World()
        populate(world)
        user = next((member.email for member in world.members), "")
        world.add_token(cls.TOKEN, user=user, scopes=ALL_SCOPES)
        return cls(world)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or fail it if a fault is waiting for it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self.world.seen.append(_line(scope))
        fault = self.faults.take(scope)
        if fault is None:
            await self._limited(scope, receive, send)
        else:
            await misbehave(fault, self._limited, scope, receive, send)

    async def _limited(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.world.self_hosted or not scope["path"].startswith("/api/0/"):
            await self._app(scope, receive, send)
            return
        caller = self._caller(scope)
        entry = self.limits.enter(caller, scope["method"], scope["path"])
        app: ASGIApp = entry.refusal or self._app
        try:
            await app(scope, receive, _with_headers(send, entry.headers))
        finally:
            self.limits.leave(entry.bucket)

    def _caller(self, scope: Scope) -> str:
        """Name whose bucket a request counts in: a user's, an organization's or an address's."""
        given = Headers(scope=scope).get("authorization", "").rpartition(" ")[2]
        token = self.world.tokens.get(given)
        if token and token.kind == "user":
            return token.user
        if token and token.kind == "integration":
            return token.org
        return str((scope.get("client") or ("",))[0])


def _routes(world: World) -> list[BaseRoute]:
    return [
        *organizations.routes(world),
        *projects.routes(world),
        *project_settings.routes(world),
        *project_keys.routes(world),
        *ownership.routes(world),
        *environments.routes(world),
        *teams.routes(world),
        *members.routes(world),
        *issues.routes(world),
        *events.routes(world),
        *tags.routes(world),
        *discover.routes(world),
        *timeseries.routes(world),
        *trace_items.routes(world),
        *traces.routes(world),
        *replays.routes(world),
        *replay_deletions.routes(world),
        *profiles.routes(world),
        *saved_queries.routes(world),
        *org_tags.routes(world),
        *issue_counts.routes(world),
        *committers.routes(world),
        *attachments.routes(world),
        *issue_extras.routes(world),
        *similar.routes(world),
        *feedback.routes(world),
        *autofix.routes(world),
        *source_maps.routes(world),
        *releases.routes(world),
        *release_files.routes(world),
        *thresholds.routes(world),
        *sessions.routes(world),
        *stats.routes(world),
        *workflows.routes(world),
        *detectors.routes(world),
        *alert_rules.routes(world),
        *preprod.routes(world),
        *snapshots.routes(world),
        *status_checks.routes(world),
        *outgoing.routes(world),
        *forwarding.routes(world),
        *external_actors.routes(world),
        *integrations.routes(world),
        *sentry_apps.routes(world),
        *repositories.routes(world),
        *external_issues.routes(world),
        *scim.routes(world),
        *monitors.routes(world),
        *uptime.routes(world),
        *dashboards.routes(world),
        *envelope.routes(world),
    ]


def _line(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    return f"{scope['method']} {scope['path']}" + (f"?{query}" if query else "")


def _with_headers(send: Send, headers: Mapping[str, str]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(headers)
        await send(message)

    return sending


async def _unknown(scope: Scope, receive: Receive, send: Send) -> None:
    """Say that there is no such route: without a word in the API, with a page elsewhere."""
    answer: Response = (
        Response(None, 404)
        if Request(scope).url.path.startswith("/api/0/")
        else HTMLResponse("<h1>Page Not Found</h1>", 404)
    )
    await answer(scope, receive, send)
