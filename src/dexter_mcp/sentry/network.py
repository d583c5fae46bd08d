"""The network itself: proxies, certificates, the pool of connections."""

import ipaddress
import ssl
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

from dexter_mcp.settings import Settings

_POOL = httpx2.Limits(max_connections=40, max_keepalive_connections=20, keepalive_expiry=60.0)
_USUAL = {"http": 80, "https": 443}


def network(
    settings: Settings, proxies: Mapping[str, str] | None = None
) -> httpx2.AsyncBaseTransport:
    """Build the transport that reaches Sentry.

    `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` are heeded, unless `proxies` says otherwise: URLs by
    scheme, and under `no` the hosts to reach without one. `SSL_CERT_FILE` and `SSL_CERT_DIR` are
    heeded as well.

    Raises:
        OSError: A certificate of the settings can't be read.
        ValueError: The proxy has no address that could be used.
    """
    if proxies is not None:
        return _Network(settings, _Signpost(proxies))
    return _Network(settings, _Signpost(getproxies(), proxy_bypass))


class _Signpost:
    """Tells which proxy stands before which host; each host is judged for itself.

    `goes_without` is what the system says beside the list under `no`: some keep one elsewhere.
    """

    def __init__(
        self, proxies: Mapping[str, str], goes_without: Callable[[str], object] = lambda _: False
    ) -> None:
        self._proxies, self._goes_without = proxies, goes_without
        self._exempt = [name.strip() for name in proxies.get("no", "").split(",") if name.strip()]

    def proxy(self, scheme: str, host: str, port: int | None) -> str:
        """Name the proxy for a host; empty where there is none."""
        found = self._proxies.get(scheme) or self._proxies.get("all") or ""
        at = port or _USUAL.get(scheme)
        if not found or any(_stands_for(name, host.lower(), at) for name in self._exempt):
            return ""
        if self._goes_without(host):
            return ""
        return found if "://" in found else f"http://{found}"


def _stands_for(name: str, host: str, port: int | None) -> bool:
    """Tell whether a name of such a list means a host.

    `corp.test`, `.corp.test` and `*.corp.test` stand for the domain and all below it, each with
    `:8443` for that port alone, `10.0.0.0/8` for addresses, `*` for everything.
    """
    if name == "*":
        return True
    if "/" in name:
        return _is_within(host, name)
    listed, only = _split(name.lower())
    domain = listed.removeprefix("*").removeprefix(".")
    is_meant = host == domain or host.endswith(f".{domain}")
    return bool(domain) and is_meant and only in {"", str(port)}


def _split(name: str) -> tuple[str, str]:
    """Take the port off a name; a bare address of IPv6 has colons but none of them is a port's."""
    if name.startswith("["):
        address, _, port = name[1:].partition("]")
        return address, port.removeprefix(":")
    if name.count(":") > 1:
        return name, ""
    listed, _, port = name.partition(":")
    return listed, port


def _is_within(host: str, addresses: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(addresses, strict=False)
    except ValueError:
        return False


class _Network(httpx2.AsyncBaseTransport):
    """Takes each request on its host's own road: straight, or through the proxy before it."""

    def __init__(self, settings: Settings, signpost: _Signpost) -> None:
        self._signpost, self._trust = signpost, _trust(settings)
        self._roads: dict[str, httpx2.AsyncHTTPTransport] = {}
        home = urlsplit(settings.url)
        self._road(home.scheme, home.hostname or "", home.port)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send.

        Raises:
            ProxyError: The proxy for this host has no address that could be used.
        """
        url = request.url
        try:
            road = self._road(url.scheme, url.host, url.port)
        except ValueError as error:
            raise httpx2.ProxyError(str(error), request=request) from error
        return await road.handle_async_request(request)

    async def aclose(self) -> None:
        """Close all connections."""
        for road in self._roads.values():
            await road.aclose()

    def _road(self, scheme: str, host: str, port: int | None) -> httpx2.AsyncHTTPTransport:
        """Find the road to a host, or build it: a context of TLS is costly, so not before."""
        proxy = self._signpost.proxy(scheme, host, port)
        if proxy not in self._roads:
            self._roads[proxy] = self._built(proxy)
        return self._roads[proxy]

    def _built(self, proxy: str) -> httpx2.AsyncHTTPTransport:
        try:
            return httpx2.AsyncHTTPTransport(verify=self._trust, proxy=proxy or None, limits=_POOL)
        except (httpx2.InvalidURL, ImportError, ValueError) as error:
            raise ValueError(
                f"The proxy of the environment can't be used ({error}). Give its address as "
                "http://host:port, or name Sentry's host in NO_PROXY."
            ) from error


def _trust(settings: Settings) -> ssl.SSLContext | bool:
    """Trust whom the system trusts, and the private authority of the settings."""
    if not settings.ca_bundle and not settings.client_certificate:
        return True
    context = ssl.create_default_context()
    if settings.ca_bundle:
        context.load_verify_locations(cafile=settings.ca_bundle)
    if settings.client_certificate:
        context.load_cert_chain(settings.client_certificate, settings.client_key or None)
    return context
