"""Routes about mobile builds: their size, and where to install them from."""

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.preprod import Build
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import bad_request, not_found
from dexter_mcp.simulator.shapes.preprod import install_details, size_analysis
from dexter_mcp.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    """Serve the mobile builds that `world` holds."""
    build = "/organizations/{org}/preprodartifacts/{artifact}/"
    project = "/projects/{org}/{project}/"
    latest = f"{project}preprodartifacts/build-distribution/latest/"
    rules = f"{project}preprod/size-analysis/status-check-rules/"
    return [
        endpoint(world, f"{build}install-details/", "organization", GET=_install_details),
        endpoint(world, f"{build}size-analysis/", "organization", GET=_size_analysis),
        endpoint(world, latest, "distribution", GET=_latest),
        endpoint(world, rules, "project", GET=_size_rules),
    ]


def _install_details(call: Call) -> Response:
    return JSONResponse(install_details(call, _found(call, call.part("artifact"))))


def _size_analysis(call: Call) -> Response:
    build = _found(call, call.part("artifact"))
    wanted = call.query.get("baseArtifactId") or build.base
    return JSONResponse(size_analysis(build, _found(call, wanted) if wanted else None))


def _latest(call: Call) -> Response:
    """Find the newest build, and the one that the caller says it has."""
    missing = [name for name in ("appId", "platform") if not call.query.get(name)]
    if missing:
        raise bad_request(f"{missing[0]} query parameter is required")
    platform = {"ios": "apple"}.get(call.query["platform"], call.query["platform"])
    fitting = [
        build
        for build in call.world.preprod.builds
        if (build.project, build.app, build.platform)
        == (call.project.id, call.query["appId"], platform)
        and build.installable
    ]
    newest = max(fitting, key=lambda build: build.built, default=None)
    version = call.query.get("buildVersion")
    current = next((build for build in fitting if version and build.version == version), None)
    return JSONResponse(
        {
            "latestArtifact": install_details(call, newest) if newest else None,
            "currentArtifact": install_details(call, current) if current else None,
        }
    )


def _size_rules(call: Call) -> Response:
    rules = call.world.preprod.size_rules.get(call.project.id, [])
    return JSONResponse({"enabled": bool(rules), "rules": rules})


def _found(call: Call, number: str) -> Build:
    build = call.world.preprod.build(call.org.slug, number)
    if build is None:
        raise not_found("Head preprod artifact not found")
    return build
