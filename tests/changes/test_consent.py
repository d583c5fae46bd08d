"""Nothing is changed that nobody agreed to, and a yes is good for one plan, once, for a while."""

import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import ClientSession, MCPError, StdioServerParameters
from mcp.client import ClientRequestContext
from mcp.client.stdio import stdio_client
from mcp.types import (
    CONNECTION_CLOSED,
    INTERNAL_ERROR,
    REQUEST_TIMEOUT,
    CallToolResult,
    ClientCapabilities,
    ElicitationCapability,
    ElicitRequestParams,
    ElicitResult,
    ErrorData,
    InputRequiredResult,
    UrlElicitationCapability,
)

from answers import text_of
from conftest import Era
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.routes.auth import ALL_SCOPES
from shaken import HANDLE, Shaken, a_simulator, shaken, wishes
from small_world import Clock
from writing import Json, Person, audited, change_in, writes_of

pytestmark = pytest.mark.anyio

LATE = timedelta(minutes=11)


@dataclass
class Answers:
    """Answers with whatever it is given, however odd, after something has happened."""

    result: ElicitResult | ErrorData
    meanwhile: Callable[[], Any] = lambda: None
    asked: list[str] = field(default_factory=list[str])

    async def __call__(
        self, context: ClientRequestContext, params: ElicitRequestParams
    ) -> ElicitResult | ErrorData:
        assert context.session
        self.asked.append(params.message)
        self.meanwhile()
        return self.result


def accepted(content: Any = None) -> ElicitResult:
    return ElicitResult.model_construct(action="accept", content=content)


@asynccontextmanager
async def asked(
    folder: Path, simulator: Simulator, person: Any = None, *, era: Era = "auto", **more: Any
) -> AsyncGenerator[Shaken]:
    """A server that asks, and somebody who may answer."""
    told: dict[str, Any] = {"writes": "ask", "now": Clock(), **more}
    async with shaken(folder, simulator, mode=era, elicitation=person, **told) as it:
        yield it


def a_small_one() -> Simulator:
    return a_simulator(now=Clock())


async def plan(it: Shaken, kind: str = "update") -> str:
    """Ask for a change that nobody carries out for us; gives what is said."""
    return text_of(await it.client.call_tool("change_sentry", wishes(it.simulator)[kind].call))


async def call(it: Shaken, tool: str, **arguments: Any) -> str:
    return text_of(await it.client.call_tool(tool, arguments))


async def test_who_accepts_gets_what_was_asked_for(era: Era, tmp_path: Path) -> None:
    simulator, person = a_small_one(), Person(agree=True)
    async with asked(tmp_path, simulator, person, era=era) as it:
        assert (await plan(it)).startswith("Done")
    assert wishes(simulator)["update"].fulfilled(simulator)
    assert len(person.asked) == 1
    assert "priority" in person.asked[0]


@pytest.mark.parametrize(
    "answer",
    [ElicitResult(action="decline"), ElicitResult(action="accept", content={"agree": False})],
    ids=["declined", "accepted with no"],
)
async def test_a_no_ends_the_change(era: Era, answer: ElicitResult, tmp_path: Path) -> None:
    simulator = a_small_one()
    async with asked(tmp_path, simulator, Answers(answer), era=era) as it:
        said = await plan(it)
        assert said.startswith("The user declined"), said
        told = await call(it, "list_changes")
        assert "rejected" in told
        assert "rejected already" in await call(it, "apply_change", change=change_in(told))
    assert writes_of(simulator) == []


@pytest.mark.parametrize(
    "answer",
    [
        ElicitResult(action="cancel"),
        accepted(),
        ElicitResult(action="accept", content={}),
        ElicitResult(action="accept", content={"agree": "perhaps"}),
        ElicitResult(action="accept", content={"other": True}),
    ],
    ids=["cancelled", "no content", "empty", "garbage", "another question"],
)
async def test_what_is_no_answer_changes_nothing_and_leaves_the_plan(
    era: Era, answer: ElicitResult, tmp_path: Path
) -> None:
    simulator, person = a_small_one(), Answers(answer)
    async with asked(tmp_path, simulator, person, era=era) as it:
        said = await plan(it)
        assert said.startswith("The user closed the question without an answer"), said
        assert writes_of(simulator) == []
        again = await call(it, "apply_change", change=HANDLE.findall(said)[0])
        assert again.startswith("The user closed the question without an answer"), again
        assert len(person.asked) == 2, "a model answered in place of the user"
        person.result = ElicitResult(action="accept", content={"agree": True})
        assert (await call(it, "apply_change", change=HANDLE.findall(said)[0])).startswith("Done")
    assert len(writes_of(simulator)) == 1


