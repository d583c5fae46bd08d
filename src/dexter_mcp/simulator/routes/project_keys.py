"""Routes about client keys, the addresses to which SDKs send."""

from hashlib import md5
from typing import Literal

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.records import Project
from dexter_mcp.simulator.memory.settings import ProjectKey
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import bad_request, not_found
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

Kept = tuple[Project, ProjectKey]


def routes(world: World) -> list[BaseRoute]:
    """Serve the client keys of `world`."""
    keys = "/projects/{org}/{project}/keys/"
    return [
        endpoint(world, "/organizations/{org}/project-keys/", "organization", GET=_of_org),
        endpoint(world, keys, "project", GET=_of_project),
        endpoint(world, f"{keys}{{key}}/", "project", GET=_details),
    ]


def _of_org(call: Call) -> Response:
    org, wanted = call.org.slug, call.query.get("team", "")
    team = call.world.team(org, wanted)
    if wanted and team is None:
        raise bad_request("Invalid team")
    projects = [p for p in call.world.projects_of(org) if team is None or team.slug in p.teams]
    return _page(call, [(p, key) for p in projects for key in _keys(call, p)])


def _of_project(call: Call) -> Response:
    project = call.project
    return _page(call, [(project, key) for key in _keys(call, project)])


def _details(call: Call) -> Response:
    project, wanted = call.project, call.part("key")
    key = next((key for key in _keys(call, project) if key.public == wanted), None)
    if key is None:
        raise not_found()
    return JSONResponse(_shape(call, project, key))


def _page(call: Call, found: list[Kept]) -> Response:
    status = call.query.get("status", "")
    if status not in {"", "active", "inactive"}:
        raise bad_request("Invalid status")
    kept = [(p, key) for p, key in found if not status or key.active is (status == "active")]
    page = paging.by_number(call.request, kept)
    return JSONResponse([_shape(call, *each) for each in page.items], headers=page.headers)


def _keys(call: Call, project: Project) -> list[ProjectKey]:
    born = ProjectKey(project.public_key, "Default", project.created)
    return [born, *call.world.settings.keys[project.id]]


def _shape(call: Call, project: Project, key: ProjectKey) -> Json:
    secret = md5(f"secret {key.public}".encode(), usedforsecurity=False).hexdigest()
    limit = call.world.settings.limits.get(key.public)
    return {
        "id": key.public,
        "name": key.name,
        "label": key.name,
        "public": key.public,
        "secret": secret,
        "projectId": project.id,
        "isActive": key.active,
        "rateLimit": {"count": limit[0], "window": limit[1]} if limit else None,
        "dsn": _addresses(call, project, key.public, secret),
        "browserSdkVersion": "10.x",
        "browserSdk": {"choices": [["latest", "latest"], ["10.x", "10.x"]]},
        "dateCreated": iso(key.created),
        "dynamicSdkLoaderOptions": {
            "hasReplay": False,
            "hasPerformance": True,
            "hasDebug": False,
            "hasFeedback": False,
            "hasLogsAndMetrics": False,
        },
        "useCase": key.use_case,
    }


def _addresses(call: Call, project: Project, public: str, secret: str) -> Json:
    scheme: Literal["https", "http"] = "https" if call.base.startswith("https") else "http"
    api = f"{call.base}/api/{project.id}"
    whose = f"?sentry_key={public}"
    return {
        "public": f"{scheme}://{public}@{call.host}/{project.id}",
        "secret": f"{scheme}://{public}:{secret}@{call.host}/{project.id}",
        "csp": f"{api}/csp-report/{whose}",
        "security": f"{api}/security/{whose}",
        "minidump": f"{api}/minidump/{whose}",
        "nel": f"{api}/nel/{whose}",
        "unreal": f"{api}/unreal/{public}/",
        "crons": f"{api}/cron/___MONITOR_SLUG___/{public}/",
        "cdn": f"{call.base}/js-sdk-loader/{public}.min.js",
        "playstation": f"{api}/playstation/{whose}",
        "integration": f"{api}/integration/",
        "otlp_traces": f"{api}/integration/otlp/v1/traces/",
        "otlp_logs": f"{api}/integration/otlp/v1/logs/",
    }
