"""Read the fields of a body one by one, refusing wrong ones as Sentry's serializers do.

An absent field and a null one read as empty; `writing.require` refuses those that must be there.
"""

import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import TypeVar

from dexter_mcp.simulator.intake.loose import is_list, is_mapping
from dexter_mcp.simulator.routes.refusals import Refusal
from dexter_mcp.simulator.routes.writing import invalid
from dexter_mcp.simulator.telling.story import Json

Read = TypeVar("Read")

_ADDRESS = re.compile(r"https?://[^\s/?#]+\S*")
_FORMATS = "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]"
_TRUE, _FALSE = {"1", "on", "t", "true", "y", "yes"}, {"0", "off", "f", "false", "n", "no"}


def camel(told: Json) -> Json:
    """Name all fields as Sentry's answers do, where a body may name them either way."""
    return {re.sub(r"_([a-z])", lambda found: found[1].upper(), key): told[key] for key in told}


def text(told: Json, name: str, *, longest: int = 0) -> str:
    """Read a text."""
    value = told.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise invalid(**{name: "Not a valid string."})
    if longest and len(str(value)) > longest:
        raise invalid(**{name: f"Ensure this field has no more than {longest} characters."})
    return str(value)


def number(told: Json, name: str) -> int | None:
    """Read a whole number, which may be written as a text."""
    value = told.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,18}", str(value)):
        raise invalid(**{name: "A valid integer is required."})
    return int(str(value))


def truth(told: Json, name: str, usual: bool) -> bool:  # noqa: FBT001 - it is the field's value
    """Read a switch."""
    said = str(told.get(name, usual)).lower()
    if said not in _TRUE | _FALSE:
        raise invalid(**{name: "Must be a valid boolean."})
    return said in _TRUE


def moment(told: Json, name: str) -> datetime | None:
    """Read a moment; one without a zone is meant as UTC."""
    if told.get(name) is None:
        return None
    try:
        read = datetime.fromisoformat(str(told[name]))
    except ValueError:
        wrong = f"Datetime has wrong format. Use one of these formats instead: {_FORMATS}."
        raise invalid(**{name: wrong}) from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def address(told: Json, name: str) -> str:
    """Read an URL."""
    read = text(told, name)
    if read and not _ADDRESS.fullmatch(read):
        raise invalid(**{name: "Enter a valid URL."})
    return read


def items(told: Json, name: str) -> list[object]:
    """Read a list."""
    value = told.get(name)
    if value is None:
        return []
    if not is_list(value):
        kind = type(value).__name__
        raise invalid(**{name: f'Expected a list of items but got type "{kind}".'})
    return list(value)


def each(told: Json, name: str, read: Callable[[Json], Read]) -> list[Read]:
    """Read the objects of a list; what is wrong is said at the place of each of them."""
    found: list[Read] = []
    wrong: list[Json] = []
    for item in items(told, name):
        try:
            found.append(read(_object(item)))
            wrong.append({})
        except Refusal as refusal:
            wrong.append(refusal.body or {})
    if any(wrong):
        raise Refusal(400, {name: wrong})
    return found


def rows(told: Json, name: str) -> list[Json]:
    """Read a list of objects, whatever is in them."""
    return each(told, name, dict)


def _object(item: object) -> Json:
    if is_mapping(item):
        return dict(item)
    said = f"Invalid data. Expected a dictionary, but got {type(item).__name__}."
    raise Refusal(400, {"nonFieldErrors": [said]})


def none_but(name: str, given: Collection[str], allowed: Collection[str], said: str) -> None:
    """Refuse a list with something in it that isn't allowed; `said` ends in a colon."""
    if strange := [each for each in given if each not in allowed]:
        raise invalid(**{name: f"{said} {', '.join(strange)}"})
