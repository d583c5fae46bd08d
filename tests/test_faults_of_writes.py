"""Every fault, once and for ever, on a write: it is never carried out twice."""

from dataclasses import dataclass, field

import httpx2
import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from dexter_mcp.sentry.api import Api, Origin
from dexter_mcp.sentry.client import stack
from dexter_mcp.sentry.errors import NotFound, RateLimited, SentryError, Unclear
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.regions import Regions
from dexter_mcp.simulator import Fault
from dexter_mcp.simulator.faults import Faults, misbehave
from fault_rows import Row, Times, both_times, every_row, fault_of, limited
from talk import SETTINGS
from virtual_time import epoch, pass_by

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]

MAYBE = "Sentry may have carried it out"


@dataclass
class Book:
    """A server that counts what it has carried out."""

    lands: bool
    """Whether it had carried a write out before it failed."""
    faults: Faults = field(default_factory=Faults)
    asked: int = 0
    carried_out: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self.faults.take(scope)
        if scope["method"] != "GET":
            self.asked += 1
            self.carried_out += fault is None or self.lands
        entry = JSONResponse({"id": str(self.carried_out), "slug": "acme"})
        if fault is None:
            await entry(scope, receive, send)
        else:
            await misbehave(fault, entry, scope, receive, send)


def api_to(book: Book) -> Api:
    wire = stack(SETTINGS, httpx2.ASGITransport(app=book), Pulse(), epoch)
    return Api(
        httpx2.AsyncClient(transport=wire),
        Origin(SETTINGS.url, "sntryu_x"),
        Regions(SETTINGS.url),
        epoch,
    )


async def write(api: Api) -> dict[str, str]:
    path = "/api/0/organizations/acme/issues/1/"
    return await api.send(dict[str, str], "PUT", path, {"status": "resolved"}, touches=[path])


@every_row
@both_times
async def test_a_write_is_never_carried_out_twice(row: Row, times: Times) -> None:
    book = Book(row.lands)
    api = api_to(book)
    book.faults.add(fault_of(row, times, "/issues/1/"))
    well = row.harmless or (times == "once" and row.writes > 1)
    said = ""
    try:
        await write(api)
    except Unclear as failure:
        said = str(failure)
        assert row.lands
        assert MAYBE in said
    except SentryError as failure:
        said = str(failure)
        assert not row.lands
        assert MAYBE not in said
    assert (said == "") is well, said
    assert book.asked == (min(row.writes, 2) if times == "once" else row.writes)
    assert book.carried_out == int(row.lands or well)
    book.faults.clear()
    await pass_by(row.rest)
    before = book.carried_out
    assert (await write(api))["id"] == str(before + 1)


async def test_a_caller_of_the_facade_gets_the_seconds_too() -> None:
    book = Book(lands=False)
    book.faults.add(Fault(**limited("", **{"Retry-After": "300"}), times=-1))
    with pytest.raises(RateLimited) as caught:
        await write(api_to(book))
    assert caught.value.retry_after == 300


async def test_a_write_to_what_was_renamed_is_sent_on_as_it_is() -> None:
    book = Book(lands=False)
    here = {"Location": "/api/0/organizations/acme/issues/1/?moved=1"}
    book.faults.add(Fault(status=302, headers=here))
    assert (await write(api_to(book)))["id"] == "1"
    assert (book.asked, book.carried_out) == (2, 1)


async def test_a_write_that_found_nothing_is_clear_even_if_no_region_answers() -> None:
    book = Book(lands=False)
    book.faults.add(Fault(status=404, method="PUT"))
    book.faults.add(Fault(status=500, method="GET", times=-1))
    with pytest.raises(NotFound):
        await write(api_to(book))
    assert (book.asked, book.carried_out) == (1, 0)
