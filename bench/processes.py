"""What the system knows of a process and of those that it started: Linux's /proc.

See https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html.
"""

import os
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
_MEGABYTE = 1024.0
"""Kilobytes."""


def children(parent: int | None = None) -> set[int]:
    """List the processes that another one started; this one, unless told otherwise."""
    parent = os.getpid() if parent is None else parent
    return {process for process, fields in _processes() if int(fields[1]) == parent}


def family(process: int) -> list[int]:
    """List a process and all that came of it: some servers begin with a launcher."""
    return [process, *(each for child in children(process) for each in family(child))]


def cpu_seconds(process: int) -> float:
    """Give the processor time that a family has used."""
    ticks = sum(int(fields[11]) + int(fields[12]) for fields in map(_fields, family(process)))
    return ticks / os.sysconf("SC_CLK_TCK")


def memory(process: int) -> float:
    """Give the megabytes that a family holds."""
    return _sum(process, "VmRSS")


def peak_memory(process: int) -> float:
    """Give the most megabytes that each of a family has held, added up."""
    return _sum(process, "VmHWM")


def _sum(process: int, field: str) -> float:
    return sum(int(_status(each)[field].split()[0]) for each in family(process)) / _MEGABYTE


def _status(process: int) -> dict[str, str]:
    lines = (_PROC / str(process) / "status").read_text().splitlines()
    return dict(line.split(":", 1) for line in lines)


def _processes() -> Iterator[tuple[int, list[str]]]:
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                yield int(folder.name), _fields(int(folder.name))
            except OSError:
                continue  # it ended meanwhile


def _fields(process: int) -> list[str]:
    """Read the fields of `stat` from the state on; the name before it may hold anything."""
    return (_PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
