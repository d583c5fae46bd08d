"""Log lines and metric samples of the transactions in the sample's traces.

What there is to find: since checkout@4.16.0 Checkout warns that NordPay answers late; the export of
orders warns about its memory; `orders.placed` counts the checkouts that went well, `cart.value` is
a distribution in euro, `export.memory` a gauge in bytes.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from dexter_mcp.simulator.memory.spans import Log, Metric

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World

_SEVERITIES = MappingProxyType({"debug": 5, "info": 9, "warn": 13, "error": 17, "fatal": 21})
_LATE = 620
"""Milliseconds after which Checkout complains about NordPay."""
_TRANSACTIONS = """
    SELECT id, trace, project, at, duration, name, status, environment, release
    FROM spans WHERE is_transaction AND name IN ({}) ORDER BY at, id
"""


class _Transaction(NamedTuple):
    id: str
    trace: str
    project: int
    at: float
    duration: float
    name: str
    status: str
    environment: str
    release: str


@dataclass(frozen=True, slots=True)
class _Line:
    """What a transaction writes to the log, and when."""

    severity: str
    logger: str
    text: str
    """With `{ms}` and `{number}` to fill in."""
    every: int = 1
    """One in so many transactions writes it."""
    only: str = ""
    """`failed` or `late` transactions, if not all."""


_LINES: Mapping[str, tuple[_Line, ...]] = MappingProxyType(
    {
        "/api/checkout": (
            _Line("info", "shop.cart", "cart priced again: {number} lines", every=3),
            _Line("warn", "shop.payments", "NordPay answered after {ms} ms", only="late"),
            _Line("error", "shop.checkout", "checkout given up: a partner failed", only="failed"),
        ),
        "/api/orders/{order_id}/pay": (
            _Line("info", "shop.payments", "charge authorized, attempt {number}", every=4),
            _Line("warn", "shop.payments", "NordPay answered after {ms} ms", only="late"),
            _Line("error", "shop.payments", "charge failed, order stays open", only="failed"),
        ),
        "GET /api/stock": (
            _Line("error", "proxy", "upstream inventory: connection reset", only="failed"),
            _Line("debug", "limit", "key ip:203.0.113.7, {number} of 60 left", every=5),
        ),
        "SupplierSync.pull": (
            _Line("info", "t.a.i.sync.SupplierSync", "pulled {number} articles"),
            _Line("error", "t.a.i.sync.FeedParser", "feed ended within a line", only="failed"),
        ),
        "reports.tasks.exports.export_orders": (
            _Line("info", "reports.tasks", "export started for tenant fjord-outdoor"),
            _Line("warn", "reports.memory", "memory at {number} % of the limit"),
            _Line("fatal", "reports.memory", "killed: out of memory", only="failed"),
        ),
    }
)


def populate(world: "World") -> None:
    """Let the world have logs and metrics as soon as someone asks about one."""
    world.telemetry.fill_later(lambda: _fill(world))


def _fill(world: "World") -> None:
    chance = Random(f"{world.seed}:logs")
    names = list(_LINES)
    rows = world.telemetry.rows(_TRANSACTIONS.format(", ".join("?" * len(names))), names)
    transactions = [_Transaction(*row) for row in rows]
    world.telemetry.add_logs(
        log for place, one in enumerate(transactions) for log in _logs(one, place, chance)
    )
    world.telemetry.add_metrics(metric for one in transactions for metric in _metrics(one, chance))


def _logs(one: _Transaction, place: int, chance: Random) -> Iterator[Log]:
    said = [line for line in _LINES[one.name] if place % line.every == 0 and _is(one, line.only)]
    for number, line in enumerate(said, 1):
        figure = chance.randint(71, 97) if "%" in line.text else chance.randint(1, 7)
        text = line.text.replace("{ms}", str(round(one.duration * 0.7))).replace(
            "{number}", str(figure)
        )
        yield Log(
            id=f"{chance.getrandbits(128):032x}",
            trace=one.trace,
            span=one.id,
            project=one.project,
            at=round(one.at + one.duration / 1000 * number / (len(said) + 1), 6),
            severity=line.severity,
            severity_number=_SEVERITIES[line.severity],
            message=text,
            environment=one.environment,
            release=one.release,
            attributes=json.dumps(
                {"logger.name": line.logger, "transaction": one.name, "figure": figure}
            ),
        )


def _is(one: _Transaction, only: str) -> bool:
    if only == "late":
        return one.duration > _LATE
    return only != "failed" or one.status != "ok"


def _metrics(one: _Transaction, chance: Random) -> Iterator[Metric]:
    if one.name == "/api/checkout" and one.status == "ok":
        yield _metric(one, chance, ("orders.placed", "counter", "none"), 1)
        value = round(chance.lognormvariate(4.2, 0.6), 2)
        yield _metric(one, chance, ("cart.value", "distribution", "euro"), value)
    if one.name.endswith("export_orders"):
        used = chance.randint(5_200_000_000, 8_100_000_000)
        yield _metric(one, chance, ("export.memory", "gauge", "byte"), used)


def _metric(
    one: _Transaction, chance: Random, identity: tuple[str, str, str], value: float
) -> Metric:
    name, kind, unit = identity
    attributes: dict[str, Any] = {"transaction": one.name, "span_id": one.id}
    return Metric(
        id=f"{chance.getrandbits(128):032x}",
        trace=one.trace,
        project=one.project,
        at=round(one.at + one.duration / 1000, 6),
        name=name,
        type=kind,
        unit=unit,
        value=value,
        environment=one.environment,
        release=one.release,
        attributes=json.dumps(attributes),
    )
