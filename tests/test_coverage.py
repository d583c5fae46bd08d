"""What reaches which operation: `make catalogue` writes it down, seen by running every tool."""

from pathlib import Path

import pytest

from dexter_mcp.sentry.catalogue import operations
from dexter_mcp.tools.covered import covered, covering
from dexter_mcp.tools.registry import DAILY
from reach import COVERED, ROOT, TABLE, current


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
