"""What is learnt from the headers in which Sentry tells its limits."""

from email.utils import format_datetime

import anyio
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowd import BUCKET, NOTHING, START, Crowd, all_at_once, limiter, telling
from dexter_mcp.sentry.limiter import AT_MOST, CAUTIOUS, LocalLimiter
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.rate_headers import LONGEST
from dexter_mcp.sentry.transports import Throttled
from upstream import ask, sentry
from virtual_time import EPOCH, epoch, pass_by

TODAY = format_datetime(EPOCH, usegmt=True)

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]


async def test_no_more_are_under_way_than_sentry_allows() -> None:
    crowd = Crowd(limiter())
    await crowd.ask(telling(40, at_once=7))
    assert await all_at_once(crowd, 50) == 7


@pytest.mark.parametrize("status", [429, 502])
async def test_an_answer_from_someone_in_between_does_not_lift_the_limit(status: int) -> None:
    crowd = Crowd(limiter())
    await crowd.ask(telling(40, at_once=3))
    await crowd.ask(NOTHING, status)
    await pass_by(1)
    assert await all_at_once(crowd, 50) == 3


async def test_a_window_that_is_used_up_is_waited_out() -> None:
    crowd = Crowd(limiter())
    await crowd.ask(telling(2, resets_in=3))
    for name in "abc":
        await crowd.turn(name)
    assert [at for name, at in crowd.turns if name] == [0, 0, 3]


async def test_an_answer_that_was_overtaken_teaches_nothing() -> None:
    crowd = Crowd(limiter())
    await crowd.turn("a")
    await crowd.turn("b")
    await pass_by(8)
    crowd.leave(telling(0, resets_in=9))
    crowd.leave(telling(30, resets_in=8))
    await crowd.turn("c")
    assert anyio.current_time() == 9


async def test_within_a_window_the_least_that_was_told_holds() -> None:
    crowd = Crowd(limiter())
    for _ in range(3):
        await crowd.turn("a")
    for left in (9, 0, 5):
        crowd.leave(telling(left, resets_in=5))
    await crowd.turn("b")
    assert anyio.current_time() == 5


async def test_a_refusal_closes_the_lane_for_everybody() -> None:
    crowd = Crowd(limiter())
    await crowd.ask({"retry-after": "12"}, 429)
    await crowd.turn("a")
    assert anyio.current_time() == 12


async def test_a_later_refusal_does_not_shorten_an_earlier_one() -> None:
    crowd = Crowd(limiter())
    await crowd.turn("a")
    await crowd.turn("b")
    crowd.leave({"retry-after": "12"}, 429)
    crowd.leave(NOTHING, 429)
    await crowd.turn("c")
    assert anyio.current_time() == 12


async def test_who_was_refused_comes_back_with_care() -> None:
    crowd = Crowd(limiter())
    await crowd.ask(NOTHING)
    await crowd.ask(NOTHING, 429)
    await pass_by(1)
    assert await all_at_once(crowd, 50) == CAUTIOUS
    while crowd.under_way:
        crowd.leave()
    assert await all_at_once(crowd, 50) == CAUTIOUS + AT_MOST


async def test_one_odd_header_does_not_close_the_lane_for_good() -> None:
    crowd = Crowd(limiter())
    await crowd.ask({"retry-after": "999999999999"}, 429)
    await crowd.turn("a")
    assert anyio.current_time() == LONGEST


async def test_a_new_window_is_begun_as_large_as_the_last() -> None:
    crowd = Crowd(limiter())
    await crowd.ask(telling(0, limit=5))
    await pass_by(1)
    assert await all_at_once(crowd, 50) == 5


@pytest.mark.parametrize(
    ("resets_in", "dated"), [(86_400, {"date": TODAY}), (3_601, {"date": TODAY}), (600, {})]
)
async def test_a_window_that_lasts_too_long_to_be_believed_is_none(
    resets_in: int, dated: dict[str, str]
) -> None:
    crowd = Crowd(limiter())
    await crowd.ask({**telling(0, resets_in=resets_in), **dated})
    await crowd.turn("a")
    assert anyio.current_time() == 0


