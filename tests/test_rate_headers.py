"""For how long Sentry wants to be left alone, in all the forms in which it says so."""

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dexter_mcp.sentry.rate_headers import LONGEST, limits, pause_asked

NOW = 1_786_700_400.0
DAY = 86_400


def dated(seconds: float) -> str:
    return format_datetime(datetime.fromtimestamp(NOW + seconds, UTC), usegmt=True)


def resets(seconds: int, date: str = "") -> dict[str, str]:
    told = {"x-sentry-rate-limit-reset": str(int(NOW) + seconds)}
    return {**told, "date": date} if date else told


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 7 "}, 7.0),
        ({"retry-after": "-7"}, None),
        ({"retry-after": "²"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Fri, 99 Foo 2026 99:99:99 GMT"}, None),
        ({"retry-after": dated(9)}, 9.0),
        ({"retry-after": "Wed, 01 Jan 2020 00:00:00 GMT"}, 0.0),
        ({"retry-after": "Wed, 01 Jan 2020 00:00:00 -0000"}, 0.0),
        (resets(3), 3.0),
        (resets(-3), 0.0),
        ({"x-sentry-rate-limit-reset": "later"}, None),
        ({"retry-after": "7", **resets(3)}, 7.0),
    ],
)
def test_the_pause_is_what_sentry_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    assert pause_asked(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (resets(DAY + 1), 60.0),
        (resets(DAY + 1, "no date"), 60.0),
        (resets(DAY + 1, dated(DAY)), 1.0),
        (resets(300, dated(0)), 300.0),
        (resets(DAY, dated(0)), LONGEST),
        ({"retry-after": str(DAY)}, LONGEST),
        ({"retry-after": dated(DAY)}, LONGEST),
    ],
)
def test_a_clock_that_is_wrong_sends_nobody_away_for_days(
    headers: dict[str, str], seconds: float
) -> None:
    assert pause_asked(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (resets(DAY + 1), 0.0),
        (resets(59), 59.0),
        (resets(300, dated(0)), 300.0),
        (resets(DAY + 1, dated(DAY)), 1.0),
        (resets(DAY, dated(0)), 0.0),
    ],
)
def test_a_window_is_believed_in_as_far_as_the_clocks_are_known(
    headers: dict[str, str], seconds: float
) -> None:
    assert limits(headers, NOW).ends_in == seconds


@given(st.text(), st.text(), st.text())
def test_a_pause_is_never_negative_and_garbage_never_raises(
    after: str, reset: str, date: str
) -> None:
    headers = {"retry-after": after, "x-sentry-rate-limit-reset": reset, "date": date}
    assert 0.0 <= (pause_asked(headers, NOW) or 0.0) <= LONGEST
