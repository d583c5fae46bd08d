"""Seer's attempt at an issue: what it takes for the cause, how it would mend it, what it changed.

A model wrote these texts after it had read events, so they are as untrusted as events are. The
shape is not settled: servers of some age tell it in `steps`, newer ones in `blocks`.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from pydantic import AliasPath, Field

from dexter_mcp.sentry.api import MOMENT, Api
from dexter_mcp.sentry.reply import Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path


class Point(Reply):
    """One thing said: a step to the failure, or a step of the solution."""

    title: Untrusted = Untrusted()
    description: Untrusted = Untrusted()
    code_snippet_and_analysis: Untrusted = Field(
        default=Untrusted(), alias="code_snippet_and_analysis"
    )


class Cause(Reply):
    """What Seer takes for the cause."""

    description: Untrusted = Untrusted()
    root_cause_reproduction: tuple[Point, ...] = Field(default=(), alias="root_cause_reproduction")


class PullRequest(Reply):
    """A pull request that Seer opened."""

    repo_name: Untrusted = Field(default=Untrusted(), alias="repo_name")
    title: Untrusted = Untrusted()
    pr_number: int | None = Field(default=None, alias="pr_number")
    pr_url: Untrusted = Field(default=Untrusted(), alias="pr_url")


class Change(Reply):
    """What Seer changed in one repository."""

    repo_name: Untrusted = Field(default=Untrusted(), alias="repo_name")
    title: Untrusted = Untrusted()
    description: Untrusted = Untrusted()
    pull_request: PullRequest | None = Field(default=None, alias="pull_request")


class Step(Reply):
    """A stage of a run, as older servers tell it."""

    type: str = ""
    title: Untrusted = Untrusted()
    status: str = ""
    causes: tuple[Cause, ...] = ()
    solution: tuple[Point, ...] = ()
    changes: tuple[Change, ...] = ()


class Finding(Reply):
    """What a stage of a run came to, as newer servers tell it; `key` says which stage."""

    key: str = ""
    cause: Untrusted = Field(
        default=Untrusted(), validation_alias=AliasPath("data", "one_line_description")
    )
    whys: tuple[Untrusted, ...] = Field(default=(), validation_alias=AliasPath("data", "five_whys"))
    summary: Untrusted = Field(
        default=Untrusted(), validation_alias=AliasPath("data", "one_line_summary")
    )
    steps: tuple[Point, ...] = Field(default=(), validation_alias=AliasPath("data", "steps"))


class Block(Reply):
    """A turn of a run."""

    artifacts: tuple[Finding, ...] = ()


class Run(Reply):
    """Seer's work on an issue. `status` is in Sentry's words, of either case."""

    run_id: str = Field(default="", alias="run_id")
    status: str = ""
    updated_at: datetime | None = Field(default=None, alias="updated_at")
    steps: tuple[Step, ...] = ()
    blocks: tuple[Block, ...] = ()
    repo_pr_states: dict[str, PullRequest] = Field(default_factory=dict, alias="repo_pr_states")

    @property
    def causes(self) -> Iterator[tuple[Untrusted, tuple[Untrusted, ...]]]:
        """What was found to be the cause, each with what led to it."""
        for step in self.steps:
            for cause in step.causes:
                led = tuple(point.title for point in cause.root_cause_reproduction)
                yield cause.description, led
        for found in self._findings:
            if found.cause:
                yield found.cause, found.whys

    @property
    def solution(self) -> Iterator[Untrusted]:
        """How it would be mended, a step each."""
        for step in self.steps:
            yield from (point.title or point.description for point in step.solution)
        for found in self._findings:
            yield from filter(None, [found.summary])
            yield from (point.title or point.description for point in found.steps)

    @property
    def pull_requests(self) -> Iterator[PullRequest]:
        """What was opened for review."""
        for step in self.steps:
            yield from (each.pull_request for each in step.changes if each.pull_request)
        yield from self.repo_pr_states.values()

    @property
    def _findings(self) -> Iterator[Finding]:
        return (found for block in self.blocks for found in block.artifacts)


class Formatted(Reply):
    """A text that Sentry made for models to read."""

    content: Untrusted = Untrusted()


class AutofixState(Reply):
    """Whether Seer has looked at an issue, and what came of it; `formatted` only on demand."""

    autofix: Run | None = None
    formatted: Formatted | None = None


class Autofix:
    """What one can ask about Seer's work."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def get(
        self, org: str, issue: str, *, llm_format: Literal["", "markdown", "xml"] = ""
    ) -> AutofixState:
        """Read how far Seer is with an issue. A server without Seer says that there is no such.

        https://docs.sentry.io/api/seer/retrieve-seer-issue-fix-state/
        """
        return await self._api.get(
            AutofixState,
            path("organizations", org, "issues", issue, "autofix"),
            fresh_for=MOMENT,
            absent_for=MOMENT,
            llmFormat=llm_format or None,
        )
