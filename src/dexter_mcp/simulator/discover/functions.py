"""Sentry's aggregates, as SQL over the columns of a dataset."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from dexter_mcp.simulator.discover.columns import NUMERIC, Column, Dataset
from dexter_mcp.simulator.discover.expressions import Call, Key, operand
from dexter_mcp.simulator.discover.fragments import Sql, sql
from dexter_mcp.simulator.search.values import SearchError

_COMPARISONS: Mapping[str, str] = {
    "equals": "=",
    "notEquals": "!=",
    "less": "<",
    "greater": ">",
    "lessOrEquals": "<=",
    "greaterOrEquals": ">=",
}
_METRIC_ARGUMENTS = 4
_WELL = "('ok', 'cancelled', 'unknown', '')"
_QUANTILES: Mapping[str, float] = {
    "p50": 0.5,
    "p75": 0.75,
    "p90": 0.9,
    "p95": 0.95,
    "p99": 0.99,
    "p100": 1.0,
    "median": 0.5,
}

Wanted = Literal["any", "number", "text"]


@dataclass(frozen=True, slots=True)
class Given:
    """What a function is computed from."""

    dataset: Dataset
    seconds: float
    """How long the time is that the rows lie in."""
    columns: Sequence[Column]
    texts: Sequence[str]
    """Arguments that are no columns."""


@dataclass(frozen=True, slots=True)
class Function:
    """An aggregate: what it takes, and how it is computed."""

    takes: tuple[Wanted, ...]
    build: Callable[[Given], Column]
    optional: int = 0
    """How many of the arguments have a default: a percentile's column is the duration."""


def aggregate(dataset: Dataset, call: Call, seconds: float) -> Column:
    """Compile a call; raises `SearchError` with Sentry's text."""
    functions = of_dataset(dataset)
    function = functions.get(call.name)
    if function is None:
        raise SearchError(
            f"Unknown function {call.name}"
            if dataset.items
            else f"{call.name} is not a valid function"
        )
    metric, arguments = _metric(dataset, call)
    given = _given(dataset, call, function, arguments, seconds)
    if metric is not None:
        given = replace(given, columns=[_within(column, metric) for column in given.columns])
    return function.build(given)


def of_dataset(dataset: Dataset) -> Mapping[str, Function]:
    """List the functions of a dataset."""
    return _ITEM_FUNCTIONS if dataset.items else _EVENT_FUNCTIONS


def _metric(dataset: Dataset, call: Call) -> tuple[Sql | None, tuple[str, ...]]:
    """Split the name, type and unit off the arguments of a metric's function."""
    if not dataset.metrics or len(call.arguments) < _METRIC_ARGUMENTS:
        return None, call.arguments
    *rest, name, kind, unit = call.arguments
    condition = sql("e.name = {} AND e.type = {} AND e.unit = {}", name, kind, unit)
    return condition, tuple(rest)


def _within(column: Column, condition: Sql) -> Column:
    return replace(column, sql=sql("CASE WHEN {} THEN {} END", condition, column.sql))


def _given(
    dataset: Dataset, call: Call, function: Function, arguments: Sequence[str], seconds: float
) -> Given:
    needed = len(function.takes) - function.optional
    if not needed <= len(arguments) <= len(function.takes):
        raise SearchError(_miscounted(dataset, call.name, needed, len(function.takes)))
    takes = function.takes
    if len(arguments) < len(takes) and takes[0] != "text":
        arguments = (dataset.duration, *arguments) if needed < len(takes) else arguments
    columns: list[Column] = []
    texts: list[str] = []
    for place, (wanted, argument) in enumerate(zip(takes, arguments, strict=False)):
        if wanted == "text":
            texts.append(argument)
        else:
            columns.append(_column(dataset, call.name, argument, wanted, place))
    return Given(dataset, seconds, columns, texts)


def _miscounted(dataset: Dataset, name: str, least: int, most: int) -> str:
    if dataset.items:
        return f"Invalid number of arguments for {name}, was expecting {least} arguments"
    if least == most:
        return f"{name}: expected {most} argument(s)"
    return (
        f"{name}: expected at least {least} argument(s)"
        if least
        else (f"{name}: expected at most {most} argument(s)")
    )


