"""Saved queries in the shapes of Sentry's API."""

from dexter_mcp.simulator.memory.saved_queries import SavedQuery
from dexter_mcp.simulator.shapes.people import user_or_none
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World


def discover_json(world: World, saved: SavedQuery) -> Json:
    """Shape one of Discover's."""
    return {
        **_common(world, saved),
        "version": 2,
        "queryDataset": saved.dataset,
        "datasetSource": "user",
        "dateCreated": iso(saved.created),
        **saved.asks,
    }


def explore_json(world: World, saved: SavedQuery) -> Json:
    """Shape one of Explore's."""
    return {
        **_common(world, saved),
        "dataset": saved.dataset,
        "dateAdded": iso(saved.created),
        "lastVisited": None,
        "starred": False,
        "position": None,
        "isPrebuilt": False,
        "changedReason": None,
        **saved.asks,
    }


def _common(world: World, saved: SavedQuery) -> Json:
    found = (world.project(saved.org, slug) for slug in saved.projects)
    return {
        "id": saved.id,
        "name": saved.name,
        "projects": [project.id for project in found if project],
        "expired": False,
        "dateUpdated": iso(saved.updated),
        "createdBy": user_or_none(world, saved.org, saved.author),
    }
