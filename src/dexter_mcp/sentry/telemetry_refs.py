"""The forms in which people paste a replay, a trace or a profile. Nothing is asked here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal
from urllib.parse import SplitResult, unquote, urlsplit

from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.identifiers import organization_of, slug

Kind = Literal["replay", "trace", "profile"]

_WRAPPING = "<>`'\"()[] \t\r\n"
_HEX: Final = r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}"
_ID = re.compile(_HEX)
_ORG: Final = r"(?:/organizations/(?P<org>[^/]+))?(?:/.*)?"
_PAGES: Mapping[Kind, re.Pattern[str]] = MappingProxyType(
    {
        "replay": re.compile(
            rf"{_ORG}/replays/(?:(?P<project>[^/:]+):)?(?P<id>{_HEX})(?:/.*)?",
        ),
        "trace": re.compile(rf"{_ORG}/traces?/(?P<id>{_HEX}|[0-9a-f]{{16}})(?:/.*)?"),
        "profile": re.compile(
            rf"{_ORG}/profil(?:ing|e)/profile/(?P<project>[^/]+)/(?P<id>{_HEX})(?:/.*)?"
        ),
    }
)
_FOUND_BY: Mapping[Kind, str] = MappingProxyType(
    {
        "replay": "`list_replays` names them",
        "trace": "`get_event` tells an event's; `query_events` with dataset spans finds others",
        "profile": "`get_trace` tells which spans have one",
    }
)


@dataclass(frozen=True)
class TelemetryRef:
    """A replay, a trace or a profile; `org` and `project` are what a link gave beyond its id."""

    id: str
    org: str = ""
    project: str = ""


def telemetry_ref(kind: Kind, text: str, home: str) -> TelemetryRef:
    """Read which replay, trace or profile is meant out of its id, or out of a link to it.

    `home` is the base URL of the Sentry in use; a link must lead there.

    Raises:
        Invalid: It is neither, or the link leads elsewhere.
    """
    bare = text.strip(_WRAPPING)
    if "://" in bare:
        return _linked(kind, bare, home)
    if not _ID.fullmatch(bare):
        raise Invalid(
            f"{text[:80]!r} is no {kind}. Give its 32 hexadecimal digits or its Sentry link; "
            f"{_FOUND_BY[kind]}."
        )
    return TelemetryRef(_plain(bare))


def _linked(kind: Kind, text: str, home: str) -> TelemetryRef:
    try:
        link = urlsplit(text)
        if link.scheme == "sentry":
            return _found(kind, link, link.netloc)
        return _found(kind, link, organization_of(link, home))
    except ValueError:
        raise Invalid(f"{text[:120]!r} is no link. Copy it from the {kind}'s page again.") from None


def _found(kind: Kind, link: SplitResult, org: str) -> TelemetryRef:
    found = _PAGES[kind].fullmatch(link.path)
    if not found:
        raise Invalid(
            f"{link.geturl()[:120]!r} is no link to a {kind}. Copy it from the {kind}'s page in "
            "Sentry, or give its id."
        )
    named, parts = unquote(found["org"] or "") or org, found.groupdict()
    return TelemetryRef(
        _plain(found["id"]),
        slug(named, "organization") if named else "",
        slug(unquote(parts["project"]), "project") if parts.get("project") else "",
    )


def _plain(digits: str) -> str:
    return digits.replace("-", "").lower()
