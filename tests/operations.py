"""The facts about Sentry's operations, made from its published description: `make catalogue`.

The description is not part of this repository: give the folder that holds it, in its condensed
form, as the argument.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import dexter_mcp
from description import DESCRIPTION

Json = dict[str, Any]

FILE = Path(dexter_mcp.__file__).parent / "sentry/catalogue/operations.json"
PUBLISHED, LEGACY = "sentry-operations.json", "sentry-operations-legacy.json"
SOURCE = DESCRIPTION.parent

_OWN_NAMES: Final = {
    "organization_id_or_slug": "org",
    "version": "release",
    "key_id": "client_key",
    "query_id": "saved_query",
    "short_id": "short_id",
}
_SHORT_ID: Final = "shortids/{issue_id}"
_PLACE: Final = re.compile(r"\{(\w+)\}")
_ADVICE: Final = re.compile(r" \(deprecated(, use \w+)?\)")

_INSTEAD: Final[Mapping[str, str]] = {
    "list_project_issues": "list_issues",
    "list_metric_alert_rules": "list_detectors",
    "create_metric_alert_rule": "create_detector",
    "get_metric_alert_rule": "get_detector",
    "update_metric_alert_rule": "update_detector",
    "delete_metric_alert_rule": "delete_detector",
    "list_issue_alert_rules": "list_workflows",
    "create_issue_alert_rule": "create_workflow",
    "get_issue_alert_rule": "get_workflow",
    "update_issue_alert_rule": "update_workflow",
    "delete_issue_alert_rule": "delete_workflow",
}
"""What replaces a deprecated operation; user feedback comes with events today, and nothing does."""

_TELLING: Final = frozenset({"default", "least"})
_SPAN: Final = tuple(
    {"name": name, "type": kind}
    for name, kind in (("statsPeriod", "string"), ("start", "datetime"), ("end", "datetime"))
)
_WHERE: Final = tuple(
    {"name": name, "type": kind, "repeated": True}
    for name, kind in (("project", "integer|string"), ("environment", "string"))
)
_CURSOR: Final = {"name": "cursor", "type": "string"}
_ISSUE: Final = "/organizations/{org}/issues/{issue}/"
_EVENTS: Final = ("event:read", "event:write", "event:admin")
_ORG: Final = ("org:read", "org:write", "org:admin")
_PROJECT: Final = ("project:read", "project:write", "project:admin")


def _texts(*names: str, required: bool = False, repeated: bool = False) -> list[Json]:
    marks = {key: True for key, told in (("required", required), ("repeated", repeated)) if told}
    return [{"name": name, "type": "string", **marks} for name in names]


_UNPUBLISHED: Final[tuple[tuple[str, str, str, str, str, Sequence[str], Sequence[Json]], ...]] = (
    (
        "list_issue_tags",
        f"{_ISSUE}tags/",
        "Events",
        "Tags of an issue with their top values",
        "list",
        _EVENTS,
        [*_texts("key", "environment", repeated=True)],
    ),
    (
        "list_issue_notes",
        f"{_ISSUE}notes/",
        "Events",
        "Comments that people left on an issue",
        "list",
        _EVENTS,
        [_CURSOR],
    ),
    (
        "list_issue_activities",
        f"{_ISSUE}activities/",
        "Events",
        "History of an issue: who did what, and when",
        "object",
        _EVENTS,
        [],
    ),
    (
        "get_issue_stats",
        f"{_ISSUE}stats/",
        "Events",
        "Event counts of an issue over time",
        "list",
        _EVENTS,
        [
            {"name": "since", "type": "number"},
            {"name": "until", "type": "number"},
            *_texts("resolution"),
        ],
    ),
    (
        "list_issue_user_reports",
        f"{_ISSUE}user-reports/",
        "Events",
        "What end users wrote about an issue",
        "list",
        _EVENTS,
        [_CURSOR],
    ),
    (
        "list_issue_attachments",
        f"{_ISSUE}attachments/",
        "Events",
        "Files that came with any event of an issue",
        "list",
        _EVENTS,
        [_CURSOR],
    ),
    (
        "list_similar_issues",
        f"{_ISSUE}similar/",
        "Events",
        "Issues that look alike, with scores",
        "list",
        _EVENTS,
        [],
    ),
    (
        "get_issue_current_release",
        f"{_ISSUE}current-release/",
        "Events",
        "The latest release in which an issue was seen",
        "object",
        _EVENTS,
        [*_texts("environment", repeated=True)],
    ),
    (
        "get_issue_first_last_release",
        f"{_ISSUE}first-last-release/",
        "Events",
        "The first and the last release in which an issue was seen",
        "object",
        _EVENTS,
        [],
    ),
    (
        "list_issue_integrations",
        f"{_ISSUE}integrations/",
        "Integration",
        "Integrations with the tickets that they linked to an issue",
        "list",
        _EVENTS,
        [_CURSOR],
    ),
    (
        "list_integration_channels",
        "/organizations/{org}/integrations/{integration}/channels/",
        "Integrations",
        "Channels of an installed Slack, Microsoft Teams or Discord",
        "object",
        (*_ORG, "org:integrations"),
        [],
    ),
    (
        "count_issues",
        "/organizations/{org}/issues-count/",
        "Events",
        "How many issues each of several queries matches",
        "object",
        _EVENTS,
        [*_texts("query", required=True, repeated=True), *_WHERE, *_SPAN],
    ),
    (
        "get_issues_stats",
        "/organizations/{org}/issues-stats/",
        "Events",
        "Counts and series of up to 25 issues at once",
        "list",
        _EVENTS,
        [
            *_texts("groups", required=True, repeated=True),
            *_texts("query", "groupStatsPeriod"),
            *_WHERE,
            *_SPAN,
        ],
    ),
    (
        "get_stacktrace_link",
        "/projects/{org}/{project}/stacktrace-link/",
        "Events",
        "Where the code of a stack frame is in its repository",
        "object",
        _PROJECT,
        [*_texts("file", required=True), *_texts("platform", "commitId", "module", "absPath")],
    ),
    (
        "list_event_committers",
        "/projects/{org}/{project}/events/{event}/committers/",
        "Events",
        "Commits and authors suspected of causing an event",
        "object",
        _PROJECT,
        [],
    ),
    (
        "get_project_release",
        "/projects/{org}/{project}/releases/{release}/",
        "Releases",
        "One release as a project sees it",
        "object",
        _PROJECT,
        [],
    ),
    (
        "get_release_meta",
        "/organizations/{org}/releases/{release}/meta/",
        "Releases",
        "Commits, files, deploys and projects of a release, counted",
        "object",
        _PROJECT,
        [],
    ),
    (
        "list_release_stats",
        "/organizations/{org}/releases/stats/",
        "Releases",
        "Versions and dates of releases, for marks in a chart",
        "list",
        _PROJECT,
        [*_WHERE, *_SPAN, _CURSOR],
    ),
    (
        "list_open_periods",
        "/organizations/{org}/open-periods/",
        "Monitors",
        "When the issue of a detector was open: the history of an alert",
        "list",
        (*_ORG, "alerts:read"),
        [*_texts("detectorId", "groupId"), *_SPAN, _CURSOR],
    ),
)
"""Reads that no description mentions and that people need: name, path, category, what it tells,
shape of the answer, scopes, parameters."""


_WRITES: Final[
    tuple[tuple[str, str, str, str, str, Sequence[str], Sequence[Json], Sequence[Json]], ...]
] = (
    (
        "create_issue_note",
        "POST",
        f"{_ISSUE}notes/",
        "Events",
        "Comment on an issue",
        ("event:write", "event:admin"),
        [],
        _texts("text", required=True),
    ),
    (
        "update_issue_note",
        "PUT",
        f"{_ISSUE}notes/{{note}}/",
        "Events",
        "Edit a comment on an issue",
        ("event:write", "event:admin"),
        [],
        _texts("text", required=True),
    ),
    (
        "delete_issue_note",
        "DELETE",
        f"{_ISSUE}notes/{{note}}/",
        "Events",
        "Remove a comment from an issue",
        ("event:admin",),
        [],
        [],
    ),
    (
        "unmerge_issue",
        "PUT",
        f"{_ISSUE}hashes/",
        "Events",
        "Split hashes off an issue, into an issue of their own",
        ("event:write", "event:admin"),
        _texts("id", required=True, repeated=True),
        [],
    ),
    *(
        (
            name,
            method,
            f"/projects/{{org}}/{{project}}/{kind}/{{{place}}}/snooze/",
            "Alerts",
            summary,
            ("project:write", "project:admin", "alerts:write"),
            [],
            _texts("target", required=True) if method == "POST" else [],
        )
        for kind, place, rule in (
            ("rules", "rule", "an issue alert rule"),
            ("alert-rules", "alert_rule", "a metric alert rule"),
        )
        for name, method, summary in (
            (
                f"snooze_{rule.removeprefix('an ').removeprefix('a ').replace(' ', '_')}",
                "POST",
                f"Mute {rule}",
            ),
            (
                f"unsnooze_{rule.removeprefix('an ').removeprefix('a ').replace(' ', '_')}",
                "DELETE",
                f"Unmute {rule}",
            ),
        )
    ),
)
"""Writes that no description mentions: name, method, path, category, what it does, scopes,
parameters, body."""


_BODIES: Final[Mapping[str, Sequence[Json]]] = {
    "upload_snapshot": [
        *_texts("app_id", required=True),
        {"name": "images", "type": "object", "required": True},
        *_texts("head_sha", "base_sha", "head_ref", "base_ref"),
        *_texts("head_repo_name", "base_repo_name", "provider"),
        {"name": "pr_number", "type": "integer"},
        {"name": "diff_threshold", "type": "number"},
    ],
}
"""The bodies of operations whose description leaves them out."""


def current(source: Path) -> str:
    """Write the facts: an operation a line, the published ones first."""
    lines = [json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in _all(source)]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def published(source: Path, file: str = PUBLISHED) -> list[Json]:
    """Read the condensed description."""
    told: list[Json] = json.loads((source / file).read_text("utf-8"))["operations"]
    return told


def _all(source: Path) -> Iterator[Json]:
    yield from (_operation(_many(each)) for each in published(source))
    for each in published(source, LEGACY):
        yield _operation(each) | {"standing": "legacy"}
    for name, path, category, summary, answer, scopes, query in _UNPUBLISHED:
        paged = {"paged": True} if _CURSOR in query else {}
        facts = {"name": name, "method": "GET", "path": path, "category": category}
        facts |= {"summary": summary, "answer": answer, "scopes": scopes}
        yield facts | _filled(query=query) | paged | {"standing": "unpublished"}
    for name, method, path, category, summary, scopes, query, body in _WRITES:
        facts = {"name": name, "method": method, "path": path, "category": category}
        facts |= {"summary": summary, "scopes": scopes}
        yield facts | _filled(query=query, body=body) | {"standing": "unpublished"}


def _operation(told: Json) -> Json:
    return {
        "name": told["id"],
        "method": told["method"],
        "path": own_path(told["path"]),
        "category": told["category"],
        "summary": _ADVICE.sub("", told["summary"]),
        **_filled(
            answer={"array": "list", "object": "object"}.get(told["response"], ""),
            scopes=told["scopes"],
            query=[_parameter(each) for each in told["query_params"]],
            body=[_parameter({"name": name, **of}) for name, of in told.get("body", {}).items()]
            or _BODIES.get(told["id"]),
            paged=told["paginated"],
            deprecated=told.get("deprecated"),
            instead=_INSTEAD.get(told["id"]),
        ),
    }


def own_path(path: str) -> str:
    """Name the parts of a path in our words: `{issue_id}` is `{issue}`."""
    below = path.removeprefix("/api/0").replace(_SHORT_ID, "shortids/{short_id}")
    return _PLACE.sub(lambda found: f"{{{_own_name(found[1])}}}", below)


def _own_name(name: str) -> str:
    return _OWN_NAMES.get(name) or name.removesuffix("_or_slug").removesuffix("_id")


def _many(told: Json) -> Json:
    """Take the ids of a bulk operation for what they are, where the description forgot it."""
    is_bulk = told["id"].startswith("bulk_")
    query = [
        each | ({"repeated": True} if is_bulk and each["name"] == "id" else {})
        for each in told["query_params"]
    ]
    return told | {"query_params": query}


def _parameter(told: Json) -> Json:
    kind = {"any": "integer|string"}.get(told["type"], told["type"])
    return {"name": told["name"]} | _filled(
        type="" if kind == "string" else kind,
        required=told["required"],
        repeated=told.get("repeated"),
        values=told.get("enum"),
        default=told.get("default"),
        least=told.get("min"),
        longest=told.get("maxLength"),
    )


def _filled(**facts: Any) -> Json:
    """Leave out what says nothing; a default says something whatever it is."""
    return {
        name: value
        for name, value in facts.items()
        if value or (name in _TELLING and value is not None)
    }


def renew(source: Path) -> str:
    """Write the file anew, where the description is at hand, and say what was done."""
    if not (source / PUBLISHED).is_file():
        return f"{source / PUBLISHED} is not there, so the catalogue stays as it is."
    FILE.write_text(current(source), encoding="utf-8")
    return f"{FILE.name} was made from {source}."


if __name__ == "__main__":
    sys.stdout.write(f"{renew(Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE)}\n")
