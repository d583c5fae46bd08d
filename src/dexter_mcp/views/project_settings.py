"""How a project is set up, part by part: keys, rules, filters, and what it knows of its users."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from dexter_mcp.sentry.debug_files import DebugFile
from dexter_mcp.sentry.end_users import EndUser
from dexter_mcp.sentry.environments import Environment
from dexter_mcp.sentry.ownership import Ownership, Rule
from dexter_mcp.sentry.project_keys import ProjectKey
from dexter_mcp.sentry.project_settings import InboundFilter, ServiceHook, SymbolSource
from dexter_mcp.sentry.projects import ProjectDetails
from dexter_mcp.sentry.reply import Page
from dexter_mcp.views.listing import short_ago
from dexter_mcp.views.moments import span
from dexter_mcp.views.numbers import count, counted, size
from dexter_mcp.views.sparkline import sparkline
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import clean, name

_VALUE = 80
_PATTERN = 200
_LINK = 300
_SHOWN_RULES = 25
_ONE = frozenset({"1 min", "1 h", "1 d"})

_DROPPED: Mapping[str, str] = MappingProxyType(
    {
        "browser-extensions": "errors of browser extensions",
        "localhost": "events from localhost",
        "filtered-transaction": "health checks",
        "legacy-browsers": "old browsers",
        "web-crawlers": "web crawlers",
        "react-hydration-errors": "hydration errors",
        "chunk-load-error": "chunk load errors",
    }
)


def keys(page: Page[ProjectKey], projects: Mapping[str, str] | None = None) -> Iterator[str]:
    """Show client keys; of several projects with the slug of each, by its number."""
    rows = [
        [
            name((projects or {}).get(key.project_id, key.project_id)) if projects else "",
            name(key.name or key.label),
            name(key.dsn.public, limit=_LINK),
            _rate(key),
            "" if key.is_active else "off",
            name(key.use_case) if key.use_case not in {"", "user"} else "",
        ]
        for key in page.items
    ]
    yield from _table(("project", "name", "dsn", "limit", "state", "for"), rows)


def _rate(key: ProjectKey) -> str:
    limit = key.rate_limit
    if limit is None or not limit.count:
        return ""
    window = span(limit.window)
    return f"{count(limit.count)} per {window.removeprefix('1 ') if window in _ONE else window}"


def environments(found: Sequence[Environment]) -> Iterator[str]:
    """Name environments, the hidden ones last."""
    for word, hidden in (("", False), ("hidden: ", True)):
        names = [clean(each.name, limit=_VALUE) for each in found if each.is_hidden is hidden]
        if names:
            yield word + ", ".join(names)


def ownership(it: Ownership) -> Iterator[str]:
    """Tell who owns what, in the order in which the rules count."""
    if not it.rules:
        yield name(it.raw, limit=_PATTERN) or "no rules; issues belong to the project's teams"
        return
    shown = it.rules[:_SHOWN_RULES]
    yield (
        ", ".join(
            [
                f"{counted(len(it.rules), 'rule')}, the last that matches decides",
                "" if it.is_active else "switched off",
                name(it.auto_assignment).lower(),
                "the rest is everybody's" if it.fallthrough else "",
            ]
        )
        .replace(", ,", ",")
        .rstrip(", ")
    )
    yield from map(rule, shown)
    if left := len(it.rules) - len(shown):
        yield f"… {left} more"


def rule(it: Rule) -> str:
    """Write one ownership rule: what it looks at, and who owns that."""
    owners = ", ".join(
        f"#{name(each.name)}" if each.type == "team" else name(each.name) for each in it.owners
    )
    return f"{name(it.matcher.type)}:{name(it.matcher.pattern, limit=_PATTERN)} → {owners}"


def filters(found: Sequence[InboundFilter], project: ProjectDetails) -> Iterator[str]:
    """Say what is dropped on arrival, and what could be."""
    on = [_filter(each) for each in found if each.active]
    off = [_filter(each) for each in found if not each.active]
    yield f"dropped: {', '.join(on) or 'nothing'}"
    if off:
        yield f"let in: {', '.join(off)}"
    options = project.options
    for what, lines in (
        ("messages", options.error_messages),
        ("releases", options.releases),
        ("addresses", options.addresses),
    ):
        if patterns := [name(line) for line in lines.splitlines() if line.strip()]:
            yield f"dropped {what}: {', '.join(patterns)}"


def _filter(it: InboundFilter) -> str:
    words = _DROPPED.get(it.id) or name(it.id)
    chosen = it.active if isinstance(it.active, tuple) else ()
    return f"{words} ({', '.join(map(name, chosen))})" if chosen else words


def hooks(page: Page[ServiceHook], now: datetime) -> Iterator[str]:
    """Show who hears of events; their secrets are not known here."""
    rows = [
        [
            name(each.url, limit=_LINK),
            ", ".join(map(name, each.events)),
            name(each.status) if each.status != "active" else "",
            short_ago(each.date_created, now),
        ]
        for each in page.items
    ]
    yield from _table(("hook", "hears", "state", "since"), rows)


def sources(found: Sequence[SymbolSource], project: ProjectDetails) -> Iterator[str]:
    """Show where debug files are looked for."""
    if project.builtin_symbol_sources:
        yield f"built in: {', '.join(map(name, project.builtin_symbol_sources))}"
    for each in found:
        place = each.url or "/".join(filter(None, [each.bucket, each.prefix])) or each.app_name
        words = [
            f"{name(each.name or each.id)}: {name(each.type)} {name(place, limit=_LINK)}".strip(),
            f"layout {name(each.layout.type)}" if each.layout.type else "",
            name(each.region),
            name(each.bundle_id),
            "public" if each.is_public else "",
        ]
        yield ", ".join(filter(None, words))


def debug_files(page: Page[DebugFile], now: datetime) -> Iterator[str]:
    """Show debug files, a line each."""
    rows = [
        [
            name(each.object_name),
            name(each.symbol_type),
            name(each.cpu_name),
            name(each.debug_id),
            ", ".join(map(name, each.data.features)),
            size(each.size),
            short_ago(each.date_created, now),
        ]
        for each in page.items
    ]
    yield from _table(("file", "kind", "cpu", "debug id", "has", "size", "age"), rows)


def users(page: Page[EndUser], now: datetime) -> Iterator[str]:
    """Show end users; the first column finds the issues of one. An address says the name too."""
    rows = [
        [
            clean(each.tag_value or each.identifier, limit=_VALUE),
            clean(each.email, limit=_VALUE),
            clean(each.name if each.email else each.name or each.username, limit=_VALUE),
            clean(each.ip_address, limit=_VALUE),
            short_ago(each.date_created, now),
        ]
        for each in page.items
    ]
    yield from _table(("user", "email", "name", "ip", "first seen"), rows)


def stats(series: Sequence[tuple[float, float]], period: str) -> Iterator[str]:
    """Draw how many errors came in."""
    values = [number for _, number in series]
    if values:
        yield f"{counted(sum(values), 'error')}, last {period} {sparkline(values, width=14)}"


def _table(headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    yield from filter(None, table(headers, rows).split("\n"))
