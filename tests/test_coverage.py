"""What reaches which operation: `make catalogue` writes it down, seen by running every tool."""

from pathlib import Path

import pytest

from dexter_mcp.sentry.catalogue import operations
from dexter_mcp.tools.covered import covered, covering
from dexter_mcp.tools.registry import DAILY
from reach import COVERED, ROOT, TABLE, current

KINDS = frozenset({"update", "create", "delete", "tie", "deed", "of its own kind"})


@pytest.fixture(scope="module")
def made() -> dict[Path, str]:
    return dict(current())


@pytest.mark.parametrize("file", [COVERED, TABLE], ids=lambda file: file.name)
def test_it_is_what_running_the_tools_shows(made: dict[Path, str], file: Path) -> None:
    told = made[file]
    assert file.read_text("utf-8") == told, "run `make catalogue` and review the difference"


def test_every_operation_stands_in_the_table() -> None:
    table = TABLE.read_text("utf-8")
    assert [name for name in operations() if f"| `{name}` |" not in table] == []


def test_an_operation_is_covered_by_tools_that_there_are() -> None:
    offered = {file.stem for file in (ROOT / "tools").glob("*/*.json")}
    named = {tool for tools in covered().values() for tool in tools}
    assert named <= offered
    assert set(covered()) <= set(operations())


def test_a_launch_names_only_the_tools_that_it_offers() -> None:
    assert {tool for tools in covering(("default",)).values() for tool in tools} <= DAILY
    assert covering(("all",))["list_issues"] == ["search_issues"]


def test_the_catalogue_is_nothing_that_covers() -> None:
    assert "read_sentry" not in {tool for tools in covered().values() for tool in tools}


def test_every_operation_that_writes_is_reached_and_says_what_kind_of_change_it_is() -> None:
    rows = {
        row.split("`")[1]: row.split(" | ")
        for row in TABLE.read_text("utf-8").splitlines()
        if row.startswith("| `")
    }
    for operation in operations().values():
        if not operation.reads:
            row = rows[operation.name]
            assert row[2].startswith("`"), row
            assert row[4].partition(",")[0] in KINDS, row


def test_a_typed_tool_that_writes_is_named_before_the_general_one() -> None:
    assert covered()["update_issue"] == ["update_issues"]
    assert "update_issues" in covering(("default",))["bulk_update_issues"]
    assert "change_sentry" not in {tool for tools in covered().values() for tool in tools}
