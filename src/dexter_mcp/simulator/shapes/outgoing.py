"""Whom Sentry tells of spikes, in the shape of its API.

https://docs.sentry.io/api/alerts/
"""

from dexter_mcp.simulator.memory.outgoing import NotificationAction
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.telling.story import Json


def action_json(call: Call, action: NotificationAction) -> Json:
    """Shape a notification action."""
    return {
        "id": action.id,
        "organizationId": int(call.org.id),
        "integrationId": action.integration,
        "sentryAppId": None,
        "projects": list(action.projects),
        "serviceType": action.service,
        "triggerType": action.trigger,
        "targetType": action.target_kind,
        "targetIdentifier": action.target,
        "targetDisplay": action.target_name,
    }
