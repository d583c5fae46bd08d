"""What a model may send: schemas that every client takes, and mistakes told in a sentence."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import TypeAdapter, ValidationError

REFRESH = "refresh"
REFRESH_SCHEMA: dict[str, Any] = {"type": "boolean", "description": "Past the cache."}
_TRUTH = TypeAdapter(bool)
_NOISE = ("", None)
_UNSAID = frozenset({"title", "minLength", "minimum", "maximum"})
"""What costs a model tokens and helps it to nothing: the answer to a mistake says it."""


def portable(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Keep of a pydantic schema what a model needs.

    Titles repeat names, and an empty default says no more than being optional does.
    """
    properties: Mapping[str, Mapping[str, Any]] = schema.get("properties", {})
    return {
        "type": "object",
        "properties": {name: _plain(of) for name, of in properties.items()},
        **({"required": schema["required"]} if schema.get("required") else {}),
        "additionalProperties": False,
    }


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in schema.items()
        if key not in _UNSAID and not (key == "default" and (value in _NOISE or value == []))
    }


def take_refresh(given: dict[str, Any], *, offered: bool) -> bool:
    """Take the argument that every reading tool has out of what is left to its own.

    Raises:
        ValidationError: It is no truth value.
    """
    return (
        bool(_TRUTH.validate_python(given.pop(REFRESH))) if offered and REFRESH in given else False
    )


def present(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Drop explicit nulls: some clients send one for every argument that they leave out."""
    return {name: value for name, value in arguments.items() if value is not None}


def explain(error: ValidationError, valid: Mapping[str, Any]) -> str:
    """Say which arguments were wrong and what would be right.

    `valid` is keyed by the names of the arguments that there are.
    """
    return " ".join(dict.fromkeys(_sentence(dict(fault), valid) for fault in error.errors()))


def _sentence(fault: dict[str, Any], valid: Mapping[str, Any]) -> str:
    name = str(fault["loc"][0]) if fault["loc"] else REFRESH
    limits = fault.get("ctx", {})
    match fault["type"]:
        case "extra_forbidden":
            close = get_close_matches(name, valid, n=1)
            hint = f" Did you mean `{close[0]}`?" if close else ""
            return f"There is no argument `{name}`.{hint} Valid are: {', '.join(valid)}."
        case "missing":
            return f"`{name}` is missing: {valid[name].description}"
        case "literal_error":
            return f"`{name}` must be {limits['expected']}, not {_shown(fault)}."
        case "string_pattern_mismatch":
            return f"`{name}` does not read {_shown(fault)}. It takes: {valid[name].description}"
        case _:
            return f"`{name}`: {fault['msg']}, not {_shown(fault)}."


def _shown(fault: Mapping[str, Any]) -> str:
    return repr(fault["input"])[:80]
