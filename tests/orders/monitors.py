"""Calls that change cron monitors."""

from collections.abc import Mapping
from typing import Final

from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.monitors import Job, Lane
from orders.case import Case

JOB: Final = "7a1d0000-0000-4000-8000-0000000000aa"


def settle(world: World) -> None:
    """Let a job be watched in two environments."""
    project, now = world.project("acme", "checkout"), world.now()
    number = project.id if project else 0
    config = {
        "schedule_type": "crontab",
        "schedule": "0 2 * * *",
        "checkin_margin": 5,
        "max_runtime": 30,
        "timezone": "UTC",
    }
    job = Job(JOB, "acme", number, "nightly-invoices", "Nightly invoices", config, now)
    job.lanes += [Lane("production", "ok", now), Lane("staging", "ok", now)]
    world.monitors.jobs.append(job)


_CONFIG: Final = 'config:={"schedule_type":"interval","schedule":[2,"hour"],"max_runtime":45}'
_CHANGES: Final = ("monitor=nightly-invoices", "name=Invoices", "slug=invoices", _CONFIG)
_HOME: Final = "project=checkout"

CASES: Final[Mapping[str, Case]] = {
    "create_monitor": Case(
        lambda world: (
            *("name=Sitemap", _HOME, "slug=sitemap", f"owner=team:{world.teams[0].id}"),
            'config:={"schedule_type":"crontab","schedule":"@daily","timezone":"Europe/Oslo"}',
        )
    ),
    "update_monitor": Case(
        lambda world: (*_CHANGES, "is_muted=true", f"owner=user:{world.members[0].user_id}")
    ),
    "delete_monitor": Case(lambda _: ("monitor=nightly-invoices", "environment=staging")),
    "update_project_monitor": Case(lambda _: (*_CHANGES, "status=disabled", _HOME)),
    "delete_project_monitor": Case(lambda _: ("monitor=nightly-invoices", _HOME)),
}
