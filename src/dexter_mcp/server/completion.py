"""Completion of what stands in resource templates and prompts."""

from collections.abc import Sequence
from contextlib import suppress

import anyio
from mcp.types import Completion, CompletionArgument, CompletionContext

from dexter_mcp.insights.doorway import Doorway

_MOST = 100
"""As many as the protocol allows."""
_PATIENCE = 3.0
"""Seconds after which whoever types has typed on."""


async def complete(
    doorway: Doorway, argument: CompletionArgument, context: CompletionContext | None
) -> Completion | None:
    """Suggest values that begin with, or contain, what was typed; none where Sentry fails.

    A completion that can't be made, or not soon, is no reason to bother somebody who is typing,
    nor to hold up who waits for an answer.
    """
    from dexter_mcp.insights.completion import before, values  # noqa: PLC0415 - costs a start dearly
    from dexter_mcp.sentry.errors import SentryError  # noqa: PLC0415 - likewise
    from dexter_mcp.sentry.trail import follow, in_background  # noqa: PLC0415 - likewise

    done = before(argument.name, argument.value)
    settled = (context.arguments if context else None) or {}
    with follow(), in_background(), suppress(SentryError), anyio.move_on_after(_PATIENCE):
        found = await values(await doorway.desk(), argument.name, settled)
        return _completion(done, _matching(found, argument.value[len(done) :]))
    return None


def _matching(values: Sequence[str], typed: str) -> list[str]:
    wanted = typed.strip().lower()
    first = [value for value in values if value.lower().startswith(wanted)]
    later = [value for value in values if wanted in value.lower() and value not in first]
    return first + later


def _completion(done: str, found: Sequence[str]) -> Completion:
    shown = [done + value for value in found[:_MOST]]
    return Completion(values=shown, total=len(found), has_more=len(found) > _MOST)
