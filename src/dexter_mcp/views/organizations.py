"""Organizations as lists show them, and what is said of one before its parts."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from dexter_mcp.sentry.organizations import Organization, OrganizationDetails, Quota, Relay
from dexter_mcp.sentry.reply import Page
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.listing import echo, found, onward, short_ago
from dexter_mcp.views.moments import ago, span
from dexter_mcp.views.numbers import count
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import name

_URL = 200
_WHOLE = 100
_HEADERS = ("org", "name", "status", "link")

_SETTINGS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "require_2fa": ("a second factor is required", "a second factor is optional"),
        "has_auth_provider": ("single sign-on is set up", "no single sign-on"),
        "open_membership": ("members may join any team", "teams are closed"),
        "allow_member_invite": ("members may invite", "members may not invite"),
        "allow_member_project_creation": (
            "members may create projects",
            "members may not create projects",
        ),
        "alerts_member_write": ("members may edit alerts", "members may not edit alerts"),
        "events_member_admin": ("members may delete events", "members may not delete events"),
        "data_scrubber": ("data scrubbing is enforced", ""),
        "scrub_ip_addresses": ("IP addresses are removed everywhere", ""),
    }
)
"""What each setting says when it is on, and when it is off."""


def listing(page: Page[Organization], *, query: str) -> Answer:
    """Show a page of organizations, a line each."""
    asked = echo(query=query)
    if not page.items:
        hint = (
            "Leave out `query`."
            if query
            else "The token may belong to no organization: see `whoami`."
        )
        missing = [f"failed: {reason}" for reason in page.failed]
        said = ["No organization found.", asked, hint, *missing]
        return Answer("\n".join(filter(None, said)), data=page)
    rows = [_row(each) for each in page.items]
    missing = [f"failed: {reason}" for reason in page.failed]
    lines = [found(page, "organization"), asked, table(_HEADERS, rows), *onward(page), *missing]
    return Answer("\n".join(filter(None, lines)), data=page)


def _row(each: Organization) -> list[str]:
    return [
        name(each.slug),
        name(each.name),
        name(each.status.name) if each.status.id not in {"", "active"} else "",
        name(each.links.organization_url, limit=_URL),
    ]


def heading(org: OrganizationDetails, *, now: datetime) -> list[str]:
    """Say what an organization is, and its rules in words."""
    first = [
        f"organization {name(org.slug)}",
        name(org.name) if org.name.lower() != org.slug.lower() else "",
        f"id {name(org.id)}",
        name(org.status.name) if org.status.id not in {"", "active"} else "",
        f"created {ago(org.date_created, now)}" if org.date_created else "",
    ]
    return [
        " · ".join(filter(None, first)),
        *filter(None, [name(org.links.organization_url, limit=_URL)]),
        *filter(None, ["; ".join(_rules(org))]),
    ]


def relays(found: Sequence[Relay], now: datetime) -> Iterator[str]:
    """Show the trusted relays that were seen, a line each."""
    rows = [
        [
            name(each.relay_id),
            name(each.version),
            short_ago(each.last_seen, now),
            short_ago(each.first_seen, now),
            name(each.public_key),
        ]
        for each in found
    ]
    headers = ("relay", "version", "last seen", "first seen", "public key")
    yield from filter(None, table(headers, rows).split("\n"))


def _rules(org: OrganizationDetails) -> Iterator[str]:
    if org.default_role:
        yield f"new members are {name(org.default_role)}"
    for setting, (on, off) in _SETTINGS.items():
        value = getattr(org, setting)
        if value is not None and (said := on if value else off):
            yield said
    for verb, fields in (("also scrubs", org.sensitive_fields), ("never scrubs", org.safe_fields)):
        if fields:
            yield f"{verb} {', '.join(map(name, fields))}"
    if org.quota:
        yield from _quota(org.quota)


def _quota(quota: Quota) -> Iterator[str]:
    if quota.max_rate:
        yield f"takes {count(quota.max_rate)} events per {span(quota.max_rate_interval)}"
    if quota.account_limit:
        yield f"takes {count(quota.account_limit)} events an hour"
    if quota.project_limit and quota.project_limit < _WHOLE:
        yield f"one project at most {quota.project_limit}% of that"
