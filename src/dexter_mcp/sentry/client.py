"""The facade: everything this server can ask of Sentry, grouped by what it is about."""

import platform
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Self

import httpx2

from dexter_mcp import __version__
from dexter_mcp.sentry.alert_rules import AlertRules
from dexter_mcp.sentry.api import Api, Origin
from dexter_mcp.sentry.attachments import Attachments
from dexter_mcp.sentry.autofix import Autofix
from dexter_mcp.sentry.catalogue import Catalogue
from dexter_mcp.sentry.dashboards import Dashboards
from dexter_mcp.sentry.debug_files import DebugFiles
from dexter_mcp.sentry.detectors import Detectors
from dexter_mcp.sentry.discover import Discover
from dexter_mcp.sentry.end_users import EndUsers
from dexter_mcp.sentry.environments import Environments
from dexter_mcp.sentry.event_fields import EventFields
from dexter_mcp.sentry.events import Events
from dexter_mcp.sentry.external_issues import ExternalIssues
from dexter_mcp.sentry.feedback import Feedback
from dexter_mcp.sentry.grouping import Grouping
from dexter_mcp.sentry.identity import Identities
from dexter_mcp.sentry.integrations import Integrations
from dexter_mcp.sentry.issue_counts import IssueCounts
from dexter_mcp.sentry.issues import Issues
from dexter_mcp.sentry.limiter import LocalLimiter
from dexter_mcp.sentry.members import Members
from dexter_mcp.sentry.metric_alerts import MetricAlerts
from dexter_mcp.sentry.monitors import Monitors
from dexter_mcp.sentry.network import network
from dexter_mcp.sentry.organizations import Organizations
from dexter_mcp.sentry.ownership import Ownerships
from dexter_mcp.sentry.profiles import Profiles
from dexter_mcp.sentry.project_keys import ProjectKeys
from dexter_mcp.sentry.project_settings import ProjectSettings
from dexter_mcp.sentry.projects import Projects
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.regions import Regions
from dexter_mcp.sentry.release_files import ReleaseFiles
from dexter_mcp.sentry.releases import Releases
from dexter_mcp.sentry.replays import Replays
from dexter_mcp.sentry.repositories import Repositories
from dexter_mcp.sentry.saved_queries import SavedQueries
from dexter_mcp.sentry.scim import Scim
from dexter_mcp.sentry.sentry_apps import SentryApps
from dexter_mcp.sentry.sessions import Sessions
from dexter_mcp.sentry.source_maps import SourceMaps
from dexter_mcp.sentry.stats import Stats
from dexter_mcp.sentry.tags import Tags
from dexter_mcp.sentry.teams import Teams
from dexter_mcp.sentry.timeseries import TimeSeriesQueries
from dexter_mcp.sentry.traces import Traces
from dexter_mcp.sentry.transports import (
    Bounded,
    Cached,
    Coalesced,
    Guarded,
    Retried,
    Throttled,
    Traced,
)
from dexter_mcp.sentry.transports.wrapper import Clock
from dexter_mcp.sentry.uptime import Uptime
from dexter_mcp.sentry.workflows import Workflows
from dexter_mcp.settings import Settings

_TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
"""Seconds. Sentry answers slow event queries within 30, or not at all."""
_NO_COOKIES = DefaultCookiePolicy(allowed_domains=())
"""The token says who asks; a session that Sentry began meanwhile must not say otherwise."""


class Sentry:
    """Sentry, as one polite caller sees it."""

    def __init__(self, api: Api, settings: Settings, pulse: Pulse) -> None:
        self.url, self.pulse, self.capabilities = settings.url, pulse, api.capabilities
        self.now = api.now
        self.identity = Identities(api, settings.token)
        self.organizations = Organizations(api, settings.org)
        self.projects = Projects(api)
        self.issues = Issues(api)
        self.events = Events(api)
        self.tags = Tags(api)
        self.attachments, self.source_maps = Attachments(api), SourceMaps(api)
        self.feedback, self.grouping = Feedback(api), Grouping(api)
        self.autofix, self.issue_counts = Autofix(api), IssueCounts(api)
        self.discover, self.time_series = Discover(api), TimeSeriesQueries(api)
        self.event_fields, self.saved_queries = EventFields(api), SavedQueries(api)
        self.catalogue = Catalogue(api)
        self.teams, self.members = Teams(api), Members(api)
        self.project_keys, self.ownership = ProjectKeys(api), Ownerships(api)
        self.project_settings, self.debug_files = ProjectSettings(api), DebugFiles(api)
        self.environments, self.end_users = Environments(api), EndUsers(api)
        self.releases, self.release_files = Releases(api), ReleaseFiles(api)
        self.sessions, self.stats = Sessions(api), Stats(api)
        self.workflows, self.detectors = Workflows(api), Detectors(api)
        self.alert_rules, self.metric_alerts = AlertRules(api), MetricAlerts(api)
        self.integrations, self.sentry_apps = Integrations(api), SentryApps(api)
        self.repositories, self.external_issues = Repositories(api), ExternalIssues(api)
        self.scim = Scim(api)
        self.monitors, self.uptime, self.dashboards = Monitors(api), Uptime(api), Dashboards(api)
        self.replays, self.traces, self.profiles = Replays(api), Traces(api), Profiles(api)

    @classmethod
    @asynccontextmanager
    async def connect(
        cls,
        settings: Settings,
        wire: httpx2.AsyncBaseTransport | None = None,
        *,
        now: Clock = time.time,
    ) -> AsyncGenerator[Self]:
        """Open a connection to the Sentry of `settings`, or to whatever answers on `wire`.

        Nothing is sent before the first call of a method. `now` is in epoch seconds.
        """
        pulse = Pulse()
        headers = {
            "authorization": f"Bearer {settings.token}",
            "accept": "application/json",
            "user-agent": f"dexter-mcp/{__version__} python/{platform.python_version()}",
        }
        async with httpx2.AsyncClient(
            headers=headers,
            cookies=CookieJar(_NO_COOKIES),
            transport=stack(settings, wire or network(settings), pulse, now),
            timeout=_TIMEOUT,
        ) as http:
            origin = Origin(settings.url, settings.token)
            yield cls(Api(http, origin, Regions(settings.url), now), settings, pulse)


def stack(
    settings: Settings, wire: httpx2.AsyncBaseTransport, pulse: Pulse, now: Clock
) -> httpx2.AsyncBaseTransport:
    """Put the layers between a request and the network in their order."""
    limiter = LocalLimiter(now, pulse, settings.requests_per_second)
    traced = Traced(Bounded(wire, pulse))
    patient = Retried(Throttled(traced, limiter), pulse, now=now)
    return Cached(Coalesced(Guarded(patient, pulse), pulse), pulse)
