"""Versions compared by their numbers, as searches do."""

import re

from dexter_mcp.simulator.search.grammar import matches


def compares(version: str, operator: str, value: str) -> bool:
    """Tell whether a version, whose package does not count, is to a value as an operator says."""
    if "*" in value:
        return matches(value, version.rpartition("@")[2])
    own, other = numbers(version), numbers(value)
    return {
        "=": own == other,
        "!=": own != other,
        ">": own > other,
        ">=": own >= other,
        "<": own < other,
        "<=": own <= other,
    }[operator]


def numbers(version: str) -> tuple[int, ...]:
    """Read the numbers of a version; one that is no number has none."""
    found = re.match(r"\d+(?:\.\d+)*", version.rpartition("@")[2])
    return tuple(map(int, found[0].split("."))) if found else ()
