"""Operations as the catalogue shows them, and what they answered."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from dexter_mcp.sentry.catalogue import Operation, Parameter, Reading
from dexter_mcp.sentry.catalogue.questions import NOT_DATA, PAGING
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.wire import QueryValue
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.bodies import example
from dexter_mcp.views.budget import FLOOR, Section, fit
from dexter_mcp.views.listing import echo, onward
from dexter_mcp.views.numbers import counted
from dexter_mcp.views.table import table
from dexter_mcp.views.unknown import Teller, is_series, strange
from dexter_mcp.views.unknown_rows import record, rows
from dexter_mcp.views.untrusted import Fence, name

Tools = Mapping[str, Sequence[str]]
"""The typed tools on offer that cover an operation, by its name."""

_FEW_TAKEN: Final = 6
_TIME: Final = frozenset({"statsPeriod", "start", "end"})
_GIVEN_BESIDE: Final = frozenset({"org"})
_LONGEST_TEXT: Final = 200
_HEADERS: Final = ("operation", "what it tells", "needs", "also takes", "better")
_ROWS: Final = ("data", "Resources")
"""Where an object holds the rows that it is about."""
_NOISE: Final = frozenset({"meta", "schemas"})


def found(
    operations: Sequence[Operation],
    *,
    query: str,
    category: str,
    limit: int,
    tools: Tools,
    unshown: int = 0,
) -> Answer:
    """List operations, the likeliest first, with what each needs.

    `unshown` counts those that change Sentry and were left out.
    """
    asked = echo(query=query, category=category)
    hint = f"… {unshown} that change Sentry: writes=true" if unshown else ""
    if not operations:
        advice = hint or "Use other words, or leave some out."
        return Answer(f"No operation found.\n{asked}\n{advice}", data=[])
    shown = operations[:limit]
    told = [_row(each, tools.get(each.name, ())) for each in shown]
    left = len(operations) - len(shown)
    lines = [
        ", ".join(filter(None, [counted(len(operations), "operation"), asked])),
        table(_HEADERS, told),
        f"… {left} more: limit" if left else "",
        hint,
        f"{_runs(shown)}; `find_operations` with its exact name tells all of it",
    ]
    return Answer("\n".join(filter(None, lines)), data=shown)


def _runs(shown: Sequence[Operation]) -> str:
    if all(each.reads for each in shown):
        return "`read_sentry` runs one"
    writes = "`change_sentry` runs one that writes"
    return f"`read_sentry` runs one that reads; {writes}" if any(e.reads for e in shown) else writes


def facts(operation: Operation, *, tools: Tools) -> Answer:
    """Tell everything about one operation."""
    better = tools.get(operation.name, ())
    lines = [
        f"{operation.name}: {operation.summary}",
        f"{operation.method} {operation.path}",
        *_standing(operation),
        f"better: {', '.join(better)}" if better else "",
        *(f"  {place}: in the path, required" for place in operation.places),
        *(f"  {_spelt(each)}" for each in operation.query if each.name not in PAGING | NOT_DATA),
        *_body(operation),
        "paged: limit, cursor" if operation.paged else "",
        f"scopes (any one): {', '.join(operation.scopes)}" if operation.scopes else "",
        _how(operation),
        operation.docs,
    ]
    return Answer("\n".join(filter(None, lines)), data=operation)


def _how(operation: Operation) -> str:
    if operation.reads:
        return ""
    many = any(each.type.startswith("array<") for each in operation.body)
    ways = ["`name=value`", *(["repeated for a list"] * many), "`name:=` and JSON"]
    return f"`change_sentry` carries it out: {', '.join(ways)}"


def _body(operation: Operation) -> Iterable[str]:
    """Tell the fields of the body, and how those are written that hold more than a value."""
    for each in operation.body:
        yield f"  body {_spelt(each)}"
        if inside := example(operation, each):
            yield f"    {each.name}:={inside}"


def reading(
    told: Reading,
    *,
    include: Sequence[str],
    tools: Tools,
    fence: Fence,
    now: datetime,
    budget: int,
) -> Answer:
    """Show what an operation answered: a table, or a record with the tables that it holds."""
    operation = told.question.operation
    teller = Teller(now, limit=_LONGEST_TEXT) if include else Teller(now)
    held, items, around = _apart(told.value)
    shown = items if is_series(items) else items[: told.limit]
    body = rows(shown, teller, include=include) if held else []
    whole = record(around, teller, include=() if held else include)
    left = len(items) - len(shown) if body else 0
    heading = ", ".join(
        filter(None, [_counted(told, items, something=bool(body or whole)), _asked(told)])
    )
    page = Page[Any](items=[], next_cursor=told.next_cursor)
    ending = [
        *([f"… {left} more: limit"] if left else []),
        *onward(page),
        *_advice(operation, tools.get(operation.name, ())),
    ]
    sections = [Section("", whole, more="include", keep=1), Section("", body, more="limit")]
    room = budget - len(heading) - sum(map(len, ending)) - FLOOR // 2
    inside = fit(sections, max(room, FLOOR))
    block = fence.block(inside.split("\n")) if inside else ""
    text = "\n".join(filter(None, [heading, block, *ending]))
    return Answer(text, data={"operation": operation.name, "reply": strange(told.value)})


def _apart(value: Any) -> tuple[bool, Sequence[Any], Mapping[str, Any]]:
    """Tell the rows of an answer, if it holds any, from what stands around them."""
    if is_array(value):
        return True, value, {}
    if not is_object(value):
        return False, [], {"": value}
    name = next((name for name in _ROWS if is_array(value.get(name))), "")
    around = {key: inner for key, inner in value.items() if key not in {name, *_NOISE}}
    return (True, value[name], around) if name else (False, [], value)


def _counted(told: Reading, items: Sequence[Any], *, something: bool) -> str:
    operation = told.question.operation.name
    if not something:
        return f"{operation}: nothing" + (" under these names" if items else "")
    if not items:
        return operation
    of = f" of {'at least ' * told.at_least}{told.total}" if told.total else ""
    return f"{operation}: {len(items)}{of} {'item' if len(items) == 1 else 'items'}"


def _asked(told: Reading) -> str:
    sent = {**told.question.places, **told.question.query}
    texts = {key: _joined(value) for key, value in sent.items()}
    return echo(**{key: said for key, said in texts.items() if said != "-1"})


def _joined(value: QueryValue) -> str:
    return str(value) if isinstance(value, (str, int)) else ", ".join(value or ())


def _advice(operation: Operation, better: Sequence[str]) -> Iterable[str]:
    if operation.deprecated:
        yield f"deprecated: use {operation.instead}" if operation.instead else "deprecated"
    if better:
        yield f"better: {', '.join(better)}"


def _row(operation: Operation, better: Sequence[str]) -> list[str]:
    made = [each.name for each in operation.body if each.required and operation.method == "POST"]
    needed = [each for each in (*operation.needs, *made) if each not in _GIVEN_BESIDE]
    taken = list(dict.fromkeys(_taken(operation)))
    more = [f"… {len(taken) - _FEW_TAKEN} more"] if len(taken) > _FEW_TAKEN else []
    summary = " ".join([operation.summary, *(f"({word})" for word in _words(operation))])
    method = "" if operation.reads else f"{operation.method} "
    return [
        operation.name,
        method + summary,
        ", ".join(needed),
        ", ".join([*taken[:_FEW_TAKEN], *more]),
        ", ".join(better),
    ]


def _taken(operation: Operation) -> Iterable[str]:
    """Name what it takes besides, the three ways to say a time as one."""
    for each in operation.query:
        if each.name in _TIME:
            yield "period"
        elif not each.required and each.name not in PAGING | NOT_DATA:
            yield each.name


def _words(operation: Operation) -> Iterable[str]:
    if operation.deprecated:
        yield f"deprecated: {operation.instead}" if operation.instead else "deprecated"
    elif operation.standing != "published":
        yield operation.standing


def _standing(operation: Operation) -> Iterable[str]:
    if operation.deprecated:
        yield f"deprecated; use {operation.instead}" if operation.instead else "deprecated"
    if operation.standing == "legacy":
        yield "served by older self-hosted servers"
    if operation.standing == "unpublished":
        yield "unpublished: Sentry's own pages use it"


def _spelt(parameter: Parameter) -> str:
    """Write a parameter: `sort: date | freq (default date)`."""
    kind = " | ".join(str(value) or "(empty)" for value in parameter.values) or parameter.type
    marks = [
        "required" if parameter.required else "",
        "repeatable" if parameter.repeated else "",
        f"default {parameter.default}" if parameter.default not in (None, "") else "",
        f"at most {parameter.longest} characters" if parameter.longest else "",
    ]
    told = ", ".join(filter(None, marks))
    return f"{name(parameter.name)}: {kind}{told and f' ({told})'}"
