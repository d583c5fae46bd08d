"""Many calls at once on a bad day: does every one end, and is every answer true?"""

import random
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import anyio
from mcp import MCPError
from mcp.types import CallToolResult, Tool

import processes
from answers import text_of
from candidates import Candidate, Question, Running, main_questions, ours, running
from sentry import Sentry, Spoiled
from speed import Job, side_by_side
from verdicts import Verdict, judge
from writes import Writes, writes

AT_ONCE = 50
_ISSUES = 24
_PATIENCE = 60.0
"""Seconds after which hosts give up, so that an answer later than that is lost."""
_SAMPLES = 100
"""How often memory is looked at."""
_SEED = 11
_PAST_CACHE = 0.02
"""Share of the calls that ask for what is not from memory."""
_WRITES = 10
"""Calls for each write that goes on beside them."""


@dataclass
class Soak:
    """What became of all calls. Times are in seconds, memory is in megabytes."""

    wanted: int
    verdicts: Counter[Verdict] = field(default_factory=Counter[Verdict])
    errors: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])
    calls: list[float] = field(default_factory=list[float])
    memory: list[float] = field(default_factory=list[float])
    peak: float = 0.0
    seconds: float = 0.0
    requests: int = 0
    spoiled: Spoiled | None = None
    writes: Writes | None = None

    @property
    def quarters(self) -> list[float]:
        """Give the memory held at the end of each quarter of the calls."""
        samples = len(self.memory)
        return [self.memory[samples * quarter // 4 - 1] for quarter in (1, 2, 3, 4)]

    @property
    def growth(self) -> float:
        """Give what the last quarter of the calls added."""
        return self.quarters[3] - self.quarters[2]


def mixture(sentry: Sentry) -> list[Question]:
    """List what a team asks: main questions about many issues, searches, and a few mistakes."""
    issues = sentry.told.issues[:_ISSUES]
    about = [question for issue in issues for question in main_questions(issue)]
    searches = [
        Question(tool="search_issues", arguments={"project": project, "sort": sort})
        for project in sentry.told.projects
        for sort in ("date", "freq", "user")
    ]
    mistakes = [
        Question(tool="get_issue", arguments={"issue": "CHECKOUT-ZZZZ"}),
        Question(tool="search_issues", arguments={"projekt": "checkout"}),
    ]
    return list({str(each): each for each in (*about, *searches, *mistakes)}.values())


async def soak(sentry: Sentry, *, calls: int, seconds: float) -> Soak:
    """Learn the true answers in calm weather, then ask in a storm, of a server that knows none."""
    questions, candidate = mixture(sentry), ours(sentry)
    truth = await _truth(candidate, questions)
    result = Soak(calls)
    async with running(candidate) as server:
        tools = (await server.client.list_tools()).tools
        await sentry.seen()
        await sentry.weather("storm")
        began = time.perf_counter()
        jobs = _jobs(server, _mixed(questions, _refreshable(tools), calls), truth, result)
        async with anyio.create_task_group() as beside:
            beside.start_soon(_write, sentry, calls // _WRITES, result)
            await side_by_side(_until(began + seconds, jobs), AT_ONCE)
        result.seconds = time.perf_counter() - began
        result.peak = processes.peak_memory(server.process)
    result.requests, result.spoiled = len(await sentry.seen()), await sentry.spoiled()
    await sentry.weather("calm")
    return result


async def _truth(candidate: Candidate, questions: Sequence[Question]) -> dict[str, CallToolResult]:
    async with running(candidate) as server:
        return {
            str(each): await server.client.call_tool(each.tool, each.arguments)
            for each in questions
        }


async def _write(sentry: Sentry, count: int, result: Soak) -> None:
    result.writes = await writes(sentry, count)


def _refreshable(tools: Iterable[Tool]) -> set[str]:
    return {tool.name for tool in tools if "refresh" in tool.input_schema["properties"]}


def _mixed(
    questions: Sequence[Question], refreshable: Collection[str], calls: int
) -> Iterator[tuple[Question, Question]]:
    """Draw questions, the same ones each time; some of them are asked past the cache."""
    chance = random.Random(_SEED)  # noqa: S311 - chance makes a mixture, not security
    for _ in range(calls):
        question = chance.choice(questions)
        anew = chance.random() < _PAST_CACHE and question.tool in refreshable
        yield question, question.anew() if anew else question


def _jobs(
    server: Running,
    mixed: Iterable[tuple[Question, Question]],
    truth: Mapping[str, CallToolResult],
    result: Soak,
) -> Iterator[Job]:
    for question, asked in mixed:
        yield _Call(server, asked, truth[str(question)], result).run


def _until(end: float, jobs: Iterable[Job]) -> Iterator[Job]:
    for job in jobs:
        if time.perf_counter() > end:
            return
        yield job


@dataclass(frozen=True)
class _Call:
    """One call, and what is to be noted of it."""

    server: Running
    question: Question
    true: CallToolResult
    result: Soak

    async def run(self) -> None:
        began = time.perf_counter()
        try:
            given = await self.server.client.call_tool(
                self.question.tool, self.question.arguments, read_timeout_seconds=_PATIENCE
            )
        except (MCPError, TimeoutError) as failure:
            self._note(Verdict.LOST, f"{self.question}: {failure!r}")
        else:
            self._note(judge(given, self.true), text_of(given))
        self.result.calls.append(time.perf_counter() - began)
        if len(self.result.calls) % max(1, self.result.wanted // _SAMPLES) == 0:
            self.result.memory.append(processes.memory(self.server.process))

    def _note(self, verdict: Verdict, text: str) -> None:
        self.result.verdicts[verdict] += 1
        if verdict is Verdict.ERROR:
            self.result.errors[kind_of(text)] += 1
        if verdict in {Verdict.WRONG, Verdict.LOST}:
            self.result.wrong.append(f"{self.question}\n{text}")


def kind_of(error: str) -> str:
    """Shorten an error to what many of its kind share."""
    words = error.partition(" (request")[0].split()
    return " ".join("…" if any(map(str.isdigit, word)) else word for word in words)[:90]
