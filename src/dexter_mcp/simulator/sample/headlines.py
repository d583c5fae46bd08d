"""The stories worth finding: each shows what one kind of question has to cope with."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from dexter_mcp.simulator.sample import performance_stories
from dexter_mcp.simulator.sample.fates import activity, assigned
from dexter_mcp.simulator.sample.hostile_stories import INJECTION, SECRETS, UNICODE
from dexter_mcp.simulator.sample.incidents import Incident, Raised, tell
from dexter_mcp.simulator.sample.javascript_stories import STOREFRONT
from dexter_mcp.simulator.sample.people import commit_of
from dexter_mcp.simulator.sample.python_stories import CHECKOUT, REPORTS
from dexter_mcp.simulator.telling.story import Json, Story

_PAY = "POST /api/orders/{order_id}/pay"


def _ago(hours: float) -> timedelta:
    return timedelta(hours=hours)


def _note(hours: float, who: str, text: str) -> Json:
    return activity("note", _ago(hours), who, text=text)


_REGRESSION = tell(
    CHECKOUT,
    Incident(
        _PAY,
        Raised(
            "KeyError",
            "'authorization'",
            (
                "*django",
                "PaymentView.post > authorize(order",
                'PaymentService.authorize > reply["authorization"]',
            ),
            {
                "order": "<Order: 58213>",
                "provider": "<NordPay: production>",
                "attempt": "<Attempt: 58213-1 open>",
                "reply": {
                    "id": "'np_8841'",
                    "status": "'pending_3ds'",
                    "redirect": "'https://3ds.nordpay.example/c/np_8841'",
                },
            },
        ),
        (
            "shop.checkout: checkout entered step payment",
            "http: POST https://fraud.acme.test/v2/score 200",
            "query: INSERT INTO payments_attempt (order_id, provider, reference) VALUES (%s, %s, %s)",
            "http: POST https://api.nordpay.example/v3/charges 202",
            "warning: NordPay: challenge requested for 58213-1",
        ),
        request={
            "data": {
                "card": {"token": "tok_test_8c1f", "last4": "4242"},
                "return_url": "/checkout/done",
            },
            "cookies": {"locale": "nb"},
        },
        fate={
            "count": 642,
            "users": 511,
            "first_seen": _ago(648),
            "last_seen": timedelta(minutes=4),
            "rhythm": "returning",
            "releases": {
                "checkout@4.12.0": 1,
                "checkout@4.13.0": 2,
                "checkout@4.13.1": 2,
                "checkout@4.16.0": 160,
            },
            "environments": {"production": 97, "staging": 3},
            "vary": {
                "payment_provider": {"nordpay": 94, "cardlink": 4, "kasse": 2},
                "three_d_secure": {"challenge": 91, "frictionless": 9},
                "country": {"NO": 34, "SE": 26, "DK": 21, "FI": 19},
                "server_name": CHECKOUT.vary["server_name"],
            },
            "status": "unresolved",
            "substatus": "regressed",
            "priority": "high",
            "assigned_to": "user:mira@acme.test",
            "activity": (
                assigned("team:payments", _ago(640), "tomas@acme.test"),
                _note(
                    500,
                    "ines@acme.test",
                    'NordPay leaves "authorization" out while 3-D Secure is pending. We must wait for the webhook then.',
                ),
                assigned("user:mira@acme.test", _ago(470), "tomas@acme.test"),
                activity(
                    "set_resolved_in_release",
                    _ago(344),
                    "mira@acme.test",
                    version="checkout@4.14.0",
                ),
                activity(
                    "set_regression",
                    _ago(50.6),
                    version="checkout@4.16.0",
                    resolved_in_version="checkout@4.14.0",
                ),
                activity("set_priority", _ago(49), priority="high", reason="escalating"),
                _note(
                    20,
                    "tomas@acme.test",
                    "Support: eleven customers since yesterday, all paid with NordPay and a bank challenge.",
                ),
            ),
            "suspect": commit_of("checkout", "shop/payments/services.py"),
        },
    ),
)

_DEADLOCK = tell(
    CHECKOUT,
    Incident(
        _PAY,
        Raised(
            "django.db.utils.OperationalError",
            "deadlock detected\n"
            "DETAIL:  Process 41822 waits for ShareLock on transaction 90122741; blocked by process 41807.\n"
            "Process 41807 waits for ShareLock on transaction 90122738; blocked by process 41822.\n"
            "HINT:  See server log for query details.\n"
            'CONTEXT:  while updating tuple (1204,17) in relation "inventory_stock"',
            (
                "*django",
                "PaymentView.post > order.confirm",
                "Order.confirm > Stock.objects.filter",
                "*django-execute",
            ),
            {"line": "<Line: 2 x TENT-3P-GRN>"},
            cause=Raised(
                "psycopg.errors.DeadlockDetected",
                "deadlock detected\n"
                "DETAIL:  Process 41822 waits for ShareLock on transaction 90122741; blocked by process 41807.\n"
                "Process 41807 waits for ShareLock on transaction 90122738; blocked by process 41822.\n"
                "HINT:  See server log for query details.\n"
                'CONTEXT:  while updating tuple (1204,17) in relation "inventory_stock"',
                ("*psycopg",),
            ),
        ),
        (
            "query: BEGIN",
            "query: UPDATE orders_order SET state = %s, changed_at = %s WHERE id = %s",
            "query: SELECT … FROM orders_line WHERE order_id = %s FOR UPDATE",
            "query: UPDATE inventory_stock SET reserved = reserved + %s WHERE sku = %s",
        ),
        fate={
            "count": 118,
            "users": 112,
            "first_seen": _ago(166),
            "last_seen": _ago(0.7),
            "rhythm": "growing",
            "status": "unresolved",
            "substatus": "escalating",
            "priority": "high",
            "assigned_to": "team:payments",
            "activity": (
                activity("set_escalating", _ago(26), forecast=18),
                _note(
                    22,
                    "jonas@acme.test",
                    "Two orders with the same articles in different order lock each other. Sorting the lines by SKU would fix it.",
                ),
            ),
            "suspect": commit_of("checkout", "shop/orders/models.py"),
        },
    ),
)

_MEMORY = tell(
    REPORTS,
    Incident(
        "reports.tasks.exports.export_orders",
        Raised(
            "MemoryError",
            "Unable to allocate 2.91 GiB for an array with shape (11, 35512211) and data type object",
            ("*celery", "export_orders > pd.DataFrame(list(rows)", "*pandas"),
            {
                "tenant": "'fjord-outdoor'",
                "month": "'2026-01'",
                "rows": "<generator object orders at 0x7f3a90c1d2e0>",
            },
        ),
        (
            "warning: memory at 71 % of the limit",
            "warning: memory at 88 % of the limit",
            "error: memory at 97 % of the limit",
        ),
        level="fatal",
        extra={"rss_mb": 7810, "limit_mb": 8192},
        fate={
            "count": 23,
            "users": 0,
            "first_seen": _ago(45),
            "last_seen": _ago(1.5),
            "rhythm": "growing",
            "vary": {
                "server_name": {"worker-heavy-0": 1, "worker-heavy-1": 1},
                "tenant": {"fjord-outdoor": 20, "acme-retail": 3},
            },
            "status": "unresolved",
            "substatus": "new",
            "priority": "high",
            "assigned_to": "",
            "activity": (),
            "suspect": commit_of("reports", "reports/tasks/exports.py"),
        },
    ),
)

_THIRD_PARTY = tell(
    STOREFRONT,
    Incident(
        "/products/{slug}",
        Raised(
            "TypeError", "Cannot read properties of null (reading 'postMessage')", ("*chatterly",)
        ),
        ("console: Chatterly: consent missing, running without storage",),
        level="info",
        fate={
            "count": 1486,
            "users": 1214,
            "first_seen": _ago(428),
            "last_seen": timedelta(minutes=1),
            "rhythm": "daily",
            "status": "unresolved",
            "substatus": "ongoing",
            "priority": "low",
            "assigned_to": "",
            "activity": (
                _note(
                    300,
                    "lena@acme.test",
                    "Not ours: the chat widget fails when an ad blocker removes its frame. Asked the vendor.",
                ),
            ),
            "suspect": "",
        },
    ),
)

RATE_LIMIT = tell(
    CHECKOUT,
    Incident(
        _PAY,
        Raised(
            "shop.payments.errors.RateLimited",
            "NordPay: too many requests, retry after 30 s",
            (
                "*django",
                "PaymentView.post > authorize(order",
                "PaymentService.authorize > provider.charge",
                "NordPay.charge > _decode(reply",
                "NordPay._decode > RateLimited",
            ),
            {"reply": "<Response [429]>"},
        ),
        ("http: POST https://api.nordpay.example/v3/charges 429",),
        tags={"payment_provider": "nordpay"},
        fate={
            "count": 704,
            "users": 389,
            "first_seen": _ago(330),
            "last_seen": _ago(5),
            "rhythm": "burst",
            "status": "unresolved",
            "substatus": "ongoing",
            "priority": "medium",
            "assigned_to": "user:tomas@acme.test",
            "suspect": "",
        },
    ),
)

HEADLINES: Mapping[str, Story] = MappingProxyType(
    {
        "regression": _REGRESSION,
        "n_plus_one": performance_stories.tell(CHECKOUT, performance_stories.N_PLUS_ONE),
        "deadlock": _DEADLOCK,
        "memory": _MEMORY,
        "third_party": _THIRD_PARTY,
        "injection": INJECTION,
        "unicode": UNICODE,
        "secrets": SECRETS,
    }
)
"""By what makes them special."""
