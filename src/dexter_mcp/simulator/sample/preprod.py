"""The mobile builds of Acme Shop, and pictures of its screens.

Worth finding: the build of pull request 412 is 3.4 MB larger than the one before, because of a
film that nobody compressed; on the pictures the pay button of the checkout has moved, which has
yet to be approved, and the old onboarding is gone.
"""

from datetime import timedelta
from hashlib import sha1
from typing import TYPE_CHECKING

from dexter_mcp.simulator.memory.preprod import (
    Build,
    Change,
    Component,
    Image,
    Revision,
    Snapshot,
)
from dexter_mcp.simulator.sample.people import ORG

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World

_APP = "test.acme.shop"
_FILM = Change("Assets/spring-sale.mov", 0, 3_390_412)
_FONT = Change("Fonts/AcmeSans.ttf", 182_004, 214_880)


def populate(world: "World") -> None:
    """Upload two iOS builds, an Android one, and the pictures that go with the iOS ones."""
    project = world.project(ORG, "mobile-app")
    if project is None:
        return
    before, after = _revision("main", None), _revision("feat/spring-sale", 412)
    old, new = ("5.21.0", 5210), ("5.22.0", 5218)
    days, hours = timedelta(days=3), timedelta(hours=9)
    first = _build(world, project.id, "61804", version=old, revision=before, age=days)
    second = _build(world, project.id, "61877", version=new, revision=after, age=hours)
    second.base, second.changes, second.downloads = first.id, [_FILM, _FONT], 4
    second.components.append(Component("spring-sale", "asset", _FILM.path, 3_201_118, _FILM.after))
    second.notes, second.groups = "Spring sale, for testing only.", ("qa", "product")
    android = _build(world, project.id, "61880", version=new, revision=after, age=hours)
    android.platform = "android"
    world.preprod.builds += [first, second, android]
    world.preprod.size_rules[project.id] = [
        {
            "id": "install-growth",
            "metric": "install_size",
            "measurement": "absolute_diff",
            "value": "1000000",
            "filterQuery": "git_head_ref:feat/*",
            "filters": [
                {
                    "key": "git_head_ref",
                    "conditions": [{"operator": "startsWith", "values": ["feat/"]}],
                }
            ],
            "artifactType": "main_artifact",
        }
    ]
    world.preprod.snapshots += _snapshots(world, project.id, before, after)
    world.preprod.snapshot_rules[project.id] = {
        "failOnAdded": False,
        "failOnRemoved": True,
        "failOnChanged": True,
        "failOnRenamed": False,
    }


def _build(
    world: "World",
    project: int,
    number: str,
    *,
    version: tuple[str, int],
    revision: Revision,
    age: timedelta,
) -> Build:
    return Build(
        id=number,
        org=ORG,
        project=project,
        app=_APP,
        name="Acme Shop",
        version=version[0],
        number=version[1],
        platform="apple",
        built=world.now() - age,
        revision=revision,
        components=[
            Component("Acme Shop", "app", "Acme Shop.app", 18_402_117, 47_118_306),
            Component("Watch", "watch", "Watch/Acme.app", 1_104_220, 2_818_004),
        ],
    )


def _snapshots(
    world: "World", project: int, before: Revision, after: Revision
) -> tuple[Snapshot, Snapshot]:
    base = Snapshot(
        "71002", ORG, project, _APP, world.now() - timedelta(days=3), before, _images("unchanged")
    )
    head = Snapshot(
        "71044", ORG, project, _APP, world.now() - timedelta(hours=9), after, _images("changed")
    )
    head.base = base.id
    return base, head


def _images(checkout: str) -> list[Image]:
    """Take the pictures; `checkout` is what became of the screen where one pays."""
    fresh = checkout != "unchanged"
    return [
        Image("cart/empty.png", "Empty cart", "cart"),
        Image("cart/three-items.png", "Cart with three items", "cart"),
        Image("checkout/pay.png", "Pay", "checkout", verdict=checkout, diff=4.7 if fresh else 0.0),
        Image("checkout/pay-dark.png", "Pay, dark", "checkout", theme="dark"),
        Image("sale/banner.png", "Spring sale", "sale", verdict="added" if fresh else "unchanged"),
        Image(
            "onboarding/welcome.png",
            "Welcome",
            "onboarding",
            verdict="removed" if fresh else "unchanged",
        ),
    ]


def _revision(branch: str, pull_request: int | None) -> Revision:
    head, base = (
        sha1(f"{name} of the app".encode(), usedforsecurity=False).hexdigest()
        for name in (branch, "main before")
    )
    return Revision(head, base, branch, pull_request=pull_request)