async def test_a_question_that_fails_is_no_answer_and_the_handle_is_left(tmp_path: Path) -> None:
    simulator = a_small_one()
    broken = Answers(ErrorData(code=INTERNAL_ERROR, message="no window"))
    async with asked(tmp_path, simulator, broken, era="legacy") as it:
        said = await plan(it)
        assert said.startswith("Planned"), said
        assert writes_of(simulator) == []
        assert (await call(it, "apply_change", change=HANDLE.findall(said)[0])).startswith("Done")


@pytest.mark.parametrize("code", [REQUEST_TIMEOUT, CONNECTION_CLOSED])
async def test_a_question_that_was_left_open_is_not_answered_by_the_model(
    code: int, tmp_path: Path
) -> None:
    simulator = a_small_one()
    left = Answers(ErrorData(code=code, message="nobody came"))
    async with asked(tmp_path, simulator, left, era="legacy") as it:
        said = await plan(it)
        again = await call(it, "apply_change", change=HANDLE.findall(said)[0])
        assert again.startswith("The user closed the question without an answer"), again
        assert len(left.asked) == 2
    assert writes_of(simulator) == []


async def test_a_round_trip_that_fails_on_the_way_changes_nothing(tmp_path: Path) -> None:
    simulator = a_small_one()
    broken = Answers(ErrorData(code=INTERNAL_ERROR, message="no window"))
    async with asked(tmp_path, simulator, broken) as it:
        with pytest.raises(MCPError, match="no window"):
            await plan(it)
        assert "planned" in await call(it, "list_changes")
    assert writes_of(simulator) == []


async def test_an_answer_that_comes_too_late_is_none(era: Era, tmp_path: Path) -> None:
    simulator, clock = a_small_one(), Clock()

    def wait() -> None:
        clock.moment += LATE

    person = Answers(ElicitResult(action="accept", content={"agree": True}), wait)
    async with asked(tmp_path, simulator, person, era=era, now=clock) as it:
        said = await plan(it)
        assert "has expired" in said, said
        assert "expired" in await call(it, "list_changes")
    assert writes_of(simulator) == []


async def test_what_changed_while_the_user_thought_is_left_alone(era: Era, tmp_path: Path) -> None:
    simulator = a_small_one()
    issue = simulator.world.issues[min(simulator.world.issues)]

    def meddle() -> None:
        issue.priority = "low"

    person = Answers(ElicitResult(action="accept", content={"agree": True}), meddle)
    async with asked(tmp_path, simulator, person, era=era) as it:
        assert "changed since the plan was made" in await plan(it)
    assert writes_of(simulator) == []


