"""What the sample world is written from, as text: code, library calls, incidents, releases."""

from collections.abc import Iterator
from importlib.resources import files


def sections(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Read `name`.txt: each section is a header after `@@ ` and the lines under it."""
    text = files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    for section in f"\n{text}".split("\n@@ ")[1:]:
        header, *lines = section.rstrip().split("\n")
        yield header, tuple(lines)
