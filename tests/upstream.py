"""A Sentry that says what it is told to, for the tests of single layers."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx2

from virtual_time import pass_by

Answer = int | httpx2.Response | Exception


@dataclass
class Sentry(httpx2.AsyncBaseTransport):
    """Gives its answers in turn, the last one for ever, and remembers what it was asked."""

    answers: list[Answer]
    asked: list[httpx2.Request] = field(default_factory=list[httpx2.Request])
    gate: anyio.Event | None = None
    delay: float = 0.0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        number = len(self.asked)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        await pass_by(self.delay)
        if self.gate:
            await self.gate.wait()
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, int):
            return httpx2.Response(answer, json={"answer": number})
        return answer


def sentry(*answers: Answer, gate: anyio.Event | None = None) -> Sentry:
    return Sentry(list(answers), gate=gate)


async def ask(
    transport: httpx2.AsyncBaseTransport,
    method: str = "GET",
    path: str = "/",
    caller: str = "one",
    **extensions: Any,
) -> httpx2.Response:
    client = httpx2.AsyncClient(transport=transport, base_url="http://sentry.test")
    return await client.request(
        method, path, headers={"authorization": f"Bearer {caller}"}, extensions=extensions
    )


def at() -> float:
    return anyio.current_time()


async def together(
    count: int, question: Callable[[int], Coroutine[Any, Any, None]], gate: anyio.Event
) -> None:
    """Start so many callers, and open the gate once all of them wait."""
    async with anyio.create_task_group() as group:
        for number in range(count):
            group.start_soon(question, number)
        await anyio.wait_all_tasks_blocked()
        gate.set()
