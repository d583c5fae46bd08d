"""How Acme Shop set Sentry up: who owns what, what is dropped, who has not joined yet.

Worth finding: payments belong to the team payments and to Mira by rule; the key of checkout's
batch jobs lets through 300 events a minute, and that of the old kiosk is off; storefront hides
the preview of a pull request and drops what browser extensions throw; the iOS build 5.21.0 of
mobile-app came without its debug files; Karim has not been seen for two months; an auditor's
invitation ran out.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from hashlib import sha1
from typing import TYPE_CHECKING
from uuid import UUID

from dexter_mcp.simulator.memory.settings import (
    Account,
    External,
    Invitation,
    Ownership,
    ProjectKey,
)
from dexter_mcp.simulator.sample.people import ORG
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World

_DAY = timedelta(days=1)

_OWNERSHIP: Mapping[str, str] = {
    "checkout": """\
# Whoever touches money looks after it.
path:shop/* #payments
path:shop/payments/* #payments mira@acme.test
path:shop/checkout/webhooks.py tomas@acme.test
path:shop/cart/* ines@acme.test
path:shop/shipping/* #platform jonas@acme.test
tags.payment_provider:cardlink ines@acme.test
url:*/api/orders/*/pay #payments
""",
    "storefront": """\
path:*src/cart/* lena@acme.test
path:*src/checkout/* #storefront lena@acme.test
path:*src/product/* yuki@acme.test
path:*src/analytics/* arjun@acme.test
url:https://*/account/* #storefront
""",
    "inventory": """\
module:test.acme.inventory.* #platform
module:test.acme.inventory.stock.* sofia@acme.test
module:test.acme.inventory.sync.* karim@acme.test
""",
    "gateway": """\
path:internal/* #platform
path:internal/limit/* jonas@acme.test
path:internal/auth/* karim@acme.test
""",
    "mobile-app": """\
path:*.kt noor@acme.test
path:*.swift diego@acme.test
tags.os.name:iOS #mobile
""",
}

_FILTERS: Mapping[str, dict[str, bool | list[str]]] = {
    "checkout": {"localhost": True, "web-crawlers": True, "filtered-transaction": True},
    "storefront": {
        "browser-extensions": True,
        "localhost": True,
        "web-crawlers": True,
        "legacy-browsers": ["ie", "opera_mini"],
    },
    "gateway": {"filtered-transaction": True},
}

_LAST_SEEN: Mapping[str, tuple[float, bool]] = {
    "mira": (0.02, True),
    "tomas": (0.1, True),
    "ines": (0.4, True),
    "yuki": (0.2, True),
    "lena": (1.1, True),
    "jonas": (0.3, True),
    "karim": (63, False),
    "sofia": (2.5, True),
    "noor": (0.6, True),
    "diego": (4.2, True),
    "arjun": (0.9, False),
}
"""Days since they were last seen, and whether they have a second factor."""

_BUILDS = (
    ("5.21.0", 68, False),
    ("5.20.0", 186, True),
    ("5.19.0", 370, True),
    ("5.18.0", 622, True),
)
"""Versions of the app, their age in hours, and whether the debug files for iOS were uploaded."""


def populate(world: "World") -> None:
    """Set up the projects, teams and accounts that `world` has already."""
    _project_settings(world)
    _keys(world)
    _mobile(world)
    _people(world)
    world.settings.relays[ORG] = [
        {
            "relayId": str(_uuid("relay")),
            "version": "26.7.1",
            "publicKey": "hIvE7x2mQk0cV5yB1nLr8tWzP3sJ6dGaFqUoXeYbCi4",
            "firstSeen": iso(world.now() - 210 * _DAY),
            "lastSeen": iso(world.now() - timedelta(minutes=9)),
        }
    ]


def _project_settings(world: "World") -> None:
    settings, now = world.settings, world.now()
    for slug, rules in _OWNERSHIP.items():
        written = now - 24 * _DAY
        settings.ownership[_number(world, slug)] = Ownership(rules, written - 300 * _DAY, written)
    for slug, chosen in _FILTERS.items():
        settings.filters[_number(world, slug)] = dict(chosen)
    storefront = _number(world, "storefront")
    settings.options[storefront] = {
        "filters:error_messages": "ResizeObserver loop*\n*chatterly.example*"
    }
    world.add_environment(ORG, "storefront", "preview-1482")
    settings.hidden.add((storefront, "preview-1482"))
    settings.details[storefront] = {"resolveAge": 720, "defaultEnvironment": "production"}


def _keys(world: "World") -> None:
    settings, checkout = world.settings, _number(world, "checkout")
    batch = ProjectKey(_uuid("batch").hex, "Batch jobs", world.now() - 118 * _DAY)
    kiosk = ProjectKey(_uuid("kiosk").hex, "Old kiosk", world.now() - 900 * _DAY, active=False)
    settings.keys[checkout] = [batch, kiosk]
    settings.limits[batch.public] = (300, 60)
    settings.hooks[checkout] = [
        {
            "id": _uuid("hook").hex,
            "url": "https://bots.acme.test/sentry/checkout?token=5f1e",
            "secret": "a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3",
            "status": "active",
            "events": ["event.alert"],
            "dateCreated": iso(world.now() - 75 * _DAY),
        }
    ]


def _mobile(world: "World") -> None:
    settings, app = world.settings, _number(world, "mobile-app")
    settings.debug_files[app] = list(_debug_files(world))
    settings.details[app] = {"builtinSymbolSources": ["ios"]}
    settings.symbol_sources[app] = [
        {
            "id": str(_uuid("symbols")),
            "type": "http",
            "name": "Acme symbols",
            "url": "https://symbols.acme.test/",
            "username": "sentry",
            "password": {"hidden-secret": True},
            "layout": {"type": "unified", "casing": "lowercase"},
            "filters": {"filetypes": ["mach_debug", "mach_code"]},
            "is_public": False,
        }
    ]


def _debug_files(world: "World") -> Iterator[Json]:
    for version, hours, has_ios in _BUILDS:
        at = iso(world.now() - timedelta(hours=hours - 1))
        yield _file(f"mapping-{version}.txt", f"mapping-{version}.txt", "proguard", at)
        if has_ios:
            yield _file(f"AcmeShop {version}", "AcmeShop", "macho", at)
            yield _file(f"AcmeKit {version}", "AcmeKit", "macho", at)


def _file(name: str, shown: str, kind: str, at: str) -> Json:
    """Invent a debug file; whatever nobody reads follows from its name."""
    number = _uuid(name)
    native = kind == "macho"
    return {
        "id": str(int(number) % 90_000 + 10_000),
        "uuid": str(number),
        "debugId": str(number),
        "codeId": number.hex if native else None,
        "cpuName": "arm64" if native else "any",
        "objectName": shown,
        "symbolType": kind,
        "headers": {"Content-Type": f"text/x-{kind}+plain"},
        "size": 3_000_000 + int(number) % 30_000_000,
        "sha1": sha1(name.encode(), usedforsecurity=False).hexdigest(),
        "dateCreated": at,
        "data": {
            "type": "dbg" if native else "mapping",
            "features": ["symtab", "debug", "unwind"] if native else ["mapping"],
        },
    }


def _people(world: "World") -> None:
    settings, now = world.settings, world.now()
    for key, (days, has_2fa) in _LAST_SEEN.items():
        settings.accounts[f"{key}@acme.test"] = Account(now - days * _DAY, has_2fa)
    settings.team_admins |= {("payments", "tomas@acme.test"), ("platform", "jonas@acme.test")}
    invited = (
        ("priya@acme.test", "member", "storefront", "Lena Brandt", 2, False),
        ("audit@ledgerworks.example", "billing", "", "Mira Voss", 41, True),
    )
    for email, role, team, inviter, days, expired in invited:
        number, at = settings.next_id(900), now - days * _DAY
        settings.invitations.append(
            Invitation(number, ORG, email, role, [team] if team else [], inviter, at, expired)
        )
    known_as = (
        ("team:payments", "github", "@acme/payments"),
        ("team:payments", "slack", "#payments-alerts"),
        ("team:platform", "github", "@acme/platform"),
        ("user:mira@acme.test", "github", "@miravoss"),
        ("user:jonas@acme.test", "github", "@jonasek"),
    )
    for owner, provider, name in known_as:
        number = settings.next_id(2_000)
        integration = {"github": "88001", "slack": "88002"}[provider]
        settings.external.append(External(number, ORG, owner, provider, name, integration))


def _number(world: "World", slug: str) -> int:
    return next(project.id for project in world.projects_of(ORG) if project.slug == slug)


def _uuid(name: str) -> UUID:
    return UUID(sha1(f"acme {name}".encode(), usedforsecurity=False).hexdigest()[:32])
