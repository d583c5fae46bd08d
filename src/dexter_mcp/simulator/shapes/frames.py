"""Stack traces: from what an SDK sends to what Sentry's API shows."""

import re
from typing import Any

from dexter_mcp.simulator.intake.loose import is_list, is_mapping, mapping, mappings, optional, text
from dexter_mcp.simulator.telling.story import Json

_LIBRARY = re.compile(
    r"site-packages/|dist-packages/|/lib/python\d|node_modules/|^(native|node:|<anonymous>)"
    r"|//[^/]*\b(cdn|unpkg|jsdelivr)\b",
)
_STANDARD = re.compile(r"^(java|javax|kotlin|jdk|sun|android|androidx|runtime|net/http)\b")

_PLAIN = {
    "filename": "filename",
    "abs_path": "absPath",
    "module": "module",
    "package": "package",
    "platform": "platform",
    "function": "function",
    "raw_function": "rawFunction",
    "symbol": "symbol",
    "lineno": "lineNo",
    "colno": "colNo",
    "trust": "trust",
    "errors": "errors",
    "instruction_addr": "instructionAddr",
    "symbol_addr": "symbolAddr",
}


def in_app(frame: Json) -> bool:
    """Tell application code from library code, as told by the SDK or else by the path."""
    told = frame.get("in_app")
    if isinstance(told, bool):
        return told
    path = text(frame.get("abs_path")) or text(frame.get("filename"))
    return not (_LIBRARY.search(path) or _STANDARD.match(text(frame.get("module"))))


def frames_of(exception: Json) -> list[Json]:
    """List the raw frames of an exception or thread, the oldest first."""
    return mappings(mapping(exception.get("stacktrace")).get("frames"))


def application_frames(exception: Json) -> list[Json]:
    """List the frames to blame: the application's, or all where none is."""
    frames = frames_of(exception)
    return [frame for frame in frames if in_app(frame)] or frames


def stacktrace(raw: object) -> Json | None:
    """Shape a stack trace as the API does, or null where there is none.

    Frames come oldest first, in camelCase; `context` is a list of `[line number, source]`.
    """
    frames = mappings(mapping(raw).get("frames"))
    if not frames:
        return None
    return {
        "frames": [_frame(frame) for frame in frames],
        "framesOmitted": mapping(raw).get("frames_omitted"),
        "registers": mapping(raw).get("registers"),
        "hasSystemFrames": has_system_frames(frames),
    }


def has_system_frames(frames: list[Json]) -> bool:
    """Tell whether there are library frames to hide and application frames left to show."""
    return len({in_app(frame) for frame in frames}) > 1


def _frame(raw: Json) -> Json:
    shaped = {name: raw.get(key) for key, name in _PLAIN.items()}
    variables = raw.get("vars")
    return shaped | {
        "context": _context(raw),
        "inApp": in_app(raw),
        "vars": _stringified(variables) if is_mapping(variables) else None,
    }


def _context(raw: Json) -> list[list[Any]]:
    line, number = optional(raw.get("context_line")), raw.get("lineno")
    if line is None or not isinstance(number, int):
        return []
    before, after = _lines(raw.get("pre_context")), _lines(raw.get("post_context"))
    numbered = enumerate([*before, line, *after], start=number - len(before))
    return [[at, source] for at, source in numbered]


def _lines(value: object) -> list[str]:
    return [text(line) for line in value] if is_list(value) else []


def _stringified(value: object) -> Any:
    if is_mapping(value):
        return {key: _stringified(item) for key, item in value.items()}
    if is_list(value):
        return [_stringified(item) for item in value]
    return str(value)
