"""A question judged without being answered, part by part."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from dexter_mcp.simulator.discover.attributes import AttributeType, attributes
from dexter_mcp.simulator.discover.columns import NUMERIC, Type
from dexter_mcp.simulator.discover.conditions import on_groups, on_rows
from dexter_mcp.simulator.discover.expressions import EQUATION, Key, read
from dexter_mcp.simulator.discover.query import parse, terms
from dexter_mcp.simulator.discover.selecting import select, sorting
from dexter_mcp.simulator.discover.table import Scope
from dexter_mcp.simulator.search.values import SearchError

_UNKNOWN = "Unknown attribute"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What there is to say about a field, a filter's key or a sort."""

    name: str
    type: AttributeType | None
    """None where it is not valid."""
    error: str | None = None

    @property
    def valid(self) -> bool:
        """Tell whether nothing is wrong with it."""
        return self.error is None


def judge_fields(scope: Scope, fields: Sequence[str]) -> list[Verdict]:
    """Judge what is selected; keys that are no columns must occur among the attributes."""
    present = {(one.name, one.type) for one in attributes(scope)}
    return [_field(scope, field, present) for field in fields]


def judge_query(scope: Scope, query: str) -> tuple[str | None, list[Verdict]]:
    """Judge a query: what is wrong with it as a whole, and each key that it filters by."""
    try:
        condition = parse(query, scope.dataset.keys)
        on_rows(condition, scope.around)
        on_groups(condition, scope.around)
    except SearchError as error:
        return str(error), []
    keys = dict.fromkeys(term.key for term in terms(condition) if term.key)
    return None, judge_fields(scope, list(keys))


def judge_sorts(scope: Scope, fields: Sequence[str], sorts: Sequence[str]) -> Iterator[Verdict]:
    """Judge what is sorted by."""
    selected = [select(scope.dataset, field, 1.0) for field in fields if _readable(scope, field)]
    for sort in sorts:
        try:
            place, _ = sorting(scope.dataset, sort, selected)
        except SearchError:
            yield Verdict(sort, None, "Orderby must also be a selected field")
        else:
            yield Verdict(sort, _plain(selected[place].column.type))


def _readable(scope: Scope, field: str) -> bool:
    try:
        select(scope.dataset, field, 1.0)
    except SearchError:
        return False
    return True


def _field(scope: Scope, field: str, present: Collection[tuple[str, str]]) -> Verdict:
    try:
        selected = select(scope.dataset, field, 1.0)
        expression = read(field)
    except SearchError as error:
        return Verdict(field, None, str(error))
    type_ = _plain(selected.column.type)
    if isinstance(expression, Key) and not field.startswith(EQUATION):
        known = not expression.tagged and expression.name in scope.dataset.columns
        if not known and (expression.name, type_) not in present:
            return Verdict(field, None, _UNKNOWN)
    return Verdict(field, type_)


def _plain(type_: Type) -> AttributeType:
    if type_ == "boolean":
        return "boolean"
    return "number" if type_ in NUMERIC else "string"
