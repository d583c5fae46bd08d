"""The forms that tie issues to tickets elsewhere."""

from collections.abc import Callable, Mapping

from dexter_mcp.simulator.memory.integrations import Choices, Integration
from dexter_mcp.simulator.memory.records import Issue
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.shapes.integrations import PROVIDERS
from dexter_mcp.simulator.telling.story import Json

_TRACKS = "issue-basic"


def tracks(it: Integration) -> bool:
    """Tell whether an integration holds tickets."""
    return _TRACKS in PROVIDERS[it.provider].features


def to_create(call: Call, it: Integration, issue: Issue) -> list[Json]:
    """List the fields of a new ticket."""
    title: Json = {"name": "title", "label": "Title", "type": "string", "required": True}
    text: Json = {"name": "description", "label": "Description", "type": "textarea"}
    said = f"{_mention(call, issue)}\n\n```\n{issue.title}\n```"
    own = _OWN_FIELDS.get(it.provider, _code_host)
    return [
        *own(it.choices),
        title | {"default": issue.title},
        text | {"default": said, "autosize": True, "maxRows": 10},
    ]


def to_link(call: Call, issue: Issue) -> list[Json]:
    """List the fields of a link to a ticket that is there."""
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
