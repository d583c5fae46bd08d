"""The guides: whatever they show works as it stands, on the sample world."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from answers import text_of
from clock import now
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator

pytestmark = pytest.mark.anyio

GUIDES = Path(__file__).parents[1] / "docs" / "guide"
EXAMPLE = re.compile(r"`(?P<tool>\w+)` `(?P<arguments>\{[^`]*\})`")
CODE = re.compile(r"`(?P<code>[^`]+)`(?P<spans> \(spans\))?")
CELL = re.compile(r"(?<!\\)\|")
NONE = re.compile(r"No (row|issue|release|alert)")


@pytest.fixture
async def client(sample: Simulator, settings: Settings) -> AsyncIterator[Client]:
    whole = replace(settings, toolsets=("all",))
    async with Client(build_server(whole, sample, now=now)) as client:
        yield client


def examples() -> Iterator[tuple[str, str]]:
    for guide in sorted(GUIDES.iterdir()):
        for found in EXAMPLE.finditer(guide.read_text("utf-8")):
            yield found["tool"], found["arguments"]


def rows(guide: str, header: str) -> Iterator[tuple[str, bool]]:
    """Find the code of a table's second column, and whether it is about spans."""
    text = (GUIDES / guide).read_text("utf-8")
    section = text.partition(f"{header}\n")[2].partition("\n## ")[0]
    for line in section.split("\n"):
        if line.startswith("| ") and not line.startswith(("| ---", "| you")):
            for found in CODE.finditer(CELL.split(line)[2]):
                code = found["code"].replace("\\|", "|")
                yield code, bool(found["spans"]) or "span." in code


async def works(client: Client, tool: str, **arguments: Any) -> str:
    result = await client.call_tool(tool, arguments)
    told = text_of(result)
    assert not result.is_error, f"{tool} {arguments}: {told}"
    return told


async def finds(client: Client, tool: str, **arguments: Any) -> None:
    told = await works(client, tool, **arguments)
    assert not NONE.match(told), f"{tool} {arguments}: {told}"


@pytest.mark.parametrize(("tool", "arguments"), list(examples()))
async def test_every_example_finds_something(client: Client, tool: str, arguments: str) -> None:
    await finds(client, tool, **json.loads(arguments))


async def test_every_way_to_search_issues_finds_some(client: Client) -> None:
    forms = [code for code, _ in rows("search.md", "# Searching issues")]
    assert len(forms) > 30
    for form in forms:
        await finds(client, "search_issues", query=form, limit=1)


async def test_every_field_in_the_guide_is_one(client: Client) -> None:
    forms = list(rows("discover.md", "## Fields"))
    assert len(forms) > 20
    for field, of_spans in forms:
        dataset = "spans" if of_spans else "errors"
        await finds(client, "query_events", dataset=dataset, fields=[field], limit=1)


async def test_every_form_of_a_query_is_understood(client: Client) -> None:
    forms = list(rows("discover.md", "## Query"))
    assert len(forms) > 12
    for query, of_spans in forms:
        dataset = "spans" if of_spans else "errors"
        told = await works(client, "query_events", dataset=dataset, query=query, limit=1)
        assert query in told


async def test_every_data_set_in_the_guide_has_something(client: Client) -> None:
    text = (GUIDES / "datasets.md").read_text("utf-8")
    named = re.findall(r"^\| `(\w+)`", text, re.MULTILINE)[1:]
    assert {"errors", "spans", "logs"} <= set(named)
    for dataset in named:
        await finds(client, "query_events", dataset=dataset, limit=1)


async def test_the_fields_that_matter_exist(client: Client) -> None:
    text = (GUIDES / "datasets.md").read_text("utf-8")
    section = text.partition("## Fields that matter\n")[2]
    lines = [line for line in section.split("\n") if line.startswith("- ")]
    for found in (found for line in lines for found in CODE.finditer(line)):
        field = found["code"]
        dataset = "spans" if found["spans"] or "span." in field else "errors"
        told = await works(client, "query_events", dataset=dataset, fields=[field, "count()"])
        assert f"No row has {field}" not in told


async def test_releases_are_searched_as_the_guide_says(client: Client) -> None:
    text = (GUIDES / "releases.md").read_text("utf-8")
    (line,) = [each for each in text.split("\n") if each.startswith("Searching releases")]
    of_releases, _, of_sessions = line.partition("Searching sessions")
    for query in re.findall("`([^`]+)`", of_releases)[2:]:
        await finds(client, "list_releases", query=query)
    for query in re.findall("`([^`]+)`", of_sessions)[2:]:
        assert query in await works(client, "query_sessions", query=query)


async def test_a_guide_names_no_tool_that_is_not_there(client: Client) -> None:
    tools = {tool.name for tool in (await client.list_tools()).tools}
    verbs = {tool.split("_")[0] for tool in tools if "_" in tool}
    for guide in GUIDES.iterdir():
        named = set(re.findall(r"`([a-z]+_[a-z_]+)`", guide.read_text("utf-8")))
        said = {name for name in named if name.split("_")[0] in verbs and "_" in name}
        assert said - tools == {"count_if"} & said, guide.name
