"""JSON that no model describes, as few lines as tell what is in it.

Nobody knows who wrote which of its texts, so all of them, and the names of its fields too, are
cleaned as strangers' and belong into a fence. A value is redacted for the sake of each name that
it stands under.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.views.listing import short_ago
from dexter_mcp.views.moments import exact
from dexter_mcp.views.numbers import count, is_sane
from dexter_mcp.views.secrets import redact_value
from dexter_mcp.views.sparkline import sparkline
from dexter_mcp.views.untrusted import clean, glimpse

Names = tuple[str, ...]
"""The way to a value: the names of the objects that it lies in, its own last."""

_TEXT: Final = 80
_NAME: Final = 40
_FEW: Final = 3
_DEEPEST: Final = 4
_A_PAIR: Final = 2
_NAMING: Final = (
    *("slug", "name", "displayName", "display_name", "title", "version", "email", "username"),
    *("key", "label", "path", "value", "type", "id"),
)
"""What an object is called by, the best first."""
_USUAL: Final = frozenset({"", "active", "open"})
_EPOCH: Final = (1e9, 1e10)
"""Seconds since 1970 between which a number called a timestamp is taken for one."""
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")

_LIKE_A_KEY: Final = re.compile(
    r"(?:write|integration|routing)[-_]?key|install[-_]?url", re.IGNORECASE
)
"""What opens a door in Sentry's own data, though its name is harmless elsewhere."""


@dataclass(frozen=True)
class Teller:
    """Says values in short; `limit` is the longest text.

    With `ages` moments are told as ages, counted from `now`, as a column has room for.
    """

    now: datetime
    limit: int = _TEXT
    ages: bool = False

    def said(self, value: Any, names: Names) -> str:
        """Say any value on one line; what is empty is said by an empty text."""
        if is_object(value):
            return self._object(value, names)
        if is_array(value):
            return self._array(value, names)
        return self._scalar(value, names)

    def _scalar(self, value: Any, names: Names) -> str:
        match value:
            case None:
                return ""
            case bool():
                return "yes" if value else "no"
            case float() | str() if found := _moment(value, names):
                return short_ago(found, self.now) if self.ages else exact(found)
            case float():
                return f"{value:.6g}"
            case _:
                return self._text(str(value), names)

    def _text(self, text: str, names: Names) -> str:
        return clean(_redacted(glimpse(text, limit=self.limit), names), limit=self.limit)

    def _object(self, value: Mapping[str, Any], names: Names) -> str:
        if isinstance(key := value.get("key"), str) and "value" in value:
            return f"{self.said(key, names)}={self.said(value['value'], (*names, key))}"
        if called := called_by(value):
            return f"{self.said(value[called], (*names, called))}{self._state(value, names)}"
        told = [
            f"{clean(name, limit=_NAME)} {said}"
            for name, inner in value.items()
            if (said := self.said(inner, (*names, name)))
        ]
        return _few(told[:_FEW], len(told))

    def _state(self, value: Mapping[str, Any], names: Names) -> str:
        """Say what state a named thing is in, unless it is as it should be."""
        state = value.get("status")
        if not isinstance(state, str) or state in _USUAL or called_by(value) == "status":
            return ""
        return f" ({self.said(state, (*names, 'status'))})"

    def _array(self, value: Sequence[Any], names: Names) -> str:
        if series := _series(value, bare="series" in names):
            return f"{sparkline([point or 0.0 for point in series])} {_summed_up(series)}"
        told = [self._item(item, names) for item in value[:_FEW]]
        return _few(list(filter(None, told)), len(value))

    def _item(self, item: Any, names: Names) -> str:
        """Say an item; of a pair of texts the first names the second."""
        if is_array(item) and len(item) == _A_PAIR and all(isinstance(part, str) for part in item):
            return f"{self.said(item[0], names)}={self.said(item[1], (*names, item[0]))}"
        return self.said(item, names)


