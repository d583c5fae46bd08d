"""Serve over standard input and output the way that hosts use it: probes, signals, stray prints."""

import logging
import os
import signal
from collections.abc import AsyncIterable, Awaitable, Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, TextIO

import anyio
from mcp.server import MCPServer
from mcp.server.runner import serve_dual_era_loop
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp.types import JSONRPCRequest

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

_log = logging.getLogger(__name__)

_Frame = SessionMessage | Exception
_Frames = AsyncIterable[_Frame]
_Loop = Callable[..., Coroutine[Any, Any, None]]


async def serve_stdio(server: MCPServer[Any], wire: TextIO | None = None) -> None:
    """Serve one client until its input ends, it stops listening, or SIGTERM or SIGINT arrives.

    `wire` is where answers go, when the caller has moved standard output out of reach of stray
    prints. After a signal the process ends here with status 0, once the lifespan is left: the
    thread that reads standard input can't be cancelled, and the interpreter would wait for it.

    See https://modelcontextprotocol.io/specification/2026-07-28/basic/transports.
    """
    # The SDK opens its loop to nobody but itself.
    low: Server[Any] = server._lowlevel_server  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    try:
        await _serve_one(low, wire)
    except* BrokenPipeError:
        _log.info("the client left in the middle of an answer")


async def _serve_one(low: "Server[Any]", wire: TextIO | None) -> None:
    out = anyio.wrap_file(wire) if wire else None
    async with stdio_server(stdout=out) as (read, write), read:
        async with low.lifespan(low) as state:
            options = low.create_initialization_options()
            loop = partial(serve_dual_era_loop, low, lifespan_state=state, init_options=options)
            answer = partial(_answer, loop, write.send)
            serve = partial(_serve, read, answer, partial(loop, write_stream=write))
            stopped = await _until_signal(serve)
        if stopped:
            os._exit(0)


async def _until_signal(serve: Callable[[], Awaitable[None]]) -> bool:
    stopped = False

    async def stop() -> None:
        nonlocal stopped
        with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
            async for _ in signals:
                stopped = True
                group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        group.start_soon(stop)
        await serve()
        group.cancel_scope.cancel()
    return stopped


async def _serve(
    read: _Frames, answer: Callable[[_Frame], Awaitable[None]], loop: Callable[..., Awaitable[None]]
) -> None:
    """Answer leading `server/discover` requests aside, so that they don't settle the protocol era.

    The loop takes its era from the first request, yet some hosts probe with `server/discover`
    and then send `initialize`, which a connection that has become modern refuses.
    """
    onward, rest = anyio.create_memory_object_stream[_Frame]()

    async def sift() -> None:
        opening = True
        async with onward:
            async for frame in read:
                opening = opening and _method(frame) in {"", "server/discover"}
                await (answer(frame) if opening and _method(frame) else onward.send(frame))

    async with anyio.create_task_group() as group:
        group.start_soon(sift)
        await loop(rest)
        group.cancel_scope.cancel()


def _method(frame: _Frame) -> str:
    if isinstance(frame, SessionMessage) and isinstance(frame.message, JSONRPCRequest):
        return frame.message.method
    return ""


async def _answer(
    loop: _Loop, send: Callable[[SessionMessage], Awaitable[None]], probe: _Frame
) -> None:
    """Serve a connection of one request; its end would cancel the answer, so that comes first."""
    question, asked = anyio.create_memory_object_stream[_Frame](1)
    answered, answer = anyio.create_memory_object_stream[SessionMessage](1)
    async with anyio.create_task_group() as group, question, answer:
        group.start_soon(loop, asked, answered)
        await question.send(probe)
        await send(await answer.receive())
        group.cancel_scope.cancel()
