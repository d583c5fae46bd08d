"""The network itself, on real sockets: proxies, certificates, floods."""

import ssl
import sys
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import anyio
import httpx2
import pytest
import trustme
from anyio.abc import ByteStream

from dexter_mcp.sentry.errors import TooLarge, Unreachable
from dexter_mcp.sentry.network import network
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.transports import Bounded
from dexter_mcp.sentry.transports.bounded import LIMIT
from dexter_mcp.settings import Settings
from hosts import talking
from sockets import HEAD, answering, serving

pytestmark = pytest.mark.anyio

STRAIGHT, DETOUR = [1], [2]


# Proxies


@pytest.fixture
async def server() -> AsyncIterator[str]:
    async with answering(b"[1]") as host:
        yield host


@pytest.fixture
async def proxy() -> AsyncIterator[str]:
    async with answering(b"[2]") as host:
        yield host


def road(home: str, **proxies: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=network(Settings(url=home), proxies))


@pytest.mark.parametrize(
    ("no", "way"),
    [
        ("", DETOUR),
        (" , ", DETOUR),
        ("*", STRAIGHT),
        ("127.0.0.1", STRAIGHT),
        ("sentry.test, 127.0.0.1", STRAIGHT),
        ("127.0.0.1:{port}", STRAIGHT),
        ("127.0.0.1:1", DETOUR),
        ("[127.0.0.1]:{port}", STRAIGHT),
        ("::1", DETOUR),
        ("[::1]:{port}", DETOUR),
        ("0.0.1", STRAIGHT),
        (".0.0.1", STRAIGHT),
        ("*.0.0.1", STRAIGHT),
        (".0.0.1:{port}", STRAIGHT),
        ("7.0.0.1", DETOUR),
        (".", DETOUR),
        ("*.", DETOUR),
        ("127.0.0.0/8", STRAIGHT),
        ("10.0.0.0/8", DETOUR),
        ("not/addresses", DETOUR),
    ],
)
async def test_who_is_exempt_from_the_proxy_is_reached_without_it(
    server: str, proxy: str, no: str, way: list[int]
) -> None:
    exempt = no.replace("{port}", server.partition(":")[2])
    async with road("http://sentry.test", http=proxy, no=exempt) as http:
        assert (await http.get(f"http://{server}/")).json() == way


async def test_each_region_is_judged_for_itself(server: str, proxy: str) -> None:
    for home in ("http://sentry.test", f"http://{server}"):
        async with road(home, all=f"http://{proxy}", no=server) as http:
            assert (await http.get("http://us.sentry.test/")).json() == DETOUR
            assert (await http.get(f"http://{server}/")).json() == STRAIGHT


async def test_the_usual_port_may_be_left_out(proxy: str) -> None:
    async with road("http://sentry.test", http=proxy, no="sentry.test:443") as http:
        assert (await http.get("http://sentry.test/")).json() == DETOUR


ASK = """
import anyio, httpx2, sys
from dexter_mcp.sentry.network import network
from dexter_mcp.settings import Settings

async def ask():
    async with httpx2.AsyncClient(transport=network(Settings(url=sys.argv[1]))) as http:
        print(*[(await http.get(url)).text for url in sys.argv[1:]])

anyio.run(ask)
"""


async def test_the_environment_says_which_proxy_and_for_whom(server: str, proxy: str) -> None:
    told = {"HTTP_PROXY": f"http://{proxy}", "NO_PROXY": f".corp.test, {server}"}
    result = await anyio.run_process(
        [sys.executable, "-c", ASK, "http://sentry.test/", f"http://{server}/"], env=told
    )
    assert result.stdout.split() == [b"[2]", b"[1]"]


@pytest.mark.parametrize("address", ["ftp://me:secret@proxy.test", "http://proxy.test:port"])
def test_a_proxy_that_cannot_be_used_is_told_at_once(address: str) -> None:
    with pytest.raises(ValueError, match=r"http://host:port.*NO_PROXY") as caught:
        road("http://sentry.test", http=address)
    assert "secret" not in str(caught.value)


