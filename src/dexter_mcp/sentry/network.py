"""The network itself: proxies, certificates, the pool of connections."""

import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

from dexter_mcp.settings import Settings

_POOL = httpx2.Limits(max_connections=40, max_keepalive_connections=20, keepalive_expiry=60.0)


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
    host = urlsplit(settings.url).hostname or ""
    if proxies is None:
        proxies = {} if proxy_bypass(host) else getproxies()
    return httpx2.AsyncHTTPTransport(
        verify=_trust(settings), proxy=_proxy(settings.url, proxies), limits=_POOL
    )


def _proxy(url: str, proxies: Mapping[str, str]) -> str | None:
    parts = urlsplit(url)
    found = proxies.get(parts.scheme) or proxies.get("all")
    if not found or _goes_without(parts.hostname or "", proxies.get("no", "")):
        return None
    return found if "://" in found else f"http://{found}"


def _goes_without(host: str, listed: str) -> bool:
    """Tell whether a host is on a list such as `localhost, .corp.test`; `*` stands for all."""
    names = [name.strip().lstrip(".").lower() for name in listed.split(",")]
    return any(name in {"*", host} or host.endswith(f".{name}") for name in names if name)


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
