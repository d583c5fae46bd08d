"""Which servers still run: each holds a lock on a file of its own for as long as it lives.

The system lets go of the lock however a process ends. Its number would prove nothing: it is soon
given to another, and in a container it is the same one at every start.
"""

import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _locked(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _locked(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


class Presence:
    """Shows that a server runs, and tells of others whether they do."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "running"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.name = f"{os.getpid()}.{secrets.token_hex(8)}"
        self._file = os.open(self._folder / self.name, os.O_RDWR | os.O_CREAT, 0o600)
        _locked(self._file)

    def close(self) -> None:
        """Be gone."""
        os.close(self._file)
        self._clear(self.name)

    def is_gone(self, name: str) -> bool:
        """Tell whether a server has ended, in whatever way."""
        try:
            file = os.open(self._folder / name, os.O_RDWR)
        except OSError:
            return True
        try:
            gone = _locked(file)
        finally:
            os.close(file)
        if gone:
            self._clear(name)
        return gone

    def _clear(self, name: str) -> None:
        with suppress(OSError):
            (self._folder / name).unlink()
