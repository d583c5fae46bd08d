"""How fast the transactions of one release are beside those of another, each against itself."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Final

from dexter_mcp.sentry.discover import Row
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views.moments import span
from dexter_mcp.views.numbers import count, counted, is_sane
from dexter_mcp.views.untrusted import clean

FIELDS: Final = ("transaction", "release", "p50(span.duration)", "p95(span.duration)", "count()")
_, _, P50, P95, _COUNT = FIELDS
_TRANSACTION: Final = 80
_MOST: Final = 3
_TELLING: Final = 1.25
"""How many times slower or faster a transaction must be to be worth a line."""
_FEWEST: Final = 40
"""Calls in each release below which the 95th percentile is the word of one or two of them."""
_MILLISECONDS: Final = 1000


@dataclass(frozen=True)
class Pace:
    """A transaction in the newer and in the older release."""

    transaction: str
    newer: Row
    older: Row

    @property
    def calls(self) -> tuple[float, float]:
        """Count its calls in the newer, and in the older."""
        return figure(self.newer.get(_COUNT)) or 0.0, figure(self.older.get(_COUNT)) or 0.0

    def times(self, field: str) -> tuple[float, float]:
        """Give a percentile in the newer, and in the older, in milliseconds; 0 if unknown."""
        return figure(self.newer.get(field)) or 0.0, figure(self.older.get(field)) or 0.0

    def ratio(self, field: str) -> float:
        """Say how many times as long it takes; 1 if that can't be said."""
        newer, older = self.times(field)
        return newer / older if newer and older else 1.0


@dataclass(frozen=True)
class Paces:
    """The transactions that were called often enough in both, and how many were not."""

    known: Sequence[Pace]
    rare: int

    def of_same_calls(self, field: str) -> float | None:
        """Say how many times as long the same calls take; nothing where no transaction is known.

        A percentile over all transactions moves with which of them are called how often, and that
        says nothing of their speed. So each is compared with itself, and the ratios are averaged
        (geometrically: twice as slow and twice as fast make up for each other), each with the
        weight of its calls in the newer release.
        """
        weights = [each.calls[0] for each in self.known]
        if not weights:
            return None
        logs = (log(each.ratio(field)) * each.calls[0] for each in self.known)
        return exp(sum(logs) / sum(weights))


def paces(rows: Iterable[Row], newer: str, older: str) -> Paces:
    """Set each transaction that both releases served against itself."""
    pairs: dict[str, dict[str, Row]] = {}
    for row in rows:
        pairs.setdefault(text(row.get("transaction")), {})[text(row.get("release"))] = row
    both = [
        Pace(transaction, served[newer], served[older])
        for transaction, served in pairs.items()
        if newer in served and older in served
    ]
    known = [each for each in both if min(each.calls) >= _FEWEST]
    return Paces(known, len(both) - len(known))


def changes(told: Paces) -> Iterator[str]:
    """Name the transactions that became slower or faster by much: those first that most calls felt.

    What a change weighs is how many times slower or faster it is, times the calls.
    """
    felt = [each for each in told.known if _factor(each) >= _TELLING]
    for each in sorted(felt, key=_weight, reverse=True)[:_MOST]:
        newer, older = each.times(P95)
        (calls, calls_before), word = each.calls, "slower" if newer > older else "faster"
        shown = clean(Untrusted(each.transaction), limit=_TRANSACTION)
        yield (
            f"{word}: {shown} p95 {span(older / _MILLISECONDS)} → {span(newer / _MILLISECONDS)}"
            f" ({_factor(each):.1f} times), {count(calls)} calls, {count(calls_before)} before"
        )
    if told.rare:
        rare = counted(told.rare, "transaction")
        yield f"speed unknown of {rare} with fewer than {_FEWEST} calls in one of the two"


def _factor(each: Pace) -> float:
    ratio = each.ratio(P95)
    return max(ratio, 1 / ratio)


def _weight(each: Pace) -> tuple[bool, float]:
    return each.ratio(P95) > 1, (_factor(each) - 1) * each.calls[0]


def figure(cell: object) -> float | None:
    """Take a cell for a number, where it is one that somebody may have measured."""
    return float(cell) if isinstance(cell, (int, float)) and is_sane(cell) else None


def text(cell: object) -> str:
    """Take a cell for a text as it came, where it is one."""
    return cell.raw if isinstance(cell, Untrusted) else ""
