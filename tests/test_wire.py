import string
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dexter_mcp.sentry import wire
from dexter_mcp.sentry.errors import (
    Broken,
    Gone,
    Invalid,
    NotFound,
    RateLimited,
    Refused,
    Rejected,
)
from dexter_mcp.sentry.errors import SentryError as AnyFailure

HOME = "https://sentry.test"
NOW = 1_786_700_400.0

segments = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(
    lambda text: text not in {".", ".."}
)
tricky = st.sampled_from(
    ["../x", "%2e%2e", "a/b", "?q=1", "#f", "//evil.test", "\\", "a;b", "\t", "ü", "…", "@", ":"]
)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.lists(segments | tricky, min_size=1, max_size=6))
def test_no_segment_escapes_its_place(parts: list[str]) -> None:
    made = wire.path(*parts)
    sent = httpx2.URL(f"{HOME}{made}?x=1").raw_path.decode("ascii").partition("?")[0]
    for text in (made, sent):
        assert text.startswith("/api/0/")
        assert text.endswith("/")
        assert [unquote(part) for part in text.split("/")[3:-1]] == parts
    assert httpx2.URL(f"{HOME}{made}").host == "sentry.test"


@pytest.mark.parametrize("segment", ["", ".", "..", "\ud800"])
def test_a_segment_that_means_another_place_is_refused(segment: str) -> None:
    with pytest.raises(Invalid):
        wire.path("organizations", segment, "issues")


@given(
    st.dictionaries(
        st.text(string.ascii_letters, min_size=1),
        st.lists(st.text(st.characters(exclude_categories=["Cs"]))),
    )
)
def test_a_query_arrives_as_it_was_meant(query: dict[str, list[str]]) -> None:
    text = wire.query_string(query)
    expected = [(name, value) for name, values in query.items() for value in values]
    assert parse_qsl(text, keep_blank_values=True) == expected
    sent = httpx2.URL(f"{HOME}/?{text}").query.decode("ascii")
    assert parse_qsl(sent, keep_blank_values=True) == expected


def test_absent_arguments_are_left_out_and_empty_ones_are_sent() -> None:
    query: dict[str, wire.QueryValue] = {
        "query": "",
        "cursor": None,
        "environment": [],
        "full": True,
        "sample": False,
        "limit": 5,
        "project": ["1", "2"],
    }
    assert wire.query_string(query) == "query=&full=1&sample=0&limit=5&project=1&project=2"


def test_half_a_character_in_a_query_is_refused_in_words() -> None:
    with pytest.raises(Invalid, match="half a character"):
        wire.query_string({"query": "a\udcff"})


@pytest.mark.parametrize(
    ("path", "org"),
    [
        ("/api/0/organizations/acme/issues/", "acme"),
        ("/api/0/projects/acme/checkout/", "acme"),
        ("/api/0/teams/acme/payments/", "acme"),
        ("/api/0/organizations/", None),
        ("/api/0/users/me/regions/", None),
    ],
)
def test_a_path_tells_its_organization(path: str, org: str | None) -> None:
    assert wire.organization_in(path) == org


def link(cursor: str, *, results: str = "true", host: str = "us.sentry.io") -> str:
    url = f"https://{host}/api/0/organizations/acme/issues/?query=is%3Aunresolved&cursor="
    return (
        f'<{url}0:0:1>; rel="previous"; results="true"; cursor="0:0:1", '
        f'<{url}{cursor}>; rel="next"; results="{results}"; cursor="{cursor}"'
    )


@pytest.mark.parametrize("cursor", ["0:100:0", "100:1:0", "1786492800123:2:0", "eyJhIjoxfQ=="])
@pytest.mark.parametrize("host", ["us.sentry.io", "elsewhere.test", "localhost:9000"])
def test_the_next_cursor_is_found_in_every_style(cursor: str, host: str) -> None:
    assert wire.next_cursor(link(cursor, host=host)) == cursor


def test_the_last_page_has_a_link_but_no_results() -> None:
    assert not wire.next_cursor(link("0:100:0", results="false"))


@given(st.none() | st.text() | st.text('<>;=", relnextresultstrue', max_size=200))
def test_a_garbled_link_leads_nowhere_and_never_raises(header: str | None) -> None:
    assert isinstance(wire.next_cursor(header), str)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, (None, False)),
        ({"x-hits": "40", "x-max-hits": "1000"}, (40, False)),
        ({"x-hits": "1000", "x-max-hits": "1000"}, (1000, True)),
        ({"x-hits": "40"}, (40, False)),
        ({"x-hits": "many"}, (None, False)),
        ({"x-hits": "²"}, (None, False)),
        ({"x-hits": "9" * 5000}, (None, False)),
    ],
)
def test_a_count_that_reached_its_cap_is_a_lower_bound(
    headers: dict[str, str], expected: tuple[int | None, bool]
) -> None:
    assert wire.hits(headers) == expected


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/api/0/projects/acme/new/", f"{HOME}/api/0/projects/acme/new/"),
        (f"{HOME}/x/?a=1", f"{HOME}/x/?a=1"),
        ("HTTPS://SENTRY.TEST:443/x/", "https://SENTRY.TEST:443/x/"),
        ("https://evil.test/api/0/", None),
        ("//evil.test/api/0/", None),
        ("/\t/evil.test/", None),
        ("http://sentry.test/x/", None),
        ("https://sentry.test:8443/x/", None),
        ("https://sentry.test@evil.test/", None),
        ("https://user@sentry.test/", None),
        ("https://sentry.test.evil.test/", None),
        ("https://[", None),
        ("", None),
        (None, None),
    ],
)
def test_a_redirect_is_followed_on_its_own_origin_alone(
    location: str | None, target: str | None
) -> None:
    assert wire.same_origin_target(f"{HOME}/api/0/projects/acme/old/", location) == target


