"""Make, change and delete projects, and say which teams they belong to."""

import re
import unicodedata
from collections.abc import Mapping
from hashlib import md5

from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.memory.alerts import ERRORS, ISSUES, Alert, Filters, built_in_id
from dexter_mcp.simulator.memory.records import Project, Team
from dexter_mcp.simulator.memory.upheaval import remove_project, rename_project
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
    slug,
    texts,
    whole,
)
from dexter_mcp.simulator.routes.refusals import forbidden, not_found, unauthenticated
from dexter_mcp.simulator.routes.writing import body, conflict, gone, invalid, require
from dexter_mcp.simulator.shapes.projects import project_details, project_json, project_summary
from dexter_mcp.simulator.telling.story import Json

_RESERVED = {
    *("api-keys", "audit-log", "auth", "billing", "developer-settings", "integrations"),
    *("legal", "members", "payments", "projects", "rate-limits", "repos", "settings"),
    *("subscription", "support", "teams", "usage"),
}
_PLATFORMS = {
    *("android", "apple", "bun", "c", "capacitor", "cfml", "cloudflare", "cocoa", "cordova"),
    *("csharp", "dart", "deno", "dotnet", "electron", "elixir", "flutter", "fsharp", "go"),
    *("godot", "groovy", "haskell", "ionic", "java", "javascript", "kotlin", "minidump"),
    *("native", "nintendo", "node", "objc", "other", "perl", "php", "playstation", "powershell"),
    *("python", "react", "rails", "ruby", "rust", "scala", "swift", "unity", "unreal", "xbox"),
}
"""What the names of platforms begin with."""


def _platform(told: Json, name: str) -> str:
    given = str(line(blank=True)(told, name))
    if given and given.partition("-")[0] not in _PLATFORMS:
        raise invalid(**{name: "Invalid platform"})
    return given


def _domains(told: Json, name: str) -> list[str]:
    given = [str(each) for each in fields.items(told, name) if each]
    if not given:
        said = "Empty value will block all requests, use * to accept from all domains"
        raise invalid(**{name: said})
    return given


_FIRST: Mapping[str, Reader] = {
    "name": line(50),
    "slug": null_or(slug),
    "platform": null_or(_platform),
    "default_rules": flag,
}
"""What a project can be told when it is made."""

_BY_ANYBODY: Mapping[str, Reader] = {
    "isBookmarked": flag,
    "autofixAutomationTuning": choice("off", "super_low", "low", "medium", "high", "always"),
    "seerScannerAutomation": flag,
}
_BY_WRITERS: Mapping[str, Reader] = {
    "name": line(200),
    "slug": slug,
    "platform": null_or(_platform),
    "subjectPrefix": line(200, blank=True),
    "subjectTemplate": line(200),
    "resolveAge": null_or(whole(0)),
    "highlightContext": mapping,
    "highlightTags": texts(),
    "digestsMinDelay": whole(60, 3_600),
    "digestsMaxDelay": whole(60, 3_600),
    "securityTokenHeader": line(64, blank=True),
    "verifySSL": flag,
    "defaultEnvironment": null_or(line(64, blank=True)),
    **dict.fromkeys(("dataScrubber", "dataScrubberDefaults", "scrubIPAddresses"), flag),
    **dict.fromkeys(("sensitiveFields", "safeFields", "builtinSymbolSources"), texts()),
    "storeCrashReports": null_or(whole(-1, 100)),
    "relayPiiConfig": null_or(line(blank=True)),
    **dict.fromkeys(("groupingEnhancements", "fingerprintingRules"), line(blank=True)),
    **dict.fromkeys(("scrapeJavaScript", "enableAutoReleaseCreation"), flag),
    "scmSourceContextEnabled": flag,
    "allowedDomains": _domains,
    "options": mapping,
    "debugFilesRole": null_or(choice("member", "admin", "manager", "owner")),
}
"""What `project:read` can change, and what needs more."""

_OPTIONS = ("sentry:", "filters:", "feedback:", "mail:", "quotas:", "digests:")


def create_of_org(call: Call) -> Response:
    """Make a project, and a team for whoever asks: `team-` and the name in their e-mail."""
    org, member = call.org, call.member
    if member is None:
        raise unauthenticated("User is not authenticated")
    told = _read_new(call)
    base = "team-" + _slugged(member.email.partition("@")[0])
    name = _free(base, {team.slug for team in call.world.teams if team.org == org.slug})
    call.world.add_team(org.slug, name, name)
    call.world.teams[-1].created = call.world.now()
    member.teams.append(name)
    call.world.settings.team_admins.add((name, member.email))
    project = _make(call, told, name)
    return JSONResponse(project_json(call, project) | {"team_slug": name}, 201)


def create_of_team(call: Call) -> Response:
    """Make a project that belongs to a team."""
    team = call.world.team(call.org.slug, call.part("team"))
    if team is None:
        raise not_found()
    return JSONResponse(project_json(call, _make(call, _read_new(call), team.slug)), 201)


