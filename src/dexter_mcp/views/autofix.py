"""What Seer made of an issue. A model wrote it that had read events, so it stands in the fence."""

from collections.abc import Iterator
from datetime import datetime

from dexter_mcp.sentry.autofix import AutofixState, PullRequest, Run
from dexter_mcp.views.moments import ago
from dexter_mcp.views.untrusted import clean, name

_WORD = 60
_TEXT = 1_200
_STEP = 300
_LINK = 200
_MOST = 12


def autofix(state: AutofixState | None, now: datetime) -> Iterator[str]:
    """Say how far Seer is, what it takes for the cause and how it would mend it.

    No state at all is a server without Seer, which is not the same as an issue without a run.
    """
    if state is None:
        yield "not available: this Sentry has no Seer, or it is off for the organization"
    elif state.autofix is None:
        yield "no run yet"
    else:
        yield from _run(state.autofix, now)


def _run(run: Run, now: datetime) -> Iterator[str]:
    status = name(run.status.lower().replace("_", " "), limit=_WORD)
    yield ", ".join(filter(None, [status, ago(run.updated_at, now) if run.updated_at else ""]))
    for cause, led in run.causes:
        yield f"root cause: {clean(cause, limit=_TEXT)}"
        yield from (f"{at}. {clean(step, limit=_STEP)}" for at, step in enumerate(led[:_MOST], 1))
    plan = list(run.solution)
    if plan:
        yield "proposed:"
        yield from (f"- {clean(step, limit=_STEP)}" for step in plan[:_MOST])
    for request in run.pull_requests:
        yield _request(request)


def _request(it: PullRequest) -> str:
    number = f" #{it.pr_number}" if it.pr_number is not None else ""
    words = [
        f"pull request {clean(it.repo_name, limit=_WORD)}{number}",
        clean(it.title, limit=_STEP),
        clean(it.pr_url, limit=_LINK),
    ]
    return ", ".join(filter(None, words))
