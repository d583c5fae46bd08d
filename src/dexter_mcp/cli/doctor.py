"""`dexter-mcp doctor`: why it does not work, and what to do about it."""

import argparse
import os
import sys
from collections.abc import Iterator

import anyio
import httpx2

from dexter_mcp.cli import logs
from dexter_mcp.cli.checks import Finding, judge
from dexter_mcp.cli.colour import Palette
from dexter_mcp.cli.context import prepare
from dexter_mcp.cli.evidence import gather


def run(arguments: argparse.Namespace) -> int:
    """Print each finding, its remedy below; 1 if any is bad."""
    settings, simulator = prepare(arguments)
    logs.configure(settings.log_level, token=settings.token)
    wire = httpx2.ASGITransport(app=simulator) if simulator else None
    findings = list(judge(anyio.run(gather, settings, wire), os.environ))
    palette = Palette.fitting(sys.stdout, os.environ)
    for finding in findings:
        for line in _lines(finding, palette):
            print(line)
    return int(any(finding.verdict == "bad" for finding in findings))


def _lines(finding: Finding, palette: Palette) -> Iterator[str]:
    mark = {
        "good": palette.good("✓"),
        "doubtful": palette.doubtful("!"),
        "bad": palette.bad("✗"),
    }[finding.verdict]
    yield f"{mark} {palette.bold(f'{finding.subject:13}')} {finding.told}"
    if finding.remedy:
        yield f"  {'':13} → {finding.remedy}"