@given(st.text() | st.text("htps:/\\@.#?[]evilsntry\t\n "))
def test_no_location_leads_the_token_away(location: str) -> None:
    target = wire.same_origin_target(f"{HOME}/api/0/", location)
    if target is not None:
        try:
            sent = httpx2.URL(target)
        except httpx2.InvalidURL:
            return
        assert (sent.scheme, sent.host, sent.port) == ("https", "sentry.test", None)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"detail": "Invalid cursor parameter."}, "Invalid cursor parameter."),
        ({"detail": ["one", "two"]}, "one; two"),
        (["one", "two"], "one; two"),
        ({"detail": {"code": "sso-required", "message": "Log in.", "extra": {}}}, "Log in."),
        ({"message": "This API no longer exists."}, "This API no longer exists."),
        ({"error": "nope"}, "nope"),
        ({"detail": None, "message": "why"}, "why"),
        ({"name": ["Too long."], "slug": ["Taken."]}, "name: Too long.; slug: Taken."),
        ({"actions": [{}, {"id": ["Unknown."]}]}, "actions: id: Unknown."),
        ({"nonFieldErrors": ["Both."]}, "nonFieldErrors: Both."),
        ("Invalid origin", "Invalid origin"),
        ("  two\n lines ", "two lines"),
        ({"detail": "Internal Error", "errorId": None}, "Internal Error"),
        ({}, ""),
        ([], ""),
        (None, ""),
        (7, ""),
    ],
)
def test_the_reason_is_read_from_every_shape_of_error(body: object, said: str) -> None:
    assert wire.detail(body) == said


@given(json_values)
def test_a_reason_is_always_one_short_line(body: object) -> None:
    said = wire.detail(body)
    assert len(said) <= 500
    assert "\n" not in said


def test_a_bottomless_error_body_has_no_reason() -> None:
    body: object = "deep"
    for _ in range(100_000):
        body = [body]
    assert not wire.detail(body)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, None])
def test_only_a_read_is_repeated_after_a_failure(status: int | None) -> None:
    assert wire.may_repeat("GET", status)
    assert not any(wire.may_repeat(method, status) for method in ("POST", "PUT", "DELETE"))


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_what_was_never_carried_out_may_be_repeated(method: str) -> None:
    assert wire.may_repeat(method, 429)
    assert wire.may_repeat(method, None, left=False)


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 410, 501])
def test_an_answer_that_would_be_the_same_is_not_asked_for_again(status: int) -> None:
    assert not wire.may_repeat("GET", status)


@pytest.mark.parametrize(
    ("status", "said", "headers", "kind", "remedy"),
    [
        (400, "Invalid query", {}, Rejected, "refused the request (400): Invalid query."),
        (401, "Invalid token", {}, Refused, f"{HOME}/settings/account/api/auth-tokens/"),
        (
            403,
            "No.",
            {"www-authenticate": 'Bearer error="insufficient_scope", scope="org:admin org:write"'},
            Refused,
            "one of org:admin, org:write is needed",
        ),
        (403, "", {"www-authenticate": 'Bearer scope=""'}, Refused, "`whoami`"),
        (404, "", {}, NotFound, "Check the slug or id"),
        (410, "This API no longer exists.", {}, Gone, "has retired what this asks for"),
        (410, "", {"x-sentry-replacement-endpoint": "/new/"}, Gone, "/new/ replaces it"),
        (429, "Too many.", {}, RateLimited, "asks to wait 1 s (Too many)"),
        (500, "Internal Error", {}, Broken, "Try again later."),
        (504, "Query timeout. Narrow it.", {}, Broken, "Query timeout. Narrow it."),
        (503, "", {"retry-after": "300"}, Broken, "It asks to wait 300 s. Wait that long, then"),
        (429, "", {"retry-after": "90000"}, RateLimited, "asks to wait 3600 s"),
        (302, "", {"location": "https://login.test/"}, Rejected, "set SENTRY_URL"),
        (302, "", {}, Rejected, "set SENTRY_URL"),
    ],
)
def test_a_failure_says_what_to_do(
    status: int, said: str, headers: dict[str, str], kind: type[AnyFailure], remedy: str
) -> None:
    error = wire.error_for(status, said, headers, HOME, NOW)
    assert type(error) is kind
    assert remedy in str(error)
    assert ".." not in str(error)


def test_a_breakdown_says_for_how_long_as_data() -> None:
    told = {"retry-after": "300", "x-sentry-rate-limit-reset": str(int(NOW) + 9)}
    assert wire.error_for(503, "", told, HOME, NOW).retry_after == 300
    assert wire.error_for(503, "", {**told, "retry-after": "0"}, HOME, NOW).retry_after is None
    del told["retry-after"]
    assert wire.error_for(503, "", told, HOME, NOW).retry_after is None


@given(st.integers(300, 999), st.text(), st.dictionaries(st.text(), st.text()))
def test_every_status_has_its_sentence(status: int, said: str, headers: dict[str, str]) -> None:
    assert str(wire.error_for(status, said, headers, HOME, NOW))


def test_an_origin_is_a_scheme_and_a_host() -> None:
    assert wire.origin("HTTPS://Sentry.test:443/a?b#c") == HOME
    assert urlsplit(wire.origin("http://h:9000/x")).port == 9000
