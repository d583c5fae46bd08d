"""Change an organization's name and settings."""

from collections.abc import Mapping

from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.memory.records import Organization
from dexter_mcp.simulator.memory.upheaval import rename_organization
from dexter_mcp.simulator.routes import fields
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.partial import (
    Reader,
    changes,
    choice,
    flag,
    line,
    mapping,
    null_or,
    texts,
)
from dexter_mcp.simulator.routes.writing import body, invalid
from dexter_mcp.simulator.shapes.members import role_lists, team_json
from dexter_mcp.simulator.shapes.organizations import organization_details
from dexter_mcp.simulator.shapes.projects import project_json
from dexter_mcp.simulator.telling.story import Json

_LEAST_SLUG = 3
_RESERVED = {
    *("account", "admin", "api", "auth", "billing", "dashboard", "docs", "help", "login"),
    *("onboarding", "organizations", "pricing", "sentry", "settings", "support", "www"),
}
_ROLES = ("member", "admin", "manager", "owner")
_SWITCHES = (
    *("isEarlyAdopter", "hideAiFeatures", "openMembership", "eventsMemberAdmin"),
    *("alertsMemberWrite", "hasGranularReplayPermissions", "require2FA", "allowSharedIssues"),
    *("enhancedPrivacy", "scrapeJavaScript", "allowJoinRequests", "dataScrubber"),
    *("dataScrubberDefaults", "scrubIPAddresses", "issueAlertsThreadFlag"),
    *("metricAlertsThreadFlag", "allowMemberInvite", "allowMemberProjectCreation"),
)


def _slug(told: Json, name: str) -> str:
    given = str(told[name])
    if given.strip() and any(map(str.isspace, given)):
        raise invalid(**{name: f'The slug "{given}" should not contain any whitespace.'})
    read = str(line(50)(told, name))
    if len(read) < _LEAST_SLUG:
        raise invalid(**{name: f'This slug "{read}" is too short. Minimum of 3 characters.'})
    if read in _RESERVED:
        raise invalid(**{name: f'This slug "{read}" is reserved and not allowed.'})
    if read.isdecimal() or read.strip("-") != read or not _is_plain(read):
        raise invalid(
            **{
                name: "Enter a valid slug consisting of lowercase letters, numbers, or hyphens. "
                "It cannot be entirely numeric or start/end with a hyphen."
            }
        )
    return read


def _is_plain(slug: str) -> bool:
    return slug.isascii() and slug == slug.lower() and slug.replace("-", "").isalnum()


def _members(told: Json, name: str) -> list[int]:
    return [fields.number({name: each}, name) or 0 for each in fields.items(told, name)]


def _relays(told: Json, name: str) -> list[Json]:
    return [mapping({name: each}, name) for each in fields.items(told, name)]


_BY_WRITERS: Mapping[str, Reader] = {
    "slug": _slug,
    "name": line(64),
    **dict.fromkeys(_SWITCHES, flag),
    **dict.fromkeys(("attachmentsRole", "debugFilesRole"), choice(*_ROLES)),
    **dict.fromkeys(("sensitiveFields", "safeFields"), texts()),
    "replayAccessMembers": null_or(_members),
    "avatarType": choice("letter_avatar", "upload"),
    "storeCrashReports": choice(0, 1, 5, 10, 20, 50, 100, -1),
    "relayPiiConfig": null_or(line(blank=True)),
    "relayDsnEndpoint": null_or(fields.address),
    "trustedRelays": _relays,
}
_BY_OWNERS: Mapping[str, Reader] = {"defaultRole": choice(*_ROLES)}
"""What `org:write` can change, and what needs `org:admin`; without it that is ignored."""


def update(call: Call) -> Response:
    """Change what a body names."""
    org, is_owner = call.org, "org:admin" in call.token.scopes
    read = changes(body(call), {**_BY_WRITERS, **(_BY_OWNERS if is_owner else {})})
    if (wanted := read.pop("slug", org.slug)) != org.slug:
        if wanted in call.world.organizations:
            raise invalid(slug=f'The slug "{wanted}" is already in use.')
        rename_organization(call.world, org, wanted)
        call.request.path_params["org"] = wanted  # the answer speaks of it, too
    org.name = read.pop("name", org.name)
    if kind := read.pop("avatarType", ""):
        read["avatar"] = {"avatarType": kind, "avatarUuid": None, "avatarUrl": None}
    call.world.settings.of_organization[org.id] |= read
    return JSONResponse(_whole(call, org))


def _whole(call: Call, org: Organization) -> Json:
    """Shape an organization with its teams and projects."""
    world = call.world
    return (
        organization_details(call, org)
        | role_lists()
        | {
            "teams": [team_json(call, team) for team in world.teams if team.org == org.slug],
            "projects": [project_json(call, each) for each in world.projects_of(org.slug)],
        }
    )
