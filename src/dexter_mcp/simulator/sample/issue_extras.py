"""What surrounds some issues: files, words of customers, feature flags, Seer's work, source maps.

In one story a build of the storefront was uploaded under another `dist` than the one that runs, so
that nothing maps its frames.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from dexter_mcp.simulator.intake.attachment import Attachment
from dexter_mcp.simulator.memory.issue_extras import Artifact
from dexter_mcp.simulator.memory.store import Event
from dexter_mcp.simulator.sample.people import ORG
from dexter_mcp.simulator.sample.screenshots import painted
from dexter_mcp.simulator.sample.settings import library
from dexter_mcp.simulator.shapes.times import from_epoch, iso
from dexter_mcp.simulator.telling.story import Json, Story

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World

REGRESSION: Final = "KeyError: 'authorization'"
CRASH: Final = "EXC_BREAKPOINT: Unexpectedly found nil while unwrapping an Optional value"
MINIFIED: Final = "TypeError: Cannot read properties of undefined (reading 'mount')"
BUILD: Final = "storefront@8.4.1"

_SHOP: Final = "https://shop.acme.test/assets"
_CHUNK, _VENDOR = "checkout-B7x2kQ.js", "vendor-9fLm0a.js"
_RUNNING, _UPLOADED = "web-4182", "web-4181"
_IDS: Final = {
    _CHUNK: "8d65dbd3-bb6c-5632-9049-7751111284ed",
    _VENDOR: "1f0c9a52-4c1e-5d0b-8a41-0b6b2f7d9c13",
}

_SAID: Final = (
    (3, "Sigrid", "sigrid@shopper.test", "Bank app said approved, shop said error. Am I charged?"),
    (9, "Oskar Lind", "oskar@shopper.test", "Paid twice now, still no order confirmation."),
    (21, "", "", "the page just went white after the bank thing"),
)
"""Hours ago, name, address and words."""

_LOG: Final = (
    "08:58:02 INFO  shop.checkout order 58213 entered step payment",
    "08:58:03 INFO  shop.payments NordPay charge np_8841 created",
    "08:58:03 WARN  shop.payments NordPay: challenge requested for 58213-1",
    "08:58:03 DEBUG shop.payments headers Authorization: Bearer np_test_51H8xkq29Lw0aZr77",
    "08:58:04 ERROR shop.payments reply has no authorization, status pending_3ds",
)

_CAUSE: Final = (
    "PaymentService.authorize reads reply['authorization'] at once, but NordPay leaves that key "
    "out while a 3-D Secure challenge is pending (status pending_3ds, 202)."
)


def stories() -> Iterator[Story]:
    """Tell of the build whose frames nobody can read."""
    frames = [
        _frame(_VENDOR, 2, 91_204, "Zi"),
        _frame(_VENDOR, 2, 90_877, "ta"),
        _frame(_CHUNK, 1, 48_213, "qe.mountProvider"),
    ]
    raised: Json = {
        "type": "TypeError",
        "value": "Cannot read properties of undefined (reading 'mount')",
        "mechanism": {
            "type": "auto.browser.global_handlers.onerror",
            "handled": False,
            "exception_id": 0,
        },
        "stacktrace": {"frames": frames},
    }
    yield Story(
        project="storefront",
        payload=_unmapped(raised),
        count=9,
        users=8,
        first_seen=timedelta(hours=20),
        last_seen=timedelta(hours=2.2),
        releases={BUILD: 1},
        environments={"production": 1},
        vary={"browser": {"Chrome 141": 5, "Firefox 143": 2}},
        substatus="new",
    )


def _frame(file: str, line: int, column: int, function: str) -> Json:
    return {
        "filename": f"/assets/{file}",
        "abs_path": f"{_SHOP}/{file}",
        "function": function,
        "lineno": line,
        "colno": column,
        "in_app": file != _VENDOR,
    }


def _unmapped(raised: Json) -> Json:
    images = [
        {"type": "sourcemap", "code_file": f"{_SHOP}/{file}", "debug_id": debug_id}
        for file, debug_id in _IDS.items()
    ]
    refused = {"status": "failure", "reason": "permission_denied", "details": "403"}
    attempts = [
        {"url": f"{_SHOP}/{_CHUNK}", "status": "success"},
        {"url": f"{_SHOP}/{_CHUNK}.map", **refused},
    ]
    return {
        "platform": "javascript",
        "level": "error",
        "transaction": "/checkout/payment",
        "dist": _RUNNING,
        "exception": {"values": [raised]},
        "sdk": library("sentry.javascript.react", "10.20.0"),
        "debug_meta": {"images": images},
        "scraping_attempts": attempts,
        "errors": [{"type": "js_no_source", "url": f"{_SHOP}/{_CHUNK}.map"}],
        "contexts": {"flags": _flags(express_pay=True, new_provider_loader=True)},
        "tags": {},
    }


def _flags(**flags: bool) -> Json:
    values = [{"flag": name.replace("_", "-"), "result": on} for name, on in flags.items()]
    return {"values": values}


def populate(world: "World") -> None:
    """Put them into a world that has the sample's stories."""
    _upload(world)
    _attach(world, _latest(world, CRASH), _of_phone())
    paid = _latest(world, REGRESSION)
    _attach(world, paid, _of_worker())
    _flag(world, paid)
    _report(world)
    number = paid.issue or 0
    world.extras.runs[number] = _run(world)


