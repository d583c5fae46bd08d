import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dexter_mcp.simulator.search.grammar import (
    SearchError,
    Term,
    matches,
    parse_event_query,
    parse_issue_query,
    relative,
)

NOW = datetime(2026, 8, 12, 9, 14, 3, tzinfo=UTC)


def text(value: str, *, wildcard: bool = False) -> Term:
    return Term("", "=", (value,), wildcard=wildcard)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ()),
        ("level:error", (Term("level", "=", ("error",)),)),
        ('"odd:key":1', (Term("odd:key", "=", ("1",)),)),
        ("tags[plan]:pro", (Term("plan", "=", ("pro",)),)),
        ("tags[size,number]:5", (Term("size", "=", ("5",)),)),
        ("tags[is]:x", (Term("is", "=", ("x",)),)),
        ("flags[dark]:true", (Term("flags[dark]", "=", ("true",)),)),
        ('flags["dark"]:true', (Term("flags[dark]", "=", ("true",)),)),
        ('message:"a (b) c"', (Term("message", "=", ("a (b) c",)),)),
        (r'message:"say \"hi\""', (Term("message", "=", ('say "hi"',)),)),
        (r"message:5\"", (Term("message", "=", ('5"',)),)),
        ('level:""', (Term("level", "=", ("",)),)),
        ("!level:error", (Term("level", "=", ("error",), negated=True),)),
        ("!has:release", (Term("release", "=", (), negated=True, has=True),)),
        ("has:tags[plan]", (Term("plan", "=", (), has=True),)),
        ("!is:resolved", (Term("is", "=", ("resolved",), negated=True),)),
        ("is:for_review", (Term("is", "=", ("for_review",)),)),
        ("!level:[info, debug]", (Term("level", "=", ("info", "debug"), negated=True),)),
        ('level:[a,b, "c d"]', (Term("level", "=", ("a", "b", "c d")),)),
        ("timesSeen:[1, 2k]", (Term("timesSeen", "=", ("1", "2000")),)),
        ("release:shop@2.*", (Term("release", "=", ("shop@2.*",), wildcard=True),)),
        (r"message:a\*b", (Term("message", "=", ("a*b",)),)),
        ("timesSeen:>5", (Term("timesSeen", ">", ("5",)),)),
        ("timesSeen:>=1.5k", (Term("timesSeen", ">=", ("1500",)),)),
        ("timesSeen:<2b", (Term("timesSeen", "<", ("2000000000",)),)),
        ("timesSeen:!=5", (Term("timesSeen", "!=", ("5",)),)),
        ("release.version:>=2.9.0", (Term("release.version", ">=", ("2.9.0",)),)),
        ("plan:>5", (Term("plan", "=", (">5",)),)),
        ("transaction.duration:>2s", (Term("transaction.duration", ">", ("2000",)),)),
        ("error.handled:False", (Term("error.handled", "=", ("false",)),)),
        ("!error.handled:1", (Term("error.handled", "=", ("true",), negated=True),)),
        ("timestamp:>2026-08-01", (Term("timestamp", ">", ("2026-08-01",)),)),
        (
            "timestamp:>=2026-08-01T10:00:00.123+02:00",
            (Term("timestamp", ">=", ("2026-08-01T10:00:00.123+02:00",)),),
        ),
        ("lastSeen:-24h", (Term("lastSeen", "=", ("-24h",)),)),
        ("firstSeen:+7d", (Term("firstSeen", "=", ("+7d",)),)),
        ("connection reset by peer", (text("connection reset by peer"),)),
        ('"connection reset"', (text("connection reset"),)),
        ("pay*ment", (text("pay*ment", wildcard=True),)),
        (
            "bad gateway level:error in shop",
            (text("bad gateway"), Term("level", "=", ("error",)), text("in shop")),
        ),
        ("(a nested (text))", (text("(a nested (text))"),)),
        ("call foo(bar) now", (text("call foo(bar) now"),)),
        (
            "is:unresolved  assigned:me ",
            (Term("is", "=", ("unresolved",)), Term("assigned", "=", ("me",))),
        ),
        ("assigned:[#payments, none]", (Term("assigned", "=", ("#payments", "none")),)),
        ("android order nor", (text("android order nor"),)),
    ],
)
def test_an_issue_query_means_what_the_documentation_says(
    query: str, expected: tuple[Term, ...]
) -> None:
    assert parse_issue_query(query) == expected


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        (
            "level:error OR level:fatal",
            'Boolean statements containing "OR" or "AND" are not supported in this search',
        ),
        (
            "level:error and shop",
            'Boolean statements containing "OR" or "AND" are not supported in this search',
        ),
        ("level: error", "Empty string after 'level:'"),
        ("!level:", "Empty string after 'level:'"),
        (
            "is:open",
            (
                "Invalid value for \"is\" search, valid values are ['archived', 'archived_forever',"
                " 'archived_until_condition_met', 'archived_until_escalating', 'assigned',"
                " 'escalating', 'for_review', 'ignored', 'linked', 'muted', 'new', 'ongoing',"
                " 'regressed', 'reprocessing', 'resolved', 'unassigned', 'unlinked', 'unresolved']"
            ),
        ),
        ("is:[new, ongoing]", '"in" syntax invalid for "is" search'),
        (
            'message:a"b',
            "Invalid quote at 'a\"b': quotes must enclose text or be escaped.",
        ),
        (
            'message:"a b',
            "Invalid quote at '\"a': quotes must enclose text or be escaped.",
        ),
        (
            "gateway (timed out",
            (
                "Parse error at 'way (timed' (column 9). This is commonly caused by unmatched"
                " parentheses. Enclose any text in double quotes."
            ),
        ),
        (
            "level:error)",
            (
                "Parse error at 'rror)' (column 12). This is commonly caused by unmatched"
                " parentheses. Enclose any text in double quotes."
            ),
        ),
        (
            "lastSeen:yesterday",
            (
                "lastSeen: Invalid date: yesterday. Expected +/-duration (e.g. +1h) or ISO"
                " 8601-like (e.g. 2026-08-01T10:00:00.00 or 2026-08-01T10:00:00+00:00)."
            ),
        ),
        (
            "lastSeen:>-24h",
            (
                "lastSeen: Invalid date: >-24h. Expected +/-duration (e.g. +1h) or ISO 8601-like"
                " (e.g. 2026-08-01T10:00:00.00 or 2026-08-01T10:00:00+00:00)."
            ),
        ),
        (
            "issue.id:abc",
            (
                "issue.id: Invalid number: abc."
                " Expected number then optional k, m, or b suffix (e.g. 500k)."
            ),
        ),
        (
            "transaction.duration:>slow",
            (
                "transaction.duration: Invalid duration: >slow."
                " Expected number followed by duration unit suffix (e.g. 300ms)."
            ),
        ),
        (
            "error.handled:yes",
            "error.handled: Invalid boolean: yes. Expected true, 1, false, or 0.",
        ),
        ("level:[error,]", "Lists should not have empty values"),
        ("level:[]", "Lists should not have empty values"),
        (
            "has:[a,b]",
            'Invalid format for "has" search: was expecting a field or tag instead',
        ),
        (
            "count():>100",
            "Aggregate filters (count()) are not supported in issue searches.",
        ),
    ],
)
def test_a_wrong_query_is_refused_in_sentrys_words(query: str, complaint: str) -> None:
    with pytest.raises(SearchError) as refused:
        parse_issue_query(query)
    assert str(refused.value) == complaint


