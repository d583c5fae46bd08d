"""Servers on real sockets of this machine."""

import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
from anyio.abc import ByteStream, SocketAttribute
from anyio.streams.tls import TLSListener

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


@asynccontextmanager
async def serving(
    serve: Callable[[ByteStream], Awaitable[None]], tls: ssl.SSLContext | None = None
) -> AsyncGenerator[str]:
    """Read a request from whoever connects, and leave the answer to `serve`."""

    async def meet(client: ByteStream) -> None:
        async with client:
            await client.receive()
            await serve(client)

    plain = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = plain.extra_attributes[SocketAttribute.local_port]()
    listener = TLSListener(plain, tls, standard_compatible=False) if tls else plain
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, meet)
        yield f"127.0.0.1:{port}"
        group.cancel_scope.cancel()


@asynccontextmanager
async def answering(answer: bytes, tls: ssl.SSLContext | None = None) -> AsyncGenerator[str]:
    """Answer everybody with the same JSON, and close."""
    async with serving(lambda client: client.send(HEAD + b"\r\n" + answer), tls) as host:
        yield host
