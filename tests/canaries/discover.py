"""Canaries in spans, logs and metrics, and the calls that ask for events by the field."""

import json
from typing import Final

from canaries.payload import Canaries
from canaries.place import Calls, Place
from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.spans import Log, Metric, Span

_TEXTS: Final = ("title", "message", "culprit", "transaction", "release", "environment", "user")
_MORE: Final = ("error.type", "error.value", "stack.filename", "url", "server_name", "logger")
TRACE: Final = "c" * 32
_HELD: Final = "issuePlatform"
"""Where the event full of canaries is found: it is an occurrence as well."""
_SAVED: Final = "All that strangers write"
_BOUND: Final = "What they write in one place"
SPAN: Final = "b" * 16

VALUES: Final = {
    "dataset": _HELD,
    "fields": ",".join(_TEXTS),
    "query": "!has:nothing",
    "sort": "",
    "saved": _SAVED,
    "trace": TRACE,
}


def settle(world: World, canaries: Canaries) -> None:
    """Send a span, a line of a log and a metric full of canaries, and save a query for them."""
    (project,) = world.projects
    at = world.now().timestamp() - 600
    place = ("canaryenvironment", "canaryrelease")
    work = (canaries.at("op of span"), canaries.at("description of span"), "ok")
    transaction = canaries.at("transaction of span")
    attributes = json.dumps({"canary.plumage": "red", "song": canaries.at("attribute of span")})
    world.telemetry.add_spans(
        [
            Span(
                *(SPAN, TRACE, None, "e" * 32, project, at, 20.0, 20.0),
                *(*work, transaction, True, *place, "id:7", attributes),
            )
        ]
    )
    line = canaries.at("line of log")
    world.telemetry.add_logs([Log("1", TRACE, SPAN, project, at, "warn", 13, line, *place)])
    metric = canaries.at("name of metric")
    world.telemetry.add_metrics([Metric("2", TRACE, project, at, metric, "counter", "", 1, *place)])
    environment = canaries.at("environment of saved query")
    world.add_environment("acme", world.projects[project].slug, environment)
    for called, environments in ((_SAVED, list[str]()), (_BOUND, [environment])):
        world.saved_queries.save(
            "discover",
            called,
            {"fields": [*_TEXTS], "environment": environments},
            org="acme",
            dataset=_HELD,
            author="ana@acme.test",
            created=world.now(),
        )


def calls(_: Place) -> Calls:
    """Name ways to call each tool that together show all that it can show."""
    spans = {"dataset": "spans", "fields": ["span.op", "span.description", "transaction"]}
    return {
        "query_events": [
            {},
            {"fields": [*_TEXTS]},
            {"fields": [*_MORE]},
            {"fields": ["title", "count()", "last_seen()"]},
            {**spans},
            {"dataset": "spans", "fields": ["timestamp", "song"], "query": "has:song"},
            {"dataset": "transactions"},
            {"dataset": "logs"},
            {"dataset": "metrics"},
            {"saved": _SAVED},
            {"saved": _BOUND},
            *({"dataset": _HELD, "fields": [*each]} for each in (_TEXTS, _MORE)),
        ],
        "query_timeseries": [
            {},
            {"group_by": ["title"]},
            {"group_by": ["release", "user.email"], "axes": ["count()", "count_unique(user)"]},
            {"dataset": "spans", "group_by": "span.description", "axes": "p95(span.duration)"},
        ],
        "list_event_fields": [{}, {"dataset": "spans"}, {"dataset": "logs"}, {"search": "slow"}],
        "list_saved_queries": [{}],
        "export_events": [
            {"saved": _BOUND},
            *(
                {"dataset": dataset, "fields": [*_TEXTS], "format": form}
                for dataset, form in (("errors", "csv"), (_HELD, "jsonl"), (_HELD, "markdown"))
            ),
        ],
    }