async def test_a_proxy_of_another_region_that_cannot_be_used_fails_that_region_alone(
    server: str,
) -> None:
    async with road(f"http://{server}", https="ftp://proxy.test") as http:
        assert (await http.get(f"http://{server}/")).json() == STRAIGHT
        with pytest.raises(httpx2.ProxyError, match="NO_PROXY"):
            await http.get("https://us.sentry.test/")


# Certificates


class Papers:
    """A private authority, and what it signed: for a server, and for one who calls there."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.authority = str(folder / "authority.pem")
        authority.cert_pem.write_to_path(self.authority)
        self.server, self.caller = (
            self._signed(authority, name, folder) for name in ("127.0.0.1", "mira@acme.test")
        )

    def _signed(self, authority: trustme.CA, name: str, folder: Path) -> tuple[str, str]:
        """Write a certificate and its key into files."""
        signed = authority.issue_cert(name)
        certificate, key = str(folder / f"{name}.pem"), str(folder / f"{name}.key")
        signed.cert_chain_pems[0].write_to_path(certificate)
        signed.private_key_pem.write_to_path(key)
        return certificate, key

    def door(self) -> ssl.SSLContext:
        """Open to those alone who show a certificate of the same authority."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=self.authority)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(*self.server)
        return context


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return Papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    """Papers of another authority."""
    return Papers(tmp_path_factory.mktemp("others"))


@pytest.fixture
async def door(papers: Papers) -> AsyncIterator[str]:
    async with answering(b'{"id": "1", "slug": "acme"}', papers.door()) as host:
        yield f"https://{host}"


async def knock(door: str, authority: str, shown: tuple[str, str] = ("", "")) -> str:
    """Ask for an organization; give its slug."""
    certificate, key = shown
    settings = Settings(
        url=door, ca_bundle=authority, client_certificate=certificate, client_key=key
    )
    async with network(settings, {}) as wire, talking(wire, url=door) as sentry:
        return (await sentry.organizations.get("acme")).slug


async def test_a_private_authority_and_our_certificate_open_the_door(
    door: str, papers: Papers
) -> None:
    assert await knock(door, papers.authority, papers.caller) == "acme"


async def test_an_authority_that_was_not_named_is_not_trusted_and_the_setting_is_told(
    door: str, papers: Papers, others: Papers
) -> None:
    for named in ("", others.authority):
        with pytest.raises(Unreachable, match="name its file in DEXTER_CA_BUNDLE"):
            await knock(door, named, papers.caller)


async def test_the_door_stays_closed_without_our_certificate(
    door: str, papers: Papers, others: Papers
) -> None:
    for shown in (("", ""), others.caller):
        with pytest.raises(Unreachable):
            await knock(door, papers.authority, shown)


def test_a_certificate_that_cannot_be_read_is_told_at_once() -> None:
    with pytest.raises(OSError, match="No such file"):
        network(Settings(ca_bundle="/nowhere/ca.pem"), {})


# Floods


PIECE, PIECES = 2**16, 50 * 16
"""Bytes, and how many times as many: 50 MiB."""
WITHIN_SOCKETS = 16 * 2**20
"""Bytes that the system takes from the one end before the other end has read them, at most."""


def flood() -> Iterator[bytes]:
    return (b" " * PIECE for _ in range(PIECES))


def bomb() -> Iterator[bytes]:
    press = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    yield from (press.compress(piece) for piece in flood())
    yield press.flush()


@pytest.mark.parametrize(("coding", "pieces"), [("identity", flood), ("gzip", bomb)])
async def test_a_flood_is_cut_short_on_the_wire_and_never_held_in_memory(
    coding: str, pieces: Callable[[], Iterator[bytes]]
) -> None:
    sent = 0

    async def pour(client: ByteStream) -> None:
        nonlocal sent
        with suppress(anyio.BrokenResourceError):
            await client.send(HEAD + f"content-encoding: {coding}\r\n\r\n".encode())
            for piece in pieces():
                await client.send(piece)
                sent += len(piece)

    tracemalloc.start()
    try:
        async with serving(pour) as host:
            url = f"http://{host}/"
            async with Bounded(network(Settings(url=url), {}), Pulse()) as road:
                with pytest.raises(TooLarge):
                    await road.handle_async_request(httpx2.Request("GET", url))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sent < LIMIT + WITHIN_SOCKETS
    assert peak < 2.5 * LIMIT
