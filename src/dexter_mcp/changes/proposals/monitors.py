"""Changes to cron monitors."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from dexter_mcp.changes.plan import Proposal, Wish
from dexter_mcp.changes.proposals.assigning import Assignee, assignee
from dexter_mcp.changes.schedules import schedule, timezone
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.monitors import Place, settled
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import Invalid, NotFound
from dexter_mcp.sentry.monitors import Monitor
from dexter_mcp.views.monitors import reference
from dexter_mcp.views.untrusted import name

MonitorState = Literal["", "active", "disabled", "muted", "unmuted"]

_SLUG: Final = re.compile(r"(?![0-9]+$)[a-z0-9_\-]{1,50}")
_LONGEST: Final = 128
_MINUTES, _RUNS = 40_320, 720
_LIMITS: Final[Mapping[str, tuple[str, int]]] = {
    "margin": ("checkin_margin", _MINUTES),
    "max_runtime": ("max_runtime", _MINUTES),
    "failures": ("failure_issue_threshold", _RUNS),
    "recoveries": ("recovery_threshold", _RUNS),
}


@dataclass(frozen=True)
class Watch:
    """What a monitor shall be; what is empty stays as it is, or is as Sentry has it by default."""

    called: str = ""
    slug: str = ""
    schedule: str = ""
    settings: Sequence[str] = ()
    owner: str = ""

    @property
    def config(self) -> dict[str, Any]:
        """Say when it is due and what counts as trouble, in Sentry's words.

        Raises:
            Invalid: The schedule or a setting can't be understood.
        """
        due = schedule(self.schedule) if self.schedule else dict[str, Any]()
        return {**due, **dict(map(_setting, self.settings))}


async def create(desk: Desk, *, org: str, project: Sequence[str], wanted: Watch) -> Proposal:
    """Propose a monitor in a project.

    Raises:
        Invalid: Something of it can't be understood, or no project is named.
        NotFound: There is no such project, or no such owner.
    """
    if not (wanted.called and wanted.schedule):
        raise Invalid("A monitor needs a `name` and a `schedule`.")
    fields = _fields(wanted)
    named = desk.among(project)
    if not named:
        raise Invalid("Say in which `project` the job is; `list_projects` names them.")
    home = await desk.org(org)
    slug = (await desk.sentry.projects.resolve(home, named[0])).slug
    who = await _owner(desk, home, wanted.owner)
    body = {"project": slug, **fields, **_owned(who)}
    order = Order("create_monitor", {"org": home}, {}, body)
    wish = Wish(order, f"monitor {wanted.called}", called=_words(who))
    return Proposal(home, f"Create the cron monitor {wanted.called} in {slug}", [wish])


async def update(
    desk: Desk, *, org: str, monitor: str, wanted: Watch, state: MonitorState
) -> Proposal:
    """Propose to change a monitor.

    Raises:
        Invalid: Nothing is to be changed, or something of it can't be understood; or it is no
            cron monitor, or could be several.
        NotFound: There is no such monitor, or no such owner.
    """
    fields = {**_fields(wanted), **_standing(state)}
    if not (fields or wanted.owner):
        raise Invalid("Nothing to change: give a new `name`, `schedule`, `state` or the like.")
    home = await desk.org(org)
    it = await _cron(desk, home, monitor)
    who = await _owner(desk, home, wanted.owner)
    body = {**fields, **_owned(who)}
    order = Order("update_monitor", {"org": home, "monitor": it.id}, {}, body)
    wish = Wish(order, f"monitor {reference(it)}", it.name.raw, called=_words(who))
    told = ", ".join(_told(body))
    return Proposal(home, f"Change the cron monitor {reference(it)}: {told}", [wish])


async def delete(desk: Desk, *, org: str, monitor: str, environment: Sequence[str]) -> Proposal:
    """Propose to delete a monitor, or only some of its environments.

    Raises:
        Invalid: It has no environment of a name: Sentry would take that for the whole monitor.
        NotFound: There is no such monitor.
    """
    home = await desk.org(org)
    it = await _cron(desk, home, monitor)
    query = {"environment": tuple(dict.fromkeys(environment))} if environment else {}
    order = Order("delete_monitor", {"org": home, "monitor": it.id}, query)
    called = reference(it)
    wish = Wish(order, f"monitor {called}", it.name.raw, name=called)
    part = f"{' and '.join(map(name, environment))} of " if environment else ""
    return Proposal(home, f"Delete {part}the cron monitor {called}", [wish])


async def _cron(desk: Desk, org: str, named: str) -> Monitor:
    it, _ = await settled(desk, named, Place(org))
    if isinstance(it, Monitor):
        return it
    raise Invalid(
        f"{reference(it)} is an uptime monitor, and this is about cron monitors. Uptime monitors "
        "are changed in Sentry."
    )


def _fields(wanted: Watch) -> dict[str, Any]:
    """Check and spell all but the owner."""
    if len(wanted.called) > _LONGEST:
        raise Invalid(f"`name` may have {_LONGEST} characters, not {len(wanted.called)}.")
    if wanted.slug and not _SLUG.fullmatch(wanted.slug):
        raise Invalid(
            f"`slug` {wanted.slug[:80]!r}: up to 50 lower-case letters, digits, - and _, and not "
            "digits alone."
        )
    told = {"name": wanted.called, "slug": wanted.slug, "config": wanted.config}
    return {field: value for field, value in told.items() if value}


def _setting(text: str) -> tuple[str, str | int]:
    """Read `margin=5` and the like.

    Raises:
        Invalid: It is no setting, or not what it takes.
    """
    called, _, value = (part.strip() for part in text.partition("="))
    if called == "timezone":
        return called, timezone(value)
    if called not in _LIMITS:
        raise Invalid(
            f"{text[:80]!r} is no setting. Write timezone=, {', '.join(f'{n}=' for n in _LIMITS)}."
        )
    field, most = _LIMITS[called]
    if not (value.isdecimal() and 1 <= int(value) <= most):
        raise Invalid(f"`settings`: {called} is a number from 1 to {most}, not {value[:40]!r}.")
    return field, int(value)


def _standing(state: MonitorState) -> dict[str, Any]:
    match state:
        case "active" | "disabled":
            return {"status": state}
        case "muted" | "unmuted":
            return {"is_muted": state == "muted"}
        case _:
            return {}


async def _owner(desk: Desk, org: str, named: str) -> Assignee | None:
    if not named:
        return None
    try:
        return await assignee(desk, org, named)
    except NotFound as nobody:
        nobody.advice = "Write #slug for a team; `list_teams` and `list_members` name them."
        raise


def _words(who: Assignee | None) -> Mapping[str, str]:
    return who.words if who else {}


def _owned(who: Assignee | None) -> dict[str, Any]:
    return {"owner": who.actor or None} if who else {}


def _told(body: dict[str, Any]) -> Iterator[str]:
    """Name what changes; the differences tell the rest."""
    config = body.get("config", {})
    if "schedule" in config:
        yield "schedule"
    yield from (
        field.replace("_", " ")
        for field in (*body, *config)
        if field not in {"config", "schedule", "schedule_type"}
    )
