"""What a tool says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Picture:
    """Something to look at, beside the text that tells the same."""

    content: bytes = field(repr=False)
    mime_type: str = "image/png"


@dataclass(frozen=True)
class Document:
    """A text too long or too regular for an answer, for programs and people to take away."""

    uri: str
    text: str = field(repr=False)
    mime_type: str = "text/plain"


@dataclass(frozen=True)
class Answer:
    """Hold the text for the model, and what stands behind it.

    `data` is what `--structured` shows to programs; `meta` travels beside the text, and the
    model need not see it. Pictures and documents come after the text.
    """

    text: str
    data: Any = None
    meta: Mapping[str, Any] = field(default_factory=dict[str, Any])
    pictures: tuple[Picture, ...] = ()
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True)
class Failed:
    """A part that an answer had to do without, and why."""

    part: str
    reason: str


def failures(failed: Iterable[Failed]) -> list[str]:
    """Name what is missing, a line for each part."""
    return [f"failed: {each.part} ({each.reason.rstrip('.')})" for each in failed]
