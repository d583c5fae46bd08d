"""What docs/reliability.md and docs/changes.md promise, each with a test that exists."""

import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent
PAGES = ("reliability.md", "changes.md")
NAMED = re.compile(r"`((?:changes/)?test_\w+\.py)::(test_\w+)`")


def promises(page: str) -> Iterator[str]:
    """Give the rows of the tables of promises."""
    for table in re.split(r"\n\n", (TESTS.parent / "docs" / page).read_text("utf-8")):
        if table.startswith("| promise |"):
            yield from table.splitlines()[2:]


ROWS = [row for page in PAGES for row in promises(page)]


def test_both_pages_promise_something() -> None:
    assert [page for page in PAGES if not list(promises(page))] == []


def test_every_promise_names_a_test() -> None:
    assert [row for row in ROWS if not NAMED.search(row.rpartition(" | ")[2])] == []
    assert ROWS


def test_every_test_that_is_named_exists() -> None:
    named = {match.groups() for row in ROWS for match in NAMED.finditer(row)}
    missing = [
        f"{file}::{name}"
        for file, name in sorted(named)
        if not (TESTS / file).is_file()
        or not re.search(rf"\bdef {name}\(", (TESTS / file).read_text("utf-8"))
    ]
    assert missing == []
