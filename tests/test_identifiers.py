import pytest
from hypothesis import given
from hypothesis import strategies as st

from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.identifiers import IssueRef, event_id, is_event_id, issue_ref, slug

SAAS = "https://sentry.io"
OWN = "https://sentry.shop.test"
EVENT = "9f1c2b7e4d5a4c0f8e2b6a1d3c5e7f90"
DASHED = "9f1c2b7e-4d5a-4c0f-8e2b-6a1d3c5e7f90"

NUMBER = IssueRef("4410")
SHORT = IssueRef("SHOP-2K7")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4410", NUMBER),
        ("#4410", NUMBER),
        (" 4410\n", NUMBER),
        ("`4410`", NUMBER),
        ("< 4410 >", NUMBER),
        ("'4410'", NUMBER),
        ("SHOP-2K7", SHORT),
        ("shop-2k7", SHORT),
        ("#Shop-2k7", SHORT),
        ("**SHOP-2K7**".strip("*"), SHORT),
        ("(SHOP-2K7)", SHORT),
        ("checkout-web-2k7", IssueRef("CHECKOUT-WEB-2K7")),
        ("my_app-1", IssueRef("MY_APP-1")),
        (EVENT, IssueRef("", event=EVENT)),
        (EVENT.upper(), IssueRef("", event=EVENT)),
        (f"`{DASHED}`", IssueRef("", event=EVENT)),
    ],
)
def test_an_issue_is_known_by_its_number_its_short_id_or_an_event(
    text: str, expected: IssueRef
) -> None:
    assert issue_ref(text, SAAS) == expected


ACME = IssueRef("4410", org="acme")
ACME_EVENT = IssueRef("4410", org="acme", event=EVENT)


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://acme.sentry.io/issues/4410/", ACME),
        ("https://acme.sentry.io/issues/4410", ACME),
        ("HTTPS://ACME.Sentry.IO/issues/4410/", ACME),
        ("http://acme.sentry.io/issues/4410/", ACME),
        ("https://acme.sentry.io:443/issues/4410/", ACME),
        ("https://acme.sentry.io/issues/4410/?project=1&query=is%3Aunresolved#top", ACME),
        ("https://acme.sentry.io/issues/4410/tags/browser/", ACME),
        ("https://acme.sentry.io/issues/4410/events/", ACME),
        ("https://acme.sentry.io/issues/SHOP-2k7/", IssueRef("SHOP-2K7", org="acme")),
        (f"https://acme.sentry.io/issues/4410/events/{EVENT}/", ACME_EVENT),
        (f"https://acme.sentry.io/issues/4410/events/{DASHED}/?referrer=slack", ACME_EVENT),
        (
            "https://acme.sentry.io/issues/4410/events/latest/",
            IssueRef("4410", org="acme", event="latest"),
        ),
        ("https://sentry.io/organizations/acme/issues/4410/", ACME),
        (f"https://sentry.io/organizations/acme/issues/4410/events/{EVENT}/", ACME_EVENT),
        ("https://us.sentry.io/organizations/acme/issues/4410/", ACME),
        ("https://de.sentry.io/issues/4410/", NUMBER),
        ("https://sentry.io/issues/4410/", NUMBER),
        ("https://sentry.io/acme/checkout/issues/4410/", ACME),
        ("https://us.sentry.io/api/0/organizations/acme/issues/4410/", ACME),
        (f"https://sentry.io/acme/checkout/events/{EVENT}/", IssueRef("", "acme", EVENT)),
        (
            f"https://acme.sentry.io/discover/checkout:{EVENT}/",
            IssueRef("", "acme", EVENT),
        ),
        (
            f"https://sentry.io/organizations/acme/performance/checkout:{EVENT}/?a=b",
            IssueRef("", "acme", EVENT),
        ),
        (
            f"https://sentry.io/organizations/acme/projects/checkout/events/{EVENT.upper()}/",
            IssueRef("", "acme", EVENT),
        ),
        ("sentry://acme/issues/4410", ACME),
        ("sentry://acme/issues/shop-2k7", IssueRef("SHOP-2K7", org="acme")),
        (f"sentry://acme/issues/4410/events/{EVENT}", ACME_EVENT),
    ],
)
def test_an_issue_is_known_by_its_link(link: str, expected: IssueRef) -> None:
    assert issue_ref(link, SAAS) == expected
    assert issue_ref(link, "https://us.sentry.io") == expected


@pytest.mark.parametrize(
    "pasted",
    [
        "<{}>",
        "`{}`",
        " {}\n",
        '"{}"',
        "[SHOP-2K7]({})",
        "see {} please",
        "{}, which is new",
        "{}.",
        "({})",
        "- {}\n- and another",
    ],
)
def test_a_link_is_found_in_what_was_pasted_around_it(pasted: str) -> None:
    link = "https://acme.sentry.io/issues/4410/?referrer=mail"
    assert issue_ref(pasted.format(link), SAAS) == ACME


