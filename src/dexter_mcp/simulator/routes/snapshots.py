"""Routes about pictures of screens, compared from build to build."""

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.preprod import Snapshot
from dexter_mcp.simulator.routes import snapshot_upload
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import bad_request, not_found
from dexter_mcp.simulator.routes.writing import gone
from dexter_mcp.simulator.shapes.preprod import base_snapshot, snapshot_image, snapshot_json
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_LENIENT: Json = {
    "failOnAdded": False,
    "failOnRemoved": True,
    "failOnChanged": True,
    "failOnRenamed": False,
}
"""What fails a pull request where nobody said otherwise."""


def routes(world: World) -> list[BaseRoute]:
    """Serve the snapshots that `world` holds."""
    snapshots = "/organizations/{org}/preprodartifacts/snapshots/"
    uploads = "/projects/{org}/{project}/preprodartifacts/snapshots/"
    rules = "/projects/{org}/{project}/preprod/snapshots/status-check-rules/"
    return [
        endpoint(world, f"{snapshots}latest-base/", "release", GET=_latest_base),
        endpoint(world, f"{snapshots}{{snapshot}}/", "release", GET=_details, DELETE=_delete),
        endpoint(world, f"{snapshots}{{snapshot}}/images/{{image:path}}/", "release", GET=_image),
        endpoint(world, rules, "project", GET=_rules),
        endpoint(world, uploads, "release", POST=snapshot_upload.upload),
    ]


def _latest_base(call: Call) -> Response:
    app, branch = call.query.get("app_id"), call.query.get("branch")
    if not app:
        raise bad_request("app_id query parameter is required")
    bases = [
        each
        for each in call.world.preprod.snapshots
        if (each.org, each.app) == (call.org.slug, app)
        and not each.base
        and branch in {None, "", each.revision.head_ref}
    ]
    if not bases:
        raise not_found("No base snapshot found")
    return JSONResponse(base_snapshot(call, max(bases, key=lambda each: each.taken)))


def _details(call: Call) -> Response:
    return JSONResponse(snapshot_json(_found(call)))


def _delete(call: Call) -> Response:
    call.world.preprod.remove(_found(call))
    return gone()


def _image(call: Call) -> Response:
    wanted = call.part("image")
    for image in _found(call).images:
        if wanted in {image.key, image.file}:
            return JSONResponse(snapshot_image(call, image))
    raise not_found("Image not found")


def _rules(call: Call) -> Response:
    rules = call.world.preprod.snapshot_rules.get(call.project.id)
    return JSONResponse({"enabled": rules is not None, "rules": rules or _LENIENT})


def _found(call: Call) -> Snapshot:
    snapshot = call.world.preprod.snapshot(call.org.slug, call.part("snapshot"))
    if snapshot is None:
        raise not_found("Snapshot not found")
    return snapshot
