"""Pictures, known by their first bytes: what somebody calls a picture may be anything.

The size in pixels matters, because a host that gets too large a picture refuses the whole
conversation with it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_GIFS: Final = (b"GIF87a", b"GIF89a")
_RIFF, _WEBP = b"RIFF", b"WEBP"
_START_OF_FRAME: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Markers of a JPEG below which its size stands."""
_BARE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers of a JPEG below which nothing stands."""


@dataclass(frozen=True)
class Format:
    """What a picture is, and its size in pixels."""

    mime_type: str
    width: int
    height: int


def recognized(content: bytes) -> Format | None:
    """Tell a PNG, JPEG, GIF or WebP by its first bytes; None if it is none or breaks off."""
    found = next((mime for mime, is_one in _KINDS.items() if is_one(content)), None)
    if found is None:
        return None
    try:
        width, height = _SIZES[found](content)
    except (IndexError, ValueError):
        return None
    return Format(found, width, height) if width and height else None


def _is_gif(content: bytes) -> bool:
    return content.startswith(_GIFS)


def _is_webp(content: bytes) -> bool:
    return content.startswith(_RIFF) and content[8:12] == _WEBP


def _png(content: bytes) -> tuple[int, int]:
    if content[12:16] != b"IHDR":
        raise ValueError
    return _big(content, 16, 4), _big(content, 20, 4)


def _gif(content: bytes) -> tuple[int, int]:
    return _little(content, 6, 2), _little(content, 8, 2)


def _jpeg(content: bytes) -> tuple[int, int]:
    """Walk from marker to marker to the one that tells the size."""
    at = 2
    while True:
        if content[at] != 0xFF:  # noqa: PLR2004 - what every marker begins with
            raise ValueError
        marker = content[at + 1]
        if marker in _START_OF_FRAME:
            return _big(content, at + 7, 2), _big(content, at + 5, 2)
        at += 1 if marker == 0xFF else 2 if marker in _BARE else 2 + _big(content, at + 2, 2)  # noqa: PLR2004


def _webp(content: bytes) -> tuple[int, int]:
    match content[12:16]:
        case b"VP8X":
            return 1 + _little(content, 24, 3), 1 + _little(content, 27, 3)
        case b"VP8L":
            bits = _little(content, 21, 4)
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 ":
            return _little(content, 26, 2) & 0x3FFF, _little(content, 28, 2) & 0x3FFF
        case _:
            raise ValueError


def _big(content: bytes, at: int, length: int) -> int:
    return int.from_bytes(_whole(content, at, length), "big")


def _little(content: bytes, at: int, length: int) -> int:
    return int.from_bytes(_whole(content, at, length), "little")


def _whole(content: bytes, at: int, length: int) -> bytes:
    found = content[at : at + length]
    if len(found) < length:
        raise IndexError
    return found


_KINDS: Final[Mapping[str, Callable[[bytes], bool]]] = {
    "image/png": lambda content: content.startswith(_PNG),
    "image/jpeg": lambda content: content.startswith(_JPEG),
    "image/gif": _is_gif,
    "image/webp": _is_webp,
}
_SIZES: Final[Mapping[str, Callable[[bytes], tuple[int, int]]]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/gif": _gif,
    "image/webp": _webp,
}
