"""Canaries in what names jobs, probes and their environments: whoever checks in may choose it."""

from datetime import timedelta

from canaries.payload import Canaries
from canaries.place import Calls, Place
from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.monitors import Check, CheckIn, Job, Lane, Probe


def settle(world: World, canaries: Canaries) -> None:
    """Let a job fail, and a page be down, with canaries for names."""
    now, project = world.now(), next(iter(world.projects))
    lane = Lane(canaries.at("environment of job"), "error", now, last=now, incident=now)
    lane.check_ins = [CheckIn("1", "error", now, now, now, 20)]
    config = {"schedule_type": "crontab", "schedule": "0 2 * * *"}
    job = Job("7", "acme", project, "feed-birds", canaries.at("name of job"), config, now)
    job.lanes.append(lane)
    odd = Job("10", "acme", project, canaries.at("slug of job"), "Odd", config, now)
    world.monitors.jobs += [job, odd]
    place = canaries.at("environment of probe")
    probe = Probe("8", "acme", project, canaries.at("name of probe"), "https://nest.test/", 60)
    probe.environment, probe.is_down = place, True
    probe.checks = [Check("9", now - timedelta(minutes=1), "failure", 9, "us", in_incident=True)]
    world.monitors.probes.append(probe)


def calls(_: Place) -> Calls:
    """Name ways to call each tool that together show all that it can show."""
    return {
        "list_monitors": [{}, {"kind": "uptime"}],
        "get_monitor": [
            {"monitor": "feed-birds", "include": ["environments", "checkins", "stats"]},
            {"monitor": "10"},
            {"monitor": "uptime 8"},
        ],
        "create_monitor": [{"name": "Nests", "schedule": "@daily", "project": "aviary"}],
        "update_monitor": [
            {"monitor": "feed-birds", "name": "Feed", "schedule": "every 2 hours"},
            {"monitor": "10", "slug": "odd", "state": "disabled"},
        ],
        "delete_monitor": [{"monitor": "feed-birds"}, {"monitor": "10"}],
    }
