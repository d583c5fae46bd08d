"""Arguments of a write that strangers may have put into a model's mouth."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from dexter_mcp.changes.plan import Plan
from dexter_mcp.insights.shown import Shown, says
from dexter_mcp.sentry.catalogue import operations
from dexter_mcp.sentry.json_types import is_array, is_object

_NAMING: Final = frozenset(
    {"org", "project", "issue", "issues", "event", "query", "operation", "change"}
    | {"release", "version", "environment", "monitor", "replay", "period", "start", "end"}
)
"""Arguments that say what is to be changed, and not into what.

Whoever sends events names releases, environments and monitors by that, so that they are known
from event text alone.
"""
_PAIRS: Final = "arguments"
_PAIR: Final = re.compile(r"(?P<name>[\w.]+)(?P<json>:?)=(?P<value>.*)", re.DOTALL)
_KIND: Final = re.compile(r"(?i)^(?:[a-z_]+[:=](?!//)|[@#])+|^https?://")
"""What stands before a name to say what kind it is: `user:`, `slack:#`, `mailto:`."""
_LEADS: Final = re.compile(
    r"https?://[^\s\"'<>)\]]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w/])[@#][\w.-]{3,}"
)
"""Addresses, e-mails, and the names of people and channels, in the middle of a text."""


def tainted(arguments: Mapping[str, Any], shown: Shown) -> tuple[str, ...]:
    """Name the arguments that have appeared in event text and nowhere else."""
    own = _values_of(arguments.get("operation"))
    found = (
        name
        for name, value in _parted(arguments)
        if name not in _NAMING
        and any(
            shown.only_strangers_said(told) and not says(own, told)
            for text in _texts(value)
            for told in _telling(text)
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


def _texts(value: Any) -> Iterator[str]:
    if is_object(value):
        for inner in value.values():
            yield from _texts(inner)
    elif is_array(value):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value


def _telling(text: str) -> Iterator[str]:
    """Pick out of a text what says where something goes, or who gets it."""
    for told in (text, *_LEADS.findall(text)):
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
