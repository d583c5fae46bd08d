"""What an event is called: its kind, message, title, location and culprit."""

from typing import Any
from urllib.parse import urlsplit

from dexter_mcp.simulator.intake.loose import is_list, is_mapping, mapping, mappings, text
from dexter_mcp.simulator.shapes.frames import application_frames
from dexter_mcp.simulator.telling.story import Json

_TITLE = 100
_VALUE = 1024


def type_of(payload: Json) -> str:
    """Name the kind of event, in the words of the API's `type`."""
    if payload.get("type") == "transaction":
        return "transaction"
    if exceptions_of(payload):
        return "error"
    if payload.get("csp"):
        return "csp"
    if _feedback(payload):
        return "feedback"
    return "generic" if payload.get("_occurrence") else "default"


def exceptions_of(payload: Json) -> list[Json]:
    """List the chain of exceptions: the first cause first, what was raised last."""
    return mappings(payload.get("exception"))


def message_of(payload: Json) -> str:
    """Read the logged message; empty for an event that is nothing but an exception."""
    for logged in (payload.get("logentry"), payload.get("message")):
        if is_mapping(logged):
            return text(logged.get("formatted")) or _formatted(
                text(logged.get("message")), logged.get("params")
            )
        if text(logged):
            return text(logged)
    return text(_feedback(payload).get("message"))


def metadata_of(payload: Json) -> Json:
    """Pick what the title is made from, in the API's `metadata` shape for this kind of event."""
    if occurrence := mapping(payload.get("_occurrence")):
        return {"title": occurrence.get("issueTitle"), "value": text(occurrence.get("subtitle"))}
    kind = type_of(payload)
    if kind == "error":
        return _error_metadata(exceptions_of(payload)[-1])
    if kind == "csp":
        return _csp_metadata(mapping(payload.get("csp")))
    if kind == "transaction":
        return {"title": text(payload.get("transaction")) or "<unlabeled transaction>"}
    if kind == "feedback":
        return _feedback_metadata(payload)
    return {"title": _shortened(message_of(payload)) or "<unlabeled event>"}


def title_of(payload: Json) -> str:
    """Title the event as Sentry would: type and the first line of the value, or the message."""
    metadata = metadata_of(payload)
    if title := text(metadata.get("title")) or text(metadata.get("message")):
        return title
    name = text(metadata.get("type")) or text(metadata.get("function")) or "<unknown>"
    value = _shortened(text(metadata.get("value")))
    return f"{name}: {value}" if value and metadata.get("type") else name


def location_of(payload: Json) -> str | None:
    """Name the file, address or directive that the API calls the event's `location`."""
    metadata = metadata_of(payload)
    if type_of(payload) == "transaction":
        return text(payload.get("transaction")) or None
    return text(metadata.get("filename")) or text(metadata.get("directive")) or None


def culprit_of(payload: Json) -> str:
    """Name the code to blame: the transaction, or else the newest application frame."""
    if named := text(payload.get("culprit")) or text(payload.get("transaction")):
        return named
    platform = text(payload.get("platform"))
    for exception in reversed(exceptions_of(payload)):
        if frames := application_frames(exception):
            return _frame_culprit(frames[-1], platform)
    csp = mapping(payload.get("csp"))
    return text(csp.get("effective_directive")) or text(csp.get("violated_directive"))


def _formatted(message: str, params: object) -> str:
    values: Any = tuple(params) if is_list(params) else params
    try:
        return message % values if values else message
    except (TypeError, ValueError, KeyError):
        return message


def _error_metadata(exception: Json) -> Json:
    frames = application_frames(exception)
    frame = frames[-1] if frames else {}
    found = {
        "type": text(exception.get("type")),
        "value": text(exception.get("value"))[:_VALUE],
        "filename": text(frame.get("filename")) or text(frame.get("abs_path")),
        "function": text(frame.get("function")),
    }
    optional = {"filename", "function"}
    return {key: value for key, value in found.items() if value or key not in optional}


def _csp_metadata(csp: Json) -> Json:
    violated = text(csp.get("effective_directive")) or text(csp.get("violated_directive"))
    directive, blocked = violated.split(" ")[0], text(csp.get("blocked_uri"))
    uri = urlsplit(blocked).netloc if "//" in blocked else blocked
    kind = directive.removesuffix("-elem").removesuffix("-attr").removesuffix("-src")
    source = f"from '{uri}'" if uri and uri not in {"self", "inline", "eval"} else f"{uri} source"
    return {"directive": directive, "uri": uri, "message": f"Blocked '{kind}' {source}"}


def _feedback(payload: Json) -> Json:
    return mapping(mapping(payload.get("contexts")).get("feedback"))


def _feedback_metadata(payload: Json) -> Json:
    feedback = _feedback(payload)
    return {
        "title": f"User Feedback: {_shortened(message_of(payload))}",
        "value": message_of(payload)[:_VALUE],
        "message": message_of(payload)[:_VALUE],
        "contact_email": text(feedback.get("contact_email")) or None,
        "name": text(feedback.get("name")) or None,
    }


def _frame_culprit(frame: Json, platform: str) -> str:
    place = text(frame.get("module")) or text(frame.get("filename"))
    function = text(frame.get("function")) or "?"
    if not place or platform in {"cocoa", "objc", "native"}:
        return function
    return (
        f"{function}({place})" if platform in {"javascript", "node"} else f"{place} in {function}"
    )


def _shortened(value: str) -> str:
    line = next(iter(value.strip().splitlines()), "")
    return line if len(line) <= _TITLE else line[: _TITLE - 3] + "..."
