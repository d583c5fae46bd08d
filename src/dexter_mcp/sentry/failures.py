"""What went wrong on the way to Sentry, in words."""

from typing import Final

import httpx2

from dexter_mcp.sentry.errors import Broke, Broken, SentryError, Unreachable
from dexter_mcp.sentry.transports.wrapper import NEVER_LEFT

_PRIVATE_AUTHORITY: Final = (
    "If a private authority signs its certificates, name its file in DEXTER_CA_BUNDLE."
)


def failure(host: str, error: httpx2.RequestError) -> SentryError:
    """Name what went wrong on the way."""
    reason = str(error) or type(error).__name__
    if isinstance(error, NEVER_LEFT):
        remedy = f" {_PRIVATE_AUTHORITY}" if "CERTIFICATE_VERIFY_FAILED" in reason else ""
        return Unreachable(f"{host} could not be reached: {reason}.{remedy}")
    if isinstance(error, httpx2.TimeoutException):
        return Broke(f"{host} did not answer in time.")
    if isinstance(error, httpx2.DecodingError):
        return Broken(f"{host} sent a garbled answer: {reason}.")
    return Broke(f"The connection to {host} broke: {reason}.")
