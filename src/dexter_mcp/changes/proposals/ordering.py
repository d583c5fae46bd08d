"""An operation of the catalogue with its arguments, as wishes: one for each target."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, Final

from dexter_mcp.changes.plan import Proposal, Wish
from dexter_mcp.changes.proposals.issue_deeds import merge
from dexter_mcp.insights.catalogue import settled
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.local_pages import everything
from dexter_mcp.sentry.catalogue import Operation, Order, Parameter
from dexter_mcp.sentry.catalogue.operations import operation_named
from dexter_mcp.sentry.catalogue.orders import OPEN
from dexter_mcp.sentry.catalogue.questions import given, question
from dexter_mcp.sentry.errors import Invalid

_ONE_BY_ONE: Final[Mapping[str, tuple[str, str]]] = {
    "bulk_update_issues": ("update_issue", "issue"),
    "bulk_update_project_issues": ("update_issue", "issue"),
    "bulk_delete_issues": ("delete_issue", "issue"),
    "bulk_delete_project_issues": ("delete_issue", "issue"),
    "bulk_update_workflows": ("bulk_update_workflows", "workflow"),
    "bulk_delete_workflows": ("delete_workflow", "workflow"),
    "bulk_update_detectors": ("bulk_update_detectors", "detector"),
    "bulk_delete_detectors": ("delete_detector", "detector"),
    "bulk_update_project_environments": ("update_project_environment", "environment"),
    "enable_spike_protection": ("enable_spike_protection", "project"),
    "disable_spike_protection": ("disable_spike_protection", "project"),
}
"""What is done to many at once is planned one by one; the requests are put together again later."""
_LISTED: Final[Mapping[str, str]] = {
    "bulk_update_project_environments": "environmentNames",
    "enable_spike_protection": "projects",
    "disable_spike_protection": "projects",
}
"""Where the body lists the targets, and not the query."""
_ALL: Final = "$all"
_MERGING: Final = frozenset({"bulk_update_issues", "bulk_update_project_issues"})
_NAMES: Final = ("slug", "name", "title", "version", "email", "userName", "displayName")
"""Where a body says what the thing is called."""
_SCHEDULED: Final = re.compile(r"Schedule (.*) for deletion")
"""To people it is gone from then on."""
_SHOWN: Final = 80


async def order(
    desk: Desk, named: str, arguments: Sequence[str], *, org: str, project: Sequence[str]
) -> Proposal:
    """Propose an operation by its name.

    Each argument is `name=value`, repeated for a list, or `name:=` with JSON behind it.

    Raises:
        Invalid: There is no such operation, it only reads, or an argument does not fit it; also
            where it is meant for many and names none.
    """
    operation = operation_named(named)
    if operation.reads:
        raise Invalid(f"{operation.name} changes nothing. Ask it with `read_sentry`.")
    told = list(_parted(operation, arguments))
    fields = _fields(operation, [name for name, _, _ in told])
    body = _body(operation, [each for each in told if each[0] in fields])
    outside = {*operation.needs} - {*operation.places}
    around = [f"{n}={v}" for n, v, _ in told if n not in fields or n in outside]
    asked = {**given(operation, around), **_apart(operation, org, project)}
    question(operation, {"org": ("to be found",), **asked} if "org" in operation.places else asked)
    found = question(operation, await settled(desk, operation, asked))
    query = {n: _texts(value) for n, value in found.query.items()}
    whole = Order(operation.name, await _numbered(desk, found.places), query, body)
    home = found.places.get("org", "")
    if whole.operation in _MERGING and whole.told.get("merge"):
        return await merge(desk, home, whole.query.get("id", ()))
    wishes = _wishes(await _each_named(desk, whole))
    return Proposal(home, _purpose(operation, wishes), wishes)


async def _numbered(desk: Desk, places: Mapping[str, str]) -> Mapping[str, str]:
    """Know an issue by its number alone: lists of issues to be changed take nothing else."""
    if (issue := places.get("issue", "")).isdigit() or not issue:
        return dict(places)
    return {**places, "issue": (await desk.sentry.issues.get(places["org"], issue)).id}


def wish(order: Order) -> Wish:
    """Name the target of an order as people would call it."""
    called = next((str(order.told[n]) for n in _NAMES if order.told.get(n)), "")
    facts = order.facts
    place = next((p for p in reversed(facts.places) if p != "org"), "")
    if facts.method == "POST" and called:
        return Wish(order, f"{_kind(facts)} {called}", name=called)
    if (ids := order.query.get("id", ())) and place != "issue":
        return Wish(order, f"{_kind(facts)} {ids[0]}", name=ids[0])
    if not place and facts.method != "POST":
        return Wish(order, f"organization {order.places.get('org', '')}", name=called)
    if not place:
        return Wish(order, called or _kind(facts), name=called)
    value = order.places[place]
    return Wish(order, f"{place.replace('_', ' ')} {value}", name=value)


async def _each_named(desk: Desk, whole: Order) -> Order:
    """Name every project where all of them are meant."""
    listed = _LISTED.get(whole.operation, "")
    if _ALL not in (whole.told.get(listed) or ()):
        return whole
    org = whole.places["org"]
    projects, _ = await everything(lambda at: desk.sentry.projects.list(org, cursor=at))
    return replace(whole, body={**whole.told, listed: [each.slug for each in projects]})


def _wishes(whole: Order) -> Sequence[Wish]:
    single = _ONE_BY_ONE.get(whole.operation)
    if single is None:
        return [wish(whole)]
    operation, place = single
    known = Order(operation).facts.places
    listed = _LISTED.get(whole.operation, "")
    ids = whole.told.get(listed) or whole.query.get("id", ())
    if not ids:
        raise Invalid(
            f"{whole.operation} without ids would change everything. Name each target: `id=1`, "
            "`id=2` …"
        )
    body = {n: v for n, v in whole.told.items() if n != listed} if whole.body else whole.body
    places = {p: v for p, v in whole.places.items() if p in known}
    return [
        Wish(Order(operation, {**places, place: each}, {}, body), f"{place} {each}", name=each)
        for each in dict.fromkeys(map(str, ids))
    ]


def _purpose(operation: Operation, wishes: Sequence[Wish]) -> str:
    about = wishes[0].target if len(wishes) == 1 else f"{len(wishes)} targets"
    what = _SCHEDULED.sub(r"Delete \1", operation.summary)
    return what if about == _kind(operation) else f"{what}: {about}"


def _kind(operation: Operation) -> str:
    return operation.name.split("_", 1)[-1].replace("_", " ")


def _apart(operation: Operation, org: str, project: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Give what was said beside the arguments, as far as the operation has a place for it."""
    told = {"org": (org,) if org else (), "project": tuple(project)}
    takes = {*operation.places, *operation.narrowing}
    return {name: value for name, value in told.items() if value and name in takes}


