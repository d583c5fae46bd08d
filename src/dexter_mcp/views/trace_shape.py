"""What a trace's tree tells beside its spans: own times, gaps, repeats, the slowest path. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from dexter_mcp.sentry.traces import Stumble, TraceNode
from dexter_mcp.sentry.untrusted import Untrusted

REPEATED: Final = 5
"""Children alike from which on they are one too many: Sentry's own detector says the same."""
GAP: Final = 0.1
"""Seconds between two children in which nobody knows what was done."""

_VARIABLE = re.compile(
    r"'[^']*'|\"[^\"]*\"|\b0x[0-9a-fA-F]+\b|\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b"
    r"|\b[0-9a-f]{16,64}\b|\b\d+(?:\.\d+)?\b"
)
_LISTS = re.compile(r"\((?:\s*(?:\?|%s|\$\?|:\w+)\s*,?)+\)")


@dataclass
class Branch:
    """A span in its place: times in seconds, its own time without what ran inside."""

    span: TraceNode
    depth: int
    own: float
    children: list["Branch"] = field(default_factory=list["Branch"])

    @property
    def seconds(self) -> float:
        """Give how long it took."""
        return self.span.duration / 1000

    @property
    def stumbles(self) -> Sequence[Stumble]:
        """List what went wrong in it."""
        return [*self.span.errors, *self.span.occurrences]

    def walk(self) -> Iterator["Branch"]:
        """Go through it and all below, each before what it holds."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Repeat:
    """Children of one span that do the same, one after the other."""

    parent: Branch
    alike: Sequence[Branch]

    @property
    def seconds(self) -> float:
        """Add up how long they took."""
        return sum(each.seconds for each in self.alike)


@dataclass(frozen=True)
class Shape:
    """A trace in order: its roots, and the stumbles that no span holds."""

    roots: Sequence[Branch]
    loose: Sequence[Stumble]

    @property
    def branches(self) -> list[Branch]:
        """List all spans."""
        return [each for root in self.roots for each in root.walk()]

    @property
    def begun(self) -> float:
        """Give the first moment, in epoch seconds."""
        starts = [root.span.start_timestamp for root in self.roots]
        return min([*starts, *(one.start_timestamp for one in self.loose)], default=0.0)

    @property
    def seconds(self) -> float:
        """Give how long it took from the first moment to the last."""
        ends = [root.span.start_timestamp + root.seconds for root in self.roots]
        return max([0.0, *(end - self.begun for end in ends)])


def shaped(nodes: Iterable[TraceNode]) -> Shape:
    """Put a trace in order."""
    nodes = list(nodes)
    roots = [_branch(node, 0) for node in nodes if node.is_span]
    return Shape(
        sorted(roots, key=lambda root: root.span.start_timestamp),
        [node for node in nodes if not node.is_span],
    )


def _branch(node: TraceNode, depth: int) -> Branch:
    children = sorted(node.children, key=lambda child: child.start_timestamp)
    made = Branch(node, depth, max(node.duration / 1000 - _covered(node, children), 0.0))
    made.children = [_branch(child, depth + 1) for child in children if child.is_span]
    return made


def _covered(node: TraceNode, children: Sequence[TraceNode]) -> float:
    """Measure for how long children ran inside their parent's time, side by side or not."""
    reached, covered = node.start_timestamp, 0.0
    end = node.start_timestamp + node.duration / 1000
    for child in children:
        stop = min(child.start_timestamp + child.duration / 1000, end)
        covered += max(stop - max(child.start_timestamp, reached), 0.0)
        reached = max(reached, stop)
    return covered


def slowest_path(shape: Shape) -> list[Branch]:
    """Follow the longest child from the longest root down."""
    found: list[Branch] = []
    choices: Sequence[Branch] = shape.roots
    while choices:
        longest = max(choices, key=lambda each: each.seconds)
        found.append(longest)
        choices = longest.children
    return found


def repeats(branches: Iterable[Branch]) -> list[Repeat]:
    """Find what is done over and over under one parent, the costliest first."""
    found: list[Repeat] = []
    for parent in branches:
        alike: dict[tuple[str, str], list[Branch]] = {}
        for child in parent.children:
            alike.setdefault(likeness(child.span), []).append(child)
        found += [Repeat(parent, group) for group in alike.values() if len(group) >= REPEATED]
    return sorted(found, key=lambda repeat: repeat.seconds, reverse=True)


def likeness(span: TraceNode) -> tuple[str, str]:
    """Say what a span does, without what differs from one time to the next."""
    said = _VARIABLE.sub("?", span.description.raw[:2_000])
    return span.op.raw, _LISTS.sub("(?)", said)


def called(span: TraceNode) -> Untrusted:
    """Name a span by what it does."""
    return span.description or span.name or span.transaction
