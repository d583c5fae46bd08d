"""The recipe of every operation that changes Sentry, a module for each kind of thing."""

from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Final

from dexter_mcp.changes.recipe import Recipe
from dexter_mcp.changes.recipes import (
    alert_rules,
    alerts,
    issues,
    monitors,
    notebooks,
    outside,
    people,
    projects,
    releases,
    scim,
    spikes,
    tickets,
)
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import Invalid

_MODULES: Final[tuple[ModuleType, ...]] = (
    issues,
    tickets,
    alerts,
    alert_rules,
    spikes,
    projects,
    releases,
    outside,
    people,
    scim,
    monitors,
    notebooks,
)


@cache
def recipes() -> Mapping[str, Recipe]:
    """Give the recipes by the names of their operations."""
    return {recipe.operation: recipe for module in _MODULES for recipe in module.RECIPES}


def recipe_for(order: Order) -> Recipe:
    """Find the recipe of an order.

    Raises:
        Invalid: There is none: it is nothing that this server carries out.
    """
    if (found := recipes().get(order.operation)) is None:
        raise Invalid(f"{order.operation} is not carried out here. Do it in Sentry itself.")
    return found.fit(order)
