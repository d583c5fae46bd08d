"""Who is measured: this server, a bare one, and any other that speaks MCP over stdio."""

import os
import shlex
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from pydantic import BaseModel, TypeAdapter

import processes
from sentry import Sentry

_OURS_ALONE = ("SENTRY_", "DEXTER_", "PYTHONPATH")


class Question(BaseModel):
    """One call of one tool."""

    tool: str
    arguments: dict[str, Any] = {}

    def anew(self) -> "Question":
        """Ask the same past the cache; only this server knows how."""
        return Question(tool=self.tool, arguments={**self.arguments, "refresh": True})

    def __str__(self) -> str:
        told = " ".join(f"{name}={value}" for name, value in self.arguments.items())
        return f"{self.tool} {told}".strip()


@dataclass(frozen=True)
class Candidate:
    """A server to measure: how to start it, and what to ask it."""

    name: str
    command: Sequence[str]
    questions: Sequence[Question]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def surroundings(self) -> dict[str, str]:
        """Give the whole environment of its process."""
        return surroundings(self.environment)


@dataclass(frozen=True)
class Running:
    """A server that runs, the client that it talks to, and its process."""

    client: Client
    process: int


def surroundings(own: Mapping[str, str]) -> dict[str, str]:
    """Add a process's own variables to the user's; nothing of the user's own Sentry is in it."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_OURS_ALONE)}
    return kept | dict(own)


def bare() -> Candidate:
    """Describe the least that the SDK can serve."""
    script = str(Path(__file__).with_name("bare.py"))
    return Candidate("bare server", (sys.executable, script), (Question(tool="ping"),))


def ours(sentry: Sentry, *, requests_per_second: int = 1000) -> Candidate:
    """Describe this server; the user's own limit is out of the way, unless it is asked for."""
    limit = {"DEXTER_REQUESTS_PER_SECOND": str(requests_per_second)}
    return Candidate(
        "dexter-mcp",
        (sys.executable, "-m", "dexter_mcp"),
        main_questions(sentry.told.issues[1]),
        sentry.environment | limit,
    )


def main_questions(issue: str) -> list[Question]:
    """List what is asked most, each at its defaults."""
    about = {"issue": issue}
    return [
        Question(tool="whoami"),
        Question(tool="list_projects"),
        Question(tool="search_issues"),
        Question(tool="query_events"),
        Question(tool="query_timeseries"),
        Question(tool="get_issue", arguments=about),
        Question(tool="get_event", arguments={**about, "event": "latest"}),
        Question(tool="list_issue_events", arguments=about),
        Question(tool="get_issue_tag", arguments=about),
        Question(tool="get_issue_tag", arguments={**about, "tag": "browser"}),
    ]


def other(command: str, calls: Path, sentry: Sentry) -> Candidate:
    """Describe another server by its command line and a JSON list of calls.

    In both, `{url}`, `{host}` and `{token}` stand for those of the simulated Sentry, which the
    environment names too; a call is `{"tool": …, "arguments": {…}}`.
    """
    environment = sentry.environment
    values = {
        "{url}": environment["SENTRY_URL"],
        "{host}": environment["SENTRY_HOST"],
        "{token}": environment["SENTRY_AUTH_TOKEN"],
    }
    words, text = command, calls.read_text("utf-8")
    for name, value in values.items():
        words, text = words.replace(name, value), text.replace(name, value)
    questions = TypeAdapter(list[Question]).validate_json(text)
    return Candidate(shlex.split(words)[0], shlex.split(words), questions, environment)


@asynccontextmanager
async def running(candidate: Candidate) -> AsyncGenerator[Running]:
    """Start a server and connect to it as a host does; what it logs is dropped."""
    program, *arguments = candidate.command
    parameters = StdioServerParameters(command=program, args=arguments, env=candidate.surroundings)
    before = processes.children()
    with _nowhere() as nowhere:
        async with Client(stdio_client(parameters, errlog=nowhere)) as client:
            (process,) = processes.children() - before
            yield Running(client, process)


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")
