"""What can be read, and where."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mcp.server import MCPServer
from mcp.server.mcpserver.resources import (
    FunctionResource,
    ResourceSecurity,
    ResourceTemplate,
)
from mcp.shared.uri_template import UriTemplate

from dexter_mcp.resources.guides import Guides
from dexter_mcp.resources.summaries import Summaries

if TYPE_CHECKING:
    from collections.abc import Callable

_MARKDOWN = "text/markdown"
_NO_FILES = ResourceSecurity(reject_path_traversal=False, reject_absolute_paths=False)
"""No variable names a file: versions and queries may look like paths, and the facade encodes each
of them before it becomes part of an address."""


@dataclass(frozen=True)
class _Resource:
    """Something to read at an address; without a `toolset` it is always on offer."""

    uri: str
    read: "Callable[..., Any]"
    title: str
    description: str
    toolset: str = ""


def add_resources(
    server: MCPServer[Any], toolsets: Collection[str], guides: Guides, summaries: Summaries
) -> None:
    """Offer what belongs to the toolsets on offer, or to none."""
    listed = (*_about_this_server(guides, summaries), *_about_sentry(summaries))
    for each in listed:
        if each.toolset in {"", *toolsets}:
            _offer(server, each)


def _offer(server: MCPServer[Any], each: _Resource) -> None:
    """Offer a resource without the schema of its arguments that the SDK would build.

    No client sees it, every argument is a text, and it would be most of what a start costs.
    """
    parsed = UriTemplate.parse(each.uri)
    shown: dict[str, Any] = {
        "name": each.read.__name__,
        "title": each.title,
        "description": each.description,
        "mime_type": _MARKDOWN,
        "fn": each.read,
    }
    if not parsed.variable_names:
        server.add_resource(FunctionResource(uri=each.uri, **shown))
        return
    template = ResourceTemplate(
        uri_template=each.uri,
        parsed_template=parsed,
        parameters={},
        context_kwarg=None,
        security=_NO_FILES,
        **shown,
    )
    # The SDK takes functions only, and makes the templates itself.
    templates = server._resource_manager._templates  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    templates[each.uri] = template


def _about_this_server(guides: Guides, summaries: Summaries) -> Iterator[_Resource]:
    yield _Resource(
        "dexter://guide/search",
        guides.search,
        "Guide: searching issues",
        "Sentry's query syntax, exact and short.",
    )
    yield _Resource(
        "dexter://guide/discover",
        guides.discover,
        "Guide: querying events",
        "Fields, functions, query syntax, with examples.",
        "discover",
    )
    yield _Resource(
        "dexter://guide/datasets",
        guides.datasets,
        "Guide: data sets",
        "What there is to query, and the fields that matter.",
        "discover",
    )
    yield _Resource(
        "dexter://guide/alerts",
        guides.alerts,
        "Guide: alerts and monitors",
        "What they are, and how to read them.",
        "alerts",
    )
    yield _Resource(
        "dexter://guide/releases",
        guides.releases,
        "Guide: releases",
        "What to ask of releases, and how to read their health.",
        "releases",
    )
    yield _Resource(
        "dexter://guide/tools",
        guides.tools,
        "Guide: working with Dexter",
        "How to begin, and the tools on offer.",
    )
    yield _Resource(
        "dexter://status",
        summaries.status,
        "Status",
        "How the road to Sentry has been: requests, cache, retries, limits, latency.",
    )


def _about_sentry(summaries: Summaries) -> Iterator[_Resource]:
    yield from _about_organizations(summaries)
    yield from _about_issues(summaries)
    yield from _about_events(summaries)
    yield from _about_alerts_and_releases(summaries)


def _about_organizations(summaries: Summaries) -> Iterator[_Resource]:
    yield _Resource(
        "sentry://organizations",
        summaries.organizations,
        "Organizations",
        "The organizations that the token reaches.",
        "projects",
    )
    yield _Resource(
        "sentry://{org}/projects",
        summaries.projects,
        "Projects of an organization",
        "Slugs, platforms, teams, releases and environments.",
        "projects",
    )
    yield _Resource(
        "sentry://{org}/projects/{project}",
        summaries.project,
        "Project",
        "Error volume, DSNs with rate limits, ownership rules, inbound filters.",
        "projects",
    )
    yield _Resource(
        "sentry://{org}/teams",
        summaries.teams,
        "Teams of an organization",
        "How many members, which projects.",
        "teams",
    )
    yield _Resource(
        "sentry://{org}/integrations",
        summaries.integrations,
        "Integrations of an organization",
        "What is connected, and whether it works.",
        "integrations",
    )
    yield _Resource(
        "sentry://{org}/integrations/{integration}",
        summaries.integration,
        "Integration",
        "State, settings, repositories, code mappings; by id, name or domain.",
        "integrations",
    )


def _about_issues(summaries: Summaries) -> Iterator[_Resource]:
    yield _Resource(
        "sentry://{org}/issues/{issue}",
        summaries.issue,
        "Issue in full",
        "State, stack trace, breadcrumbs, telling tags, activity.",
        "issues",
    )
    yield _Resource(
        "sentry://{org}/issues/{issue}/events/{event}",
        summaries.event,
        "Event in full",
        "By id, or `latest`, `oldest`, `recommended`.",
        "issues",
    )


def _about_events(summaries: Summaries) -> Iterator[_Resource]:
    yield _Resource(
        "sentry://{org}/discover{?dataset,fields,query,sort,period}",
        summaries.discover,
        "Query of events",
        "A table; fields are separated by commas, and whatever is left out is as usual.",
        "discover",
    )
    yield _Resource(
        "sentry://{org}/queries/{saved}",
        summaries.saved,
        "Saved query",
        "What a query saved in Sentry answers now; by name or reference.",
        "discover",
    )
    yield _Resource(
        "sentry://{org}/traces/{trace}",
        summaries.trace,
        "Trace",
        "Spans across services, own times, gaps, N+1, errors, slowest path.",
        "traces",
    )


def _about_alerts_and_releases(summaries: Summaries) -> Iterator[_Resource]:
    yield _Resource(
        "sentry://{org}/alerts",
        summaries.alerts,
        "Alerts of an organization",
        "What watches what and tells whom, trouble first.",
        "alerts",
    )
    yield _Resource(
        "sentry://{org}/alerts/{alert}",
        summaries.alert,
        "Alert or monitor",
        "Conditions, thresholds, actions, when it fired; by id or name.",
        "alerts",
    )
    yield _Resource(
        "sentry://{org}/releases",
        summaries.releases,
        "Releases of an organization",
        "Crash-free rates, adoption, new issues, last deploys.",
        "releases",
    )
    yield _Resource(
        "sentry://{org}/releases/{version}",
        summaries.release,
        "Release",
        "Health, new and regressed issues, deploys.",
        "releases",
    )
