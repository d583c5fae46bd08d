"""Data sets: what they are called today, what they were called before, what a server has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from dexter_mcp.insights import expressions
from dexter_mcp.sentry.errors import Invalid

DEFAULT: Final = "errors"
NAMES: Final = ("errors", "spans", "transactions", "logs", "metrics")
"""What data sets are called here; a server may know more."""

_RENAMED = (
    ("transaction.duration", "span.duration"),
    ("transaction.op", "span.op"),
    ("transaction.status", "span.status"),
    ("event.type:transaction", "is_transaction:true"),
)
_OF_TRANSACTIONS = frozenset(old for old, _ in _RENAMED)
_NO_TRANSACTION = "!event.type:transaction"
_A_TRANSACTION = "event.type:transaction"

_ISSUES = ("issue", "title", "count()", "count_unique(user)")
_WORK = ("span.description", "sum(span.duration)", "count()", "p95(span.duration)")
_REQUESTS = ("transaction", "count()", "p95(span.duration)", "failure_rate()")
_OLD_REQUESTS = ("transaction", "count()", "p95(transaction.duration)", "failure_rate()")
_LINES = ("timestamp", "severity", "message")
_MEASURES = ("metric.name", "metric.type", "metric.unit", "count(value)")


@dataclass(frozen=True)
class Dialect:
    """A way to ask for a data set: its name, what the query has to say besides, other names.

    `usual` are the fields of somebody who names none, and `note` says what the way means for
    somebody who asked for something else.
    """

    dataset: str
    usual: tuple[str, ...] = ()
    narrowed: str = ""
    renamed: tuple[tuple[str, str], ...] = ()
    note: str = ""

    def query(self, text: str) -> str:
        """Write a query in this dialect."""
        own = expressions.replaced(text, self.renamed).strip()
        if not self.narrowed or self.narrowed in own.split():
            return own
        inside = f"({own})" if " or " in own.lower() else own
        return f"{self.narrowed} {inside}".rstrip()

    def field(self, text: str) -> str:
        """Write a field in this dialect."""
        return expressions.replaced(text, self.renamed)


_ERRORS: Final = (
    Dialect("errors", _ISSUES),
    Dialect("discover", _ISSUES, _NO_TRANSACTION, note="This server keeps errors in `discover`."),
)
_SPANS: Final = (
    Dialect("spans", _WORK),
    Dialect("spansIndexed", _WORK, note="This server calls spans `spansIndexed`."),
)
_LOGS: Final = (
    Dialect("logs", _LINES),
    Dialect("ourlogs", _LINES, note="This server calls logs `ourlogs`."),
)
_METRICS: Final = (Dialect("tracemetrics", _MEASURES),)
_TRANSACTIONS: Final = (
    Dialect(
        "spans",
        _REQUESTS,
        "is_transaction:true",
        _RENAMED,
        "Transactions are spans with is_transaction:true today, timed by span.duration.",
    ),
    Dialect("transactions", _OLD_REQUESTS),
    Dialect(
        "discover",
        _OLD_REQUESTS,
        _A_TRANSACTION,
        note="This server keeps transactions in `discover`.",
    ),
)
_DISCOVER: Final = (
    Dialect("errors", _ISSUES, note="`discover` is `errors` today; transactions are in `spans`."),
    Dialect("discover", _ISSUES),
)

_WAYS: Final[Mapping[str, Sequence[Dialect]]] = MappingProxyType(
    {
        **dict.fromkeys(("errors", "error-events", "events"), _ERRORS),
        **dict.fromkeys(("spans", "traces", "spansIndexed"), _SPANS),
        **dict.fromkeys(("logs", "ourlogs"), _LOGS),
        **dict.fromkeys(("metrics", "tracemetrics"), _METRICS),
        **dict.fromkeys(("transactions", "transaction-like"), _TRANSACTIONS),
        "discover": _DISCOVER,
    }
)


def ways(dataset: str, fields: Sequence[str], query: str) -> Sequence[Dialect]:
    """Name the ways to ask for a data set, today's first; an unknown one is asked as it is.

    `discover` held errors and transactions alike: which is meant shows in what is asked of it.
    """
    wanted = dataset.strip() or DEFAULT
    if wanted == "discover" and _is_about_transactions(fields, query):
        wanted = "transactions"
    return _WAYS.get(wanted, (Dialect(wanted),))


def chosen(ways: Sequence[Dialect], offered: Sequence[str]) -> Dialect:
    """Choose the first way that a server offers; nothing is known of one that offers nothing.

    Raises:
        Invalid: It offers none of them.
    """
    for way in ways:
        if not offered or way.dataset in offered:
            return way
    raise Invalid(
        f"This server has no data set {ways[0].dataset!r}. It has: {', '.join(sorted(offered))}."
    )


def _is_about_transactions(fields: Sequence[str], query: str) -> bool:
    told = {*expressions.columns(fields, query)}
    return bool(told & _OF_TRANSACTIONS) or _A_TRANSACTION in query.split()