def _column(dataset: Dataset, name: str, argument: str, wanted: Wanted, place: int) -> Column:
    key = operand(argument)
    if not isinstance(key, Key):
        raise SearchError(f"{name}: column argument invalid: {argument} is not a valid column")
    column = dataset.column(key)
    if wanted == "any" or column.type in NUMERIC or column.type == "date":
        return column
    if dataset.items:
        kinds = sorted(NUMERIC)
        raise SearchError(
            f"{argument} is invalid for parameter {place + 1} in {name}."
            f" Its a {column.type} type field, but it must be one of these types: {kinds}"
        )
    raise SearchError(f"{name}: column argument invalid: {argument} is not a numeric column")


def _count(given: Given) -> Column:
    if not given.columns:
        return Column.of("count(*)", "integer")
    return Column(sql("count({})", given.columns[0].sql), "integer")


def _unique(given: Given) -> Column:
    return Column(sql("count(DISTINCT nullif({}, ''))", given.columns[0].sql), "integer")


def _count_if(given: Given) -> Column:
    operator, value = given.texts
    sign = _COMPARISONS.get(operator)
    if sign is None:
        raise SearchError(
            f"count_if: condition argument invalid: {operator} is not a valid condition"
        )
    column = given.columns[0]
    held = _compared(column, sign, value.strip('"'))
    return Column(sql("coalesce(sum({}), 0)", held), "integer")


def _compared(column: Column, sign: str, value: str) -> Sql:
    template = f"({{}} {sign} {{}})"
    if column.type == "array":
        members = sql(template, Sql("value"), value)
        return sql("EXISTS (SELECT 1 FROM json_each({}) WHERE {})", column.sql, members)
    if column.type in NUMERIC:
        return sql(template, column.sql, _number("count_if: value", value))
    if column.type == "boolean":
        return sql(template, column.sql, int(value.lower() in {"true", "1"}))
    return sql(template, column.sql, value)


def _number(argument: str, text: str) -> float:
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        raise SearchError(f"{argument} argument invalid: {text} is not a number")
    return float(text)


def _like_its_column(template: str) -> Callable[[Given], Column]:
    """Compute what has the type and unit of its column."""

    def build(given: Given) -> Column:
        column = given.columns[0]
        type_ = "number" if column.type == "integer" and "avg" in template else column.type
        return Column(sql(template, column.sql), type_, column.unit)

    return build


def _quantile(fraction: float) -> Callable[[Given], Column]:
    return _like_its_column(f"quantile({{}}, {fraction})")


def _percentile(given: Given) -> Column:
    fraction = _number("percentile: percentile", given.texts[0])
    if not 0 <= fraction <= 1:
        raise SearchError(
            f"percentile: percentile argument invalid: {given.texts[0]} must be between 0 and 1"
        )
    return _quantile(fraction)(given)


def _rate(per: int, unit: str) -> Callable[[Given], Column]:
    def build(given: Given) -> Column:
        return Column(sql("count(*) * {} / {}", float(per), given.seconds or 1.0), "rate", unit)

    return build


def _failing(given: Given) -> str:
    column = given.dataset.columns.get(given.dataset.status)
    status = column.sql.text if column else "NULL"
    return f"coalesce({status} NOT IN {_WELL}, 0)"


def _failures(given: Given) -> Column:
    return Column.of(f"sum({_failing(given)})", "integer")


def _failure_rate(given: Given) -> Column:
    column = given.dataset.columns.get(given.dataset.status)
    known = column.sql.text if column else "NULL"
    return Column.of(
        f"coalesce(1.0 * sum({_failing(given)}) / nullif(count({known}), 0), 0)", "percentage"
    )


def _satisfaction(template: str) -> Callable[[Given], Column]:
    """Compute what goes by a threshold in milliseconds and four times that."""

    def build(given: Given) -> Column:
        duration = given.dataset.column(Key(given.dataset.duration)).sql.text
        limit = _threshold(given)
        text = template.replace("duration", duration).replace("limit", str(limit))
        return Column.of(text, "number")

    return build


