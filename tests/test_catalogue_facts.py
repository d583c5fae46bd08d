"""The catalogue's facts: complete against Sentry's description, and at one with themselves."""

import inspect
from collections import Counter
from importlib.resources import files

import pytest

from contract import described
from dexter_mcp.sentry.api import Api
from dexter_mcp.sentry.catalogue import Operation, operations
from dexter_mcp.sentry.catalogue.operations import operation_named
from dexter_mcp.sentry.catalogue.search import categories, words
from dexter_mcp.sentry.errors import Invalid
from operations import FILE, PUBLISHED, SOURCE, current, own_path

MOST_BYTES = 250_000

KNOWN = list(operations().values())


def test_the_file_is_what_the_description_says() -> None:
    """Without the description the file is judged by the other tests alone; the summary says so."""
    if (SOURCE / PUBLISHED).is_file():
        assert FILE.read_text("utf-8") == current(SOURCE), "run `make catalogue`"
    assert {"published", "legacy", "unpublished"} == {each.standing for each in KNOWN}


def test_every_published_path_and_method_is_there() -> None:
    told = {
        (method.upper(), own_path(path))
        for path, methods in described()["paths"].items()
        for method in methods
    }
    own = {(each.method, each.path) for each in KNOWN if each.standing == "published"}
    assert own == (told or own)


def test_it_is_small_enough_to_ship() -> None:
    shipped = files("dexter_mcp.sentry.catalogue") / "operations.json"
    assert 0 < len(shipped.read_bytes()) <= MOST_BYTES


def test_no_two_operations_are_the_same_request() -> None:
    asked = Counter((each.method, each.path) for each in KNOWN)
    assert [request for request, count in asked.items() if count > 1] == []


@pytest.mark.parametrize("operation", KNOWN, ids=lambda each: each.name)
def test_an_operation_is_told_completely(operation: Operation) -> None:
    named = [*operation.places, *operation.narrowing]
    assert len(named) == len(set(named)), "two arguments have one name"
    assert words(operation.summary), "it does not say what it is for"
    assert operation.summary[0].isupper()
    assert len(operation.summary) <= 80
    assert operation.category in categories()
    assert operation.body == () or not operation.reads
    for parameter in (*operation.query, *operation.body):
        assert parameter.default in {None, *parameter.values} or not parameter.values
    if operation.instead:
        assert operation.deprecated
        assert not operation_named(operation.instead).deprecated


def test_no_parameter_is_taken_for_one_of_our_own() -> None:
    ours = {*inspect.signature(Api.get).parameters, *inspect.signature(Api.page).parameters}
    theirs = {name for each in KNOWN if each.reads for name in each.narrowing}
    assert theirs & (ours - {"query", "cursor"}) == set()


def test_a_name_is_taken_with_the_marks_of_code_around_it() -> None:
    assert operation_named("`list_issues`").path == "/organizations/{org}/issues/"
    with pytest.raises(Invalid, match=r"Did you mean list_issues"):
        operation_named("list_issue")
