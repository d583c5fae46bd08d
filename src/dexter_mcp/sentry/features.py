"""What a path is about, in words: for a server that says only that there is nothing there."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_WHOLE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "code-mappings": "code mappings",
        "config/integrations": "integrations",
        "dashboards": "dashboards",
        "discover/saved": "queries saved in Discover",
        "events": "queries about events",
        "events-stats": "time series",
        "events-timeseries": "time series",
        "explore/saved": "queries saved in Explore",
        "forwarding": "data forwarding",
        "integrations": "integrations",
        "issues-count": "counts of issues",
        "monitors": "cron monitors",
        "profiling": "profiles",
        "profiling/flamegraph": "profiles",
        "release-threshold-statuses": "release thresholds",
        "relay_usage": "Relays",
        "replay-count": "session replays",
        "replay-selectors": "session replays",
        "replays": "session replays",
        "repos": "repositories",
        "scim/v2/Groups": "SCIM",
        "scim/v2/Users": "SCIM",
        "sentry-app-installations": "installed apps",
        "sentry-apps": "apps",
        "sessions": "sessions and release health",
        "stats-summary": "figures on usage",
        "stats_v2": "figures on usage",
        "trace": "traces",
        "trace-items": "spans and logs",
        "trace-meta": "traces",
        "detectors": "monitors of today's kind",
        "uptime": "uptime monitors",
        "user-teams": "list of one's own teams",
        "workflows": "alerts of today's kind",
    }
)
"""What organizations have, by its place in a path."""
_PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "attachments": "attachments",
        "autofix": "analyses by Seer",
        "commitfiles": "files of commits",
        "commits": "commits",
        "deploys": "deploys",
        "external-issues": "tickets",
        "ownership": "ownership rules",
        "user-feedback": "user reports",
    }
)
"""What issues, events, releases and projects have."""
_EMPTY: Final = ("trace/", "trace-meta/")
"""Where Sentry answers with nothing, but answers, when there is no such thing."""
_STRANGE: Final = re.compile(r"[^/]*%[^/]*")
"""A part of a path that is no plain word: a release may be named by anyone who holds a DSN."""
_LONGEST: Final = 200
_OF_ORGANIZATION: Final = re.compile(r"/api/0/organizations/[^/]+/(?P<rest>.+?)/?")


def named(path: str) -> str:
    """Name what a server lacks that has nothing at a path; empty where that is not one thing."""
    last = path.strip("/").rpartition("/")[2]
    return _PARTS.get(last, "") or _WHOLE.get(_whole(path), "")


def place(path: str) -> str:
    """Name what was asked as people do, without what strangers may have written."""
    return _STRANGE.sub("…", path.removeprefix("/api/0"))[:_LONGEST]


def is_whole(path: str) -> bool:
    """Tell whether a path is all of a feature, so that nothing else can be missing there."""
    return (rest := _rest(path)) in _WHOLE or rest.startswith(_EMPTY)


def _whole(path: str) -> str:
    """Pick the feature that a path leads into; the longer of two that it may be."""
    rest = _rest(path)
    into = [each for each in _WHOLE if f"{rest}/".startswith(f"{each}/")]
    return max(into, key=len, default="")


def _rest(path: str) -> str:
    """Leave out which organization; what is a project's or a team's is no feature to itself."""
    found = _OF_ORGANIZATION.fullmatch(path)
    return found["rest"] if found else ""
