"""Routes about usage: what was sent, and what became of it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.memory.outcomes import Outcome
from dexter_mcp.simulator.memory.records import Project
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.intervals import HOUR, Slots, slots
from dexter_mcp.simulator.routes.refusals import bad_request
from dexter_mcp.simulator.routes.selection import Selection, select
from dexter_mcp.simulator.shapes.times import from_epoch, iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_FIELDS = ("sum(quantity)", "sum(times_seen)")
_GROUPS = ("outcome", "category", "reason", "project")
_CATEGORIES = frozenset(
    (
        *("attachment", "error", "log_byte", "log_item", "monitor", "replay", "replays"),
        *("profile", "profile_chunk", "profile_chunk_ui", "profile_duration"),
        *("profile_duration_ui", "profiles", "session", "span", "transaction"),
    )
)
_ALIASES = {"replays": "replay", "profiles": "profile"}
_OUTCOMES = frozenset(
    (
        *("abuse", "accepted", "cardinality_limited", "client_discard"),
        *("filtered", "invalid", "rate_limited"),
    )
)
_DROPPED = _OUTCOMES - {"accepted", "client_discard"}
_WIDTHS = {"10s": 10, "1h": HOUR, "1d": 24 * HOUR}
_REJECTED = frozenset({"rate_limited", "invalid", "abuse"})


def routes(world: World) -> list[BaseRoute]:
    """Serve what `world` knows about usage."""
    return [
        endpoint(world, "/organizations/{org}/stats_v2/", "organization", GET=_usage),
        endpoint(world, "/organizations/{org}/stats-summary/", "organization", GET=_summary),
        endpoint(world, "/projects/{org}/{project}/stats/", "project", GET=_of_project),
    ]


def _usage(call: Call) -> Response:
    field, names = _field(call), call.query.getlist("groupBy")
    if not names:
        raise bad_request("At least one groupBy is required.")
    for name in names:
        if name not in _GROUPS:
            raise bad_request(f'Invalid groupBy: "{name}"')
    selection = _selected(call)
    times = slots(call.query, selection)
    groups: dict[tuple[str | int, ...], list[Outcome]] = {}
    for outcome in _outcomes(call, selection.projects, times):
        groups.setdefault(tuple(getattr(outcome, n) for n in names), []).append(outcome)
    return JSONResponse(
        {
            "start": iso(from_epoch(times.start)),
            "end": iso(from_epoch(times.end)),
            "intervals": [] if "project" in names else [iso(from_epoch(at)) for at in times],
            "groups": [
                _group(dict(zip(names, key, strict=True)), groups[key], field, times)
                for key in sorted(groups, key=str)
            ],
        }
    )


def _group(by: Json, outcomes: list[Outcome], field: str, times: Slots) -> Json:
    """Shape a group; those of projects have no series."""
    slot: dict[int, int] = {}
    for outcome in outcomes:
        at = times.slot(outcome.at)
        slot[at] = slot.get(at, 0) + outcome.quantity
    series = {} if "project" in by else {field: [slot.get(at, 0) for at in times]}
    return {
        "by": {name: value or "none" for name, value in by.items()},
        "totals": {field: sum(slot.values())},
        "series": series,
    }


def _summary(call: Call) -> Response:
    field, selection = _field(call), _selected(call)
    times = slots(call.query, selection)
    outcomes = _outcomes(call, selection.projects, times)
    projects = [
        {
            "id": str(project.id),
            "slug": project.slug,
            "stats": _by_category([o for o in outcomes if o.project == project.id], field),
        }
        for project in selection.projects
    ]
    return JSONResponse(
        {
            "start": iso(from_epoch(times.start)),
            "end": iso(from_epoch(times.end)),
            "projects": [project for project in projects if project["stats"]],
        }
    )


def _by_category(outcomes: Sequence[Outcome], field: str) -> list[Json]:
    shapes: list[Json] = []
    for category in sorted({outcome.category for outcome in outcomes}):
        totals: dict[str, int] = {}
        for one in outcomes:
            if one.category == category:
                totals[one.outcome] = totals.get(one.outcome, 0) + one.quantity
        dropped = sum(quantity for outcome, quantity in totals.items() if outcome in _DROPPED)
        summed = {"dropped": dropped, field: sum(totals.values())}
        shapes.append({"category": category, "outcomes": totals, "totals": summed})
    return shapes


def _of_project(call: Call) -> Response:
    stat, now = call.query.get("stat") or "received", int(call.world.now().timestamp())
    width = _WIDTHS.get(call.query.get("resolution") or "1h")
    if width is None:
        raise bad_request("Invalid resolution")
    until = int(float(call.query.get("until") or now))
    since = int(float(call.query.get("since") or until - 24 * HOUR))
    times = Slots(since // width * width, until + 1, width)
    counts: dict[int, int] = {}
    for one in call.world.outcomes.between(call.world, times.start, times.end, [call.project.id]):
        if one.category == "error" and _counts(stat, one.outcome):
            at = times.slot(one.at)
            counts[at] = counts.get(at, 0) + one.quantity
    return JSONResponse([[at, counts.get(at, 0)] for at in times])


def _counts(stat: str, outcome: str) -> bool:
    match stat:
        case "rejected":
            return outcome in _REJECTED
        case "blacklisted":
            return outcome == "filtered"
        case "received":
            return outcome != "client_discard"
        case "generated":
            return False
        case _:
            raise bad_request("Invalid stat")


def _selected(call: Call) -> Selection:
    """Read what is asked about; no project named means the whole organization here."""
    if not any(call.query.get(name) for name in ("statsPeriod", "start", "end")):
        raise bad_request("Invalid date range: start and end are both required")
    selection = select(call)
    if call.query.getlist("project"):
        return selection
    return replace(selection, projects=tuple(call.world.projects_of(call.org.slug)))


def _field(call: Call) -> str:
    field = call.query.get("field") or ""
    if field not in _FIELDS:
        raise bad_request(f'Invalid field: "{field}"' if field else 'Request is missing a "field"')
    return field


def _outcomes(call: Call, projects: Iterable[Project], times: Slots) -> list[Outcome]:
    """Select what the filters of the query let through."""
    categories = {_ALIASES.get(name, name) for name in _wanted(call, "category", _CATEGORIES)}
    outcomes = _wanted(call, "outcome", _OUTCOMES)
    reasons = set(call.query.getlist("reason"))
    found = call.world.outcomes.between(
        call.world, times.start, times.end, [project.id for project in projects]
    )
    return [
        one
        for one in found
        if (not categories or one.category in categories)
        and (not outcomes or one.outcome in outcomes)
        and (not reasons or one.reason in reasons)
    ]


def _wanted(call: Call, name: str, known: frozenset[str]) -> set[str]:
    wanted = set(filter(None, call.query.getlist(name)))
    for value in wanted - known:
        raise bad_request(f'Invalid {name}: "{value}"')
    return wanted
