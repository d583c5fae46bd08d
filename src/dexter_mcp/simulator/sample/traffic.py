"""Reads which requests there are, as `sources/traffic` writes them down.

@@ checkout http.server 24 0 1.5 POST /api/checkout     project, operation, milliseconds of its own,
                                                        visits a day that begin here, % that fail
db 41 x25 SELECT …                                      operation, milliseconds, how often, what
http.client 3 POST https://… | to inventory POST /stock answered by another one, over a network of 3
http.client 230 POST https://… | slower VERSION 2.7     so many times as slow from a release on
http.client 120 GET https://… | since VERSION           only from a release on; `until`: only before
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from dexter_mcp.simulator.sample.sources import sections


@dataclass(frozen=True, slots=True)
class Step:
    """A span, or several one after the other."""

    op: str
    description: str
    milliseconds: float
    times: int = 1
    to: str = ""
    """Key of the place that answers it; the time is then the network's alone."""
    since: str = ""
    until: str = ""
    slower: tuple[str, float] = ("", 1.0)


@dataclass(frozen=True)
class Place:
    """A transaction and its steps."""

    project: str
    op: str
    own: float
    """Milliseconds that it takes beside its steps."""
    visits: float
    """A day, that begin here rather than elsewhere."""
    failing: float
    """Share that fails."""
    where: str
    steps: tuple[Step, ...]

    @cached_property
    def name(self) -> str:
        """Name the transaction: Django's is the route alone, others keep the method."""
        route = self.where.partition(" ")[2] if self.project == "checkout" else ""
        return route or self.where

    @property
    def method(self) -> str:
        """Name the HTTP method; empty where nothing was requested."""
        return self.where.partition(" ")[0] if self.op == "http.server" else ""


def places() -> Mapping[str, Place]:
    """Read all of them, by project and name as they are written."""
    found = (_place(header, lines) for header, lines in sections("traffic"))
    return {f"{place.project} {place.where}": place for place in found}


def _place(header: str, lines: tuple[str, ...]) -> Place:
    project, op, own, visits, failing, where = header.split(" ", 5)
    steps = tuple(_step(line) for line in lines)
    return Place(project, op, float(own), float(visits), float(failing) / 100, where, steps)


def _step(line: str) -> Step:
    said, _, rest = line.partition(" | ")
    op, milliseconds, description = said.split(" ", 2)
    times = 1
    if description.startswith("x") and description[1:].partition(" ")[0].isdecimal():
        count, _, description = description[1:].partition(" ")
        times = int(count)
    kind, _, value = rest.partition(" ")
    version, _, factor = value.partition(" ")
    return Step(
        op,
        description,
        float(milliseconds),
        times,
        to=value if kind == "to" else "",
        since=value if kind == "since" else "",
        until=value if kind == "until" else "",
        slower=(version, float(factor)) if kind == "slower" else ("", 1.0),
    )
