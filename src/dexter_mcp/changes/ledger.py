"""Where changes are kept, so that they outlive the process that made them.

One SQLite file in the user's own state folder, shared by all servers that this user runs. A
request is noted before it is sent, and what came of it afterwards; each note is on the disk before
anything else happens. Calls take about a millisecond and are made on the event loop on purpose:
nothing can come between a note and what it is about.
"""

import json
import secrets
import sqlite3
import weakref
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from dexter_mcp.changes.plan import Plan
from dexter_mcp.changes.presence import Presence
from dexter_mcp.changes.record import Attempt, Change, Outcome, Standing
from dexter_mcp.changes.veiling import veiled
from dexter_mcp.sentry.errors import Rejected

LIFETIME: Final = timedelta(minutes=10)
"""How long a plan waits for an answer."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS changes (
    id TEXT PRIMARY KEY, made REAL NOT NULL, expires REAL NOT NULL, principal TEXT NOT NULL,
    client TEXT NOT NULL, plan TEXT NOT NULL, standing TEXT NOT NULL, approved TEXT NOT NULL,
    undone_by TEXT NOT NULL, owner TEXT NOT NULL, claim TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS steps (
    change TEXT NOT NULL REFERENCES changes, at INTEGER NOT NULL, outcome TEXT NOT NULL,
    PRIMARY KEY (change, at)
);
CREATE TABLE IF NOT EXISTS attempts (
    id TEXT PRIMARY KEY, at REAL NOT NULL, principal TEXT NOT NULL, owner TEXT NOT NULL,
    change TEXT NOT NULL, paths TEXT NOT NULL, open TEXT
);
CREATE INDEX IF NOT EXISTS attempts_at ON attempts (principal, at);
CREATE INDEX IF NOT EXISTS attempts_open ON attempts (change) WHERE open NOT NULL;
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL);
"""
_PLAN, _OUTCOME = TypeAdapter(Plan), TypeAdapter(Outcome)
_ATTEMPT: TypeAdapter[Attempt] = TypeAdapter(Attempt)
_ALPHABET: Final = "abcdefghjkmnpqrstvwxyz23456789"
_LETTERS: Final = 10
_PATIENCE: Final = 30.0
"""Seconds to wait for another process that is writing."""

Hindrance = Literal["", "paused", "full", "busy"]
"""Why a request may not be sent now: its change is no longer ours, a cap is reached, or another
change is at the same target, or was since that was looked at."""


