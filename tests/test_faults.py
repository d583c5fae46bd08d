"""Every fault of the road to Sentry, once and for ever, on a read, a composite and a write."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx2
import pytest
from mcp import Client
from mcp.types import CallToolResult
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from answers import text_of
from dexter_mcp.sentry.api import Api, Origin
from dexter_mcp.sentry.client import stack
from dexter_mcp.sentry.errors import NotFound, RateLimited, SentryError, Unclear
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.regions import Regions
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Fault, Simulator
from dexter_mcp.simulator.faults import Faults, misbehave
from small_world import small_world, story
from virtual_time import EPOCH, epoch, now, pass_by

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]

URL = "http://sentry.test"
SETTINGS = Settings(url=URL, token=Simulator.TOKEN, requests_per_second=1_000)
PROJECTS = "/api/0/organizations/acme/projects/"
TOO_BIG = 50 * 2**20
RESET = str(int(EPOCH.timestamp()) + 3)
RESETS = {"X-Sentry-Rate-Limit-Remaining": "0", "X-Sentry-Rate-Limit-Reset": RESET}
SCOPE = {"WWW-Authenticate": 'Bearer error="insufficient_scope", scope="project:read"'}
SSO = {"code": "sso-required", "message": "Must login via SSO", "extra": {"loginUrl": "/auth/"}}
NO_ORG = "No organization 'acme' is visible to this token"
MAYBE = "Sentry may have carried it out"

Times = Literal["once", "for ever"]


@dataclass(frozen=True)
class Row:
    """A fault and what becomes of it.

    `reads` and `writes` count the requests while it lasts for ever; one that was repeated is
    answered when the fault happens only once. `lands` says that Sentry had carried the write out,
    `rest` for how many seconds it wants to be left alone.
    """

    name: str
    fault: Mapping[str, Any]
    says: str
    reads: int = 1
    writes: int = 1
    lands: bool = False
    read_says: str = ""
    part_says: str = ""
    part_reads: int = 0
    harmless: bool = False
    rest: float = 0.0


def detail(status: int, said: Any, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {"status": status, "body": json.dumps(said).encode(), "headers": headers or {}}


def limited(said: str, **headers: str) -> dict[str, Any]:
    return detail(429, {"detail": said}, headers) | {"content_type": "text/html"}


def failing(failure: Exception, **more: Any) -> dict[str, Any]:
    return {"failure": failure, **more}


ROWS = (
    Row("400 detail", detail(400, {"detail": "Invalid query"}), "(400): Invalid query"),
    Row("400 fields", detail(400, {"query": ["Too long."]}), "query: Too long"),
    Row("401", detail(401, {"detail": "Invalid token"}), "did not accept the token"),
    Row("401 sso", detail(401, {"detail": SSO}), "Sign in to it once at"),
    Row("403", detail(403, {"detail": "No permission."}), "The token may not do this"),
    Row("403 scope", detail(403, {"detail": "No."}, SCOPE), "one of project:read is needed"),
    Row(
        "404",
        detail(404, {"detail": "No such thing"}),
        "nothing there: No such thing",
        read_says=NO_ORG,
    ),
    Row(
        "404 empty",
        {"status": 404, "body": b""},
        "the feature may be switched off",
        read_says=NO_ORG,
    ),
    Row("409", detail(409, {"detail": "Conflict"}), "(409): Conflict"),
    Row(
        "410",
        detail(410, {"message": "No longer."}, {"X-Sentry-Replacement-Endpoint": "/api/0/new/"}),
        "/api/0/new/ replaces it",
    ),
    Row("413", detail(413, {"detail": "Too large"}), "(413): Too large"),
    Row("429 window", limited("Too often", **RESETS), "asks to wait", reads=3, writes=3),
    Row("429 proxy", limited("", **{"Retry-After": "7"}), "wait 7 s", reads=3, writes=3),
    Row("429 storage", limited("Smaller range"), "wait 1 s (Smaller range)", reads=3, writes=3),
    Row("429 long", limited("", **{"Retry-After": "300"}), "asks to wait 300 s", rest=300),
    Row("500", detail(500, {"detail": "Internal Error"}), "failed (500)", reads=3, lands=True),
    Row("502", {"html": True}, "failed (502)", reads=3, lands=True),
    Row("503", detail(503, {}, {"Retry-After": "2"}), "failed (503)", reads=3, lands=True),
    Row("504", detail(504, {"detail": "Query timeout"}), "Query timeout", reads=3, lands=True),
    Row("HTML", {"html": True, "status": 200}, "did not answer with JSON", lands=True),
    Row(
        "refused",
        failing(httpx2.ConnectError("refused")),
        "could not be reached: refused",
        reads=3,
        writes=3,
    ),
    Row(
        "TLS",
        failing(httpx2.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed")),
        "DEXTER_CA_BUNDLE",
        reads=3,
        writes=3,
    ),
    Row(
        "closed",
        failing(httpx2.RemoteProtocolError("Server disconnected")),
        "broke: Server disconnected",
        reads=3,
        lands=True,
    ),
    Row("reset", failing(httpx2.ReadError("reset"), cut=True), "reset", reads=3, lands=True),
    Row("cut", {"cut": True}, "the body was cut short", reads=3, lands=True),
    Row("malformed", {"malformed": True}, "the body is no whole JSON", reads=3, lands=True),
    Row("other shape", {"body": b'"what"'}, "not understood", lands=True),
    Row("null", {"body": b"null"}, "not understood", lands=True),
    Row("empty", {"body": b""}, "did not answer with JSON", lands=True),
    Row("slow", {"delay": 20.0}, "", lands=True, harmless=True),
    Row(
        "hang",
        {"hang": True},
        "took longer than 50 s",
        reads=2,
        lands=True,
        part_says="did not come in time",
        part_reads=1,
    ),
    Row("huge text", {"huge": TOO_BIG, "text": True}, "larger than 8 MiB", lands=True),
    Row("huge list", {"huge": TOO_BIG}, "larger than 8 MiB", lands=True),
    Row("bomb", {"huge": TOO_BIG, "gzipped": True}, "larger than 8 MiB", lands=True),
    Row(
        "other host",
        {"status": 302, "headers": {"Location": "https://evil.test/"}},
        "the token does not go",
    ),
)
TIMES: tuple[Times, ...] = ("once", "for ever")

every_row = pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
both_times = pytest.mark.parametrize("times", TIMES)


def fault_of(row: Row, times: Times, path: str) -> Fault:
    return Fault(**row.fault, path=path, times=1 if times == "once" else -1)


@dataclass
class Talk:
    """A conversation with the server, over a Sentry that can be made to fail."""

    client: Client
    simulator: Simulator
    short_id: str

    async def call(self, tool: str, **arguments: Any) -> CallToolResult:
        return await self.client.call_tool(tool, {"org": "acme", **arguments})

    async def succeed(self, tool: str, **arguments: Any) -> str:
        result = await self.call(tool, **arguments)
        assert not result.is_error, text_of(result)
        return text_of(result)

    def count(self, path: str) -> int:
        return sum(line.partition("?")[0].endswith(path) for line in self.simulator.world.seen)


@pytest.fixture
async def talk() -> AsyncIterator[Talk]:
    world = small_world(now)
    told = world.tell("acme", story())
    simulator = Simulator(world)
    async with Client(build_server(SETTINGS, simulator, now=now)) as client:
        yield Talk(client, simulator, told["shortId"])


@every_row
@both_times
async def test_a_read_is_answered_or_says_why_not(talk: Talk, row: Row, times: Times) -> None:
    talk.simulator.faults.add(fault_of(row, times, PROJECTS))
    result = await talk.call("list_projects")
    text = text_of(result)
    well = row.harmless or (times == "once" and row.reads > 1)
    assert result.is_error is not well, text
    assert ("checkout" if well else row.read_says or row.says) in text
    assert talk.count(PROJECTS) == (min(row.reads, 2) if times == "once" else row.reads)
    talk.simulator.faults.clear()
    await pass_by(row.rest)
    assert "checkout" in await talk.succeed("list_projects")


@every_row
@both_times
async def test_an_issue_stands_without_the_part_that_failed(
    talk: Talk, row: Row, times: Times
) -> None:
    reads = row.part_reads or row.reads
    talk.simulator.faults.add(fault_of(row, times, "/tags/"))
    text = await talk.succeed("get_issue", issue=talk.short_id)
    assert "KeyError" in text
    well = row.harmless or (times == "once" and reads > 1)
    assert ("failed: tags" in text) is not well, text
    assert "failed: event" not in text
    assert (row.part_says or row.says if not well else "") in text
    assert talk.count("/tags/") == (min(reads, 2) if times == "once" else reads)
    talk.simulator.faults.clear()
    await pass_by(row.rest)
    assert "failed:" not in await talk.succeed("get_issue", issue=talk.short_id, refresh=True)


async def test_parts_that_build_on_one_that_failed_are_named_too(talk: Talk) -> None:
    talk.simulator.faults.add(Fault(path="/events/", status=500, times=-1))
    told = await talk.succeed("get_issue", issue=talk.short_id)
    assert all(f"failed: {part}" in told for part in ("event", "suspect commits", "attachments"))


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
    return Api(httpx2.AsyncClient(transport=wire), Origin(URL, "sntryu_x"), Regions(URL), epoch)


async def write(api: Api) -> dict[str, str]:
    path = "/api/0/organizations/acme/issues/1/"
    return await api.send(dict[str, str], "PUT", path, {"status": "resolved"}, touches=[path])


@every_row
@both_times
async def test_a_write_is_never_carried_out_twice(row: Row, times: Times) -> None:
    book = Book(row.lands)
    api = api_to(book)
    book.faults.add(fault_of(row, times, "/issues/"))
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


async def test_a_limit_beyond_the_deadline_is_told_at_once_and_as_data(talk: Talk) -> None:
    began = now()
    talk.simulator.faults.add(Fault(**limited("", **{"Retry-After": "300"})))
    result = await talk.call("list_projects")
    assert now() == began
    assert result.meta is not None
    assert result.meta["dexter-mcp/retryAfterSeconds"] == 300


async def test_who_was_told_to_wait_is_not_asked_for_by_anyone_until_then(talk: Talk) -> None:
    talk.simulator.faults.add(Fault(**limited("", **{"Retry-After": "30"}), path=PROJECTS))
    began = now()
    assert "checkout" in await talk.succeed("list_projects")
    assert 30 <= (now() - began).total_seconds() < 35


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


async def test_a_failure_names_the_request_that_the_log_knows(talk: Talk) -> None:
    talk.simulator.faults.add(Fault(failure=httpx2.ConnectError("refused"), times=-1))
    assert re.search(r"\(request [0-9a-f]{8}\)$", text_of(await talk.call("list_projects")))


async def test_a_limit_with_an_old_answer_at_hand_says_so(talk: Talk) -> None:
    await talk.succeed("list_projects")
    talk.simulator.faults.add(Fault(**limited("", **{"Retry-After": "300"}), times=-1))
    text = await talk.succeed("list_projects", refresh=True)
    assert "(Sentry asks to wait; some of this is from" in text


@pytest.mark.parametrize("fault", [{"html": True}, {"status": 500}, {"hang": True}, {"cut": True}])
async def test_what_was_answered_before_is_served_while_sentry_fails(
    talk: Talk, fault: dict[str, Any]
) -> None:
    await talk.succeed("list_projects")
    talk.simulator.faults.add(Fault(**fault, times=-1))
    result = await talk.call("list_projects", refresh=True)
    assert not result.is_error
    assert "checkout" in text_of(result)
    assert "(Sentry does not answer; some of this is from" in text_of(result)
    assert result.meta is not None
    assert "dexter-mcp/cacheAgeSeconds" in result.meta


async def test_a_sentry_that_only_fails_is_left_alone_and_tried_again_later(talk: Talk) -> None:
    talk.simulator.faults.add(Fault(status=500, times=-1))
    for _ in range(5):
        assert (await talk.call("list_projects")).is_error
    asked = talk.count(PROJECTS)
    result = await talk.call("list_projects")
    assert "so nothing was sent. Try again in 15 s" in text_of(result)
    assert result.meta is not None
    assert result.meta["dexter-mcp/retryAfterSeconds"] == 15
    assert talk.count(PROJECTS) == asked


async def test_ten_thousand_projects_fit_into_an_answer(talk: Talk) -> None:
    many = [{"id": str(n), "slug": f"service-{n}", "name": f"Service {n}"} for n in range(10_000)]
    talk.simulator.faults.add(Fault(body=json.dumps(many).encode()))
    assert (await talk.succeed("list_projects", limit=25)).startswith("25 of 10000 projects")


async def test_a_merged_issue_names_the_survivor(talk: Talk) -> None:
    world = talk.simulator.world
    gone, kept = (world.tell("acme", story(name)) for name in ("OldError", "NewError"))
    world.merge_issues(int(kept["id"]), [int(gone["id"])])
    text = await talk.succeed("get_issue", issue=gone["id"])
    assert text.startswith(f"{gone['id']} was merged into {kept['shortId']}")
    assert "merged into" not in await talk.succeed("get_issue", issue=kept["id"])


async def test_several_projects_cost_one_request(talk: Talk) -> None:
    await talk.succeed("search_issues", project=["checkout", "web"])
    assert [line for line in talk.simulator.world.seen if "/projects/" in line] == [
        f"GET {PROJECTS}?query=slug%3Acheckout+slug%3Aweb&per_page=100"
    ]


async def test_a_renamed_project_among_several_is_found(talk: Talk) -> None:
    talk.simulator.world.rename_project("acme", "web", "shop")
    await talk.succeed("search_issues", project=["checkout", "web"])
