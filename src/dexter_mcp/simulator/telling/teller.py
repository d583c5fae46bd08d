"""Turns a story into an issue and its events."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from dexter_mcp.simulator.intake.grouped import issue_fields
from dexter_mcp.simulator.intake.payload import tags_of
from dexter_mcp.simulator.intake.traits import trace_of, traits_of
from dexter_mcp.simulator.memory.records import Activity, Issue, Project, Release
from dexter_mcp.simulator.memory.store import Event
from dexter_mcp.simulator.telling.rhythm import Span, moments
from dexter_mcp.simulator.telling.story import Story
from dexter_mcp.simulator.telling.visitors import visitor

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World

_VISITORS = 40_000
_LAG = 0.75
"""Seconds between an event and its arrival."""


def tell(world: "World", org: str, story: Story) -> Issue:
    """Add the issue of a story, with as many events as it says.

    Raises LookupError if the organization has no such project.
    """
    project = world.project(org, story.project)
    if project is None:
        raise LookupError(f"{org} has no project {story.project}; add it before its stories")
    issue = _issue(world, project, story)
    _events(world, project, issue, story)
    return issue


def _issue(world: "World", project: Project, story: Story) -> Issue:
    issue = world.open_issue(
        project, issue_fields(story.payload, category=story.category, kind=story.kind)
    )
    issue.status = story.status
    issue.substatus = "" if story.status == "resolved" else story.substatus
    issue.priority = story.priority
    issue.assigned_to = story.assigned_to
    issue.suspect = story.suspect
    issue.activity = [
        Activity(
            str(world.next_id(9_000)),
            entry["type"],
            world.now() - entry["ago"],
            entry.get("user") or "",
            entry.get("data") or {},
        )
        for entry in story.activity
    ]
    if story.status == "resolved" and issue.activity:
        version = issue.activity[-1].data.get("version")
        issue.status_details = {"inRelease": version} if version else {}
    return issue


def _events(world: "World", project: Project, issue: Issue, story: Story) -> None:
    chance = Random(f"{world.seed}:{project.org}:{issue.short_id}")
    times = _times(world, story, chance)
    size = len(times)
    users = _users(story, size, chance)
    releases = _releases(world, project, story, times, chance)
    environments = _weighted(story.environments, size, chance)
    varied = {tag: _weighted(weights, size, chance) for tag, weights in story.vary.items()}
    body, traced = _body(world, story), bool(trace_of(story.payload))
    events = [
        Event(
            id=f"{chance.getrandbits(128):032x}",
            project=project.id,
            issue=issue.number,
            at=at,
            received=at + _LAG,
            environment=environment,
            release=release,
            user=user,
            trace=f"{chance.getrandbits(128):032x}" if traced else "",
            body=body,
        )
        for at, environment, release, user in zip(times, environments, releases, users, strict=True)
    ]
    own = [{tag: values[i] for tag, values in varied.items()} for i in range(size)]
    world.store.add_events(events, own)
    world.store.add_users({user: visitor(user) for user in set(users) if user})
    for name in story.environments:
        world.add_environment(project.org, project.slug, name)


def _body(world: "World", story: Story) -> int:
    shared = tags_of(story.payload, release="", environment="", user=None)
    tags = {key: value for key, value in shared.items() if key not in story.vary}
    return world.store.add_body(story.payload, traits_of(story.payload, tags))


def _times(world: "World", story: Story, chance: Random) -> list[float]:
    end = (world.now() - story.last_seen).timestamp()
    length = (story.first_seen - story.last_seen).total_seconds()
    span = Span(length / 86_400, _back(world, story))
    places = moments(story.rhythm, story.count, span, chance)
    return [round(end - length * (1 - place), 3) for place in places]


def _back(world: "World", story: Story) -> float:
    """A story comes back with its newest release, or late in its time."""
    length = story.first_seen - story.last_seen
    began = world.now() - story.first_seen
    made = [r.created for r in world.releases if r.version in story.releases]
    if not made or not length or not began < max(made) < began + length:
        return 0.85
    return (max(made) - began) / length


def _users(story: Story, size: int, chance: Random) -> list[str]:
    """Give everyone one event, and what is left to a few more than to others."""
    if not story.users:
        return [""] * size
    people = [f"id:{n}" for n in chance.sample(range(1, _VISITORS), min(story.users, size))]
    surplus = [people[int(len(people) * chance.random() ** 2)] for _ in range(size - len(people))]
    everyone = people + surplus
    chance.shuffle(everyone)
    return everyone


def _weighted(weights: Mapping[str, float], size: int, chance: Random) -> list[str]:
    if not weights:
        return [""] * size
    return chance.choices(list(weights), list(weights.values()), k=size)


def _releases(
    world: "World", project: Project, story: Story, times: Sequence[float], chance: Random
) -> list[str]:
    """Draw each event's release among those that had been made by then."""
    began = world.now() - story.first_seen
    known = sorted(
        (_known(world, project, version, began) for version in story.releases),
        key=lambda release: release.created,
    )
    made = [release.created.timestamp() for release in known]
    names = [release.version for release in known]
    steps = [bisect_right(made, at) for at in times]
    drawn: list[str] = []
    for step in sorted(set(steps)):
        weights = {name: story.releases[name] for name in names[:step]}
        drawn += _weighted(weights, steps.count(step), chance)
    return _in_order(drawn, names)


def _in_order(drawn: list[str], names: Sequence[str]) -> list[str]:
    """Let the first event carry the oldest of the releases, and the last one the newest."""
    places = [at for at, release in enumerate(drawn) if release]
    for end, choose in ((places[0], min), (places[-1], max)) if places else ():
        other = choose(places, key=lambda at: names.index(drawn[at]))
        drawn[end], drawn[other] = drawn[other], drawn[end]
    return drawn


def _known(world: "World", project: Project, version: str, began: datetime) -> Release:
    """Find a release, or make it as Sentry does when an event names one it has not heard of."""
    found = world.release(project.org, version)
    if found is None:
        ago: timedelta = world.now() - began
        world.add_release(project.org, version, projects=[project.slug], created=ago)
        found = world.releases[-1]
    return found
