"""Tools about changes: carry out what was planned, take back what was done."""

from typing import Annotated

from pydantic import Field

from dexter_mcp.changes import settling
from dexter_mcp.changes.asking import Asking
from dexter_mcp.changes.flow import Counter
from dexter_mcp.tools.params import Limit
from dexter_mcp.tools.toolset import Toolset
from dexter_mcp.views.answer import Answer

toolset = Toolset("changes")

Change = Annotated[str, Field(min_length=1, description="Its id.")]
Handle = Annotated[str, Field(min_length=1, description="Handle or id.")]
Typed = Annotated[str, Field(description="As the plan asks.")]
OneChange = Annotated[str, Field(description="Only this one.")]


@toolset.settle
async def apply_change(counter: Counter, *, change: Handle, name: Typed = "") -> Answer | Asking:
    """Carry out a plan that another tool gave, or go on with a change that stopped."""
    return await settling.apply(counter, change, name)


@toolset.settle
async def undo_change(counter: Counter, *, change: Change) -> Answer | Asking:
    """Take a change back: plan, then apply."""
    return await settling.undo(counter, change)


@toolset.look
async def list_changes(counter: Counter, *, change: OneChange = "", limit: Limit = 10) -> Answer:
    """List the changes made here, the newest first: what, when, how it stands."""
    return await settling.listing(counter, change, limit)
