"""Calls that change what ties Sentry to the outside."""

from collections.abc import Mapping
from typing import Final

from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.integrations import App, Integration, Repository
from dexter_mcp.simulator.memory.outgoing import Forwarder
from dexter_mcp.simulator.memory.preprod import Image, Revision, Snapshot
from dexter_mcp.simulator.memory.replays import Replay
from dexter_mcp.simulator.memory.settings import External
from orders.case import Case, told

_REPLAY: Final = "a1" * 16
_SHA: Final = "5b" * 20
_CHECK: Final = ("project=checkout", f"sha={_SHA}", "repository=acme/shop", "provider=github")
_QUEUE: Final = (
    '{"queue_url": "https://sqs.eu-west-1.queues.test/1/events", "region": "eu-west-1", '
    '"access_key": "key-1", "secret_key": "key-2"}'
)


def settle(world: World) -> None:
    """Connect a chat, an app, a repository and a forwarder, and record a session."""
    now, connected = world.now(), world.integrations
    connected.installed.append(Integration("31", "acme", "slack", "Acme Chat"))
    connected.repositories.append(
        Repository("61", "acme", "acme/shop", "https://code.test/acme/shop", now, integration="31")
    )
    connected.apps.append(
        App(71, "acme", "shipper-717171", "Shipper", "7a5e0d6c", {"acme": "installed"})
    )
    for number, owner in (("802", "team:payments"), ("801", "user:mira@acme.test")):
        elsewhere = External(number, "acme", owner, "slack", f"@{number}", "31", f"U{number}")
        world.settings.external.append(elsewhere)
    config = {"instance_URL": "https://logs.test", "index": "main", "source": "sentry"}
    forwarder = Forwarder("301", "acme", "splunk", {**config, "token": "t-1"}, now, [])
    world.outgoing.forwarders.append(forwarder)
    project = min(world.projects)
    started = now.timestamp() - 3_600
    world.replays.add(Replay(_REPLAY, project, {"id": "7"}, started, 60, ()))
    images = [Image("home.png", "Home", "shop")]
    revision = Revision(_SHA, "", "main")
    world.preprod.snapshots.append(
        Snapshot("72001", "acme", project, "test.acme.shop", now, revision, images)
    )


def _mira(world: World) -> str:
    member = world.member("acme", "mira@acme.test")
    return f"user_id={member.user_id if member else ''}"


def _same_user(world: World) -> list[str]:
    return ["external_user=801", _mira(world), "id=801", *_name("@mira.voss")]


def _name(name: str) -> list[str]:
    return [f"external_name={name}", "provider=slack", "integration_id=31"]


def _forwarded(world: World) -> list[str]:
    project = min(world.projects)
    return ["data_forwarder=301", f"project_ids={project}"]


CASES: Final[Mapping[str, Case]] = {
    "update_sentry_app": told("sentry_app=shipper-717171", "isAlertable=true"),
    "delete_sentry_app": told("sentry_app=shipper-717171"),
    "create_external_user": Case(lambda world: [_mira(world), "id=0", *_name("@voss")]),
    "update_external_user": Case(_same_user),
    "delete_external_user": told("external_user=801", but=["id"]),
    "create_external_team": told("team=payments", *_name("#payments")),
    "update_external_team": told("team=payments", "external_team=802", *_name("#pay")),
    "delete_external_team": told("team=payments", "external_team=802", but=["id"]),
    "create_data_forwarder": told("organization_id=1", "provider=sqs", f"config:={_QUEUE}"),
    "update_data_forwarder": Case(_forwarded),
    "delete_data_forwarder": told("data_forwarder=301"),
    "link_project_repository": told("project=checkout", "repositoryId=61"),
    "create_replay_deletion_job": told(
        "project=checkout",
        'data:={"rangeStart": "2026-08-11T00:00:00Z", "rangeEnd": "2026-08-12T00:00:00Z", '
        '"environments": [], "query": ""}',
    ),
    "delete_replay": told("project=checkout", f"replay={_REPLAY}"),
    "skip_size_status_check": told(*_CHECK),
    "skip_snapshot_status_check": told(*_CHECK),
    "delete_snapshot": told("snapshot=72001"),
    "upload_snapshot": told(
        "project=checkout",
        "app_id=test.acme.shop",
        'images:={"cart.png": {"width": 100, "height": 200, "content_hash": "77aa"}}',
        f"head_sha={'77' * 20}",
    ),
}
