"""What holds for any query, any equation and any set of figures."""

import sqlite3
import statistics
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dexter_mcp.simulator.discover.expressions import EQUATION, read
from dexter_mcp.simulator.discover.items import SPANS
from dexter_mcp.simulator.discover.query import parse, terms
from dexter_mcp.simulator.discover.statistics import teach
from dexter_mcp.simulator.search.values import SearchError

WORDS = ["level:fatal", "!has:user", "count():>3", '"two words"', "free", "plan:[a, b]", "x:*y"]
_JOINTS = st.sampled_from([" ", " AND ", " OR ", " (", ") ", "(", ")", '"', ":", "["])
_QUERIES = st.lists(st.sampled_from(WORDS) | _JOINTS | st.text(max_size=4), max_size=9)


@given(_QUERIES.map("".join))
@example("count():")
@example("tags[a,number]:>1")
def test_any_text_is_read_or_refused(query: str) -> None:
    with suppress(SearchError):
        parse(query, SPANS.keys)


@given(st.lists(st.sampled_from(["a:1", "!b:2", "has:c", "d:[1, 2]"]), max_size=6))
def test_parentheses_around_it_all_change_nothing(filters: list[str]) -> None:
    query = " ".join(filters)
    plain, wrapped = parse(query, SPANS.keys), parse(f"(({query}))", SPANS.keys)
    assert list(terms(plain)) == list(terms(wrapped))
    assert len(list(terms(plain))) == len(filters)


@given(st.text(alphabet="1.5+-*/() count,|a", max_size=16))
def test_any_equation_is_read_or_refused(text: str) -> None:
    with suppress(SearchError):
        read(EQUATION + text)


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=40))
def test_percentiles_are_those_of_the_statisticians(figures: list[int]) -> None:
    database = sqlite3.connect(":memory:")
    teach(database)
    database.execute("CREATE TABLE figures (value REAL)")
    database.executemany("INSERT INTO figures VALUES (?)", [(figure,) for figure in figures])
    asked = "SELECT quantile(value, 0.95), variance(value), deviation(value) FROM figures"
    percentile, variance, deviation = database.execute(asked).fetchone()
    database.close()
    cuts = statistics.quantiles(figures, n=20, method="inclusive")
    assert percentile == pytest.approx(cuts[-1])
    assert variance == pytest.approx(statistics.variance(figures))
    assert deviation == pytest.approx(statistics.stdev(figures), abs=1e-6)
