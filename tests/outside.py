"""A small world that is connected to the outside, and every order that Sentry takes about it."""

from dataclasses import dataclass, field
from typing import Any

import httpx2

from contract import ORG, PROJECT, complaint
from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.integrations import App, CodeMapping, Integration, Repository
from dexter_mcp.simulator.memory.outgoing import Forwarder
from dexter_mcp.simulator.memory.preprod import Image, Revision, Snapshot
from dexter_mcp.simulator.memory.releases import Artifact
from dexter_mcp.simulator.memory.replays import Replay
from dexter_mcp.simulator.memory.settings import External
from small_world import BORN, Caller

HERE = "/organizations/acme/"
THERE = "/projects/acme/checkout/"
REPLAY = "7e1a" * 8
SHA, BASE = "a" * 40, "b" * 40

_CI = frozenset({"project:write", "project:admin", "project:releases", "org:ci"})
_UNRELEASE = frozenset({"project:admin", "project:releases"})
_ORG = frozenset({"org:write", "org:admin"})
_PROJECT = frozenset({"project:write", "project:admin"})
_RELEASES = "releases/checkout@1.0.0/"
_FORM = {"file": ("app.js", b"alert(1)", "text/javascript")}
_ACTOR = {"external_name": "@new", "provider": "github", "integration_id": 1}
_FORWARDING = {"provider": "segment", "config": {"write_key": "key"}}
_COMMIT = {"sha": SHA, "repository": "acme/checkout", "provider": "github"}


@dataclass(frozen=True)
class Order:
    """A request that changes something, with what it needs and how it is answered."""

    method: str
    described: str
    path: str
    scopes: frozenset[str]
    status: int = 200
    body: dict[str, Any] | None = None
    files: dict[str, Any] = field(default_factory=dict[str, Any])

    async def give(self, caller: Caller) -> httpx2.Response:
        if self.files:
            return await caller.http.post(f"/api/0{self.path}", files=self.files)
        return await caller.send(self.method, self.path, self.body)

    def complaint(self, reply: Any) -> str:
        return complaint(self.described, reply, self.method)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def connect(world: World) -> World:
    """Give a small world what can be changed and deleted; ids are those that `ORDERS` name."""
    kept, checkout = world.integrations, next(iter(world.projects))
    kept.installed += [
        Integration("1", "acme", "github", "hub"),
        Integration("2", "acme", "slack", "chat"),
    ]
    kept.repositories.append(
        Repository("11", "acme", "acme/checkout", "https://git.test/c", BORN, integration="1")
    )
    kept.code_mappings.append(CodeMapping("21", checkout, "11", "shop/", "src/shop/"))
    kept.apps += [
        App(31, "acme", "bot", "Bot", "b" * 32, {"acme": "installed"}, events=("issue",)),
        App(32, "acme", "known", "Known", "c" * 32, {}, status="published"),
        App(33, "others", "foreign", "Far", "d" * 32, {"acme": "pending"}, status="published"),
    ]
    world.settings.external += [
        External("41", "acme", "user:mira@acme.test", "slack", "mira", "2"),
        External("42", "acme", "team:storefront", "slack", "shop", "2"),
    ]
    world.outgoing.forwarders.append(
        Forwarder("51", "acme", "splunk", {"token": "t"}, BORN, [checkout])
    )
    shot = Revision(BASE, "", "main")
    images = [Image("pay.png", "Pay", "pay", content="1"), Image("old.png", "Old", "", content="2")]
    world.preprod.snapshots.append(Snapshot("61", "acme", checkout, "app", BORN, shot, images))
    began = BORN.timestamp() - 3_600
    world.replays.add(Replay(REPLAY, checkout, {"id": "7"}, began, 60, ()))
    world.shipping.keep("acme", "checkout@1.0.0", Artifact(71, "~/app.js", 3, BORN))
    return world


def _files(whose: str, described: str) -> list[Order]:
    files, known = f"{whose}{_RELEASES}files/", f"{described}releases/{{version}}/files/"
    one = f"{known}{{file_id}}/"
    return [
        Order("POST", known, files, _CI, 201, files=_FORM),
        Order("PUT", one, f"{files}71/", _CI, body={"name": "~/new.js"}),
        Order("DELETE", one, f"{files}71/", _UNRELEASE, 204),
    ]


_APP, _USER = "/api/0/sentry-apps/{sentry_app_id_or_slug}/", f"{ORG}external-users/"
_TEAM = "/api/0/teams/{organization_id_or_slug}/{team_id_or_slug}/external-teams/"
_TEAM_HERE = "/teams/acme/storefront/external-teams/"
_RANGE: dict[str, Any] = {
    "data": {
        "rangeStart": "2026-08-12T08:00:00Z",
        "rangeEnd": "2026-08-12T09:00:00Z",
        "environments": [],
        "query": None,
    }
}

