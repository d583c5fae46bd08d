"""Taking the pictures of a build, and finding what became of each."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.intake.loose import is_mapping
from dexter_mcp.simulator.memory.preprod import Image, Revision, Snapshot
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.refusals import bad_request
from dexter_mcp.simulator.routes.writing import body
from dexter_mcp.simulator.telling.story import Json

_LONGEST = 255
_MOST_IMAGES = 50_000
_WHOLE = 100.0
"""How much of a picture changed, in percent: what it shows is not known here."""


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST


def _is_sha(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"(?:[0-9a-f]{40})?", value) is not None


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_image(value: object) -> bool:
    return is_mapping(value) and _is_size(value.get("width")) and _is_size(value.get("height"))


def _are_images(value: object) -> bool:
    return is_mapping(value) and len(value) <= _MOST_IMAGES and all(map(_is_image, value.values()))


_NEEDED = "field is required and must be"
_HEX = "field must be a 40-character hexadecimal SHA1 string (no uppercase letters)."
_LIMIT = f"field must be a string with maximum length of {_LONGEST} characters"
_RULES: Mapping[str, tuple[Callable[[object], bool], str]] = MappingProxyType(
    {
        "app_id": (
            _is_text,
            f"The app_id {_NEEDED} a string with maximum length of {_LONGEST} characters.",
        ),
        "images": (
            _are_images,
            f"The images {_NEEDED} an object mapping image names to image metadata.",
        ),
        "head_sha": (_is_sha, f"The head_sha {_HEX}"),
        "base_sha": (_is_sha, f"The base_sha {_HEX}"),
        "provider": (
            _is_text,
            f"The provider {_LIMIT} containing the domain of the VCS provider (ex. github.com)",
        ),
        **{
            name: (_is_text, f"The {name} {_LIMIT}.")
            for name in ("head_repo_name", "base_repo_name", "head_ref", "base_ref")
        },
        "pr_number": (
            lambda value: _is_size(value) and value != 0,
            "The pr_number field must be a positive integer.",
        ),
    }
)


def upload(call: Call) -> Response:
    """Keep the pictures of a build, compared with those of the commit that it began at."""
    told, project = _checked(call), call.project
    made = Snapshot(
        id=str(call.world.next_id(72_000)),
        org=project.org,
        project=project.id,
        app=told["app_id"],
        taken=call.world.now(),
        revision=_revision(told),
        images=[_image(file, about) for file, about in sorted(told["images"].items())],
        threshold=told.get("diff_threshold"),
    )
    count = len(made.images)
    if base := call.world.preprod.base_of(made):
        made.base, made.images = base.id, list(_compared(made, base))
    call.world.preprod.snapshots.append(made)
    return JSONResponse(
        {
            "artifactId": made.id,
            "snapshotMetricsId": str(call.world.next_id(73_000)),
            "imageCount": count,
            "snapshotUrl": f"{call.base}/organizations/{made.org}/preprod/snapshots/{made.id}/",
        }
    )


def _checked(call: Call) -> Json:
    told = body(call)
    if missing := [name for name in ("app_id", "images") if name not in told]:
        raise bad_request(f"'{missing[0]}' is a required property")
    for name, (is_right, said) in _RULES.items():
        if name in told and not is_right(told[name]):
            raise bad_request(said)
    return told


def _revision(told: Json) -> Revision:
    return Revision(
        head_sha=told.get("head_sha", ""),
        base_sha=told.get("base_sha", ""),
        head_ref=told.get("head_ref", ""),
        base_ref=told.get("base_ref", ""),
        repository=told.get("head_repo_name", ""),
        pull_request=told.get("pr_number"),
    )


def _image(file: str, about: Mapping[str, Any]) -> Image:
    """Read what is said of a picture."""
    return Image(
        file,
        str(about.get("display_name") or file),
        str(about.get("group") or ""),
        about["width"],
        about["height"],
        content=str(about.get("content_hash") or ""),
    )


def _compared(head: Snapshot, base: Snapshot) -> Iterator[Image]:
    before = {image.file: image for image in base.images if image.verdict != "removed"}
    for image in head.images:
        old = before.pop(image.file, None)
        if old is None:
            yield replace(image, verdict="added")
        else:
            same = old.key == image.key
            yield image if same else replace(image, verdict="changed", diff=_WHOLE)
    for lost in before.values():
        yield replace(lost, verdict="removed", diff=0.0)
