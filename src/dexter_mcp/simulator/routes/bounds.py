"""What limits the fields of a body: slugs, numbers between two others, complaints within others."""

import re
from collections.abc import Collection, Generator
from contextlib import contextmanager

from dexter_mcp.simulator.routes import fields
from dexter_mcp.simulator.routes.refusals import Refusal
from dexter_mcp.simulator.routes.writing import invalid
from dexter_mcp.simulator.telling.story import Json

_SLUG = re.compile(r"(?![0-9]+$)[a-z0-9_\-]+")
_BAD_SLUG = (
    "Enter a valid slug consisting of lowercase letters, numbers, underscores or hyphens. "
    "It cannot be entirely numeric."
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_LONGEST_SLUG = 50


def within(told: Json, name: str, least: int, most: int) -> int | None:
    """Read a whole number between two others, which are allowed too; an empty text is none."""
    if told.get(name) == "":
        return None
    read = fields.number(told, name)
    if read is not None and read < least:
        raise invalid(**{name: f"Ensure this value is greater than or equal to {least}."})
    if read is not None and read > most:
        raise invalid(**{name: f"Ensure this value is less than or equal to {most}."})
    return read


def slug(told: Json, name: str = "slug") -> str:
    """Read a slug, of letters and more than digits alone."""
    read = fields.text(told, name, longest=_LONGEST_SLUG)
    if read and not _SLUG.fullmatch(read):
        raise invalid(**{name: _BAD_SLUG})
    return read


def slugified(name: str) -> str:
    """Make a slug of a name."""
    plain = re.sub(r"[^a-z0-9_\s-]", "", name.lower())
    return re.sub(r"[\s-]+", "-", plain).strip("-_")[:_LONGEST_SLUG]


def unused(wanted: str, taken: Collection[str]) -> str:
    """Make a slug unlike all others."""
    found, number = wanted, 1
    while found in taken:
        number += 1
        found = f"{wanted}-{number}"
    return found


def email(told: Json, name: str, *, longest: int = 75) -> str:
    """Read an e-mail address."""
    read = fields.text(told, name, longest=longest).lower()
    if read and not _EMAIL.fullmatch(read):
        raise invalid(**{name: "Enter a valid email address."})
    return read


@contextmanager
def inside(name: str) -> Generator[None]:
    """Put complaints about a field's own fields under its name."""
    try:
        yield
    except Refusal as refusal:
        raise Refusal(400, {name: refusal.body}) from None
