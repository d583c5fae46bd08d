"""The fields by which events can be asked for. Names of tags and attributes come with events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dexter_mcp.sentry.event_fields import Attribute, Documented
from dexter_mcp.sentry.tags import Tag
from dexter_mcp.views.answer import Answer, Failed, failures
from dexter_mcp.views.listing import echo
from dexter_mcp.views.numbers import count
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, name

_KEY = 80
_MOST = 80


@dataclass(frozen=True)
class Asked:
    """What was asked; `within` is the time in which events had the tags and attributes."""

    dataset: str
    search: str
    org: str
    project: tuple[str, ...]
    within: str


@dataclass(frozen=True)
class Fields:
    """What there is to choose from: what is documented, and what events have besides."""

    documented: tuple[Documented, ...]
    functions: tuple[Documented, ...]
    tags: tuple[Tag, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    failed: tuple[Failed, ...] = ()


def listing(fields: Fields, asked: Asked, *, fence: Fence) -> Answer:
    """Show fields by their type; those that were searched for with what they mean."""
    query = echo(
        search=asked.search, org=asked.org, project=", ".join(asked.project), within=asked.within
    )
    inside = [*_tags(fields.tags), *_attributes(fields)]
    known = _meanings(fields) if asked.search else list(_by_kind(fields))
    nothing = [] if inside or known else ["None. Search another word, or leave `search` out."]
    lines = [
        f"fields of {name(asked.dataset)}, {query}",
        *known,
        fence.block(inside),
        *nothing,
        *(["A tag with the name of a field is written tags[name]."] if fields.tags else []),
        *failures(fields.failed),
    ]
    return Answer("\n".join(filter(None, lines)), data=fields)


def _by_kind(fields: Fields) -> Iterator[str]:
    for kind in dict.fromkeys(each.kind for each in fields.documented):
        names = [each.name for each in fields.documented if each.kind == kind]
        yield f"{kind}: {', '.join(names)}"
    if fields.functions:
        yield f"functions: {', '.join(each.name for each in fields.functions)}"


def _meanings(fields: Fields) -> list[str]:
    rows = [
        [each.name, each.kind, each.meaning] for each in (*fields.documented, *fields.functions)
    ]
    return list(filter(None, [table(("field", "type", "meaning"), rows)]))


def _tags(tags: Sequence[Tag]) -> Iterator[str]:
    """Name tags with how many events had each, the commonest first."""
    ordered = sorted(tags, key=lambda tag: tag.total_values, reverse=True)
    if ordered:
        shown = [
            f"{clean(tag.key, limit=_KEY)} {count(tag.total_values)}" for tag in ordered[:_MOST]
        ]
        yield f"tags, with the events that have them: {', '.join(shown)}{_left(len(ordered))}"


def _attributes(fields: Fields) -> Iterator[str]:
    """Name the attributes that are not documented, by their type."""
    known = {each.name for each in fields.documented}
    for kind in dict.fromkeys(each.attribute_type for each in fields.attributes):
        there = [each for each in fields.attributes if each.attribute_type == kind]
        keys = [clean(each.key, limit=_KEY) for each in there if each.key.raw not in known]
        if keys:
            yield f"{clean(kind, limit=_KEY)}: {', '.join(keys[:_MOST])}{_left(len(keys))}"


def _left(found: int) -> str:
    return f", … {found - _MOST} more: narrow `search`" if found > _MOST else ""
