"""A process that makes one call over a state folder, says what came of it, and then waits.

`python errand.py TOOL ARGUMENTS`, with the arguments as JSON, and the settings in the environment.
"""

import json
import os
import sys

import anyio
from mcp import Client

from answers import text_of
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from writing import attempted


async def main(tool: str, arguments: str) -> None:
    settings, told = Settings.read(os.environ), json.loads(arguments)
    async with Client(build_server(settings)) as client:
        if settings.writes == "allow":
            result = await attempted(client, tool, **told)
        else:
            result = await client.call_tool(tool, told)
        print(json.dumps(text_of(result)), flush=True)  # noqa: T201 - whoever started it reads this
        await anyio.to_thread.run_sync(sys.stdin.readline)


if __name__ == "__main__":
    _, *told = sys.argv
    anyio.run(main, told[0], told[1])
