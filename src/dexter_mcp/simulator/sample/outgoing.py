"""What Acme Shop lets Sentry pass on: its errors to a queue, word of spikes to two channels."""

from datetime import timedelta
from typing import TYPE_CHECKING

from dexter_mcp.simulator.memory.outgoing import Forwarder, NotificationAction
from dexter_mcp.simulator.sample.integrations import SLACK, channel_id
from dexter_mcp.simulator.sample.people import ORG

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World


def populate(world: "World") -> None:
    """Set up a forwarder of two projects, and two notification actions."""
    number = {project.slug: project.id for project in world.projects_of(ORG)}
    world.outgoing.forwarders.append(
        Forwarder(
            id="311",
            org=ORG,
            provider="sqs",
            config={
                "queue_url": "https://queues.example/acme/errors",
                "region": "eu-north-1",
                "access_key": "AKIAIOSFODNN7EXAMPLE",
                "secret_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            },
            created=world.now() - timedelta(days=210),
            projects=[number["checkout"], number["gateway"]],
            overrides={number["gateway"]: {"message_group_id": "gateway"}},
        )
    )
    world.outgoing.actions += [
        NotificationAction(
            9102,
            ORG,
            (number["checkout"], number["storefront"]),
            "slack",
            channel_id("ops-spikes"),
            "#ops-spikes",
            integration=int(SLACK),
        ),
        NotificationAction(
            9107, ORG, (number["gateway"],), "email", "4", "platform", target_kind="team"
        ),
    ]