def _threshold(given: Given) -> float:
    return _number("satisfaction", given.texts[-1] if given.texts else "300")


def _miserable(given: Given) -> Column:
    duration = given.dataset.column(Key(given.dataset.duration)).sql
    limit = 4 * _threshold(given)
    held = sql("CASE WHEN {} > {} THEN {} END", duration, limit, given.columns[0].sql)
    return Column(sql("count(DISTINCT {})", held), "integer")


def _responses(given: Given) -> Column:
    status = given.dataset.column(Key("span.status_code")).sql
    held = sql("substr({}, 1, 1) = {}", status, given.texts[0])
    share = sql("coalesce(1.0 * sum({}) / nullif(count({}), 0), 0)", held, status)
    return Column(share, "percentage")


def _cache_misses(given: Given) -> Column:
    hit = given.dataset.column(Key("cache.hit")).sql
    return Column(sql("coalesce(avg(NOT {}), 0)", hit), "percentage")


def _latest(column: str) -> Callable[[Given], Column]:
    def build(_: Given) -> Column:
        return Column.of(f"substr(max(printf('%017.6f', e.at) || {column}), 18)")

    return build


def _fixed(text: str, column: Column) -> Function:
    return Function((), lambda _: replace(column, sql=Sql(text)))


_SHARE_OF_TIME = "sum(e.self_time) / nullif(sum(sum(e.self_time)) OVER (), 0)"
_APDEX = (
    "coalesce((sum(duration <= limit) + sum(duration > limit AND duration <= 4 * limit) / 2.0)"
    " / nullif(count(duration), 0), 0)"
)
_MISERY = "coalesce((sum(duration > 4 * limit) + 5.8875) / (count(duration) + 117.75), 0)"

_COMMON: Mapping[str, Function] = {
    "count_unique": Function(("any",), _unique),
    "count_if": Function(("any", "text", "text"), _count_if),
    "min": Function(("number",), _like_its_column("min({})")),
    "max": Function(("number",), _like_its_column("max({})")),
    "avg": Function(("number",), _like_its_column("avg({})"), optional=1),
    "sum": Function(("number",), _like_its_column("sum({})")),
    **{
        name: Function(("number",), _quantile(fraction), optional=1)
        for name, fraction in _QUANTILES.items()
    },
    "any": Function(("any",), _like_its_column("min({})")),
    "last_seen": _fixed("max(e.at)", Column.of("", "date")),
    "eps": Function((), _rate(1, "1/second")),
    "epm": Function((), _rate(60, "1/minute")),
    "tps": Function((), _rate(1, "1/second")),
    "tpm": Function((), _rate(60, "1/minute")),
    "failure_count": Function((), _failures),
    "failure_rate": Function((), _failure_rate),
    "apdex": Function(("text",), _satisfaction(_APDEX), optional=1),
    "user_misery": Function(("text",), _satisfaction(_MISERY), optional=1),
    "count_miserable": Function(("any", "text"), _miserable),
}
_EVENT_FUNCTIONS: Mapping[str, Function] = {
    **_COMMON,
    "count": Function((), _count),
    "latest_event": Function((), _latest("e.id")),
    "percentile": Function(("number", "text"), _percentile, optional=1),
    "var": Function(("number",), _like_its_column("variance({})")),
    "stddev": Function(("number",), _like_its_column("deviation({})")),
    "count_web_vitals": Function(("any", "text"), lambda _: Column.of("0 * count(*)", "integer")),
}
_ITEM_FUNCTIONS: Mapping[str, Function] = {
    **_COMMON,
    "count": Function(("any",), _count, optional=1),
    "sps": Function((), _rate(1, "1/second")),
    "spm": Function((), _rate(60, "1/minute")),
    "http_response_rate": Function(("text",), _responses),
    "cache_miss_rate": Function((), _cache_misses),
    "time_spent_percentage": _fixed(_SHARE_OF_TIME, Column.of("", "percentage")),
    "performance_score": Function(("any",), lambda _: Column.of("avg(NULL)", "number")),
    "opportunity_score": Function(("any",), lambda _: Column.of("avg(NULL)", "number")),
}
