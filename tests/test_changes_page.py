"""docs/changes.md tells the truth: what it shows is made, what it names exists."""

import re

import pytest

from changes_page import PAGE, made
from dexter_mcp.changes.ledger import LIFETIME
from dexter_mcp.changes.recipes import recipes
from dexter_mcp.settings import VARIABLES, WRITES, Settings, Variable

TEXT = PAGE.read_text("utf-8")
ABOUT_WRITING = ("writes", "read_only", "writes_per_minute", "writes_per_hour", "most_targets")


def test_what_it_shows_is_made() -> None:
    assert "Planned, nothing is changed yet" in TEXT
    assert made(TEXT) == TEXT, "run `make surface` and review the difference"


def test_it_names_everything_that_cannot_be_undone() -> None:
    lost = {name for name, recipe in recipes().items() if recipe.lost}
    listed = TEXT.partition("why it can't be undone")[2].partition("<!-- end -->")[0]
    assert set(re.findall(r"`(\w+)`", listed)) >= lost


@pytest.mark.parametrize("field", [*ABOUT_WRITING, "state_dir"])
def test_it_names_the_settings_with_their_defaults(field: str) -> None:
    variable: Variable = next(each for each in VARIABLES if each.field == field)
    (row,) = (line for line in TEXT.splitlines() if f"| `{variable.environment}` |" in line)
    assert f"`{variable.option}`" in row
    usual = vars(Settings())[field]
    assert not usual or f"| {usual} |" in row.replace("`", "")


def test_it_names_every_mode() -> None:
    assert all(f"`{mode}`" in TEXT for mode in WRITES)


def test_it_says_how_long_a_handle_lasts() -> None:
    assert LIFETIME.total_seconds() == 600
    assert "within ten minutes" in TEXT
