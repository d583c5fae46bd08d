"""How the road to Sentry has been since this process began."""

from collections.abc import Iterable, Iterator, Mapping

from dexter_mcp.sentry.capabilities import Trait
from dexter_mcp.sentry.pulse import Count, Pulse
from dexter_mcp.views.moments import span
from dexter_mcp.views.untrusted import name

_COUNTS: Mapping[Count, str] = {
    "requests": "requests to Sentry",
    "failures": "that broke off",
    "retries": "tried again",
    "waits": "that waited for their turn",
    "cache_hits": "answers from memory",
    "coalesced": "that joined one under way",
    "stale": "older than they should be, because Sentry failed",
    "refused_early": "not sent, because Sentry kept failing",
}
_TRAITS: Mapping[Trait, str] = {
    "version": "version {}",
    "make": "not Sentry's own; issue search without time range, by tags and plain words",
    "short ids": "knows issues by number",
    "datasets": "data sets {}",
    "series": "older time series",
    "alerts": "rules in place of alerts, or none",
}

Known = Iterable[tuple[Trait, tuple[str, ...]]]
"""What calls have found out about a server."""


def status(pulse: Pulse, known: Known) -> str:
    """Tell the counts, the latency, the limits as last seen, the breakers, and what Sentry is."""
    told = server(known)
    here = [f"- Sentry there: {told}"] if told else []
    title = "# The road to Sentry, since this server started"
    return "\n".join([title, "", *lines(pulse), *here]) + "\n"


def server(known: Known) -> str:
    """Say what a server turned out to be, in the same order always; empty for today's Sentry."""
    found = dict(known)
    return "; ".join(
        said.format(", ".join(map(name, found[trait])))
        for trait, said in _TRAITS.items()
        if trait in found
    )


def lines(pulse: Pulse) -> Iterator[str]:
    """Tell it a line each, and leave out what did not happen."""
    for count, meaning in _COUNTS.items():
        if pulse.counts[count] or count == "requests":
            yield f"- {pulse.counts[count]} {meaning}"
    if pulse.waited:
        yield f"- waited {span(pulse.waited)} in all"
    if latency := pulse.latency():
        told = ", ".join(f"{of} {span(seconds)}" for of, seconds in latency.items())
        yield f"- latency {told}"
    for bucket, limits in sorted(pulse.limits.items()):
        yield f"- limit of {name(bucket)}: {name(limits)}"
    for breaker, state in sorted(pulse.breakers.items()):
        yield f"- breaker of {name(breaker)}: {name(state)}"
