"""Uptime monitors: which address is asked how often, and what it answered."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from statistics import median

from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.uptime import UptimeCheck, UptimeMonitor
from dexter_mcp.views.moments import span
from dexter_mcp.views.numbers import counted, percent
from dexter_mcp.views.schedules import stamp
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import clean, name, word

_URL = 120
_ENVIRONMENT = 40
_MILLISECONDS = 1000
_HEADERS = ("at (UTC)", "status", "why", "http", "took", "from")
_SUCCESS = "success"


def asks(it: UptimeMonitor) -> str:
    """Say what is asked how often."""
    method = "" if it.method in {"", "GET"} else f"{name(it.method)} "
    often = f" every {span(it.interval_seconds)}" if it.interval_seconds else ""
    return f"{method}{name(it.url, limit=_URL)}{often}".strip()


def heading(it: UptimeMonitor, *, org: str, link: str, owner: str) -> list[str]:
    """Say what an uptime monitor is, and whether the address answers."""
    first = [
        f"uptime monitor {name(it.id)} of {name(org)}",
        word(it.name),
        f"project {name(it.project_slug)}",
        owner,
        "disabled" if it.status == "disabled" else "down" if it.is_down else "up",
    ]
    limit = f", given up after {span(it.timeout_ms / _MILLISECONDS)}" if it.timeout_ms else ""
    asked = f"asks {asks(it)}{limit}" if it.url else "This server does not say what it asks."
    return [" · ".join(filter(None, first)), asked, link]


def environment(it: UptimeMonitor) -> Iterator[str]:
    """Name the environment that an address stands for."""
    if it.environment:
        yield clean(it.environment, limit=_ENVIRONMENT)


def checks(page: Page[UptimeCheck], now: datetime) -> Iterator[str]:
    """Show checks, newest first."""
    if not page.items:
        yield "none in this time"
        return
    rows = [
        [
            stamp(each.timestamp, now),
            name(each.check_status).replace("_", " "),
            name(each.check_status_reason).replace("_", " "),
            "" if each.http_status_code is None else str(each.http_status_code),
            "" if each.duration_ms is None else span(each.duration_ms / _MILLISECONDS),
            name(each.region_name),
        ]
        for each in page.items
    ]
    yield from table(_HEADERS, rows).split("\n")


def stats(newest_first: Sequence[UptimeCheck], now: datetime) -> Iterator[str]:
    """Say how many of the latest checks went well, how long they took, since when it fails."""
    asked = [each for each in newest_first if each.check_status != "missed_window"]
    if not asked:
        yield "no check in this time"
        return
    well = [each for each in asked if each.check_status == _SUCCESS]
    took = [each.duration_ms for each in well if each.duration_ms is not None]
    usual = f", median {span(median(took) / _MILLISECONDS)}" if took else ""
    last = counted(len(asked), "check")
    yield f"of the last {last}: {percent(len(well), len(asked))} succeeded{usual}"
    failing = _failing_since(asked)
    if failing:
        yield f"failing since {stamp(failing, now)} UTC{'' if well else ' or longer'}"


def _failing_since(newest_first: Sequence[UptimeCheck]) -> datetime | None:
    """Find the oldest of the failures that nothing interrupted until now."""
    since = None
    for each in newest_first:
        if each.check_status == _SUCCESS:
            break
        since = each.timestamp
    return since
