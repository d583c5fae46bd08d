"""Ownership: rules that say whose code an event came from."""

from datetime import datetime

from pydantic import Field

from dexter_mcp.sentry.api import MINUTE, Api
from dexter_mcp.sentry.reply import Reply
from dexter_mcp.sentry.wire import path


class Matcher(Reply):
    """What a rule looks at: `path`, `module`, `url`, `codeowners` or `tags.…`, with wildcards."""

    type: str
    pattern: str = ""


class RuleOwner(Reply):
    """A `team` by its slug, or a `user` by e-mail address."""

    type: str = ""
    name: str = ""
    id: str = ""


class Rule(Reply):
    """One rule. Of several that match, the last one decides."""

    matcher: Matcher
    owners: tuple[RuleOwner, ...] = ()


class Rules(Reply):
    """The rules as Sentry understood them, in their order."""

    rules: tuple[Rule, ...] = ()


class Ownership(Reply):
    """Who owns what in a project. `raw` is what people wrote; `fallthrough` lets all own the rest.

    `auto_assignment` is one of Sentry's sentences: `Auto Assign to Issue Owner`, `Auto Assign to
    Suspect Commits`, `Turn off Auto-Assignment`.
    """

    raw: str = ""
    understood: Rules = Field(default=Rules(), alias="schema")
    fallthrough: bool = False
    is_active: bool = False
    auto_assignment: str = ""
    codeowners_auto_sync: bool = False
    last_updated: datetime | None = None

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in their order."""
        return self.understood.rules


class Ownerships:
    """What one can ask about ownership."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def get(self, org: str, project: str) -> Ownership:
        """Read a project's ownership rules; one without any has an empty `raw`.

        https://docs.sentry.io/api/projects/retrieve-ownership-configuration-for-a-project/
        """
        return await self._api.get(
            Ownership, path("projects", org, project, "ownership"), fresh_for=MINUTE
        )
