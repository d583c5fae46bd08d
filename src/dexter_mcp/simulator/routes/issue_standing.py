"""What a change of status does to issues, and what Sentry tells of it."""

from collections.abc import Sequence
from datetime import timedelta

from dexter_mcp.simulator.memory.records import Issue
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.refusals import bad_request
from dexter_mcp.simulator.shapes.people import user_or_none
from dexter_mcp.simulator.shapes.releases import commit_json
from dexter_mcp.simulator.shapes.times import from_epoch, iso
from dexter_mcp.simulator.telling.story import Json

_CONDITIONS = ("ignoreCount", "ignoreUserCount", "ignoreUserWindow", "ignoreWindow")
_FRESH = timedelta(days=7)
"""How long an issue is new."""


def change(call: Call, issues: Sequence[Issue], wanted: Json) -> Json:
    """Give issues another status; tells `status` and `statusDetails` as the answer has them."""
    details: Json = wanted.get("statusDetails", wanted)
    match wanted["status"]:
        case "resolved" | "resolvedInNextRelease" as status:
            soon = status != "resolved" or details.get("inNextRelease")
            told = _resolve(call, issues, details | ({"inNextRelease": True} if soon else {}))
            return {"status": "resolved", "statusDetails": told}
        case "unresolved":
            _reopen(call, issues, wanted)
            return {"status": "unresolved", "statusDetails": {}}
        case status:
            told = _archive(call, issues, details, wanted.get("substatus"))
            return {"status": status, "statusDetails": told}


def _resolve(call: Call, issues: Sequence[Issue], details: Json) -> Json:
    kind, version, told = _resolution(call, issues[0], details)
    if told and len({issue.project for issue in issues}) > 1:
        raise bad_request("Cannot set resolved for multiple projects.")
    shown = {"inRelease": version} if version and "inCommit" in told else told
    data = _resolved(kind, version, details)
    for issue in issues:
        _set(issue, "resolved", "", told=shown)
        issue.fixed_after = _newest(call, issue) if "inNextRelease" in told else ""
        _follow(call, issue)
        call.world.note(issue, kind, user=call.token.user, data=data)
    return told


def _resolution(call: Call, issue: Issue, details: Json) -> tuple[str, str, Json]:
    """Tell the kind of a resolution, the version that brings it, and how it is described."""
    me = user_or_none(call.world, issue.org, call.token.user)
    actor: Json = {"actor": me} if me else {}
    if details.get("inNextRelease"):
        return "set_resolved_in_release", "", {"inNextRelease": True} | actor
    if version := details.get("inRelease"):
        return "set_resolved_in_release", version, {"inRelease": version} | actor
    if commit := details.get("inCommit"):
        told = {"inCommit": commit_json(call.world, issue.org, commit)} | actor
        return "set_resolved_in_commit", _bringing(call, issue, commit), told
    return "set_resolved", "", {}


def _resolved(kind: str, version: str, details: Json) -> Json:
    if kind == "set_resolved_in_commit":
        return {"commit": details["inCommit"]["id"]}
    return {"version": version} if kind == "set_resolved_in_release" else {}


def _bringing(call: Call, issue: Issue, commit: Json) -> str:
    """Name the newest release of the issue's project that holds a commit."""
    releases = call.world.releases_of(call.world.projects[issue.project])
    return next((each.version for each in releases if commit in each.commits), "")


def _newest(call: Call, issue: Issue) -> str:
    releases = call.world.releases_of(call.world.projects[issue.project])
    return releases[0].version if releases else ""


def _reopen(call: Call, issues: Sequence[Issue], wanted: Json) -> None:
    for issue in issues:
        issue.status_details = {}
        if issue.status == "unresolved":
            continue
        alone_archived = len(issues) == 1 and issue.status == "ignored"
        usual = "new" if alone_archived and _is_fresh(call, issue) else "ongoing"
        _set(issue, "unresolved", wanted.get("substatus") or usual)
        call.world.note(issue, "set_unresolved", user=call.token.user)


def _is_fresh(call: Call, issue: Issue) -> bool:
    lifetime = call.world.store.lifetime(call.world.events_of(issue))
    return lifetime is not None and from_epoch(lifetime.first) > call.world.now() - _FRESH


def _archive(call: Call, issues: Sequence[Issue], details: Json, substatus: str | None) -> Json:
    """Archive issues; of those that are, only the conditions change, as on a real server."""
    told = _conditions(call, details) if substatus != "archived_until_escalating" else {}
    usual = "archived_until_condition_met" if told else "archived_forever"
    chosen = substatus or usual
    me = user_or_none(call.world, call.org.slug, call.token.user)
    shown = told | ({"actor": me} if told and me else {})
    for issue in issues:
        issue.status_details = shown
        if issue.status == "ignored":
            continue
        _set(issue, "ignored", chosen, told=shown)
        until: Json = {"ignoreUntilEscalating": True} if chosen.endswith("escalating") else told
        call.world.note(issue, "set_ignored", user=call.token.user, data=until)
    return shown


def _conditions(call: Call, details: Json) -> Json:
    """Tell until when or until what issues are archived; nothing where that is for good."""
    told = {name: details[name] for name in _CONDITIONS if details.get(name)}
    if minutes := details.get("ignoreDuration"):
        told["ignoreUntil"] = iso(call.world.now() + timedelta(minutes=minutes))
    held = {"ignoreUntil", "ignoreCount", "ignoreUserCount"}
    return told if held & told.keys() else {}


def _set(issue: Issue, status: str, substatus: str, *, told: Json | None = None) -> None:
    issue.status, issue.substatus = status, substatus
    issue.status_details, issue.inbox = told or {}, None


def _follow(call: Call, issue: Issue) -> None:
    if call.member:
        issue.subscribed_by.setdefault(call.token.user, "status_change")
