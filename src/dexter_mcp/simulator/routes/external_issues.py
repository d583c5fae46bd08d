"""Routes about what issues are linked to elsewhere, and the forms that make such links."""

from collections.abc import Callable, Mapping

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.integrations import Choices, Integration
from dexter_mcp.simulator.memory.records import Issue
from dexter_mcp.simulator.routes import paging
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.integrations import integration_of
from dexter_mcp.simulator.routes.refusals import bad_request
from dexter_mcp.simulator.shapes.integrations import (
    PROVIDERS,
    app_ticket_json,
    base_json,
    ticket_json,
)
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_TRACKS = "issue-basic"


def routes(world: World) -> list[BaseRoute]:
    """Serve the tickets of the issues of `world`."""
    issue = "/organizations/{org}/issues/{issue}/"
    return [
        endpoint(world, f"{issue}external-issues/", "event", GET=_of_apps),
        endpoint(world, f"{issue}integrations/", "event", GET=_of_integrations),
        endpoint(world, f"{issue}integrations/{{integration}}/", "event", GET=_form),
    ]


def _of_apps(call: Call) -> Response:
    kept, issue = call.world.integrations, call.issue
    found = [each for app in kept.apps for each in kept.tickets_of(issue.number, app.slug)]
    return JSONResponse([app_ticket_json(each) for each in found])


def _of_integrations(call: Call) -> Response:
    kept, issue = call.world.integrations, call.issue
    able = [each for each in kept.of(call.org.slug) if _tracks(each) and each.standing == "active"]
    page = paging.by_offset(call.request, able)
    shown = [
        base_json(each)
        | {"externalIssues": [ticket_json(one) for one in kept.tickets_of(issue.number, each.id)]}
        for each in page.items
    ]
    return JSONResponse(shown, headers=page.headers)


def _form(call: Call) -> Response:
    issue, action = call.issue, call.query.get("action")
    if action not in {"create", "link"}:
        raise bad_request("Action is required and should be either link or create")
    it = integration_of(call)
    if not _tracks(it):
        raise bad_request("This feature is not supported for this integration.")
    fields = _to_create(call, it, issue) if action == "create" else _to_link(call, issue)
    return JSONResponse(base_json(it) | {f"{action}IssueConfig": fields})


def _tracks(it: Integration) -> bool:
    return _TRACKS in PROVIDERS[it.provider].features


def _to_create(call: Call, it: Integration, issue: Issue) -> list[Json]:
    title: Json = {"name": "title", "label": "Title", "type": "string", "required": True}
    text: Json = {"name": "description", "label": "Description", "type": "textarea"}
    said = f"{_mention(call, issue)}\n\n```\n{issue.title}\n```"
    own = _OWN_FIELDS.get(it.provider, _code_host)
    return [
        *own(it.choices),
        title | {"default": issue.title},
        text | {"default": said, "autosize": True, "maxRows": 10},
    ]


def _to_link(call: Call, issue: Issue) -> list[Json]:
    comment: Json = {
        "name": "comment",
        "label": "Comment",
        "type": "textarea",
        "default": _mention(call, issue),
        "required": False,
        "help": "Leave blank if you don't want to add a comment.",
    }
    return [_select("externalIssue", "Issue", (), required=True), comment]


def _mention(call: Call, issue: Issue) -> str:
    link = f"{call.base}/organizations/{issue.org}/issues/{issue.number}/"
    return f"Sentry Issue: [{issue.short_id}]({link})"


def _select(name: str, label: str, choices: Choices, **more: object) -> Json:
    default = choices[0][0] if choices and more.get("required") else ""
    base: Json = {"name": name, "label": label, "type": "select", "default": default}
    return base | {"choices": [list(each) for each in choices]} | more


def _code_host(choices: Mapping[str, Choices]) -> list[Json]:
    return [
        _select("repo", "Repository", choices.get("repo", ()), required=True, updatesForm=True),
        _select("assignee", "Assignee", choices.get("assignee", ()), required=False),
        _select("labels", "Labels", choices.get("labels", ()), required=False, multiple=True),
    ]


def _jira(choices: Mapping[str, Choices]) -> list[Json]:
    def of(name: str) -> Choices:
        return choices.get(name, ())

    return [
        _select("project", "Jira Project", of("project"), required=True, updatesForm=True),
        _select("issuetype", "Issue Type", of("issuetype"), required=True, updatesForm=True),
        _select("priority", "Priority", of("priority"), required=False),
        _select("assignee", "Assignee", of("assignee"), required=False),
        _select("labels", "Labels", of("labels"), required=False, multiple=True),
    ]


_OWN_FIELDS: Mapping[str, Callable[[Mapping[str, Choices]], list[Json]]] = {"jira": _jira}
