"""How Acme Shop ships: staging first, production an hour or two later, and what goes along.

Every release reaches staging ten minutes after it was made and production within three hours; of
`checkout@4.16.0`, made 51 hours ago, production got hold 50.6 hours ago, which is when the pay
regression came back. `inventory@1.41.0` went to production a second time, after
`inventory@1.41.1` had been there for six hours: a rollback. `storefront` and `mobile-app` upload
source maps. `checkout` holds its releases to two thresholds in production.
"""

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from dexter_mcp.simulator.sample.people import ORG, RELEASES, Release

if TYPE_CHECKING:
    from datetime import datetime

    from dexter_mcp.simulator.world import World

REGRESSION = "checkout@4.16.0"
ROLLED_BACK = "inventory@1.41.1"
RETURNED = "inventory@1.41.0"
BUNDLES = {
    "storefront": ("~/static/app.js", "~/static/checkout.js", "~/static/vendor.js"),
    "mobile-app": ("~/index.android.bundle", "~/main.jsbundle"),
}
"""The scripts whose source maps are uploaded with each release."""


def populate(world: "World") -> None:
    """Deploy every release of the sample, and upload what belongs to it."""
    for release in sorted(RELEASES, key=lambda release: release.age, reverse=True):
        _ship(world, release)
    _roll_back(world)
    for kind, trigger, value in (
        ("crash_free_session_rate", "under", 99),
        ("new_issue_count", "over", 3),
    ):
        world.shipping.watch(
            ORG,
            "checkout",
            kind=kind,
            trigger=trigger,
            value=value,
            seconds=86_400,
            environment="production",
        )


def reached_production(release: Release) -> timedelta:
    """Say how long after it was made a release reached production."""
    if release.version == REGRESSION:
        return timedelta(minutes=24)
    return timedelta(minutes=Random(f"ship {release.version}").randrange(55, 170))


def _ship(world: "World", release: Release) -> None:
    made = world.now() - release.age
    _deploy(world, release.version, "staging", made + timedelta(minutes=10))
    _deploy(world, release.version, "production", made + reached_production(release))
    chance = Random(f"files {release.version}")
    for script in BUNDLES.get(release.project, ()):
        size = chance.randrange(40_000, 900_000)
        world.shipping.upload(ORG, release.version, script, size=size, created=made)
        world.shipping.upload(ORG, release.version, f"{script}.map", size=size * 4, created=made)


def _roll_back(world: "World") -> None:
    latest = next(release for release in RELEASES if release.version == ROLLED_BACK)
    back = world.now() - latest.age + reached_production(latest) + timedelta(hours=6)
    _deploy(world, RETURNED, "production", back)


def _deploy(world: "World", version: str, environment: str, finished: "datetime") -> None:
    started = finished - timedelta(minutes=4)
    world.shipping.deploy(ORG, version, environment, started=started, finished=finished)
