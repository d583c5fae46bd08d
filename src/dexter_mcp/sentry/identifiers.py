"""The forms in which people paste what they mean: numbers, slugs, short ids, links.

Pure: nothing is asked of Sentry here. Sources: https://docs.sentry.io/api/ (ids and slugs) and
the links that Sentry's own pages use.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from dexter_mcp.sentry.errors import Invalid

EVENT_WORDS = frozenset({"latest", "oldest", "recommended"})

_NUMBER = re.compile(r"[0-9]{1,20}")
_SLUG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_\-]{0,99}")
_SHORT_ID = re.compile(r"#?(?P<id>[A-Za-z0-9_\-]+-[0-9A-Za-z]{1,12})")
_EVENT_ID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_LINK = re.compile(
    r"^(?:/organizations/(?P<org>[^/]+))?/issues/(?P<issue>[^/]+)"
    r"(?:/events/(?P<event>[^/]+))?(?:/.*)?$"
)
_PROJECT_EVENT = re.compile(
    r"^/(?:organizations/(?P<org>[^/]+)/(?:discover|projects)/(?P<project>[^/:]+)[:/](?:events/)?|"
    r"(?P<org2>[^/]+)/(?P<project2>[^/]+)/events/)(?P<event>[0-9a-fA-F]{32})/?$"
)
_PUBLIC = "sentry.io"


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
        text: Such as `4410`, `SHOP-2K7`, `https://acme.sentry.io/issues/4410/`.
        home: The base URL of the Sentry in use; a link must lead there.

    Raises:
        Invalid: It is none of these, or the link leads elsewhere.
    """
    text = text.strip().strip("<>`'\"")
    if "://" in text:
        return _issue_link(text, home)
    if is_event_id(text):
        return IssueRef("", event=event_id(text))
    if _NUMBER.fullmatch(text):
        return IssueRef(text)
    if short := _SHORT_ID.fullmatch(text):
        return IssueRef(short["id"].upper())
    raise Invalid(
        f"{text[:80]!r} names no issue. Give its number, its short id such as `SHOP-2K7`, "
        "or its Sentry link; search_issues finds them."
    )


def is_event_id(text: str) -> bool:
    """Tell whether `text` is an event id: 32 hexadecimal digits, dashes allowed."""
    return _EVENT_ID.fullmatch(text.strip()) is not None


def event_id(text: str) -> str:
    """Read an event id, or one of the words that Sentry takes in its place.

    Raises:
        Invalid: It is neither.
    """
    word = text.strip().lower()
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
    text = text.strip().strip("`'\"#")
    if _SLUG.fullmatch(text):
        return text
    raise Invalid(
        f"{text[:80]!r} is no {what}. Give its slug such as `web-shop`, or its numeric id."
    )


def _issue_link(text: str, home: str) -> IssueRef:
    parts = urlsplit(text)
    if parts.scheme == "sentry":
        return _resource_link(parts.netloc, parts.path, text)
    org_of_host = _organization_of_host(parts.netloc, home)
    below = parts.path.removeprefix(urlsplit(home).path.rstrip("/"))
    if found := _LINK.match(below):
        issue = unquote(found["issue"])
        plain = issue_ref(issue, home) if "://" not in issue else IssueRef("")
        return IssueRef(
            plain.id,
            org=unquote(found["org"] or "") or org_of_host,
            event=event_id(found["event"]) if found["event"] else plain.event,
        )
    if found := _PROJECT_EVENT.match(below):
        org = found["org"] or found["org2"] or org_of_host
        return IssueRef("", org=org, event=found["event"].lower())
    raise Invalid(
        f"{text[:120]!r} is no link to an issue or an event. "
        "Copy it from the issue's page in Sentry, or give its number or short id."
    )


def _resource_link(org: str, rest: str, text: str) -> IssueRef:
    found = re.fullmatch(r"/issues/(?P<issue>[\w\-]+)(?:/events/(?P<event>\w+))?", rest)
    if not found:
        raise Invalid(f"{text[:120]!r} is no issue. Expected `sentry://org/issues/SHOP-2K7`.")
    event = event_id(found["event"]) if found["event"] else ""
    return IssueRef(found["issue"].upper(), org=org, event=event)


def _organization_of_host(host: str, home: str) -> str:
    """Check that a link leads to the Sentry in use; read the organization out of its subdomain."""
    own = urlsplit(home).netloc.lower()
    root = _PUBLIC if own == _PUBLIC or own.endswith(f".{_PUBLIC}") else own
    host = host.lower()
    if host in {own, root}:
        return ""
    if host.endswith(f".{root}"):
        label = host.removesuffix(f".{root}")
        return "" if label in {"us", "us2", "de", "www", "app"} else label
    raise Invalid(
        f"That link leads to {host}, but this server works with {own}. "
        "Give the issue's number or short id there."
    )
