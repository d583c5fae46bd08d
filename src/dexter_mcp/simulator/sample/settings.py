"""Where an event happens: what all events of a project, or of one kind within it, share."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType

from dexter_mcp.simulator.sample.frames import Tracer
from dexter_mcp.simulator.telling.story import Json

Shares = Mapping[str, float]

_PLACEHOLDERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "order_id": ("58213", "57940", "58661", "60102"),
        "sku": ("MUG-0042", "TENT-3P-GRN", "SOCK-WOOL-41", "LAMP-LED-07"),
        "provider": ("nordpay", "cardlink", "kasse"),
        "id": ("4417", "9023", "812"),
        "slug": ("wool-socks", "trail-tent-3", "enamel-mug", "led-lantern"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the events of one kind have in common, and what chance may choose for each."""

    project: str
    platform: str
    tracer: Tracer
    mechanism: str
    sdk: Json
    contexts: Json
    crumbs: tuple[str, ...]
    vary: Mapping[str, Shares]
    handled: bool = False
    level: str = "error"
    pace: float = 0.4
    """Mean seconds between two breadcrumbs."""
    host: str = ""
    """Of the URLs; empty where events have no request."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    modules: Mapping[str, str] = field(default_factory=dict[str, str])
    environments: Shares = field(default_factory=lambda: {"production": 91.0, "staging": 9.0})
    audience: float = 0.6
    """Users for each event; 0 where events have none."""
    operation: str = "http.server"
    """Of the trace; for `queue.task`, the SDK describes the job as well."""

    def transaction(self, where: str) -> str:
        """Name the transaction: Django's is the route alone, others keep the method."""
        return _route(where) if self.platform == "python" else where

    def base(self, chance: Random) -> Json:
        """Write the sections that describe the sender."""
        trace = {
            "type": "trace",
            "trace_id": f"{chance.getrandbits(128):032x}",
            "span_id": f"{chance.getrandbits(64):016x}",
            "op": self.operation,
        }
        return {
            "sdk": self.sdk,
            "contexts": self.contexts | {"trace": trace},
            **({"modules": dict(self.modules)} if self.modules else {}),
        }

    def has_request(self, where: str) -> bool:
        """Tell whether events at `where` come from a request."""
        return bool(self.host) and "/" in where

    def request(self, where: str, chance: Random) -> Json:
        """Write the request that led to `where`."""
        method = where.partition(" ")[0] if " " in where else "GET"
        path = re.sub(r"\{(\w+)\}", lambda name: _value(name[1], chance), _route(where))
        url = f"https://{self.host}{path}"
        return {"method": method, "url": url, "headers": dict(self.headers)}

    def job(self, where: str, chance: Random) -> Json:
        """Describe the job of a background task."""
        if self.operation != "queue.task":
            return {}
        job = {"task_name": where, "kwargs": {"tenant": "fjord-outdoor"}}
        return {"celery-job": job, "attempt": chance.randint(1, 6)}


def _route(where: str) -> str:
    return where.partition(" ")[2] or where


def _value(name: str, chance: Random) -> str:
    return chance.choice(_PLACEHOLDERS.get(name, ("1",)))


def runtime(name: str, version: str) -> Json:
    """Write the `runtime` context."""
    return {"runtime": {"type": "runtime", "name": name, "version": version}}


def library(name: str, version: str) -> Json:
    """Write the `sdk` section."""
    return {"name": name, "version": version, "packages": [{"name": name, "version": version}]}
