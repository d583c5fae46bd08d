"""The forms in which people paste a release: versions, links, `latest`. Nothing is asked here."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.identifiers import organization_of, slug

LATEST: Final = "latest"

_WRAPPING = "<>`'\"()[] \t\r\n"
_LONGEST = 250
"""Characters; Sentry takes 200."""
_PAGE = re.compile(
    r"(?:/organizations/(?P<org>[^/]+)|/(?!releases/|explore/)(?P<org2>[^/]+))?(?:/explore)?"
    r"/releases/(?P<version>[^/]+)(?:/.*)?"
)


@dataclass(frozen=True)
class ReleaseRef:
    """A release as somebody named it: a version, whole or short, or `latest`.

    `org` and `project`, a number, are what a link gave beyond it.
    """

    version: str
    org: str = ""
    project: str = ""


def release_ref(text: str, home: str) -> ReleaseRef:
    """Read a release out of a version, the word `latest`, or a link to its page.

    `home` is the base URL of the Sentry in use; a link must lead there.

    Raises:
        Invalid: It is none of these, or the link leads elsewhere.
    """
    bare = text.strip(_WRAPPING)
    if "://" in bare:
        return _linked(bare, home)
    if not bare or len(bare) > _LONGEST or "/" in bare or bare in {".", ".."}:
        raise Invalid(
            f"{text[:80]!r} is no release. Give its version such as `shop@2.4.1`, the short "
            "version, `latest`, or its Sentry link; `list_releases` names them."
        )
    return ReleaseRef(LATEST if bare.lower() == LATEST else bare)


def _linked(text: str, home: str) -> ReleaseRef:
    try:
        link = urlsplit(text)
        if link.scheme == "sentry":
            return _found(link, link.path, link.netloc)
        org = organization_of(link, home)
    except ValueError:
        raise Invalid(
            f"{text[:120]!r} is no link. Copy it from the release's page again."
        ) from None
    base = urlsplit(home).path.rstrip("/")
    return _found(link, link.path.removeprefix(base).removeprefix("/api/0"), org)


def _found(link: SplitResult, below: str, org: str) -> ReleaseRef:
    found = _PAGE.fullmatch(below)
    if not found:
        raise Invalid(
            f"{link.geturl()[:120]!r} is no link to a release. Copy it from the release's page in "
            "Sentry, or give its version."
        )
    named = unquote(found["org"] or found["org2"] or "") or org
    (project,) = parse_qs(link.query).get("project", [""])[:1]
    return ReleaseRef(
        unquote(found["version"]),
        slug(named, "organization") if named else "",
        project if project.isdecimal() else "",
    )
