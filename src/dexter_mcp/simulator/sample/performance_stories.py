"""What is slow: transactions whose spans show a known bad pattern."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from dexter_mcp.simulator.sample.fates import Fields, activity, live
from dexter_mcp.simulator.sample.go_stories import GATEWAY
from dexter_mcp.simulator.sample.mobile_stories import HERMES
from dexter_mcp.simulator.sample.python_stories import CHECKOUT
from dexter_mcp.simulator.sample.settings import Setting
from dexter_mcp.simulator.telling.story import Json, Story


@dataclass(frozen=True, slots=True)
class Step:
    """Spans of the same kind, one after the other."""

    op: str
    description: str
    milliseconds: float
    times: int = 1
    offending: bool = False


@dataclass(frozen=True, slots=True)
class Slowness:
    """A bad pattern in a transaction."""

    where: str
    title: str
    kind: str
    category: str
    number: int
    """Sentry's number of the kind."""
    steps: Sequence[Step]
    fate: Fields = field(default_factory=dict[str, Any])


_ORDERS = "SELECT … FROM orders_order WHERE customer_id = %s ORDER BY placed_at DESC LIMIT 25"
_SHIPMENT = "SELECT … FROM shipping_shipment WHERE order_id = %s ORDER BY created_at DESC LIMIT 1"

N_PLUS_ONE = Slowness(
    "GET /api/orders",
    "N+1 Query",
    "performance_n_plus_one_db_queries",
    "db_query",
    1006,
    (
        Step("middleware.django", "SessionMiddleware", 3.1),
        Step("db", "SELECT … FROM accounts_customer WHERE id = %s", 1.4),
        Step("db", _ORDERS, 18.2),
        Step("db", _SHIPMENT, 41.5, times=25, offending=True),
        Step("template.render", "OrderSerializer.data", 6.0),
    ),
    {
        "count": 512,
        "users": 430,
        "first_seen": timedelta(hours=169),
        "last_seen": timedelta(minutes=19),
        "rhythm": "daily",
        "status": "unresolved",
        "substatus": "ongoing",
        "priority": "medium",
        "assigned_to": "user:yuki@acme.test",
        "activity": (
            activity(
                "note",
                timedelta(hours=31),
                "tomas@acme.test",
                text="One query per order since 4.15.0 shows the carrier in the list. "
                'prefetch_related("shipments") should do.',
            ),
        ),
    },
)

_OTHERS = (
    (
        CHECKOUT,
        Slowness(
            "GET /api/products",
            "Slow DB Query",
            "performance_slow_db_query",
            "db_query",
            1001,
            (
                Step("db", "SELECT … FROM accounts_customer WHERE id = %s", 1.2),
                Step(
                    "db",
                    "SELECT … FROM catalogue_product WHERE lower(name) LIKE %s ORDER BY sold DESC",
                    1840,
                    offending=True,
                ),
            ),
        ),
    ),
    (
        GATEWAY,
        Slowness(
            "GET /api/start",
            "Consecutive HTTP",
            "performance_consecutive_http",
            "http_client",
            1009,
            (
                Step(
                    "http.client",
                    "GET https://checkout.internal.test/api/cart",
                    610,
                    offending=True,
                ),
                Step(
                    "http.client", "GET https://inventory.internal.test/stock", 720, offending=True
                ),
                Step(
                    "http.client",
                    "GET https://checkout.internal.test/api/campaigns",
                    540,
                    offending=True,
                ),
            ),
        ),
    ),
    (
        HERMES,
        Slowness(
            "HomeScreen",
            "Large HTTP payload",
            "performance_large_http_payload",
            "http_client",
            1015,
            (
                Step("http.client", "GET https://api.acme.test/v1/tiles", 190),
                Step(
                    "http.client",
                    "GET https://api.acme.test/v1/catalogue?full=1",
                    2310,
                    offending=True,
                ),
            ),
        ),
    ),
)


def stories() -> Iterator[Story]:
    """Tell all but the headline."""
    yield from (tell(setting, slowness) for setting, slowness in _OTHERS)


def tell(setting: Setting, slowness: Slowness) -> Story:
    """Make the story of a slow transaction."""
    chance = Random(f"{setting.project} {slowness.where} {slowness.kind}")
    payload = _payload(setting, slowness, chance)
    named = {"category": slowness.category, "kind": slowness.kind, "suspect": ""}
    return live(setting, payload, chance, {**named, **slowness.fate})


def _payload(setting: Setting, slowness: Slowness, chance: Random) -> Json:
    base = setting.base(chance)
    trace = base["contexts"]["trace"]
    spans, offending = _spans(slowness.steps, trace, chance)
    payload: Json = {
        "type": "transaction",
        "platform": setting.platform,
        "level": "info",
        "transaction": setting.transaction(slowness.where),
        "start_timestamp": spans[0]["start_timestamp"],
        "spans": spans,
        "tags": dict(setting.tags),
        **base,
        "_occurrence": _occurrence(setting, slowness, offending),
    }
    if setting.has_request(slowness.where):
        payload["request"] = setting.request(slowness.where, chance)
    return payload


def _spans(steps: Sequence[Step], trace: Json, chance: Random) -> tuple[list[Json], list[Json]]:
    """Lay the steps out one after the other, so that the last one ends with the event."""
    each = [step for step in steps for _ in range(step.times)]
    lengths = [step.milliseconds / 1000 * chance.uniform(0.8, 1.25) for step in each]
    at = -sum(lengths)
    spans: list[Json] = []
    for step, length in zip(each, lengths, strict=True):
        spans.append(
            {
                "span_id": f"{chance.getrandbits(64):016x}",
                "trace_id": trace["trace_id"],
                "parent_span_id": trace["span_id"],
                "op": step.op,
                "description": step.description,
                "status": "ok",
                "start_timestamp": round(at, 4),
                "timestamp": round(at + length, 4),
                "data": {"db.system": "postgresql"} if step.op == "db" else {},
            }
        )
        at += length
    offending = [span for step, span in zip(each, spans, strict=True) if step.offending]
    return spans, offending


def _occurrence(setting: Setting, slowness: Slowness, offending: Sequence[Json]) -> Json:
    first = offending[0]
    text = f"{first['op']} - {first['description']}"
    name = setting.transaction(slowness.where)
    display = [
        {"name": "Transaction Name", "value": name, "important": False},
        {"name": "Offending Spans", "value": text, "important": True},
        {"name": "Repeating Spans", "value": str(len(offending)), "important": False},
    ]
    return {
        "type": slowness.number,
        "issueTitle": slowness.title,
        "subtitle": first["description"],
        "culprit": name,
        "fingerprint": [f"1-{slowness.number}-{name}"],
        "level": "info",
        "evidenceData": {
            "op": first["op"],
            "transactionName": name,
            "parentSpanIds": [first["parent_span_id"]],
            "offenderSpanIds": [span["span_id"] for span in offending],
            "repeatingSpansCompact": sorted({span["description"] for span in offending}),
            "numRepeatingSpans": str(len(offending)),
        },
        "evidenceDisplay": display,
    }
