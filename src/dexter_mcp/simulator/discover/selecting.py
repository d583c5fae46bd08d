"""From selected fields to columns in SQL."""

from dataclasses import dataclass

from dexter_mcp.simulator.discover.columns import Column, Dataset
from dexter_mcp.simulator.discover.expressions import (
    EQUATION,
    Call,
    Expression,
    Key,
    Operation,
    calls,
    read,
)
from dexter_mcp.simulator.discover.fragments import sql
from dexter_mcp.simulator.discover.functions import aggregate
from dexter_mcp.simulator.search.values import SearchError

MOST_FIELDS = 20


@dataclass(frozen=True, slots=True)
class Selected:
    """A field of the answer."""

    name: str
    """The key of each row: exactly what was asked for."""
    column: Column
    aggregate: bool
    alias: str = ""
    """What else a sort may call it."""


def select(dataset: Dataset, field: str, seconds: float) -> Selected:
    """Compile one field; raises `SearchError` with Sentry's text."""
    expression = read(field)
    column = _column(dataset, expression, seconds)
    alias = expression.alias if isinstance(expression, Call) else ""
    return Selected(field, column, any(calls(expression)), alias)


def select_all(dataset: Dataset, fields: list[str], seconds: float) -> list[Selected]:
    """Compile the fields of a table, with those that Sentry adds by itself."""
    if not fields:
        raise SearchError("No columns selected")
    if len(fields) > MOST_FIELDS:
        raise SearchError(
            f"You can view up to {MOST_FIELDS} fields at a time. Please delete some and try again."
        )
    chosen = {field: select(dataset, field, seconds) for field in fields}
    added = ["issue.id"] if "issue" in chosen else []
    if not any(one.aggregate for one in chosen.values()):
        added += dataset.automatic
    for field in added:
        chosen.setdefault(field, select(dataset, field, seconds))
    return list(chosen.values())


def sorting(dataset: Dataset, sort: str, selected: list[Selected]) -> tuple[int, bool]:
    """Find which of the fields a sort means, and whether it falls."""
    wanted, falls = sort.removeprefix("-"), sort.startswith("-")
    equations = [one.name for one in selected if one.name.startswith(EQUATION)]
    named = {f"equation[{at}]": name for at, name in enumerate(equations)}
    for place, one in enumerate(selected):
        if named.get(wanted, wanted) in {one.name, one.alias}:
            return place, falls
    raise SearchError(
        "orderby must also be in the selected columns or groupby"
        if dataset.items
        else "Cannot sort by a field that is not selected."
    )


def _column(dataset: Dataset, expression: Expression, seconds: float) -> Column:
    match expression:
        case Key():
            return dataset.column(expression)
        case Call():
            return aggregate(dataset, expression, seconds)
        case Operation(operator, left, right):
            sides = (_column(dataset, side, seconds).sql for side in (left, right))
            return Column(sql(f"(1.0 * {{}} {operator} {{}})", *sides), "number")
        case _:
            return Column(sql("{}", expression), "number")
