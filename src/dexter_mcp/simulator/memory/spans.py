"""Spans, log lines and metric samples, in the database that holds the events as well.

Whatever belongs to a trace is filled in with the first question, since it takes longer to make
than most tests take to run.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from dexter_mcp.simulator.discover.statistics import teach
from dexter_mcp.simulator.intake.loose import mapping, mappings, text
from dexter_mcp.simulator.intake.moments import epoch
from dexter_mcp.simulator.intake.titles import type_of
from dexter_mcp.simulator.memory.records import Issue, Project
from dexter_mcp.simulator.memory.store import Store, Value
from dexter_mcp.simulator.telling.story import Json

_RELATIVE = 100_000_000
"""Times below this are seconds relative to their event, as everywhere in a told payload."""

_TABLES = """
CREATE TABLE bodies (body INTEGER PRIMARY KEY, type TEXT NOT NULL, occurrence INTEGER NOT NULL);
CREATE TABLE steps (
    body INTEGER NOT NULL, told INTEGER NOT NULL, id TEXT NOT NULL, parent TEXT,
    start REAL NOT NULL, stop REAL NOT NULL,
    self_time REAL NOT NULL, op TEXT NOT NULL, description TEXT NOT NULL, status TEXT NOT NULL,
    name TEXT NOT NULL, is_transaction INTEGER NOT NULL, attributes TEXT NOT NULL
);
CREATE TABLE spans (
    id TEXT NOT NULL, trace TEXT NOT NULL, parent TEXT, segment TEXT NOT NULL,
    project INTEGER NOT NULL, at REAL NOT NULL, duration REAL NOT NULL, self_time REAL NOT NULL,
    op TEXT NOT NULL, description TEXT NOT NULL, status TEXT NOT NULL, name TEXT NOT NULL,
    is_transaction INTEGER NOT NULL, environment TEXT NOT NULL, release TEXT NOT NULL,
    user TEXT NOT NULL, attributes TEXT NOT NULL
);
CREATE TABLE logs (
    id TEXT NOT NULL, trace TEXT NOT NULL, span TEXT NOT NULL, project INTEGER NOT NULL,
    at REAL NOT NULL, severity TEXT NOT NULL, severity_number INTEGER NOT NULL,
    message TEXT NOT NULL, environment TEXT NOT NULL, release TEXT NOT NULL,
    attributes TEXT NOT NULL
);
CREATE TABLE metrics (
    id TEXT NOT NULL, trace TEXT NOT NULL, project INTEGER NOT NULL, at REAL NOT NULL,
    name TEXT NOT NULL, type TEXT NOT NULL, unit TEXT NOT NULL, value REAL NOT NULL,
    environment TEXT NOT NULL, release TEXT NOT NULL, attributes TEXT NOT NULL
);
CREATE INDEX steps_by_body ON steps (body);
CREATE INDEX spans_by_trace ON spans (trace);
CREATE INDEX logs_by_trace ON logs (trace);
CREATE INDEX events_by_trace ON events (trace);
CREATE INDEX event_tags_by_event_and_key ON event_tags (event, key, value);
CREATE INDEX traits_by_body_and_key ON traits (body, key, tag, value);
"""

_FROM_EVENTS = """
WITH taken AS (
    SELECT steps.*, events.id AS segment, seq, trace, project, at, environment, release, user,
           CASE WHEN told THEN 0.85 + seq * 7919 % 500 / 1000.0 ELSE 1 END AS pace
    FROM events JOIN steps USING (body) WHERE seq > ?
)
INSERT INTO spans
SELECT id, trace, parent, segment, project, start * pace + CASE WHEN told THEN at ELSE 0 END,
       round((stop - start) * 1000 * pace, 3), round(self_time * pace, 3), op, description, status,
       name, is_transaction, environment, release, user, attributes
FROM taken ORDER BY seq
"""
"""Told transactions share a body; each takes its own time for it."""


class Span(NamedTuple):
    """A span; `duration` and `self_time` are in milliseconds, `at` (its start) in epoch seconds."""

    id: str
    trace: str
    parent: str | None
    segment: str
    """Id of the transaction event that it belongs to."""
    project: int
    at: float
    duration: float
    self_time: float
    op: str
    description: str
    status: str
    name: str
    """Of the transaction."""
    is_transaction: bool
    environment: str
    release: str
    user: str
    attributes: str = "{}"
    """As JSON."""

    @property
    def told(self) -> Json:
        """Read the attributes."""
        return json.loads(self.attributes)


class Log(NamedTuple):
    """A log line; `at` is in epoch seconds."""

    id: str
    trace: str
    span: str
    project: int
    at: float
    severity: str
    severity_number: int
    message: str
    environment: str
    release: str
    attributes: str = "{}"


class Metric(NamedTuple):
    """One sample of an application's metric; `at` is in epoch seconds."""

    id: str
    trace: str
    project: int
    at: float
    name: str
    type: str
    unit: str
    value: float
    environment: str
    release: str
    attributes: str = "{}"