async def test_a_client_that_leaves_while_it_is_asked_changes_nothing(
    era: Era, tmp_path: Path
) -> None:
    simulator = a_small_one()

    async def never(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        assert context.session
        assert params.message
        await anyio.sleep_forever()
        raise AssertionError

    async with asked(tmp_path, simulator, never, era=era) as it:
        with anyio.move_on_after(0.3) as patience:
            await plan(it)
        assert patience.cancelled_caught
    async with asked(tmp_path, simulator) as it:
        assert "planned" in await call(it, "list_changes")
    assert writes_of(simulator) == []


async def round_trip(it: Shaken, wish: Json) -> InputRequiredResult:
    result = await it.client.session.call_tool("change_sentry", wish, allow_input_required=True)
    assert isinstance(result, InputRequiredResult)
    return result


async def answer(it: Shaken, wish: Json, state: str | None, **content: Any) -> CallToolResult:
    result = await it.client.session.call_tool(
        "change_sentry",
        wish,
        input_responses={"consent": ElicitResult(action="accept", content=content)},
        request_state=state,
        allow_input_required=True,
    )
    assert isinstance(result, CallToolResult)
    return result


async def test_a_yes_that_comes_twice_counts_once(tmp_path: Path) -> None:
    simulator, person = a_small_one(), Person()
    wish = wishes(simulator)["create"].call
    async with asked(tmp_path, simulator, person) as it:
        question = await round_trip(it, wish)
        first = await answer(it, wish, question.request_state, agree=True)
        assert text_of(first).startswith("Done")
        second = await answer(it, wish, question.request_state, agree=True)
        assert "applied already, so nothing was done again" in text_of(second)
    assert len(writes_of(simulator)) == len(audited(tmp_path)) == 1


async def test_a_yes_that_comes_twice_does_not_go_on_with_what_has_stopped(tmp_path: Path) -> None:
    simulator = a_small_one()
    wish = wishes(simulator)["create"]
    async with asked(tmp_path, simulator, Person()) as it:
        question = await round_trip(it, wish.call)
        it.fail(method=wish.method, status=409)
        first = await answer(it, wish.call, question.request_state, agree=True)
        assert "not carried out" in text_of(first)
        second = await answer(it, wish.call, question.request_state, agree=True)
        assert "stopped already, so nothing was done again" in text_of(second)
    assert len(writes_of(simulator)) == len(audited(tmp_path)) == 1


async def test_a_no_after_a_yes_does_not_hide_what_was_done(tmp_path: Path) -> None:
    simulator = a_small_one()
    wish = wishes(simulator)["update"].call
    async with asked(tmp_path, simulator, Person()) as it:
        question = await round_trip(it, wish)
        done = await answer(it, wish, question.request_state, agree=True)
        late = await answer(it, wish, question.request_state, agree=False)
        assert "can't be declined any more" in text_of(late)
        undone = await call(it, "undo_change", change=change_in(text_of(done)))
        assert undone.startswith("Done"), undone


async def test_a_yes_to_one_plan_is_none_to_another(tmp_path: Path) -> None:
    simulator = a_small_one()
    wished = wishes(simulator)
    async with asked(tmp_path, simulator, Person()) as it:
        question = await round_trip(it, wished["create"].call)
        with pytest.raises(MCPError, match="requestState"):
            await answer(it, wished["update"].call, question.request_state, agree=True)
        with pytest.raises(MCPError, match="requestState"):
            await answer(it, wished["create"].call, "c-abcdefghjk", agree=True)
    assert writes_of(simulator) == []


async def test_a_yes_after_a_restart_is_none(tmp_path: Path) -> None:
    simulator = a_small_one()
    wish = wishes(simulator)["create"].call
    async with asked(tmp_path, simulator, Person()) as it:
        question = await round_trip(it, wish)
    async with asked(tmp_path, simulator, Person()) as it:
        with pytest.raises(MCPError, match="requestState"):
            await answer(it, wish, question.request_state, agree=True)
    assert writes_of(simulator) == []


async def test_what_is_deleted_takes_its_name(era: Era, tmp_path: Path) -> None:
    simulator = a_small_one()
    async with asked(tmp_path, simulator, Person(name="Storefront!"), era=era) as it:
        assert (await plan(it, "delete")).startswith("The user typed another name")
    assert writes_of(simulator) == []
    async with asked(tmp_path, simulator, Person(agree=True), era=era) as it:
        assert (await plan(it, "delete")).startswith(
            "The user closed the question without an answer"
        )
    assert writes_of(simulator) == []
    async with asked(tmp_path, simulator, Person(name="storefront"), era=era) as it:
        assert (await plan(it, "delete")).startswith("Done")
    assert wishes(simulator)["delete"].fulfilled(simulator)


async def test_who_can_not_be_asked_gets_a_plan_and_a_handle(era: Era, tmp_path: Path) -> None:
    simulator = a_small_one()
    async with asked(tmp_path, simulator, era=era) as it:
        said = await plan(it)
        assert said.startswith("Planned, nothing is changed yet")
        assert writes_of(simulator) == []
        assert (await call(it, "apply_change", change=HANDLE.findall(said)[0])).startswith("Done")
        again = await call(it, "apply_change", change=HANDLE.findall(said)[0])
        assert "applied already" in again
    assert len(writes_of(simulator)) == 1


async def test_a_handle_takes_the_name_of_what_will_be_gone(tmp_path: Path) -> None:
    simulator = a_small_one()
    async with asked(tmp_path, simulator) as it:
        (handle,) = HANDLE.findall(await plan(it, "delete"))
        assert "give the name" in await call(it, "apply_change", change=handle)
        assert "give the name" in await call(it, "apply_change", change=handle, name="web")
        assert writes_of(simulator) == []
        done = await call(it, "apply_change", change=handle, name="storefront")
        assert done.startswith("Done")


async def test_a_handle_is_good_after_a_restart_and_not_for_another_token(tmp_path: Path) -> None:
    simulator = a_small_one()
    simulator.world.add_token("sntryu_other", user="mira@acme.test", scopes=ALL_SCOPES)
    async with asked(tmp_path, simulator) as it:
        (handle,) = HANDLE.findall(await plan(it))
    async with asked(tmp_path, simulator, token="sntryu_other") as it:
        assert "There is no change" in await call(it, "apply_change", change=handle)
        assert "No changes so far" in await call(it, "list_changes")
    assert writes_of(simulator) == []
    async with asked(tmp_path, simulator) as it:
        assert (await call(it, "apply_change", change=handle)).startswith("Done")


async def test_a_handle_expires(tmp_path: Path) -> None:
    simulator, clock = a_small_one(), Clock()
    async with asked(tmp_path, simulator, now=clock) as it:
        (handle,) = HANDLE.findall(await plan(it))
        clock.moment += LATE
        assert "has expired" in await call(it, "apply_change", change=handle)
    assert writes_of(simulator) == []


@pytest.mark.parametrize("without", ["seal", "a digit", "another's seal"])
async def test_a_handle_that_was_tampered_with_is_none(without: str, tmp_path: Path) -> None:
    simulator = a_small_one()
    async with asked(tmp_path, simulator) as it:
        (handle,) = HANDLE.findall(await plan(it))
        (other,) = HANDLE.findall(await plan(it, "create"))
        name, _, seal = handle.partition(".")
        forged = {
            "seal": name,
            "a digit": handle[:-1] + ("0" if handle[-1] != "0" else "1"),
            "another's seal": f"{other.partition('.')[0]}.{seal}",
        }[without]
        assert "That is no handle" in await call(it, "apply_change", change=forged)
    assert writes_of(simulator) == []


async def test_what_may_write_without_asking_still_asks_before_it_deletes(tmp_path: Path) -> None:
    simulator, person = a_small_one(), Person("decline")
    async with asked(tmp_path, simulator, person, writes="allow") as it:
        assert (await plan(it)).startswith("Done")
        assert person.asked == []
        assert "declined" in await plan(it, "delete")
    assert len(writes_of(simulator)) == 1


async def test_a_model_does_not_type_the_name_for_a_user_who_can_be_asked(
    era: Era, tmp_path: Path
) -> None:
    simulator, person = a_small_one(), Answers(ElicitResult(action="cancel"))
    async with asked(tmp_path, simulator, person, era=era, writes="allow") as it:
        (handle,) = HANDLE.findall(await plan(it, "delete"))
        again = await call(it, "apply_change", change=handle, name="storefront")
        assert again.startswith("The user closed the question without an answer"), again
        assert len(person.asked) == 2
        assert writes_of(simulator) == []
        person.result = ElicitResult(action="accept", content={"name": "storefront"})
        done = await call(it, "apply_change", change=handle, name="storefront")
        assert done.startswith("Done"), done


@pytest.mark.parametrize("more", [{"writes": "off"}, {"read_only": True}], ids=str)
async def test_what_is_not_on_offer_can_not_be_called(more: Json, tmp_path: Path) -> None:
    simulator = a_small_one()
    async with asked(tmp_path, simulator, Person(), **more) as it:
        offered = {tool.name for tool in (await it.client.list_tools()).tools}
        hidden = {"change_sentry", "update_issues", "apply_change", "undo_change", "list_changes"}
        assert not offered & hidden
        for tool in sorted(hidden):
            assert "There is no tool" in await call(it, tool)
    assert writes_of(simulator) == []
    assert not await anyio.Path(tmp_path / "changes.sqlite3").exists()


class PagesAlone(ClientSession):
    """A client that can send its user to a page, and not show a form."""

    def _build_capabilities(self, version: str) -> ClientCapabilities:
        assert version
        pages = ElicitationCapability(url=UrlElicitationCapability())
        return ClientCapabilities(elicitation=pages)


async def test_who_can_only_be_sent_to_a_page_is_not_asked(tmp_path: Path) -> None:
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "dexter_mcp", "--simulator"],
        env={"DEXTER_STATE_DIR": str(tmp_path)},
    )
    wish = {"operation": "create_team", "arguments": ["slug=night-watch"], "org": "acme"}
    async with stdio_client(server) as (read, write), PagesAlone(read, write) as session:
        await session.initialize()
        result = await session.call_tool("change_sentry", wish)
    assert text_of(result).startswith("Planned"), text_of(result)
