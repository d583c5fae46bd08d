"""A trace as a model reads it: where the time went, and what went wrong. Spans are event text."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from dexter_mcp.sentry.discover import Rows
from dexter_mcp.sentry.traces import Stumble, TraceMeta
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views.answer import Answer, Failed, failures
from dexter_mcp.views.budget import Section, fit
from dexter_mcp.views.discover import moment_in
from dexter_mcp.views.moments import ago, exact, of_epoch, span
from dexter_mcp.views.numbers import counted
from dexter_mcp.views.trace_shape import (
    GAP,
    Branch,
    Repeat,
    Shape,
    called,
    repeats,
    slowest_path,
)
from dexter_mcp.views.untrusted import Fence, clean, name

_WORD: Final = 40
_TEXT: Final = 120
_LINE: Final = 200
_FEW: Final = 5
_STUMBLES: Final = 15
_LEVELS: Final = 3
_MOST: Final = 40
"""Spans of the tree that are shown unless all are asked for."""
_ALL: Final = 400
_REMARKABLE: Final = 0.1
"""Share of the whole time from which on a span is worth a line anywhere."""


@dataclass(frozen=True)
class FoundTrace:
    """A trace, what it counts, and its log where that was asked for; what did not come is named."""

    id: str
    org: str
    link: str
    shape: Shape
    meta: TraceMeta | None = None
    logs: Rows | None = None
    failed: tuple[Failed, ...] = ()


def trace(
    it: FoundTrace, *, include: Sequence[str], full: bool, fence: Fence, now: datetime, budget: int
) -> Answer:
    """Show a trace: summary and tree, or the parts that were asked for."""
    branches = it.shape.branches
    found = repeats(branches)
    parts: Mapping[str, Iterator[str]] = {
        "summary": _summary(it.shape, found),
        "errors": _errors(it.shape, branches),
        "tree": _tree(it.shape, found, full=full),
        "profiles": _profiles(branches),
        "logs": _logs(it),
    }
    sections = [
        Section(
            title=f"{part}:",
            lines=list(parts[part]) or (["none"] if include else []),
            more="detail=full" if part == "tree" else "",
            keep=place,
            minimum=_FEW,
        )
        for place, part in enumerate(("tree", "logs", "profiles", "errors", "summary"))
        if part in (include or ("summary", "errors", "tree"))
    ]
    order = [each for part in parts for each in sections if each.title == f"{part}:"]
    heading = _heading(it, branches, now)
    inside = fit(order, budget - sum(map(len, heading)) - _LINE).replace("\n\n", "\n")
    text = [*heading, fence.block(inside.split("\n") if inside else []), *_onward(it, include)]
    return Answer("\n".join(filter(None, [*text, *failures(it.failed)])), data=_data(it))


def nothing(trace: str, org: str, link: str) -> Answer:
    """Say that there is no such trace, or nothing of it."""
    text = (
        f"Nothing of the trace {name(trace)} is kept in {name(org)}: it is older than what Sentry "
        "keeps, was not sampled, or belongs to another `org`."
    )
    return Answer(f"{text}\n{link}", data={"trace": trace})


def _data(it: FoundTrace) -> dict[str, object]:
    roots = [root.span for root in it.shape.roots]
    return {"trace": it.id, "roots": roots, "loose": it.shape.loose, "meta": it.meta}


def _heading(it: FoundTrace, branches: Sequence[Branch], now: datetime) -> list[str]:
    services = {each.span.project_slug for each in branches if each.span.project_slug}
    wrong = [one for each in branches for one in each.stumbles] + list(it.shape.loose)
    issues = sum(one.event_type == "occurrence" for one in wrong)
    begun = of_epoch(it.shape.begun)
    across = f" in {counted(len(services), 'service')}" if services else ""
    told = [
        span(it.shape.seconds) if branches else "",
        f"{counted(it.meta.spans if it.meta else len(branches), 'span')}{across}",
        counted(len(wrong) - issues, "error") if len(wrong) > issues else "",
        counted(issues, "performance issue") if issues else "",
        counted(it.meta.logs, "log line") if it.meta and it.meta.logs else "",
    ]
    first = f"trace {name(it.id)}, org: {name(it.org)}: {', '.join(filter(None, told))}"
    return [first, f"began {exact(begun)} ({ago(begun, now)})", it.link]


def _onward(it: FoundTrace, include: Sequence[str]) -> Iterator[str]:
    branches = it.shape.branches
    others = [
        "logs" if it.meta and it.meta.logs and "logs" not in include else "",
        "profiles"
        if any(_profile(each) for each in branches) and "profiles" not in include
        else "",
    ]
    rest = bool(it.logs and it.logs.next_cursor)
    ways = [
        f"include={'|'.join(filter(None, others))}" if any(others) else "",
        "`query_events` dataset=logs query=trace:…" if rest else "",
    ]
    if any(ways):
        yield f"more: {' · '.join(filter(None, ways))}"


def _summary(shape: Shape, found: Sequence[Repeat]) -> Iterator[str]:
    own: dict[str, float] = defaultdict(float)
    for each in shape.branches:
        own[each.span.project_slug] += each.own
    if len(own) > 1:
        slowest_first = sorted(own.items(), key=lambda pair: pair[1], reverse=True)
        shown = ", ".join(f"{name(slug)} {span(time)}" for slug, time in slowest_first)
        yield f"own time by service: {shown}"
    path = slowest_path(shape)
    if len(path) > 1:
        most = max(path, key=lambda each: each.own)
        yield f"slowest path ends in {_what(path[-1])}: {span(path[-1].seconds)}"
        if most is not path[-1]:
            yield f"most own time on it: {_what(most)}: {span(most.own)}"
    for repeat in found[:_FEW]:
        times, took = len(repeat.alike), span(repeat.seconds)
        yield f"N+1: {times} times {_what(repeat.alike[0])} under {_what(repeat.parent)}: {took}"
    if left := len(found) - _FEW:
        yield from [f"… {left} more repeats"] if left > 0 else []


def _errors(shape: Shape, branches: Sequence[Branch]) -> Iterator[str]:
    held = [(one, each) for each in branches for one in each.stumbles]
    loose: list[tuple[Stumble, Branch | None]] = [(one, None) for one in shape.loose]
    found = sorted([*held, *loose], key=lambda pair: pair[0].start_timestamp)
    for one, where in found[:_STUMBLES]:
        at = span(max(one.start_timestamp - shape.begun, 0.0))
        inside = f" in {_what(where)}" if where else f" in {clean(one.transaction, limit=_WORD)}"
        issue = clean(one.short_id or one.issue_id, limit=_WORD)
        yield f"+{at} {issue} {clean(one.description, limit=_TEXT)}{inside}"
    if left := len(found) - _STUMBLES:
        yield from [f"… {left} more"] if left > 0 else []


@dataclass
class _Drawing:
    """The tree as it is drawn: the spans chosen, and those whose repeats share a line."""

    chosen: set[int]
    path: set[int]
    repeated: dict[int, Repeat]
    lines: list[str] = field(default_factory=list[str])

    def draw(self, branch: Branch) -> None:
        """Draw a span and what of its inside is chosen, with the gaps between."""
        self.lines.append(_line(branch, slow=id(branch) in self.path))
        reached, hidden = branch.span.start_timestamp, 0
        for child in branch.children:
            begun = child.span.start_timestamp
            if begun - reached >= GAP and branch.own >= GAP:
                self._add(branch, f"gap {span(begun - reached)}")
            reached = max(reached, begun + child.seconds)
            repeat = self.repeated.get(id(child))
            if repeat and repeat.alike[0] is child:
                self._add(
                    branch, f"N+1 {len(repeat.alike)} times, {span(repeat.seconds)}: {_what(child)}"
                )
            if id(child) in self.chosen:
                self.draw(child)
            else:
                hidden += 0 if repeat else sum(1 for _ in child.walk())
        if hidden:
            self._add(branch, f"… {counted(hidden, 'span')}")

    def _add(self, parent: Branch, text: str) -> None:
        self.lines.append(f"{'  ' * (parent.depth + 1)}{text}")


def _tree(shape: Shape, found: Sequence[Repeat], *, full: bool) -> Iterator[str]:
    path = slowest_path(shape)
    branches = shape.branches
    repeated = {id(each): repeat for repeat in found for each in repeat.alike}
    chosen = _chosen(shape, branches, path, repeated, full=full)
    drawing = _Drawing(chosen, {id(each) for each in path}, repeated)
    for root in shape.roots:
        if id(root) in chosen:
            drawing.draw(root)
    yield from drawing.lines
    left = sum(1 for root in shape.roots if id(root) not in chosen)
    if left:
        yield f"… {counted(left, 'more root')} (detail=full)"


def _chosen(
    shape: Shape,
    branches: Sequence[Branch],
    path: Sequence[Branch],
    repeated: Mapping[int, Repeat],
    *,
    full: bool,
) -> set[int]:
    """Choose what is shown: where it failed, the slowest path, what takes long, the first levels.

    Each brings what it stands in. Repeats share a line unless something went wrong in one.
    """
    parents = {id(child): each for each in branches for child in each.children}
    on_path = {id(each) for each in path}

    def rank(each: Branch) -> tuple[bool, bool, bool, float]:
        long = each.seconds >= shape.seconds * _REMARKABLE
        return bool(each.stumbles), id(each) in on_path, each.depth < _LEVELS or long, each.seconds

    wanted = [
        each
        for each in branches
        if full or each.stumbles or id(each) in on_path or id(each) not in repeated
    ]
    wanted.sort(key=rank, reverse=True)
    chosen: set[int] = set()
    for each in wanted:
        above, lineage = each, list[Branch]()
        while id(above) not in chosen:
            lineage.append(above)
            if id(above) not in parents:
                break
            above = parents[id(above)]
        if len(chosen) + len(lineage) <= (_ALL if full else _MOST):
            chosen |= {id(one) for one in lineage}
    return chosen


def _line(branch: Branch, *, slow: bool) -> str:
    own = f" (own {span(branch.own)})" if branch.children and branch.own >= GAP / 10 else ""
    where = f" [{name(branch.span.project_slug)}]" if branch.span.is_transaction else ""
    wrong = [clean(one.short_id or one.event_type, limit=_WORD) for one in branch.stumbles]
    marks = f" !! {', '.join(dict.fromkeys(wrong))}" if wrong else ""
    star = " *" if slow else ""
    return f"{'  ' * branch.depth}{span(branch.seconds)}{own}{where} {_what(branch)}{star}{marks}"


def _what(branch: Branch) -> str:
    op, said = branch.span.op, called(branch.span)
    return " ".join(filter(None, [clean(op, limit=_WORD), clean(said, limit=_TEXT)]))


def _profiles(branches: Sequence[Branch]) -> Iterator[str]:
    """Name the profiles, as get_profile takes them."""
    seen: set[str] = set()
    for each in branches:
        if (said := _profile(each)) and said not in seen:
            seen.add(said)
            yield f"{said} {_what(each)}"


def _profile(each: Branch) -> str:
    it = each.span
    if it.profile_id:
        return f"profile={clean(it.profile_id, limit=_WORD)} project={name(it.project_slug)}"
    if it.profiler_id:
        return f"profiler={clean(it.profiler_id, limit=_WORD)} project={name(it.project_slug)}"
    return ""


def _logs(it: FoundTrace) -> Iterator[str]:
    for row in it.logs.items if it.logs else ():
        told = {key: cell for key, cell in row.items() if isinstance(cell, Untrusted)}
        moment = moment_in(told.get("timestamp", Untrusted()))
        at = f"+{span(max(moment.timestamp() - it.shape.begun, 0.0))}" if moment else ""
        level, said = told.get("severity", Untrusted()), told.get("message", Untrusted())
        yield " ".join(filter(None, [at, clean(level, limit=_WORD), clean(said, limit=_LINE)]))
    if it.logs and it.logs.next_cursor:
        yield f"… more than {len(it.logs.items)}"
