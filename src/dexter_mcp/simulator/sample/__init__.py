"""Acme Shop: an invented company whose software breaks in believable ways.

Nothing is stored: frames are cut from a few hundred lines of source code, and seeded chance
decides what else differs between one issue and the next, so that every build is the same.
"""

from random import Random
from typing import TYPE_CHECKING

from dexter_mcp.simulator.sample import (
    alerts,
    dashboards,
    deploys,
    go_stories,
    hostile_stories,
    integrations,
    issue_extras,
    java_stories,
    javascript_stories,
    logs,
    mobile_stories,
    monitors,
    other_stories,
    outcomes,
    outgoing,
    performance_stories,
    preprod,
    project_settings,
    python_stories,
    replays,
    saved_queries,
    sessions,
    spans,
)
from dexter_mcp.simulator.sample.headlines import HEADLINES, RATE_LIMIT
from dexter_mcp.simulator.sample.people import MEMBERS, ORG, PROJECTS, RELEASES, TEAMS
from dexter_mcp.simulator.telling.story import Story

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World

__all__ = ["HEADLINES", "ORG", "populate", "stories"]


def populate(world: "World") -> None:
    """Move Acme Shop into `world`: its people, projects, releases and issues."""
    world.add_organization(ORG, "Acme Shop")
    for team, name in TEAMS.items():
        world.add_team(ORG, team, name)
    for one in MEMBERS:
        world.add_member(ORG, one.email, one.name, teams=one.teams, role=one.role)
    for project in PROJECTS.values():
        world.add_project(ORG, project.slug, project.name, project.platform, teams=project.teams)
    for release in sorted(RELEASES, key=lambda release: release.age, reverse=True):
        projects = (release.project,)
        world.add_release(
            ORG, release.version, projects=projects, created=release.age, commits=release.commits
        )
    for story in stories():
        world.tell(ORG, story)
    for shipped in (deploys, sessions, outcomes):
        shipped.populate(world)
    project_settings.populate(world)
    preprod.populate(world)
    for kept in (spans, logs, saved_queries):
        kept.populate(world)
    outgoing.populate(world)
    alerts.populate(world)
    integrations.populate(world)
    issue_extras.populate(world)
    replays.populate(world)
    monitors.populate(world)
    dashboards.populate(world)


def stories() -> list[Story]:
    """List all stories, the headlines at mixed places among them."""
    modules = (
        python_stories,
        javascript_stories,
        java_stories,
        go_stories,
        mobile_stories,
        performance_stories,
        other_stories,
        hostile_stories,
    )
    told = [story for module in modules for story in module.stories()]
    told += [RATE_LIMIT, *HEADLINES.values()]
    Random("acme").shuffle(told)
    return [*told, *alerts.stories(), *issue_extras.stories()]
