"""Cursors as callers see them: opaque, and good only for the query that they came from."""

import binascii
import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

from dexter_mcp.sentry.errors import Invalid

_DIGEST = 6
"""Bytes: enough to notice a mistake. It is no secret; a caller gains nothing by forging one."""


def seal(cursor: str, query: str) -> str:
    """Make Sentry's `cursor` opaque and bind it to `query`.

    >>> unseal(seal("0:100:0", "issues?sort=freq"), "issues?sort=freq")
    '0:100:0'
    """
    return urlsafe_b64encode(_digest(query) + cursor.encode()).decode().rstrip("=")


def unseal(sealed: str, query: str) -> str:
    """Read Sentry's cursor back.

    Raises:
        Invalid: It is not one of ours, or it continues another query.
    """
    digest, cursor = _opened(sealed)
    if digest != _digest(query):
        raise Invalid(
            "That cursor continues another query. Repeat the arguments it came with, `limit` "
            "included, or leave `cursor` out to begin anew."
        )
    return cursor


def check(sealed: str) -> str:
    """Give a cursor back if it has the form of one of ours, whatever query it continues.

    Raises:
        Invalid: It has not.
    """
    _opened(sealed)
    return sealed


def _opened(sealed: str) -> tuple[bytes, str]:
    sealed = sealed.strip("` \t\r\n")
    try:
        opened = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        digest, cursor = opened[:_DIGEST], opened[_DIGEST:].decode()
    except (binascii.Error, ValueError):
        digest, cursor = b"", ""
    if not cursor:
        raise Invalid("That is no cursor of this server. Pass the one that ended the last page.")
    return digest, cursor


def _digest(query: str) -> bytes:
    return hashlib.sha256(query.encode()).digest()[:_DIGEST]
