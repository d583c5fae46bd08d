"""Writes through the facade's own `send`, in a process of its own; tells how each write ended.

No tool writes yet: what is driven is the road below the tools, as a tool will drive it.
"""

import os
import sys
from collections.abc import Sequence

import anyio
from pydantic import BaseModel

from dexter_mcp.sentry import Sentry
from dexter_mcp.sentry.api import Api
from dexter_mcp.sentry.errors import SentryError, Unclear
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.settings import Settings
from speed import side_by_side

_AT_ONCE = 20
_DEADLINE = 50.0
"""Seconds, as for a tool call."""


class Told(BaseModel):
    """The writes by what was said of them: done, not done, or perhaps done."""

    done: list[str] = []
    refused: list[str] = []
    unclear: list[str] = []


class _Writing(Sentry):
    """The facade, with the road itself at hand."""

    def __init__(self, api: Api, settings: Settings, pulse: Pulse) -> None:
        super().__init__(api, settings, pulse)
        self.api = api


async def write(path: str, count: int) -> Told:
    """Write so many comments, each with a text of its own."""
    told = Told()
    async with _Writing.connect(Settings.read(os.environ)) as sentry:

        async def one(text: str) -> None:
            try:
                with anyio.fail_after(_DEADLINE):
                    await sentry.api.send(object, "POST", path, {"text": text}, touches=[path])
            except (Unclear, TimeoutError):
                told.unclear.append(text)
            except SentryError:
                told.refused.append(text)
            else:
                told.done.append(text)

        jobs = (lambda number=number: one(f"comment {number}") for number in range(count))
        await side_by_side(jobs, _AT_ONCE)
    return told


def main(arguments: Sequence[str]) -> None:
    """Write to the path given, as often as is said, and print what was told of it."""
    path, count = arguments
    print(anyio.run(write, path, int(count)).model_dump_json())


if __name__ == "__main__":
    main(sys.argv[1:])
