"""Trying again: when it may help and can do no harm."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import anyio
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.transports import Retried
from dexter_mcp.sentry.transports.retried import PATIENCE
from upstream import Answer, Sentry, ask, at, sentry
from virtual_time import EPOCH, epoch

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]

LONGEST_BACKOFF = 4.0
RESET = int(EPOCH.timestamp()) + 5


def retried(inner: Sentry, **how: Any) -> Retried:
    return Retried(inner, Pulse(), now=epoch, **how)


def limited(**headers: str) -> httpx2.Response:
    return httpx2.Response(429, headers={k.replace("_", "-"): v for k, v in headers.items()})


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
async def test_a_limit_is_waited_out_whatever_the_method(method: str) -> None:
    inner = sentry(limited(retry_after="7"), 200)
    assert (await ask(retried(inner), method)).status_code == 200
    assert 7 <= at() <= 7 + LONGEST_BACKOFF


@pytest.mark.parametrize(
    "headers",
    [
        {"x_sentry_rate_limit_reset": str(RESET)},
        {"retry_after": format_datetime(datetime.fromtimestamp(RESET, UTC), usegmt=True)},
    ],
)
async def test_a_limit_that_names_a_moment_is_waited_out(headers: dict[str, str]) -> None:
    assert (await ask(retried(sentry(limited(**headers), 200)))).status_code == 200
    assert epoch() >= RESET


async def test_a_clock_that_is_wrong_by_hours_does_not_make_us_wait_for_hours() -> None:
    theirs = datetime.fromtimestamp(RESET + 7_200 - 3, UTC)
    headers = {
        "x_sentry_rate_limit_reset": str(RESET + 7_200),
        "date": format_datetime(theirs, usegmt=True),
    }
    assert (await ask(retried(sentry(limited(**headers), 200)))).status_code == 200
    assert 3 <= at() <= 3 + LONGEST_BACKOFF


async def test_a_limit_that_names_no_time_is_given_longer_each_time() -> None:
    await ask(retried(sentry(429, 429, 200)))
    assert 1 + 2 <= at() <= 1 + 2 + 2 * LONGEST_BACKOFF


async def test_a_window_that_ends_tomorrow_does_not_delay_what_failed_today() -> None:
    failed = httpx2.Response(500, headers={"x-sentry-rate-limit-reset": str(RESET + 86_400)})
    assert (await ask(retried(sentry(failed, 200)))).status_code == 200
    assert at() <= LONGEST_BACKOFF


async def test_a_long_wait_is_left_to_the_caller() -> None:
    inner = sentry(limited(retry_after=str(int(PATIENCE))), 200)
    assert (await ask(retried(inner))).status_code == 429
    assert at() == 0
    assert len(inner.asked) == 1


async def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    inner = sentry(limited(retry_after="7"), 200)
    with anyio.fail_after(6):
        assert (await ask(retried(inner))).status_code == 429
    assert at() == 0


@pytest.mark.parametrize(
    ("seconds", "answer", "refused"),
    [(6, limited(retry_after="7"), True), (99, limited(retry_after="70"), False), (99, 404, False)],
)
async def test_a_request_tells_the_wait_that_there_was_no_time_for(
    seconds: float, answer: Answer, *, refused: bool
) -> None:
    inner = sentry(answer)
    with anyio.fail_after(seconds):
        await ask(retried(inner))
    wait = inner.asked[0].extensions.get("wait_refused", 0.0)
    assert (7 <= wait <= 7 + LONGEST_BACKOFF) if refused else not wait


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
async def test_a_read_that_failed_is_tried_again(status: int) -> None:
    inner = sentry(status, status, 200)
    assert (await ask(retried(inner))).status_code == 200
    assert len(inner.asked) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 501])
async def test_a_refusal_is_not_asked_for_twice(status: int) -> None:
    inner = sentry(status, 200)
    assert (await ask(retried(inner))).status_code == status
    assert len(inner.asked) == 1


async def test_the_third_failure_stands_as_it_is() -> None:
    inner = sentry(500, 502, 503, 200)
    assert (await ask(retried(inner))).status_code == 503


async def test_the_third_broken_connection_stands_as_it_is() -> None:
    inner = sentry(*(httpx2.ReadError(f"no. {n}") for n in (1, 2, 3)), 200)
    with pytest.raises(httpx2.ReadError, match=r"no\. 3"):
        await ask(retried(inner))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "answer",
    [
        500,
        503,
        httpx2.ReadTimeout("late"),
        httpx2.ReadError("cut"),
        httpx2.WriteError(""),
        httpx2.DecodingError("garbled"),
    ],
)
async def test_a_write_that_may_have_been_carried_out_is_never_repeated(
    method: str, answer: Answer
) -> None:
    inner = sentry(answer, 200)
    try:
        outcome: Answer = (await ask(retried(inner), method)).status_code
    except httpx2.RequestError as failure:
        outcome = failure
    assert outcome == answer
    assert len(inner.asked) == 1


@pytest.mark.parametrize(
    "failure",
    [httpx2.ConnectError("refused"), httpx2.ConnectTimeout("late"), httpx2.PoolTimeout("busy")],
)
async def test_a_write_that_never_left_is_tried_again(failure: Exception) -> None:
    inner = sentry(failure, 201)
    assert (await ask(retried(inner), "POST")).status_code == 201
    assert len(inner.asked) == 2


@given(st.integers(2, 8))
async def test_the_pause_between_tries_stays_within_bounds(attempts: int) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await anyio.lowlevel.checkpoint()

    await ask(retried(sentry(500), attempts=attempts, sleep=sleep))
    assert len(pauses) == attempts - 1
    for tries, pause in enumerate(pauses):
        assert 0 <= pause <= min(0.25 * 2**tries, LONGEST_BACKOFF)


async def test_a_mistake_of_our_own_is_not_repeated() -> None:
    inner = sentry(RuntimeError("bug"), 200)
    with pytest.raises(RuntimeError, match="bug"):
        await ask(retried(inner))
