"""Events in an in-memory SQLite, so that queries, groups and counts are real ones."""

import sqlite3
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self, overload

from dexter_mcp.simulator.memory import schema
from dexter_mcp.simulator.search.grammar import matches
from dexter_mcp.simulator.telling.story import Json

NEWEST = "at DESC, id DESC"
OLDEST = "at, id"

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on the table of events."""

    sql: str = "1"
    values: tuple[Value, ...] = ()

    def __and__(self, other: "Where") -> "Where":
        return Where(f"{self.sql} AND {other.sql}", self.values + other.values)

    @classmethod
    def among(cls, column: str, values: Iterable[Value]) -> Self:
        """Hold where the column has one of the values."""
        values = tuple(values)
        return cls(f"{column} IN ({', '.join('?' * len(values))})", values)


@dataclass(frozen=True, slots=True)
class Totals:
    """How often an issue happened, to how many people, and when; moments are epoch seconds."""

    count: int
    users: int
    first: float
    last: float


class Event(NamedTuple):
    """One row; `seq` is 0 until the row is stored."""

    id: str
    project: int
    issue: int | None
    at: float
    received: float
    environment: str
    release: str
    user: str
    trace: str
    body: int
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Trait:
    """What all events of one body have in common; a tag, or a field that searches know."""

    key: str
    value: str
    tag: bool


@dataclass(frozen=True, slots=True)
class TagValue:
    """How often one value of a tag occurred, and when; moments are epoch seconds."""

    value: str
    count: int
    first: float
    last: float


class Events(Sequence[Event]):
    """Events in their order, read from the database only as far as they are asked for."""

    def __init__(
        self, rows: Callable[..., list[tuple[Any, ...]]], where: Where, order: str
    ) -> None:
        self._rows = rows
        self._where = where
        self._order = order

    def __len__(self) -> int:
        return self._rows("SELECT count(*) FROM events WHERE", self._where)[0][0]

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | Sequence[Event]:
        if isinstance(index, slice):
            start, stop, _ = index.indices(len(self))
            return self._read(start, max(stop - start, 0))
        found = self._read(index, 1)
        if not found:
            raise IndexError(index)
        return found[0]

    def __iter__(self) -> Iterator[Event]:
        return iter(self._read(0, -1))

    def first(self) -> Event | None:
        """Read the first one, if there is any."""
        return next(iter(self._read(0, 1)), None)

    def _read(self, skip: int, limit: int) -> list[Event]:
        """Read up to `limit` events; all of them if it is negative."""
        rows = self._rows(
            "SELECT id, project, issue, at, received, environment, release, user, trace, body, seq"
            " FROM events WHERE",
            self._where,
            f"ORDER BY {self._order} LIMIT {limit} OFFSET {skip}",
        )
        return [Event(*row) for row in rows]


class Store:
    """Remembers events; their payloads are kept once for all events that share them."""

    def __init__(self) -> None:
        self.bodies: list[Json] = []
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        weakref.finalize(self, self._database.close)
        self._database.executescript(schema.TABLES)
        self._database.execute(schema.facets())
        self._database.create_function("matches", 2, matches, deterministic=True)
        self._stored = 0
        self._indexed = False

    def add_body(self, payload: Json, traits: Iterable[Trait]) -> int:
        """Keep a payload that events refer to."""
        self.bodies.append(payload)
        number = len(self.bodies) - 1
        rows = ((number, trait.key, trait.value, trait.tag) for trait in traits)
        self._database.executemany("INSERT INTO traits VALUES (?, ?, ?, ?)", rows)
        return number

    def add_events(self, events: Sequence[Event], tags: Sequence[Mapping[str, str]]) -> None:
        """Store rows, each with the tags that are its own."""
        start = self._stored + 1
        self._stored += len(events)
        self._database.executemany(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((seq, *event[:-1]) for seq, event in enumerate(events, start)),
        )
        self._database.executemany(
            "INSERT INTO event_tags VALUES (?, ?, ?)",
            (
                (seq, key, value)
                for seq, own in enumerate(tags, start)
                for key, value in own.items()
            ),
        )

    def add_users(self, people: Mapping[str, Json]) -> None:
        """Make the users of events searchable by their e-mail and the like."""
        self._database.executemany(
            "INSERT OR REPLACE INTO users VALUES (?, ?, ?, ?, ?)",
            (
                (key, *(str(user.get(name) or "") for name in _USER_FIELDS))
                for key, user in people.items()
            ),
        )

    def user(self, key: str) -> dict[str, str | None]:
        """Tell what is known about the user behind a value of the tag `user`."""
        rows = self._rows(
            "SELECT number, email, username, ip FROM users WHERE", Where("name = ?", (key,))
        )
        known = rows[0] if rows else (None,) * 4
        names = ("id", "email", "username", "ipAddress")
        return {
            name: str(value) if value else None for name, value in zip(names, known, strict=True)
        }

    def totals(self, where: Where) -> dict[int, Totals]:
        """Count the events of each issue."""
        rows = self._rows(
            "SELECT issue, count(*), count(DISTINCT nullif(user, '')), min(at), max(at)"
            " FROM events WHERE issue IS NOT NULL AND",
            where,
            "GROUP BY issue",
        )
        return {issue: Totals(*rest) for issue, *rest in rows}

    def counts(self, where: Where) -> dict[int, int]:
        """Count the events of each issue, and nothing else."""
        rows = self._rows(
            "SELECT issue, count(*) FROM events WHERE issue IS NOT NULL AND",
            where,
            "GROUP BY issue",
        )
        return dict(rows)

    def find(self, where: Where, *, order: str = NEWEST) -> "Events":
        """Select events, newest first unless told otherwise; they are read when they are used."""
        return Events(self._rows, where, order)

    def buckets(self, where: Where, width: int) -> dict[int, dict[int, int]]:
        """Count each issue's events in time slots of `width` seconds, by the slot's start."""
        rows = self._rows(
            "SELECT issue,",
            Where("CAST(at / ? AS INTEGER) * ?", (width, width)),
            ", count(*) FROM events WHERE",
            where,
            "GROUP BY 1, 2",
        )
        found: dict[int, dict[int, int]] = {}
        for issue, slot, count in rows:
            found.setdefault(issue, {})[slot] = count
        return found

    def tags(self, event: Event) -> dict[str, str]:
        """Read all tags of one event."""
        rows = self._rows(
            "SELECT key, value FROM facets WHERE tag AND", Where("seq = ?", (event.seq,))
        )
        return dict(sorted(rows))

    def tag_values(self, where: Where, key: str = "") -> dict[str, list[TagValue]]:
        """Count the values of every tag, or of one, most frequent first."""
        rows = self._rows(
            "SELECT key, value, count(*), min(at), max(at) FROM facets WHERE tag AND",
            Where("key = ?", (key,)) & where if key else where,
            "GROUP BY key, value ORDER BY key, count(*) DESC, value",
        )
        found: dict[str, list[TagValue]] = {}
        for name, *rest in rows:
            found.setdefault(name, []).append(TagValue(*rest))
        return found

    def lifetime(self, where: Where) -> Totals | None:
        """Count the events of a selection as a whole; None when there are none."""
        row = self._rows(
            "SELECT count(*), count(DISTINCT nullif(user, '')), min(at), max(at) FROM events WHERE",
            where,
        )[0]
        return Totals(*row) if row[0] else None

    def releases(self, where: Where) -> list[str]:
        """List the versions that events name, earliest first."""
        rows = self._rows(
            "SELECT release FROM events WHERE release != '' AND",
            where,
            "GROUP BY release ORDER BY min(at)",
        )
        return [version for (version,) in rows]

    def move(self, issues: Iterable[int], target: int) -> None:
        """Hand the events of some issues to another one."""
        self._database.executemany(
            "UPDATE events SET issue = ? WHERE issue = ?", [(target, issue) for issue in issues]
        )

    def forget_project(self, number: int) -> None:
        """Remove the events of a project."""
        self._database.execute("DELETE FROM events WHERE project = ?", (number,))

    def hand_over(self, where: Where, target: int) -> None:
        """Hand the selected events to an issue."""
        sql = f"UPDATE events SET issue = ? WHERE {where.sql}"  # noqa: S608 - conditions are ours
        self._database.execute(sql, (target, *where.values))

    def forget(self, where: Where) -> None:
        """Remove the selected events for good."""
        chosen = f"FROM events WHERE {where.sql}"
        tags = f"DELETE FROM event_tags WHERE event IN (SELECT seq {chosen})"  # noqa: S608 - likewise
        self._database.execute(tags, where.values)
        self._database.execute(f"DELETE {chosen}", where.values)

    def bodies_of(self, where: Where) -> list[int]:
        """Number the payloads that the selected events share."""
        return [body for (body,) in self._rows("SELECT DISTINCT body FROM events WHERE", where)]

    @property
    def database(self) -> sqlite3.Connection:
        """Open the tables of `schema` to questions that this class has no method for."""
        if not self._indexed:
            self._database.executescript(schema.INDEXES)
            self._indexed = True
        return self._database

    def _rows(self, *parts: str | Where) -> list[tuple[Any, ...]]:
        sql = " ".join(part.sql if isinstance(part, Where) else part for part in parts)
        values = [v for part in parts if isinstance(part, Where) for v in part.values]
        return self.database.execute(sql, values).fetchall()


_USER_FIELDS = ("id", "email", "username", "ip_address")
