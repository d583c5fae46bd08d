"""How the road to Sentry has been since this process began."""

from collections.abc import Iterator, Mapping

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


def status(pulse: Pulse) -> str:
    """Tell the counts, the latency, the limits as last seen, and which breakers are open."""
    return "\n".join(["# The road to Sentry, since this server started", "", *lines(pulse)]) + "\n"


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
