"""The tags of an event: those that the SDK set, and those that Sentry derives."""

import re
from collections.abc import Mapping
from typing import Any

from dexter_mcp.simulator.intake.loose import mapping, pairs, text
from dexter_mcp.simulator.intake.titles import exceptions_of, type_of
from dexter_mcp.simulator.telling.story import Json

_LONGEST = 200
_BROWSERS = (
    ("Edge", r"Edg/([\d.]+)"),
    ("Opera", r"OPR/([\d.]+)"),
    ("Samsung Internet", r"SamsungBrowser/([\d.]+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/([\d.]+)"),
    ("Chrome", r"(?:Chrome|CriOS)/([\d.]+)"),
    ("Safari", r"Version/([\d.]+).*Safari/"),
)
_SYSTEMS = (
    ("Windows", r"Windows NT ([\d.]+)"),
    ("iOS", r"(?:iPhone|CPU) OS ([\d_]+)"),
    ("Mac OS X", r"Mac OS X ([\d_.]+)"),
    ("Android", r"Android ([\d.]+)"),
    ("Linux", r"Linux()"),
)
_USER = (("id", "id"), ("email", "email"), ("username", "username"), ("ip", "ip_address"))


def tags_of(
    payload: Json, *, release: str, environment: str, user: Mapping[str, Any] | None
) -> dict[str, str]:
    """Collect every tag of an event, in alphabetical order.

    What the SDK set under the same name wins over what is derived, except for `level`,
    `release`, `environment` and `user`, which Sentry keeps to itself.
    """
    own = {
        "level": text(payload.get("level")) or _default_level(payload),
        "release": release,
        "environment": environment,
        "dist": text(payload.get("dist")),
        "user": _user(mapping(user)),
    }
    derived = _from_event(payload) | _from_exceptions(payload) | _from_contexts(payload)
    given = {key: text(value) for key, value in pairs(payload.get("tags"))}
    return {
        key: value[:_LONGEST]
        for key, value in sorted((derived | given | own).items())
        if key and value
    }


def _default_level(payload: Json) -> str:
    return "info" if type_of(payload) in {"transaction", "feedback"} else "error"


def _user(user: Json) -> str:
    known = (f"{name}:{text(user.get(key))}" for name, key in _USER if text(user.get(key)))
    return next(known, "")


def _from_event(payload: Json) -> dict[str, str]:
    url = text(mapping(payload.get("request")).get("url"))
    return {
        "transaction": text(payload.get("transaction")),
        "logger": text(payload.get("logger")),
        "server_name": text(payload.get("server_name")),
        "url": re.split(r"[?#]", url)[0],
    }


def _from_exceptions(payload: Json) -> dict[str, str]:
    mechanisms = [mapping(exception.get("mechanism")) for exception in exceptions_of(payload)]
    told = [mechanism.get("handled") for mechanism in mechanisms]
    handled = "no" if False in told else "yes" if True in told else ""
    named = (text(mechanism.get("type")) for mechanism in reversed(mechanisms))
    return {"handled": handled, "mechanism": next(filter(None, named), "")}


def _from_contexts(payload: Json) -> dict[str, str]:
    contexts = mapping(payload.get("contexts"))
    agent = _user_agent(payload)
    device = mapping(contexts.get("device"))
    return {
        **_product("browser", mapping(contexts.get("browser")) or _parsed(agent, _BROWSERS)),
        **_product("os", mapping(contexts.get("os")) or _parsed(agent, _SYSTEMS)),
        **_product("runtime", mapping(contexts.get("runtime"))),
        "device": text(device.get("model")),
        "device.family": text(device.get("family")),
    }


def _product(key: str, context: Json) -> dict[str, str]:
    name = text(context.get("name"))
    full = f"{name} {text(context.get('version'))}".strip()
    return {f"{key}.name": name, key: full} if name else {}


def _user_agent(payload: Json) -> str:
    headers = pairs(mapping(payload.get("request")).get("headers"))
    return next((text(value) for key, value in headers if key.lower() == "user-agent"), "")


def _parsed(agent: str, products: tuple[tuple[str, str], ...]) -> Json:
    for name, pattern in products:
        if found := re.search(pattern, agent):
            return {"name": name, "version": found[1].replace("_", ".")}
    return {}
