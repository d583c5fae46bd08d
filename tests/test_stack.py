"""All layers together, and the network below them."""

import gzip
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio
import httpx2
import pytest
from anyio.abc import SocketAttribute, SocketStream

from dexter_mcp.sentry import Sentry
from dexter_mcp.sentry.client import stack
from dexter_mcp.sentry.network import network
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.transports import Bounded
from dexter_mcp.settings import Settings
from upstream import ask, sentry
from virtual_time import epoch

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]


def whole(wire: httpx2.AsyncBaseTransport) -> httpx2.AsyncBaseTransport:
    return stack(Settings(requests_per_second=1_000), wire, Pulse(), epoch)


async def test_the_whole_stack_closes_what_it_stands_on() -> None:
    class Ground(httpx2.AsyncBaseTransport):
        closed = False

        async def aclose(self) -> None:
            self.closed = True

    ground = Ground()
    async with whole(ground):
        assert not ground.closed
    assert ground.closed


async def test_a_cancelled_request_is_cancelled_down_to_the_wire_and_frees_its_turn() -> None:
    inner = sentry(200, gate=anyio.Event())
    road = whole(inner)
    for _ in range(30):
        with anyio.move_on_after(1):
            await ask(road)
    inner.gate = None
    assert (await ask(road)).status_code == 200
    assert len(inner.asked) == 31


async def test_a_new_token_begins_with_an_empty_memory() -> None:
    inner = sentry(httpx2.Response(200, json={"id": "1"}))
    old = Settings(token="sntryu_old", requests_per_second=1_000)
    for settings in (old, replace(old, token="sntryu_new")):
        async with Sentry.connect(settings, inner, now=epoch) as facade:
            for _ in range(2):
                await facade.issues.get("acme", "1")
    assert [request.headers["authorization"] for request in inner.asked] == [
        "Bearer sntryu_old",
        "Bearer sntryu_new",
    ]


async def test_two_tokens_that_share_a_memory_share_no_answer_in_it() -> None:
    inner = sentry(200, 200, 401, 500)
    road = whole(inner)
    for caller in ("old", "new", "old", "new"):
        await ask(road, path="/a", caller=caller, fresh_for=60)
    assert len(inner.asked) == 2
    assert (await ask(road, path="/b", caller="old", fresh_for=60)).status_code == 401
    assert (await ask(road, path="/a", caller="new", fresh_for=60)).json() == {"answer": 2}
    assert (await ask(road, path="/a", caller="old", fresh_for=60)).status_code == 500


@asynccontextmanager
async def listening(answer: bytes) -> AsyncGenerator[str]:
    """A server that reads a request, answers so many bytes, and closes."""

    async def serve(client: SocketStream) -> None:
        async with client:
            await client.receive()
            if answer:
                await client.send(answer)

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra_attributes[SocketAttribute.local_port]()
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, serve)
        yield f"127.0.0.1:{port}"
        group.cancel_scope.cancel()


on_real_sockets = pytest.mark.parametrize("anyio_backend", ["asyncio"])
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


async def fetch(url: str, **proxies: str) -> httpx2.Response:
    async with Bounded(network(Settings(url=url), proxies), Pulse()) as road:
        client = httpx2.AsyncClient(transport=road)
        return await client.get(url)


@on_real_sockets
async def test_a_refused_connection_never_left() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(httpx2.ConnectError):
        await fetch(f"http://127.0.0.1:{port}/")


@on_real_sockets
async def test_a_connection_closed_without_an_answer_did_leave() -> None:
    async with listening(b"") as host:
        with pytest.raises((httpx2.RemoteProtocolError, httpx2.ReadError)):
            await fetch(f"http://{host}/")


@on_real_sockets
@pytest.mark.parametrize("head", [b"content-length: 99", b"transfer-encoding: chunked"])
async def test_a_body_that_is_cut_short_on_the_wire_is_no_answer(head: bytes) -> None:
    async with listening(HEAD + head + b'\r\n\r\n{"a"') as host:
        with pytest.raises(httpx2.RemoteProtocolError):
            await fetch(f"http://{host}/")


@on_real_sockets
async def test_a_body_without_a_length_that_ends_too_early_is_known_by_its_json() -> None:
    async with listening(HEAD + b'\r\n{"a"') as host:
        with pytest.raises(httpx2.DecodingError):
            await fetch(f"http://{host}/")


@on_real_sockets
async def test_a_failed_handshake_never_left() -> None:
    async with listening(b"no TLS here\r\n") as host:
        with pytest.raises(httpx2.ConnectError):
            await fetch(f"https://{host}/")


@on_real_sockets
async def test_a_whole_answer_is_read_from_the_wire() -> None:
    packed = gzip.compress(b"[1]")
    head = HEAD + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed)
    async with listening(head + packed) as host:
        assert (await fetch(f"http://{host}/")).json() == [1]


@on_real_sockets
@pytest.mark.parametrize("scheme", ["http://", ""])
async def test_a_proxy_is_used_however_it_is_written(scheme: str) -> None:
    async with listening(HEAD + b"\r\n[1]") as host:
        assert (await fetch("http://sentry.test/", http=f"{scheme}{host}")).json() == [1]


@on_real_sockets
@pytest.mark.parametrize("no", ["127.0.0.1", "*", "sentry.test, 127.0.0.1", ".0.0.1"])
async def test_hosts_that_need_no_proxy_are_reached_without_one(no: str) -> None:
    async with listening(HEAD + b"\r\n[1]") as host:
        proxies = {"http": "http://127.0.0.1:1", "no": no}
        assert (await fetch(f"http://{host}/", **proxies)).json() == [1]


def test_a_certificate_that_cannot_be_read_is_told_at_once() -> None:
    with pytest.raises(OSError, match="No such file"):
        network(Settings(ca_bundle="/nowhere/ca.pem"), {})
