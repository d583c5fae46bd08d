"""Read JSON whose sender may have bent its shape: nothing here raises."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

from dexter_mcp.simulator.telling.story import Json


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Tell whether `value` is a JSON object."""
    return isinstance(value, Mapping)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Tell whether `value` is a JSON array."""
    return isinstance(value, list | tuple)


def mapping(value: object) -> Json:
    """Take an object, or an empty one in place of anything else."""
    return dict(value) if is_mapping(value) else {}


def mappings(value: object) -> list[Json]:
    """Take the objects of a list, given bare or as `{"values": […]}`."""
    found = value.get("values") if is_mapping(value) else value
    return [mapping(item) for item in found if is_mapping(item)] if is_list(found) else []


def text(value: object) -> str:
    """Take a scalar as text; nothing for null and for containers."""
    if value is None or is_mapping(value) or is_list(value):
        return ""
    return str(value)


def optional(value: object) -> str | None:
    """Take a scalar as text, or null when there is none."""
    return text(value) or None


def pairs(value: object) -> list[tuple[str, Any]]:
    """Take keys with their values, given as an object or as a list of pairs."""
    if is_mapping(value):
        return list(value.items())
    found: Iterable[Any] = value if is_list(value) else ()
    return [(text(pair[0]), pair[1]) for pair in found if is_list(pair) and len(pair) == 2]  # noqa: PLR2004 (a pair is two)
