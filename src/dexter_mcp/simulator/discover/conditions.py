"""What a query asks for, as conditions in SQL."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dexter_mcp.simulator.discover.columns import NUMERIC, Column, Dataset
from dexter_mcp.simulator.discover.expressions import Call, Key, operand
from dexter_mcp.simulator.discover.fragments import ALWAYS, Sql, joined, linked, sql
from dexter_mcp.simulator.discover.functions import aggregate
from dexter_mcp.simulator.discover.query import (
    Aggregated,
    Condition,
    Together,
)
from dexter_mcp.simulator.search.grammar import SearchError, Term, relative
from dexter_mcp.simulator.search.values import Keys

_PROJECTS = frozenset({"project", "project.name"})
_DAY = 86_400
_MINUTES = 150
"""A moment without an operator means this many seconds around it."""
_PERCENT = re.compile(r"(-?\d+(?:\.\d+)?)%")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a query is asked in."""

    dataset: Dataset
    now: datetime
    seconds: float
    projects: frozenset[str]
    """Slugs of the projects that were selected."""
    newest: tuple[str, ...]
    """The newest release of each of them: what `release:latest` stands for."""


def on_rows(condition: Condition, around: Surroundings) -> Sql:
    """Write what must hold for a row to count; raises `SearchError` with Sentry's text."""
    return _written(condition, lambda one: _row(one, around))


def on_groups(condition: Condition, around: Surroundings) -> Sql:
    """Write what must hold for the aggregates of a group."""
    return _written(condition, lambda one: _group(one, around))


def _written(condition: Condition, write: Callable[[Term | Aggregated], Sql | None]) -> Sql:
    """Connect what `write` makes of each condition; where it makes nothing, anything goes."""
    if not isinstance(condition, Together):
        return write(condition) or ALWAYS
    parts = [
        _written(part, write)
        for part in condition.parts
        if isinstance(part, Together) or write(part) is not None
    ]
    return linked(condition.word, parts) if parts else ALWAYS


def _group(condition: Term | Aggregated, around: Surroundings) -> Sql | None:
    if not isinstance(condition, Aggregated):
        return None
    call = operand(condition.call)
    if not isinstance(call, Call):
        raise SearchError(f"{condition.call} is not a function")
    column = aggregate(around.dataset, call, around.seconds)
    value = _figure(condition, column, around)
    held = sql(f"coalesce({{}} {condition.operator} {{}}, 0)", column.sql, value)
    return sql("NOT {}", held) if condition.negated else held


def _figure(condition: Aggregated, column: Column, around: Surroundings) -> float:
    """Read what an aggregate is compared with, in the aggregate's own unit."""
    key, value = condition.call, condition.value
    if column.type == "percentage" and (percent := _PERCENT.fullmatch(value)):
        return float(percent[1]) / 100
    if column.type == "date":
        moment = relative(Keys(dates=frozenset({key})).read(key, "=", value), around.now)
        return moment.timestamp() if moment else 0.0
    durations = frozenset({key}) if column.type == "duration" else frozenset[str]()
    keys = Keys(numbers=frozenset({key}) - durations, durations=durations)
    return float(keys.read(key, condition.operator, value))


def _row(condition: Term | Aggregated, around: Surroundings) -> Sql | None:
    if isinstance(condition, Aggregated):
        return None
    held = sql("coalesce({}, 0)", _held(condition, around))
    denied = condition.negated != (condition.operator == "!=")
    return sql("NOT {}", held) if denied else held


def _held(term: Term, around: Surroundings) -> Sql:
    if not term.key:
        return _free_text(term, around.dataset)
    term = _resolved(term, around)
    column = around.dataset.column(_key(term))
    if term.has:
        return _set(column)
    if term.values == ("",):
        return sql("NOT {}", _set(column))
    return _compared(term, column, around.now)


def _compared(term: Term, column: Column, now: datetime) -> Sql:
    if column.type == "date":
        return _time(term, column, now)
    if column.type in NUMERIC or term.operator not in {"=", "!="}:
        return linked("OR", (_number(term, column, value) for value in term.values))
    if column.type == "boolean":
        return linked("OR", (_boolean(column, value) for value in term.values))
    return _text(term, column)


def _key(term: Term) -> Key:
    """Find what a filter is about; `tags[lines,number]` is not the text of that name."""
    key = operand(term.key) if term.key.startswith("tags[") else None
    return key if isinstance(key, Key) else Key(term.key)


def _resolved(term: Term, around: Surroundings) -> Term:
    """Replace what stands for something else, refusing projects that were not selected."""
    if term.key in _PROJECTS and not (term.wildcard or term.has):
        missing = [value for value in term.values if value not in around.projects | {""}]
        if missing and not term.negated and term.operator != "!=":
            raise SearchError(
                f"Invalid query. Project(s) {', '.join(missing)} do not exist or are not"
                " actively selected."
            )
    values = term.values
    if term.key == "release" and "latest" in values:
        values = (*(value for value in values if value != "latest"), *around.newest)
    if term.key == "issue":
        values = tuple(value.upper() for value in values)
    return Term(term.key, term.operator, values, term.negated, term.wildcard, term.has)


def _set(column: Column) -> Sql:
    return sql("({} IS NOT NULL)", column.sql)


def _free_text(term: Term, dataset: Dataset) -> Sql:
    text = term.values[0]
    pattern = text if term.wildcard else f"*{text.replace('*', chr(92) + '*')}*"
    texts = (dataset.columns[name].sql for name in dataset.text)
    return linked("OR", (sql("matches({}, coalesce({}, ''))", pattern, each) for each in texts))


def _time(term: Term, column: Column, now: datetime) -> Sql:
    value = term.values[0]
    moment = relative(value, now)
    if moment is None:
        return sql("0")
    seconds = moment.timestamp()
    if value.startswith(("+", "-")):
        return sql("{} <= {}" if value.startswith("+") else "{} >= {}", column.sql, seconds)
    if term.operator in {">", ">=", "<", "<="}:
        return sql(f"{{}} {term.operator} {{}}", column.sql, seconds)
    before, after = (_MINUTES, _MINUTES) if "T" in value else (0, _DAY)
    return sql("{} BETWEEN {} AND {}", column.sql, seconds - before, seconds + after)


def _number(term: Term, column: Column, value: str) -> Sql:
    operator = "=" if term.operator == "!=" else term.operator
    return sql(f"CAST({{}} AS REAL) {operator} {{}}", column.sql, float(value))


def _boolean(column: Column, value: str) -> Sql:
    return sql("{} = {}", column.sql, int(value.lower() in {"true", "1"}))


def _text(term: Term, column: Column) -> Sql:
    if column.type == "array":
        members = _any_of(term, Sql("member.value"))
        return sql("EXISTS (SELECT 1 FROM json_each({}) AS member WHERE {})", column.sql, members)
    return _any_of(term, column.sql)


def _any_of(term: Term, value: Sql) -> Sql:
    """Hold for one of the term's values: stars match whatever the case, the rest as written."""
    if term.wildcard:
        found = (sql("matches({}, coalesce({}, ''))", each, value) for each in term.values)
        return linked("OR", found)
    marks = joined(", ", (sql("{}", each) for each in term.values))
    return sql("{} IN ({})", value, marks)
