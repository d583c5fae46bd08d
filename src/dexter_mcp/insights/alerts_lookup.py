"""One alert, monitor or rule, however somebody named it, and when it fired."""

from collections.abc import Sequence
from dataclasses import replace

from dexter_mcp.insights.alerts_survey import Survey, alert_of, survey
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.side_by_side import side_by_side
from dexter_mcp.sentry.alert_refs import AlertRef, alert_ref
from dexter_mcp.sentry.detectors import BUILT_IN, Detector, OpenPeriod
from dexter_mcp.sentry.errors import NotFound
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.workflows import Firing
from dexter_mcp.views import alerts as list_view
from dexter_mcp.views.alerts import Asked, Told
from dexter_mcp.views.alerts_details import Details, details
from dexter_mcp.views.alerts_state import Alert, Monitor, Watch
from dexter_mcp.views.answer import Answer

_PERIOD = "30d"
_FEW = 5
_MANY = 25


async def get_alert(
    desk: Desk, *, alert: str, org: str = "", include: Sequence[str] = ()
) -> Answer:
    """Answer with one alert or monitor in full; with a list where the name fits several.

    Raises:
        Invalid: It names none, or a link and `org` disagree.
        NotFound: Nothing is called so.
        SentryError: It did not come.
    """
    home, found, fitting = await matching(desk, alert=alert, org=org)
    together = made_together(fitting)
    match [together] if together else fitting:
        case [only]:
            told = await _with_history(desk, home, only, found, full="history" in include)
            return details(told, include=include, fence=desk.fence(), now=desk.now())
        case _:
            page = Page[Watch](items=fitting)
            asked = Asked(home, query=f"{alert} (fits several: name one by its id)")
            told_all = Told(page, found.names, found.failed)
            return list_view.listing(told_all, asked, fence=desk.fence(), now=desk.now())


async def matching(desk: Desk, *, alert: str, org: str) -> tuple[str, Survey, list[Watch]]:
    """Find what somebody means: the organization, all that watches there, and what fits.

    Raises:
        Invalid: It names none, or a link and `org` disagree.
        NotFound: Nothing is called so.
        SentryError: As `survey`.
    """
    ref = alert_ref(alert, desk.settings.url)
    home = await desk.home(org, ref.org)
    found = await survey(desk, home)
    fitting = _fitting(found, ref) or await _asked_for(desk, home, ref, found)
    if not fitting:
        raise _nothing(home, alert, old=found.old)
    return home, found, fitting


def made_together(watches: Sequence[Watch]) -> Monitor | None:
    """Find the monitor where these are one with the only alert that listens to it.

    A metric alert is made as such a pair of one name; the monitor tells of both.
    """
    match watches:
        case [Alert(old=False) as alert, Monitor() as monitor]:
            pass
        case [Monitor() as monitor, Alert(old=False) as alert]:
            pass
        case _:
            return None
    heard, hears = list(alert.it.detector_ids), list(monitor.it.workflow_ids)
    alone = heard == [monitor.it.id] and hears == [alert.it.id]
    return monitor if alone and alert.it.name == monitor.it.name else None


def _fitting(found: Survey, ref: AlertRef) -> list[Watch]:
    """Find what has the number, or the name: exactly that one, or else all its words."""
    if ref.id:
        native = (Monitor(each) for each in found.detectors if each.type in BUILT_IN)
        return [each for each in (*found.watches, *native) if _is(each, ref, old=found.old)]
    wanted = ref.name.casefold()
    exact = [each for each in found.watches if each.it.name.casefold() == wanted]
    words = wanted.split()
    return exact or [
        each for each in found.watches if all(word in each.it.name.casefold() for word in words)
    ]


def _is(it: Watch, ref: AlertRef, *, old: bool) -> bool:
    """Tell whether a number means it. A metric rule is known by its old number to this day."""
    if ref.kind == "metric rule" and not old:
        return isinstance(it, Monitor) and it.it.alert_rule_id == ref.id
    kinds = ("alert", "rule") if isinstance(it, Alert) else ("monitor", "metric rule")
    fits = ref.kind in {"", *kinds} and (old or ref.kind != "rule")
    return it.it.id == ref.id and fits


