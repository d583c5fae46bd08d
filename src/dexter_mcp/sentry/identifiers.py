"""The forms in which people paste what they mean: numbers, slugs, short ids, links.

Pure: nothing is asked of Sentry here. Sources: https://docs.sentry.io/api/ (ids and slugs) and
the links that Sentry's own pages use.
"""

import re
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, unquote, urlsplit

from dexter_mcp.sentry.errors import Invalid

EVENT_WORDS = frozenset({"latest", "oldest", "recommended"})

_WRAPPING = "<>`'\"()[] \t\r\n"
_URL = re.compile(r"[a-z][a-z0-9+.\-]*://(?:\[[0-9a-f:.]+\])?[^\s<>`'\"()\[\]]*", re.IGNORECASE)
_PUNCTUATION = ".,;:!?"
_NUMBER = re.compile(r"#?(?P<id>[0-9]{1,20})")
_SLUG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_\-]{0,99}")
_SHORT_ID = re.compile(r"#?(?P<id>[A-Za-z0-9_\-]+-[0-9A-Za-z]{1,12})")
_EVENT_ID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_ISSUE_PAGE = re.compile(
    r"(?:/organizations/(?P<org>[^/]+)|/(?P<org2>[^/]+)(?:/[^/]+)?)?/issues/(?P<issue>[^/]+)"
    r"(?:/events/(?P<event>[^/]+))?(?:/.*)?"
)
_EVENT_PAGE = re.compile(
    r"(?:(?:/organizations/(?P<org>[^/]+))?/(?:discover|performance|projects)/[^/:]+[:/]"
    r"(?:events/)?|/(?P<org2>[^/]+)/[^/]+/events/)(?P<event>[0-9a-fA-F]{32})/?"
)
_RESOURCE = re.compile(r"/issues/(?P<issue>[^/]+)(?:/events/(?P<event>[^/]+))?")
_PUBLIC = "sentry.io"
_NOT_ORGANIZATIONS = frozenset({"us", "us2", "de", "www", "app"})
_USUAL_PORTS = frozenset({None, 80, 443})


@dataclass(frozen=True)
class IssueRef:
    """An issue as somebody named it.

    `id` is a number, a short id or, when only an event was named, empty; `org` and `event` are
    what a link gave beyond it.
    """

    id: str
    org: str = ""
    event: str = ""


def issue_ref(text: str, home: str) -> IssueRef:
    """Read an issue out of a number, a short id, an event id or a link to it.

    Args:
        text: Such as `4410`, `SHOP-2K7`, `https://acme.sentry.io/issues/4410/`; a link may have
            words or punctuation around it.
        home: The base URL of the Sentry in use; a link must lead there.

    Raises:
        Invalid: It is none of these, or the link leads elsewhere.
    """
    if "://" not in text:
        return _named(text)
    link = _URL.search(text)
    try:
        parts = urlsplit(link[0].rstrip(_PUNCTUATION) if link else text)
        if parts.scheme == "sentry":
            return _in_resource(parts)
        return _in_page(parts, home)
    except ValueError:
        raise Invalid(f"{text[:120]!r} is no link. Copy it from the issue's page again.") from None


def is_event_id(text: str) -> bool:
    """Tell whether `text` is an event id: 32 hexadecimal digits, dashes allowed."""
    return _EVENT_ID.fullmatch(text.strip(_WRAPPING)) is not None


def event_id(text: str) -> str:
    """Read an event id, or one of the words that Sentry takes in its place.

    Raises:
        Invalid: It is neither.
    """
    word = text.strip(_WRAPPING).lower()
    if word in EVENT_WORDS:
        return word
    if is_event_id(word):
        return word.replace("-", "")
    raise Invalid(
        f"{text[:80]!r} is no event id. Give its 32 hexadecimal digits, a Sentry link, or "
        "`latest`, `oldest` or `recommended` together with an issue."
    )


def slug(text: str, what: str) -> str:
    """Read a slug or a numeric id of an organization or a project.

    Raises:
        Invalid: It could be neither.
    """
    bare = text.strip(_WRAPPING + "#")
    if _SLUG.fullmatch(bare):
        return bare
    raise Invalid(
        f"{text[:80]!r} is no {what}. Give its slug such as `web-shop`, or its numeric id."
    )


def _named(text: str) -> IssueRef:
    bare = text.strip(_WRAPPING)
    if is_event_id(bare):
        return IssueRef("", event=event_id(bare))
    if number := _NUMBER.fullmatch(bare):
        return IssueRef(number["id"])
    if short := _SHORT_ID.fullmatch(bare):
        return IssueRef(short["id"].upper())
    raise Invalid(
        f"{text[:80]!r} names no issue. Give its number, its short id such as `SHOP-2K7`, "
        "or its Sentry link; `search_issues` finds them."
    )


def _in_resource(link: SplitResult) -> IssueRef:
    found = _RESOURCE.fullmatch(link.path)
    if not found:
        raise Invalid(
            f"{link.geturl()[:120]!r} is no issue. Expected `sentry://org/issues/SHOP-2K7`."
        )
    return _placed(_named(unquote(found["issue"])), link.netloc, found["event"])


def _in_page(link: SplitResult, home: str) -> IssueRef:
    org = organization_of(link, home)
    below = link.path.removeprefix(urlsplit(home).path.rstrip("/")).removeprefix("/api/0")
    if found := _ISSUE_PAGE.fullmatch(below):
        of_path = unquote(found["org"] or found["org2"] or "")
        return _placed(_named(unquote(found["issue"])), of_path or org, found["event"])
    if found := _EVENT_PAGE.fullmatch(below):
        of_path = unquote(found["org"] or found["org2"] or "")
        return _placed(IssueRef(""), of_path or org, found["event"])
    raise Invalid(
        f"{link.geturl()[:120]!r} is no link to an issue or an event. "
        "Copy it from the issue's page in Sentry, or give its number or short id."
    )


def _placed(ref: IssueRef, org: str, event: str | None) -> IssueRef:
    """Complete what a link's segment named by the link's organization and event."""
    return replace(
        ref,
        org=slug(org, "organization") if org else "",
        event=event_id(unquote(event)) if event else ref.event,
    )


def organization_of(link: SplitResult, home: str) -> str:
    """Check that a link leads to the Sentry in use; read the organization out of its subdomain.

    Raises:
        Invalid: It leads elsewhere.
        ValueError: Its port is none.
    """
    own, host = _host(urlsplit(home)), _host(link)
    public = own == _PUBLIC or own.endswith(f".{_PUBLIC}")
    label = host.removesuffix(f".{_PUBLIC}") if public and host.endswith(f".{_PUBLIC}") else ""
    here = host == own or (public and host == _PUBLIC) or _SLUG.fullmatch(label)
    if link.scheme not in {"http", "https"} or not here:
        raise Invalid(
            f"That link leads to {host[:80]!r}, but this server works with {own}. "
            "Give its id there, such as an issue's number or short id."
        )
    return "" if label in _NOT_ORGANIZATIONS else label


def _host(link: SplitResult) -> str:
    """Name the host as it is compared: one with a user's name before it is another."""
    user, at, _ = link.netloc.rpartition("@")
    port = "" if link.port in _USUAL_PORTS else f":{link.port}"
    return f"{user}{at}{link.hostname or ''}{port}"
