import gzip
import zlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
import sentry_sdk
from sentry_sdk.envelope import Envelope as SdkEnvelope
from sentry_sdk.transport import Transport
from starlette.applications import Starlette

from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.intake.payload import grouping_hash, tags_of
from dexter_mcp.simulator.routes.auth import ALL_SCOPES
from dexter_mcp.simulator.routes.envelope import (
    EnvelopeError,
    decoded,
    parse_envelope,
    read_json,
    routes,
)
from dexter_mcp.simulator.shapes.events import event_details, event_summary
from dexter_mcp.simulator.world import World

pytestmark = pytest.mark.anyio

Json = dict[str, Any]
Act = Callable[[sentry_sdk.Scope], object]

KEY = "0123456789abcdef0123456789abcdef"
RECEIVED = datetime(2026, 8, 12, 9, 14, 3, tzinfo=UTC)


class Captured(Transport):
    """Keeps as bytes what the SDK would have posted."""

    def __init__(self) -> None:
        super().__init__()
        self.posted: list[bytes] = []

    def capture_envelope(self, envelope: SdkEnvelope) -> None:
        self.posted.append(envelope.serialize())


def posted(act: Act) -> list[bytes]:
    transport = Captured()
    client = sentry_sdk.Client(
        dsn=f"https://{KEY}@sentry.test/1",
        transport=transport,
        release="shop@2.9.0",
        environment="production",
        server_name="web-1",
        traces_sample_rate=1.0,
        default_integrations=False,
        auto_enabling_integrations=False,
        in_app_include=["tests"],
    )
    with sentry_sdk.isolation_scope() as scope:
        scope.set_client(client)
        act(scope)
    client.close()
    return transport.posted


def payload_of(act: Act) -> Json:
    found = [
        read_json(item.body)
        for body in posted(act)
        for item in parse_envelope(body).items
        if item.kind in {"event", "transaction"}
    ]
    assert len(found) == 1
    return found[0]


def details(payload: Json) -> Json:
    tags = tags_of(
        payload,
        release=payload.get("release", ""),
        environment=payload.get("environment", ""),
        user=payload.get("user"),
    )
    return event_details(
        payload,
        issue_id="4410",
        project_id="3301",
        tags=tags,
        received=RECEIVED,
        previous=None,
        next="f" * 32,
        release=None,
    )


def entry(event: Json, kind: str) -> Any:
    return {entry["type"]: entry["data"] for entry in event["entries"]}[kind]


def charge(amount: int) -> None:
    gateway = {"name": "paywell", "attempts": [1, 2]}
    if gateway:
        raise TimeoutError(f"gateway did not answer within {amount} s")


def pay(amount: int) -> None:
    try:
        charge(amount)
    except TimeoutError as error:
        raise RuntimeError("payment failed for 日本 🎈\nsee the cause") from error


def fail(amount: int = 3) -> None:
    try:
        pay(amount)
    except RuntimeError as error:
        sentry_sdk.capture_exception(error)


def shop(scope: sentry_sdk.Scope) -> None:
    scope.set_user({"id": "u-88", "email": "ana@shopper.test", "plan": "pro"})
    scope.set_tag("provider", "paywell")
    scope.set_extra("cart", 3)
    scope.add_breadcrumb(category="cart", message="added a 🎈", data={"sku": "B-1"})
    scope.add_breadcrumb(category="http", type="http", level="warning", message="slow")
    scope.add_attachment(bytes=b'{"items": [1]}\n\n', filename="cart.json")
    fail()


def test_the_chain_of_exceptions_ends_with_the_one_that_was_raised() -> None:
    values = entry(details(payload_of(shop)), "exception")["values"]
    assert [value["type"] for value in values] == ["TimeoutError", "RuntimeError"]
    assert values[0]["value"] == "gateway did not answer within 3 s"
    assert values[1]["mechanism"]["handled"] is True


