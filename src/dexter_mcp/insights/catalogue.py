"""Questions from the catalogue: arguments settled as everywhere, then checked, then asked."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager

from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.catalogue import Operation, Question, Reading, given, question
from dexter_mcp.sentry.errors import Gone, Invalid, NotFound
from dexter_mcp.sentry.identifiers import event_id

Given = Mapping[str, tuple[str, ...]]

_BY_SLUG = frozenset({"projectSlug", "project_id_or_slug"})
"""Other ways to say `project`; with both, a server refuses."""


async def read(
    desk: Desk,
    named: str,
    arguments: Sequence[str],
    *,
    org: str = "",
    project: Sequence[str] = (),
    limit: int = 20,
    cursor: str = "",
) -> Reading:
    """Ask an operation by its name.

    What is wrong with the arguments is said before anything is sent.

    Raises:
        Invalid: There is no such operation, it writes, or an argument does not fit it.
        NotFound: Sentry has nothing there; the message names the parts of the path.
        SentryError: As `errors` draws them.
    """
    operation = desk.sentry.catalogue.reading(named)
    told = {**given(operation, arguments), **_apart(org, project)}
    if "project" in operation.needs and desk.settings.project:
        told = {"project": (desk.settings.project,), **told}
    question(operation, {"org": ("to be found",), **told} if "org" in operation.places else told)
    is_known = desk.sentry.capabilities.know("make")
    asked = question(operation, await settled(desk, operation, told))
    with _missing(asked):
        try:
            found = await desk.sentry.catalogue.read(asked, limit=limit, cursor=cursor)
        except (Gone, Invalid) as refusal:
            asked = await _replaced(desk, operation, told, refusal)
            return await desk.sentry.catalogue.read(asked, limit=limit, cursor=cursor)
    if is_known or not desk.sentry.capabilities.know("make"):
        return found
    # It turned out to be a server that has no word for all projects.
    meant = question(operation, await settled(desk, operation, told))
    if meant == asked:
        return found
    return await desk.sentry.catalogue.read(meant, limit=limit, cursor=cursor)


async def _replaced(
    desk: Desk, operation: Operation, told: Given, refusal: Gone | Invalid
) -> Question:
    """Ask the same of what replaced an operation, which its answer then names.

    A cursor that is not the operation's own may be one that this answer brought.

    Raises:
        Gone: Nothing did, or it takes other arguments.
        Invalid: Likewise, and the cursor belongs to another question.
    """
    if not operation.instead:
        raise refusal
    instead = desk.sentry.catalogue.reading(operation.instead)
    try:
        return question(instead, await settled(desk, instead, told))
    except Invalid:
        raise refusal from None


def _apart(org: str, project: Sequence[str]) -> Given:
    """Give what was said beside the arguments, which wins over them."""
    return {**({"org": (org,)} if org else {}), **({"project": tuple(project)} if project else {})}


async def settled(desk: Desk, operation: Operation, told: Given) -> Given:
    """Take organizations, projects, issues and events in every form that people paste.

    Raises:
        SentryError: One of them can't be found.
    """
    if "org" not in operation.places:
        return told
    named = told.get("org", ("",))[0]
    settled = dict(told)
    if "issue" in operation.places:
        found = await desk.issue(named, told["issue"][0])
        settled["issue"], org = (found.id,), found.org
    else:
        org = await desk.org(named)
    if "event" in operation.places:
        settled["event"] = (event_id(told["event"][0]),)
    return {**settled, "org": (org,), **await _projects(desk, operation, org, told)}


async def _projects(desk: Desk, operation: Operation, org: str, told: Given) -> Given:
    """Settle projects as numbers, which every server filters by; a path holds the slug of one.

    None named means the default project, or else every project that the token can see.
    """
    named, narrowing = told.get("project", ()), operation.narrowing.get("project")
    if "project" in operation.places:
        return {"project": ((await desk.sentry.projects.resolve(org, named[0])).slug,)}
    if narrowing is None or not _BY_SLUG.isdisjoint(told):
        return {}
    if not (narrowing.repeated or named):
        return {}
    return {"project": tuple(await desk.projects(org, named))}


@contextmanager
def _missing(asked: Question) -> Generator[None]:
    """Name all that may be what was not found."""
    try:
        yield
    except NotFound as error:
        parts = ", ".join(f"{name} {value!r}" for name, value in asked.places.items())
        found = NotFound(f"{asked.operation.name} found nothing{parts and f' for {parts}'}.")
        found.advice = (
            "Either a part of that does not exist or may not be seen, or this server lacks the "
            "operation or has its feature switched off."
        )
        raise found from error
