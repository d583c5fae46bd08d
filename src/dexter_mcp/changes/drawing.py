"""From what is wanted to a plan: every target looked at, every difference named."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from dexter_mcp.changes.plan import Json, Plan, Proposal, State, Step, Wish
from dexter_mcp.changes.recipe import Recipe, told_by
from dexter_mcp.changes.recipes import recipe_for
from dexter_mcp.changes.scopes import check_scopes
from dexter_mcp.changes.spelling import in_words
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry import Sentry
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import Invalid, NotFound
from dexter_mcp.views.untrusted import name

_LONGEST_NAME: Final = 250
"""Characters of a name that has to be typed: the longest that Sentry has are of releases."""


async def drawn(desk: Desk, tool: str, arguments: Mapping[str, Any], wanted: Proposal) -> Plan:
    """Draw a plan. Nothing is changed.

    Raises:
        Invalid: There are too many targets for one change.
        NotFound: A target is not there.
        Refused: The token lacks a scope that an operation needs.
        SentryError: As `errors` draws them.
    """
    _check_count(len(wanted.wishes), desk.settings.most_targets)
    await check_scopes(desk, [wish.order for wish in wanted.wishes])
    states = await look(desk.sentry, [wish.order for wish in wanted.wishes])
    steps, already, warnings = list[Step](), list[str](), list(wanted.warnings)
    names, lost, there = list[str](), list[str](), dict[str, Json]()
    for wish, state in zip(wanted.wishes, states, strict=True):
        recipe = recipe_for(wish.order)
        _check_there(recipe, wish, state)
        if not recipe.due(wish.order, state):
            already.append(wish.target)
            if known := in_words(recipe.wordings, told_by(recipe, state), wish.called):
                there[wish.target] = known
            continue
        warnings += recipe.warned(wish.order, state, [each.order for each in wanted.wishes])
        warnings += [recipe.anew] if recipe.anew and not wanted.undoes else []
        lost.append(recipe.loses(wish.order, state))
        steps.append(step(recipe, wish, state))
        names += [wish.name or wish.target] if recipe.deletes or steps[-1].after is None else []
    return Plan(
        tool=tool,
        org=wanted.org,
        purpose=wanted.purpose,
        steps=tuple(steps),
        already=tuple(dict.fromkeys(already)),
        there=there,
        warnings=tuple(dict.fromkeys(warnings)),
        lost=tuple(dict.fromkeys(filter(None, lost))),
        typed=_typed(names),
        undoes=wanted.undoes,
        strange=any(recipe_for(wish.order).strange for wish in wanted.wishes),
        arguments=dict(arguments),
    )


async def look(sentry: Sentry, orders: Sequence[Order]) -> Sequence[State]:
    """Read how the targets of orders are now, those of each recipe together."""
    together = defaultdict[Recipe, list[int]](list)
    for at, order in enumerate(orders):
        together[recipe_for(order)].append(at)
    found = dict[int, State]()
    for recipe, places in together.items():
        found |= zip(places, await recipe.look(sentry, [orders[at] for at in places]), strict=True)
    return [found[at] for at in range(len(orders))]


def step(recipe: Recipe, wish: Wish, state: State) -> Step:
    """Say what is to be done for one target that was looked at."""
    return Step(
        order=recipe.settled(wish.order, state),
        target=wish.target,
        before=recipe.before(wish.order, state),
        after=recipe.after(wish.order, state),
        title=wish.title,
        strange=recipe.strange,
        called={**recipe.names(state), **wish.called},
    )


def _typed(names: Sequence[str]) -> str:
    """Say what has to be typed before something is deleted: its name, or how many there are.

    A name is cleaned: strangers choose some, and nobody can type what can't be seen.
    """
    if not names:
        return ""
    shown = name(names[0], limit=_LONGEST_NAME) if len(names) == 1 else ""
    return shown or f"delete {len(names)}"


def _check_count(count: int, most: int) -> None:
    if not count:
        raise Invalid("Nothing was named that could be changed. Name a target.")
    if count > most:
        raise Invalid(
            f"That would change {count} targets; one change may have {most}. Narrow it, or change "
            "a part at a time."
        )


def _check_there(recipe: Recipe, wish: Wish, state: State) -> None:
    if state is None and recipe.needs_target:
        raise NotFound(f"{wish.target} is not there, so nothing was changed.")