class Ledger:
    """Changes, what became of their steps, and the requests that are under way."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / "changes.sqlite3"
        path.touch(mode=0o600)
        self._db = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
        weakref.finalize(self, self._db.close)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA secure_delete = ON")
        self._db.executescript(_SCHEMA)
        self._presence = Presence(folder)
        self._under_way = set[str]()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()
        self._presence.close()

    @contextmanager
    def _together(self) -> Generator[None]:
        """Write all of it or nothing, and one process at a time.

        Raises:
            Rejected: The disk does not take it.
        """
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise Rejected(
                f"The ledger of changes can't be written ({error}). Make room, or set "
                "DEXTER_STATE_DIR to a folder that has some."
            ) from error

    def secret(self) -> bytes:
        """Give the key that seals handles: drawn once, and kept with what it seals."""
        drawn = ("seal", secrets.token_bytes(32))
        self._db.execute("INSERT OR IGNORE INTO secrets VALUES (?, ?)", drawn)
        found = self._db.execute("SELECT value FROM secrets WHERE name = 'seal'").fetchone()
        return bytes(found[0])

    def plan(self, plan: Plan, principal: str, client: str, now: datetime) -> Change:
        """Keep a plan, and give it a name."""
        name = "c-" + "".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS))
        made, expires = _epoch(now), _epoch(now + LIFETIME)
        row = (name, made, expires, principal, client, _PLAN.dump_json(plan).decode())
        waiting = _OUTCOME.dump_json(Outcome()).decode()
        self._forget_expired(made)
        with self._together():
            self._db.execute("INSERT INTO changes VALUES (?,?,?,?,?,?,'planned','','','','')", row)
            self._db.executemany(
                "INSERT INTO steps VALUES (?, ?, ?)",
                [(name, at, waiting) for at in range(len(plan.steps))],
            )
        return self.known(name)

    def find(self, name: str) -> Change | None:
        """Find a change by its name."""
        row = self._db.execute("SELECT * FROM changes WHERE id = ?", (name,)).fetchone()
        return self._change(row) if row else None

    def known(self, name: str) -> Change:
        """Find a change that was here a moment ago.

        Raises:
            Rejected: It is gone.
        """
        if (change := self.find(name)) is None:
            raise Rejected(f"{name} is gone: somebody removed it. Plan it anew.")
        return change

    def latest(self, limit: int, principal: str = "") -> Sequence[Change]:
        """List changes, the newest first; of one principal or of all."""
        rows = self._db.execute(
            "SELECT * FROM changes WHERE ? IN ('', principal) ORDER BY made DESC, rowid DESC"
            " LIMIT ?",
            (principal, limit),
        ).fetchall()
        return [self._change(row) for row in rows]

    def claim(self, change: Change, by: str = "") -> Change:
        """Begin to apply a change, or go on with it; only one may.

        Raises:
            Rejected: It is under way already, or has come to its end.
        """
        with self._together():
            if self._is_open(change.id):
                raise Rejected(
                    f"A request of {change.id} is still under way. See with `list_changes` what "
                    "becomes of it."
                )
            moved = self._db.execute(
                "UPDATE changes SET standing = 'applying', owner = ?, claim = ?, approved ="
                " CASE ? WHEN '' THEN approved ELSE ? END"
                " WHERE id = ? AND standing IN ('planned', 'paused', 'stopped')",
                (self._presence.name, secrets.token_hex(8), by, by, change.id),
            ).rowcount
        now = self.known(change.id)
        if not moved:
            raise Rejected(f"{change.id} is {now.standing} already, so nothing was done again.")
        return now

    def finish(self, change: Change, standing: Standing) -> None:
        """Note how a change stands that was claimed, unless somebody else goes on with it."""
        moved = self._db.execute(
            "UPDATE changes SET standing = ? WHERE id = ? AND claim = ?",
            (standing, change.id, change.claim),
        ).rowcount
        if moved and standing == "applied":
            self._veil(change.id)

    def pause(self, change: Change) -> bool:
        """Let a change end before its next request; tells whether it was under way."""
        moved = self._db.execute(
            "UPDATE changes SET standing = 'paused' WHERE id = ? AND standing = 'applying'",
            (change.id,),
        )
        return bool(moved.rowcount)

    def reject(self, change: Change) -> None:
        """Note that a change is not wanted.

        Raises:
            Rejected: It has begun already.
        """
        moved = self._db.execute(
            "UPDATE changes SET standing = 'rejected' WHERE id = ? AND standing = 'planned'",
            (change.id,),
        ).rowcount
        if not moved:
            standing = self.known(change.id).standing
            raise Rejected(f"{change.id} is {standing} already, so it can't be declined any more.")
        self._veil(change.id)

    def note_undone(self, change: Change, by: str) -> None:
        """Note which change took this one back, unless somebody goes on with it meanwhile."""
        self._db.execute(
            "UPDATE changes SET standing = 'undone', undone_by = ? WHERE id = ?"
            " AND standing != 'applying'",
            (by, change.id),
        )

    def approve(self, change: Change, by: str) -> None:
        """Note who agreed to a change that waits."""
        self._db.execute(
            "UPDATE changes SET approved = ? WHERE id = ? AND standing = 'planned'", (by, change.id)
        )

    def mark(self) -> int:
        """Remember this moment: what is sent afterwards makes a look at a target untrue."""
        return int(self._db.execute("SELECT ifnull(max(rowid), 0) FROM attempts").fetchone()[0])

    def begin(
        self,
        change: Change,
        attempt: Attempt,
        *,
        paths: Collection[str],
        mark: int,
        caps: Sequence[tuple[datetime, int]],
    ) -> Hindrance:
        """Note a request that is about to be sent, with the steps that it is for.

        It is for targets at `paths` that were looked at after `mark`; `caps` say how many requests
        there may have been since when. Where anything is in the way, it says what, and the request
        must not be sent.
        """
        with self._together():
            if hindrance := self._hindrance(change, paths, mark, caps):
                return hindrance
            self._note(change.id, dict.fromkeys(attempt.steps, Outcome("sending")))
            self._db.execute(
                "INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    attempt.id,
                    _epoch(attempt.time),
                    attempt.principal,
                    self._presence.name,
                    change.id,
                    json.dumps(sorted(paths)),
                    _ATTEMPT.dump_json(attempt).decode(),
                ),
            )
        self._under_way.add(attempt.id)
        return ""

    def _hindrance(
        self,
        change: Change,
        paths: Collection[str],
        mark: int,
        caps: Sequence[tuple[datetime, int]],
    ) -> Hindrance:
        if not self._is_ours(change):
            return "paused"
        if any(len(self.sent(change.principal, since)) >= most for since, most in caps):
            return "full"
        since = self._db.execute(
            "SELECT paths FROM attempts WHERE rowid > ? AND change != ?", (mark, change.id)
        )
        touched = _is_any_of(since, paths) or self.is_touched(change, paths)
        return "busy" if touched else ""

    def is_touched(self, change: Change, paths: Collection[str]) -> bool:
        """Tell whether another change is at a target now."""
        others = self._db.execute(
            "SELECT id, owner, paths FROM attempts WHERE open NOT NULL AND change != ?",
            (change.id,),
        ).fetchall()
        alive = [(told,) for row, owner, told in others if not self._is_left(row, owner)]
        return _is_any_of(alive, paths)

    def _is_open(self, change: str) -> bool:
        query = "SELECT 1 FROM attempts WHERE change = ? AND open NOT NULL"
        return self._db.execute(query, (change,)).fetchone() is not None

    def leave(self, attempt: str) -> None:
        """Be done with a request; where it could not be settled, it counts as abandoned."""
        self._under_way.discard(attempt)

    def settle(self, change: str, outcomes: Mapping[int, Outcome], attempt: str = "") -> None:
        """Note what became of steps, and that a request is over."""
        with self._together():
            self._note(change, outcomes)
            self._db.execute("UPDATE attempts SET open = NULL WHERE id = ?", (attempt,))

    def pass_over(self, change: Change, outcomes: Mapping[int, Outcome]) -> bool:
        """Note what became of steps for which nothing is sent, while the change is still ours."""
        with self._together():
            if ours := self._is_ours(change):
                self._note(change.id, outcomes)
        return ours

    def _is_ours(self, change: Change) -> bool:
        query = "SELECT 1 FROM changes WHERE id = ? AND claim = ? AND standing = 'applying'"
        return self._db.execute(query, (change.id, change.claim)).fetchone() is not None

    def sent(self, principal: str, since: datetime) -> Sequence[datetime]:
        """Tell when requests that change Sentry were sent, the oldest first."""
        rows = self._db.execute(
            "SELECT at FROM attempts WHERE principal = ? AND at > ? ORDER BY at",
            (principal, _epoch(since)),
        )
        return [datetime.fromtimestamp(at, UTC) for (at,) in rows]

    def abandoned(self, principal: str) -> Sequence[Attempt]:
        """Take over the requests whose server ended before it could say what came of them."""
        with self._together():
            rows = self._db.execute(
                "SELECT id, owner, open FROM attempts WHERE open NOT NULL AND principal = ?",
                (principal,),
            ).fetchall()
            found = {row: told for row, owner, told in rows if self._is_left(row, owner)}
            self._db.executemany(
                "UPDATE attempts SET owner = ? WHERE id = ?",
                [(self._presence.name, row) for row in found],
            )
        self._under_way |= set(found)
        return [_ATTEMPT.validate_json(told) for told in found.values()]

    def stop_abandoned(self) -> None:
        """Let changes go on whose server ended in the middle."""
        rows = self._db.execute("SELECT owner, claim FROM changes WHERE standing = 'applying'")
        for owner, claim in rows.fetchall():
            if self._presence.is_gone(owner):
                self._db.execute(
                    "UPDATE changes SET standing = 'stopped' WHERE claim = ?"
                    " AND standing = 'applying'",
                    (claim,),
                )

    def _is_left(self, attempt: str, owner: str) -> bool:
        if owner == self._presence.name:
            return attempt not in self._under_way
        return self._presence.is_gone(owner)

    def _forget_expired(self, now: float) -> None:
        late = "FROM changes WHERE standing = 'planned' AND expires < ?"
        for (name,) in self._db.execute(f"SELECT id {late}", (now,)).fetchall():
            moved = self._db.execute(
                "UPDATE changes SET standing = 'expired' WHERE id = ? AND standing = 'planned'",
                (name,),
            ).rowcount
            if moved:
                self._veil(name)

    def _veil(self, change: str) -> None:
        """Forget the secrets in a plan that nobody will carry out any more."""
        found = self._db.execute("SELECT plan FROM changes WHERE id = ?", (change,)).fetchone()
        told = json.dumps(veiled(json.loads(found[0])), ensure_ascii=False)
        self._db.execute("UPDATE changes SET plan = ? WHERE id = ?", (told, change))

    def _note(self, change: str, outcomes: Mapping[int, Outcome]) -> None:
        self._db.executemany(
            "UPDATE steps SET outcome = ? WHERE change = ? AND at = ?",
            [(_OUTCOME.dump_json(each).decode(), change, at) for at, each in outcomes.items()],
        )

    def _change(self, row: tuple[Any, ...]) -> Change:
        name, made, expires, principal, client, plan, standing, approved, undone_by, _, claim = row
        steps = self._db.execute("SELECT outcome FROM steps WHERE change = ? ORDER BY at", (name,))
        return Change(
            id=name,
            made=datetime.fromtimestamp(made, UTC),
            expires=datetime.fromtimestamp(expires, UTC),
            principal=principal,
            client=client,
            plan=_PLAN.validate_json(plan),
            standing=standing,
            approved=approved,
            undone_by=undone_by,
            claim=claim,
            outcomes=tuple(_OUTCOME.validate_json(told) for (told,) in steps),
        )


def as_of(change: Change, now: datetime) -> Change:
    """See a change as it is now: a plan that nobody answered in time has expired."""
    late = change.standing == "planned" and now > change.expires
    return replace(change, standing="expired") if late else change


def _is_any_of(rows: Iterable[tuple[str]], paths: Collection[str]) -> bool:
    wanted = set(paths)
    return not all(wanted.isdisjoint(json.loads(told)) for (told,) in rows)


def _epoch(moment: datetime) -> float:
    return moment.timestamp()
