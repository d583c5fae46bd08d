"""From an incident, as short as one can write it down, to the payload that an SDK sends."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random
from typing import Any

from dexter_mcp.simulator.sample.fates import Fields, live
from dexter_mcp.simulator.sample.settings import Setting
from dexter_mcp.simulator.telling.story import Json, Story


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception, and the one that caused it."""

    type: str
    value: str
    trace: Sequence[str] = ()
    """See `sample.frames`."""
    vars: Fields = field(default_factory=dict[str, Any])
    """Variables of the innermost frame of ours."""
    cause: "Raised | None" = None


@dataclass(frozen=True, slots=True)
class Logged:
    """A message without an exception."""

    logger: str
    template: str
    params: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Incident:
    """What went wrong where; the setting and chance add the rest."""

    where: str
    """The transaction, after `POST ` and the like for a request."""
    what: Raised | Logged
    crumbs: Sequence[str] = ()
    """The last breadcrumbs, as `category: text`."""
    level: str = ""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    extra: Fields = field(default_factory=dict[str, Any])
    request: Fields = field(default_factory=dict[str, Any])
    """Fields of the request that replace those of the setting."""
    fate: Fields = field(default_factory=dict[str, Any])
    """Fields of the story that replace those that chance would choose."""


def tell(setting: Setting, incident: Incident) -> Story:
    """Make the story of an incident."""
    chance = Random(f"{setting.project} {incident.where} {incident.what}")
    payload = payload_of(setting, incident, chance)
    return live(setting, payload, chance, incident.fate)


def payload_of(setting: Setting, incident: Incident, chance: Random) -> Json:
    """Write the event of an incident."""
    crumbs = _breadcrumbs(setting, incident, chance)
    payload: Json = {
        "platform": setting.platform,
        "level": incident.level or setting.level,
        "transaction": setting.transaction(incident.where),
        "tags": {**setting.tags, **incident.tags},
        "breadcrumbs": {"values": crumbs},
        **setting.base(chance),
    }
    if setting.has_request(incident.where):
        payload["request"] = setting.request(incident.where, chance) | dict(incident.request)
    if extra := dict(setting.job(incident.where, chance) | dict(incident.extra)):
        payload["extra"] = extra
    return payload | _what(setting, incident.what)


def _what(setting: Setting, what: Raised | Logged) -> Json:
    if isinstance(what, Raised):
        return {"exception": {"values": _exceptions(setting, what)}}
    formatted = what.template % tuple(what.params)
    return {
        "logger": what.logger,
        "logentry": {
            "message": what.template,
            "formatted": formatted,
            "params": list(what.params),
        },
    }


def _exceptions(setting: Setting, raised: Raised) -> list[Json]:
    chain = list(_chain(raised))
    values = [_exception(setting, link, place) for place, link in enumerate(chain)]
    return values[::-1]


def _chain(raised: Raised | None) -> Iterator[Raised]:
    while raised is not None:
        yield raised
        raised = raised.cause


def _exception(setting: Setting, raised: Raised, place: int) -> Json:
    module, name = "", raised.type
    if setting.platform != "go":
        module, _, name = raised.type.rpartition(".")
    mechanism: Json = {"type": setting.mechanism, "handled": setting.handled, "exception_id": place}
    if place:
        mechanism |= {"type": "chained", "handled": True, "parent_id": place - 1}
        mechanism |= {"source": "__cause__"} if setting.platform == "python" else {}
    exception: Json = {"type": name, "value": raised.value, "mechanism": mechanism}
    if module:
        exception["module"] = module
    if raised.trace:
        frames = setting.tracer.frames(raised.trace, raised.vars)
        exception["stacktrace"] = {"frames": frames}
    return exception


def _breadcrumbs(setting: Setting, incident: Incident, chance: Random) -> list[Json]:
    usual = chance.choices(setting.crumbs, k=min(40, 4 + int(chance.expovariate(1 / 7))))
    texts = [*usual, *incident.crumbs]
    gaps = [chance.expovariate(1 / setting.pace) + 0.004 for _ in texts]
    moments = list(accumulate(gaps))[::-1]
    return [
        {"timestamp": round(-moment, 3), **_breadcrumb(text)}
        for moment, text in zip(moments, texts, strict=True)
    ]


def _breadcrumb(text: str) -> Json:
    """Read `category: text`, `http: GET https://… 200` or `navigation: /cart → /checkout`.

    The status is `-` where no answer came.
    """
    category, _, message = text.partition(": ")
    match category:
        case "http" | "fetch" | "xhr":
            method, url, status = message.split(" ")
            data: Json = {"method": method, "url": url}
            data |= {} if status == "-" else {"status_code": int(status)}
            level = "info" if status.startswith(("2", "3")) else "error"
            return {"type": "http", "category": category, "level": level, "data": data}
        case "navigation":
            origin, _, target = message.partition(" → ")
            data = {"from": origin, "to": target}
            return {"type": "navigation", "category": category, "level": "info", "data": data}
        case "error" | "warning":
            return {"type": "default", "category": "log", "level": category, "message": message}
        case _:
            return {"type": "default", "category": category, "level": "info", "message": message}
