"""What goes wrong in Inventory, a Spring Boot service."""

from collections.abc import Iterator
from dataclasses import replace

from dexter_mcp.simulator.sample.frames import Tracer, excerpts, jvm
from dexter_mcp.simulator.sample.incidents import tell
from dexter_mcp.simulator.sample.notation import incidents
from dexter_mcp.simulator.sample.settings import Setting, library, runtime
from dexter_mcp.simulator.telling.story import Story

INVENTORY = Setting(
    project="inventory",
    platform="java",
    tracer=Tracer(excerpts("inventory"), jvm),
    mechanism="Spring6ExceptionResolver",
    sdk=library("sentry.java.spring-boot.jakarta", "8.23.0"),
    contexts=runtime("OpenJDK Runtime Environment", "21.0.8"),
    crumbs=(
        "db.sql.query: select s.* from shelf s where s.sku = ? and s.warehouse_id = ?",
        "db.sql.query: update shelf set reserved = ? where id = ? and version = ?",
        "http: GET https://feeds.nordtextil.example/v2/articles.csv 200",
        "kafka: fetched 120 records of orders.placed-3",
        "t.a.i.stock.StockService: reservation kept for PT15M",
        "t.a.i.sync.SupplierSync: 4 suppliers active",
        "cache: evicted MUG-0042",
        "warning: HikariPool-1 - Thread starvation or clock leap detected",
    ),
    vary={
        "server_name": {"inventory-0": 4, "inventory-1": 4, "inventory-2": 3},
        "warehouse": {"OSL-1": 5, "GOT-2": 3, "HAM-1": 3, "TLL-1": 1},
    },
    pace=0.6,
    host="inventory.acme.test",
    headers={"Host": "inventory.acme.test", "User-Agent": "acme-gateway/3.7.0"},
    environments={"production": 88, "staging": 12},
    audience=0,
)

BACKGROUND = replace(
    INVENTORY, mechanism="UncaughtExceptionHandler", host="", operation="task", pace=2.5
)


def stories() -> Iterator[Story]:
    """Tell all of them."""
    for name, setting in (
        ("inventory", INVENTORY),
        ("inventory-jobs", BACKGROUND),
    ):
        yield from (tell(setting, incident) for incident in incidents(name))
