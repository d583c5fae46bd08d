"""What goes wrong in Gateway, a proxy written in Go that stands before everything else."""

from collections.abc import Iterator
from dataclasses import replace

from dexter_mcp.simulator.sample.frames import Tracer, excerpts, go
from dexter_mcp.simulator.sample.incidents import tell
from dexter_mcp.simulator.sample.notation import incidents
from dexter_mcp.simulator.sample.settings import Setting, library, runtime
from dexter_mcp.simulator.telling.story import Story

GATEWAY = Setting(
    project="gateway",
    platform="go",
    tracer=Tracer(excerpts("gateway"), go),
    mechanism="generic",
    sdk=library("sentry.go", "0.36.0"),
    contexts=runtime("go", "go1.25.1") | {"os": {"type": "os", "name": "linux"}},
    crumbs=(
        "http: GET https://checkout.internal.test/healthz 200",
        "http: GET https://inventory.internal.test/stock?sku=MUG-0042 200",
        "http: POST https://checkout.internal.test/api/orders 201",
        "route: matched /api/orders → checkout",
        "limit: key ip:203.0.113.7, 41 of 60 left",
        "config: routes.yaml reloaded, 38 routes",
        "ws: client joined topic stock",
        "warning: upstream reports is down, 2 of 3 alive",
    ),
    vary={
        "server_name": {"gw-osl-1": 5, "gw-osl-2": 5, "gw-fra-1": 4},
        "upstream": {"checkout": 9, "inventory": 5, "reports": 1},
    },
    handled=True,
    pace=0.2,
    host="api.acme.test",
    headers={"Host": "api.acme.test", "User-Agent": "okhttp/5.1.0", "X-Forwarded-Proto": "https"},
    environments={"production": 93, "staging": 7},
    audience=0.3,
)

PANIC = replace(GATEWAY, handled=False, level="fatal")


def stories() -> Iterator[Story]:
    """Tell all of them."""
    for name, setting in (
        ("gateway", GATEWAY),
        ("gateway-panics", PANIC),
    ):
        yield from (tell(setting, incident) for incident in incidents(name))
