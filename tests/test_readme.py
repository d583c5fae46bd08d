"""The README tells the truth: what it shows is made, what it names exists."""

import re
import tomllib

import pytest

from dexter_mcp.sentry.errors import SCOPES
from dexter_mcp.settings import VARIABLES, Variable
from dexter_mcp.tools.registry import TOOLSETS
from readme import with_answer
from surface import ROOT, with_tables

README = (ROOT / "README.md").read_text("utf-8")
_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DEPENDENCIES = [
    re.split(r"[<>=~\[]", wanted)[0]
    for wanted in (*_PROJECT["dependencies"], *_PROJECT["optional-dependencies"]["charts"])
]


def test_it_lists_the_tools_with_their_cost() -> None:
    assert "| `get_issue` |" in README
    assert with_tables(README) == README, "run `make surface`"


def test_it_shows_an_answer_as_it_really_is() -> None:
    assert "KeyError: 'authorization'" in README
    assert with_answer(README) == README, "run `make surface`"


@pytest.mark.parametrize("variable", VARIABLES, ids=[each.field for each in VARIABLES])
def test_it_names_every_setting(variable: Variable) -> None:
    assert f"`{variable.environment}`" in README
    assert f"`{variable.option}`" in README


def test_it_names_every_tool_toolset_and_prompt() -> None:
    prompts = {file.stem for file in (ROOT / "prompts").glob("*.md")}
    tools = {file.stem for file in (ROOT / "tools").glob("*/*.json")}
    named = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`\n]+)`", README))))
    assert prompts | tools | set(TOOLSETS) <= named


def test_it_says_which_scopes_reading_takes() -> None:
    asked = README.partition("with the scopes")[2].partition(".")[0]
    assert set(re.findall(r"`(\w+:read)`", asked)) == set(SCOPES.split(", "))


@pytest.mark.parametrize("package", DEPENDENCIES)
def test_it_says_what_each_dependency_is_for(package: str) -> None:
    assert f"`{package}`" in README.partition("## Dependencies")[2]


@pytest.mark.parametrize(
    "command", ["demo", "doctor", "tools", "call", "changes", "audit", "simulator"]
)
def test_it_shows_every_command(command: str) -> None:
    assert re.search(rf"dexter-mcp {command}\b", README)


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_every_promise_of_reliability_names_a_test_that_there_is() -> None:
    text = (ROOT / "docs" / "reliability.md").read_text("utf-8")
    file = ""
    for named in re.findall(r"`(\w*\.py|…)::(\w+)`", text):
        file = file if named[0] == "…" else named[0]
        assert f"def {named[1]}(" in (ROOT / "tests" / file).read_text("utf-8"), named
    for file in re.findall(r"`(test_\w+\.py)`", text):
        assert (ROOT / "tests" / file).exists(), file
