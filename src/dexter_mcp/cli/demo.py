"""`dexter-mcp demo`: a real client and a real server, with a made-up Sentry behind it."""

import argparse
import os
import re
import shutil
import sys
import time
from collections.abc import Mapping
from typing import Any, Final

import anyio
from mcp import Client, StdioServerParameters

from dexter_mcp.cli.call import text_of
from dexter_mcp.cli.colour import Palette
from dexter_mcp.cli.screen import Screen
from dexter_mcp.cli.snippets import command_line, snippets

_LINES: Final = 90
"""Lines of an answer that are shown; the assistant gets all of it."""

_SEARCH: Final[Mapping[str, Any]] = {
    "query": "is:unresolved issue.priority:high",
    "environment": "production",
    "sort": "user",
    "limit": 6,
}

_ABOUT_THE_ISSUE: Final[tuple[tuple[str, str, str, Mapping[str, str]], ...]] = (
    ("one issue with its full context", "What is behind {issue}?", "get_issue", {}),
    (
        "the distribution of a tag",
        "Does it hit everybody who pays?",
        "get_issue_tag",
        {"tag": "payment_provider"},
    ),
    ("whom Sentry tells", "Has anybody been told?", "list_alerts", {}),
)
"""Scenes about one issue: a heading, a question, a tool and its arguments besides the issue."""

_SHORT_ID: Final = re.compile(r"\b[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+\b")


def run(_: argparse.Namespace) -> int:
    """Show what an assistant would do and see, then how to plug the simulator into a host."""
    palette = Palette.fitting(sys.stdout, os.environ)
    screen = Screen(palette, columns=shutil.get_terminal_size().columns)
    command = command_line("--simulator")
    screen.remark(
        "Dexter lets an assistant work with Sentry. What follows is real: a client, the server as "
        "a process of its own, and behind it a simulated Sentry with an invented shop's errors."
    )
    anyio.run(_play, screen, command)
    screen.heading("plug it in")
    screen.remark(
        "These start the same server, on the simulator. For your own Sentry leave out --simulator "
        "and set SENTRY_AUTH_TOKEN; `dexter-mcp doctor` checks it."
    )
    for title, lines in snippets(command):
        screen.verbatim(title, lines)
    return 0


async def _play(screen: Screen, command: list[str]) -> None:
    started = time.perf_counter()
    async with Client(StdioServerParameters(command=command[0], args=command[1:])) as client:
        assistant = _Assistant(client, screen)
        await assistant.meet(started)
        screen.heading("unresolved issues")
        screen.person("What hurts our customers most right now?")
        issue = _first_issue(await assistant.call("search_issues", **_SEARCH))
        for heading, question, tool, more in _ABOUT_THE_ISSUE:
            screen.heading(heading)
            screen.person(question.format(issue=issue))
            await assistant.call(tool, issue=issue, **more)
        screen.heading("events over time")
        screen.person("When did that begin?")
        await assistant.call("query_timeseries", query=f"issue:{issue}", period="7d")
        screen.heading("two releases compared")
        screen.person("Did the last release of checkout make anything else worse?")
        await assistant.call("compare_releases", release="latest", project="checkout")
        screen.heading("a prompt, as picked from the host's menu")
        await assistant.follow("investigate_issue", issue=issue)


class _Assistant:
    """Does what a language model would do, and shows what it would see."""

    def __init__(self, client: Client, screen: Screen) -> None:
        self._client, self._screen = client, screen

    async def meet(self, started: float) -> None:
        """Read the list of tools, as a host does when it starts the server."""
        tools = (await self._client.list_tools()).tools
        took = time.perf_counter() - started
        self._screen.heading("the tools")
        self._screen.remark(
            f"Server started, protocol {self._client.protocol_version}, "
            f"{len(tools)} tools listed after {took:.1f} s."
        )
        width = max(len(tool.name) for tool in tools)
        for tool in tools:
            first = (tool.description or "").split("\n", 1)[0]
            self._screen.entry(f"{tool.name:{width}}  {first}")

    async def call(self, tool: str, **arguments: Any) -> str:
        """Call a tool and show what the model reads.

        Raises:
            RuntimeError: The answer is an error, which nothing in the play should be.
        """
        spelled = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
        self._screen.assistant(f"{tool}({spelled})")
        started = time.perf_counter()
        result = await self._client.call_tool(tool, arguments)
        text = text_of(result)
        if result.is_error:
            raise RuntimeError(text)
        self._screen.answer(text, lines=_LINES)
        self._screen.remark(f"{len(text):,} characters in {time.perf_counter() - started:.2f} s")
        return text

    async def follow(self, prompt: str, **arguments: str) -> None:
        """Fetch a prompt and show what it asks of the model."""
        self._screen.assistant(f"/{prompt} {' '.join(arguments.values())}")
        for message in (await self._client.get_prompt(prompt, arguments)).messages:
            if message.content.type == "text":
                self._screen.answer(message.content.text, lines=_LINES)


def _first_issue(listing: str) -> str:
    found = _SHORT_ID.search(listing)
    if found is None:
        raise RuntimeError("The simulator has no unresolved issue.")
    return found[0]
