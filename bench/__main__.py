"""Measure this server beside a bare one, and any other; let it soak, and change things, in a storm.

Everything runs on this machine: a simulated Sentry and each server are processes of their own.
What is measured is what is installed beside the Python that runs this: `make bench` sees to it
that this is the wheel.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import anyio

import processes
from candidates import Candidate, Question, bare, other, ours
from changes import changes
from costs import Cost, costs, definitions
from report import (
    Target,
    tell_changes,
    tell_costs,
    tell_definitions,
    tell_laps,
    tell_soak,
    tell_starts,
    title,
)
from sentry import Sentry, simulated_sentry
from soak import soak
from speed import Lap, race, started
from startup import starts
from verdicts import Verdict
from writes import Writes

_OTHERS = """\
another server beside ours:
  make bench BENCH='--other "other-mcp --host={host}" --calls calls.json'
where calls.json holds [{"tool": "list_projects", "arguments": {"org": "acme"}}, ...]. In both,
{url}, {host} and {token} are the simulated Sentry's; SENTRY_URL, SENTRY_HOST, SENTRY_AUTH_TOKEN
and SENTRY_ACCESS_TOKEN name them too.
"""
_CROWD = 500
_AT_ONCE = 20
_OVERHEAD = 3.0
"""Times what a trivial tool on a bare server takes."""
_MEMORY = 110.0
"""Megabytes."""
_LEVEL = 2.0
"""Megabytes by which memory may differ from one quarter of the soak to the next."""


def main() -> int:
    """Print every figure, then each target and whether it is met; fail if one is not."""
    options = _options()
    targets = anyio.run(_measure, options)
    title("Targets")
    print("\n".join(map(str, targets)))
    return 0 if all(target.met for target in targets) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench",
        description="Measure the server, beside a bare one and any other; then let it soak.",
        epilog=_OTHERS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--runs", type=int, default=7, help="starts of each server")
    parser.add_argument("--laps", type=int, default=300, help="calls of each kind, one by one")
    parser.add_argument("--soak", type=int, default=10_000, help="calls of the soak; 0 for none")
    parser.add_argument("--seconds", type=float, default=200, help="after which it asks no more")
    parser.add_argument("--minutes", type=float, default=2, help="of changes; 0 for none")
    parser.add_argument("--other", help="command line of another server to measure beside ours")
    parser.add_argument("--calls", type=Path, help="JSON list of calls to ask it")
    options = parser.parse_args()
    if bool(options.other) != bool(options.calls):
        parser.error("--other and --calls go together: what to start, and what to ask it.")
    return options


async def _measure(options: argparse.Namespace) -> list[Target]:
    async with simulated_sentry() as sentry:
        candidates = [bare(), ours(sentry)]
        if options.other:
            candidates.append(other(options.other, options.calls, sentry))
        await _before_the_first_call(candidates, options.runs)
        targets = await _answers(candidates[1:], sentry)
        targets += await _calls(candidates, sentry, options.laps)
        if options.soak:
            targets += await _soak(sentry, options.soak, options.seconds)
        if options.minutes:
            targets += await _changes(sentry, options.minutes)
        return targets


async def _before_the_first_call(candidates: Sequence[Candidate], runs: int) -> None:
    names = [each.name for each in candidates]
    title(f"Start, {runs} runs, Python {sys.version.split()[0]}")
    tell_starts(names, starts(candidates, runs=runs))
    title("Definitions, o200k tokens")
    tell_definitions(names, [await definitions(each) for each in candidates])


async def _answers(candidates: Sequence[Candidate], sentry: Sentry) -> list[Target]:
    found: list[Sequence[Cost]] = []
    for candidate in candidates:
        title(f"Answers of {candidate.name}, each from a server that knows nothing yet")
        found.append(await costs(candidate, sentry))
        tell_costs(found[-1])
    again = max(cost.again for cost in found[0])
    return [Target("requests to Sentry for a repeated question", again, 0)]


async def _calls(candidates: Sequence[Candidate], sentry: Sentry, calls: int) -> list[Target]:
    title(f"Calls, {calls} of each, ratios to the bare server's less Sentry's own time")
    async with started(candidates) as (plain, own, *others):
        simple = Question(tool="list_projects")
        named = Question(tool="list_projects", arguments={"org": sentry.told.org})
        laps = [
            Lap("bare server: ping", plain, candidates[0].questions[0]),
            Lap(f"from memory: {simple}", own, simple),
            Lap(f"from Sentry: {named}", own, named.anew()),
            Lap(f"from Sentry: {simple}", own, simple.anew()),
        ]
        for server, candidate in zip(others, candidates[2:], strict=True):
            laps += [Lap(f"other: {each}", server, each) for each in candidate.questions]
        await race(laps, sentry, calls=calls)
        tell_laps(laps, [await lap.crowd(_CROWD, _AT_ONCE) for lap in laps])
        peak = processes.peak_memory(own.process)
    print(f"peak memory of {candidates[1].name}: {peak:.1f} MB")
    measure, memory, upstream, *_ = laps
    return [
        Target(
            "time of a read from memory, to a trivial tool", memory.own / measure.own, _OVERHEAD
        ),
        Target("time of a read from Sentry, likewise", upstream.own / measure.own, _OVERHEAD),
        Target("peak memory", peak, _MEMORY, " MB"),
    ]


async def _soak(sentry: Sentry, calls: int, seconds: float) -> list[Target]:
    title("Soak, with faults and limits")
    result = await soak(sentry, calls=calls, seconds=seconds)
    tell_soak(result)
    return [
        Target("wrong answers in the soak", result.verdicts[Verdict.WRONG], 0),
        Target("lost answers", result.verdicts[Verdict.LOST], 0),
        Target("calls not asked for want of time", calls - len(result.calls), 0),
        *(_targets_of(result.writes) if result.writes else ()),
        Target("memory that the last quarter adds", result.growth, _LEVEL, " MB"),
        Target("peak memory in the soak", result.peak, _MEMORY, " MB"),
    ]


async def _changes(sentry: Sentry, minutes: float) -> list[Target]:
    title(f"Changes, {minutes:g} minutes of them, with faults before and after each")
    result = await changes(sentry, minutes=minutes)
    tell_changes(result)
    return [
        Target("changes carried out twice", result.twice, 0),
        Target("requests that nothing recorded", result.unrecorded + result.open, 0),
        Target("changes of which the log does not tell the truth", len(result.untrue), 0),
        Target("changes that got no answer", result.lost, 0),
    ]


def _targets_of(writes: Writes) -> tuple[Target, Target]:
    return (
        Target("writes carried out twice", writes.twice, 0),
        Target("writes told to be done that were not, or the reverse", writes.untrue, 0),
    )


if __name__ == "__main__":
    sys.exit(main())
