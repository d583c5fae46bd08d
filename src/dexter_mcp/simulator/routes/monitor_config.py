"""The configuration of a cron job, as bodies describe it."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dexter_mcp.simulator.intake.loose import is_list, is_mapping
from dexter_mcp.simulator.memory import schedules
from dexter_mcp.simulator.routes import bounds, fields
from dexter_mcp.simulator.routes.refusals import Refusal
from dexter_mcp.simulator.routes.writing import REQUIRED, choose, invalid
from dexter_mcp.simulator.telling.story import Json

_MINUTES, _TIMES = 40_320, 720
_NUMBERS = {
    "checkinMargin": ("checkin_margin", _MINUTES),
    "maxRuntime": ("max_runtime", _MINUTES),
    "failureIssueThreshold": ("failure_issue_threshold", _TIMES),
    "recoveryThreshold": ("recovery_threshold", _TIMES),
}
_KINDS = ("crontab", "interval")
_PAIR = 2


def read_config(value: object, old: Json | None) -> Json:
    """Read what a configuration says; `old` is what it changes, None that of a new job.

    Names stand in snake case within, and bodies may say either.
    """
    if not is_mapping(value):
        said = f"Invalid data. Expected a dictionary, but got {type(value).__name__}."
        raise Refusal(400, {"nonFieldErrors": [said]})
    told = fields.camel(dict(value))
    if old is None and not told.get("schedule"):
        raise invalid(schedule=REQUIRED)
    choose(told, "scheduleType", _KINDS)
    read: Json = {}
    for name, (plain, most) in _NUMBERS.items():
        if name in told:
            read[plain] = _number(told, name, most)
    if told.get("timezone"):
        read["timezone"] = _zone(str(told["timezone"]))
    if told.get("schedule"):
        read |= _schedule(told, (old or {}).get("schedule_type"))
    return read


def _number(told: Json, name: str, most: int) -> int | None:
    """Read a number from 1 on; a margin of 0 is taken for 1, as old clients send it."""
    if name == "checkinMargin" and told[name] == 0:
        return 1
    return bounds.within(told, name, 1, most)


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise invalid(timezone=f'"{name}" is not a valid choice.') from None


def _schedule(told: Json, kind: object) -> Json:
    """Read a schedule, which may also come as `{"type", "value", "unit"}`."""
    schedule, kind = told["schedule"], told.get("scheduleType") or kind
    if is_mapping(schedule):
        whole, kind = schedule, schedule.get("type") or kind
        schedule = [whole.get("value"), whole.get("unit")]
        schedule = schedule if kind == "interval" else schedule[0]
    if kind not in _KINDS:
        raise invalid(scheduleType="Missing or invalid schedule type")
    read = _interval(schedule) if kind == "interval" else _crontab(schedule)
    return {"schedule_type": kind, "schedule": read}


def _interval(schedule: object) -> list[object]:
    if not is_list(schedule) or len(schedule) != _PAIR:
        raise invalid(schedule="Invalid schedule for for 'interval' type")
    count, unit = schedule
    if isinstance(count, bool) or not isinstance(count, int):
        raise invalid(schedule="Invalid schedule for schedule unit count")
    if count <= 0:
        raise invalid(schedule="Interval must be greater than zero")
    if unit not in schedules.UNITS:
        raise invalid(schedule="Invalid schedule for schedule unit name")
    return [count, unit]


def _crontab(schedule: object) -> str:
    if not isinstance(schedule, str):
        raise invalid(schedule="Invalid schedule for 'crontab' type")
    try:
        return schedules.crontab(schedule)
    except ValueError as error:
        raise invalid(schedule=str(error)) from None
