"""Why a JavaScript event's frames could or could not be mapped to their source."""

import posixpath
from urllib.parse import urlsplit

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.intake.loose import mapping, mappings, optional, text
from dexter_mcp.simulator.intake.titles import exceptions_of
from dexter_mcp.simulator.memory.issue_extras import Artifact
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.events import find_event, within_project
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_OFFICIAL = "sentry.javascript."
_SINCE = (7, 56, 0)
"""The first version of the SDK that tells debug ids."""


def routes(world: World) -> list[BaseRoute]:
    """Serve what is known of an event's source maps.

    https://docs.sentry.io/api/events/get-debug-information-related-to-source-maps-for-a-given-event/
    """
    path = "/projects/{org}/{project}/events/{event}/source-map-debug/"
    return [endpoint(world, path, "project", GET=_debug)]


def _debug(call: Call) -> Response:
    event = find_event(call, within_project(call.project))
    payload = call.world.payload(event)
    known = [each for each in call.world.extras.artifacts if each.project == event.project]
    looker = _Looker(payload, known, event.release)
    exceptions = [
        {"frames": [looker.frame(text(frame.get("abs_path"))) for frame in _minified(exception)]}
        for exception in exceptions_of(payload)
    ]
    return JSONResponse(
        {
            "dist": optional(payload.get("dist")),
            "release": event.release or None,
            "exceptions": exceptions,
            "has_debug_ids": bool(looker.debug_ids),
            "project_has_some_artifact_bundle": bool(known),
            "release_has_some_artifact": any(each.release == event.release for each in known),
            "has_uploaded_some_artifact_with_a_debug_id": any(each.debug_id for each in known),
            "has_scraping_data": bool(looker.attempts),
            **_sdk(payload),
        }
    )


def _minified(exception: Json) -> list[Json]:
    """List the frames as they came: of those that were mapped, what they were before."""
    trace = mapping(exception.get("raw_stacktrace")) or mapping(exception.get("stacktrace"))
    return [frame for frame in mappings(trace.get("frames")) if _is_served(frame)]


def _is_served(frame: Json) -> bool:
    return text(frame.get("abs_path")).startswith(("http://", "https://"))


def _sdk(payload: Json) -> Json:
    sdk = mapping(payload.get("sdk"))
    name, version = text(sdk.get("name")), text(sdk.get("version"))
    official = name.startswith(_OFFICIAL)
    told = "full" if _numbers(version) >= _SINCE else "needs-upgrade"
    other = "unofficial-sdk" if payload.get("platform") == "javascript" else "not-supported"
    return {
        "sdk_version": version or None,
        "sdk_debug_id_support": told if official else other,
        "min_debug_id_sdk_version": ".".join(map(str, _SINCE)) if official else None,
    }


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


class _Looker:
    """Looks the files of one event up, in each of the three ways."""

    def __init__(self, payload: Json, known: list[Artifact], release: str) -> None:
        self._known, self._release = known, release
        self._dist = text(payload.get("dist"))
        self.debug_ids = {
            text(image.get("code_file")): text(image.get("debug_id"))
            for image in mappings(mapping(payload.get("debug_meta")).get("images"))
            if image.get("type") == "sourcemap"
        }
        tried = mappings(payload.get("scraping_attempts"))
        self.attempts = {text(attempt.get("url")): attempt for attempt in tried}

    def frame(self, path: str) -> Json:
        """Tell what came of each way for one frame."""
        return {
            "debug_id_process": self._by_debug_id(path),
            "release_process": self._by_release(path) if self._release else None,
            "scraping_process": {
                "source_file": self.attempts.get(path),
                "source_map": self.attempts.get(f"{path}.map"),
            },
        }

    def _by_debug_id(self, path: str) -> Json:
        wanted = self.debug_ids.get(path, "")
        found = [each for each in self._known if wanted and each.debug_id == wanted]
        return {
            "debug_id": wanted or None,
            "uploaded_source_file_with_correct_debug_id": any(not each.is_map for each in found),
            "uploaded_source_map_with_correct_debug_id": any(each.is_map for each in found),
        }

    def _by_release(self, path: str) -> Json:
        names = [path, f"~{urlsplit(path).path}"]
        file = self._artifact(names)
        reference = file.reference if file else ""
        name = posixpath.join(posixpath.dirname(names[-1]), reference) if reference else ""
        return {
            "abs_path": path,
            "matching_source_file_names": names,
            "matching_source_map_name": name or None,
            "source_map_reference": reference or None,
            "source_file_lookup_result": self._result(file),
            "source_map_lookup_result": self._result(self._artifact([name])),
        }

    def _artifact(self, names: list[str]) -> Artifact | None:
        """Find a file of the release, rather one of the event's own dist."""
        named = (
            each for each in self._known if each.release == self._release and each.name in names
        )
        fitting = sorted(named, key=lambda each: each.dist != self._dist)
        return fitting[0] if fitting else None

    def _result(self, found: Artifact | None) -> str:
        if found is None:
            return "unsuccessful"
        return "found" if found.dist == self._dist else "wrong-dist"
