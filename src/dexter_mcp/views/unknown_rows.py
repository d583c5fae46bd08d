"""Which of a thing's many fields are worth showing: a table of the telling ones, or a record."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil
from typing import Any, Final

from dexter_mcp.sentry.json_types import is_object
from dexter_mcp.views.numbers import counted
from dexter_mcp.views.sparkline import BARS
from dexter_mcp.views.table import table
from dexter_mcp.views.unknown import Names, Teller, is_flag, is_rows, is_series, leaves, spelt

_FIRST: Final = (
    *("id", "shortId", "slug", "name", "displayName", "title", "version", "key", "value", "email"),
    *("public", "status", "state", "level", "type", "role", "orgRole", "priority", "project"),
    *("projects", "count", "userCount", "lastSeen", "enabled", "schedule", "openIssues"),
    *("started_at", "count_errors", "user", "duration", "dateCreated"),
)
"""The fields that tell most, by their last name, in the order in which they are shown."""
_SAYS_LITTLE: Final = ("avatar", "url", "link", "permalink", "color", "icon", "sha1", "stats")
_DECORATION: Final = "avatar"

_COLUMNS: Final = 8
_ROOM: Final = 480.0
"""Tokens in all rows together, as far as they can be guessed: 20 of them must stay affordable."""
_A_ROW: Final = (25.0, 64.0)
"""Tokens in a row, at least and at most."""
_HASHED, _PUNCTUATION, _BAR = 0.56, 0.8, 2.0
"""Tokens that a character of a hash costs, a mark between words, and a bar of a series."""
_PIECES: Final = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_")
_CUT: Final = 0.32
_WORTH_IT: Final = 5.0
"""Tokens that a longer text needs to say anything; it is cut if it has no more."""
_SAME: Final = 6
_SHORT: Final = 24
_NAMED: Final = 7
_FLAGS: Final = 12
_FLAGS_UNSET: Final = 6
_INNER_ROWS, _ONLY_ROWS, _MOST_ROWS = 5, 20, 100
"""Rows of a list within a record: of one among several, of the only one, of one asked for."""


@dataclass(frozen=True)
class _Column:
    """What the rows say in one place."""

    names: Names
    cells: tuple[str, ...]

    @cached_property
    def title(self) -> str:
        return spelt(self.names)

    @cached_property
    def is_constant(self) -> bool:
        return len(set(self.cells)) == 1

    @cached_property
    def cost(self) -> float:
        """Guess how many tokens it adds to a row."""
        return 1 + sum(map(_tokens, (self.title, *self.cells))) / len(self.cells)

    def cut(self, tokens: float) -> "_Column":
        """Shorten its texts to about so many tokens each."""
        if self.cost <= tokens or tokens < _WORTH_IT:
            return self
        limit = int((tokens - 1) / _CUT)
        cells = (cell if len(cell) <= limit else f"{cell[: limit - 1]}…" for cell in self.cells)
        return replace(self, cells=tuple(cells))

    @cached_property
    def is_prose(self) -> bool:
        """Tell texts, which still say something when they are cut, from names and numbers."""
        return any(len(cell) > _SHORT and " " in cell for cell in self.cells)

    @cached_property
    def rank(self) -> tuple[int, int]:
        """Order by what it tells: known names first, deep and decorative ones last."""
        last = self.names[-1]
        place = _FIRST.index(last) if last in _FIRST else len(_FIRST)
        little = _says_little(self.names) or self.cells[0].startswith("http")
        return (place + len(_FIRST) * little, len(self.names))


def rows(items: Sequence[Any], teller: Teller, *, include: Sequence[str] = ()) -> list[str]:
    """Show a list: a table of what tells its items apart, then what they have in common.

    With `include` the columns are those, in that order; a name stands for all below it. Of a single
    item everything is told, as there is nothing to tell it apart from.
    """
    if len(items) == 1 and is_object(items[0]) and not include:
        return record(items[0], teller)
    return _table(items, teller, include)


def _table(items: Sequence[Any], teller: Teller, include: Sequence[str] = ()) -> list[str]:
    if not all(map(is_object, items)):
        return list(_plain(items, teller))
    if include:
        return _asked_for(items, teller, include)
    columns = _columns(items, replace(teller, ages=True))
    alike = [each for each in columns if each.is_constant and len(items) > 1]
    telling = _distinct(each for each in columns if each not in alike)
    shown = _fitting(telling, len(items))
    said = [each for each in alike if _is_worth_saying(each)][:_SAME]
    seen = {each.names for each in [*shown, *said]}
    hidden = [each for each in [*telling, *alike] if each.names not in seen]
    return [*_lines(shown), *_common(said), *_left_out(hidden)]


def record(thing: Mapping[str, Any], teller: Teller, *, include: Sequence[str] = ()) -> list[str]:
    """Show one thing: a line a field, truth values together, lists within it as tables."""
    found = [
        (names, value)
        for names, value in leaves(thing, whole=bool(include))
        if (_concerns(names, include) if include else _DECORATION not in names)
    ]
    flat = [(names, value) for names, value in found if not is_rows(value)]
    plain = [(names, teller.said(value, names)) for names, value in flat if not is_flag(value)]
    return [
        *(f"{spelt(names)}: {said}" for names, said in plain if said),
        *_flags(flat),
        *_tables(found, teller, include),
    ]


def _plain(items: Sequence[Any], teller: Teller) -> Iterator[str]:
    """Show what are no objects: a series as a whole, others one by one."""
    if is_series(items):
        yield teller.said(items, ())
        return
    yield from filter(None, (teller.said(item, ()) for item in items))


def _flags(found: Sequence[tuple[Names, Any]]) -> Iterator[str]:
    for word, truth, most in (("yes", True, _FLAGS), ("no", False, _FLAGS_UNSET)):
        told = [spelt(names) for names, value in found if value is truth]
        if told:
            yield f"{word}: {_listed(told, most)}"


def _tables(
    found: Sequence[tuple[Names, Any]], teller: Teller, include: Sequence[str]
) -> Iterator[str]:
    lists = [(names, value) for names, value in found if is_rows(value)]
    most = _MOST_ROWS if include else _INNER_ROWS if len(lists) > 1 else _ONLY_ROWS
    for names, value in lists:
        shown = value[:most]
        left = len(value) - len(shown)
        more = f", the first {len(shown)} (include={spelt(names)})" if left else ""
        yield f"{spelt(names)}: {counted(len(value), 'item')}{more}"
        yield from _table(shown, teller, list(_below(names, include)))


def _asked_for(items: Sequence[Any], teller: Teller, include: Sequence[str]) -> list[str]:
    """Show the columns asked for; the only one, if it holds lists, as one table of all of them."""
    inner = [row for item in items for row in _rows_at(item, include)]
    if inner:
        return _table(inner, teller)
    columns = [
        each for each in _columns(items, teller, whole=True) if _concerns(each.names, include)
    ]
    return _lines(sorted(columns, key=lambda column: _place(column.names, include)))


def _rows_at(item: Any, include: Sequence[str]) -> Iterator[Any]:
    for names, value in leaves(item, whole=True):
        if [".".join(names)] == list(include) and is_rows(value):
            yield from value


def _columns(items: Sequence[Any], teller: Teller, *, whole: bool = False) -> list[_Column]:
    """Lay the items side by side: a column for each place where one of them says something."""
    apart = [dict(leaves(item, whole=whole)) for item in items]
    places = dict.fromkeys(names for leaf in apart for names in leaf)
    columns = [
        _Column(names, tuple(teller.said(leaf.get(names), names) for leaf in apart))
        for names in places
    ]
    return [column for column in columns if any(column.cells)]


def _concerns(names: Names, include: Sequence[str]) -> bool:
    """Tell whether a place is asked for, or lies on the way to one within a list."""
    way = ".".join(names)
    return any(
        way == name or way.startswith(f"{name}.") or name.startswith(f"{way}.") for name in include
    )


def _place(names: Names, include: Sequence[str]) -> int:
    return next(at for at, name in enumerate(include) if _concerns(names, [name]))


def _below(names: Names, include: Sequence[str]) -> Iterator[str]:
    """Name what is asked for of the items of a list."""
    way = f"{'.'.join(names)}."
    return (name.removeprefix(way) for name in include if name.startswith(way))


def _says_little(names: Names) -> bool:
    return any(word in name.lower() for word in _SAYS_LITTLE for name in names)


def _distinct(columns: Iterable[_Column]) -> list[_Column]:
    """Leave out what repeats another column, such as a name that is the slug; the best first."""
    kept: dict[tuple[str, ...], _Column] = {}
    for column in sorted(columns, key=lambda column: column.rank):
        kept.setdefault(tuple(cell.lower() for cell in column.cells), column)
    return list(kept.values())


def _fitting(columns: Sequence[_Column], rows: int) -> list[_Column]:
    """Take as many columns as a row has room for, at least one; a longer text is cut to fit."""
    shown: list[_Column] = []
    least, most = _A_ROW
    room = min(max(_ROOM / max(rows, 1), least), most)
    for column in columns:
        fitting = column.cut(room) if column.is_prose and shown else column
        if not shown or (fitting.cost <= room and len(shown) < _COLUMNS):
            shown.append(fitting)
            room -= fitting.cost
    return shown


def _tokens(cell: str) -> float:
    """Guess what a cell costs: words little, capitals and numbers more, hashes most."""
    if _is_hash(cell):
        return len(cell) * _HASHED
    return sum(_piece(piece) for piece in _PIECES.findall(cell))


def _piece(piece: str) -> float:
    if piece.isdecimal():
        return ceil(len(piece) / 3)
    if piece.isalpha():
        return ceil(len(piece) / (3 if piece.isupper() else 6))
    return _BAR if piece in BARS else _PUNCTUATION


def _is_hash(cell: str) -> bool:
    return len(cell) >= _SHORT and cell.isalnum() and any(map(str.isdigit, cell))


def _lines(columns: Sequence[_Column]) -> list[str]:
    if not columns:
        return []
    body = zip(*(column.cells for column in columns), strict=True)
    return table([column.title for column in columns], list(body)).split("\n")


def _is_worth_saying(column: _Column) -> bool:
    said = column.cells[0]
    plain = len(said) <= _SHORT and said != "no" and not said.startswith("[redacted")
    return plain and not _says_little(column.names)


def _common(columns: Sequence[_Column]) -> Iterator[str]:
    if columns:
        yield "all alike: " + ", ".join(f"{each.title} {each.cells[0]}" for each in columns)


def _left_out(columns: Sequence[_Column]) -> Iterator[str]:
    """Name what is not shown; what no item has is not worth a name."""
    names = [each.title for each in columns if set(each.cells) != {"no"}]
    if names:
        yield f"… more (include=): {_listed(names, _NAMED)}"


def _listed(names: Sequence[str], most: int) -> str:
    more = [f"… {len(names) - most} more"] if len(names) > most else []
    return ", ".join([*names[:most], *more])
