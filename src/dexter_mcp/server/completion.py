"""Completion of `org`, `project` and `issue` in resource templates and prompts."""

from collections.abc import Mapping
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
    from dexter_mcp.sentry.errors import SentryError  # noqa: PLC0415 - costs a start dearly
    from dexter_mcp.sentry.trail import follow, in_background  # noqa: PLC0415 - likewise

    settled = (context.arguments if context else None) or {}
    with follow(), in_background(), suppress(SentryError), anyio.move_on_after(_PATIENCE):
        return _matching(await _values(doorway, argument.name, settled), argument.value)
    return None


async def _values(doorway: Doorway, name: str, settled: Mapping[str, str]) -> list[str]:
    desk = await doorway.desk()
    if name == "org":
        return [org.slug for org in (await desk.sentry.organizations.list()).items]
    if name not in {"project", "issue"}:
        return []
    org = await desk.org(settled.get("org", ""))
    if name == "project":
        return [project.slug for project in (await desk.sentry.projects.list(org)).items]
    within = await desk.projects(org, [settled["project"]] if settled.get("project") else [])
    recent = await desk.sentry.issues.search(org, project=within, limit=_MOST)
    return [issue.short_id for issue in recent.items]


def _matching(values: list[str], typed: str) -> Completion:
    wanted = typed.strip().lower()
    first = [value for value in values if value.lower().startswith(wanted)]
    later = [value for value in values if wanted in value.lower() and value not in first]
    found = first + later
    return Completion(values=found[:_MOST], total=len(found), has_more=len(found) > _MOST)
