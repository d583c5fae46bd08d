"""JSON as servers write it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.json_text import read, written

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (rb'["cut \ud83d"]', ["cut \ufffd"]),
        (rb'["\ude00 cut"]', ["\ufffd cut"]),
        (rb'["\ud83d\ude00", "\ud83d"]', ["\U0001f600", "\ufffd"]),
        (rb'["\\ud83d", "\ud83d"]', ["\\ud83d", "\ufffd"]),
        (b'["\xff"]', ["\ufffd"]),
        (b'["a\x01b"]', ["a\x01b"]),
        (b"[NaN, Infinity, -Infinity, 1]", [None, None, None, 1]),
    ],
)
def test_one_odd_thing_does_not_cost_the_whole(body: bytes, told: Any) -> None:
    assert read(body) == told


@pytest.mark.parametrize(
    "body", [b"", b"[", b'["cut', b"<html>", b"[" * 100_000, b"[" + b"9" * 5_000 + b"]"]
)
def test_what_is_no_json_is_none(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has words of its own
        read(body)


@given(JSON)
def test_what_is_json_is_read_as_it_is_even_beside_something_odd(value: Any) -> None:
    text = json.dumps(value)
    assert read(text.encode()) == value
    assert read(f"[{text}, NaN]".encode()) == [value, None]


@given(JSON)
def test_what_is_written_is_read_as_it_was(value: Any) -> None:
    text, kind = written(value)
    assert json.loads(text) == value
    assert kind == "application/json"


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (float("nan"), "a number in it is infinite"),
        (float("inf"), "a number in it is infinite"),
        ("cut \ud83d", "half a character"),
    ],
)
def test_what_json_cannot_tell_is_refused_in_a_sentence(value: object, what: str) -> None:
    for body in (value, {"a": [value]}):
        with pytest.raises(Invalid, match=f"(?i){what}"):
            written(body)
