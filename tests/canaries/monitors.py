"""Canaries in the environments of jobs and probes, which whoever checks in may name."""

from datetime import timedelta

from canaries.payload import Canaries
from canaries.place import Calls, Place
from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.monitors import Check, CheckIn, Job, Lane, Probe


def settle(world: World, canaries: Canaries) -> None:
    """Let a job fail, and a page be down, in environments full of canaries."""
    now, project = world.now(), next(iter(world.projects))
    lane = Lane(canaries.at("environment of job"), "error", now, last=now, incident=now)
    lane.check_ins = [CheckIn("1", "error", now, now, now, 20)]
    config = {"schedule_type": "crontab", "schedule": "0 2 * * *"}
    job = Job("7", "acme", project, "feed-birds", "Feed birds", config, now, lanes=[lane])
    world.monitors.jobs.append(job)
    place = canaries.at("environment of probe")
    probe = Probe("8", "acme", project, "Nest", "https://nest.test/", 60, place, is_down=True)
    probe.checks = [Check("9", now - timedelta(minutes=1), "failure", 9, "us", in_incident=True)]
    world.monitors.probes.append(probe)


def calls(_: Place) -> Calls:
    """Name ways to call each tool that together show all that it can show."""
    return {
        "list_monitors": [{}, {"kind": "uptime"}],
        "get_monitor": [
            {"monitor": "feed-birds", "include": ["environments", "checkins", "stats"]},
            {"monitor": "uptime 8"},
        ],
    }
