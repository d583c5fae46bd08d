"""No event text leaves this server outside its fence, whatever is asked.

Every event of the world in `canaries` holds a canary in each of its fields. Every tool, resource
and prompt is run over it; outside the fences no canary may be seen, and inside them each one must
be what is left of it after cleaning.
"""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.shared.uri_template import UriTemplate
from mcp.types import TextResourceContents

from answers import text_of
from canaries import Place, calls, settle, values
from canaries.changes import handle_of, order
from canaries.issues import UNSHOWN
from clock import generous, now
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.routes.auth import ALL_SCOPES

pytestmark = pytest.mark.anyio

WORDS_OF_MEMBERS = (
    "sentry://{org}/teams",
    "sentry://{org}/integrations",
    "sentry://{org}/integrations/{integration}",
)
"""Resources that show no event text at all."""

FENCED = re.compile(
    r"\[event text (?P<mark>\w+)[^\]]*\].*?\[end of event text (?P=mark)\]", re.DOTALL
)

Answers = list[tuple[str, str]]
"""What was called, and the text that came."""


@dataclass(frozen=True)
class Cage:
    """A simulator full of canaries, and the places where they sit."""

    simulator: Simulator
    places: frozenset[str]
    told: Answers = field(default_factory=list[tuple[str, str]])
    """What every call answered, once somebody asked for it."""


@pytest.fixture(scope="module")
def cage() -> Cage:
    """A world with a single project, whose every event is full of canaries."""
    world = World(now=now)
    world.add_organization("acme", "Acme")
    world.add_team("acme", "birds", "Birds")
    world.add_member("acme", "ana@acme.test", "Ana", teams=("birds",))
    world.add_project("acme", "aviary", "Aviary", "python", teams=("birds",))
    world.add_token(Simulator.TOKEN, user="ana@acme.test", scopes=ALL_SCOPES)
    canaries = settle(world)
    return Cage(generous(Simulator(world)), frozenset(canaries.places))


@pytest.fixture
def simulator(cage: Cage) -> Simulator:
    return cage.simulator


@pytest.fixture(scope="module")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("state"))


@pytest.fixture
def settings(state_dir: str) -> Settings:
    return Settings(
        url="http://sentry.test",
        token=Simulator.TOKEN,
        toolsets=("all",),
        requests_per_second=100_000,
        state_dir=state_dir,
    )


def outside(text: str) -> str:
    return FENCED.sub("", text)


def inside(text: str) -> Iterator[str]:
    return (found[0] for found in FENCED.finditer(text))


@pytest.fixture
async def answers(client: Client, cage: Cage) -> Answers:
    """Every tool in all its ways; called once, for the cage stays as it is."""
    if not cage.told:
        cage.told.extend([told async for told in every_answer(client)])
    return cage.told


async def every_answer(client: Client) -> AsyncIterator[tuple[str, str]]:
    table = calls(await an_issue(client))
    tools = {tool.name for tool in (await client.list_tools()).tools}
    assert tools == set(table), "a tool without calls here is a tool without a canary"
    for tool, ways in table.items():
        for arguments in ways:
            result = await client.call_tool(tool, arguments)
            assert not result.is_error, f"{tool} {arguments}: {text_of(result)}"
            yield f"{tool} {arguments}", text_of(result)


async def an_issue(client: Client, *, every_section: bool = True) -> Place:
    found = text_of(await client.call_tool("search_issues", {"query": ""}))
    short_id = next(iter(re.findall(r"AVIARY-\w+", found)))
    listed = text_of(await client.call_tool("list_issue_events", {"issue": short_id}))
    event = next(iter(re.findall(r"\b[0-9a-f]{32}\b", listed)))
    comment = order(short_id, "seen in full" if every_section else "seen in part")
    planned = await client.call_tool("change_sentry", comment)
    return Place(short_id, event, every_section, handle_of(text_of(planned)))


async def test_no_tool_lets_event_text_out_of_its_fence(answers: Answers) -> None:
    for call, text in answers:
        assert "canary" not in outside(text).lower(), call


