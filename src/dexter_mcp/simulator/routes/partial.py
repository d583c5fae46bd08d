"""Read a body that changes some fields and leaves the others: what is in it, as a table says.

Unknown fields are ignored, and all complaints come at once, as from Sentry's serializers.
"""

import re
from collections.abc import Callable, Mapping

from dexter_mcp.simulator.intake.loose import is_mapping
from dexter_mcp.simulator.routes import fields
from dexter_mcp.simulator.routes.refusals import Refusal
from dexter_mcp.simulator.routes.writing import BLANK, invalid
from dexter_mcp.simulator.telling.story import Json

Reader = Callable[[Json, str], object]
"""Reads a field of a body, which has it, or refuses it."""

_NULL = "This field may not be null."
_SLUG = re.compile(r"(?![0-9]+$)[a-z0-9_\-]+")
_BAD_SLUG = (
    "Enter a valid slug consisting of lowercase letters, numbers, underscores or hyphens. "
    "It cannot be entirely numeric."
)


def changes(told: Json, readers: Mapping[str, Reader]) -> Json:
    """Read the fields that a body has."""
    read: Json = {}
    wrong: Json = {}
    for name in (name for name in readers if name in told):
        try:
            read[name] = readers[name](told, name)
        except Refusal as refusal:
            wrong |= refusal.body or {}
    if wrong:
        raise Refusal(400, wrong)
    return read


def null_or(reader: Reader) -> Reader:
    """Take null, too."""
    return lambda told, name: None if told[name] is None else reader(told, name)


def line(longest: int = 0, *, blank: bool = False) -> Reader:
    """Take a text."""

    def read(told: Json, name: str) -> str:
        _refuse_null(told, name)
        given = fields.text(told, name, longest=longest).strip()
        if not given and not blank:
            raise invalid(**{name: BLANK})
        return given

    return read


def whole(least: int | None = None, most: int | None = None) -> Reader:
    """Take a whole number."""

    def read(told: Json, name: str) -> int:
        _refuse_null(told, name)
        number = fields.number(told, name) or 0
        if least is not None and number < least:
            raise invalid(**{name: f"Ensure this value is greater than or equal to {least}."})
        if most is not None and number > most:
            raise invalid(**{name: f"Ensure this value is less than or equal to {most}."})
        return number

    return read


def choice(*allowed: object) -> Reader:
    """Take one of some values."""

    def read(told: Json, name: str) -> object:
        _refuse_null(told, name)
        if told[name] not in allowed:
            raise invalid(**{name: f'"{told[name]}" is not a valid choice.'})
        return told[name]

    return read


def texts(*allowed: str) -> Reader:
    """Take a list of texts, of those allowed if any are named."""

    def read(told: Json, name: str) -> list[str]:
        _refuse_null(told, name)
        given = [fields.text({name: each}, name) for each in fields.items(told, name)]
        if strange := [each for each in given if allowed and each not in allowed]:
            raise invalid(**{name: f'"{strange[0]}" is not a valid choice.'})
        return given

    return read


def inside(readers: Mapping[str, Reader]) -> Reader:
    """Take an object with fields of its own; complaints about them stand under their names."""

    def read(told: Json, name: str) -> Json:
        try:
            return changes(mapping(told, name), readers)
        except Refusal as refusal:
            raise Refusal(400, {name: refusal.body}) from None

    return read


def flag(told: Json, name: str) -> bool:
    """Take a switch."""
    _refuse_null(told, name)
    return fields.truth(told, name, usual=False)


def mapping(told: Json, name: str) -> Json:
    """Take an object as it is."""
    _refuse_null(told, name)
    given = told[name]
    if not is_mapping(given):
        kind = type(given).__name__
        raise invalid(**{name: f'Expected a dictionary of items but got type "{kind}".'})
    return dict(given)


def slug(told: Json, name: str) -> str:
    """Take the slug of a project."""
    given = str(line(100)(told, name))
    if not _SLUG.fullmatch(given):
        raise invalid(**{name: _BAD_SLUG})
    return given


def _refuse_null(told: Json, name: str) -> None:
    if told[name] is None:
        raise invalid(**{name: _NULL})
