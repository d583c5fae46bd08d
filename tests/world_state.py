"""What a simulated world holds, as plain data that can be compared."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Final

from dexter_mcp.simulator import World
from dexter_mcp.simulator.intake.loose import is_list, is_mapping
from dexter_mcp.simulator.memory.store import Store, Where

_PASSING: Final = frozenset(
    {"seen", "sent", "tokens", "now", "seen_by", "updated", "date_updated", "last_seen"}
    | {"_database", "_bodies", "_events"}
)
"""What tells of the way, and not of the state: requests, dates, what the first question makes."""
_SINGLE: Final = (str, int, float, bool, bytes, type(None))


def state_of(world: World, but: frozenset[str] = frozenset()) -> Any:
    """Give everything that a world holds, without counters, histories and what `but` names."""
    return _plain(world, _PASSING | but, frozenset())


def _plain(value: Any, but: frozenset[str], within: frozenset[int]) -> Any:
    if isinstance(value, _SINGLE):
        return value
    if id(value) in within:
        return "…"
    inside = within | {id(value)}
    if is_mapping(value):
        return {str(k): _plain(v, but, inside) for k, v in value.items() if str(k) not in but}
    if (items := _items(value)) is not None:
        plain = [_plain(each, but, inside) for each in items]
        return sorted(plain, key=str) if isinstance(value, (set, frozenset)) else plain
    held = {n: _TELLING[n](v) if n in _TELLING else v for n, v in _held(value).items()}
    return {name: _plain(v, but, inside) for name, v in held.items() if name not in but}


def _notes(activity: Any) -> Sequence[object]:
    return [entry.data for entry in activity if entry.type == "note"]


def _linked(tickets: Any) -> Sequence[object]:
    return [ticket for ticket in tickets if ticket.issue]


_TELLING: Final[Mapping[str, Callable[[Any], Sequence[object]]]] = {
    "activity": _notes,
    "tickets": _linked,
}
"""Of a history, what people said; of tickets, those that an issue is linked to."""


def _items(value: object) -> Sequence[object] | None:
    if isinstance(value, Store):
        return [(event.id, event.issue) for event in value.find(Where())]
    if is_list(value):
        return value
    return _several(value) if isinstance(value, (tuple, set, frozenset)) else None


def _several(value: Any) -> Sequence[object]:
    return list(value)


def _held(value: Any) -> Mapping[str, Any]:
    if is_dataclass(value):
        return {each.name: getattr(value, each.name) for each in fields(value)}
    held: dict[str, Any] = getattr(value, "__dict__", {})
    return {} if callable(value) else held