@pytest.mark.parametrize("query", ["is:unresolved", "!is:resolved level:error"])
def test_events_have_no_state(query: str) -> None:
    with pytest.raises(SearchError, match='"is:" queries are not supported in'):
        parse_event_query(query)


def test_and_and_groups_change_nothing_among_events() -> None:
    plain = parse_event_query("level:error environment:production")
    assert parse_event_query("level:error AND (environment:production)") == plain


def test_a_group_of_events_must_be_closed() -> None:
    with pytest.raises(SearchError, match=r"\(column 13\)"):
        parse_event_query("level:error (plan:pro")


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("-24h", NOW - timedelta(hours=24)),
        ("+7d", NOW - timedelta(days=7)),
        ("-2w", NOW - timedelta(weeks=2)),
        ("-30m", NOW - timedelta(minutes=30)),
        ("2026-08-01", datetime(2026, 8, 1, tzinfo=UTC)),
        ("2026-08-01T10:00:00Z", datetime(2026, 8, 1, 10, tzinfo=UTC)),
        ("2026-08-01T12:00:00+02:00", datetime(2026, 8, 1, 10, tzinfo=UTC)),
        ("24h", None),
        ("-24s", None),
        ("2026-13-01", None),
        ("-999999999w", None),
        ("yesterday", None),
    ],
)
def test_a_date_may_be_relative(value: str, meant: datetime | None) -> None:
    assert relative(value, NOW) == meant


