"""Arguments of a write that strangers may have put into a model's mouth."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from dexter_mcp.changes.plan import Plan
from dexter_mcp.insights.shown import Shown, says
from dexter_mcp.sentry.catalogue import operations
from dexter_mcp.sentry.json_types import is_array, is_object

_GETTING: Final = frozenset(
    {"assign_to", "assignedTo", "owner", "actions", "email", "userName", "member", "members"}
    | {"user_id", "external_name", "external_id", "add", "remove", "Operations", "value"}
    | {"url", "webhookUrl", "redirectUrl", "webUrl", "allowedOrigins", "author", "config"}
    | {"target_identifier", "target_display", "targetIdentifier", "targetDisplay", "channel"}
    | {"integration", "bucket", "username", "relayDsnEndpoint", "inputChannelId"}
)
"""Arguments that say who gets something, or where it goes."""
_SAYING: Final = frozenset(
    {"title", "description", "text", "comments", "user_context", "instruction", "raw", "add_rules"}
)
"""Arguments that are said in the user's name. Of all others only addresses in them count."""
_TEAM: Final = re.compile(r"(?i)(?:email:)?#[\w-]+")
"""A team, which can only be one of the organization's own."""
_NAMING: Final = frozenset(
    {"org", "project", "issue", "issues", "event", "query", "alert", "monitor", "operation"}
    | {"release", "environment", "change"}
)
"""Arguments that say what is to be changed, and not into what: an event may well name that."""
_PAIRS: Final = "arguments"
_PAIR: Final = re.compile(r"(?P<name>[\w.]+)(?P<json>:?)=(?P<value>.*)", re.DOTALL)
_KIND: Final = re.compile(r"(?i)^(?:[a-z_]+[:=](?!//)|[@#])+|^https?://")
"""What stands before a name to say what kind it is: `user:`, `slack:#`, `mailto:`."""
_LEADS: Final = re.compile(
    r"https?://[^\s\"'<>)\]]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w/])[@#][\w.-]{3,}"
)
"""Addresses, e-mails, and the names of people and channels, in the middle of a text."""


def tainted(
    arguments: Mapping[str, Any], shown: Shown, titles: Sequence[str] = ()
) -> tuple[str, ...]:
    """Name the arguments that have appeared in event text and nowhere else.

    A ticket may be called as its issue is: `titles` are those of the targets.
    """
    own = " ".join([_values_of(arguments.get("operation")), *titles])
    found = (
        name
        for name, value in _parted(arguments)
        if name not in _NAMING
        and any(
            shown.only_strangers_said(told) and not says(own, told)
            for inner, text in _texts(name, value)
            for told in _telling(inner, text)
        )
    )
    return tuple(dict.fromkeys(found))


def own_words(plan: Plan) -> str:
    """Spell what a plan holds of the model's own: its arguments, and what it made of them."""
    after = [step.after for step in plan.steps]
    return json.dumps([plan.purpose, plan.arguments, after], ensure_ascii=False, default=str)


def _parted(arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Name each argument; those of an operation of the catalogue stand in one, as pairs."""
    plain: Mapping[str, Any] = json.loads(json.dumps(dict(arguments), default=str))
    for name, value in plain.items():
        if name != _PAIRS:
            yield name, value
            continue
        for each in value:
            pair = _PAIR.fullmatch(each)
            yield (pair["name"], _value(pair)) if pair else (name, each)


def _value(pair: re.Match[str]) -> Any:
    return _json(pair["value"]) if pair["json"] else pair["value"]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _texts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Give every text in a value, after the name that it goes by."""
    if is_object(value):
        for key, inner in value.items():
            yield from _texts(name if name in _GETTING else key * (key in _GETTING), inner)
    elif is_array(value):
        for inner in value:
            yield from _texts(name, inner)
    elif isinstance(value, str):
        pair = _PAIR.fullmatch(value)
        yield (pair["name"], pair["value"]) if pair and name not in _GETTING else (name, value)


def _telling(name: str, text: str) -> Iterator[str]:
    """Pick out of a text what says where something goes, who gets it, or what is said."""
    whole = name in _GETTING | _SAYING and not _TEAM.fullmatch(text)
    for told in ([text] if whole else []) + _LEADS.findall(text):
        if _TEAM.fullmatch(told):
            continue
        yield _KIND.sub("", told.strip()).rstrip("/.,;")
        if told.startswith(("http://", "https://")):
            yield _host(told)


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _values_of(operation: Any) -> str:
    """Spell the values between which an operation lets one choose."""
    facts = operations().get(operation) if isinstance(operation, str) else None
    if facts is None:
        return ""
    return " ".join(str(value) for field in facts.body for value in field.values)
