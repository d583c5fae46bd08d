"""Until when issues are archived, in words and as Sentry takes it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from dexter_mcp.sentry.errors import Invalid

_CONDITIONAL: Final = "archived_until_condition_met"
_STANDING: Final[Mapping[str, str]] = {
    "": "archived_until_escalating",
    "escalating": "archived_until_escalating",
    "forever": "archived_forever",
}
_MINUTES: Final[Mapping[str, int]] = {"m": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60}
_FOR: Final = re.compile(r"(?P<number>[1-9]\d{0,5})(?P<unit>[mhdw])")
_COUNT: Final = re.compile(
    r"(?P<count>[1-9]\d{0,8}) (?P<what>event|user)s?(?: (?:in|within) (?P<within>\S+))?"
)
_LONGEST: Final = 7 * 24 * 60
"""Minutes in which events or users may have to come, at most."""


@dataclass(frozen=True)
class Archive:
    """How issues are archived: as Sentry takes it, and as people say it."""

    substatus: str
    details: Mapping[str, int]
    words: str

    @property
    def body(self) -> Mapping[str, Any]:
        """Give what is sent."""
        return {
            "status": "ignored",
            "substatus": self.substatus,
            "statusDetails": dict(self.details),
        }


def archive(until: str) -> Archive:
    """Read until when: `escalating`, `forever`, `8h`, `100 events`, `9 users in 24h`.

    Raises:
        Invalid: It is none of these.
    """
    if (substatus := _STANDING.get(until)) is not None:
        return Archive(substatus, {}, substatus.replace("_", " "))
    if (minutes := _minutes(until)) is not None:
        return Archive(_CONDITIONAL, {"ignoreDuration": minutes}, f"archived for {until}")
    if told := _COUNT.fullmatch(until):
        return Archive(_CONDITIONAL, _counted(told), f"archived until {until}")
    raise Invalid(
        "`until` is escalating, forever, a time such as 8h or 30d, or `100 events` or `9 users`, "
        f"also `in 24h`; not {until[:40]!r}."
    )


def _counted(told: re.Match[str]) -> Mapping[str, int]:
    event, within = told["what"] == "event", told["within"]
    details = {"ignoreCount" if event else "ignoreUserCount": int(told["count"])}
    if not within:
        return details
    window = _minutes(within)
    if window is None or window > _LONGEST:
        raise Invalid(f"`until` counts within 7d at most, such as `in 24h`, not {within[:20]!r}.")
    return {**details, "ignoreWindow" if event else "ignoreUserWindow": window}


def _minutes(text: str) -> int | None:
    told = _FOR.fullmatch(text)
    return int(told["number"]) * _MINUTES[told["unit"]] if told else None
