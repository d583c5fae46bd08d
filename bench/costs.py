"""What a conversation pays: the definitions, and the answers, in tokens and in requests."""

from collections.abc import Sequence
from dataclasses import dataclass

from mcp import Client

from answers import text_of
from candidates import Candidate, Question, running
from sentry import Sentry
from tokens import tokens


@dataclass(frozen=True)
class Definitions:
    """All tools of a server, as a client receives them."""

    tools: int
    size: int
    """Bytes."""
    tokens: int


@dataclass(frozen=True)
class Cost:
    """One answer: its tokens, and the requests to Sentry for it, first and when asked again."""

    question: Question
    tokens: int
    requests: int
    again: int
    failed: bool


async def definitions(candidate: Candidate) -> Definitions:
    """Weigh what a server's `tools/list` puts before the model."""
    async with running(candidate) as server:
        tools = (await server.client.list_tools()).tools
    told = [tool.model_dump_json(by_alias=True, exclude_none=True) for tool in tools]
    return Definitions(len(told), sum(len(each.encode()) for each in told), sum(map(tokens, told)))


async def costs(candidate: Candidate, sentry: Sentry) -> Sequence[Cost]:
    """Ask each question twice, of a server that knows nothing yet."""
    found: list[Cost] = []
    for question in candidate.questions:
        async with running(candidate) as server:
            found.append(await _cost(server.client, question, sentry))
    return found


async def _cost(client: Client, question: Question, sentry: Sentry) -> Cost:
    await sentry.seen()
    answer = await client.call_tool(question.tool, question.arguments)
    first = await sentry.seen()
    await client.call_tool(question.tool, question.arguments)
    again = await sentry.seen()
    cost = tokens(text_of(answer))
    return Cost(question, cost, len(first), len(again), bool(answer.is_error))
