"""Say what was not found, and who can name what there is: Sentry itself says neither.

A 404 may mean any part of what was asked for, so each sentence names all that it could be.
"""

from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, contextmanager

from dexter_mcp.sentry.errors import Lacks, NotFound
from dexter_mcp.sentry.identifiers import EVENT_WORDS


def organization(org: str, environment: Sequence[str] = ()) -> AbstractContextManager[None]:
    """Name an organization as what was not found."""
    said = f"No organization {org!r} is visible to this token{_or_environment(environment)}"
    return _missing(said, "Check its slug; `whoami` names those that are.", unless_there=True)


def issue(org: str, named: str, environment: Sequence[str] = ()) -> AbstractContextManager[None]:
    """Name an issue as what was not found."""
    return _missing(
        f"No issue {named!r} is visible in {org!r}{_or_environment(environment)}",
        "`search_issues` finds issues.",
    )


def event(org: str, named: str) -> AbstractContextManager[None]:
    """Name an event as what was not found, when nothing else is known of it."""
    return _missing(
        f"No event {named!r} is visible in {org!r}",
        "It may be older than what Sentry keeps, or belong to another `org`.",
    )


def event_of(
    org: str, issue: str, named: str, environment: Sequence[str] = ()
) -> AbstractContextManager[None]:
    """Name an event of an issue as what was not found."""
    said = f"No event {named!r} of an issue {issue!r} is visible in {org!r}"
    by_id = "Leave `issue` out to find the event by its id alone."
    return _missing(
        said + _or_environment(environment),
        "`search_issues` finds issues." if named in EVENT_WORDS else by_id,
    )


def tag(org: str, issue: str, key: str) -> AbstractContextManager[None]:
    """Name a tag of an issue as what was not found."""
    return _missing(
        f"No event of {issue} in {org!r} has the tag {key!r}",
        "Leave `tag` out to see which there are.",
    )


@contextmanager
def _missing(said: str, advice: str, *, unless_there: bool = False) -> Generator[None]:
    """Say it of whatever was not found, but not where the server has no such thing at all.

    With `unless_there`, nor where the organization is known to be there.
    """
    try:
        yield
    except Lacks:
        raise
    except NotFound as error:
        if unless_there and error.wordless:
            raise
        named = NotFound(f"{said}.")
        named.advice = advice
        raise named from error


def _or_environment(names: Sequence[str]) -> str:
    quoted = " or ".join(map(repr, names))
    return f", or no environment {quoted} (`list_projects` names those)" if names else ""
