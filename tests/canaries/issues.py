"""Canaries in events and issues, and the calls that show them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, get_args

from canaries.discover import SPAN, TRACE
from canaries.payload import Canaries
from canaries.place import Calls, Place
from dexter_mcp.simulator import World
from dexter_mcp.simulator.intake.attachment import Attachment
from dexter_mcp.tools.params import EventSection, Section

UNSHOWN: Final = frozenset({"module of ours", "package of ours", "package of theirs"})
"""Where the file says it already."""
_NOTE: Final = "4711"
_BEFORE: Final = 7_200
"""Seconds by which the error came before the rest, and so in an hour that is over."""


def settle(world: World, canaries: Canaries) -> None:
    """Send events full of canaries, and let people talk of them."""
    for _ in range(3):
        files = [canaries.attachment(), _notes(canaries)]
        event = world.ingest(next(iter(world.projects)), _payload(canaries), files)
        world.report(event, **canaries.report())
    _send_error(world, canaries)
    (issue,) = world.issues.values()
    world.note(issue, "note", user="ana@acme.test", data={"text": canaries.at("comment")})
    issue.activity[-1].id = _NOTE
    commit = {"id": "5b7e0c1d9a", "message": canaries.at("commit"), "author": "ana@acme.test"}
    world.add_release(
        "acme", "1.0", projects=["aviary"], created=timedelta(days=1), commits=[commit]
    )
    issue.suspect = "5b7e0c1d9a"
    issue.category = "feedback"
    told = ("message", "name", "contact_email")
    issue.metadata |= {text: canaries.at(f"{text} of message") for text in told}
    world.extras.runs[issue.number] = _run(canaries)


def _payload(canaries: Canaries) -> dict[str, Any]:
    """Add what only minified code and flags tell."""
    payload = canaries.payload()
    address = f"https://shop.test/{canaries.at('address of frame')}"
    fetched = {"status": "failure", "reason": "other", "details": canaries.at("failed fetch")}
    image = {"type": "sourcemap", "code_file": address, "debug_id": canaries.at("debug id")}
    for exception in payload["exception"]["values"]:
        for frame in exception["stacktrace"]["frames"]:
            frame["abs_path"] = address
    flag = {"flag": canaries.at("flag"), "result": canaries.at("result of flag")}
    payload["contexts"]["flags"] = {"values": [flag]}
    payload["debug_meta"] = {"images": [image]}
    return payload | {"scraping_attempts": [{"url": address, **fetched}]}


def _send_error(world: World, canaries: Canaries) -> None:
    """Send an error into the issue, whose other events are occurrences as well."""
    (whole,) = world.issues
    texts = {"type": canaries.at("type of error"), "value": canaries.at("value of error")}
    payload = canaries.payload()
    payload |= {"timestamp": world.now().timestamp() - _BEFORE}
    payload |= {"exception": {"values": [texts]}, "message": canaries.at("message of error")}
    payload["contexts"]["trace"] = {"trace_id": TRACE, "span_id": SPAN}
    del payload["_occurrence"]
    world.ingest(next(iter(world.projects)), payload)
    world.merge_issues(whole, [each for each in world.issues if each != whole])


def _notes(canaries: Canaries) -> Attachment:
    text = canaries.at("text of attachment")
    return Attachment("notes.txt", text.encode(), canaries.at("type of attachment"))


def _run(canaries: Canaries) -> dict[str, Any]:
    """Let Seer repeat what events say, in the form of older servers and of today's."""
    steps = [
        {"title": "old", "causes": [{"description": canaries.at("cause")}]},
        {"title": "old", "solution": [{"title": canaries.at("solution")}]},
    ]
    data = {
        "one_line_description": canaries.at("cause today"),
        "five_whys": [canaries.at("why")],
        "one_line_summary": canaries.at("solution today"),
    }
    request = {name: canaries.at(f"{name} of change") for name in ("repo_name", "title", "pr_url")}
    return {
        "run_id": 7,
        "status": "COMPLETED",
        "steps": steps,
        "blocks": [{"artifacts": [{"key": "root_cause", "data": data}]}],
        "repo_pr_states": {"shop": request},
    }


def calls(place: Place) -> Calls:
    """Name ways to call each tool that together show all that it can show."""
    issue, event, every = place.issue, place.event, place.every_section
    return {
        "search_issues": [{}, {"query": ""}, {"query": "ignore"}, {"project": "aviary"}],
        "get_issue": [{"issue": issue, **amount} for amount in _amounts(Section, every=every)],
        "get_event": [
            *({"event": event, **amount} for amount in _amounts(EventSection, every=every)),
            *({"event": word, "issue": issue} for word in ("latest", "oldest", "recommended")),
        ],
        "count_issues": [{}, {"queries": ["is:unresolved"]}],
        "get_attachment": [
            {"issue": issue},
            {"event": event, "attachment": "notes.txt"},
        ],
        "list_feedback": [{}, {"kind": "reports", "project": "aviary"}, {"issue": issue}],
        "list_issue_events": [{"issue": issue}, {"issue": issue, "query": "ignore"}],
        "get_issue_tag": [
            {"issue": issue},
            *({"issue": issue, "tag": tag} for tag in ("canary1", "release", "user", "url")),
        ],
        **_changes(issue),
    }


def _changes(issue: str) -> Calls:
    """Name ways to change an issue, whose title is full of canaries; nobody agrees to them."""
    return {
        "update_issues": [
            {"issues": [issue], "status": "archived", "until": "8h", "assign_to": "me"},
            {"query": "is:unresolved", "priority": "low"},
        ],
        "delete_issues": [{"issues": [issue]}],
        "comment_issue": [
            {"issue": issue, "text": "looking into it"},
            {"issue": issue, "text": "something else", "comment": _NOTE},
        ],
        "delete_comment": [{"issue": issue, "comment": _NOTE}],
        "start_autofix": [{"issue": issue}],
    }


def _amounts(sections: object, *, every: bool) -> Sequence[dict[str, Any]]:
    """Every detail with every section, or just one of them where that will do."""
    if not every:
        return [{"detail": "brief", "include": []}]
    return [
        {"detail": detail, "include": include}
        for detail in ("brief", "normal", "full")
        for include in ([], *([section] for section in get_args(sections)))
    ]
