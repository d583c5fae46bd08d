"""Sessions of Storefront and of the app, told with the first question about one.

What there is to find:

- The newest session with `OrderRejected` in Storefront: somebody changes the cart, goes to pay,
  clicks `button#pay` without an answer (dead), then nine times in four seconds (rage), while
  `POST /api/orders` answers 409; the error follows at once.
- `button#pay` is what is clicked in vain most of all.
- Most other sessions end with an error of a real issue; some are calm, and one is archived.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Final

from dexter_mcp.simulator.intake.loose import mapping, mappings, text
from dexter_mcp.simulator.memory.replays import DeletionJob, Replay, Step, StepKind
from dexter_mcp.simulator.memory.store import Event
from dexter_mcp.simulator.sample.people import ORG
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.telling.visitors import visitor

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World

_SHOP: Final = "https://shop.acme.test"
_API: Final = "https://api.acme.test"
_PAY: Final = "button#pay"
_STORY: Final = "OrderRejected"
_FROM_ISSUES: Final = (
    ("storefront", _STORY, 4),
    ("storefront", "ZodError", 3),
    ("storefront", "TypeError: provider.mount", 2),
    ("storefront", "TypeError: Cannot read properties of undefined (reading 'fields')", 2),
    ("storefront", "TypeError: analytics.track", 1),
    ("storefront", "PaymentError", 1),
    ("mobile-app", "NoSuchElementException", 3),
    ("mobile-app", "SyntaxError: JSON Parse error", 2),
    ("mobile-app", "EXC_BREAKPOINT: Unexpectedly found nil", 1),
)
"""Project, beginning of the issue's title, sessions."""
_CALM: Final = 6
_KINDS: Final = {"navigation": "page", "ui.click": "click", "ui.input": "input"}
_VERSION: Final = re.compile(r"(?P<name>.*?) (?P<version>[0-9][0-9.]*)")


def populate(world: "World") -> None:
    """Let the world have replays as soon as someone asks about one."""
    world.replays.tell_later(lambda: _sessions(world))
    storefront, now = world.project(ORG, "storefront"), world.now()
    if storefront:
        world.replays.jobs.append(
            DeletionJob(
                number=501,
                project=storefront.id,
                status="completed",
                query="user.email:*@staff.acme.test",
                environments=("staging",),
                start=now - timedelta(days=60),
                end=now - timedelta(days=30),
                created=now - timedelta(days=9),
                deleted=212,
            )
        )


def _sessions(world: "World") -> Iterator[Replay]:
    chance = Random(f"{world.seed}:replays")
    for slug, title, count in _FROM_ISSUES:
        for place, event in enumerate(_events(world, slug, title, count)):
            yield _ended_by(world, event, chance, story=title == _STORY and not place)
    storefront = world.project(ORG, "storefront")
    if storefront:
        for number in range(_CALM):
            at = world.now().timestamp() - 5_400 - 17_000 * number
            yield _calm(storefront.id, at, chance, archived=number == _CALM - 1)


def _events(world: "World", slug: str, title: str, count: int) -> list[Event]:
    project = world.project(ORG, slug)
    for issue in world.issues.values():
        if project and issue.project == project.id and issue.title.startswith(title):
            return list(world.store.find(world.events_of(issue))[:count])
    return []


def _ended_by(world: "World", event: Event, chance: Random, *, story: bool) -> Replay:
    """Tell the session that an event ended, out of what its breadcrumbs say."""
    payload, tags = world.payload(event), world.store.tags(event)
    mobile = world.projects[event.project].slug == "mobile-app"
    steps = tuple(_paying() if story else _remembered(payload, mobile=mobile, chance=chance))
    moment = steps[-1].at + (0.4 if story else chance.uniform(0.3, 2))
    # Sessions go on for a while: people look at what went wrong before they leave.
    duration = round(moment + chance.uniform(3, 20))
    return Replay(
        id=f"{chance.getrandbits(128):032x}",
        project=event.project,
        user=visitor(event.user) if event.user else {},
        started=event.at - moment,
        duration=duration,
        steps=steps,
        environment=event.environment,
        release=event.release,
        platform="mobile" if mobile else "javascript",
        errors=(event.id,),
        traces=(event.trace,) if event.trace else (),
        browser=_split(tags.get("browser", "")),
        system=_split(tags.get("os", "")),
        device=tags.get("device", ""),
        tags=tuple((key, tags[key]) for key in ("locale", "transaction") if key in tags),
        viewers=("lena@acme.test", "karim@acme.test") if story else (),
        buffered=not story and chance.random() < 0.4,  # noqa: PLR2004 - two in five
    )


