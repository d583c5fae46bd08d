"""Which fields there are: what Sentry documents, and what an organization's events have."""

from collections.abc import Sequence
from dataclasses import replace

from dexter_mcp.insights import vocabulary
from dexter_mcp.insights.datasets import chosen, ways
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.existing_fields import PERIOD, Existing, existing_fields
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views import event_fields as view
from dexter_mcp.views.answer import Answer


async def list_event_fields(
    desk: Desk, *, dataset: str, search: str, org: str, project: Sequence[str]
) -> Answer:
    """Answer with fields and functions of a data set, those that mean `search` if it is given.

    Raises:
        Invalid: There is no such data set.
        SentryError: The organization or a project was not found.
    """
    home = await desk.org(org)
    numbers = await desk.projects(home, project)
    of = chosen(ways(dataset, (), ""), desk.sentry.discover.offered(home)).dataset
    words = search.lower().replace(",", " ").split()
    there = await existing_fields(
        desk, home, numbers, of, containing=words[0] if len(words) == 1 else ""
    )
    there = _called(there, words)
    fields = view.Fields(
        vocabulary.meaning(vocabulary.fields(of), search),
        vocabulary.meaning(vocabulary.functions(of), search),
        there.tags,
        there.attributes,
        there.failed,
    )
    asked = view.Asked(of, search, home, desk.among(project), f"last {PERIOD}")
    return view.listing(fields, asked, fence=desk.fence())


def _called(there: Existing, words: Sequence[str]) -> Existing:
    """Keep what has one of the words in its name; everything where there are none."""

    def fits(key: Untrusted) -> bool:
        return not words or any(word in key.raw.lower() for word in words)

    return replace(
        there,
        tags=tuple(tag for tag in there.tags if fits(tag.key)),
        attributes=tuple(each for each in there.attributes if fits(each.key)),
    )
