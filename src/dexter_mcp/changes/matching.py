"""Whether what Sentry shows is what was asked for: the same facts, however they are spelt."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from pydantic.alias_generators import to_camel, to_snake

from dexter_mcp.sentry.json_types import is_array, is_object

ABSENT: Final = object()
"""Stands for a field that Sentry does not show."""
_NUMBERS: Final = frozenset({"id", "organizationId", "organization_id"})
"""What a server gives to the parts of a document, and nobody sends."""
_NOTHING: Final[tuple[object, ...]] = (None, "", [], {})
_USER_TAG: Final = "tags[sentry:user]"
"""What Sentry makes of `user` in a function that is counted."""


@dataclass(frozen=True)
class Difference:
    """A field that a change touches, with what it holds now and afterwards."""

    field: str
    before: Any
    after: Any


def shown(state: Mapping[str, Any], field: str) -> Any:
    """Find a field by any of its spellings; `ABSENT` where Sentry does not show it."""
    for name in (field, to_camel(field), to_snake(field)):
        if name in state:
            return state[name]
    return ABSENT


def holds(found: Any, wanted: Any) -> bool:
    """Tell whether what was found has all that is wanted; it may have more.

    What Sentry does not show can't be compared, and counts as right.
    """
    if found is ABSENT:
        return True
    if is_object(wanted) and is_object(found):
        return all(holds(shown(found, name), value) for name, value in wanted.items())
    if is_array(wanted) and is_array(found):
        return len(wanted) == len(found) and _paired(found, wanted)
    return _plain(found) == _plain(wanted)


def differences(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Iterator[Difference]:
    """Name the fields that differ, in the order in which they were asked for."""
    was, will = before or {}, after or {}
    for name in {**will, **({} if after is not None else was)}:
        then, now = shown(was, name), shown(will, name)
        if before is None or after is None or then is ABSENT or not holds(then, now):
            was_told, will_be = (None if value is ABSENT else value for value in (then, now))
            yield from _narrowed(Difference(name, was_told, will_be))


def _narrowed(whole: Difference) -> Iterator[Difference]:
    """Name the places inside a value that differ, unless the values have not even the same form."""
    then, now = whole.before, whole.after
    if is_object(then) and is_object(now) and then.keys() - now.keys() <= _NUMBERS:
        for name in now:
            found = then.get(name)
            if not holds(found, now[name]):
                yield from _narrowed(Difference(f"{whole.field}.{name}", found, now[name]))
    elif is_array(then) and is_array(now) and len(then) == len(now) and all(map(is_object, now)):
        for at, pair in enumerate(zip(then, now, strict=True), 1):
            if not holds(*pair):
                yield from _narrowed(Difference(f"{whole.field}[{at}]", *pair))
    else:
        yield whole


def unchanged(then: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> bool:
    """Tell whether a target is as it was."""
    if then is None or now is None:
        return then is now
    return holds(now, then) and holds(then, now)


def _paired(found: list[Any], wanted: list[Any]) -> bool:
    """Compare lists item by item; where they hold single values, in any order."""
    if not any(map(is_object, [*found, *wanted])):
        return sorted(map(_plain, found)) == sorted(map(_plain, wanted))
    return all(holds(*pair) for pair in zip(found, wanted, strict=True))


def is_nothing(value: Any) -> bool:
    """Tell whether a value stands for nothing: null, an empty text, an empty list."""
    return value in _NOTHING


def _plain(value: Any) -> str:
    """Spell a value so that equal ones are spelt alike: 42 and "42", null and nothing."""
    if is_nothing(value):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return f"{value:g}" if abs(value) < 10**6 else str(value)
    return _moment(value.replace(_USER_TAG, "user")) if isinstance(value, str) else str(value)


def _moment(text: str) -> str:
    if len(text) < len("2026-01-01T00:00") or text[10:11] not in {"T", " "}:
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