def test_frames_come_oldest_first_with_source_and_variables() -> None:
    cause = entry(details(payload_of(shop)), "exception")["values"][0]
    frames = cause["stacktrace"]["frames"]
    assert [frame["function"] for frame in frames] == ["pay", "charge"]
    crash = frames[-1]
    source = dict(crash["context"])
    assert source[crash["lineNo"]].strip().startswith("raise TimeoutError")
    assert source[crash["lineNo"] - 1].strip() == "if gateway:"
    assert len(source) > 3
    assert crash["vars"]["amount"] == "3"
    assert crash["vars"]["gateway"] == {"name": "'paywell'", "attempts": ["1", "2"]}
    assert crash["absPath"].endswith("/tests/test_simulator_ingest.py")


def test_the_title_is_the_first_line_of_what_was_raised() -> None:
    event = details(payload_of(shop))
    assert event["title"] == "RuntimeError: payment failed for 日本 🎈"
    assert event["culprit"].endswith(" in pay")
    assert event["type"] == "error"
    assert event["metadata"]["function"] == "pay"
    assert event["message"] == ""


def test_tags_are_what_was_set_and_what_follows_from_the_event() -> None:
    tags = {tag["key"]: tag["value"] for tag in details(payload_of(shop))["tags"]}
    assert tags == {
        "environment": "production",
        "handled": "yes",
        "level": "error",
        "mechanism": "generic",
        "provider": "paywell",
        "release": "shop@2.9.0",
        "server_name": "web-1",
        "user": "id:u-88",
    }


def test_the_user_keeps_what_sentry_has_no_field_for() -> None:
    user = details(payload_of(shop))["user"]
    assert user["id"] == "u-88"
    assert user["email"] == "ana@shopper.test"
    assert user["username"] is None
    assert user["data"] == {"plan": "pro"}


def test_breadcrumbs_keep_their_order_and_their_data() -> None:
    first, second = entry(details(payload_of(shop)), "breadcrumbs")["values"]
    assert first["message"] == "added a 🎈"
    assert first["data"] == {"sku": "B-1"}
    assert (first["type"], first["level"]) == ("default", "info")
    assert (second["type"], second["level"]) == ("http", "warning")
    assert datetime.fromisoformat(first["timestamp"]).tzinfo is not None


def test_an_attachment_keeps_its_bytes() -> None:
    items = [item for body in posted(shop) for item in parse_envelope(body).items]
    (attachment,) = [item for item in items if item.kind == "attachment"]
    assert attachment.body == b'{"items": [1]}\n\n'
    assert attachment.header["filename"] == "cart.json"


def test_a_message_keeps_its_template() -> None:
    def say(_: sentry_sdk.Scope) -> None:
        sentry_sdk.capture_event(
            {"logentry": {"message": "order %s is late by %d days", "params": ["A-17", 4]}}
        )

    event = details(payload_of(say))
    assert event["type"] == "default"
    assert event["title"] == event["message"] == "order A-17 is late by 4 days"
    assert entry(event, "message")["message"] == "order %s is late by %d days"


def test_a_transaction_brings_its_spans() -> None:
    def trace(_: sentry_sdk.Scope) -> None:
        with (
            sentry_sdk.start_transaction(op="http.server", name="POST /pay"),
            sentry_sdk.start_span(op="db", name="SELECT 1") as span,
        ):
            span.set_data("rows", 1)

    event = details(payload_of(trace))
    (span,) = entry(event, "spans")
    assert (span["op"], span["description"]) == ("db", "SELECT 1")
    assert span["data"]["rows"] == 1
    assert span["start_timestamp"] <= span["timestamp"]
    assert event["type"] == "transaction"
    assert event["title"] == "POST /pay"
    assert event["startTimestamp"] <= event["endTimestamp"]
    assert event["contexts"]["trace"]["trace_id"] == span["trace_id"]


def test_the_short_form_of_an_event_has_no_entries() -> None:
    payload = payload_of(shop)
    event = event_summary(
        payload, issue_id="4410", project_id="3301", tags={"level": "error"}, received=RECEIVED
    )
    assert event["event.type"] == "error"
    assert event["eventID"] == payload["event_id"]
    assert event["dateCreated"].endswith("Z")
    assert "entries" not in event


def test_the_same_failure_with_other_numbers_is_the_same_issue() -> None:
    first = payload_of(lambda _: fail(3))
    second = payload_of(lambda _: fail(4))
    assert first["event_id"] != second["event_id"]
    assert grouping_hash(first) == grouping_hash(second)


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
def anyio_backend() -> str:
    return "asyncio"


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
