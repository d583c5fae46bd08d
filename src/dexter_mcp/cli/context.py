"""What the commands start from: the settings, and the simulator where that was asked for."""

import argparse
import os
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from dexter_mcp.changes.folder import state_folder
from dexter_mcp.cli.arguments import flags
from dexter_mcp.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send


def prepare(arguments: argparse.Namespace) -> tuple[Settings, "ASGIApp | None"]:
    """Read the settings; with `--simulator`, whatever the environment says of the real Sentry.

    Raises:
        SettingsError: A setting can't be used.
    """
    if arguments.simulator:
        return simulated(arguments)
    return Settings.read(os.environ, flags(arguments), home=_home()), None


def simulated(arguments: argparse.Namespace) -> tuple[Settings, "ASGIApp"]:
    """Make a simulator with sample data, and the settings that reach it.

    What is changed there has a place of its own: it does not belong into the log of the real one.
    """
    from dexter_mcp.simulator import Simulator  # noqa: PLC0415 - the real server starts without it

    ours = {name: value for name, value in os.environ.items() if name.startswith("DEXTER_")}
    settings = Settings.read({"DEXTER_REQUESTS_PER_SECOND": "1000"} | ours, flags(arguments))
    source = "the simulator"
    reaching = replace(
        settings,
        url="http://sentry.test",
        token=Simulator.TOKEN,
        token_source=source,
        state_dir=settings.state_dir or str(state_folder(settings) / "simulator"),
    )
    return reaching, _made_when_asked(Simulator.with_sample_data)


def _made_when_asked(make: "Callable[[], ASGIApp]") -> "ASGIApp":
    """Wait with the sample world until there is a question: a host should not wait for it."""
    made = cache(make)

    async def app(scope: "Scope", receive: "Receive", send: "Send") -> None:
        await made()(scope, receive, send)

    return app


def _home() -> Path | None:
    with suppress(RuntimeError):
        return Path.home()
    return None