def called_by(value: Mapping[str, Any]) -> str:
    """Name the field that an object is called by; empty if it has none."""
    fits = (
        name for name in _NAMING if isinstance(value.get(name), (str, int)) and value[name] != ""
    )
    return next(fits, "")


def leaves(value: Any, names: Names = (), *, whole: bool = False) -> Iterator[tuple[Names, Any]]:
    """Take an object apart into what can be said on a line each, with the way to it.

    An object within it that has a name of its own is a leaf, unless the `whole` is wanted. Empty
    ones are left out.
    """
    if not is_object(value) or (names and not whole and called_by(value)) or len(names) > _DEEPEST:
        if value not in (None, "", [], {}):
            yield names, value
        return
    for key, inner in value.items():
        yield from leaves(inner, (*names, key), whole=whole)


def spelt(names: Names) -> str:
    """Write the way to a value: `project.slug`."""
    return clean(".".join(names), limit=_NAME)


def is_flag(value: Any) -> bool:
    """Tell a truth value, many of which share a line."""
    return isinstance(value, bool)


def is_rows(value: Any) -> bool:
    """Tell a list of objects, which makes a table."""
    return is_array(value) and bool(value) and all(map(is_object, value))


def is_series(value: Any) -> bool:
    """Tell points in time with a number each, which make a line of bars."""
    return is_array(value) and bool(_series(value))


def strange(value: Any, names: Names = ()) -> Any:
    """Mark every text as a stranger's, as `Untrusted` is for programs, and take out secrets.

    An object becomes pairs of name and value, because its names may be strangers' as well.
    """
    if is_object(value):
        return [[_marked(name), strange(value[name], (*names, name))] for name in value]
    if is_array(value):
        return [strange(item, names) for item in value]
    return _marked(_redacted(value, names)) if isinstance(value, str) else value


def _marked(text: str) -> dict[str, str]:
    return {"untrusted": text}


def _redacted(text: str, names: Names) -> str:
    for name in names:
        text = redact_value(_LIKE_A_KEY.sub("api_key", name), text)
    return text


def _few(told: Sequence[str], total: int) -> str:
    shown = told[:_FEW]
    left = [f"… {total - len(shown)} more"] if total > len(shown) and shown else []
    return ", ".join([*shown, *left])


def _series(value: Sequence[Any], *, bare: bool = False) -> list[float | None]:
    """Read a series such as `[[1786525200, 12], …]`; empty if it is none.

    Only where the numbers have no moments beside them may they be `bare`: others are ids. Such a
    series may have gaps, as rates have where nothing happened.
    """
    if len(value) <= _FEW:
        return []
    points = [_point([0, item] if bare else item) for item in value]
    gaps = [item is None and bare for item in value]
    told = all(gap or point is not None for gap, point in zip(gaps, points, strict=True))
    return points if told and not all(gaps) else []


def _summed_up(series: Sequence[float | None]) -> str:
    """Give what a series comes to: counts add up, rates and the like don't."""
    known = [point for point in series if point is not None and is_sane(point)]
    if all(float(point).is_integer() for point in known):
        return f"sum {count(sum(known))}"
    return f"mean {sum(known) / len(known):.4g}"


def _point(item: Any) -> float | None:
    match item:
        case [int() | float(), int() | float() as amount]:
            return amount
        case [int() | float(), [{"count": int() | float() as amount}]]:
            return amount
        case _:
            return None


def _moment(value: str | float, names: Names) -> datetime | None:
    """Read a moment out of a text in ISO 8601, or out of a number that is called a timestamp."""
    if not isinstance(value, str):
        called = "timestamp" in "".join(names[-1:]).lower()
        return datetime.fromtimestamp(value, UTC) if called and _is_epoch(value) else None
    if not _MOMENT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _is_epoch(value: float) -> bool:
    first, last = _EPOCH
    return first <= value < last
