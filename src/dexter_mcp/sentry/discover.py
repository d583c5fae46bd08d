"""Tables of events: what Discover and Explore ask. What stands in a cell came with events."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Final

from pydantic import Field, PlainSerializer, PlainValidator

from dexter_mcp.sentry import endpoints
from dexter_mcp.sentry.api import MOMENT, Api
from dexter_mcp.sentry.errors import Rejected
from dexter_mcp.sentry.json_types import is_array
from dexter_mcp.sentry.reply import Page, Reply, adapter
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path

MOST_FIELDS: Final = 20
"""Columns of a table, equations included."""
LARGEST: Final = 100
"""Rows of a page."""
LARGEST_OF_LOGS: Final = 9_999
"""Rows of a page of the data sets that are made of small things."""

_OF_SMALL_THINGS = frozenset({"logs", "ourlogs", "tracemetrics"})
_DATASETS = re.compile(r"dataset must be one of:? *(?P<names>[\w, ]+)")


def largest_page(dataset: str) -> int:
    """Say how many rows Sentry gives at once."""
    return LARGEST_OF_LOGS if dataset in _OF_SMALL_THINGS else LARGEST


def datasets_in(refusal: Rejected) -> tuple[str, ...]:
    """Read which data sets there are out of the refusal of one that is not; empty for others."""
    found = _DATASETS.search(str(refusal))
    return tuple(found["names"].replace(",", " ").split()) if found else ()


def _cell(value: Any) -> Untrusted | float | bool | None:
    """Keep numbers and truth values; whatever could hold words is text of strangers."""
    if value is None or isinstance(value, (bool, int, float, Untrusted)):
        return value
    if is_array(value):
        return Untrusted(", ".join(str(item) for item in value if item is not None))
    text: Untrusted = adapter(Untrusted).validate_python(value)
    return text


def _told(cell: Any) -> Any:
    return {"untrusted": cell.raw} if isinstance(cell, Untrusted) else cell


Cell = Annotated[Untrusted | float | bool | None, PlainValidator(_cell), PlainSerializer(_told)]
Row = dict[str, Cell]
"""Cells by the field that was asked for; Sentry adds some that were not, such as `issue.id`."""


class Meta(Reply):
    """What the cells of a table mean.

    `fields` gives the type of each: string, integer, number, boolean, date, duration, size,
    percentage, rate, array, percent_change. `units` gives that of durations (milliseconds unless
    said), sizes and rates. `data_scanned` is `partial` where Sentry did not look at everything.
    """

    fields: dict[str, str] = Field(default_factory=dict[str, str])
    units: dict[str, str] = Field(default_factory=dict[str, str])
    dataset: str = ""
    data_scanned: str = ""


class Rows(Page[Row]):
    """A page of a table."""

    meta: Meta = Meta()


class Discover:
    """What one can ask about events by the field."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def offered(self, org: str) -> tuple[str, ...]:
        """Name the data sets that a server told of when it refused one; empty if it never did."""
        return self._api.capabilities.values("datasets", org)

    def learn(self, org: str, refusal: Rejected) -> bool:
        """Remember the data sets that a refusal tells of, and say whether it did."""
        told = datasets_in(refusal)
        if told:
            self._api.capabilities.note("datasets", *told, org=org)
        return bool(told)

    async def table(
        self,
        org: str,
        *,
        dataset: str,
        field: Sequence[str],
        query: str = "",
        sort: Sequence[str] = (),
        project: Sequence[str] = (),
        environment: Sequence[str] = (),
        stats_period: str = "",
        start: str = "",
        end: str = "",
        per_page: int = 20,
        cursor: str = "",
    ) -> Rows:
        """Read a page of a table: a column for each field, grouped by those beside an aggregate.

        https://docs.sentry.io/api/explore/query-explore-events-in-table-format/

        Raises:
            Rejected: A field, a function, the query or the data set is none there.
            SentryError: As `errors` draws them.
        """
        page = await self._api.page(
            Row,
            path("organizations", org, "events"),
            cursor=cursor,
            fresh_for=MOMENT,
            bucket=endpoints.EVENTS,
            envelope="data",
            dataset=dataset,
            field=field,
            query=query or None,
            sort=sort,
            project=project,
            environment=environment,
            statsPeriod=stats_period or None,
            start=start or None,
            end=end or None,
            per_page=per_page,
        )
        told = {"items": page.items, "next_cursor": page.next_cursor}
        return Rows.model_validate({**told, "meta": page.beside.get("meta")})
