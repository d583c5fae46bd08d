"""Commits, and who made them: what came with a release, or may have caused an event."""

from datetime import datetime

from dexter_mcp.sentry.reply import Reply
from dexter_mcp.sentry.untrusted import Untrusted


class Author(Reply):
    """Who wrote a commit."""

    name: str = ""
    email: str = ""


class PullRequest(Reply):
    """The pull request that a commit came with."""

    id: str = ""
    title: Untrusted = Untrusted()
    external_url: str = ""


class Commit(Reply):
    """A change to the code."""

    id: str
    message: Untrusted = Untrusted()
    date_created: datetime | None = None
    pull_request: PullRequest | None = None
    score: float | None = None


class Committer(Reply):
    """Somebody whose commits may have caused an event."""

    author: Author = Author()
    commits: tuple[Commit, ...] = ()


class Committers(Reply):
    """Suspect commits, by author."""

    committers: tuple[Committer, ...] = ()
