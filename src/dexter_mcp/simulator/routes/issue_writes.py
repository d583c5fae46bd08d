"""Changing and deleting issues, one or many.

A change of many names ids, or acts on what the query finds: up to a thousand issues. So does one
whose ids are all out of its scope.
"""

from collections.abc import Sequence
from datetime import timedelta

from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.intake import regrouping
from dexter_mcp.simulator.memory.records import Issue, Project
from dexter_mcp.simulator.memory.store import Where
from dexter_mcp.simulator.routes import issue_marks, issue_orders, issue_standing, selection
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.refusals import Refusal, bad_request
from dexter_mcp.simulator.routes.selection import Selection
from dexter_mcp.simulator.routes.writing import accepted, body, gone
from dexter_mcp.simulator.search import issues as issue_search
from dexter_mcp.simulator.shapes.issues import issue_base, lifetime_json
from dexter_mcp.simulator.telling.story import Json

_MOST = 1000


def update(call: Call) -> Response:
    """Change one issue. https://docs.sentry.io/api/events/update-an-issue/."""
    issue = call.issue
    if _change(call, [issue]) is None:
        return gone()
    counts = lifetime_json(call, call.world.events_of(issue))
    return JSONResponse(issue_base(call, issue) | counts)


def update_many(call: Call) -> Response:
    """Change issues. https://docs.sentry.io/api/events/bulk-mutate-a-list-of-issues/."""
    projects = selection.projects(call)
    return _changed(call, _named(call, projects) or _found(call, selection.select(call, prefix="")))


def update_of_project(call: Call) -> Response:
    """Change issues of one project; `status` narrows them down to those that have it.

    https://docs.sentry.io/api/events/bulk-mutate-a-list-of-issues/
    """
    chosen = _whole(call, call.project)
    wanted = call.query.get("status")
    found = _named(call, chosen.projects) or _found(call, chosen)
    return _changed(call, [issue for issue in found if wanted in {None, issue.status}])


def delete(call: Call) -> Response:
    """Delete one issue. https://docs.sentry.io/api/events/remove-an-issue/."""
    regrouping.forget(call.world, [call.issue])
    return accepted()


def delete_many(call: Call) -> Response:
    """Delete issues. https://docs.sentry.io/api/events/bulk-remove-a-list-of-issues/."""
    return _deleted(call, selection.select(call, prefix=""))


def delete_of_project(call: Call) -> Response:
    """Delete issues of one project.

    https://docs.sentry.io/api/events/bulk-remove-a-list-of-issues/
    """
    return _deleted(call, _whole(call, call.project))


def _deleted(call: Call, chosen: Selection) -> Response:
    """Delete those that are named, or those found: here foreign ids alone find nothing."""
    named = "id" in call.query
    regrouping.forget(call.world, _named(call, chosen.projects) if named else _found(call, chosen))
    return gone()


def _whole(call: Call, project: Project) -> Selection:
    now = call.world.now()
    return Selection((project,), selection.environments(call), now - timedelta(days=90), now)


def _named(call: Call, projects: Sequence[Project]) -> list[Issue]:
    """Find the issues whose ids are given, among those of the projects."""
    wanted = dict.fromkeys(call.query.getlist("id"))
    if not all(number.isdecimal() for number in wanted):
        raise bad_request("Group ids must be integers")
    found = (call.world.issues.get(int(number)) for number in wanted)
    scope = {project.id for project in projects}
    return [issue for issue in found if issue and issue.project in scope]


def _found(call: Call, chosen: Selection) -> list[Issue]:
    query = call.query.get("query", "is:unresolved")
    found = issue_search.search(call, chosen, query) if chosen.projects else []
    key = issue_search.sort_key(call.query.get("sort") or "date", call.world.now())
    found.sort(key=lambda one: (key(one), one.issue.number), reverse=True)
    return [one.issue for one in found[:_MOST]]


def _changed(call: Call, issues: Sequence[Issue]) -> Response:
    told = _change(call, issues) if issues else None
    return gone() if told is None else JSONResponse(told)


def _change(call: Call, issues: Sequence[Issue]) -> Json | None:
    """Make the changes of the body and tell them; None when the issues are discarded by it."""
    numbers = dict.fromkeys(issue.project for issue in issues)
    wanted = issue_orders.read(call, body(call), [call.world.projects[each] for each in numbers])
    if wanted.get("discard"):
        _discard(call, issues)
        return None
    told = {name: value for name, value in wanted.items() if name != "statusDetails"}
    if "priority" in wanted:
        issue_marks.prioritize(call, issues, wanted["priority"])
    if "status" in wanted:
        told |= issue_standing.change(call, issues, wanted)
    if "assignedTo" in wanted:
        told["assignedTo"] = issue_marks.assign(call, issues, wanted["assignedTo"])
    return told | _marks(call, issues, wanted) | _grouping(call, issues, wanted)


def _marks(call: Call, issues: Sequence[Issue], wanted: Json) -> Json:
    told: Json = {}
    if "hasSeen" in wanted:
        issue_marks.see(call, issues, seen=wanted["hasSeen"])
    if "isBookmarked" in wanted:
        issue_marks.bookmark(call, issues, kept=wanted["isBookmarked"])
    if "isSubscribed" in wanted:
        subscribed = wanted["isSubscribed"]
        told["subscriptionDetails"] = issue_marks.subscribe(call, issues, wanted=subscribed)
    if "isPublic" in wanted:
        told["shareId"] = issue_marks.share(call, issues, public=wanted["isPublic"])
    if "inbox" in wanted:
        issue_marks.review(call, issues, inbox=wanted["inbox"])
    return told


def _grouping(call: Call, issues: Sequence[Issue], wanted: Json) -> Json:
    """Merge, if that is wanted: the parent is the issue with most events."""
    if not wanted.get("merge") or len(issues) == 1:
        return {}
    if len({issue.project for issue in issues}) > 1:
        raise bad_request("Merging across multiple projects is not supported")
    if any(issue.category != "error" for issue in issues):
        raise bad_request("Only error issues can be merged.")
    counts = call.world.store.counts(Where.among("issue", (i.number for i in issues)))
    numbers = sorted((counts.get(i.number, 0), i.number) for i in issues)
    parent, *children = (number for _, number in reversed(numbers))
    call.world.merge_issues(parent, children, user=call.token.user)
    return {"merge": {"parent": str(parent), "children": [str(child) for child in children]}}


def _discard(call: Call, issues: Sequence[Issue]) -> None:
    if "event:admin" not in call.token.scopes:
        said = "You do not have permission to discard events"
        raise Refusal(400, {"discard": [said]})
    if any(issue.category != "error" for issue in issues):
        raise bad_request("Only error issues can be discarded.")
    regrouping.discard(call.world, issues)