class Telemetry:
    """Remembers what applications send beside errors; transactions among the events count too."""

    def __init__(
        self, store: Store, projects: Mapping[int, Project], issues: Mapping[int, Issue]
    ) -> None:
        self._later: list[Callable[[], None]] = []
        self._store = store
        self._projects = projects
        self._issues = issues
        self._database: sqlite3.Connection | None = None
        self._bodies = 0
        self._events = 0

    def add_spans(self, spans: Iterable[Span]) -> None:
        """Store spans."""
        self._insert("spans", spans)

    def add_logs(self, logs: Iterable[Log]) -> None:
        """Store log lines."""
        self._insert("logs", logs)

    def add_metrics(self, metrics: Iterable[Metric]) -> None:
        """Store samples of metrics."""
        self._insert("metrics", metrics)

    def fill_later(self, fill: Callable[[], None]) -> None:
        """Have something added when the first question comes."""
        self._later.append(fill)

    def rows(self, sql: str, values: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
        """Ask about all that there is: events, spans, logs and metrics."""
        waiting, self._later = self._later, []
        for fill in waiting:
            fill()
        self._catch_up()
        return self._open().execute(sql, values).fetchall()

    def forget_project(self, number: int) -> None:
        """Remove what a project's applications sent."""
        for table in ("spans", "logs", "metrics"):
            self.rows(f"DELETE FROM {table} WHERE project = ?", (number,))  # noqa: S608 - our own tables

    def _insert(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        if rows := list(rows):
            marks = ", ".join("?" * len(rows[0]))
            self._open().executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - our own tables

    def _open(self) -> sqlite3.Connection:
        if self._database is None:
            self._database = self._store.database
            self._database.executescript(_TABLES)
            # The database outlives the store if what it calls holds on to the store.
            self._database.create_function("slug", 1, partial(_slug, self._projects))
            self._database.create_function("short_id", 1, partial(_short_id, self._issues))
            teach(self._database)
        return self._database

    def _catch_up(self) -> None:
        """Take in the events that have come since the last question."""
        database, bodies = self._open(), self._store.bodies
        fresh = list(enumerate(bodies[self._bodies :], self._bodies))
        self._bodies = len(bodies)
        kinds = [(body, type_of(payload), "_occurrence" in payload) for body, payload in fresh]
        self._insert("bodies", kinds)
        for body, kind, _ in kinds:
            self._insert("steps", _steps(body, kind, bodies[body]))
        database.execute(_FROM_EVENTS, (self._events,))
        self._events = database.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]


def _slug(projects: Mapping[int, Project], project: int) -> str | None:
    found = projects.get(project)
    return found.slug if found else None


def _short_id(issues: Mapping[int, Issue], issue: int | None) -> str | None:
    found = issues.get(issue or 0)
    return found.short_id if found else None


def _steps(body: int, kind: str, payload: Json) -> list[tuple[Any, ...]]:
    """Split a transaction into its spans; the first one is the transaction itself."""
    if kind != "transaction":
        return []
    name = text(payload.get("transaction"))
    trace = mapping(mapping(payload.get("contexts")).get("trace"))
    spans = mappings(payload.get("spans"))
    root = trace | {
        "description": name,
        "start_timestamp": payload.get("start_timestamp"),
        "timestamp": payload.get("timestamp", 0.0),
        "data": _request(payload),
    }
    inner = sum(_length(span) for span in spans)
    own = max(_length(root) - inner, 0.0)
    return [
        _step(body, name, root, own, is_transaction=True),
        *(_step(body, name, span, _length(span), is_transaction=False) for span in spans),
    ]


def _step(
    body: int, name: str, span: Json, self_time: float, *, is_transaction: bool
) -> tuple[Any, ...]:
    start = _seconds(span.get("start_timestamp"))
    return (
        body,
        abs(start) < _RELATIVE,
        text(span.get("span_id")),
        text(span.get("parent_span_id")) or None,
        start,
        start + _length(span) / 1000,
        self_time,
        text(span.get("op")),
        text(span.get("description")),
        text(span.get("status")) or "ok",
        name,
        is_transaction,
        json.dumps(mapping(span.get("data"))),
    )


def _length(span: Json) -> float:
    """Measure a span in milliseconds."""
    return (_seconds(span.get("timestamp")) - _seconds(span.get("start_timestamp"))) * 1000


def _seconds(value: object) -> float:
    return value if isinstance(value, float) else epoch(value) or 0.0


def _request(payload: Json) -> Json:
    request = mapping(payload.get("request"))
    told = {"http.request.method": request.get("method"), "url.full": request.get("url")}
    return {key: value for key, value in told.items() if value}
