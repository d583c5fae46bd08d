"""The doctor's judgement: evidence in, findings in plain words out."""

import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from dexter_mcp import __version__
from dexter_mcp.cli.evidence import Evidence
from dexter_mcp.insights.side_by_side import Part
from dexter_mcp.sentry import SentryError
from dexter_mcp.sentry.errors import SCOPES, Refused, Unreachable
from dexter_mcp.sentry.identity import Identity
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.tools.registry import NEEDS, chosen
from dexter_mcp.views.status import lines

Verdict = Literal["good", "doubtful", "bad"]

_PROXIES: Final = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")

_SLOW: Final = 5.0
"""Seconds for a handful of small requests, from where on a person would wonder."""

_SPARSE: Final = 0.2
"""Share of the requests in a window, below which something else is using them up."""

_KINDS: Final = {
    "user": "user auth token",
    "organization": "organization auth token",
    "integration": "internal integration token",
    "oauth": "OAuth token",
    "unknown": "token of an unknown kind",
}

_IMPLIED_BY: Final = {"read": ("read", "write", "admin"), "write": ("write", "admin")}
"""https://docs.sentry.io/api/permissions/"""

_WAYS_THROUGH: Final = (
    ("certificate", "Name the signing authority's file in DEXTER_CA_BUNDLE (--ca-bundle)."),
    ("ssl", "Check that the address speaks https, and that no proxy stands in between."),
    ("name or service", "Check the spelling of SENTRY_URL, and the name server."),
    ("attempts failed", "Check the port in SENTRY_URL, and whether the server is running."),
    ("in time", "Check the firewall, and whether HTTPS_PROXY must be set."),
    ("", "Check SENTRY_URL, and whether this machine may reach that address."),
)
"""What to do about a connection that fails, by a sign in the words of the failure."""


@dataclass(frozen=True)
class Finding:
    """One thing that was checked; what is not good comes with a remedy."""

    verdict: Verdict
    subject: str
    told: str
    remedy: str = ""


