"""Names and values from events: a telltale name makes a secret of its value."""

from collections.abc import Iterable

from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views.secrets import redact_value
from dexter_mcp.views.untrusted import clean, glimpse

_LONGEST_NAME = 60

Pair = tuple[Untrusted, Untrusted]


def value(pair: Pair, *, limit: int) -> str:
    """Clean the value of a pair on one line; it is redacted for its name's sake before any cut."""
    name, told = pair
    return clean(redact_value(name.raw, glimpse(told, limit=limit)), limit=limit)


def named(pair: Pair, *, limit: int, between: str = "=") -> str:
    """Write a pair as `name=value`."""
    return f"{clean(pair[0], limit=_LONGEST_NAME)}{between}{value(pair, limit=limit)}"


def filled(pairs: Iterable[Pair]) -> list[Pair]:
    """Leave out pairs without a name or a value."""
    return [pair for pair in pairs if all(pair)]


def one_line(pairs: Iterable[Pair], *, most: int, limit: int) -> str:
    """Write the first few pairs one after the other, and say how many are left out."""
    present = filled(pairs)
    shown = [named(pair, limit=limit) for pair in present[:most]]
    left = [f"… {len(present) - most} more"] if len(present) > most else []
    return ", ".join(shown + left)


def lookup(pairs: Iterable[Pair], name: str) -> Untrusted:
    """Find the value of a name, whatever its case; empty if there is none."""
    wanted = name.lower()
    return next((told for key, told in pairs if key.raw.lower() == wanted), Untrusted())
