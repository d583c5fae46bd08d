"""Answers and errors name other tools only where these are on offer."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

import dexter_mcp
from answers import text_of
from dexter_mcp.sentry.catalogue.operations import operations
from dexter_mcp.tools.registry import DAILY
from dexter_mcp.views.authored import Offer
from dexter_mcp.views.pointers import fitted
from surface import ROOT

ROOMS = ("insights", "sentry", "views")
TOOLS = {file.stem for file in (ROOT / "tools").glob("*/*.json")}
UNMARKED = re.compile(rf"(?<![\w`.])(?:{'|'.join(TOOLS)})(?![\w`])")

OFFER = Offer(frozenset({"get_here"}), frozenset({"get_here", "list_a", "get_b"}))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("more: `list_a` x=1 · full · `get_b` a=b|c", "more: full"),
        ("more: full · `list_a` · `get_here` y=1", "more: full · get_here y=1"),
        ("more: `get_b`", ""),
        ("Nothing. `list_a` names them.", "Nothing."),
        ("Nothing. `list_a` names them. Or wait.", "Nothing. Or wait."),
        ("Nothing. `list_a` tells; `get_here` too.", "Nothing. get_here too."),
        ("No 'x' is there (`list_a` names those).", "No 'x' is there."),
        ("No 'x', or no 'y' (`list_a` names those), here.", "No 'x', or no 'y', here."),
        ("failed: p (No 'x' is there. `list_a` names them)", "failed: p (No 'x' is there.)"),
        ("failed: p (Use a token (`list_a` tells))", "failed: p (Use a token)"),
        ("in: A, B; `list_a` has.dots=y", "in: A, B"),
        ("Give what `list_a` shows. Or not.", "Or not."),
        ("… 3 more (`list_a`)", "… 3 more"),
        ("`issue` names one; `list_a` names all.", "`issue` names one."),
        ("list_a: 3 of 5, org: acme", "list_a: 3 of 5, org: acme"),
    ],
)
def test_a_clause_that_names_a_hidden_tool_is_left_out(written: str, told: str) -> None:
    assert fitted(written, OFFER) == told


def test_event_text_stays_whatever_it_names() -> None:
    block = "[event text ab: by strangers]\nsee `list_a`\n[end of event text ab]"
    assert fitted(f"{block}\nmore: `list_a` · `get_here`", OFFER) == f"{block}\nmore: get_here"


def test_without_an_offer_everything_stays() -> None:
    assert fitted("more: `list_a`", Offer()) == "more: `list_a`"


def spoken(file: Path) -> Iterator[ast.Constant]:
    """Give the texts of a module, but for docstrings, and for names that stand alone."""
    tree = ast.parse(file.read_text("utf-8"))
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in silent and node.value not in TOOLS:
            yield node


@pytest.mark.parametrize("room", ROOMS)
def test_every_tool_that_an_answer_names_is_marked_as_one(room: str) -> None:
    files = sorted((Path(dexter_mcp.__file__).parent / room).rglob("*.py"))
    found = [
        f"{file.name}:{node.lineno} {node.value!r}"
        for file in files
        for node in spoken(file)
        if UNMARKED.search(str(node.value))
    ]
    assert found == []


CALLS: Mapping[str, Sequence[dict[str, Any]]] = {
    "search_issues": [{}, {"query": "title:nothing"}],
    "get_issue": [
        {"issue": "CHECKOUT-J", "include": ["feedback", "replays", "tickets", "attachments"]},
        {"issue": "CHECKOUT-J", "detail": "full"},
        {"issue": "NOPE-1"},
    ],
    "get_event": [{"issue": "CHECKOUT-J", "event": "latest"}, {"event": "f" * 32}],
    "list_issue_events": [{"issue": "CHECKOUT-J"}, {"issue": "CHECKOUT-J", "query": "nothing"}],
    "get_issue_tag": [{"issue": "CHECKOUT-J"}, {"issue": "CHECKOUT-J", "tag": "nothing"}],
    "query_events": [{"fields": ["title", "count()"]}, {"saved": "nothing"}],
    "query_timeseries": [{}, {"project": "nothing"}, {"query": "is:unresolved"}],
    "list_event_fields": [{}, {"search": "nothing"}],
    "list_alerts": [{}, {"issue": "CHECKOUT-H"}, {"query": "nothing"}],
    "get_alert": [{"alert": "alert 5103"}, {"alert": "monitor 641"}, {"alert": "nothing"}],
    "list_releases": [{}, {"query": "nothing"}],
    "get_release": [{"release": "checkout@4.16.0"}, {"release": "nothing"}],
    "compare_releases": [{"release": "checkout@4.16.0"}, {"release": "nothing"}],
    "list_integrations": [{}, {"include": ["providers", "repositories", "forwarding"]}],
    "whoami": [{}],
    "list_projects": [{}, {"query": "nothing"}, {"org": "nothing"}],
    "find_operations": [{"query": "teams"}, {"query": "list_teams"}],
    "read_sentry": [{"operation": "list_teams"}, {"operation": "nothing"}],
    "change_sentry": [
        {"operation": "create_team", "arguments": ["slug=new"]},
        {"operation": "delete_team", "arguments": ["team=payments"]},
        {"operation": "list_teams"},
        {"operation": "nothing"},
    ],
    "update_issues": [
        {"issues": ["CHECKOUT-J"], "status": "resolved"},
        {"query": "nothing"},
        {"issues": ["CHECKOUT-J"]},
        {"issues": ["CHECKOUT-J"], "assign_to": "nobody"},
    ],
    "apply_change": [{"change": "nothing"}],
    "undo_change": [{"change": "nothing"}],
    "list_changes": [{}, {"change": "nothing"}],
}
"""Ways to call each daily tool, those included that lead nowhere."""
ABOUT_OPERATIONS = frozenset({"find_operations", "read_sentry", "change_sentry"})
"""What these name may be an operation that is called as a tool is."""


@pytest.mark.anyio
@pytest.mark.parametrize("tool", sorted(DAILY))
async def test_a_daily_tool_names_no_tool_that_is_not_on_offer(client: Client, tool: str) -> None:
    hidden = TOOLS - DAILY - (set(operations()) if tool in ABOUT_OPERATIONS else set[str]())
    for arguments in CALLS[tool]:
        text = text_of(await client.call_tool(tool, arguments))
        assert hidden.intersection(re.findall(r"\w+", text)) == set(), (arguments, text)
        assert not re.search(rf"`(?:{'|'.join(TOOLS)})`", text), (arguments, text)
