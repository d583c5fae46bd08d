"""A fortnight of traces at Acme Shop, made with the first question about them.

What there is to find:

- `/api/checkout` in checkout takes about twice as long (p95) since checkout@4.16.0: the span
  `POST https://api.nordpay.example/v3/charges` does. The storefront's `/checkout/payment` and the
  app's `CartScreen`, which wait for it, feel it too; `/api/orders/{order_id}/pay` shares it.
- `/api/orders` asks for the shipment of each order, 25 queries in a row, since checkout@4.15.0
  (the events of the issue about it, which are told elsewhere, name older releases as well).
- `/api/shipping/quotes` became faster with checkout@4.16.0.
- `HomeScreen` of the app loads the whole catalogue since 5.21.0.
- `GET /api/stock` of the gateway fails about every tenth time, `/api/orders/{order_id}/pay` every
  fifth, most others hardly ever.
- `reports.tasks.exports.export_orders` is the longest task, longer since reports@f90c6d38a714.
- The first and the last event of every issue, and one in forty of the others, happen inside a
  transaction of their trace. The rest were not sampled: their traces show the error alone.
- Every event of a performance issue is a transaction, with the spans that its payload shows.
"""

from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from dexter_mcp.simulator.intake.loose import mapping, text
from dexter_mcp.simulator.sample.people import ORG
from dexter_mcp.simulator.sample.playing import Player, Root, Visit
from dexter_mcp.simulator.sample.traffic import Place, places
from dexter_mcp.simulator.telling.visitors import visitor

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World

_DAYS = 14
_VISITORS = 40_000
_SAMPLED = 40
_CALM = 8
"""Visits without an error, for each place that only errors speak of."""
_STAGING = 0.07
_QUIET = 0.3
"""How many of the visits of the busiest hours there are at night."""
_WITH_USERS = ("pageload", "ui.load", "http.server")
_SERVING = ("http.server", "queue.task", "task")
_LATE = 0.94
"""How much of a transaction has passed when it fails."""
_EVENTS = """
    SELECT project, at, environment, release, user, trace, body,
           coalesce((SELECT value FROM traits
                     WHERE traits.body = events.body AND key = 'transaction'), 'unknown')
    FROM events JOIN bodies USING (body)
    WHERE trace != '' AND bodies.type IN ('error', 'default') AND NOT occurrence
      AND (seq % ? = 0 OR (issue, at) IN (
           SELECT issue, min(at) FROM events GROUP BY issue
           UNION SELECT issue, max(at) FROM events GROUP BY issue))
    ORDER BY seq
"""


def populate(world: "World") -> None:
    """Let the world have traces as soon as someone asks about one."""
    end = world.now().timestamp()
    world.telemetry.fill_later(lambda: _fill(world, end))


def _fill(world: "World", end: float) -> None:
    traffic = _Traffic(world, end)
    traffic.pass_by()
    traffic.fail()
    world.telemetry.add_spans(traffic.player.spans)
    users = {span.user for span in traffic.player.spans if span.user}
    world.store.add_users({user: visitor(user) for user in sorted(users)})


class _Error(NamedTuple):
    project: int
    at: float
    environment: str
    release: str
    user: str
    trace: str
    body: int
    transaction: str


class _Traffic:
    """What goes on at Acme Shop until `end`."""

    def __init__(self, world: "World", end: float) -> None:
        self.world = world
        self.end = end
        self.chance = Random(f"{world.seed}:traffic")
        self.places = dict(places())
        projects = {project.slug: project for project in world.projects_of(ORG)}
        self.player = Player(self.places, projects, world, self.chance)

    def pass_by(self) -> None:
        """Let people and clocks begin what they begin."""
        for place in self.places.values():
            self._repeat(place, round(place.visits * _DAYS))

    def fail(self) -> None:
        """Give the errors that were sampled a transaction to happen in."""
        known = {(place.project, place.name): place for place in self.places.values()}
        rows = self.world.telemetry.rows(_EVENTS, (_SAMPLED,))
        for error in (_Error(*row) for row in rows):
            slug = self.world.projects[error.project].slug
            sent = mapping(
                mapping(self.world.store.bodies[error.body].get("contexts")).get("trace")
            )
            place = known.get((slug, error.transaction))
            if place is None:
                place = Place(slug, text(sent.get("op")), 45, 0, 0, error.transaction, ())
                known[slug, error.transaction] = place
                self._repeat(place, _CALM)
            root = Root(text(sent.get("span_id")), None, error.release, place.op in _SERVING)
            visit = Visit(error.trace, error.environment, error.user)
            self._end_at(error.at, place, visit, root)

    def _repeat(self, place: Place, count: int) -> None:
        for at in _moments(self.end, count, self.chance):
            self.player.play(place, _visit(place, self.chance), None, at)

    def _end_at(self, at: float, place: Place, visit: Visit, root: Root) -> None:
        """Play a transaction of which most had passed at a moment."""
        spans = self.player.spans
        before = len(spans)
        took = self.player.run(place, visit, root, at).milliseconds / 1000
        spans[before:] = [span._replace(at=span.at - took * _LATE) for span in spans[before:]]


def _moments(end: float, count: int, chance: Random) -> Iterator[float]:
    """Spread visits over the days, fewer of them at night."""
    while count:
        at = end - chance.random() * _DAYS * 86_400
        by_day = 5 <= at / 3_600 % 24 < 21  # noqa: PLR2004 - the hours, in UTC, at which Norway is awake
        if by_day or chance.random() < _QUIET:
            count -= 1
            yield at


def _visit(place: Place, chance: Random) -> Visit:
    trace = f"{chance.getrandbits(128):032x}"
    environment = "staging" if chance.random() < _STAGING else "production"
    named = place.op in _WITH_USERS and place.project != "inventory"
    return Visit(trace, environment, f"id:{chance.randrange(1, _VISITORS)}" if named else "")
