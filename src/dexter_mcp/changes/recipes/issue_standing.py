"""The state of an issue, in the words in which it is written.

Sentry takes `ignoreDuration` in minutes and shows `ignoreUntil`, a time; it takes a commit and
shows the release that brings it; of the events that an archived issue may still have it shows
those that are left.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from dexter_mcp.changes.plan import Json
from dexter_mcp.sentry.json_types import is_object

ASKED_AT: Final = "asked at"
"""Under which name a look notes when it was taken, in epoch seconds."""
CONDITIONS: Final = (
    "ignoreDuration",
    "ignoreCount",
    "ignoreWindow",
    "ignoreUserCount",
    "ignoreUserWindow",
)
_KEPT: Final = (
    *("inNextRelease", "inUpcomingRelease", "inFutureRelease", "inRelease", "inCommit"),
    *("ignoreUntil", *CONDITIONS),
)
_ALIASES: Final = {"resolvedInNextRelease": "resolved", "muted": "ignored"}
_NEARLY: Final = timedelta(minutes=5)
"""By how much clocks may differ."""
_LEFT: Final = 0.9
"""Which share of the events that were allowed may be left at least, just after it was set."""


def status(told: str) -> str:
    """Spell a status as Sentry shows it."""
    return _ALIASES.get(told, told)


def details(state: Json) -> Json:
    """Read what goes with a status: which release brings the fix, until when it is archived."""
    shown = state.get("statusDetails")
    found = {n: shown[n] for n in _KEPT if shown.get(n)} if is_object(shown) else {}
    if is_object(commit := found.get("inCommit")):
        found["inCommit"] = _commit(commit)
    return found


def _commit(shown: Json) -> Json:
    repository = shown.get("repository")
    called = repository.get("name", "") if is_object(repository) else ""
    return {"commit": shown.get("id", ""), "repository": called}


def wanted_details(told: Json) -> Json | None:
    """Say what an order wants to go with the status; `None` where it leaves that open."""
    given = told.get("statusDetails")
    if is_object(given):
        found = {n: v for n, v in given.items() if v}
    else:
        found = {n: told[n] for n in CONDITIONS if told.get(n)}
    if told.get("status") == "resolvedInNextRelease":
        found["inNextRelease"] = True
    return found if found or is_object(given) else None


def without_clock(told: Json) -> Json:
    """Leave out the duration where a time says the same."""
    return {n: v for n, v in told.items() if n != "ignoreDuration" or "ignoreUntil" not in told}


def spelt(told: Json) -> str:
    """Spell what goes with a status as a text, so that it is compared as a whole."""
    return json.dumps(told, sort_keys=True) if told else ""


def timed(told: Json, now: float) -> Json:
    """Turn the time until which an issue was archived into the minutes that are left until then.

    Sentry overlooks the time, which stays for whoever looks what has come of it.
    """
    if (until := _moment(told.get("ignoreUntil"))) is None:
        return told
    left = until - datetime.fromtimestamp(now, UTC)
    return {**told, "ignoreDuration": max(1, round(left.total_seconds() / 60))}


def brought(wanted: Json, found: Json, now: float) -> bool:
    """Tell whether what goes with the status is what was wanted."""
    plain = without_clock(wanted)
    if "inCommit" in plain:
        return "inRelease" in found or found.get("inCommit") == plain["inCommit"]
    names = {"ignoreUntil" if n == "ignoreDuration" else n for n in plain}
    return names == set(found) and all(
        _RULES.get(name, _equal)(value, found, name, now) for name, value in plain.items()
    )


_Rule = Callable[[Any, Json, str, float], bool]


def _equal(value: Any, found: Json, name: str, now: float) -> bool:
    _ = now
    return value == "latest" if name == "inRelease" and value == "latest" else found[name] == value


def _left(value: Any, found: Json, name: str, now: float) -> bool:
    _ = now
    return int(value) * _LEFT <= int(found[name]) <= int(value)


def _until(value: Any, found: Json, _: str, __: float) -> bool:
    return _near(_moment(value), found)


def _for(value: Any, found: Json, _: str, now: float) -> bool:
    return _near(datetime.fromtimestamp(now, UTC) + timedelta(minutes=int(value)), found)


def _near(wanted: datetime | None, found: Json) -> bool:
    shown = _moment(found.get("ignoreUntil"))
    return wanted is not None and shown is not None and abs(wanted - shown) <= _NEARLY


def _moment(told: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_RULES: Final[Mapping[str, _Rule]] = {
    "ignoreUntil": _until,
    "ignoreDuration": _for,
    "ignoreCount": _left,
    "ignoreUserCount": _left,
}
