"""Organizations in the shape of Sentry's API."""

from dexter_mcp.simulator.memory.records import Organization
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.shapes.people import AVATAR
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json

_FEATURES = ["discover-basic", "discover-query", "dashboards-basic", "performance-view"]


def organization_json(call: Call, org: Organization) -> Json:
    """Shape an organization as lists show it.

    https://docs.sentry.io/api/organizations/list-your-organizations/
    """
    return {
        "id": org.id,
        "slug": org.slug,
        "name": org.name,
        "dateCreated": iso(org.created),
        "status": {"id": "active", "name": "active"},
        "avatar": AVATAR,
        "isEarlyAdopter": False,
        "require2FA": False,
        "hasAuthProvider": False,
        "allowMemberInvite": True,
        "allowMemberProjectCreation": True,
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
    return organization_json(call, org) | {
        "access": sorted(call.token.scopes),
        "onboardingTasks": [],
        "defaultRole": "member",
        "openMembership": True,
        "eventsMemberAdmin": True,
        "alertsMemberWrite": True,
        "trustedRelays": [],
        "dataScrubber": False,
        "dataScrubberDefaults": True,
        "sensitiveFields": [],
        "safeFields": [],
        "storeCrashReports": 0,
        "scrubIPAddresses": False,
        "quota": {
            "maxRate": None,
            "maxRateInterval": 60,
            "accountLimit": 0,
            "projectLimit": 100,
        },
    }


def region_url(call: Call, org: Organization) -> str:
    """Name the base URL that serves an organization; nothing on premises."""
    if call.world.self_hosted:
        return ""
    return call.world.regions.get(org.region) or call.base