def _latest(world: "World", title: str) -> Event:
    issue = next(each for each in world.issues.values() if each.title == title)
    return world.store.find(world.events_of(issue))[0]


def _upload(world: "World") -> None:
    """Upload the vendor's chunk as it runs, the shop's own under a dist that never ran."""
    project = world.project(ORG, "storefront")
    number = project.id if project else 0
    for file, dist, debug_id in (
        (_VENDOR, _RUNNING, _IDS[_VENDOR]),
        (_CHUNK, _UPLOADED, "c2a7e0b4-6f3d-5a18-9c77-4d1e8b0f2a66"),
    ):
        world.extras.artifacts += [
            Artifact(number, f"~/assets/{file}", debug_id, BUILD, dist, f"{file}.map"),
            Artifact(number, f"~/assets/{file}.map", debug_id, BUILD, dist),
        ]


def _attach(world: "World", event: Event, files: tuple[Attachment, ...]) -> None:
    kept = world.attachments.setdefault(event.id, [])
    kept += [(world.next_id(88_000), file) for file in files]


def _of_phone() -> tuple[Attachment, ...]:
    white, grey, red, blue = (255, 255, 255), (226, 228, 233), (214, 64, 69), (52, 86, 190)
    screen = painted(
        180,
        360,
        (247, 248, 250),
        [
            (0, 0, 180, 44, blue),
            (14, 60, 166, 150, white),
            (24, 72, 110, 82, grey),
            (24, 92, 150, 102, grey),
            (14, 250, 166, 300, red),
            (28, 268, 152, 280, white),
        ],
    )
    tree = {
        "rendering_system": "UIKIT",
        "windows": [
            {
                "type": "UIWindow",
                "children": [{"type": "CartView", "identifier": "cart", "visible": True}],
            }
        ],
    }
    return (
        Attachment("screenshot.png", screen, "image/png"),
        Attachment(
            "view-hierarchy.json",
            json.dumps(tree).encode(),
            "application/json",
            "event.view_hierarchy",
        ),
    )


def _of_worker() -> tuple[Attachment, ...]:
    reply = {"id": "np_8841", "status": "pending_3ds", "amount": 129900, "currency": "NOK"}
    return (
        Attachment("worker.log", "\n".join(_LOG).encode(), "text/plain"),
        Attachment("charge-reply.json", json.dumps(reply, indent=2).encode(), "application/json"),
    )


def _flag(world: "World", event: Event) -> None:
    """Let the regression's events tell which features were on."""
    body = world.store.bodies[event.body]
    flags = _flags(three_d_secure_v2=True, express_checkout=False)
    contexts = {**body.get("contexts", {}), "flags": flags}
    world.store.bodies[event.body] = {**body, "contexts": contexts}


def _report(world: "World") -> None:
    """Let customers say what happened, each on the event nearest to that time."""
    issue = next(each for each in world.issues.values() if each.title == REGRESSION)
    events = world.store.find(world.events_of(issue))[:]
    now = world.now().timestamp()
    for hours, name, email, comments in _SAID:
        wanted = now - hours * 3_600
        event = min(events, key=lambda each, at=wanted: abs(each.at - at))
        world.report(event.id, name=name, email=email, comments=comments)
        world.reports[event.id]["dateCreated"] = iso(from_epoch(event.at + 90))


def _run(world: "World") -> Json:
    """Write Seer's run down as servers of today do: a root cause and a plan, no change yet."""
    steps = (
        "The customer pays with NordPay, whose bank asks for a 3-D Secure challenge",
        "NordPay answers 202 with status pending_3ds and a redirect, without authorization",
        "authorize() indexes the reply and raises KeyError, so the order stays unpaid",
    )
    plan = (
        "Return a Pending attempt with the redirect when status is pending_3ds",
        "Authorize on the webhook charge.succeeded instead",
        "Cover both answers in tests of PaymentService.authorize",
    )
    return {
        "run_id": 77_120,
        "status": "NEED_MORE_INFORMATION",
        "updated_at": iso(world.now() - timedelta(hours=19)),
        "request": {},
        "codebases": {},
        "steps": [
            {
                "type": "root_cause_analysis",
                "title": "Root Cause Analysis",
                "status": "COMPLETED",
                "causes": [
                    {
                        "id": 0,
                        "description": _CAUSE,
                        "root_cause_reproduction": [{"title": step} for step in steps],
                    }
                ],
            },
            {
                "type": "solution",
                "title": "Solution",
                "status": "NEED_MORE_INFORMATION",
                "solution": [{"title": step} for step in plan],
            },
        ],
    }
