"""When a job is due, in words where a crontab has simple ones, and when it was."""

import re
from datetime import datetime
from typing import Final

from dexter_mcp.sentry.monitors import MonitorConfig
from dexter_mcp.views.discover import short_date
from dexter_mcp.views.untrusted import name

_DAYS: Final = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FIELDS: Final = 5
_NUMBERS: Final = re.compile(r"\d{1,2}(?:,\d{1,2})*")
_STEP: Final = re.compile(r"\*/(\d{1,2})")
_WEEKDAYS: Final = re.compile(r"[0-7](?:[,-][0-7])*")


def schedule(config: MonitorConfig) -> str:
    """Say when a job is due: "at 02:00 every day, Europe/Oslo", "every 2 hours".

    What has no simple words stands as Sentry has it: "cron 0 4 1 */3 *". The time zone is named
    where an hour is, because nothing else depends on it.
    """
    match config.schedule:
        case (number, unit):
            plural = "" if number == "1" else f"{number} "
            return f"every {plural}{name(unit)}{'s' if plural else ''}"
        case (crontab,):
            said, zoned = _words(crontab)
            zone = name(config.timezone or "UTC")
            return f"{said}, {zone}" if zoned else said
        case _:
            return ""


def stamp(moment: datetime | None, now: datetime) -> str:
    """Write a moment in UTC to the minute, midnight included: jobs like to run then."""
    if moment is None:
        return ""
    told = short_date(moment, now)
    return told if " " in told else f"{told} 00:00"


def _words(crontab: str) -> tuple[str, bool]:
    """Give the words, and whether an hour of the day is among them."""
    fields = crontab.split()
    if len(fields) != _FIELDS:
        return f"cron {name(crontab)}", True
    minute, hour, day, month, weekday = fields
    if (day, month, weekday) == ("*", "*", "*") and (often := _often(minute, hour)):
        return often, False
    times, days = _times(minute, hour), _days(day, month, weekday)
    return (f"at {times} {days}", True) if times and days else (f"cron {name(crontab)}", True)


def _often(minute: str, hour: str) -> str:
    """Say what happens more than once a day."""
    step, hours = _STEP.fullmatch(minute), _STEP.fullmatch(hour)
    if hour == "*" and minute in {"*", "*/1"}:
        return "every minute"
    if hour == "*" and step:
        return f"every {step[1]} min"
    if not minute.isdecimal():
        return ""
    if hour == "*":
        return f"every hour at :{minute:0>2}"
    return f"every {hours[1]} h at :{minute:0>2}" if hours else ""


def _times(minute: str, hour: str) -> str:
    if not (minute.isdecimal() and _NUMBERS.fullmatch(hour)):
        return ""
    return ", ".join(f"{each:0>2}:{minute:0>2}" for each in hour.split(","))


def _days(day: str, month: str, weekday: str) -> str:
    match day, month, weekday:
        case "*", "*", "*":
            return "every day"
        case "*", "*", days if _WEEKDAYS.fullmatch(days):
            return "on " + re.sub(r"\d", lambda at: _DAYS[int(at[0])], days).replace(",", ", ")
        case date, "*", "*" if _NUMBERS.fullmatch(date):
            return f"on day {date.replace(',', ', ')} of the month"
        case _:
            return ""