@pytest.mark.parametrize(("odd", "sane", "waits"), [(39, 0, 2), (0, 39, 0)])
async def test_an_odd_window_is_given_up_as_soon_as_a_saner_one_is_told(
    odd: int, sane: int, waits: int
) -> None:
    crowd = Crowd(limiter())
    await crowd.turn("a")
    await crowd.turn("b")
    crowd.leave({**telling(odd, resets_in=3_000), "date": TODAY})
    crowd.leave(telling(sane, resets_in=2))
    await crowd.turn("c")
    assert anyio.current_time() == waits


# A second process of the same user


@pytest.mark.parametrize(("remaining", "ours"), [(24, AT_MOST), (12, 13), (2, 3), (0, 1)])
async def test_room_is_left_for_those_who_ask_from_elsewhere(remaining: int, ours: int) -> None:
    crowd = Crowd(limiter())
    await crowd.ask(telling(40, at_once=25, concurrentremaining=remaining))
    assert await all_at_once(crowd, 50) == ours


async def test_those_who_ask_here_are_not_taken_for_others() -> None:
    crowd = Crowd(limiter())
    for name in "abcd":
        await crowd.turn(name)
    for remaining in (24, 23, 22, 21):
        crowd.leave(telling(40, at_once=25, concurrentremaining=remaining))
    assert await all_at_once(crowd, 50) == 4 + AT_MOST


async def test_room_that_others_gave_up_is_used_again_whatever_a_late_answer_says() -> None:
    crowd = Crowd(limiter())
    await crowd.turn("s")
    await crowd.turn("q")
    crowd.under_way.rotate(1)
    crowd.leave(telling(40, at_once=25, concurrentremaining=23))
    crowd.leave(telling(39, at_once=25, concurrentremaining=0))
    assert await all_at_once(crowd, 50) == 2 + AT_MOST


# Whatever comes


@pytest.mark.parametrize("hours", [-5, -0.5, 0.5, 5])
async def test_a_clock_that_is_wrong_by_hours_makes_nobody_wait_for_hours(hours: float) -> None:
    wrong = LocalLimiter(lambda: epoch() + hours * 3600, Pulse(), 1_000)
    told = {**telling(0, resets_in=3), "date": format_datetime(EPOCH, usegmt=True)}
    road = Throttled(sentry(httpx2.Response(200, headers=told), 200), wrong)
    for _ in range(2):
        await ask(road)
    assert anyio.current_time() == 3


NAMES = ("limit", "remaining", "reset", "concurrentlimit", "concurrentremaining")
NUMBERS = st.integers(-5, 50) | st.integers(START - 100, START + 10_000) | st.integers()
DATES = st.datetimes().map(format_datetime)
ODD = st.sampled_from(["", "0", "inf", "nan", "1e9", "٣", "0x1", "9" * 15, " 7 ", "40, 40"])
VALUES = NUMBERS.map(str) | ODD | DATES | st.text(max_size=8)
HEADERS = st.dictionaries(
    st.sampled_from([*(f"x-sentry-rate-limit-{name}" for name in NAMES), "retry-after", "date"]),
    VALUES,
)


@given(st.lists(st.tuples(HEADERS, st.sampled_from([0, 200, 429, 503])), max_size=12))
async def test_nobody_waits_for_more_than_an_hour_whatever_headers_come(
    answers: list[tuple[dict[str, str], int]],
) -> None:
    lane = limiter()
    for headers, status in [*answers, ({}, 200)]:
        began = anyio.current_time()
        leave = await lane.enter(BUCKET)
        assert 0 <= anyio.current_time() - began <= LONGEST
        leave(status, headers)
