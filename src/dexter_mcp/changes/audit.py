"""The log of all attempts to change Sentry: a JSON object a line, on the disk before it counts."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from dexter_mcp.changes.record import Attempt
from dexter_mcp.changes.veiling import veiled

_FILE: Final = "audit.jsonl"
_LARGEST: Final = 10 * 2**20
"""Bytes after which a new file is begun. Old ones stay: whoever needs the room moves them away."""
_LONGEST: Final = 2_000
"""Characters of a single text."""
_SHAPE: TypeAdapter[Attempt] = TypeAdapter(Attempt)


class Audit:
    """Appends to the log, and reads it. Several processes may do so at once."""

    def __init__(self, folder: Path, largest: int = _LARGEST) -> None:
        self._folder, self._largest = folder, largest
        self._whole = False

    def write(self, attempt: Attempt) -> None:
        """Append a line, without secrets. It is on the disk when this returns."""
        told = veiled(_SHAPE.dump_python(attempt, mode="json"), longest=_LONGEST)
        line = json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._turn(attempt)
        file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        # Only what ended in the middle tears a line, and that is looked for once: others may be
        # writing theirs at this moment.
        before = "" if self._whole else _mend(file)
        self._whole = False
        try:
            _put(file, (before + line).encode())
            os.fsync(file)
            self._whole = True
        finally:
            os.close(file)

    def lines(self) -> Iterator[dict[str, Any]]:
        """Read the log, the oldest line first; one that a power cut tore is left out."""
        for path in [*sorted(self._folder.glob("audit-*.jsonl")), self.path]:
            if path.is_file():
                for line in path.read_bytes().split(b"\n"):
                    try:
                        yield json.loads(line)
                    except ValueError:
                        continue

    def has(self, attempt: str) -> bool:
        """Tell whether there is a line about an attempt."""
        return any(line.get("id") == attempt for line in self.lines())

    @property
    def path(self) -> Path:
        """Name the file that is written to."""
        return self._folder / _FILE

    def _turn(self, attempt: Attempt) -> None:
        """Put a full file aside, under the moment at which that happened."""
        try:
            full = self.path.stat().st_size >= self._largest
        except FileNotFoundError:
            return
        if full:
            moment = attempt.time.strftime("%Y%m%dT%H%M%S%f")
            # Another process may be faster, or hold the file open where that forbids it.
            with suppress(OSError):
                self.path.rename(self._folder / f"audit-{moment}-{attempt.id}.jsonl")


def _mend(file: int) -> str:
    """End a line that was torn, so that the next one stands on its own."""
    if os.lseek(file, 0, os.SEEK_END) == 0:
        return ""
    os.lseek(file, -1, os.SEEK_END)
    return "" if os.read(file, 1) == b"\n" else "\n"


def _put(file: int, content: bytes) -> None:
    """Write all of it: one call does, unless the disk is nearly full."""
    while content:
        content = content[os.write(file, content) :]
