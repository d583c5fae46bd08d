"""Alerts of today: when something happens to what detectors watch, tell somebody.

Sentry's API calls one a workflow, its pages an alert. Members of the organization write all of it,
but for the environment, whose name came with an event.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from dexter_mcp.sentry.api import HOUR, MINUTE, Api
from dexter_mcp.sentry.errors import NotFound
from dexter_mcp.sentry.issues import Issue
from dexter_mcp.sentry.json_types import is_object
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path

PER_PAGE = 100
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?")

Sort = Literal[
    "name",
    "-name",
    "id",
    "-id",
    "dateCreated",
    "-dateCreated",
    "connectedDetectors",
    "-connectedDetectors",
    "actions",
    "-actions",
    "lastTriggered",
    "-lastTriggered",
]


class Condition(Reply):
    """Something that must hold. `said` is how an older server puts it.

    `comparison` is `true`, a number, a list or terms such as `{"value": 100, "interval": "1h"}`.
    `condition_result` is a monitor's severity: 75 critical, 50 warning, 25 low, 0 resolved.
    """

    id: str = ""
    type: str = ""
    comparison: Any = None
    condition_result: float | None = None
    said: str = ""

    @property
    def amount(self) -> float | None:
        """Read the number that it compares with, which older rules hold as a text."""
        value: Any = self._terms.get("value", self.comparison)
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            return float(value)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def term(self, name: str) -> str:
        """Read a term, such as `comparisonType`; servers spell it `comparison_type` too."""
        snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
        value: Any = self._terms.get(name, self._terms.get(snake))
        return "" if value is None else str(value)

    @property
    def _terms(self) -> dict[str, Any]:
        return self.comparison if is_object(self.comparison) else {}


class ActionTarget(Reply):
    """Whom an action is for: `user`, `team` and `issue_owners`, or `specific` for a channel."""

    target_type: str = ""
    target_identifier: str = ""
    target_display: str = ""


class Action(Reply):
    """What is done. `data`, which may hold a webhook's secrets, is not read."""

    id: str = ""
    type: str = ""
    integration_id: str = ""
    config: ActionTarget = ActionTarget()
    status: str = "active"

    @property
    def works(self) -> bool:
        """Tell whether it can be carried out: one whose integration is gone is no longer active."""
        return self.status in {"", "active"}


class ConditionGroup(Reply):
    """Conditions, how they are joined (`all`, `any`, `any-short`, `none`), what follows."""

    id: str = ""
    logic_type: str = "any"
    conditions: tuple[Condition, ...] = ()
    actions: tuple[Action, ...] = ()


class WorkflowConfig(Reply):
    """How often an alert may act on one issue: at most once in so many minutes."""

    frequency: int | None = None


class Workflow(Reply):
    """An alert.

    `owner` is `team:71` or `user:42`. One without `detector_ids` watches nothing. `muted` and
    `trouble` come from the rules of older servers alone, `projects` (slugs) too.
    """

    id: str
    name: str = ""
    created_by: str = ""
    date_created: datetime | None = None
    date_updated: datetime | None = None
    enabled: bool = True
    environment: Untrusted = Untrusted()
    owner: str = ""
    config: WorkflowConfig = WorkflowConfig()
    triggers: ConditionGroup | None = None
    action_filters: tuple[ConditionGroup, ...] = ()
    detector_ids: tuple[str, ...] = ()
    last_triggered: datetime | None = None
    muted: bool = False
    trouble: str = ""
    projects: tuple[str, ...] = ()

    @property
    def actions(self) -> tuple[Action, ...]:
        """Gather what it does, whatever the filters before it."""
        return tuple(action for group in self.action_filters for action in group.actions)


class Firing(Reply):
    """An issue that an alert acted on, how often and when last."""

    group: Issue
    count: int = 0
    last_triggered: datetime | None = None
    event_id: str = ""


class Workflows:
    """What one can ask about alerts."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def offered(self, org: str) -> bool:
        """Tell whether the server has such alerts at all; older ones have rules in their place."""
        try:
            await self._api.get(
                list[Workflow],
                path("organizations", org, "workflows"),
                fresh_for=HOUR,
                absent_for=HOUR,
                per_page=1,
            )
        except NotFound:
            self._api.capabilities.note("alerts", org=org)
            return False
        return True

    async def list(
        self,
        org: str,
        *,
        query: str = "",
        project: Sequence[str] = ("-1",),
        ids: Sequence[str] = (),
        sort_by: Sort | None = None,
        per_page: int = PER_PAGE,
        cursor: str = "",
    ) -> Page[Workflow]:
        """List alerts; `query` is sought in names and kinds of action.

        With projects given, those that watch nothing come too.
        https://docs.sentry.io/api/monitors/

        Raises:
            Invalid: The cursor belongs to another query.
            NotFound: The organization is not visible, or the server is older than these alerts.
            SentryError: As `errors` draws them.
        """
        return await self._api.page(
            Workflow,
            path("organizations", org, "workflows"),
            cursor=cursor,
            fresh_for=MINUTE,
            query=query or None,
            project=project,
            id=ids,
            sortBy=sort_by,
            per_page=per_page,
        )

    async def get(self, org: str, workflow: str) -> Workflow:
        """Read one alert.

        https://docs.sentry.io/api/monitors/
        """
        return await self._api.get(
            Workflow, path("organizations", org, "workflows", workflow), fresh_for=MINUTE
        )

    async def firings(
        self, org: str, workflow: str, *, stats_period: str, per_page: int = 10
    ) -> Page[Firing]:
        """List the issues that an alert acted on, the most often first.

        Unpublished; Sentry's own pages use it.
        """
        return await self._api.page(
            Firing,
            path("organizations", org, "workflows", workflow, "group-history"),
            fresh_for=MINUTE,
            statsPeriod=stats_period,
            per_page=per_page,
        )
