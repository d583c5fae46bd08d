"""Names of plans that nobody can forge: who may carry one out was shown it."""

import hmac
from datetime import datetime
from hashlib import sha256
from typing import Final

from pydantic import TypeAdapter

from dexter_mcp.changes.plan import Plan
from dexter_mcp.changes.record import Change
from dexter_mcp.sentry.errors import Invalid

_SHAPE: TypeAdapter[Plan] = TypeAdapter(Plan)
_DIGITS: Final = 16
"""Hexadecimal digits of a seal: 64 bits, for something that lives ten minutes."""


def principal_of(url: str, token: str) -> str:
    """Stand for whoever holds a token, without telling it."""
    return sha256(f"dexter-mcp principal\n{url}\n{token}".encode()).hexdigest()[:_DIGITS]


def handle(change: Change, key: bytes) -> str:
    """Seal the name of a plan, with the principal, the targets with their state, and the expiry."""
    return f"{change.id}.{_seal(change, key)}"


def opened(text: str) -> tuple[str, str]:
    """Part a handle into the name of the change and its seal; a bare name has none."""
    name, _, seal = text.strip().strip("`").partition(".")
    return name, seal


def check(change: Change, seal: str, key: bytes, now: datetime) -> None:
    """Make sure that a handle is ours, and that the plan still waits.

    Raises:
        Invalid: It is not, or has expired.
    """
    if not hmac.compare_digest(_seal(change, key).encode(), seal.encode(errors="replace")):
        raise Invalid(f"That is no handle of {change.id}. Pass it on exactly as the plan gave it.")
    if now > change.expires:
        raise Invalid(
            f"The plan {change.id} has expired: it waited longer than ten minutes. Call the tool "
            "that made it again."
        )


def _seal(change: Change, key: bytes) -> str:
    bound = f"{change.id}\n{change.principal}\n{change.expires.isoformat()}\n"
    content = bound.encode() + _SHAPE.dump_json(change.plan)
    return hmac.new(key, content, sha256).hexdigest()[:_DIGITS]
