"""Values as text: short, without secrets, and harmless whoever wrote them."""

from collections.abc import Iterable
from typing import Any, Final

from dexter_mcp.changes.matching import Difference
from dexter_mcp.changes.plan import State
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.views.secrets import redact_value
from dexter_mcp.views.untrusted import clean

TEXT: Final = 240
"""Characters of a single value."""
_NAMES: Final = 400
"""Characters for the names of targets."""


def value(field: str, told: Any) -> str:
    """Spell a value: texts as they are, lists and objects without the noise of JSON."""
    if isinstance(told, str) and told:
        return clean(redact_value(field, told), limit=TEXT)
    return clean(_inside(field, told), limit=TEXT)


def state(found: State) -> str:
    """Spell fields with their values."""
    return ", ".join(f"{field} {value(field, told)}" for field, told in (found or {}).items())


def difference(each: Difference) -> str:
    """Spell what a field holds now and afterwards."""
    return f"{each.field} {value(each.field, each.before)} → {value(each.field, each.after)}"


def some(names: Iterable[str]) -> str:
    """Name targets, as many as fit."""
    told, length = list[str](), 0
    known = list(names)
    for each in known:
        length += len(each) + 2
        if told and length > _NAMES:
            return f"{', '.join(told)} and {len(known) - len(told)} more"
        told.append(each)
    return ", ".join(told)


def _inside(field: str, told: Any) -> str:
    if is_object(told) and told:
        return "{" + ", ".join(f"{key}: {_inside(key, inner)}" for key, inner in told.items()) + "}"
    if is_array(told) and told:
        return ", ".join(_inside(field, inner) for inner in told)
    if isinstance(told, bool):
        return "yes" if told else "no"
    return (
        redact_value(field, str(told))
        if isinstance(told, (str, int, float)) and told != ""
        else "none"
    )
