"""Putting dashboards together, changing them and throwing them away."""

from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.intake.loose import mapping
from dexter_mcp.simulator.memory.dashboards import Dashboard
from dexter_mcp.simulator.routes import bounds, fields
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.refusals import Refusal, forbidden, not_found
from dexter_mcp.simulator.routes.widgets import check_widgets, made_of, named
from dexter_mcp.simulator.routes.writing import body, conflict, gone, invalid, require
from dexter_mcp.simulator.shapes.dashboards import dashboard_json
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json

_LONGEST_TITLE = 255
_EVERYTHING = [-1]
_FILTERS = ("environment", "period", "start", "end", "utc", "filters")


def create(call: Call) -> Response:
    """Put a dashboard together."""
    told = fields.camel(body(call))
    require(told, "title")
    _check(call, told, None)
    if _is_taken(call, str(told["title"])):
        return JSONResponse("Dashboard title already taken", 409)
    world, number = call.world, call.world.next_id(10_000)
    made = Dashboard(number, call.org.slug, "", call.token.user, world.now())
    made.is_favorite = fields.truth(told, "isFavorited", usual=False)
    _write(call, world.dashboards.add(made), told)
    return JSONResponse(dashboard_json(world, made), 201)


def update(call: Call) -> Response:
    """Change what the body names. Widgets that it leaves out are gone, if it names any."""
    it, told = found(call), fields.camel(body(call))
    _check_access(call, it)
    _check(call, told, it)
    if it.prebuilt is not None and "widgets" in told:
        raise conflict("Cannot edit widgets on prebuilt Dashboards.")
    title = fields.text(told, "title") or it.title
    if it.prebuilt is not None and title != it.title:
        raise conflict("Cannot change the title of prebuilt Dashboards.")
    if title != it.title and _is_taken(call, title):
        raise conflict("Dashboard with that title already exists.")
    _write(call, it, told)
    return JSONResponse(dashboard_json(call.world, it))


def remove(call: Call) -> Response:
    """Throw a dashboard away, unless it is the last one."""
    it = found(call)
    _check_access(call, it)
    if it.prebuilt is not None:
        raise conflict("Cannot delete prebuilt Dashboards.")
    if len(call.world.dashboards.of(call.org.slug)) == 1:
        raise conflict("Cannot delete last Dashboard.")
    call.world.dashboards.remove(it)
    return gone()


def found(call: Call) -> Dashboard:
    """Find the dashboard of the path."""
    for each in call.world.dashboards.of(call.org.slug):
        if str(each.id) == call.part("dashboard"):
            return each
    raise not_found()


def _check_access(call: Call, it: Dashboard) -> None:
    """Let those change it whom it names; an organization's managers always may."""
    teams = {str(number) for number in it.editors}
    mine = {each.id for each in call.world.teams if call.member and each.slug in call.member.teams}
    if not (
        it.is_open
        or it.author == call.token.user
        or "org:write" in call.token.scopes
        or teams & mine
    ):
        raise forbidden()


def _check(call: Call, told: Json, it: Dashboard | None) -> None:
    """Refuse a body before anything is written."""
    if "title" in told:
        require(told, "title")
    fields.text(told, "title", longest=_LONGEST_TITLE)
    start, end = fields.moment(told, "start"), fields.moment(told, "end")
    if start and end and start >= end:
        raise Refusal(400, {"nonFieldErrors": ["start must be before end"]})
    numbers = {project.id for project in call.world.projects_of(call.org.slug)}
    wanted = fields.items(told, "projects")
    if any(isinstance(each, bool) or not isinstance(each, int) for each in wanted):
        raise invalid(projects="A valid integer is required.")
    if wanted != _EVERYTHING and not numbers.issuperset(wanted):
        raise forbidden()
    check_widgets(told, it)
    with bounds.inside("permissions"):
        _check_permissions(call, fields.camel(mapping(told.get("permissions"))))


def _check_permissions(call: Call, told: Json) -> None:
    if told:
        require(told, "isEditableByEveryone")
    known = {each.id for each in call.world.teams if each.org == call.org.slug}
    strange = [str(n) for n in fields.items(told, "teamsWithEditAccess") if str(n) not in known]
    if strange:
        said = f"Teams with IDs {' and '.join(strange)} do not exist."
        raise invalid(nonFieldErrors=f"Cannot update dashboard edit permissions. {said}")


def _is_taken(call: Call, title: str) -> bool:
    return any(each.title == title for each in call.world.dashboards.of(call.org.slug))


def _write(call: Call, it: Dashboard, told: Json) -> None:
    it.title = fields.text(told, "title") or it.title
    if told.get("widgets") is not None:
        it.widgets = made_of(call.world, it, fields.each(told, "widgets", named))
    if any(name in told for name in _FILTERS):
        _filter(it, told)
    if told.get("projects") is not None:
        it.projects = [int(str(each)) for each in fields.items(told, "projects")]
    if access := fields.camel(mapping(told.get("permissions"))):
        it.is_open = fields.truth(access, "isEditableByEveryone", usual=True)
        it.editors = [int(str(n)) for n in fields.items(access, "teamsWithEditAccess")]


def _filter(it: Dashboard, told: Json) -> None:
    """Set all filters at once: those that a body leaves out are gone, as on real servers."""
    start, end = fields.moment(told, "start"), fields.moment(told, "end")
    it.environments = [str(each) for each in fields.items(told, "environment")]
    it.period = fields.text(told, "period")
    it.start, it.end = (iso(each) if each else "" for each in (start, end))
    it.utc = str(told["utc"]).lower() if told.get("utc") is not None else ""
    chosen = mapping(told.get("filters"))
    it.releases = [str(each) for each in fields.items(chosen, "release")]
