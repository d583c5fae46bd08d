"""A shop that breaks, and what its SDK posts of that."""

from collections.abc import Callable
from typing import Any

import sentry_sdk
from sentry_sdk.envelope import Envelope as SdkEnvelope
from sentry_sdk.transport import Transport

from dexter_mcp.simulator.routes.envelope import (
    parse_envelope,
    read_json,
)

Json = dict[str, Any]
Act = Callable[[sentry_sdk.Scope], object]

KEY = "0123456789abcdef0123456789abcdef"


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
        in_app_include=["broken_shop"],
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
