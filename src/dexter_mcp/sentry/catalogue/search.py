"""Find operations by words: those of their names, of what they do, and what people call it."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Final

from dexter_mcp.sentry.catalogue.operations import Operation, operations

_WORD: Final = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_SAYS_NOTHING: Final = frozenset(
    words
    for line in (
        "a all an and api are as at be by can do does endpoint every find for from give how i in",
        "is it me my of on one or org organization our sentry show tell that the their there this",
        "to us v2 was we were what when where which who with",
    )
    for words in line.split()
)
_ALSO: Final[Mapping[str, str]] = MappingProxyType(
    {
        "alarm": "alert",
        "alert": "workflow detector rule",
        "app": "sentry_app installation",
        "artifact": "file",
        "assignee": "owner ownership",
        "ban": "filter",
        "build": "mobile",
        "check": "checkin",
        "checkin": "monitor check",
        "codeowner": "ownership",
        "comment": "note",
        "crash": "session health issue",
        "cron": "monitor",
        "download": "install attachment",
        "dsn": "key",
        "dsym": "debug",
        "error": "issue event",
        "exception": "issue event",
        "fingerprint": "hash",
        "flame": "flamegraph profile",
        "github": "integration repository",
        "group": "issue",
        "health": "session",
        "ios": "mobile build",
        "jira": "integration ticket external",
        "log": "trace item event",
        "metric": "trace item event",
        "people": "member",
        "person": "member",
        "performance": "trace span profile",
        "pr": "pull request",
        "quota": "stat outcome",
        "recording": "replay segment",
        "repo": "repository",
        "screenshot": "snapshot image",
        "sdk": "key",
        "slack": "integration notification",
        "sourcemap": "source map",
        "span": "trace",
        "stacktrace": "stack frame",
        "ticket": "external issue",
        "uptime": "detector monitor",
        "usage": "stat outcome",
        "user": "member",
        "version": "release",
        "webhook": "hook app",
        "widget": "dashboard",
    }
)
"""What people say, and the words of Sentry that they may mean."""

_WEIGHTS: Final = (
    ("name", 4.0),
    ("category", 2.0),
    ("summary", 2.0),
    ("path", 1.5),
    ("query", 1.0),
)
_BY_SYNONYM: Final = 0.5
_BY_BEGINNING: Final = 0.6
_LEGACY: Final = 0.6
_WORTH_TELLING: Final = 0.2
"""What scores less than this share of the best is a coincidence."""
_SIMPLER: Final = 0.02
"""How much a character of its path counts against an operation: of two alike, the simpler."""
_LONG_ENOUGH: Final = 4
_WHOLE_NAME: Final = 1_000.0


def find(query: str, *, category: str = "", writes: bool = False) -> list[Operation]:
    """Rank the operations that a query is about, the likeliest first.

    Without a query they come in the order of Sentry's description. Those that write are left out
    unless `writes`; `category` is compared regardless of case.
    """
    offered = [
        each
        for each in operations().values()
        if (writes or each.reads) and category.lower() in {"", each.category.lower()}
    ]
    if not words(query):
        return offered
    scored = [(score(query, each), each) for each in offered]
    ranked = sorted(scored, key=lambda pair: -pair[0])
    least = _WORTH_TELLING * max((points for points, _ in ranked), default=0.0)
    return [each for points, each in ranked if points > least]


def categories() -> list[str]:
    """Name the categories that there are, each once."""
    return sorted({each.category for each in operations().values()})


def words(text: str) -> list[str]:
    """Take a text apart into words, each in the singular; those that say nothing are left out."""
    found = (_singular(word.lower()) for word in _WORD.findall(text))
    return [word for word in dict.fromkeys(found) if word not in _SAYS_NOTHING]


def score(query: str, operation: Operation) -> float:
    """Say how well an operation answers a query, by how rare the words are that they share."""
    if query.strip() == operation.name:
        return _WHOLE_NAME
    asked, told = words(query), _told(operation)
    points = sum(
        max(
            _rarity(word) * _weight(word, told),
            *(_BY_SYNONYM * _rarity(also) * _weight(also, told) for also in synonyms(word)),
            0.0,
        )
        for word in asked
    )
    standing = 1.0 if operation.standing != "legacy" and not operation.deprecated else _LEGACY
    return standing * points / (1 + _SIMPLER * len(operation.path))


def synonyms(word: str) -> Sequence[str]:
    """Name what else a word of everyday speech may mean in Sentry's."""
    return words(_ALSO.get(word, ""))


def _weight(word: str, told: Mapping[str, float]) -> float:
    if word in told:
        return told[word]
    if len(word) < _LONG_ENOUGH:
        return 0.0
    begun = (weight for known, weight in told.items() if _begins_alike(word, known))
    return _BY_BEGINNING * max(begun, default=0.0)


def _begins_alike(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    return shorter >= _LONG_ENOUGH and one[:shorter] == other[:shorter]


@cache
def _told(operation: Operation) -> Mapping[str, float]:
    """Weigh the words that an operation is told with, by where they stand."""
    weights: dict[str, float] = {}
    for place, weight in reversed(_WEIGHTS):
        for word in words(_text(operation, place)):
            weights[word] = weights.get(word, 0.0) / 2 + weight
    return MappingProxyType(weights)


def _text(operation: Operation, place: str) -> str:
    match place:
        case "query":
            return " ".join(each.name for each in operation.query)
        case "path":
            return re.sub(r"\{\w+\}", "", operation.path).replace("/", " ")
        case "name":
            return operation.name
        case "category":
            return operation.category
        case _:
            return operation.summary


@cache
def _rarity(word: str) -> float:
    return math.log(1 + len(operations()) / (1 + _frequency().get(word, 0)))


@cache
def _frequency() -> Mapping[str, int]:
    """Count in how many operations each word occurs."""
    counts: dict[str, int] = {}
    for word in _every_word(operations().values()):
        counts[word] = counts.get(word, 0) + 1
    return MappingProxyType(counts)


def _every_word(known: Iterable[Operation]) -> Iterable[str]:
    return (word for operation in known for word in _told(operation))


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > _LONG_ENOUGH:
        return word[:-3] + "y"
    if word.endswith(("shes", "ches", "xes", "sses")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us")) else word