@pytest.mark.parametrize(
    ("pattern", "subject", "expected"),
    [
        ("time*", "TimeoutError", True),
        ("*out*", "TimeoutError", True),
        ("t*o*r", "TimeoutError", True),
        ("ab*ba", "aba", False),
        ("error", "TimeoutError", False),
        (r"5\*5", "5*5", True),
        (r"5\*5", "5x5", False),
        ("*", "", True),
        ("*a*b*c*", "xxaxxcxxb", False),
    ],
)
def test_a_star_stands_for_anything(pattern: str, subject: str, *, expected: bool) -> None:
    assert matches(pattern, subject) is expected


WORDS = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8).filter(
    lambda word: word not in {"and", "or"}
)
STRANGE = string.printable + "äß日本🎈\u200b\u202e\x00"
VALUES = st.text(STRANGE.replace("\\", ""), min_size=1, max_size=12)


@st.composite
def filters(draw: st.DrawFn) -> Term:
    key = "x" + draw(WORDS)
    negated = draw(st.booleans())
    if draw(st.booleans()):
        return Term(key, "=", (), negated, has=True)
    values = tuple(draw(st.lists(VALUES, min_size=1, max_size=3)))
    return Term(key, "=", values, negated, wildcard=any("*" in value for value in values))


def written(term: Term) -> str:
    mark = "!" if term.negated else ""
    if term.has:
        return f"{mark}has:{term.key}"
    quoted = ['"{}"'.format(value.replace('"', r"\"")) for value in term.values]
    value = quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"
    return f"{mark}{term.key}:{value}" if term.key else quoted[0]


@given(st.lists(st.one_of(filters(), WORDS.map(text)), max_size=5))
def test_a_query_reads_back_as_the_terms_that_it_was_written_from(terms: list[Term]) -> None:
    query = " ".join(map(written, terms))
    assert parse_issue_query(query) == tuple(terms)
    assert parse_event_query(query) == tuple(terms)


@given(st.one_of(st.text(STRANGE), st.text('ab:()[]"\\!*,<>=-. isORD\n\t', max_size=40)))
def test_no_text_breaks_the_parser(query: str) -> None:
    for parse in (parse_issue_query, parse_event_query):
        try:
            terms = parse(query)
        except SearchError as refused:
            assert str(refused)  # noqa: PT017 (the refusal is one of two right answers)
        else:
            assert all(isinstance(term, Term) for term in terms)


@given(VALUES, VALUES)
def test_a_pattern_finds_itself_between_stars(before: str, middle: str) -> None:
    escaped = middle.replace("*", r"\*")
    assert matches(f"*{escaped}*", before + middle)
    assert matches(escaped, middle)
