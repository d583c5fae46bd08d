import pytest
from hypothesis import given
from hypothesis import strategies as st

from dexter_mcp.sentry.cursors import seal, unseal
from dexter_mcp.sentry.errors import Invalid

QUERY = "/api/0/organizations/acme/issues/?sort=freq&limit=25"

texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(texts.filter(bool), texts)
def test_a_cursor_comes_back_as_it_was(cursor: str, query: str) -> None:
    assert unseal(seal(cursor, query), query) == cursor


@given(texts.filter(bool))
def test_a_cursor_is_fit_for_a_url_and_shows_nothing(cursor: str) -> None:
    sealed = seal(cursor, QUERY)
    assert sealed.replace("-", "").replace("_", "").isalnum()
    assert "acme" not in sealed


@given(texts, texts)
def test_a_cursor_of_another_query_is_refused(one: str, other: str) -> None:
    if one != other:
        with pytest.raises(Invalid, match="another query"):
            unseal(seal("0:100:0", one), other)


@given(st.text() | st.text("abcXYZ019-_=", max_size=40))
def test_garbage_is_refused_in_words(text: str) -> None:
    with pytest.raises(Invalid, match="cursor"):
        unseal(text, QUERY)


def test_a_cursor_pasted_with_blanks_still_works() -> None:
    assert unseal(f" {seal('0:100:0', QUERY)}\n", QUERY) == "0:100:0"
