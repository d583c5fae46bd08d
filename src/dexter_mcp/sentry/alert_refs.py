"""The forms in which people paste an alert or a monitor. Nothing is asked here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.identifiers import organization_of, slug

Kind = Literal["", "alert", "monitor", "rule", "metric rule"]

_WRAPPING = "<>`'\"()[] \t\r\n"
_LONGEST = 256
_NUMBERED = re.compile(
    r"(?:(?P<kind>alert|workflow|monitor|detector|metric rule|issue rule|rule)\s*)?"
    r"[#:]?\s*(?P<id>\d{1,20})",
    re.IGNORECASE,
)
_WORDS: Mapping[str, Kind] = MappingProxyType(
    {
        "": "",
        "alert": "alert",
        "workflow": "alert",
        "monitor": "monitor",
        "detector": "monitor",
        "rule": "rule",
        "issue rule": "rule",
        "metric rule": "metric rule",
    }
)
_BELOW: tuple[tuple[Kind, str], ...] = (
    ("alert", r"/monitors/alerts/(?P<id>\d+)"),
    ("alert", r"/workflows/(?P<id>\d+)"),
    ("monitor", r"/monitors/(?P<id>\d+)"),
    ("monitor", r"/detectors/(?P<id>\d+)"),
    ("metric rule", r"(?:/issues)?/alerts/rules/details/(?P<id>\d+)"),
    ("metric rule", r"/alert-rules/(?P<id>\d+)"),
    ("rule", r"(?:/issues)?/alerts/rules/(?P<project>[^/]+)/(?P<id>\d+)"),
)
_PAGES: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(r"(?:/organizations/(?P<org>[^/]+))?" + below + r"(?:/.*)?"))
    for kind, below in _BELOW
)


@dataclass(frozen=True)
class AlertRef:
    """An alert, a monitor or a rule as somebody named it: a number, or else a name.

    `org` and `project` are what a link gave beyond it.
    """

    kind: Kind = ""
    id: str = ""
    name: str = ""
    org: str = ""
    project: str = ""


def alert_ref(text: str, home: str) -> AlertRef:
    """Read an alert out of `alert 5100`, `monitor 641`, a number, a name, or a link to its page.

    `home` is the base URL of the Sentry in use; a link must lead there.

    Raises:
        Invalid: It is none of these, or the link leads elsewhere.
    """
    bare = text.strip(_WRAPPING)
    if "://" in bare:
        return _linked(bare, home)
    if found := _NUMBERED.fullmatch(bare):
        words = " ".join((found["kind"] or "").lower().split())
        return AlertRef(_WORDS[words], found["id"])
    if not bare or len(bare) > _LONGEST:
        raise Invalid(
            f"{text[:80]!r} names no alert. Give its name, what stands for it, such as "
            "`alert 5100`, or its Sentry link; `list_alerts` shows them."
        )
    return AlertRef(name=bare)


def _linked(text: str, home: str) -> AlertRef:
    try:
        link = urlsplit(text)
        org = organization_of(link, home)
    except ValueError:
        raise Invalid(f"{text[:120]!r} is no link. Copy it from the alert's page again.") from None
    base = urlsplit(home).path.rstrip("/")
    return _found(link, link.path.removeprefix(base).removeprefix("/api/0"), org)


def _found(link: SplitResult, below: str, org: str) -> AlertRef:
    for kind, page in _PAGES:
        if found := page.fullmatch(below):
            parts = found.groupdict()
            named = unquote(parts["org"] or "") or org
            return AlertRef(
                kind,
                parts["id"],
                org=slug(named, "organization") if named else "",
                project=unquote(parts.get("project") or ""),
            )
    raise Invalid(
        f"{link.geturl()[:120]!r} is no link to an alert or a monitor. Copy it from its page in "
        "Sentry, or give its name."
    )
