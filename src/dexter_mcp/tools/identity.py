"""Tools about the token itself."""

from dexter_mcp.insights.access import access
from dexter_mcp.tools.toolset import DeskDep, Toolset
from dexter_mcp.views import identity as view
from dexter_mcp.views.answer import Answer

toolset = Toolset("identity")


@toolset.read_bare
async def whoami(desk: DeskDep) -> Answer:
    """Tell whose token this is, its scopes, and the organizations and regions it reaches."""
    return view.whoami(await access(desk))