@pytest.mark.parametrize(
    ("home", "link"),
    [
        (OWN, f"{OWN}/organizations/acme/issues/4410/"),
        (OWN, f"{OWN}:443/organizations/acme/issues/4410/"),
        (
            "http://sentry.shop.test:9000",
            "http://sentry.shop.test:9000/organizations/acme/issues/4410/",
        ),
        ("https://shop.test/sentry", "https://shop.test/sentry/organizations/acme/issues/4410/"),
        (
            "https://shop.test:8443/tools/sentry",
            "https://shop.test:8443/tools/sentry/organizations/acme/issues/4410/?a=1#b",
        ),
        ("http://[::1]:9000", "http://[::1]:9000/organizations/acme/issues/4410/"),
        ("http://localhost:9000", "http://localhost:9000/api/0/organizations/acme/issues/4410/"),
    ],
)
def test_a_link_of_a_server_of_ones_own_is_read(home: str, link: str) -> None:
    assert issue_ref(link, home) == ACME


@pytest.mark.parametrize("home", [SAAS, "https://us.sentry.io", "https://acme.sentry.io"])
@pytest.mark.parametrize(
    "host",
    [
        "sentry.io.evil.test",
        "evil-sentry.io",
        "sentry.io@evil.test",
        "acme@sentry.io",
        "acme:pw@acme.sentry.io",
        "acme.sentry.io:8443",
        "xn--sentry-io.test",
        "s\u0435ntry.io",
        "sentry\u3002io",
        "a.b.sentry.io",
        ".sentry.io",
        "localhost",
        "sentry",
        "evil.test\\.sentry.io",
        "",
    ],
)
def test_a_link_to_another_host_is_refused(home: str, host: str) -> None:
    with pytest.raises(Invalid):
        issue_ref(f"https://{host}/issues/4410/", home)


@pytest.mark.parametrize(
    "link",
    [
        "https://sentry.io/organizations/acme/issues/4410/",
        "https://other.shop.test/organizations/acme/issues/4410/",
        "https://evil.sentry.shop.test/issues/4410/",
        "https://sentry.shop.test:9000/organizations/acme/issues/4410/",
        "ftp://sentry.shop.test/organizations/acme/issues/4410/",
        "https://evil.test/https://sentry.shop.test/organizations/acme/issues/4410/",
    ],
)
def test_a_link_from_one_server_is_refused_by_another(link: str) -> None:
    with pytest.raises(Invalid):
        issue_ref(link, OWN)


def test_a_refused_link_says_where_it_leads_and_what_to_give_instead() -> None:
    with pytest.raises(Invalid, match=r"'evil\.test'.*works with sentry\.io.*number or short id"):
        issue_ref("https://evil.test/issues/4410/", SAAS)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "SHOP",
        "latest",
        "4 4 1 0",
        "../4410",
        "4410/../../x",
        "٤٤١٠",
        "https://acme.sentry.io/",
        "https://acme.sentry.io/issues/",
        "https://acme.sentry.io/issues/?query=is:unresolved",
        "https://acme.sentry.io/issues/views/12/",
        "https://acme.sentry.io/issues/..%2F..%2Fx/",
        "https://acme.sentry.io/issues/sentry%3A%2F%2Fx/",
        "https://acme.sentry.io/issues/4410/events/nonsense/",
        "https://sentry.io/organizations/a%2Fb/issues/4410/",
        "sentry://acme/projects",
        "sentry://user@acme/issues/4410",
        "https://[/issues/1",
        "https://sentry.io:port/issues/1",
        "://",
    ],
)
def test_what_names_no_issue_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        issue_ref(text, SAAS)


@given(st.text() | st.text("htps:/sentry.io@[]#?%2F-0123abc "), st.sampled_from([SAAS, OWN]))
def test_any_text_is_read_or_refused_and_nothing_else(text: str, home: str) -> None:
    for candidate in (text, f"https://sentry.io/{text}", f"https://{text}", f"sentry://{text}"):
        try:
            ref = issue_ref(candidate, home)
        except Invalid:
            continue
        assert ref.id or ref.event
        assert not set("/?#%.") & set(ref.id + ref.org + ref.event)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (EVENT, EVENT),
        (f" {DASHED.upper()} ", EVENT),
        (f"`{EVENT}`", EVENT),
        ("Latest", "latest"),
        ("oldest", "oldest"),
        ("recommended", "recommended"),
    ],
)
def test_an_event_is_known_by_its_id_or_a_word(text: str, expected: str) -> None:
    assert event_id(text) == expected


@given(st.text())
def test_any_text_is_an_event_or_is_refused(text: str) -> None:
    try:
        known = event_id(text)
    except Invalid:
        assert not is_event_id(text)
    else:
        assert known.isalnum()


@pytest.mark.parametrize("text", ["acme", " acme ", "`acme`", "#acme", "web_shop-2", "1201", "A"])
def test_a_slug_or_a_number_is_taken(text: str) -> None:
    assert slug(text, "organization") == text.strip("`# ")


@pytest.mark.parametrize("text", ["", " ", "-a", "a b", "a/b", "..", "ä", "a" * 101, "a\nb"])
def test_what_is_no_slug_is_refused_by_kind(text: str) -> None:
    with pytest.raises(Invalid, match="is no project"):
        slug(text, "project")
