"""Forwarders of events in the shape of Sentry's API."""

from dexter_mcp.simulator.memory.outgoing import Forwarder
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.shapes.projects import project_brief
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json


def forwarder_json(call: Call, forwarder: Forwarder) -> Json:
    """Shape a forwarder with what differs for each project.

    https://docs.sentry.io/api/integrations/retrieve-data-forwarders-for-an-organization/
    """
    known = dict.fromkeys((*forwarder.projects, *forwarder.overrides))
    there = [number for number in known if number in call.world.projects]
    return {
        "id": forwarder.id,
        "organizationId": call.org.id,
        "isEnabled": forwarder.enabled,
        "enrollNewProjects": forwarder.enrolls_new,
        "enrolledProjects": [_project(call, one) for one in there if one in forwarder.projects],
        "provider": forwarder.provider,
        "config": forwarder.config,
        "projectConfigs": [_own_config(call, forwarder, one) for one in there],
        **_dates(forwarder),
    }


def _own_config(call: Call, forwarder: Forwarder, project: int) -> Json:
    overrides = forwarder.overrides.get(project, {})
    return {
        "id": f"{forwarder.id}{project}",
        "isEnabled": project in forwarder.projects,
        "dataForwarderId": forwarder.id,
        "project": _project(call, project),
        "overrides": overrides,
        "effectiveConfig": forwarder.config | overrides,
        **_dates(forwarder),
    }


def _dates(forwarder: Forwarder) -> Json:
    updated = forwarder.updated or forwarder.created
    return {"dateAdded": iso(forwarder.created), "dateUpdated": iso(updated)}


def _project(call: Call, number: int) -> Json:
    told = project_brief(call.world.projects[number])
    return {name: told[name] for name in ("id", "slug", "platform")}
