"""Feature flags, as the program found them before the event."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from dexter_mcp.sentry.events import Flag
from dexter_mcp.views import pairs
from dexter_mcp.views.parts import more
from dexter_mcp.views.untrusted import clean

_FEW = 8
_NAME = 60
_VALUE = 60
_SWITCH: Final[Mapping[str, str]] = {"true": "on", "false": "off"}


def switches(flags: Sequence[Flag], *, full: bool) -> Iterator[str]:
    """Say what each flag came to; the last ones, which were asked for last, unless in `full`."""
    shown = flags if full else flags[-_FEW:]
    if shown:
        yield ", ".join(map(_switch, shown))
    if left := len(flags) - len(shown):
        yield more("flags", f"{left} earlier")


def _switch(it: Flag) -> str:
    said = _SWITCH.get(it.result.raw) or pairs.value((it.flag, it.result), limit=_VALUE)
    return f"{clean(it.flag, limit=_NAME)} {said}".strip()
