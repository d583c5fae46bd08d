"""What programs get under `--structured` holds no more secrets than the text."""

import json
import re
from typing import Any

import pytest
from mcp import Client

from answers import text_of
from dexter_mcp.sentry.tags import Tag, TagValue
from dexter_mcp.sentry.trail import Trail
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.sample import HEADLINES
from dexter_mcp.tools.outcome import success
from dexter_mcp.views.answer import Answer

pytestmark = pytest.mark.anyio

SECRETS = (
    "hunter2-example",
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "4111 1111 1111 1111",
    "4111111111111111",
    "correct-horse-example",
    "hvs.EXAMPLEexampleEXAMPLEexample",
    "not-a-real-password",
    "eyJzdWIiOiJleGFtcGxlIn0",
    "example-api-key-0123456789abcdef",
    "k3xexamplesessionexample9q",
    "exampleexamplecsrftokenexample42",
    "example-0a1b2c3d4e5f",
    "PRIVATE KEY",
)


@pytest.fixture
def settings() -> Settings:
    return Settings(
        url="http://sentry.test",
        token=Simulator.TOKEN,
        structured=True,
        requests_per_second=100_000,
    )


async def the_issue(client: Client) -> str:
    found = await client.call_tool("search_issues", {"query": "postgres"})
    return next(iter(re.findall(r"CHECKOUT-\w+", text_of(found))))


async def test_every_secret_that_the_text_hides_is_hidden_from_programs_too(
    client: Client,
) -> None:
    planted = json.dumps(HEADLINES["secrets"].payload)
    issue = await the_issue(client)
    for tool, given in (("get_issue", {}), ("get_event", {"event": "latest"})):
        result = await client.call_tool(tool, {"issue": issue, "detail": "full", **given})
        told = json.dumps(result.structured_content)
        for secret in SECRETS:
            assert secret in planted
            assert secret not in text_of(result), tool
            assert secret not in told, tool
        assert "[redacted: " in told
        assert "shop.acme.test" in told


def marked(text: str) -> dict[str, str]:
    return {"untrusted": text}


REDACTED = marked("[redacted: api key]")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ((marked("api_key"), marked("blue horse")), [marked("api_key"), REDACTED]),
        ({"api_key": marked("blue horse")}, {"api_key": REDACTED}),
        ({"api_key": "blue horse"}, {"api_key": "[redacted: api key]"}),
        ((marked("colour"), marked("blue horse")), [marked("colour"), marked("blue horse")]),
    ],
)
def test_a_telltale_name_makes_a_secret_of_what_stands_beside_it(data: Any, told: Any) -> None:
    content = success(Answer("", {"it": data}), Trail(), structured=True).structured_content
    assert content == {"it": told}


def test_a_tag_is_hidden_wherever_it_repeats_its_value() -> None:
    key, value = Untrusted("api_key"), Untrusted("blue horse")
    tag = Tag(key=key, top_values=(TagValue(key=key, value=value, name=value),))
    content = success(Answer("", tag), Trail(), structured=True).structured_content
    assert "blue horse" not in json.dumps(content)
