"""The tables that events are kept in."""

TABLES = """
CREATE TABLE events (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL, project INTEGER NOT NULL, issue INTEGER,
    at REAL NOT NULL, received REAL NOT NULL, environment TEXT NOT NULL, release TEXT NOT NULL,
    user TEXT NOT NULL, trace TEXT NOT NULL, body INTEGER NOT NULL
);
CREATE TABLE event_tags (event INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL);
CREATE TABLE traits (
    body INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, tag INTEGER NOT NULL
);
CREATE TABLE users (name TEXT PRIMARY KEY, number TEXT, email TEXT, username TEXT, ip TEXT);
"""

INDEXES = """
CREATE UNIQUE INDEX IF NOT EXISTS events_by_id ON events (id);
CREATE INDEX IF NOT EXISTS events_by_issue ON events (issue, at, user, project, environment);
CREATE INDEX IF NOT EXISTS events_by_project ON events (project, at);
CREATE INDEX IF NOT EXISTS events_by_body ON events (body);
CREATE INDEX IF NOT EXISTS event_tags_by_event ON event_tags (event);
CREATE INDEX IF NOT EXISTS event_tags_by_key ON event_tags (key);
CREATE INDEX IF NOT EXISTS traits_by_body ON traits (body);
CREATE INDEX IF NOT EXISTS traits_by_key ON traits (key);
"""
"""Made with the first question, since they slow down the telling of a world."""

_KNOWN_USER = "events JOIN users ON users.name = user"
_FACETS = (
    ("1, key, value", "events JOIN event_tags ON event = seq", "1"),
    ("tag, key, value", "events JOIN traits USING (body)", "1"),
    ("1, 'environment', environment", "events", "environment != ''"),
    ("1, 'release', release", "events", "release != ''"),
    ("1, 'user', user", "events", "user != ''"),
    ("0, 'user.id', number", _KNOWN_USER, "number != ''"),
    ("0, 'user.email', email", _KNOWN_USER, "email != ''"),
    ("0, 'user.username', username", _KNOWN_USER, "username != ''"),
    ("0, 'user.ip', ip", _KNOWN_USER, "ip != ''"),
)
"""Where the tags (1) and the other searchable fields (0) of an event are kept."""

_COLUMNS = "seq, id, project, issue, at, environment, release, user, trace"


def facets() -> str:
    """Gather what is known of each event, in rows of key and value.

    The columns of the events come along, so that a condition reaches into each part.
    """
    parts = (
        f"SELECT {_COLUMNS}, {facet} FROM {source} WHERE {known}"  # noqa: S608 - constants all
        for facet, source, known in _FACETS
    )
    return f"CREATE VIEW facets ({_COLUMNS}, tag, key, value) AS {' UNION ALL '.join(parts)}"
