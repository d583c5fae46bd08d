"""What helps where Sentry refuses a word without naming those that it knows."""

from collections.abc import Generator
from contextlib import contextmanager

from dexter_mcp.sentry.errors import Rejected


@contextmanager
def remedied(sign: str, advice: str) -> Generator[None]:
    """Add advice to a refusal that has the sign in it; the case of letters does not matter."""
    try:
        yield
    except Rejected as refusal:
        if sign in str(refusal).lower():
            refusal.advice = advice
        raise
