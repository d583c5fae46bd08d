"""Fields, functions and filters of an events query, taken apart. Pure; Sentry judges them."""

import re
from collections.abc import Iterable, Iterator, Sequence

EQUATION = "equation|"

_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')
_CALL = re.compile(r"([A-Za-z_]\w*)\(")
_TAG = re.compile(r"(?:tags|flags)\[\s*\"?([^\]\",]+)[^\]]*\]")
_WORD = re.compile(r"(?<![\w.\-\"\[(])[A-Za-z_][\w.\-]*(?![\w.\-(\[])")
_ARGUMENTS = re.compile(r"([A-Za-z_]\w*)\(([^()]*)\)")
_KEY = re.compile(r"(?:^|[\s(!])((?:[A-Za-z_][\w.\-]*)(?:\[[^\]]*\])?(?:\([^()]*\))?):")
_HAS = re.compile(r"(?:^|[\s(!])has:([A-Za-z_][\w.\-]*)")
_IS = re.compile(r"(?:^|[\s(!])is:")
_NOT_NAMES = re.compile(r"[^A-Za-z0-9]+")

_QUESTIONS = frozenset({"has", "is"})
_ABOUT_FIRST_ONLY = frozenset({"count_if", "percentile", "percentile_range", "count_web_vitals"})
"""Functions whose first argument alone is a field."""


def split(texts: Iterable[str]) -> tuple[str, ...]:
    """Take several fields in one text apart, at commas outside of brackets; each field once.

    >>> split(["title, count_if(level,equals,error)", "tags[a,string]"])
    ('title', 'count_if(level,equals,error)', 'tags[a,string]')
    """
    fields = (field.strip() for text in texts for field in _at_commas(text))
    return tuple(dict.fromkeys(filter(None, fields)))


def _at_commas(text: str) -> Iterator[str]:
    if text.startswith(EQUATION):
        yield text
        return
    depth, begin = 0, 0
    for place, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if character == "," and depth <= 0:
            yield text[begin:place]
            begin = place + 1
    yield text[begin:]


def is_function(field: str) -> bool:
    """Tell a function such as `count()`."""
    return _CALL.match(field) is not None


def is_aggregate(field: str) -> bool:
    """Tell a function or an equation from a plain field."""
    return field.startswith(EQUATION) or is_function(field)


def alias(field: str) -> str:
    """Write a field the way old sorts do: `p95_span_duration` for `p95(span.duration)`."""
    return _NOT_NAMES.sub("_", field).strip("_").lower()


def functions(texts: Iterable[str]) -> list[str]:
    """Name the functions that are called, each once."""
    return list(dict.fromkeys(name for text in texts for name in _CALL.findall(_bare(text))))


def columns(fields: Sequence[str], query: str) -> list[str]:
    """Name the plain fields that are selected, aggregated or filtered by, each once."""
    selected = (name for field in fields for name in _columns_of(_bare(field)))
    text = _bare(query)
    keys = (name for key in _KEY.findall(text) for name in _columns_of(key))
    named = dict.fromkeys([*selected, *keys, *_HAS.findall(text)])
    return [name for name in named if name not in _QUESTIONS]


def _columns_of(text: str) -> Iterator[str]:
    text = text.removeprefix(EQUATION)
    yield from _TAG.findall(text)
    text = _TAG.sub(" ", text)
    for function, inside in _ARGUMENTS.findall(text):
        given = inside.split(",")
        fields = given[:1] if function in _ABOUT_FIRST_ONLY else given
        yield from (name for each in fields for name in _WORD.findall(each.strip()))
    yield from _WORD.findall(_ARGUMENTS.sub(" ", text))


def asks_for_state(query: str) -> bool:
    """Tell whether a query holds `is:`, which finds issues and no events."""
    return _IS.search(_bare(query)) is not None


def replaced(text: str, names: Iterable[tuple[str, str]]) -> str:
    """Put new names for old ones, outside of quotes."""
    quoted = _QUOTED.findall(text)
    between = _QUOTED.split(text)
    for old, new in names:
        whole = re.compile(rf"(?<![\w.\-]){re.escape(old)}(?![\w.\-])")
        between = [whole.sub(new, part) for part in between]
    return "".join(part for pair in zip(between, [*quoted, ""], strict=True) for part in pair)


def _bare(text: str) -> str:
    """Leave out what stands in quotes: it names nothing."""
    return _QUOTED.sub('""', text)