ORDERS = [
    Order(
        "POST",
        f"{ORG}releases/",
        f"{HERE}releases/",
        _CI,
        201,
        {"version": "9", "projects": ["checkout"]},
    ),
    Order("PUT", f"{ORG}releases/{{version}}/", f"{HERE}{_RELEASES}", _CI, body={"ref": "1"}),
    Order("DELETE", f"{ORG}releases/{{version}}/", f"{HERE}{_RELEASES}", _UNRELEASE, 204),
    Order(
        "POST",
        f"{ORG}releases/{{version}}/deploys/",
        f"{HERE}{_RELEASES}deploys/",
        _CI,
        201,
        {"environment": "production"},
    ),
    *_files(HERE, ORG),
    *_files(THERE, PROJECT),
    Order(
        "DELETE",
        f"{ORG}integrations/{{integration_id}}/",
        f"{HERE}integrations/1/",
        frozenset({"org:admin", "org:integrations"}),
        204,
    ),
    Order("PUT", _APP, "/sentry-apps/bot/", _ORG, body={"name": "Robot"}),
    Order("DELETE", _APP, "/sentry-apps/31/", frozenset({"org:admin"}), 204),
    Order("POST", _USER, f"{HERE}external-users/", _ORG, 201, {**_ACTOR, "user_id": 44}),
    Order(
        "PUT",
        f"{_USER}{{external_user_id}}/",
        f"{HERE}external-users/41/",
        _ORG,
        body={"external_name": "mira v"},
    ),
    Order("DELETE", f"{_USER}{{external_user_id}}/", f"{HERE}external-users/41/", _ORG, 204),
    Order("POST", _TEAM, _TEAM_HERE, frozenset({"team:write", "team:admin"}), 201, _ACTOR),
    Order(
        "PUT",
        f"{_TEAM}{{external_team_id}}/",
        f"{_TEAM_HERE}42/",
        frozenset({"team:write", "team:admin"}),
        body=_ACTOR,
    ),
    Order(
        "DELETE",
        f"{_TEAM}{{external_team_id}}/",
        f"{_TEAM_HERE}42/",
        frozenset({"team:admin"}),
        204,
    ),
    Order(
        "POST",
        f"{ORG}forwarding/",
        f"{HERE}forwarding/",
        frozenset({"org:write"}),
        201,
        _FORWARDING,
    ),
    Order(
        "PUT",
        f"{ORG}forwarding/{{data_forwarder_id}}/",
        f"{HERE}forwarding/51/",
        frozenset({"org:write"}),
        body=_FORWARDING,
    ),
    Order(
        "DELETE",
        f"{ORG}forwarding/{{data_forwarder_id}}/",
        f"{HERE}forwarding/51/",
        frozenset({"org:write"}),
        204,
    ),
    Order(
        "POST",
        f"{PROJECT}replays/jobs/delete/",
        f"{THERE}replays/jobs/delete/",
        _PROJECT,
        201,
        _RANGE,
    ),
    Order(
        "DELETE",
        f"{PROJECT}replays/{{replay_id}}/",
        f"{THERE}replays/{REPLAY}/",
        _PROJECT,
        204,
    ),
    Order(
        "POST",
        f"{PROJECT}preprod/size-analysis/status-checks/skip/",
        f"{THERE}preprod/size-analysis/status-checks/skip/",
        _CI,
        body=_COMMIT,
    ),
    Order(
        "POST",
        f"{PROJECT}preprod/snapshots/status-checks/skip/",
        f"{THERE}preprod/snapshots/status-checks/skip/",
        _CI,
        body=_COMMIT,
    ),
    Order(
        "DELETE",
        f"{ORG}preprodartifacts/snapshots/{{snapshot_id}}/",
        f"{HERE}preprodartifacts/snapshots/61/",
        _UNRELEASE,
        204,
    ),
    Order(
        "POST",
        f"{PROJECT}preprodartifacts/snapshots/",
        f"{THERE}preprodartifacts/snapshots/",
        _CI,
        body={"app_id": "app", "images": {"pay.png": {"width": 1, "height": 2}}},
    ),
    Order(
        "POST",
        f"{PROJECT}repo/",
        f"{THERE}repo/",
        _PROJECT,
        201,
        {"repositoryId": 11},
    ),
]
"""Each operation of Sentry's about releases and the outside that changes something."""
