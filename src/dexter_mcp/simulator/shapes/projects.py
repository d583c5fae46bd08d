"""Projects in the shapes of Sentry's API."""

import json

from dexter_mcp.simulator.memory.records import Project
from dexter_mcp.simulator.memory.store import Where
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.shapes.organizations import organization_json
from dexter_mcp.simulator.shapes.people import AVATAR, team_brief
from dexter_mcp.simulator.shapes.times import from_epoch, iso
from dexter_mcp.simulator.telling.story import Json

_ABSENT = (
    *("hasFeedbacks", "hasFlags", "hasMonitors", "hasNewFeedbacks", "hasProfiles", "hasReplays"),
    *("hasSessions", "hasInsightsHttp", "hasInsightsDb", "hasInsightsAssets"),
    *("hasInsightsAppStart", "hasInsightsScreenLoad", "hasInsightsVitals", "hasInsightsCaches"),
    *("hasInsightsQueues", "hasInsightsAgentMonitoring", "hasInsightsMCP", "hasLogs"),
    *("hasTraceMetrics", "hasUserReports", "hasMinifiedStackTrace"),
)
"""What no project of the simulator has."""

_SETTINGS: Json = {
    "isInternal": False,
    "isPublic": False,
    "avatar": AVATAR,
    "options": {},
    "digestsMinDelay": 300,
    "digestsMaxDelay": 1800,
    "subjectPrefix": "",
    "subjectTemplate": "$shortID - $title",
    "allowedDomains": ["*"],
    "resolveAge": 0,
    "dataScrubber": True,
    "dataScrubberDefaults": True,
    "safeFields": [],
    "sensitiveFields": [],
    "storeCrashReports": None,
    "securityToken": "simulated",
    "securityTokenHeader": None,
    "verifySSL": False,
    "scrubIPAddresses": False,
    "scrapeJavaScript": True,
    "enableAutoReleaseCreation": True,
    "highlightTags": ["environment", "handled", "level", "release", "url"],
    "highlightContext": {},
    "highlightPreset": {"tags": ["environment", "release"], "context": {}},
    "groupingConfig": "newstyle:2026-07-10",
    "derivedGroupingEnhancements": "",
    "groupingEnhancements": "",
    "secondaryGroupingExpiry": 0,
    "secondaryGroupingConfig": None,
    "fingerprintingRules": "",
    "processingIssues": 0,
    "defaultEnvironment": None,
    "relayPiiConfig": None,
    "builtinSymbolSources": [],
    "dynamicSamplingBiases": None,
    "isDynamicallySampled": False,
    "tempestFetchScreenshots": False,
    "autofixAutomationTuning": "off",
    "seerScannerAutomation": False,
    "seerNightshiftTweaks": {},
    "scmSourceContextEnabled": False,
    "debugFilesRole": None,
    "eventProcessing": {"symbolicationDegraded": False},
    "plugins": [],
    "latestDeploys": None,
}


def project_brief(project: Project) -> Json:
    """Shape a project as it stands inside an issue."""
    return {
        "id": str(project.id),
        "name": project.name,
        "slug": project.slug,
        "platform": project.platform or None,
    }


def project_json(call: Call, project: Project) -> Json:
    """Shape a project as lists show it.

    https://docs.sentry.io/api/organizations/list-an-organizations-projects/
    """
    world = call.world
    teams = [team_brief(t) for t in world.teams if t.org == project.org and t.slug in project.teams]
    releases = world.releases_of(project)
    seen = world.store.lifetime(Where("project = ?", (project.id,)))
    return (
        dict.fromkeys(_ABSENT, False)
        | project_brief(project)
        | {
            "platforms": sorted(
                {i.platform for i in world.issues.values() if i.project == project.id}
            ),
            "dateCreated": iso(project.created),
            "status": "active",
            "color": "#3f7ebf",
            "isBookmarked": (call.token.user, project.id) in world.settings.bookmarks,
            "isMember": call.is_member_of(project),
            "hasAccess": True,
            "features": [],
            "access": sorted(call.token.scopes),
            "firstEvent": iso(from_epoch(seen.first)) if seen else None,
            "firstTransactionEvent": False,
            "latestRelease": {"version": releases[0].version} if releases else None,
            "environments": [
                name
                for name in project.environments
                if (project.id, name) not in world.settings.hidden
            ],
            "team": teams[0] if teams else None,
            "teams": teams,
        }
    )


def project_summary(call: Call, project: Project) -> Json:
    """Shape a project as it stands inside a team."""
    shape = project_json(call, project)
    if shape["team"] is None:
        del shape["team"]
    return shape | {"isInternal": False, "isPublic": False, "avatar": AVATAR}


def project_details(call: Call, project: Project) -> Json:
    """Shape a project with its settings.

    https://docs.sentry.io/api/projects/retrieve-a-project/
    """
    settings = call.world.settings
    return (
        project_json(call, project)
        | _SETTINGS
        | settings.details.get(project.id, {})
        | {
            "symbolSources": json.dumps(settings.symbol_sources.get(project.id, [])),
            "options": settings.options.get(project.id, {}),
            "organization": organization_json(call, call.org),
        }
    )
