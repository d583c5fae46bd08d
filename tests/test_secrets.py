"""Secrets are taken out; what only looks like one stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dexter_mcp.views.secrets import redact, redact_value

LONG = "aB3" * 16
HEX = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("password=hunter2", "password=[redacted: password]"),
        ("?token=abcd&page=2", "?token=[redacted: token]&page=2"),
        ("host=db password=hunter2 user=app", "host=db password=[redacted: password] user=app"),
        ('{"secret": "abc", "n": 1}', '{"secret": "[redacted: secret]", "n": 1}'),
        ("{'api_key': 'a b'}", "{'api_key': '[redacted: api key]'}"),
        (r"{\"password\": \"x1\"}", r"{\"password\": \"[redacted: password]\"}"),
        ("'password': ['hunter2']", "'password': ['[redacted: password]']"),
        ("client_secret => 'x1'", "client_secret => '[redacted: secret]'"),
        ("  db_password: letmein\n", "  db_password: [redacted: password]\n"),
        ("PWD=/home/app DB_PWD=abc", "PWD=/home/app DB_PWD=[redacted: password]"),
        ("<password>open</password>", "<password>[redacted: password]</password>"),
        ("passphrase := `abc def`", "passphrase := `[redacted: password]`"),
        ("postgres://app:p@ss@db.test/x", "postgres://app:[redacted: password]@db.test/x"),
        ("redis://:pw@cache.test", "redis://:[redacted: password]@cache.test"),
        (
            "Authorization: Bearer abc, then 401",
            "Authorization: Bearer [redacted: authorization], then 401",
        ),
        ("Authorization: Digest u='x'", "Authorization: [redacted: authorization]'x'"),
        ("Bearer abcdefghijk12345", "Bearer [redacted: authorization]"),
        ("Basic dXNlcjpwdw==", "Basic [redacted: authorization]"),
        ('Cookie: a="b"; session=c\nHost: x', "Cookie: [redacted: cookie]\nHost: x"),
        ("Set-Cookie: sid=abc; Path=/", "Set-Cookie: [redacted: cookie]"),
        ("X-Api-Key: abc123xyz", "X-Api-Key: [redacted: api key]"),
        ('["Cookie", "a=b"]', '["Cookie", "[redacted: cookie]"]'),
        ("paid with 4111 1111 1111 1111.", "paid with [redacted: card number]."),
        ("378282246310005", "[redacted: card number]"),
        (f"key {'AKIA' + 'Z' * 16} leaked", "key [redacted: aws key] leaked"),
        (f"aws_secret_access_key={LONG}", "aws_secret_access_key=[redacted: aws key]"),
        (f"ghp_{LONG}", "[redacted: github token]"),
        (f"github_pat_{LONG}", "[redacted: github token]"),
        (f"glpat-{LONG}", "[redacted: gitlab token]"),
        (f"xoxb-{LONG}", "[redacted: slack token]"),
        (f"sk_live_{LONG}", "[redacted: stripe key]"),
        (f"sntrys_{LONG}", "[redacted: sentry token]"),
        (f"sk-ant-api03-{LONG}", "[redacted: anthropic key]"),
        (f"sk-proj-{LONG}", "[redacted: openai key]"),
        (f"sk-{LONG}", "[redacted: openai key]"),
        (f"npm_{LONG}", "[redacted: npm token]"),
        (f"pypi-AgEI{LONG}", "[redacted: pypi token]"),
        (f"SG.{LONG}.{LONG}", "[redacted: sendgrid key]"),
        (f"SK{HEX}", "[redacted: twilio key]"),
        (f"AIza{LONG[:35]}", "[redacted: google key]"),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.c2ln", "[redacted: JSON web token]"),
        (f"line\\nghp_{LONG}", "line\\n[redacted: github token]"),
        (
            f"hooks.slack.com/services/T0/B0/{LONG}",
            "hooks.slack.com/[redacted: slack webhook]",
        ),
    ],
)
def test_a_secret_is_replaced_by_its_kind(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "550e8400-e29b-41d4-a716-446655440000",
        f"trace_id: {HEX}, event {HEX}",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b",
        "2026-11-08T10:02:00.123456Z took 1762596120123 ms",
        "project 4504044639191040",
        f"https://{HEX}@o1.ingest.sentry.test/42",
        "http://app.test:8080?email=a@b.test",
        "Unexpected token < in JSON at position 0",
        "Unexpected token: punc (})",
        "Unexpected token = in JSON",
        "password is required",
        "KeyError: 'password'",
        "AUTH_TOKEN environment variable missing",
        '{"password": ["This field is required."]}',
        "Basic authentication failed for the bearer of this",
        "max_tokens=4096, tokens: 512, token_type=bearer",
        "password=[Filtered]&secret=********",
        "password: None, token: null, secret=undefined",
        "token = get_token(user)",
        "login(user, password=password, token=self.token)",
        'api_key = os.environ["API_KEY"]',
        "secret = settings.SECRET",
        "def login(user: str, password: str) -> None:",
        'headers["Authorization"] = f"Bearer {self.token}"',
        "token = Name.Label",
        'if password == "x" and token != y:',
        "export TOKEN=${TOKEN} SECRET=$SECRET",
        "fetch(url, { credentials: 'same-origin' })",
        "the sk-loading-spinner-animation-container class",
    ],
)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("end", ["\n-----END RSA PRIVATE KEY-----", "", "\nabcd"])
def test_a_private_key_goes_whole_even_if_its_end_is_missing(end: str) -> None:
    key = f"-----BEGIN RSA PRIVATE KEY-----\n{LONG}\n{LONG}{end}"
    assert redact(f"before\n{key}") == "before\n[redacted: private key]"
    assert redact(repr(key)) == "'[redacted: private key]'"


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("Authorization", "Bearer x", "[redacted: authorization]"),
        ("cookie", "a=b", "[redacted: cookie]"),
        ("X-CSRF-Token", "x", "[redacted: csrf token]"),
        ("sessionid", "x", "[redacted: session]"),
        ("DB_PASSWORD", "x", "[redacted: password]"),
        ("apiKey", "x", "[redacted: api key]"),
        ("accessToken", "x", "[redacted: token]"),
        ("private_key", "x", "[redacted: private key]"),
        ("creditCard", "x", "[redacted: card number]"),
        ("password", "None", "None"),
        ("password", "", ""),
        ("password", "[Filtered]", "[Filtered]"),
        ("PWD", "/home/app", "/home/app"),
        ("token_count", "3", "3"),
        ("note", f"use ghp_{LONG}", "use [redacted: github token]"),
    ],
)
def test_a_telltale_name_makes_a_secret_of_its_value(key: str, value: str, shown: str) -> None:
    assert redact_value(key, value) == shown
    assert redact_value(key, shown) == shown


PIECES = st.sampled_from(
    [
        *("password", "token", "secret", "api_key", "Cookie", "Authorization", "Bearer ", "Basic "),
        *("=", ": ", "=>", '"', "'", "`", "\\", "\n", " ", "(", "[", "]", ",", "<", ">", "</", "&"),
        *("hunter2", "[redacted: token]", "[redacted", "://", "u:p", "@", "ghp_", LONG, "eyJ", "."),
        *("4111111111111111", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "…"),
    ]
)


@given(st.lists(PIECES | st.text(max_size=3), max_size=20).map("".join))
def test_redacting_again_changes_nothing(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@given(st.text(max_size=40), st.text(max_size=40))
def test_redacting_a_value_again_changes_nothing(key: str, value: str) -> None:
    once = redact_value(key, value)
    assert redact_value(key, once) == once


@given(st.text(alphabet="abcxyz0123456789", min_size=6, max_size=40))
def test_a_password_never_survives_in_a_connection_string(password: str) -> None:
    assert password not in redact(f"amqp://worker:{password}@queue.test:5672//").removeprefix(
        "amqp"
    )


@pytest.mark.parametrize(
    "piece",
    [
        *("a", "password", 'password="', "password=", "pass ", 'cookie: ="', "://a:", "://a:@"),
        *("-----BEGIN PRIVATE KEY-----", "eyJ", "4 ", "\\", "<password>", '("cookie","', "\n", " "),
    ],
)
def test_a_lot_of_anything_is_gone_through_once(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    assert redact(text + "\nend").endswith("end") or "[redacted" in redact(text[:1000])
