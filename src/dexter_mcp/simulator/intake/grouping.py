"""Which issue an event belongs to."""

import hashlib
import re

from dexter_mcp.simulator.intake.loose import is_list, mapping, text
from dexter_mcp.simulator.intake.titles import exceptions_of, message_of, metadata_of, type_of
from dexter_mcp.simulator.shapes.frames import application_frames
from dexter_mcp.simulator.telling.story import Json

_PARAMETERS = re.compile(
    r"""(?ix)
      [\w.+-]+@[\w-]+\.[\w.]+                            # e-mail addresses
    | \b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22,}\b         # uuids
    | \b(?=[0-9a-f]*\d)[0-9a-f]{12,}\b | \b0x[0-9a-f]+\b # hashes and addresses
    | \d+(?:[.:T/-]\d+)*                                 # numbers, dates, versions
    """
)
_DEFAULT = re.compile(r"^\{\{\s*default\s*\}\}$")


def grouping_hash(payload: Json) -> str:
    """Compute the 32 hex digits that events of one issue share.

    Line numbers don't take part, so that a release that moves code keeps its issues. An SDK's
    `fingerprint` decides instead, and may hold `{{ default }}`.
    """
    default = _default_parts(payload)
    fingerprint = payload.get("fingerprint")
    given = [text(part) for part in fingerprint] if is_list(fingerprint) else []
    parts: list[str] = []
    for part in given or ["{{ default }}"]:
        parts.extend(default if _DEFAULT.match(part) else [part])
    return hashlib.md5(
        "\x1f".join(parts).encode(errors="replace"), usedforsecurity=False
    ).hexdigest()


def _default_parts(payload: Json) -> list[str]:
    if occurrence := mapping(payload.get("_occurrence")):
        return ["occurrence", text(occurrence.get("type")), *_strings(occurrence)]
    kind = type_of(payload)
    if kind == "transaction":
        trace = mapping(mapping(payload.get("contexts")).get("trace"))
        return [kind, text(trace.get("op")), text(payload.get("transaction"))]
    if kind == "error":
        return [
            part for exception in exceptions_of(payload) for part in _exception_parts(exception)
        ]
    if kind == "csp":
        return [kind, *map(str, metadata_of(payload).values())]
    return [kind, parametrised(_template(payload))]


def _strings(occurrence: Json) -> list[str]:
    fingerprint = occurrence.get("fingerprint")
    if is_list(fingerprint) and fingerprint:
        return [text(part) for part in fingerprint]
    return [text(occurrence.get("issueTitle")), text(occurrence.get("subtitle"))]


def _exception_parts(exception: Json) -> list[str]:
    kind = text(exception.get("type"))
    places = [
        f"{text(frame.get('module')) or text(frame.get('filename'))}:{text(frame.get('function'))}"
        for frame in application_frames(exception)
    ]
    return [kind, *(places or [parametrised(text(exception.get("value")))])]


def parametrised(message: str) -> str:
    """Replace what differs from one event to the next: numbers, ids, addresses."""
    return _PARAMETERS.sub("<…>", message)


def _template(payload: Json) -> str:
    return text(mapping(payload.get("logentry")).get("message")) or message_of(payload)
