"""What part of an organization a request is about: projects, environments and time."""

from dataclasses import dataclass
from datetime import datetime

from dexter_mcp.simulator.memory.records import Issue, Project
from dexter_mcp.simulator.memory.store import Where
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.period import PeriodError, period
from dexter_mcp.simulator.routes.refusals import bad_request, forbidden, not_found

_ALL = ("-1", "$all")


@dataclass(frozen=True, slots=True)
class Selection:
    """Projects, environments (none means all) and a span of time."""

    projects: tuple[Project, ...]
    environments: tuple[str, ...]
    start: datetime
    end: datetime

    @property
    def where(self) -> Where:
        """Select the events that lie in it."""
        chosen = Where.among("project", (project.id for project in self.projects))
        return chosen & environments_where(self.environments) & self.span

    @property
    def span(self) -> Where:
        """Select the events of its time alone."""
        return Where("at BETWEEN ? AND ?", (self.start.timestamp(), self.end.timestamp()))


def select(call: Call, *, prefix: str = "Invalid date range: ") -> Selection:
    """Read `project`, `environment` and the span of time from the query string."""
    start, end = span(call, prefix=prefix)
    return Selection(projects(call), environments(call), start, end)


def span(call: Call, *, prefix: str = "Invalid date range: ") -> tuple[datetime, datetime]:
    """Read the span of time; the issue list's errors come without the prefix."""
    try:
        return period(call.query, call.world.now())
    except PeriodError as error:
        raise bad_request(f"{prefix}{error}") from error


def projects(call: Call) -> tuple[Project, ...]:
    """Find the projects asked for; none named means those of the caller's teams."""
    everything = call.world.projects_of(call.org.slug)
    wanted = [*call.query.getlist("project"), *call.query.getlist("projectSlug")]
    if any(name in _ALL for name in wanted):
        return tuple(everything)
    if not wanted:
        return tuple(project for project in everything if call.is_member_of(project))
    return tuple(_named(call, name) for name in wanted)


def environments(call: Call) -> tuple[str, ...]:
    """Read the environments asked for, refusing unknown ones."""
    known = {
        name for project in call.world.projects_of(call.org.slug) for name in project.environments
    }
    wanted = tuple(name for name in call.query.getlist("environment") if name)
    if not known.issuperset(wanted):
        raise not_found()
    return wanted


def environments_where(names: tuple[str, ...]) -> Where:
    """Select the events of some environments; none means all."""
    return Where.among("environment", names) if names else Where()


def issue_events(call: Call, issue: Issue) -> Where:
    """Select an issue's events in the environments and the time asked for."""
    start, end = span(call)
    lies = Where("at BETWEEN ? AND ?", (start.timestamp(), end.timestamp()))
    return call.world.events_of(issue) & environments_where(environments(call)) & lies


def _named(call: Call, name: str) -> Project:
    if call.world.numeric_projects and not name.lstrip("-").isdecimal():
        raise bad_request("Invalid project parameter. Values must be numbers.")
    project = call.world.project(call.org.slug, name)
    if project is None:
        raise forbidden()
    return project
