"""The network itself: proxies, certificates, the pool of connections."""

import ssl
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

from dexter_mcp.settings import Settings

_POOL = httpx2.Limits(max_connections=40, max_keepalive_connections=20, keepalive_expiry=60.0)


def network(settings: Settings) -> httpx2.AsyncBaseTransport:
    """Build the transport that reaches Sentry.

    `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` are heeded, and `SSL_CERT_FILE` and `SSL_CERT_DIR`
    as well.

    Raises:
        OSError: A certificate of the settings can't be read.
    """
    return httpx2.AsyncHTTPTransport(
        verify=_trust(settings), proxy=_proxy(settings.url), limits=_POOL
    )


def _proxy(url: str) -> str | None:
    parts = urlsplit(url)
    if proxy_bypass(parts.hostname or ""):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")


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
