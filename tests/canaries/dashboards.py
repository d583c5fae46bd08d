"""A dashboard whose widgets bring what strangers wrote, and which is narrowed by it."""

from canaries.payload import Canaries
from canaries.place import Calls, Place
from dexter_mcp.simulator import World
from dexter_mcp.simulator.memory.dashboards import Dashboard, Question, Widget

_BY_WORK = Question(("count()",), ("span.description", "transaction"), orderby="-count()")
_BY_RELEASE = Question(("sum(session)",), ("release",))


def settle(world: World, canaries: Canaries) -> None:
    """Ask for events, issues and sessions; one dashboard is bound to a stranger's environment."""
    asked = (
        ("table", "spans", _BY_WORK),
        ("line", "spans", _BY_WORK),
        ("big_number", "error-events", Question(("last_seen()", "max(timestamp)"))),
        ("table", "issue", Question(conditions="")),
        ("line", "metrics", _BY_RELEASE),
    )
    widgets = [
        Widget(at, f"Birds {at}", display, kind, (question,))
        for at, (display, kind, question) in enumerate(asked, 1)
    ]
    place = canaries.at("environment of dashboard")
    project = next(iter(world.projects.values()))
    world.add_environment("acme", project.slug, place)
    now = world.now()
    world.dashboards.add(Dashboard(3, "acme", "Birds", "ana@acme.test", now, widgets, [project.id]))
    world.dashboards.add(
        Dashboard(4, "acme", "Cages", "ana@acme.test", now, widgets, environments=[place])
    )


def calls(_: Place) -> Calls:
    """Name ways to call each tool that together show all that it can show."""
    return {
        "list_dashboards": [{}],
        "get_dashboard": [{"dashboard": "3"}, {"dashboard": "Cages"}],
    }
