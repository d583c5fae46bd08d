"""A bug of ours costs the user a call, and tells a stranger nothing."""

import logging

import pytest
from mcp import Client

from answers import text_of
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator

pytestmark = pytest.mark.anyio


async def broken() -> str:
    """Fail as only a bug does."""
    raise RuntimeError("private words")


async def test_a_bug_gives_the_model_a_reference_and_the_log_the_traceback(
    sample: Simulator, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    server = build_server(settings, sample)
    server.add_tool(broken)
    async with Client(server) as client:
        with caplog.at_level(logging.ERROR, logger="dexter_mcp"):
            result = await client.call_tool("broken", {})
        told = text_of(result)
        assert result.is_error
        assert "fault in Dexter" in told
        assert "private words" not in told
        (record,) = [record for record in caplog.records if record.name.startswith("dexter_mcp")]
        reference = told.split("reference ")[1].split(")")[0]
        assert reference in record.getMessage()
        assert "private words" in caplog.text
        assert not (await client.call_tool("whoami", {})).is_error
