"""Organizations in the shape of Sentry's API."""

from dexter_mcp.simulator.memory.records import Organization
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.shapes.people import AVATAR
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json

_FEATURES = ["discover-basic", "discover-query", "dashboards-basic", "performance-view"]

_SETTINGS: Json = {
    "defaultRole": "member",
    "openMembership": True,
    "eventsMemberAdmin": True,
    "alertsMemberWrite": True,
    "attachmentsRole": "member",
    "debugFilesRole": "admin",
    "trustedRelays": [],
    "dataScrubber": False,
    "dataScrubberDefaults": True,
    "sensitiveFields": [],
    "safeFields": [],
    "storeCrashReports": 0,
    "scrubIPAddresses": False,
    "scrapeJavaScript": True,
    "allowSharedIssues": True,
    "allowJoinRequests": True,
    "enhancedPrivacy": False,
    "hideAiFeatures": False,
    "issueAlertsThreadFlag": True,
    "metricAlertsThreadFlag": True,
    "hasGranularReplayPermissions": False,
    "replayAccessMembers": [],
    "relayPiiConfig": None,
    "relayDsnEndpoint": None,
    "requiresSso": False,
    "isDefault": False,
    "isDynamicallySampled": False,
    "aggregatedDataConsent": False,
    "pendingAccessRequests": 0,
    "experiments": {},
    "autoEnableCodeReview": False,
    "autoOpenPrs": False,
    "defaultAutofixAutomationTuning": "off",
    "defaultAutomatedRunStoppingPoint": "code_changes",
    "defaultCodeReviewTriggers": [],
    "defaultCodingAgent": "seer",
    "defaultCodingAgentIntegrationId": None,
    "defaultSeerScannerAutomation": False,
    "enableSeerCoding": True,
    "quota": {
        "maxRate": None,
        "maxRateInterval": 60,
        "accountLimit": 0,
        "projectLimit": 100,
    },
}
"""What an organization is founded with."""


def organization_json(call: Call, org: Organization) -> Json:
    """Shape an organization as lists show it.

    https://docs.sentry.io/api/organizations/list-your-organizations/
    """
    changed = _changed(call, org)
    return {
        "id": org.id,
        "slug": org.slug,
        "name": org.name,
        "dateCreated": iso(org.created),
        "status": {"id": "active", "name": "active"},
        "avatar": changed.get("avatar", AVATAR),
        "isEarlyAdopter": changed.get("isEarlyAdopter", False),
        "require2FA": changed.get("require2FA", False),
        "hasAuthProvider": False,
        "allowMemberInvite": changed.get("allowMemberInvite", True),
        "allowMemberProjectCreation": changed.get("allowMemberProjectCreation", True),
        "allowSuperuserAccess": False,
        "links": {
            "organizationUrl": f"{call.base}/organizations/{org.slug}/",
            "regionUrl": region_url(call, org),
        },
        "features": _FEATURES,
    }


def organization_details(call: Call, org: Organization) -> Json:
    """Shape an organization with its settings and the caller's rights.

    https://docs.sentry.io/api/organizations/retrieve-an-organization/
    """
    return (
        organization_json(call, org)
        | _SETTINGS
        | _changed(call, org)
        | {"access": sorted(call.token.scopes), "onboardingTasks": []}
    )


def _changed(call: Call, org: Organization) -> Json:
    return call.world.settings.of_organization.get(org.id, {})


def region_url(call: Call, org: Organization) -> str:
    """Name the base URL that serves an organization; nothing on premises."""
    if call.world.self_hosted:
        return ""
    return call.world.regions.get(org.region) or call.base
