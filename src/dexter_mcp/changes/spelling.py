"""Values as text: short, without secrets, and harmless whoever wrote them."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from dexter_mcp.changes.matching import ABSENT, Difference, differences, holds, shown
from dexter_mcp.changes.plan import Json, State
from dexter_mcp.changes.recipe import Wording
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.views.secrets import redact_value
from dexter_mcp.views.untrusted import clean

TEXT: Final = 240
"""Characters of a single value."""
_WHOLE, _AROUND = 120, 30
"""Characters up to which texts are shown whole beside each other, and before where they part."""
_NAMES: Final = 400
"""Characters for the names of targets."""

Called = Mapping[str, str]
"""What people call what an id stands for; the id may have more words behind it."""
_AS_IS: Final[Called] = MappingProxyType({})


def value(field: str, told: Any, called: Called = _AS_IS) -> str:
    """Spell a value: texts as they are, lists and objects without the noise of JSON."""
    if isinstance(told, str) and (known := called.get(told.partition(" ")[0])):
        return clean(known, limit=TEXT)
    if isinstance(told, str) and told:
        return clean(redact_value(field, told), limit=TEXT)
    return clean(_inside(field, told), limit=TEXT)


def state(found: State, called: Called = _AS_IS) -> str:
    """Spell fields with their values."""
    told = (found or {}).items()
    return ", ".join(f"{field} {value(field, each, called)}" for field, each in told)


def difference(each: Difference, called: Called = _AS_IS) -> str:
    """Spell what a field holds now and afterwards."""
    if isinstance(each.before, str) and isinstance(each.after, str):
        apart = _apart(each.before, each.after)
        return f"{each.field} {' → '.join(value(each.field, told, called) for told in apart)}"
    was, will = (value(each.field, told, called) for told in (each.before, each.after))
    return f"{each.field} {was} → {will}"


def _apart(before: str, after: str) -> tuple[str, str]:
    """Keep of long texts the lines in which they differ: they have to be seen, whatever is cut."""
    if len(before) <= _WHOLE and len(after) <= _WHOLE:
        return before, after
    was, will = before.splitlines(), after.splitlines()
    gone = [line for line in was if line not in will]
    new = [line for line in will if line not in was]
    if max(len(was), len(will)) > 1 and (gone or new):
        return " ".join(f"- {line}" for line in gone), " ".join(f"+ {line}" for line in new)
    pairs = enumerate(zip(before, after, strict=False))
    alike = next((at for at, (one, other) in pairs if one != other), min(len(before), len(after)))
    begin = max(alike - _AROUND, 0)
    dots = "…" * bool(begin)
    return dots + before[begin:], dots + after[begin:]


def in_words(wordings: Sequence[Wording], found: State, called: Called = _AS_IS) -> State:
    """Put the fields in words that people have words for."""
    if found is None:
        return None
    known = {each.field: each for each in wordings}
    told = dict[str, Any]()
    for field, held in found.items():
        words = known[field].say(found, called) if field in known else ""
        told |= {known[field].named: words} if words else {field: held}
    return told


def changes(
    wordings: Sequence[Wording], before: State, after: State, called: Called = _AS_IS
) -> str:
    """Spell how two states differ, in words where those tell the two apart."""
    was, will = dict(before or {}), dict(after or {})
    for each in wordings:
        then, now = shown(was, each.field), shown(will, each.field)
        if then is ABSENT or now is ABSENT or holds(then, now):
            continue
        words = each.say(before or {}, called), each.say(after or {}, called)
        if all(words) and words[0] != words[1]:
            was, will = _instead(was, each, words[0]), _instead(will, each, words[1])
    told = differences(was if before is not None else None, will if after is not None else None)
    return "; ".join(difference(each, called) for each in told)


def _instead(state: Json, wording: Wording, words: str) -> dict[str, Any]:
    """Set words in place of a field, where that stands."""
    field = wording.field
    return dict((wording.named, words) if n == field else (n, v) for n, v in state.items())


def some(names: Iterable[str], *, most: int = _NAMES) -> str:
    """Name targets, as many as fit into so many characters."""
    told, length = list[str](), 0
    known = list(names)
    for each in known:
        length += len(each) + 2
        if told and length > most:
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