def _fields(operation: Operation, told: Iterable[str] = ()) -> Mapping[str, Parameter]:
    """Name the fields of a body; where a service elsewhere decides, those that were told too."""
    published = {each.name: each for each in operation.body if each.name not in operation.places}
    if operation.name not in OPEN:
        return published
    known = {*operation.places, *operation.narrowing, *published}
    return published | {name: Parameter(name) for name in told if name not in known}


def _parted(operation: Operation, arguments: Sequence[str]) -> Iterator[tuple[str, str, bool]]:
    """Part arguments into name and value; the third says whether the value is JSON."""
    for text in arguments:
        name, equals, value = text.partition("=")
        plain = name.strip().removesuffix(":")
        if not equals or not plain:
            raise Invalid(f"{text[:_SHOWN]!r} is no argument. Write each as `name=value`.")
        _check_name(operation, plain)
        yield plain, value, name.strip() != plain


def _check_name(operation: Operation, name: str) -> None:
    fields = _fields(operation, [name])
    if name in fields or not fields:
        return
    known = [*operation.places, *operation.narrowing, *fields]
    close = get_close_matches(name, known, n=1)
    if close and close[0] in fields and name not in known:
        hint = f"Did you mean `{close[0]}`?"
        raise Invalid(f"{operation.name} has no argument {name[:_SHOWN]!r}. {hint}")


def _body(operation: Operation, told: Sequence[tuple[str, str, bool]]) -> Mapping[str, Any] | None:
    fields, body = _fields(operation, [name for name, _, _ in told]), dict[str, Any]()
    for name, text, is_json in told:
        value = _json(name, text) if is_json else _typed(fields[name], text)
        many = fields[name].type.startswith("array") and not is_json
        body[name] = [*body.get(name, []), value] if many else value
    creates = operation.method == "POST"
    if missing := [n for n, of in fields.items() if of.required and creates and n not in body]:
        raise Invalid(
            f"{operation.name} needs {', '.join(f'`{n}`' for n in missing)}. Its body takes "
            f"{', '.join(fields)}."
        )
    if fields and not body:
        raise Invalid(f"{operation.name} sets nothing. Give one of {', '.join(fields)}.")
    return body if operation.body else None


def _json(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise Invalid(f"`{name}` is no JSON ({error}). Write it as `{name}:=` and JSON.") from None


def _typed(field: Parameter, text: str) -> Any:
    """Read a value as its field takes it."""
    kind = field.type.removesuffix("?").removeprefix("array<").removesuffix(">")
    if field.values and text not in map(str, field.values):
        valid = ", ".join(map(str, field.values))
        raise Invalid(f"`{field.name}` must be one of {valid}, not {text[:_SHOWN]!r}.")
    if kind == "boolean":
        if text.lower() not in {"true", "false"}:
            raise Invalid(f"`{field.name}` must be true or false, not {text[:_SHOWN]!r}.")
        return text.lower() == "true"
    if kind in {"integer", "number"}:
        return _number(field, text, kind)
    if kind.startswith(("object", "map")):
        raise Invalid(f"`{field.name}` is an object: write it as `{field.name}:=` and JSON.")
    return None if text == "null" and field.type.endswith("?") else text


def _number(field: Parameter, text: str, kind: str) -> float:
    try:
        return int(text) if kind == "integer" else float(text)
    except ValueError:
        raise Invalid(f"`{field.name}` must be a number, not {text[:_SHOWN]!r}.") from None


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(each) for each in value or ())
