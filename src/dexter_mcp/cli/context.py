"""What the commands start from: the settings, and the simulator where that was asked for."""

import argparse
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dexter_mcp.cli.arguments import flags
from dexter_mcp.settings import Settings

if TYPE_CHECKING:
    from dexter_mcp.simulator import Simulator


def prepare(arguments: argparse.Namespace) -> tuple[Settings, "Simulator | None"]:
    """Read the settings; with `--simulator`, whatever the environment says of the real Sentry.

    Raises:
        SettingsError: A setting can't be used.
    """
    if arguments.simulator:
        return simulated(arguments)
    return Settings.read(os.environ, flags(arguments), home=_home()), None


def simulated(arguments: argparse.Namespace) -> tuple[Settings, "Simulator"]:
    """Make a simulator with sample data, and the settings that reach it."""
    from dexter_mcp.simulator import Simulator  # noqa: PLC0415 - the real server starts without it

    ours = {name: value for name, value in os.environ.items() if name.startswith("DEXTER_")}
    settings = Settings.read({"DEXTER_REQUESTS_PER_SECOND": "1000"} | ours, flags(arguments))
    source = "the simulator"
    reaching = replace(
        settings, url="http://sentry.test", token=Simulator.TOKEN, token_source=source
    )
    return reaching, Simulator.with_sample_data()


def _home() -> Path | None:
    with suppress(RuntimeError):
        return Path.home()
    return None
