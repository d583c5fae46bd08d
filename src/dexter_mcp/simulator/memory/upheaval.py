"""What becomes of everything else when a project or an organization is renamed, or is gone.

Records say by `org` and `project` to whom they belong, so that whatever a memory keeps is found
here without a list of all memories.
"""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from dexter_mcp.simulator.memory.records import Organization, Project

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World


def rename_project(world: "World", project: Project, slug: str) -> None:
    """Call a project otherwise; its old slugs lead to the new one from now on."""
    _settle(world)
    org, old = project.org, project.slug
    project.slug = slug
    earlier = [place for place, to in world.renamed.items() if (place[0], to) == (org, old)]
    world.renamed |= dict.fromkeys(earlier, slug)
    world.renamed[org, old] = slug
    world.renamed.pop((org, slug), None)
    _relist(world, org, lambda each: [slug if each == old else each])
    limits = world.shipping.thresholds.get(org, [])
    limits[:] = [replace(each, project=slug) if each.project == old else each for each in limits]


def remove_project(world: "World", project: Project) -> None:
    """Forget a project and all that belongs to it; its slug is free again."""
    _settle(world)
    org, slug, number = project.org, project.slug, project.id
    for alert in world.alerts.of(org):
        watched = alert.monitors
        alert.monitors = [it for it in watched if world.alerts.project_of(it) != number]
    for shelf in _shelves(world):
        _take_off(shelf, lambda record: _belongs(record, "project", number))
    del world.projects[number]
    world.store.forget_project(number)
    world.telemetry.forget_project(number)
    for place in [at for at, to in world.renamed.items() if (at[0], to) == (org, slug)]:
        del world.renamed[place]
    _relist(world, org, lambda each: [] if each in (slug, number) else [each])
    _take_off(world.releases, lambda release: not release.projects)
    _take_off(world.shipping.thresholds.get(org, []), lambda limit: limit.project == slug)
    for forwarder in world.outgoing.forwarders:
        forwarder.overrides.pop(number, None)


def rename_organization(world: "World", org: Organization, slug: str) -> None:
    """Call an organization otherwise; nothing answers to its old slug any more."""
    _settle(world)
    old, org.slug = org.slug, slug
    for shelf in list(_shelves(world)):
        for record in _records(shelf):
            if _belongs(record, "org", old):
                object.__setattr__(record, "org", slug)  # some records are frozen
        if isinstance(shelf, dict):
            _rename_keys(shelf, old, slug)
    for app in world.integrations.apps:
        app.installed = {slug if of == old else of: how for of, how in app.installed.items()}
    world.integrations.without_scim = {
        slug if each == old else each for each in world.integrations.without_scim
    }


_MEMORIES = "dexter_mcp.simulator.memory."

Shelf = list[Any] | dict[Any, Any]


def _settle(world: "World") -> None:
    """Have told what waits for its first question: it names things as they were until now."""
    world.sessions.between(0, 0, ())
    world.outcomes.between(world, 0, 0, ())
    world.replays.all()
    world.telemetry.rows("SELECT 1")


def _shelves(world: "World") -> Iterator[Shelf]:
    """Give every list and mapping that something is kept in."""
    for memory in vars(world).values():
        if isinstance(memory, list | dict):
            yield memory
        elif type(memory).__module__.startswith(_MEMORIES):
            yield from (each for each in _held(memory) if isinstance(each, list | dict))


def _held(memory: object) -> list[Any]:
    if is_dataclass(memory):
        return [getattr(memory, each.name) for each in fields(memory)]
    return list(vars(memory).values())


def _records(shelf: Shelf) -> list[Any]:
    return list(shelf.values() if isinstance(shelf, dict) else shelf)


def _relist(world: "World", org: str, become: Callable[[Any], list[Any]]) -> None:
    """Change what the records of an organization list as their projects, slugs or numbers."""
    for record in (record for shelf in _shelves(world) for record in _records(shelf)):
        if _belongs(record, "org", org) and hasattr(record, "projects"):
            named = [new for each in record.projects for new in become(each)]
            object.__setattr__(record, "projects", type(record.projects)(named))


def _belongs(record: object, name: str, whose: object) -> bool:
    return getattr(record, name, None) == whose


def _take_off(shelf: Shelf, is_gone: Callable[[Any], bool]) -> None:
    if isinstance(shelf, dict):
        for key in [key for key, record in shelf.items() if is_gone(record)]:
            del shelf[key]
    else:
        shelf[:] = [record for record in shelf if not is_gone(record)]


def _rename_keys(shelf: dict[Any, Any], old: str, new: str) -> None:
    for key in list(shelf):
        if key == old:
            shelf[new] = shelf.pop(key)
        elif isinstance(key, tuple) and key[0] == old:
            shelf[new, *key[1:]] = shelf.pop(key)
