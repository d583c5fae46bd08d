"""Everything that watches an organization, whichever generation of alerts its server has.

Today's alerts and monitors are asked for first. A server that does not know them has rules, which
are read as what replaces them. Where Sentry is about to retire the rules, their routes are
switched off for minutes at a time; then today's have come in the meantime.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import anyio

from dexter_mcp.insights import missing
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.local_pages import cut, everything
from dexter_mcp.insights.side_by_side import Part, side_by_side
from dexter_mcp.sentry.detectors import BUILT_IN, Detector, OpenPeriod
from dexter_mcp.sentry.errors import Gone, NotFound, SentryError, Unreachable
from dexter_mcp.sentry.metric_alerts import Incident
from dexter_mcp.sentry.projects import Project
from dexter_mcp.sentry.workflows import Workflow
from dexter_mcp.views.alerts_state import Alert, Monitor, Watch
from dexter_mcp.views.alerts_words import Connections, Names
from dexter_mcp.views.answer import Failed

T = TypeVar("T")

_MOST_PROJECTS = 25
"""Projects whose rules are read: older servers list them by project."""
_MOST_PEOPLE = 100
_MOST_INTEGRATIONS = 100
_SWITCHED_OFF = (
    "Sentry has switched its old alert routes off for some minutes, and does not offer the new "
    "ones to this organization yet."
)
_NEITHER = "This server has neither alerts nor alert rules."


@dataclass(frozen=True)
class Survey:
    """What watches, with what it takes to tell of it.

    `detectors` are all monitors, those included that come with a project. `old` says that the
    server has rules; `left_out` what was not looked at.
    """

    watches: tuple[Watch, ...]
    detectors: tuple[Detector, ...] = ()
    projects: tuple[Project, ...] = ()
    names: Names = field(default_factory=Names)
    failed: tuple[Failed, ...] = ()
    left_out: str = ""
    old: bool = False

    @property
    def alerts(self) -> list[Alert]:
        """Pick the alerts."""
        return [each for each in self.watches if isinstance(each, Alert)]


async def survey(desk: Desk, org: str, project: Sequence[str] = ()) -> Survey:
    """Gather all alerts and monitors of an organization, or of some projects.

    Raises:
        SentryError: Neither came.
    """
    since = anyio.current_time()
    async with side_by_side(desk.settings.soft_deadline, since=since) as these:
        known = these.ask("projects", lambda: _projects(desk, org, project))
        today = these.ask("alerts", lambda: desk.sentry.workflows.offered(org))
    projects = known.required()
    ask = _of_today if today.required() else _of_before
    return await ask(desk, org, projects, since, named=bool(project))


async def _projects(desk: Desk, org: str, named: Sequence[str]) -> tuple[Project, ...]:
    if named:
        return await desk.sentry.projects.resolve_all(org, named)
    with missing.organization(org):
        return tuple((await desk.sentry.projects.list(org)).items)


async def _of_today(
    desk: Desk, org: str, projects: Sequence[Project], since: float, *, named: bool
) -> Survey:
    chosen = [each.id for each in projects] if named else ["-1"]
    sentry = desk.sentry
    async with side_by_side(desk.settings.soft_deadline, since=since) as these:
        workflows = these.ask(
            "alerts",
            lambda: everything(lambda at: sentry.workflows.list(org, project=chosen, cursor=at)),
        )
        detectors = these.ask(
            "monitors",
            lambda: everything(lambda at: sentry.detectors.list(org, project=chosen, cursor=at)),
        )
        installed = these.ask(
            "integrations", lambda: sentry.integrations.list(org, per_page=_MOST_INTEGRATIONS)
        )
    if not workflows.came:
        detectors.required()
    told, more_alerts = workflows.otherwise((list[Workflow](), False))
    seen, more_monitors = detectors.otherwise((list[Detector](), False))
    attached = [each for each in told if each.detector_ids or not named]
    watches: tuple[Watch, ...] = (
        *(alert_of(each, seen) for each in attached),
        *(Monitor(each) for each in seen if each.type not in BUILT_IN),
    )
    return Survey(
        watches,
        tuple(seen),
        tuple(projects),
        replace(
            await names_for(desk, org, projects, watches),
            connections=Connections.of(installed.otherwise(None)),
        ),
        (*workflows.failed, *detectors.failed),
        cut({"alerts": more_alerts, "monitors": more_monitors}, "`project`"),
    )


def alert_of(workflow: Workflow, detectors: Iterable[Detector]) -> Alert:
    """Bring an alert together with the monitors that it listens to."""
    wanted = set(workflow.detector_ids)
    return Alert(workflow, tuple(each for each in detectors if each.id in wanted))


async def names_for(
    desk: Desk, org: str, projects: Sequence[Project], watches: Iterable[Watch]
) -> Names:
    """Find out what the numbers stand for; users only where some are meant."""
    teams = {team.id: team.slug for each in projects for team in each.teams}
    slugs = {each.id: each.slug for each in projects}
    users: Mapping[str, str] = {}
    if any(_means_users(each) for each in watches):
        users = await _users(desk, org)
    return Names(slugs, teams, users)


def _means_users(it: Watch) -> bool:
    if isinstance(it, Monitor):
        group = it.it.condition_group
        acts = group.actions if group else ()
        owned = it.it.owner is not None and it.it.owner.type == "user"
    else:
        acts, owned = it.it.actions, it.it.owner.startswith("user:")
    return owned or any(each.config.target_type == "user" for each in acts)


async def _users(desk: Desk, org: str) -> Mapping[str, str]:
    """Name the users; a token that may not see members makes do with their numbers."""
    try:
        page = await desk.sentry.members.list(org, per_page=_MOST_PEOPLE)
    except SentryError:
        return {}
    return {each.user.id: each.called for each in page.items if each.user}


async def _of_before(
    desk: Desk, org: str, projects: Sequence[Project], since: float, *, named: bool
) -> Survey:
    try:
        return await _rules(desk, org, projects, since, named=named)
    except Gone:
        pass
    try:
        return await _of_today(desk, org, projects, since, named=named)
    except NotFound as error:
        raise Unreachable(_SWITCHED_OFF) from error


async def _rules(
    desk: Desk, org: str, projects: Sequence[Project], since: float, *, named: bool
) -> Survey:
    sentry = desk.sentry
    chosen = [each.id for each in projects] if named else []
    read = projects[:_MOST_PROJECTS]
    async with side_by_side(desk.settings.soft_deadline, since=since) as these:
        metrics = these.ask(
            "metric alert rules",
            lambda: everything(
                lambda at: sentry.metric_alerts.list(org, project=chosen, cursor=at)
            ),
        )
        fired = these.ask(
            "incidents", lambda: sentry.metric_alerts.incidents(org, project=chosen, per_page=100)
        )
        parts = [these.ask(f"rules of {each.slug}", _rules_of(desk, org, each)) for each in read]
    _or_gone(metrics, *parts)
    latest = _latest(fired.came[0].items if fired.came else ())
    watches: tuple[Watch, ...] = (
        *(alert for part in parts for alert in part.otherwise(list[Alert]())),
        *(
            Monitor(rule.as_detector(), old=True, latest=latest.get(rule.id))
            for rules, _ in metrics.came
            for rule in rules
        ),
    )
    rest = len(projects) - len(read)
    return Survey(
        watches,
        (),
        tuple(projects),
        await names_for(desk, org, projects, watches),
        (*metrics.failed, *(each for part in parts for each in part.failed)),
        f"the rules of {rest} more projects were not read: name them as `project`" if rest else "",
        old=True,
    )


def _latest(incidents: Iterable[Incident]) -> Mapping[str, OpenPeriod]:
    """Keep the newest incident of each rule; they come newest first."""
    found: dict[str, OpenPeriod] = {}
    for each in incidents:
        found.setdefault(each.alert_rule.id, each.as_period())
    return found


def _rules_of(desk: Desk, org: str, project: Project) -> Callable[[], Awaitable[list[Alert]]]:
    async def read() -> list[Alert]:
        rules, _ = await everything(
            lambda at: desk.sentry.alert_rules.list(org, project.slug, cursor=at)
        )
        return [Alert(rule.as_workflow(), old=True) for rule in rules]

    return read


def _or_gone(*parts: Part[Any]) -> None:
    """Stop where the routes are switched off, or where nothing came at all."""
    errors = [part.error for part in parts if not part.came]
    for error in errors:
        if isinstance(error, Gone):
            raise error
    if len(errors) == len(parts) and all(isinstance(error, NotFound) for error in errors):
        error = NotFound(_NEITHER)
        error.advice = "Servers that are only compatible with Sentry often have none."
        raise error
    if len(errors) == len(parts):
        parts[0].required()
