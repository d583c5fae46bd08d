"""Routes about ownership rules: who owns the code that an event came from."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.records import Project
from dexter_mcp.simulator.memory.settings import Ownership
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.partial import Reader, changes, flag, line
from dexter_mcp.simulator.routes.refusals import forbidden
from dexter_mcp.simulator.routes.writing import accepted, body, invalid
from dexter_mcp.simulator.search.ownership import rules, unreadable
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_BY_DEFAULT: Json = {
    "raw": None,
    "schema": None,
    "fallthrough": True,
    "dateCreated": None,
    "lastUpdated": None,
    "isActive": True,
    "autoAssignment": "Auto Assign to Issue Owner",
    "codeownersAutoSync": True,
}


_LONGEST = 100_000
_ASSIGNMENTS = (
    "Auto Assign to Issue Owner",
    "Auto Assign to Suspect Commits",
    "Turn off Auto-Assignment",
)


def _raw(told: Json, name: str) -> str:
    """Take rules as they are written, with the line break at their end."""
    line(blank=True)(told, name)
    return str(told[name])


def _assignment(told: Json, name: str) -> str:
    given = str(line()(told, name))
    if given not in _ASSIGNMENTS:
        raise invalid(**{name: "Invalid selection."})
    return given


_FIELDS: Mapping[str, Reader] = {
    "raw": _raw,
    "fallthrough": flag,
    "autoAssignment": _assignment,
    "codeownersAutoSync": flag,
}


def routes(world: World) -> list[BaseRoute]:
    """Serve the ownership rules of `world`."""
    path = "/projects/{org}/{project}/ownership/"
    return [endpoint(world, path, "project by field", GET=_details, PUT=_update)]


def _details(call: Call) -> Response:
    return JSONResponse(_whole(call, call.project))


def _update(call: Call) -> Response:
    """Change rules and what follows from them; only the rules may be changed by everybody."""
    project, told, now = call.project, body(call), call.world.now()
    if list(told) != ["raw"] and call.token.scopes.isdisjoint({"project:write", "project:admin"}):
        raise forbidden()
    read = changes(told, _FIELDS)
    _check(call, read.get("raw", ""))
    kept = call.world.settings.ownership
    before = kept.get(project.id) or Ownership("", now, now, fallthrough=True)
    after = replace(
        before,
        raw=read["raw"] if read.get("raw", "").strip() else "" if "raw" in read else before.raw,
        fallthrough=read.get("fallthrough", before.fallthrough),
        auto_assignment=read.get("autoAssignment", before.auto_assignment),
        sync=read.get("codeownersAutoSync", before.sync),
    )
    if after != before:
        kept[project.id] = replace(after, updated=now)
    return accepted(_whole(call, project))


def _check(call: Call, raw: str) -> None:
    """Refuse rules that can't be understood, or that name somebody who isn't there."""
    if len(raw) > _LONGEST:
        raise invalid(raw=f"Raw needs to be <= {_LONGEST} characters in length")
    if number := unreadable(raw):
        raise invalid(raw=f"Parse error: ownership (line {number}, column 1)")
    found = list(rules(raw))
    if any(rule.kind == "codeowners" for rule in found):
        said = "Codeowner type paths can only be added by importing CODEOWNER files"
        raise invalid(raw=said)
    owners = {owner for rule in found for owner in rule.owners}
    if strangers := sorted(owner for owner in owners if "id" not in _owner(call, owner)):
        raise invalid(raw=f"Invalid rule owners: {', '.join(strangers)}")


def _whole(call: Call, project: Project) -> Json:
    kept = call.world.settings.ownership.get(project.id)
    return _BY_DEFAULT | (_shape(call, kept) if kept else {})


def _shape(call: Call, kept: Ownership) -> Json:
    return {
        "raw": kept.raw or None,
        "schema": {"$version": 1, "rules": list(_rules(call, kept.raw))} if kept.raw else None,
        "fallthrough": kept.fallthrough,
        "dateCreated": iso(kept.created),
        "lastUpdated": iso(kept.updated),
        "isActive": kept.active,
        "autoAssignment": kept.auto_assignment,
        "codeownersAutoSync": kept.sync,
    }


def _rules(call: Call, raw: str) -> Iterator[Json]:
    for rule in rules(raw):
        yield {
            "matcher": {"type": rule.kind, "pattern": rule.pattern},
            "owners": [_owner(call, owner) for owner in rule.owners],
        }


def _owner(call: Call, named: str) -> Json:
    org, name = call.org.slug, named.removeprefix("#")
    if named.startswith("#"):
        team = call.world.team(org, name)
        return {"type": "team", "name": name, **({"id": team.id} if team else {})}
    member = call.world.member(org, name)
    return {"type": "user", "name": name, **({"id": member.user_id} if member else {})}
