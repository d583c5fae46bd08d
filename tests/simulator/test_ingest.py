"""What the simulator makes of an event that an SDK sends."""

from datetime import UTC, datetime

import sentry_sdk

from broken_shop import Json, entry, fail, payload_of, posted, shop
from dexter_mcp.simulator.intake.payload import grouping_hash, tags_of
from dexter_mcp.simulator.routes.envelope import (
    parse_envelope,
)
from dexter_mcp.simulator.shapes.events import event_details, event_summary

RECEIVED = datetime(2026, 8, 12, 9, 14, 3, tzinfo=UTC)


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
    assert crash["absPath"].endswith("/tests/broken_shop.py")


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
