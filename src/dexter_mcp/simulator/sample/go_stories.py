"""What goes wrong in Gateway, a proxy written in Go that stands before everything else."""

from collections.abc import Iterator
from dataclasses import replace

from dexter_mcp.simulator.sample.frames import Tracer, excerpts, go
from dexter_mcp.simulator.sample.incidents import Incident, Logged, Raised, tell
from dexter_mcp.simulator.sample.settings import Setting, library, runtime
from dexter_mcp.simulator.story import Story

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
    headers={"User-Agent": "okhttp/5.1.0", "X-Forwarded-Proto": "https"},
    environments={"production": 93, "staging": 7},
    audience=0.3,
)

PANIC = replace(GATEWAY, handled=False, level="fatal")

_ANY = "ANY /api/*"
_SERVE = "*go-http → (*Router).ServeHTTP"

_ERRORS = (
    Incident(_ANY, Raised("*fmt.wrapError", "forward to inventory: context deadline exceeded", f"{_SERVE} > r.forward → (*Router).forward > forward to %s", cause=Raised("context.deadlineExceededError", "context deadline exceeded", "*go-transport")), ("http: GET https://inventory.internal.test/stock?sku=TENT-3P-GRN -",), tags={"upstream": "inventory"}),
    Incident("POST /api/orders", Raised("*fmt.wrapError", "forward to checkout: read tcp 10.4.0.12:51022->10.4.1.7:8000: read: connection reset by peer", f"{_SERVE} > r.forward → (*Router).forward > forward to %s", cause=Raised("*net.OpError", "read tcp 10.4.0.12:51022->10.4.1.7:8000: read: connection reset by peer", "*go-transport", cause=Raised("*os.SyscallError", "read: connection reset by peer", "*go-transport"))), tags={"upstream": "checkout"}),
    Incident("GET /api/reports/*", Raised("*fmt.wrapError", "forward to reports: dial tcp 10.4.3.2:8080: connect: connection refused", f"{_SERVE} > r.forward → (*Router).forward > forward to %s", cause=Raised("*net.OpError", "dial tcp 10.4.3.2:8080: connect: connection refused", "*go-transport")), tags={"upstream": "reports"}),
    Incident(_ANY, Raised("*fmt.wrapError", "verify token: parse token: token is malformed: token contains an invalid number of segments", f"{_SERVE} > r.guard.Check → (*Guard).Check > verify token", cause=Raised("*fmt.wrapError", "parse token: token is malformed: token contains an invalid number of segments", "(*KeySet).Verify > parse token", cause=Raised("*jwt.ValidationError", "token is malformed: token contains an invalid number of segments", "*go-jwt"))), level="info"),
    Incident(_ANY, Raised("*fmt.wrapError", "verify token: parse token: unknown key id 2026-02", f"{_SERVE} > r.guard.Check → (*Guard).Check > g.keys.Verify", cause=Raised("*fmt.wrapError", "parse token: unknown key id 2026-02", "(*KeySet).Verify > jwt.Parse"))),
    Incident("keys.refresh", Raised("*fmt.wrapError", "decode key set: invalid character '<' looking for beginning of value", "*go-routine → (*KeySet).refresh > decode key set", cause=Raised("*json.SyntaxError", "invalid character '<' looking for beginning of value", "(*KeySet).refresh > json.NewDecoder"))),
    Incident("keys.refresh", Raised("*fmt.wrapError", "fetch key set: tls: failed to verify certificate: x509: certificate has expired or is not yet valid", "*go-routine → (*KeySet).refresh > fetch key set", cause=Raised("*tls.CertificateVerificationError", "tls: failed to verify certificate: x509: certificate has expired or is not yet valid", "*go-transport"))),
    Incident(_ANY, Raised("*fmt.wrapError", "rate limit of \"ip:203.0.113.7\": redis: connection pool timeout", "*go-http → (*Limiter).Take > rate limit of", cause=Raised("*errors.errorString", "redis: connection pool timeout", "*go-redis"))),
    Incident(_ANY, Raised("*fmt.wrapError", "rate limit of \"ip:198.51.100.4\": NOSCRIPT No matching script. Please use EVAL.", "*go-http → (*Limiter).Take > EvalSha", cause=Raised("proto.RedisError", "NOSCRIPT No matching script. Please use EVAL.", "*go-redis"))),
    Incident("config.reload", Raised("*fmt.wrapError", "routes in /etc/gateway/routes.yaml: yaml: line 212: mapping values are not allowed in this context", "*go-routine → (*Watcher).reload > routes in %s")),
    Incident("WS /ws/stock", Raised("*fmt.wrapError", "read from c-88213: websocket: close 1006 (abnormal closure): unexpected EOF", "*go-routine → (*Client).readLoop > read from %s"), level="warning"),
    Incident("config.reload", Logged("gateway.config", "Route %s is shadowed by %s", ("/api/orders/export", "/api/orders/*")), level="warning"),
)

_PANICS = (
    Incident(_ANY, Raised("runtime.errorString", "integer divide by zero", f"{_SERVE} > r.forward → (*Router).forward > up.Next() → (*Upstream).Next > alive[int(n) → *go-panic")),
    Incident(_ANY, Raised("runtime.TypeAssertionError", "interface conversion: interface {} is nil, not string", f"{_SERVE} > r.guard.Check → (*Guard).Check > claims.Extra → *go-segv")),
    Incident("upstream.probe", Raised("runtime.plainError", "assignment to entry in nil map", "*go-routine → (*Upstream).probe > u.stats[u.Name] → *go-panic")),
    Incident(_ANY, Raised("runtime.boundsError", "index out of range [61] with length 60", "*go-http → (*Limiter).Take > l.redis → (*Window).slot > w.slots[index] → *go-panic")),
    Incident("GET /internal/metrics", Raised("runtime.errorString", "integer divide by zero", "*go-http → (*Window).rate > w.filled() → *go-panic")),
    Incident(_ANY, Raised("runtime.fatal", "concurrent map writes", "*go-http → (*Store).Put > s.entries[key] → *go-map")),
    Incident("WS /ws/stock", Raised("runtime.plainError", "close of closed channel", "*go-routine → (*Hub).broadcast > close(client.send) → *go-panic")),
    Incident(_ANY, Raised("string", "geo lookup of : ipAddress passed to Lookup cannot be nil", "*go-http → (*Lookup).Country > panic( → *go-panic")),
    Incident("WS /ws/stock", Raised("runtime.errorString", "invalid memory address or nil pointer dereference", "*go-routine → (*Client).readLoop > c.handle → *go-segv")),
)


def stories() -> Iterator[Story]:
    """Tell all of them."""
    yield from (tell(GATEWAY, incident) for incident in _ERRORS)
    yield from (tell(PANIC, incident) for incident in _PANICS)
