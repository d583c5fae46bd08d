"""What of a document will be different: the places, and not the whole of it."""

from typing import Any

import pytest

from dexter_mcp.changes import spelling
from dexter_mcp.changes.matching import differences

RULE: dict[str, Any] = {
    "config": {"frequency": 30},
    "conditions": [
        {"id": "7", "type": "gt", "comparison": 100},
        {"id": "8", "type": "lte", "comparison": 10},
    ],
    "environment": None,
    "enabled": True,
}


def told(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[str]:
    return [spelling.difference(each) for each in differences(before, after)]


def test_a_field_inside_a_field_is_named_with_its_way() -> None:
    assert told(RULE, {"config": {"frequency": 60}}) == ["config.frequency 30 → 60"]


def test_an_item_of_a_list_is_named_by_its_number() -> None:
    after = [{"type": "gt", "comparison": 300}, {"type": "lte", "comparison": 10}]
    assert told(RULE, {"conditions": after}) == ["conditions[1].comparison 100 → 300"]


def test_an_item_that_goes_is_seen() -> None:
    (said,) = told(RULE, {"conditions": [{"type": "gt", "comparison": 100}]})
    assert said == (
        "conditions {id: 7, type: gt, comparison: 100}, {id: 8, type: lte, comparison: 10} → "
        "{type: gt, comparison: 100}"
    )


def test_a_field_that_goes_from_inside_is_seen() -> None:
    before = {"config": {"frequency": 30, "quiet": "nights"}}
    assert told(before, {"config": {"frequency": 60}}) == [
        "config {frequency: 30, quiet: nights} → {frequency: 60}"
    ]


def test_what_is_alike_however_it_is_spelt_is_no_difference() -> None:
    same = {"enabled": True, "environment": "", "config": {"frequency": "30"}}
    assert told(RULE, same) == []


def test_of_a_long_text_the_lines_that_differ_are_shown() -> None:
    before = {"raw": "\n".join(f"path:shop/{part}/* #payments" for part in range(40))}
    after = {"raw": before["raw"] + "\npath:web/* #storefront"}
    assert told(before, after) == ["raw none → + path:web/* #storefront"]
    (said,) = told({"text": "a" * 500 + " one"}, {"text": "a" * 500 + " two"})
    assert said == f"text …{'a' * 29} one → …{'a' * 29} two"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"password": "hunter2hunter2"}, "{password: [redacted: password]}"),
        ([], "none"),
        (["a", "b"], "a, b"),
        (False, "no"),
        (0, "0"),
        ("a\u202eb\x1b[31m", "ab"),
    ],
)
def test_a_value_is_spelt_shortly_and_harmlessly(value: Any, said: str) -> None:
    assert spelling.value("field", value) == said