async def _asked_for(desk: Desk, org: str, ref: AlertRef, found: Survey) -> list[Watch]:
    """Ask for a number that was not among those listed, because the list was cut short."""
    if not (ref.id and found.left_out) or found.old:
        return []
    async with side_by_side(desk.settings.soft_deadline) as these:
        alert = these.ask("alert", lambda: desk.sentry.workflows.get(org, ref.id))
        monitor = these.ask("monitor", lambda: desk.sentry.detectors.get(org, ref.id))
    watches: tuple[Watch, ...] = (
        *(alert_of(each, found.detectors) for each in alert.came),
        *(Monitor(each) for each in monitor.came),
    )
    return [each for each in watches if _is(each, ref, old=False)]


def _nothing(org: str, named: str, *, old: bool) -> NotFound:
    error = NotFound(f"No alert or monitor {named[:80]!r} is visible in {org!r}.")
    error.advice = "`list_alerts` names them."
    if not old and "rule" in named.lower():
        error.advice += " Rules have become alerts and monitors, with numbers of their own."
    return error


async def _with_history(desk: Desk, org: str, it: Watch, found: Survey, *, full: bool) -> Details:
    """Read it anew, and when it fired: what is listed stands where that does not come."""
    told = Details(it, found.names, _link(desk, org, it), _connected(it, found), period=_PERIOD)
    most = _MANY if full else _FEW
    if isinstance(it, Monitor):
        return told if it.it.type in BUILT_IN else await _monitor(desk, org, it, told, most)
    return await (_rule(desk, org, it, told) if it.old else _alert(desk, org, it, told, most))


async def _alert(desk: Desk, org: str, it: Alert, told: Details, most: int) -> Details:
    workflows, number = desk.sentry.workflows, it.it.id

    async def firings() -> Page[Firing]:
        return await workflows.firings(org, number, stats_period=_PERIOD, per_page=most)

    async with side_by_side(desk.settings.soft_deadline) as these:
        read = these.ask("latest state", lambda: workflows.get(org, number))
        history = these.ask("history", firings)
    page = history.otherwise(Page(items=list[Firing]()))
    return replace(
        told,
        it=replace(it, it=read.otherwise(it.it)),
        firings=tuple(page.items),
        more_fired=bool(page.next_cursor),
        failed=(*read.failed, *history.failed),
    )


async def _rule(desk: Desk, org: str, it: Alert, told: Details) -> Details:
    """Read a rule's own page, which alone says when it fired last."""
    project = next(iter(it.it.projects), "")
    async with side_by_side(desk.settings.soft_deadline) as these:
        read = these.ask("history", lambda: desk.sentry.alert_rules.get(org, project, it.it.id))
    known = [replace(it, it=rule.as_workflow()) for rule in read.came]
    return replace(told, it=next(iter(known), it), failed=(*read.failed,))


async def _monitor(desk: Desk, org: str, it: Monitor, told: Details, most: int) -> Details:
    async with side_by_side(desk.settings.soft_deadline) as these:
        read = these.ask("latest state", lambda: _read(desk, org, it))
        history = these.ask("history", lambda: _periods(desk, org, it, most))
    page = history.otherwise(Page(items=list[OpenPeriod]()))
    return replace(
        told,
        it=replace(it, it=read.otherwise(it.it)),
        periods=tuple(page.items),
        more_fired=bool(page.next_cursor),
        failed=(*read.failed, *history.failed),
    )


async def _read(desk: Desk, org: str, it: Monitor) -> Detector:
    if it.old:
        return (await desk.sentry.metric_alerts.get(org, it.it.id)).as_detector()
    return await desk.sentry.detectors.get(org, it.it.id)


async def _periods(desk: Desk, org: str, it: Monitor, most: int) -> Page[OpenPeriod]:
    if not it.old:
        return await desk.sentry.detectors.open_periods(org, it.it.id, per_page=most)
    page = await desk.sentry.metric_alerts.incidents(org, rule=it.it.id, per_page=most)
    return Page(items=[each.as_period() for each in page.items], next_cursor=page.next_cursor)


def _connected(it: Watch, found: Survey) -> tuple[Watch, ...]:
    if isinstance(it, Alert):
        return tuple(Monitor(each) for each in it.monitors if each.type not in BUILT_IN)
    return tuple(each for each in found.alerts if it.it.id in each.it.detector_ids)


def _link(desk: Desk, org: str, it: Watch) -> str:
    home = f"{desk.settings.url}/organizations/{org}"
    if isinstance(it, Monitor):
        return (
            f"{home}/alerts/rules/details/{it.it.id}/" if it.old else f"{home}/monitors/{it.it.id}/"
        )
    if it.old:
        return f"{home}/alerts/rules/{next(iter(it.it.projects), '')}/{it.it.id}/details/"
    return f"{home}/monitors/alerts/{it.it.id}/"
