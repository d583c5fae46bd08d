"""A call that changes something, and what is to become of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dexter_mcp.simulator import World

Arguments = Callable[[World], Sequence[str]]


@dataclass(frozen=True)
class Case:
    """Arguments for `change_sentry`, made from the world that it will change.

    `but` names attributes of the world that may differ after the change was taken back: dates,
    and ids of what was made anew.
    """

    arguments: Arguments
    but: frozenset[str] = frozenset()


def told(*arguments: str, but: Sequence[str] = ()) -> Case:
    """Make a case whose arguments are known beforehand."""
    return Case(lambda _: arguments, frozenset(but))
