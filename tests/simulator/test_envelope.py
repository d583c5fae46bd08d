"""The door for SDKs: envelopes, and the older endpoint."""

import gzip
import json
import zlib
from collections.abc import AsyncIterator, Callable

import httpx2
import pytest
from starlette.applications import Starlette

from broken_shop import KEY, entry, fail, posted, shop
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.routes.auth import ALL_SCOPES
from dexter_mcp.simulator.routes.envelope import (
    EnvelopeError,
    decoded,
    parse_envelope,
    read_json,
    routes,
)
from dexter_mcp.simulator.world import World
from small_world import ISSUES, Caller, connected

pytestmark = pytest.mark.anyio


def test_half_a_character_does_not_get_in() -> None:
    assert read_json(b'{"message": "half \\ud83c"}') == {"message": "half ?"}


def test_an_item_without_a_length_ends_with_its_line() -> None:
    body = b'{}\n{"type":"event"}\n{"message":"a"}\n{"type":"session","length":2}\n{}'
    assert [item.body for item in parse_envelope(body).items] == [b'{"message":"a"}', b"{}"]


@pytest.mark.parametrize(
    "body", [b"", b"no", b"[]", b'{"a":NaN}', b'{}\n{"type":"event","length":99}\n{}', b"{}\nno\n"]
)
def test_a_body_that_is_no_envelope_is_refused(body: bytes) -> None:
    with pytest.raises(EnvelopeError):
        parse_envelope(body)


@pytest.mark.parametrize(
    ("encoding", "squeeze"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("", bytes)]
)
def test_a_compressed_body_is_read(encoding: str, squeeze: Callable[[bytes], bytes]) -> None:
    (body,) = posted(shop)
    assert decoded(squeeze(body), encoding) == body


def test_a_body_that_is_not_what_it_says_is_refused() -> None:
    with pytest.raises(EnvelopeError):
        decoded(b"plain", "gzip")


@pytest.fixture
def world() -> World:
    world = World()
    world.add_organization("acme", "Acme Shop")
    world.add_project("acme", "shop", "Shop", "python")
    return world


@pytest.fixture
def number(world: World) -> int:
    return next(iter(world.projects))


@pytest.fixture
async def door(world: World) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=Starlette(routes=routes(world)))
    async with httpx2.AsyncClient(transport=transport, base_url="https://sentry.test") as client:
        yield client


def auth(world: World, number: int) -> dict[str, str]:
    key = world.project_key(number)
    return {"X-Sentry-Auth": f"Sentry sentry_version=7, sentry_client=test/1, sentry_key={key}"}


async def test_an_sdk_gets_the_id_of_its_event_back(
    door: httpx2.AsyncClient, world: World, number: int
) -> None:
    (body,) = posted(shop)
    headers = auth(world, number) | {"Content-Encoding": "gzip"}
    answer = await door.post(
        f"/api/{number}/envelope/", content=gzip.compress(body), headers=headers
    )
    assert answer.status_code == 200
    assert answer.json() == {"id": parse_envelope(body).header["event_id"]}
    assert [issue.short_id for issue in world.issues.values()] == ["SHOP-1"]


@pytest.mark.parametrize("way", ["header", "query", "dsn"])
async def test_the_key_may_come_in_three_ways(
    door: httpx2.AsyncClient, world: World, number: int, way: str
) -> None:
    key = world.project_key(number)
    dsn = f"https://{key}@sentry.test/{number}" if way == "dsn" else ""
    answer = await door.post(
        f"/api/{number}/envelope/",
        params={"sentry_key": key} if way == "query" else {},
        headers=auth(world, number) if way == "header" else {},
        content=f'{{"dsn":"{dsn}"}}\n{{"type":"event"}}\n{{"message":"late"}}\n',
    )
    assert answer.status_code == 200
    assert len(answer.json()["id"]) == 32