def _split(named: str) -> tuple[str, str]:
    found = _VERSION.fullmatch(named)
    return (found["name"], found["version"]) if found else (named, "")


def _paying() -> Iterator[Step]:
    """Tell of the one who could not pay."""
    yield Step(0.0, "page", f"{_SHOP}/products/trail-tent-3")
    yield Step(9.2, "click", "button.add-to-cart")
    yield Step(9.6, "request", f"PATCH {_API}/api/cart 200")
    yield Step(14.1, "click", 'a.cart-link[href="/cart"]')
    yield Step(14.4, "page", f"{_SHOP}/cart")
    yield Step(14.9, "request", f"GET {_SHOP}/api/cart 200")
    yield Step(31.7, "click", "button.quantity-plus")
    yield Step(32.0, "request", f"PATCH {_API}/api/cart 200")
    yield Step(38.3, "click", "a.to-checkout")
    yield Step(38.8, "page", f"{_SHOP}/checkout/address")
    yield Step(52.5, "input", 'input[name="street"]')
    yield Step(66.0, "click", "button.continue")
    yield Step(66.4, "page", f"{_SHOP}/checkout/payment")
    yield Step(67.1, "request", f"GET {_API}/api/checkout 200")
    yield Step(80.2, "dead", _PAY)
    yield Step(87.5, "console", "checkout: cart version 7 is not 8", level="warning")
    yield Step(90.0, "rage", _PAY, times=9)
    yield Step(93.8, "request", f"POST {_SHOP}/api/orders 409")
    yield Step(94.0, "console", 'OrderRejected: 409 {"error":"cart changed"}', level="error")


def _remembered(payload: Json, *, mobile: bool, chance: Random) -> Iterator[Step]:
    """Put the breadcrumbs of an event one after the other, from the page that it began on."""
    at, base = 0.0, "" if mobile else _SHOP
    yield Step(at, "page", "HomeScreen" if mobile else f"{_SHOP}/")
    for crumb in mappings(mapping(payload.get("breadcrumbs")).get("values")):
        at += chance.uniform(1.5, 12)
        if step := _of_crumb(crumb, round(at, 1), base):
            yield step
            if step.what == _PAY and chance.random() < 0.7:  # noqa: PLR2004 - most try again
                at += 1.5
                kind: StepKind = "rage" if chance.random() < 0.3 else "dead"  # noqa: PLR2004
                yield Step(round(at, 1), kind, _PAY, times=6 if kind == "rage" else 1)


def _of_crumb(crumb: Json, at: float, base: str) -> Step | None:
    data, category = mapping(crumb.get("data")), text(crumb.get("category"))
    if url := text(data.get("url")):
        return Step(at, "request", f"{data.get('method')} {url} {data.get('status_code') or 0}")
    if to := text(data.get("to")):
        return Step(at, "page", f"{base}{to}")
    kind = _KINDS.get(category)
    said = text(crumb.get("message"))
    if kind == "click" and said:
        return Step(at, "click", said)
    return Step(at, "console", said, level=text(crumb.get("level")) or "info") if said else None


def _calm(project: int, at: float, chance: Random, *, archived: bool) -> Replay:
    """Tell of someone who looks around and leaves."""
    steps = [Step(0.0, "page", f"{_SHOP}/")]
    for page in chance.sample(["/search", "/products/wool-socks", "/products/enamel-mug"], 2):
        steps.append(Step(steps[-1].at + 8, "click", "a.product-card"))
        steps.append(Step(steps[-1].at + 0.5, "page", f"{_SHOP}{page}"))
    if chance.random() < 0.3:  # noqa: PLR2004 - three in ten
        steps.append(Step(steps[-1].at + 4, "dead", "ul.gallery > li > img"))
    return Replay(
        id=f"{chance.getrandbits(128):032x}",
        project=project,
        user=visitor(f"id:{chance.randrange(1, 40_000)}"),
        started=at,
        duration=round(steps[-1].at) + 11,
        steps=tuple(steps),
        release="storefront@8.4.1",
        browser=("Chrome", "141"),
        archived=archived,
    )
