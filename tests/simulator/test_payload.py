from datetime import UTC, datetime
from typing import Any

import pytest

from dexter_mcp.simulator.intake.payload import grouping_hash, tags_of, title_of
from dexter_mcp.simulator.shapes.events import event_details

Json = dict[str, Any]

RECEIVED = datetime(2026, 8, 12, 9, 14, 3, tzinfo=UTC)


def details(payload: Json) -> Json:
    return event_details(
        {"event_id": "a" * 32} | payload,
        issue_id="4410",
        project_id="3301",
        tags=tags_of(payload, release="", environment="", user=None),
        received=RECEIVED,
        previous=None,
        next=None,
        release=None,
    )


def entry(event: Json, kind: str) -> Any:
    return {entry["type"]: entry["data"] for entry in event["entries"]}[kind]


def test_messages_that_differ_in_ids_only_are_one_issue() -> None:
    one = {"message": "user 17 (ana@shopper.test) not found at 2026-08-12T09:14:03"}
    other = {"message": "user 4 (bo@shopper.test) not found at 2026-08-13T10:00:00"}
    third = {"message": "cart 4 (bo@shopper.test) not found at 2026-08-13T10:00:00"}
    assert grouping_hash(one) == grouping_hash(other) != grouping_hash(third)


def test_a_fingerprint_decides_and_may_refine_the_default() -> None:
    plain = {"message": "late"}
    refined = plain | {"fingerprint": ["{{ default }}", "eu"]}
    own = {"fingerprint": ["own"]}
    assert len({grouping_hash(plain), grouping_hash(refined), grouping_hash(own)}) == 3
    assert grouping_hash(own | {"message": "a"}) == grouping_hash(own | {"message": "b"})
    assert grouping_hash(plain | {"fingerprint": ["{{default}}"]}) == grouping_hash(plain)


def test_the_browser_is_read_from_its_headers() -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"
    payload: Json = {
        "request": {"url": "https://shop.test/cart?step=2", "headers": [["User-Agent", agent]]},
        "tags": [["plan", "pro"], ["empty", None]],
    }
    tags = tags_of(payload, release="", environment="", user={"ip_address": "203.0.113.9"})
    assert tags == {
        "browser": "Firefox 141.0",
        "browser.name": "Firefox",
        "level": "error",
        "os": "Linux",
        "os.name": "Linux",
        "plan": "pro",
        "url": "https://shop.test/cart",
        "user": "ip:203.0.113.9",
    }


def test_a_request_is_taken_apart() -> None:
    request = {
        "method": "POST",
        "url": "https://shop.test/pay?step=2&step=3#card",
        "headers": {"Content-Type": "application/json; charset=utf-8", "Cookie": "sid=1; lang=no"},
        "data": {"card": "4111"},
    }
    shaped = entry(details({"request": request}), "request")
    assert shaped["url"] == "https://shop.test/pay"
    assert shaped["query"] == [["step", "2"], ["step", "3"]]
    assert shaped["fragment"] == "card"
    assert shaped["cookies"] == [["sid", "1"], ["lang", "no"]]
    assert shaped["headers"] == [["Content-Type", "application/json; charset=utf-8"]]
    assert shaped["inferredContentType"] == "application/json"


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ({"filename": "shop/pay.py", "abs_path": "/app/shop/pay.py"}, True),
        ({"abs_path": "/venv/lib/python3.13/site-packages/django/views.py"}, False),
        ({"abs_path": "webpack:///./node_modules/react-dom/index.js"}, False),
        ({"abs_path": "https://shop.test/static/app.js"}, True),
        ({"abs_path": "https://cdn.widget.test/chat.js"}, False),
        ({"abs_path": "/app/shop/pay.py", "in_app": False}, False),
    ],
)
def test_an_application_frame_is_told_from_a_library_frame(frame: Json, *, expected: bool) -> None:
    exception = {"type": "E", "value": "", "stacktrace": {"frames": [frame]}}
    values = entry(details({"exception": [exception]}), "exception")
    assert values["values"][0]["stacktrace"]["frames"][0]["inApp"] is expected


def test_a_blocked_script_is_titled_by_where_it_came_from() -> None:
    csp = {"effective_directive": "script-src-elem", "blocked_uri": "https://evil.test/x.js"}
    event = details({"csp": csp})
    assert event["title"] == "Blocked 'script' from 'evil.test'"
    assert event["type"] == "csp"
    assert entry(event, "csp")["blocked_uri"] == "https://evil.test/x.js"


def test_feedback_is_titled_by_what_the_user_said() -> None:
    feedback = {"message": "The cart is empty again", "contact_email": "ana@shopper.test"}
    event = details({"contexts": {"feedback": feedback}})
    assert event["title"] == "User Feedback: The cart is empty again"
    assert event["type"] == "feedback"


def test_an_occurrence_gives_the_issue_its_title() -> None:
    occurrence = {"issueTitle": "N+1 Query", "subtitle": "SELECT * FROM stock WHERE id = %s"}
    payload = {"type": "transaction", "_occurrence": occurrence}
    event = details(payload)
    assert event["title"] == title_of(payload) == "N+1 Query"
    assert event["metadata"]["value"].startswith("SELECT")
    assert event["occurrence"]["subtitle"].startswith("SELECT")
    assert event["occurrence"]["projectId"] == 3301


def test_a_payload_of_the_wrong_shape_still_makes_an_event() -> None:
    broken: Json = {
        "exception": "no",
        "breadcrumbs": {"values": [None, 3]},
        "request": ["x"],
        "tags": {"a": {"b": 1}},
        "logentry": {"message": "%d items", "params": ["many"]},
        "contexts": None,
        "timestamp": "yesterday",
        "user": "ana",
    }
    event = details(broken)
    assert event["title"] == "%d items"
    assert event["dateCreated"] == "2026-08-12T09:14:03Z"


def test_threads_tell_which_one_crashed() -> None:
    main = {"id": 1, "name": "main", "crashed": True, "state": "BLOCKED"}
    trace = {"frames": [{"function": "onTap", "module": "shop.Cart", "lineno": 12}]}
    (thread,) = entry(details({"threads": {"values": [main | {"stacktrace": trace}]}}), "threads")[
        "values"
    ]
    assert (thread["name"], thread["crashed"], thread["current"]) == ("main", True, False)
    assert thread["stacktrace"]["frames"][0]["lineNo"] == 12


def test_an_address_that_is_none_is_shown_as_it_came() -> None:
    shaped = entry(details({"request": {"url": "https://[shop", "query_string": "a=1"}}), "request")
    assert shaped["url"] == "https://[shop"
    assert shaped["query"] == [["a", "1"]]


def test_images_are_listed_for_native_code() -> None:
    event = details({"debug_meta": {"images": [{"type": "macho", "code_file": "Shop"}]}})
    assert entry(event, "debugmeta") == {"images": [{"type": "macho", "code_file": "Shop"}]}
