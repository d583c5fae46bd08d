"""Calls that change releases, their deploys and their files."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.releases import Artifact
from orders.case import Case, told

_RELEASE: Final = "release=checkout@1.1.0"
_FILE: Final = "file=9101"
_PROJECT: Final = "project=checkout"
_UPLOAD: Final = (_RELEASE, "file={}", "name=~/app.js.map", "dist=7")


def settle(world: World) -> None:
    """Let a release have an address and a file."""
    release = world.release("acme", "checkout@1.1.0")
    if release is None:
        raise AssertionError
    release.url = "https://ci.acme.test/11"
    file = Artifact(9_101, "~/app.js", 12, world.now(), digest="5b7e0c1d9a" * 4)
    world.shipping.keep("acme", release.version, file)
    world.add_release("acme", "checkout@0.9.0", projects=["checkout"], created=timedelta(days=40))


def _create(_: World) -> list[str]:
    commits = 'commits:=[{"id": "77aa", "message": "feat: pay later", "author_email": "a@b.test"}]'
    return ["version=checkout@2.0.0", "projects=checkout", "ref=77aa", commits]


CASES: Final[Mapping[str, Case]] = {
    "create_release": Case(_create),
    "update_release": told(_RELEASE, "url=https://ci.acme.test/12"),
    "delete_release": told("release=checkout@0.9.0"),
    "create_deploy": told(_RELEASE, "environment=production", "name=12"),
    "upload_release_file": told(*_UPLOAD),
    "update_release_file": told(_RELEASE, _FILE, "name=~/main.js"),
    "delete_release_file": told(_RELEASE, _FILE),
    "upload_project_release_file": told(_PROJECT, *_UPLOAD),
    "update_project_release_file": told(_PROJECT, _RELEASE, _FILE, "name=~/main.js"),
    "delete_project_release_file": told(_PROJECT, _RELEASE, _FILE),
}
