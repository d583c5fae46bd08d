"""Columns for people, as wide as what stands in them."""

from collections.abc import Iterator, Sequence


def columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Set rows below their head; the last column may be as long as it likes."""
    lines = [head, *rows]
    widths = [max(len(line[at]) for line in lines) for at in range(len(head) - 1)]
    for line in lines:
        padded = (f"{cell:{width}}" for cell, width in zip(line, widths, strict=False))
        yield "  ".join([*padded, line[-1]]).rstrip()
