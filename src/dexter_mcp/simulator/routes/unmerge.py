"""Parting merged issues again."""

from starlette.responses import Response

from dexter_mcp.simulator.intake import regrouping
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.writing import accepted


def part(call: Call) -> Response:
    """Make the hashes that are named an issue of their own; none of the issue's does nothing.

    Unpublished; Sentry's own pages use it. Older servers take DELETE for what is PUT today.
    """
    wanted = set(call.query.getlist("id"))
    named = [digest for digest in call.issue.hashes if digest in wanted]
    if not named:
        return Response(None, 200)
    regrouping.part(call.world, call.issue, named, call.token.user)
    return accepted()
