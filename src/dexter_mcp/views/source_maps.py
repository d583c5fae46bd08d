"""Why a JavaScript event shows minified code, and what to do about it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from dexter_mcp.sentry.source_maps import ByRelease, Fetched, FrameDebug, SourceMapDebug
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views.numbers import counted
from dexter_mcp.views.untrusted import clean, name

_PATH = 160
_WORD = 80
_DETAILS = 120
_MOST = 8

_REASONS: Final[Mapping[str, str]] = {
    "not_found": "it is not there",
    "disabled": "fetching is switched off in the project's settings",
    "invalid_host": "its host is not allowed",
    "permission_denied": "its server refuses",
    "timeout": "its server is too slow",
    "download_error": "the download failed",
}


def source_maps(debug: SourceMapDebug | None) -> Iterator[str]:
    """Say for each file whether it could be mapped, where each way ended, and what to do.

    Nothing at all is a server that cannot tell.
    """
    if debug is None:
        yield "not available: this Sentry cannot tell"
        return
    files = _files(debug)
    if not files:
        yield "no minified frames: nothing had to be mapped"
        return
    broken = {path: frame for path, frame in files.items() if not frame.works}
    yield _verdict(files, broken)
    for path, frame in list(broken.items())[:_MOST]:
        yield f"{clean(path, limit=_PATH)}:"
        yield f"- debug id: {_by_debug_id(debug, frame)}"
        yield f"- release: {_by_release(debug, frame)}"
        yield from _by_fetching(frame)
    if (left := len(broken) - _MOST) > 0:
        yield f"… {counted(left, 'more file')}"


def _files(debug: SourceMapDebug) -> dict[str, FrameDebug]:
    """Keep one frame of each file: all of a file share its fate."""
    frames = [frame for exception in debug.exceptions for frame in exception.frames]
    return {_path(frame): frame for frame in reversed(frames) if _path(frame)}


def _path(frame: FrameDebug) -> str:
    release, fetched = frame.release_process, frame.scraping_process.source_file
    known = [
        release.abs_path if release else Untrusted(),
        fetched.url if fetched else Untrusted(),
        frame.debug_id_process.debug_id,
    ]
    return next((text.raw for text in known if text), "")


def _verdict(files: Mapping[str, FrameDebug], broken: Mapping[str, FrameDebug]) -> str:
    if not broken:
        ways = ", ".join(dict.fromkeys(frame.works for frame in files.values()))
        return f"all of {counted(len(files), 'file')} can be mapped, by {ways}"
    return f"{len(broken)} of {counted(len(files), 'file')} cannot be mapped"


def _by_debug_id(debug: SourceMapDebug, frame: FrameDebug) -> str:
    told = frame.debug_id_process
    if told.debug_id:
        wanted = clean(told.debug_id, limit=_WORD)
        if told.uploaded_source_file_with_correct_debug_id:
            return f"the file of {wanted} is uploaded, its map is not; upload the .map beside it"
        if told.uploaded_source_map_with_correct_debug_id:
            return f"the map of {wanted} is uploaded, its file is not; upload both"
        others = debug.has_uploaded_some_artifact_with_a_debug_id
        why = "only other ids are; deploy the very build that was uploaded" if others else _UPLOAD
        return f"nothing is uploaded for {wanted}; {why}"
    match debug.sdk_debug_id_support:
        case "needs-upgrade":
            since = name(debug.min_debug_id_sdk_version, limit=_WORD)
            own = clean(debug.sdk_version, limit=_WORD)
            return f"the SDK ({own}) sends none; upgrade it to {since} or later"
        case "not-supported" | "unofficial-sdk":
            return "this SDK sends none; map by release instead"
        case _:
            return f"the file carries none; {_INJECT}"


_INJECT: Final = "inject them at build time (bundler plugin or sentry-cli sourcemaps inject)"
_UPLOAD: Final = "upload source files and maps at build time, before deploying"


def _by_release(debug: SourceMapDebug, frame: FrameDebug) -> str:
    release, told = clean(debug.release, limit=_WORD), frame.release_process
    if told is None or not release:
        return "the event names none; set `release` in the SDK"
    if not debug.release_has_some_artifact:
        return f"{release} has no artifacts"
    match told.source_file_lookup_result:
        case "found":
            return _map_by_release(debug, told)
        case "wrong-dist":
            return f"the file is in {release} for another dist; {_dist(debug)}"
        case _:
            return f"no artifact of {release} is called {_names(told.matching_source_file_names)}"


def _map_by_release(debug: SourceMapDebug, told: ByRelease) -> str:
    if told.source_map_lookup_result == "wrong-dist":
        return f"the file is there, its map for another dist; {_dist(debug)}"
    if not told.source_map_reference:
        return "the file is there, but names no map (sourceMappingURL)"
    wanted = told.matching_source_map_name or told.source_map_reference
    return f"the file is there, its map {clean(wanted, limit=_PATH)} is not; upload it"


def _dist(debug: SourceMapDebug) -> str:
    """Say what the upload and the SDK have to agree on."""
    dist = clean(debug.dist, limit=_WORD)
    return f"upload with dist {dist}, which the event has" if dist else "the event has no dist"


def _names(names: Sequence[Untrusted]) -> str:
    shown = [clean(each, limit=_PATH) for each in names[-2:]]
    return " or ".join(shown) or "like it"


def _by_fetching(frame: FrameDebug) -> Iterator[str]:
    tried = frame.scraping_process
    for what, fetched in (("file", tried.source_file), ("map", tried.source_map)):
        if fetched and fetched.status == "failure":
            yield f"- fetching the {what}: {_failure(fetched)}"


def _failure(fetched: Fetched) -> str:
    reason = _REASONS.get(fetched.reason) or name(fetched.reason, limit=_WORD) or "it failed"
    details = clean(fetched.details, limit=_DETAILS)
    return f"{reason} ({details})" if details else reason
