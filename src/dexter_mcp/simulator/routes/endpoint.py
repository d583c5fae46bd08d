"""The way from an HTTP request to a handler: who asks, about which organization, may they."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, request_response

from dexter_mcp.simulator.memory.records import Issue, Member, Organization, Project, Token
from dexter_mcp.simulator.routes import auth
from dexter_mcp.simulator.routes.refusals import Refusal, forbidden, not_found
from dexter_mcp.simulator.world import World

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated request."""

    world: World
    request: Request
    token: Token
    body: bytes

    @property
    def query(self) -> QueryParams:
        """Read the query string."""
        return self.request.query_params

    @property
    def base(self) -> str:
        """Name the origin that was asked."""
        return str(self.request.base_url).rstrip("/")

    @property
    def host(self) -> str:
        """Name the host that was asked."""
        return self.request.url.netloc

    def part(self, name: str) -> str:
        """Read a parameter of the path."""
        return str(self.request.path_params[name])

    @property
    def org(self) -> Organization:
        """Find the organization of the path, refusing one that the caller can't reach."""
        org = self.world.organization(self.part("org"))
        if org is None or not self._is_served_here(org):
            raise not_found()
        if not self.may_enter(org):
            raise forbidden()
        return org

    @property
    def member(self) -> Member | None:
        """Find the caller among the organization's members; integrations are none."""
        return self.world.member(self.org.slug, self.token.user)

    @property
    def project(self) -> Project:
        """Find the project of the path; after a rename, send the caller on to its new slug."""
        org, wanted = self.org, self.part("project")
        project = self.world.project(org.slug, wanted)
        if project is None:
            raise self._moved(org, wanted) or not_found("Project does not exist")
        return project

    @property
    def issue(self) -> Issue:
        """Find the issue of the path, by number or short id."""
        issue = self.world.issue(self.org.slug, self.part("issue"))
        if issue is None:
            raise not_found()
        return issue

    def is_member_of(self, project: Project) -> bool:
        """Tell whether one of the caller's teams owns the project."""
        if self.token.kind != "user":
            return True
        return self.member is not None and not set(self.member.teams).isdisjoint(project.teams)

    def may_enter(self, org: Organization) -> bool:
        """Tell whether the caller belongs to an organization."""
        if self.token.kind == "user":
            return self.world.member(org.slug, self.token.user) is not None
        return self.token.org == org.slug

    def _is_served_here(self, org: Organization) -> bool:
        hosts = {name: urlsplit(url).netloc for name, url in self.world.regions.items()}
        return self.host not in hosts.values() or self.host == hosts.get(org.region)

    def _moved(self, org: Organization, old: str) -> Refusal | None:
        new = self.world.renamed.get((org.slug, old))
        if new is None:
            return None
        rest = self.request.url.path.split(f"/{old}/", 1)[-1]
        url = f"/api/0/projects/{org.slug}/{new}/"
        query = f"?{self.request.url.query}" if self.request.url.query else ""
        body = {"slug": new, "detail": {"extra": {"url": url, "slug": new}}}
        return Refusal(302, body, {"Location": f"{url}{rest}{query}"})


Handler = Callable[[Call], Response]


def endpoint(world: World, path: str, resource: str = "", /, **handlers: Handler) -> Route:
    """Route a path under `/api/0`, one handler for each method.

    `resource` names a row of the table of scopes; without it any token will do.
    """

    async def serve(request: Request) -> Response:
        token = auth.authenticate(request, world.tokens)
        handler = _handler(handlers, request.method)
        call = Call(world, request, token, await request.body())
        if request.method not in {"GET", "HEAD"}:
            world.sent.append((request.method, request.url.path, call.body))
        if resource:
            if "org" in request.path_params:
                _ = call.org  # whoever can't reach it learns nothing about scopes
            auth.authorize(token, resource, request.method)
        return handler(call)

    route = copy(_blueprint(f"/api/0{path}"))
    route.endpoint, route.app = serve, request_response(serve)
    return route


@cache
def _blueprint(path: str) -> Route:
    """Compile a path once, since every simulator has the same ones; `endpoint` says who answers."""
    return Route(path, _blueprint, methods=list(METHODS))


def _handler(handlers: Mapping[str, Handler], method: str) -> Handler:
    handler = handlers.get("GET" if method == "HEAD" else method)
    if handler is None:
        raise Refusal(
            405, {"detail": f'Method "{method}" not allowed.'}, {"Allow": ", ".join(handlers)}
        )
    return handler
