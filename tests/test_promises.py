"""What docs/reliability.md promises, each with a test that exists."""

import re
from pathlib import Path

TESTS = Path(__file__).parent
ROWS = [
    line
    for line in (TESTS.parent / "docs" / "reliability.md").read_text("utf-8").splitlines()
    if line.startswith("| ") and not line.startswith(("| promise |", "| --- |"))
]
NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)`")


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