async def test_a_single_event_may_come_to_the_older_door(
    door: httpx2.AsyncClient, world: World, number: int
) -> None:
    answer = await door.post(
        f"/api/{number}/store/", json={"message": "late"}, headers=auth(world, number)
    )
    assert answer.status_code == 200
    assert len(world.issues) == 1


async def test_a_wrong_key_or_project_or_body_is_refused(
    door: httpx2.AsyncClient, world: World, number: int
) -> None:
    (body,) = posted(shop)
    known = auth(world, number)
    wrong = {"X-Sentry-Auth": f"Sentry sentry_key={KEY}"}
    forbidden = await door.post(f"/api/{number}/envelope/", content=body, headers=wrong)
    missing = await door.post("/api/1/envelope/", content=body, headers=known)
    senseless = await door.post(f"/api/{number}/envelope/", content=b"no", headers=known)
    assert [forbidden.status_code, missing.status_code, senseless.status_code] == [403, 404, 400]
    assert all(answer.json()["detail"] for answer in (forbidden, missing, senseless))
    assert not world.issues


async def test_the_same_failure_again_is_the_same_issue(
    door: httpx2.AsyncClient, world: World, number: int
) -> None:
    for amount in (3, 4):
        for body in posted(lambda _, amount=amount: fail(amount)):
            await door.post(f"/api/{number}/envelope/", content=body, headers=auth(world, number))
    assert len(world.issues) == 1


async def test_what_an_sdk_sends_is_what_the_api_shows(world: World, number: int) -> None:
    world.add_member("acme", "mira@acme.test", "Mira Voss")
    world.add_token("t", user="mira@acme.test", scopes=ALL_SCOPES)
    transport = httpx2.ASGITransport(app=Simulator(world))
    async with httpx2.AsyncClient(
        transport=transport,
        base_url="https://sentry.test",
        headers={"Authorization": "Bearer t"} | auth(world, number),
    ) as client:
        (body,) = posted(shop)
        event_id = (await client.post(f"/api/{number}/envelope/", content=body)).json()["id"]
        listed = await client.get(
            "/api/0/organizations/acme/issues/", params={"query": "provider:paywell", "project": -1}
        )
        (issue,) = listed.json()
        where = f"/api/0/organizations/acme/issues/{issue['id']}/events"
        event = (await client.get(f"{where}/{event_id}/")).json()
        files = (
            await client.get(f"/api/0/projects/acme/shop/events/{event_id}/attachments/")
        ).json()

    assert issue["shortId"] == "SHOP-1"
    assert issue["title"] == event["title"] == "RuntimeError: payment failed for 日本 🎈"
    assert issue["count"] == "1"
    assert event["groupID"] == issue["id"]
    assert [value["type"] for value in entry(event, "exception")["values"]] == [
        "TimeoutError",
        "RuntimeError",
    ]
    assert event["user"]["email"] == "ana@shopper.test"
    assert event["release"]["version"] == "shop@2.9.0"
    assert {"key": "provider", "value": "paywell"} in event["tags"]
    assert [file["name"] for file in files] == ["cart.json"]


async def test_what_a_user_says_is_shown_with_the_event(
    door: httpx2.AsyncClient, world: World, number: int
) -> None:
    (body,) = posted(shop)
    event_id = parse_envelope(body).header["event_id"]
    said = json.dumps({"event_id": event_id, "name": "Ana", "comments": "It broke."})
    report = f'{{}}\n{{"type":"user_report"}}\n{said}\n'
    for content in (body, report):
        await door.post(f"/api/{number}/envelope/", content=content, headers=auth(world, number))
    world.add_member("acme", "mira@acme.test", "Mira Voss")
    world.add_token("t", user="mira@acme.test", scopes=ALL_SCOPES)
    async with connected(Simulator(world), token="t") as http:
        caller = Caller(http)
        (issue,) = world.issues
        assert (await caller.read(f"{ISSUES}{issue}/"))["userReportCount"] == 1
        shown = await caller.read(f"{ISSUES}{issue}/events/latest/")
    assert shown["userReport"]["comments"] == "It broke."
    assert shown["userReport"]["eventID"] == event_id
