"""`dexter-mcp audit`: every request that tried to change Sentry. Asks nobody, mends nothing."""

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from dexter_mcp.changes.audit import Audit
from dexter_mcp.changes.folder import state_folder
from dexter_mcp.cli.columns import columns
from dexter_mcp.cli.context import prepare
from dexter_mcp.views.untrusted import name

_HEAD: Final = ("time (UTC)", "change", "tool", "outcome", "who", "targets")
_WELL: Final = frozenset({"done", "already"})
_NAMED: Final = 5
"""Targets that are named on a line."""
_LONGEST: Final = 120

Line = Mapping[str, Any]


def run(arguments: argparse.Namespace) -> int:
    """Print the log, the newest request last."""
    settings, _ = prepare(arguments)
    audit = Audit(state_folder(settings))
    everything = list(audit.lines())
    wanted = list(chosen(everything, change=arguments.change, failed=arguments.failed))
    lines = wanted[-arguments.last :] if arguments.last else wanted
    for line in kept(lines) if arguments.json else shown(lines):
        print(line)
    if not arguments.json:
        print(f"{len(lines)} of {len(everything)} requests, from {audit.path}")
    return 0


def chosen(lines: Iterable[Line], *, change: str, failed: bool) -> Iterator[Line]:
    """Leave out what nobody asked for."""
    for line in lines:
        if change in {"", line.get("change")} and not (failed and _went_well(line)):
            yield line


def kept(lines: Sequence[Line]) -> Iterator[str]:
    """Give the lines for programs, as they stand in the file."""
    return (json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines)


def shown(lines: Sequence[Line]) -> Iterator[str]:
    """Lay the lines out for people; what was said of a failure stands below it."""
    if not lines:
        return
    said = [_said(line) for line in lines]
    for line, remark in zip(
        columns(_HEAD, [_row(each) for each in lines]), ["", *said], strict=True
    ):
        yield line
        if remark:
            yield f"    {remark}"


def _row(line: Line) -> Sequence[str]:
    operation = _text(line, "operation")
    tool = _text(line, "tool")
    return (
        _moment(_text(line, "time")),
        _text(line, "change"),
        f"{tool} ({operation})" if operation not in tool else tool,
        _text(line, "outcome") or "unknown",
        _text(line, "client") or "unnamed",
        _targets([name(str(each)) for each in line.get("targets", ())]),
    )


def _text(line: Line, field: str) -> str:
    return name(str(line.get(field) or ""), limit=_LONGEST)


def _said(line: Line) -> str:
    return "" if _went_well(line) else _text(line, "said")


def _went_well(line: Line) -> bool:
    fates = set(str(line.get("outcome") or "").split())
    return bool(fates) and fates <= _WELL


def _moment(text: str) -> str:
    with suppress(ValueError):
        return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S}"
    return text


def _targets(names: Sequence[str]) -> str:
    left = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {left} more" if left > 0 else "")
