"""Fields, functions and filters of an events query, taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dexter_mcp.insights import datasets
from dexter_mcp.insights import expressions as its
from dexter_mcp.sentry.discover import datasets_in
from dexter_mcp.sentry.errors import Invalid, Rejected

FIELDS = st.sampled_from(
    ["title", "count()", "count_if(level,equals,error)", "tags[a,string]", "equation|count() / 2"]
)


@given(st.lists(FIELDS, unique=True))
def test_fields_that_are_apart_stay_as_they_are(fields: list[str]) -> None:
    assert its.split(fields) == tuple(fields)


@given(st.lists(FIELDS.filter(lambda field: "|" not in field), unique=True, min_size=1))
def test_fields_in_one_text_come_apart(fields: list[str]) -> None:
    assert its.split([", ".join(fields)]) == tuple(fields)


@given(st.text(max_size=60))
def test_no_text_is_too_odd_to_be_taken_apart(text: str) -> None:
    its.split([text])
    its.columns([text], text)
    assert its.replaced(text, ()) == text


def test_columns_are_those_that_are_selected_aggregated_or_filtered_by() -> None:
    fields = ["release", "p95(span.duration)", "count_if(level,equals,error)", "tags[plan,string]"]
    query = 'user.email:a@b.test !has:geo.city "no: key" (release:1 OR tags[z]:2) count():>5'
    named = ["release", "span.duration", "level", "plan", "user.email", "z", "geo.city"]
    assert its.columns(fields, query) == named


def test_functions_are_found_inside_equations_too() -> None:
    assert its.functions(["equation|count_if(a,b,c) / count()"]) == ["count_if", "count"]


@pytest.mark.parametrize(
    ("field", "short"),
    [("count()", "count"), ("p95(span.duration)", "p95_span_duration"), ("title", "title")],
)
def test_an_alias_is_what_older_sorts_say(field: str, short: str) -> None:
    assert its.alias(field) == short


@pytest.mark.parametrize(
    ("query", "asks"),
    [("is:unresolved", True), ("a:1 !is:new", True), ('"is:new"', False), ("this:1", False)],
)
def test_a_state_is_seen_outside_of_quotes_only(query: str, *, asks: bool) -> None:
    assert its.asks_for_state(query) is asks


def test_names_are_replaced_whole_and_outside_of_quotes() -> None:
    told = its.replaced('a.b:1 a.b.c:2 "a.b"', [("a.b", "x")])
    assert told == 'x:1 a.b.c:2 "a.b"'


class TestDatasets:
    def test_todays_name_comes_first(self) -> None:
        assert [way.dataset for way in datasets.ways("logs", (), "")] == ["logs", "ourlogs"]
        assert datasets.ways("", (), "")[0].dataset == "errors"

    def test_an_unknown_one_is_asked_as_it_is(self) -> None:
        (way,) = datasets.ways("uptime_results", (), "")
        assert (way.dataset, way.note) == ("uptime_results", "")

    def test_an_alternative_is_put_in_parentheses_before_it_is_narrowed(self) -> None:
        way = datasets.ways("transactions", (), "")[0]
        assert way.query("a:1 OR b:2") == "is_transaction:true (a:1 OR b:2)"
        assert way.query("") == "is_transaction:true"

    def test_the_first_way_that_is_offered_is_chosen(self) -> None:
        ways = datasets.ways("transactions", (), "")
        assert datasets.chosen(ways, ()).dataset == "spans"
        assert datasets.chosen(ways, ("discover", "transactions")).dataset == "transactions"
        with pytest.raises(Invalid, match="It has: errors"):
            datasets.chosen(ways, ("errors",))

    @pytest.mark.parametrize(
        ("said", "names"),
        [
            ("Sentry refused the request (400): dataset must be one of: a, b.", ("a", "b")),
            ("Sentry refused the request (400): Invalid query.", ()),
        ],
    )
    def test_a_refusal_tells_what_is_offered(self, said: str, names: tuple[str, ...]) -> None:
        assert datasets_in(Rejected(said)) == names
