"""What a model may send: schemas that every client takes, and mistakes told in a sentence."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter, ValidationError

REFRESH = "refresh"
REFRESH_SCHEMA: dict[str, Any] = {"type": "boolean", "description": "Past the cache."}
_TRUTH = TypeAdapter(bool)
_NOISE = ("", None)
_KINDS: Final[Mapping[str, str]] = {
    "boolean": "true or false",
    "integer": "a whole number",
    "array": "a list of texts",
    "string": "a text",
}
_ALSO: Final[Mapping[str, str]] = {
    "ignored": "archived",
    "muted": "archived",
    "closed": "resolved",
    "open": "unresolved",
}
"""What others call a state."""
_UNSAID = frozenset({"title", "minLength", "maxLength", "minimum", "maximum", "pattern"})
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


def valid(model: type[BaseModel], *, offered: bool) -> Mapping[str, Mapping[str, Any]]:
    """Give the schema of each argument, with the limits that `portable` leaves out."""
    own: Mapping[str, Mapping[str, Any]] = model.model_json_schema(by_alias=True)["properties"]
    return {**own, REFRESH: REFRESH_SCHEMA} if offered else own


def explain(error: ValidationError, valid: Mapping[str, Mapping[str, Any]]) -> str:
    """Say which arguments were wrong and what would be right.

    `valid` is keyed by the names of the arguments that there are.
    """
    return " ".join(dict.fromkeys(_sentence(dict(fault), valid) for fault in error.errors()))


def _sentence(fault: dict[str, Any], valid: Mapping[str, Mapping[str, Any]]) -> str:
    name = str(fault["loc"][0]) if fault["loc"] else REFRESH
    if fault["type"] == "extra_forbidden":
        return _unknown(name, valid)
    schema, hint = valid[name], ""
    match fault["type"]:
        case "missing":
            return f"`{name}` is missing: {schema['description']}"
        case "string_too_short":
            return f"`{name}` is empty: {schema['description']}"
        case "string_pattern_mismatch":
            return f"`{name}` can't be {_shown(fault)}: {schema['description']}"
        case "too_long":
            wanted = f"a list of at most {fault['ctx']['max_length']}"
        case "too_short":
            wanted = f"a list of at least {fault['ctx']['min_length']}"
        case "literal_error":
            wanted = fault["ctx"]["expected"]
            meant = _ALSO.get(str(fault["input"]), "")
            hint = f" Did you mean `{meant}`?" if f"'{meant}'" in wanted else ""
        case "greater_than_equal" | "less_than_equal":
            wanted = _bounds(schema)
        case _:
            wanted = f"{_KINDS[schema['type']]} {_bounds(schema)}".rstrip()
    return f"`{name}` must be {wanted}, not {_shown(fault)}.{hint}"


def _unknown(name: str, valid: Mapping[str, Any]) -> str:
    close = get_close_matches(name, valid, n=1)
    hint = f" Did you mean `{close[0]}`?" if close else ""
    rest = f"Valid are: {', '.join(valid)}." if valid else "This tool takes no arguments."
    return f"There is no argument `{name}`.{hint} {rest}"


def _bounds(schema: Mapping[str, Any]) -> str:
    return f"from {schema['minimum']} to {schema['maximum']}" if "minimum" in schema else ""


def _shown(fault: Mapping[str, Any]) -> str:
    return repr(fault["input"])[:80]
