"""What a person sees of Sentry's bad days: limits, old answers, what moved or grew too large."""

import json
import re
from typing import Any

import anyio
import httpx2
import pytest

from answers import text_of
from dexter_mcp.simulator import Fault
from fault_rows import limited
from small_world import story
from talk import PROJECTS, Talk
from virtual_time import now, pass_by

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]


async def test_a_limit_beyond_the_deadline_is_told_at_once_and_as_data(talk: Talk) -> None:
    began = now()
    talk.simulator.faults.add(Fault(**limited("", **{"Retry-After": "300"})))
    result = await talk.call("list_projects")
    assert now() == began
    assert result.meta is not None
    assert result.meta["dexter-mcp/retryAfterSeconds"] == 300


async def test_who_was_told_to_wait_is_not_asked_for_by_anyone_until_then(talk: Talk) -> None:
    talk.simulator.faults.add(Fault(**limited("", **{"Retry-After": "30"}), path=PROJECTS))
    began, waited = now(), list[float]()

    async def ask(query: str) -> None:
        await talk.succeed("list_projects", query=query)
        waited.append((now() - began).total_seconds())

    async with anyio.create_task_group() as group:
        group.start_soon(ask, "")
        await anyio.wait_all_tasks_blocked()
        for query in ("check", "web", "a", "b", "c"):
            group.start_soon(ask, query)
        await pass_by(29)
        assert talk.count(PROJECTS) == 1
    assert talk.count(PROJECTS) == 1 + 6
    assert all(30 <= each < 35 for each in waited)


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
