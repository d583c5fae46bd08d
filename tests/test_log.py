"""The log follows a call from the question to the requests behind it, and names nobody."""

import logging

import pytest
from mcp import Client

from answers import text_of
from dexter_mcp.simulator import Fault, Simulator

pytestmark = pytest.mark.anyio


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


class TestWhenSentryFails:
    @pytest.fixture
    def simulator(self) -> Simulator:
        simulator = Simulator.with_sample_data()
        simulator.faults.add(Fault(path="/issues/", times=-1, status=400))
        return simulator

    async def test_the_error_names_the_reference_of_its_log_lines(
        self, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.INFO, logger="dexter_mcp"):
            result = await client.call_tool("search_issues", {})
        (call,) = facts(caplog, "question")
        assert f"(request {call['request']})" in text_of(result)
        assert facts(caplog, "path")[-1]["status"] == 400
