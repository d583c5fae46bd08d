"""What Seer does when somebody asks it to mend an issue: it takes its time, and then has a run."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from dexter_mcp.simulator.memory.records import Issue
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World

_TAKES = timedelta(minutes=2)
_ORDER = ("root_cause", "solution", "code_changes", "open_pr")


def start(world: "World", issue: Issue, number: int, step: str, said: str) -> None:
    """Let Seer work on an issue until a step is done; it takes along what a person `said`."""
    last = _ORDER.index(step) if step in _ORDER else len(_ORDER) - 1
    now = world.now()
    world.extras.started[issue.number] = now
    world.extras.runs[issue.number] = {
        "run_id": number,
        "status": "COMPLETED",
        "updated_at": iso(now + _TAKES),
        "request": {"instruction": said} if said else {},
        "codebases": {},
        "steps": list(_steps(issue))[: last + 1],
    }


def run_of(world: "World", issue: Issue) -> Json | None:
    """Tell how far Seer is with an issue: at first there is nothing but that it works."""
    run, started = world.extras.runs.get(issue.number), world.extras.started.get(issue.number)
    if run is None or started is None or world.now() >= started + _TAKES:
        return run
    return run | {"status": "PROCESSING", "updated_at": iso(started), "steps": []}


def _steps(issue: Issue) -> Iterator[Json]:
    place = issue.culprit or issue.short_id
    done = {"status": "COMPLETED"}
    cause = {"id": 0, "description": f"A state that {place} does not expect reaches it"}
    yield {"type": "root_cause_analysis", "title": "Root Cause Analysis", "causes": [cause]} | done
    plan = [{"title": f"Handle that state in {place}"}, {"title": "Cover it with a test"}]
    yield {"type": "solution", "title": "Solution", "solution": plan} | done
    yield {"type": "changes", "title": "Code Changes", "changes": []} | done
    yield {"type": "open_pr", "title": "Pull Request"} | done