def update(call: Call) -> Response:
    """Change what a body names; with `project:read` alone, that is what concerns oneself."""
    project, told = call.project, body(call)
    may_all = not call.token.scopes.isdisjoint({"project:write", "project:admin"})
    read = changes(told, {**_BY_ANYBODY, **_BY_WRITERS} if may_all else _BY_ANYBODY)
    if not may_all and any(told.get(name) for name in _BY_WRITERS):
        raise forbidden()
    _check(call, project, read)
    if (new := read.pop("slug", project.slug)) != project.slug:
        rename_project(call.world, project, new)
    project.name = read.pop("name", project.name)
    project.platform = read.pop("platform", project.platform) or ""
    _configure(call, project, read)
    return JSONResponse(project_details(call, project))


def delete(call: Call) -> Response:
    """Delete a project: Sentry shows nothing of it from now on."""
    remove_project(call.world, call.project)
    return gone()


def add_team(call: Call) -> Response:
    """Let a project belong to one more team."""
    project, team = call.project, _team(call)
    if team.slug not in project.teams:
        project.teams.append(team.slug)
    return JSONResponse(project_summary(call, project), 201)


def remove_team(call: Call) -> Response:
    """Let a project belong to a team no more."""
    project, team = call.project, _team(call)
    project.teams[:] = [each for each in project.teams if each != team.slug]
    return JSONResponse(project_summary(call, project))


def _read_new(call: Call) -> Json:
    told = body(call)
    require(told, "name")
    read = changes(told, _FIRST)
    if _slugged(read["name"]) in _RESERVED:
        raise invalid(name=f'The name "{read["name"]}" is reserved and not allowed.')
    _refuse_reserved(read)
    if call.world.project(call.org.slug, read.get("slug") or ""):
        raise conflict("A project with this slug already exists.")
    return read


def _make(call: Call, read: Json, team: str) -> Project:
    world, org = call.world, call.org.slug
    taken = {project.slug for project in world.projects_of(org)}
    chosen = read.get("slug") or _free(_slugged(read["name"]) or "project", taken)
    world.add_project(org, chosen, read["name"], read.get("platform") or "", teams=[team])
    project = next(reversed(world.projects.values()))
    project.created = world.now()
    if read.get("default_rules", True):
        world.alerts.add_alert(_usual_alert(call, project))
    return project


def _usual_alert(call: Call, project: Project) -> Alert:
    """Make the alert that comes with a project unless `default_rules` says otherwise."""
    action: Json = {
        "type": "email",
        "config": {"targetType": "issue_owners", "targetIdentifier": None, "targetDisplay": None},
        "data": {"fallthroughType": "ActiveMembers"},
        "integrationId": None,
        "status": "active",
    }
    return Alert(
        call.world.next_id(5_200),
        project.org,
        "Send a notification for high priority issues",
        call.world.now(),
        triggers=["first_seen_event"],
        filters=[Filters("any", [("issue_priority_greater_or_equal", 75)], [action])],
        monitors=[built_in_id(kind, project.id) for kind in (ERRORS, ISSUES)],
        created_by=call.token.user,
    )


def _check(call: Call, project: Project, read: Json) -> None:
    """Refuse what only shows when all fields, or all projects, are looked at."""
    _refuse_reserved(read)
    wanted = read.get("slug", project.slug)
    other = next((p for p in call.world.projects_of(project.org) if p.slug == wanted), project)
    if other is not project:
        raise invalid(slug=f"Another project ({other.name}) is already using that slug")
    kept = call.world.settings.details[project.id]
    least, most = (
        read.get(name, kept.get(name, usual))
        for name, usual in (("digestsMinDelay", 300), ("digestsMaxDelay", 1_800))
    )
    if least > most:
        said = "The minimum delay on digests must be lower than the maximum."
        raise invalid(digestsMinDelay=said)


def _configure(call: Call, project: Project, read: Json) -> None:
    settings = call.world.settings
    if "isBookmarked" in read:
        star = {(call.token.user, project.id)}
        starred = settings.bookmarks
        settings.bookmarks = starred | star if read.pop("isBookmarked") else starred - star
    options = read.pop("options", {})
    known = {key: value for key, value in options.items() if key.startswith(_OPTIONS)}
    settings.options[project.id] |= known
    if "resolveAge" in read:
        read["resolveAge"] = read["resolveAge"] or 0
    settings.details[project.id] |= read


def _refuse_reserved(read: Json) -> None:
    if read.get("slug") in _RESERVED:
        raise invalid(slug=f'The slug "{read["slug"]}" is reserved and not allowed.')


def _slugged(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9_]+", "-", plain.lower()).strip("-_")[:100]


def _free(base: str, taken: set[str]) -> str:
    """Append two letters to a slug that is taken, or that would pass for a number."""
    found, turn = base, 0
    while found in taken or found in _RESERVED or found.isdecimal():
        digest = md5(f"{base}{turn}".encode(), usedforsecurity=False).digest()
        found, turn = f"{base}-{''.join(chr(97 + byte % 26) for byte in digest[:2])}", turn + 1
    return found


def _team(call: Call) -> Team:
    team = call.world.team(call.org.slug, call.part("team"))
    if team is None:
        raise not_found("Team does not exist.")
    return team