def judge(evidence: Evidence, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Go through the checks in the order in which things break."""
    yield python()
    yield from proxy(environment)
    yield address(evidence)
    if not evidence.settings.token:
        yield no_token(evidence.settings.url)
        return
    yield token(evidence)
    for identity in evidence.identity.came:
        yield from scopes(identity, evidence.settings.toolsets)
        yield regions(evidence.regions)
        yield organizations(evidence)
        yield headroom(evidence.headers)
        yield duration(evidence)
        yield traffic(evidence.pulse)


def python() -> Finding:
    """Say what is running."""
    system = f"{platform.python_implementation()} {platform.python_version()}"
    return Finding("good", "Python", f"{system} on {platform.system()}, dexter-mcp {__version__}")


def proxy(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Name the proxy variables that are set; their values may hold a password."""
    present = {name.upper() for name, value in environment.items() if value}
    if names := [name for name in _PROXIES if name in present]:
        yield Finding("good", "proxy", f"{', '.join(names)} set")


def no_token(url: str) -> Finding:
    """Say how to get a token; nothing else can be checked without one."""
    page = f"{url}/settings/account/api/auth-tokens/"
    remedy = f"Make a user auth token with {SCOPES} at {page} and set SENTRY_AUTH_TOKEN to it."
    return Finding("bad", "token", "none is set", remedy)


def address(evidence: Evidence) -> Finding:
    """Say whether anything that looks like Sentry answers, and over what."""
    url, trouble = evidence.settings.url, _trouble(evidence.identity)
    if isinstance(trouble, Unreachable):
        said = str(trouble).lower()
        return Finding("bad", "address", str(trouble), next(_ways_through(said)))
    if trouble is not None and not isinstance(trouble, Refused):
        remedy = "Check that SENTRY_URL is the address of a Sentry, with its path if it has one."
        return Finding("bad", "address", f"{url} answers, but not as Sentry: {trouble}", remedy)
    told = f"{url} answers {'over TLS' if url.startswith('https:') else 'without TLS'}"
    version = next((found.version for found in evidence.identity.came), "")
    return Finding("good", "address", f"{told}, API version {version}" if version else told)


def _ways_through(said: str) -> Iterator[str]:
    return (remedy for sign, remedy in _WAYS_THROUGH if sign in said)


def token(evidence: Evidence) -> Finding:
    """Say which kind of token was found where, and whether Sentry takes it; never the token."""
    found = f"{_KINDS[evidence.kind]} from {evidence.settings.token_source or 'the settings'}"
    trouble = _trouble(evidence.identity)
    if isinstance(trouble, Refused):
        return Finding("bad", "token", f"{found}, refused", str(trouble))
    if trouble is not None:
        return Finding("doubtful", "token", f"{found}, not tried", "Mend the address first.")
    if evidence.kind == "organization":
        remedy = "It is made for releases alone; use a user auth token for everything else."
        return Finding("doubtful", "token", found, remedy)
    user = evidence.identity.required().user
    return Finding("good", "token", f"{found} of {user.called}" if user else found)


def scopes(identity: Identity, toolsets: tuple[str, ...]) -> Iterator[Finding]:
    """Compare the scopes that are there with those that each chosen toolset needs."""
    have = set(identity.auth.scopes)
    needs = {toolset: NEEDS.get(toolset, "") for toolset in chosen(toolsets).toolsets}
    lacking = {toolset: need for toolset, need in needs.items() if not _covered(need, have)}
    if not lacking:
        yield Finding("good", "scopes", f"enough for the toolsets {', '.join(needs)}")
    for toolset, need in lacking.items():
        remedy = f"Use a token that has {need}, or leave the toolset out with --toolsets."
        yield Finding("bad", "scopes", f"the toolset {toolset} lacks {need}", remedy)


def _covered(need: str, have: set[str]) -> bool:
    area, _, level = need.partition(":")
    return not need or any(f"{area}:{level}" in have for level in _IMPLIED_BY.get(level, (level,)))


def regions(part: Part[dict[str, str]]) -> Finding:
    """Name the regions that the token reaches."""
    if trouble := _trouble(part):
        return Finding("bad", "regions", "not told", str(trouble))
    names = ", ".join(filter(None, part.required()))
    return Finding("good", "regions", names or "one place, without regions")


def organizations(evidence: Evidence) -> Finding:
    """Name the organizations that the token reaches, and look for the default among them."""
    if trouble := _trouble(evidence.organizations):
        return Finding("bad", "organizations", "not listed", str(trouble))
    found = evidence.organizations.required()
    default, listed = evidence.settings.org, ", ".join(one.slug for one in found)
    if not found:
        remedy = "Use a token of somebody who is a member of an organization."
        return Finding("bad", "organizations", "the token reaches none", remedy)
    if default and not any(default in {one.slug, one.id} for one in found):
        remedy = f"Set SENTRY_ORG to one of {listed}, or leave it unset."
        return Finding("bad", "organizations", f"{default} is not among {listed}", remedy)
    return Finding("good", "organizations", f"{listed}; default {default}" if default else listed)


def headroom(headers: Mapping[str, str]) -> Finding:
    """Say how many requests are left in the present window; a self-hosted server has no limit."""
    limit = headers.get("x-sentry-rate-limit-limit", "")
    left = headers.get("x-sentry-rate-limit-remaining", "")
    if not limit.isdigit() or not left.isdigit():
        return Finding("good", "rate limit", "none announced, as with self-hosted servers")
    told = f"{left} of {limit} requests left in this window"
    if int(left) < int(limit) * _SPARSE:
        remedy = "Something else uses this user's requests; lower --requests-per-second."
        return Finding("doubtful", "rate limit", told, remedy)
    return Finding("good", "rate limit", told)


def traffic(pulse: Pulse) -> Finding:
    """Tell what the requests met with on their way, as `dexter://status` does while serving."""
    return Finding("good", "traffic", "; ".join(line.removeprefix("- ") for line in lines(pulse)))


def duration(evidence: Evidence) -> Finding:
    """Say how long the examination took."""
    told = f"{evidence.requests} requests in {evidence.seconds:.1f} s"
    if evidence.seconds < _SLOW:
        return Finding("good", "time", told)
    return Finding("doubtful", "time", told, "Check the network and the proxy: calls will be slow.")


def _trouble(part: Part[Any]) -> SentryError | None:
    if part.came:
        return None
    return part.error or Unreachable("Sentry did not answer in time.")
