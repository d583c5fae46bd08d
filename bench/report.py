"""The figures as people read them."""

from collections.abc import Sequence
from dataclasses import dataclass

from changes import AT_ONCE as SERVERS
from changes import Changes
from costs import Cost, Definitions
from soak import AT_ONCE, Soak
from speed import Lap
from startup import Start
from verdicts import Verdict
from writes import Writes

_SHOWN = 3
_LONGEST = 1_500


@dataclass(frozen=True)
class Target:
    """A promise: a figure that is to be at most so much."""

    what: str
    value: float
    at_most: float
    unit: str = ""

    @property
    def met(self) -> bool:
        """Tell whether it is kept."""
        return self.value <= self.at_most

    def __str__(self) -> str:
        verdict = "met" if self.met else "NOT MET"
        return f"{verdict:8}{self.what}: {self.value:.2f}{self.unit}, at most {self.at_most:g}"


def title(text: str) -> None:
    """Begin a part of the report."""
    print(f"\n{text}\n{'-' * len(text)}", flush=True)


def table(*rows: Sequence[str]) -> None:
    """Print rows in columns: the first to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *rest in rows:
        cells = [f"{cell:>{width}}" for cell, width in zip(rest, widths[1:], strict=True)]
        print("  ".join([f"{first:{widths[0]}}", *cells]))


def tell_starts(names: Sequence[str], starts: Sequence[Start]) -> None:
    """Show how long each server takes to be ready."""
    rows = [
        (name, f"{s.initialize:.0f} ms", f"{s.tools_list:.0f} ms", f"{s.memory:.1f} MB")
        for name, s in zip(names, starts, strict=True)
    ]
    table(("median", "initialize", "tools/list", "peak memory"), *rows)


def tell_definitions(names: Sequence[str], definitions: Sequence[Definitions]) -> None:
    """Show what the tools cost before anything is asked."""
    rows = [
        (name, str(d.tools), f"{d.size:,}", f"{d.tokens:,}")
        for name, d in zip(names, definitions, strict=True)
    ]
    table(("all definitions", "tools", "bytes", "tokens"), *rows)


def tell_costs(costs: Sequence[Cost]) -> None:
    """Show what each answer costs, in tokens and in requests."""
    rows = [
        (
            str(cost.question) + (" (failed)" if cost.failed else ""),
            f"{cost.tokens:,}",
            str(cost.requests),
            str(cost.again),
        )
        for cost in costs
    ]
    table(("answer", "tokens", "requests to Sentry", "when asked again"), *rows)


def tell_laps(laps: Sequence[Lap], rates: Sequence[float]) -> None:
    """Show what a call costs in time; the first lap is the measure of the others."""
    measure = laps[0]
    rows = [
        (
            lap.name,
            f"{lap.median:.2f} ms",
            f"{lap.late:.2f} ms",
            str(lap.requests),
            f"{lap.sentry * 1e3:.2f} ms",
            f"{lap.own / measure.own:.2f}",
            f"{lap.processor:.2f} ms",
            f"{lap.processor / measure.processor:.2f}",
            f"{rate:.0f}/s",
        )
        for lap, rate in zip(laps, rates, strict=True)
    ]
    head = ("median", "p95", "requests", "of it Sentry", "ratio", "CPU", "ratio", "20 at once")
    table(("a call", *head), *rows)


def tell_soak(soak: Soak) -> None:
    """Show what became of the calls, of the requests behind them, and of the memory."""
    done, ordered = len(soak.calls), sorted(soak.calls)
    print(
        f"{done:,} of {soak.wanted:,} calls, {AT_ONCE} at once, in {soak.seconds:.0f} s "
        f"({done / soak.seconds:.0f}/s); median {ordered[done // 2]:.2f} s, "
        f"p95 {ordered[done * 95 // 100]:.2f} s, longest {ordered[-1]:.1f} s"
    )
    if soak.spoiled:
        print(
            f"{soak.requests:,} requests to Sentry, {soak.spoiled.faults} of them spoiled, "
            f"{soak.spoiled.refusals} refused by its limits"
        )
    for verdict in Verdict:
        print(f"{soak.verdicts[verdict]:7,}  {verdict.value}")
    for error, times in soak.errors.most_common():
        print(f"{times:7,}    {error}")
    print(
        f"memory after each quarter: {', '.join(f'{each:.1f}' for each in soak.quarters)} MB; "
        f"peak {soak.peak:.1f} MB"
    )
    if soak.writes:
        _tell_writes(soak.writes)
    for text in soak.wrong[:_SHOWN]:
        print(f"\n{text[:_LONGEST]}")


def _tell_writes(writes: Writes) -> None:
    told = writes.told
    print(
        f"{writes.count:,} writes beside them, through the facade in a process of its own: "
        f"{len(told.done):,} done, {len(told.unclear):,} told to be unclear, "
        f"{len(told.refused):,} refused; {len(writes.entries):,} carried out, "
        f"{writes.twice:,} of them twice; {writes.untrue:,} told wrongly"
    )


def tell_changes(changes: Changes) -> None:
    """Show what became of the changes, and what the log and the ledger weigh."""
    ordered = sorted(changes.seconds)
    if not ordered or changes.carried is None:
        print("nothing was changed")
        return
    print(
        f"{len(ordered):,} changes by {SERVERS} servers; "
        f"median {ordered[len(ordered) // 2]:.2f} s, "
        f"p95 {ordered[len(ordered) * 95 // 100]:.2f} s, longest {ordered[-1]:.1f} s; "
        f"{changes.carried.requests:,} requests, {changes.carried.faults:,} of them met a fault"
    )
    print("told: " + ", ".join(f"{n:,} {end}" for end, n in changes.ends.most_common(8)))
    print("recorded: " + ", ".join(f"{n:,} {fate}" for fate, n in changes.fates.most_common()))
    print(
        f"carried out twice {changes.twice}; unrecorded {changes.unrecorded}; still open "
        f"{changes.open}; answers lost {changes.lost}; told wrongly {len(changes.untrue)}"
    )
    print(", ".join(f"{kind} {size / 1024:,.0f} KiB" for kind, size in changes.sizes.items()))
    for text in changes.untrue[:_SHOWN]:
        print(text[:_LONGEST])