async def test_event_text_is_harmless_inside_its_fence(answers: Answers) -> None:
    for call, text in answers:
        for block in inside(text):
            for sign in ("\x1b", "\u202e", "\u200b", "```", "](http", "<script", "\n# canary"):
                assert sign not in block, call


async def test_every_place_of_an_event_is_shown_by_some_call(answers: Answers, cage: Cage) -> None:
    seen = "\n".join(block for _, text in answers for block in inside(text))
    unseen = {place for place in cage.places if f"canary at {place}" not in seen}
    assert unseen == UNSHOWN


@pytest.mark.parametrize(
    "tool",
    ["query_events", "query_timeseries", "list_issue_events", "export_events", "get_trace"],
)
async def test_errors_are_among_what_is_shown(client: Client, tool: str) -> None:
    told: list[str] = []
    ways = calls(await an_issue(client))[tool]
    for arguments in (each for each in ways if each.get("dataset", "errors") == "errors"):
        told += inside(text_of(await client.call_tool(tool, arguments)))
    assert any("canary at type of error" in block for block in told)


async def test_no_resource_lets_event_text_out_of_its_fence(client: Client) -> None:
    place = await an_issue(client)
    fixed = [str(resource.uri) for resource in (await client.list_resources()).resources]
    templates = (await client.list_resource_templates()).resource_templates
    known = {"org": "acme", "project": "aviary", "issue": place.issue, "event": place.event}
    known |= values()
    filled = {each.uri_template: expanded(each.uri_template, known) for each in templates}
    strange = {uri for template, uri in filled.items() if template not in WORDS_OF_MEMBERS}
    for uri in (*fixed, *filled.values()):
        text = await resource(client, uri)
        assert "canary" not in outside(text).lower(), uri
        assert any("canary" in block for block in inside(text)) is (uri in strange), uri


def expanded(template: str, known: dict[str, str]) -> str:
    return UriTemplate.parse(template).expand(known)


async def resource(client: Client, uri: str) -> str:
    contents = (await client.read_resource(uri)).contents
    assert all(isinstance(content, TextResourceContents) for content in contents)
    return "\n".join(c.text for c in contents if isinstance(c, TextResourceContents))


async def test_no_prompt_holds_event_text(client: Client) -> None:
    place = await an_issue(client)
    known = {"issue": place.issue, "event": place.event, "project": "aviary", "org": "acme"}
    known |= {"period": "24h", **values()}
    for prompt in (await client.list_prompts()).prompts:
        given = {argument.name: known[argument.name] for argument in prompt.arguments or []}
        filled = await client.get_prompt(prompt.name, given)
        assert "canary" not in filled.model_dump_json(), prompt.name


async def test_the_boundary_is_another_one_each_time(client: Client) -> None:
    marks: set[str] = set()
    for _ in range(3):
        text = text_of(await client.call_tool("search_issues", {"query": ""}))
        marks |= {found["mark"] for found in FENCED.finditer(text)}
    assert len(marks) == 3


class TestStructured:
    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return Settings(
            url="http://sentry.test",
            token=Simulator.TOKEN,
            toolsets=("all",),
            structured=True,
            requests_per_second=100_000,
            state_dir=str(tmp_path),
        )

    async def test_a_program_finds_event_text_only_where_it_is_marked_untrusted(
        self, client: Client
    ) -> None:
        place = await an_issue(client, every_section=False)
        for tool, ways in calls(place).items():
            for arguments in ways:
                result = await client.call_tool(tool, arguments)
                assert not result.is_error, f"{tool} {arguments}: {text_of(result)}"
                assert result.structured_content is not None, tool
                assert list(bare(result.structured_content)) == [], f"{tool} {arguments}"


def bare(value: Any) -> Iterator[str]:
    """Find canaries that no `{"untrusted": …}` holds."""
    if is_object(value):
        if set(value) != {"untrusted"}:
            yield from (key for key in value if "canary" in key.lower())
            yield from (found for inner in value.values() for found in bare(inner))
    elif is_array(value):
        yield from (found for inner in value for found in bare(inner))
    elif "canary" in str(value).lower():
        yield str(value)
