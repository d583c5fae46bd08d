"""What a tool says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """Hold the text for the model, and what stands behind it.

    `data` is what `--structured` shows to programs; `meta` travels beside the text, and the
    model need not see it.
    """

    text: str
    data: Any = None
    meta: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Failed:
    """A part that an answer had to do without, and why."""

    part: str
    reason: str


def failures(failed: Iterable[Failed]) -> list[str]:
    """Name what is missing, a line for each part."""
    return [f"failed: {each.part} ({each.reason.rstrip('.')})" for each in failed]
