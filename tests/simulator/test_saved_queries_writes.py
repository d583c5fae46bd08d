"""Saving questions of Discover in the simulated Sentry, replacing and deleting them."""

from typing import Any

import pytest

from contract import ORG, complaint
from dexter_mcp.simulator import World
from small_world import Caller

pytestmark = pytest.mark.anyio

SAVED = "/organizations/acme/discover/saved/"
ASKS = {
    "version": 2,
    "fields": ["title", "count()"],
    "query": "level:error",
    "orderby": "-count",
    "range": "7d",
    "topEvents": 5,
    "yAxis": ["count()"],
    "environment": ["production"],
}


@pytest.fixture
async def path(caller: Caller) -> str:
    reply = await caller.send("POST", SAVED, {"name": "Top errors", "projects": [], **ASKS})
    assert reply.status_code == 201, reply.text
    return f"{SAVED}{reply.json()['id']}/"


async def test_a_question_is_saved(caller: Caller, world: World) -> None:
    project = world.project("acme", "checkout")
    assert project
    sent = {"name": "Top errors", "projects": [project.id], **ASKS}
    reply = await caller.send("POST", SAVED, sent)
    assert complaint(f"{ORG}discover/saved/", reply.json(), "post") == ""
    (found,) = await caller.read(SAVED)
    assert {name: found[name] for name in sent} == sent
    assert (found["queryDataset"], found["createdBy"]["name"]) == ("error-events", "Mira Voss")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, {"name": ["This field is required."]}),
        ({"name": ""}, {"name": ["This field may not be blank."]}),
        (
            {"name": "x" * 256},
            {"name": ["Ensure this field has no more than 255 characters."]},
        ),
        (
            {"name": "A", "queryDataset": "spans"},
            {"queryDataset": ['"spans" is not a valid choice.']},
        ),
        (
            {"name": "A", "version": 2, "topEvents": 11},
            {"topEvents": ["Ensure this value is less than or equal to 10."]},
        ),
        (
            {"name": "A", "query": "level:error", "fields": ["title"]},
            {
                "non_field_errors": [
                    "You cannot use the query attribute(s) with the selected version"
                ]
            },
        ),
        (
            {"name": "A", "fields": []},
            {"non_field_errors": ["You must include at least one field."]},
        ),
    ],
)
async def test_a_wrong_question_is_refused(
    caller: Caller, path: str, sent: dict[str, Any], said: dict[str, Any]
) -> None:
    for method, where in (("POST", SAVED), ("PUT", path)):
        reply = await caller.send(method, where, sent)
        assert (reply.status_code, reply.json()) == (400, said)


async def test_a_project_of_others_is_not_for_the_caller(caller: Caller) -> None:
    reply = await caller.send("POST", SAVED, {"name": "A", "projects": [99]})
    assert reply.status_code == 403


async def test_a_change_replaces_the_whole_question(caller: Caller, path: str) -> None:
    sent = {"name": "Slow", "queryDataset": "transaction-like", "fields": ["p95()"]}
    reply = await caller.send("PUT", path, sent)
    assert reply.status_code == 200
    assert complaint(f"{ORG}discover/saved/{{query_id}}/", reply.json(), "put") == ""
    found = await caller.read(path)
    assert {name: found[name] for name in sent} == sent
    assert "range" not in found


async def test_a_deleted_question_is_gone(caller: Caller, path: str) -> None:
    assert (await caller.send("DELETE", path)).status_code == 204
    assert (await caller.refusal(path))[0] == 404
    assert await caller.read(SAVED) == []
    assert (await caller.send("DELETE", path)).status_code == 404
