"""The log follows a call from the question to the requests behind it, and names nobody."""

import logging
import re
from collections.abc import Mapping
from typing import Any

import httpx2
import pytest
from mcp import Client

from answers import text_of
from dexter_mcp.cli.logs import configure
from dexter_mcp.simulator import Fault
from talk import PROJECTS, Talk
from virtual_time import pass_by

pytestmark = pytest.mark.anyio

in_virtual_time = pytest.mark.virtual_time


def facts(caplog: pytest.LogCaptureFixture, key: str) -> list[dict[str, object]]:
    told = [getattr(record, "facts", {}) for record in caplog.records]
    return [each for each in told if key in each]


async def test_a_call_and_its_requests_share_a_reference(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="dexter_mcp"):
        await client.call_tool("search_issues", {"query": "user.email:ana@shopper.test"})
    (call,) = facts(caplog, "question")
    requests = facts(caplog, "path")
    assert call["question"] == "search_issues"
    assert call["requests"] == len(requests) > 0
    assert {request["request"] for request in requests} == {call["request"]}
    assert "ana@shopper.test" not in caplog.text


TOO_BIG = 50 * 2**20


@in_virtual_time
@pytest.mark.parametrize(
    ("fault", "status", "tries"),
    [
        ({"status": 400}, 400, 1),
        ({"status": 500}, 500, 3),
        ({"html": True, "status": 200}, 200, 2),
        ({"body": b"null"}, 200, 1),
        ({"huge": TOO_BIG}, "TooLarge", 1),
        ({"malformed": True}, "DecodingError", 3),
        ({"failure": httpx2.ConnectError("refused")}, "ConnectError", 3),
        ({"failure": httpx2.ReadError("cut"), "cut": True}, "ReadError", 3),
        ({"hang": True}, "given up", 2),
    ],
    ids=str,
)
async def test_every_failure_ends_with_the_reference_of_its_lines(
    talk: Talk,
    caplog: pytest.LogCaptureFixture,
    fault: Mapping[str, Any],
    status: object,
    tries: int,
) -> None:
    talk.simulator.faults.add(Fault(**fault, path=PROJECTS, times=-1))
    with caplog.at_level(logging.INFO, logger="dexter_mcp"):
        result = await talk.call("list_projects")
    (call,) = facts(caplog, "question")
    lines = [line for line in facts(caplog, "path") if line["path"] == PROJECTS]
    assert result.is_error
    assert text_of(result).endswith(f"(request {call['request']})")
    assert {line["request"] for line in lines} == {call["request"]}
    assert lines[-1]["status"] == status
    assert len(lines) == tries
    assert result.meta is not None
    assert result.meta["dexter-mcp/requests"] == len(facts(caplog, "path"))


@in_virtual_time
async def test_a_call_tells_what_the_road_was_like(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="dexter_mcp"):
        talk.simulator.faults.add(Fault(status=500, path=PROJECTS))
        for _ in range(2):
            await talk.call("list_projects")
    first, second = facts(caplog, "question")
    assert (first["retries"], first["cache_hits"], first["refused_early"]) == (1, 0, 0)
    assert (second["retries"], second["cache_hits"]) == (0, 1)
    assert first["waits"] == second["coalesced"] == second["waited"] == 0


@in_virtual_time
async def test_a_breaker_tells_when_it_opens_and_closes(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    talk.simulator.faults.add(Fault(status=500, path=PROJECTS, times=-1))
    with caplog.at_level(logging.INFO, logger="dexter_mcp"):
        for _ in range(7):
            await talk.call("list_projects")
        talk.simulator.faults.clear()
        await pass_by(15)
        await talk.call("list_projects")
    told = [(each["breaker"], each["state"]) for each in facts(caplog, "breaker")]
    assert told == [("sentry.test", "open"), ("sentry.test", "closed")]
    assert facts(caplog, "question")[5]["refused_early"] == 1


@in_virtual_time
async def test_what_sent_nothing_has_no_reference(talk: Talk) -> None:
    talk.simulator.faults.add(Fault(status=500, path=PROJECTS, times=-1))
    for _ in range(5):
        await talk.fail("list_projects")
    said = await talk.fail("list_projects")
    assert "so nothing was sent" in said
    assert not re.search(r"\(request \w+\)", said)


def test_no_library_writes_addresses_with_their_queries(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    try:
        configure("info")
        logging.getLogger("httpx2").info("GET https://sentry.test/?query=ana@shopper.test")
        logging.getLogger("dexter_mcp").info("listening")
    finally:
        logging.captureWarnings(capture=False)
        root.setLevel(level)
        root.handlers[:] = handlers
    said = capsys.readouterr().err
    assert "listening" in said
    assert "ana@shopper.test" not in said
