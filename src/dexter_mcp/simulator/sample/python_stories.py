"""What goes wrong in Checkout, a Django shop, and in Reports, its Celery workers."""

from collections.abc import Iterator

from dexter_mcp.simulator.sample.frames import Tracer, excerpts, python
from dexter_mcp.simulator.sample.incidents import tell
from dexter_mcp.simulator.sample.notation import incidents
from dexter_mcp.simulator.sample.settings import Setting, library, runtime
from dexter_mcp.simulator.telling.story import Story

_COUNTRIES = {"NO": 34, "SE": 22, "DE": 18, "FI": 11, "DK": 9, "EE": 6}

CHECKOUT = Setting(
    project="checkout",
    platform="python",
    tracer=Tracer(excerpts("checkout"), python, with_vars=True),
    mechanism="django",
    sdk=library("sentry.python.django", "2.41.0"),
    contexts=runtime("CPython", "3.13.2"),
    crumbs=(
        "query: SELECT … FROM cart_cart WHERE session_key = %s LIMIT 1",
        "query: SELECT … FROM cart_line WHERE cart_id = %s ORDER BY position",
        "query: SELECT … FROM accounts_customer WHERE id = %s",
        "query: SELECT … FROM catalogue_price WHERE sku = %s AND currency = %s",
        "redis: GET 'price:MUG-0042:EUR'",
        "redis: GET 'session:…'",
        "http: GET https://rates.acme.test/v1/eur 200",
        "http: POST https://fraud.acme.test/v2/score 200",
        "shop.cart: cart priced again: 3 lines, 129.90 EUR",
        "shop.checkout: checkout entered step payment",
        "warning: price of TENT-3P-GRN came from the fallback list",
    ),
    vary={
        "country": _COUNTRIES,
        "server_name": {
            "checkout-7d9f6-4kx2p": 5,
            "checkout-7d9f6-9wq8z": 5,
            "checkout-7d9f6-t2m6c": 4,
        },
        "payment_provider": {"nordpay": 52, "cardlink": 33, "kasse": 15},
    },
    pace=0.12,
    host="shop.acme.test",
    headers={
        "Host": "shop.acme.test",
        "Accept": "application/json",
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    },
    modules={
        "django": "5.2.7",
        "djangorestframework": "3.16.1",
        "psycopg": "3.2.10",
        "requests": "2.32.5",
        "redis": "6.4.0",
        "celery": "5.5.3",
    },
)

REPORTS = Setting(
    project="reports",
    platform="python",
    tracer=Tracer(excerpts("reports"), python, with_vars=True),
    mechanism="celery",
    sdk=library("sentry.python", "2.41.0"),
    contexts=runtime("CPython", "3.13.2"),
    crumbs=(
        "query: DECLARE export CURSOR FOR SELECT … FROM orders",
        "query: FETCH FORWARD 5000 FROM export",
        "query: COPY rollup_daily FROM STDIN",
        "http: GET https://lake.acme.test/events?list-type=2 200",
        "http: PUT https://lake.acme.test/exports/orders.xlsx 200",
        "celery: task received",
        "reports.tasks: started",
        "reports.lake: read 24 files, 1.8 GB",
        "warning: memory at 71 % of the limit",
    ),
    vary={
        "server_name": {"worker-heavy-0": 3, "worker-heavy-1": 3, "worker-default-0": 2},
        "tenant": {"fjord-outdoor": 6, "nordlys-home": 3, "kaffeklubben": 2, "acme-retail": 4},
    },
    pace=8,
    modules={
        "celery": "5.5.3",
        "pandas": "2.3.3",
        "pyarrow": "21.0.0",
        "psycopg": "3.2.10",
        "openpyxl": "3.1.5",
    },
    environments={"production": 96, "staging": 4},
    audience=0,
    operation="queue.task",
)


def stories() -> Iterator[Story]:
    """Tell all of them."""
    for name, setting in (
        ("checkout", CHECKOUT),
        ("reports", REPORTS),
    ):
        yield from (tell(setting, incident) for incident in incidents(name))
