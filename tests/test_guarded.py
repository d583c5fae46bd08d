"""The breaker: a Sentry that does nothing but fail is left alone."""

from typing import Any

import anyio
import pytest

from dexter_mcp.sentry.errors import Resting
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.transports import Bounded, Guarded, Retried
from dexter_mcp.sentry.transports.bounded import LONGEST
from dexter_mcp.sentry.transports.guarded import FAILURES, LONGEST_REST, REST, SILENCE
from upstream import Sentry, ask, sentry, together
from virtual_time import pass_by

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]


async def fail(guarded: Guarded, times: int, **extensions: Any) -> None:
    for _ in range(times):
        assert (await ask(guarded, **extensions)).status_code >= 500


async def test_after_failures_in_a_row_nothing_is_sent_for_a_while() -> None:
    inner = sentry(500)
    guarded = Guarded(inner, Pulse())
    await fail(guarded, FAILURES)
    with pytest.raises(Resting, match="Try again in 15 s"):
        await ask(guarded)
    assert len(inner.asked) == FAILURES


async def test_one_success_in_between_keeps_it_closed() -> None:
    inner = sentry(*[500] * (FAILURES - 1), 200, *[500] * (FAILURES - 1), 200)
    guarded = Guarded(inner, Pulse())
    for _ in range(2 * FAILURES):
        await ask(guarded)
    assert len(inner.asked) == 2 * FAILURES


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 429])
async def test_an_answer_that_says_no_is_no_breakdown(status: int) -> None:
    guarded = Guarded(sentry(status), Pulse())
    for _ in range(3 * FAILURES):
        assert (await ask(guarded)).status_code == status


async def test_one_request_probes_and_closes_it() -> None:
    inner, pulse = sentry(*[500] * FAILURES, 200), Pulse()
    guarded = Guarded(inner, pulse)
    await fail(guarded, FAILURES)
    assert pulse.breakers == {"sentry.test": "open after 5 failures"}
    await pass_by(REST)
    gate = inner.gate = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(ask, guarded)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(Resting):
            await ask(guarded)
        gate.set()
    assert (await ask(guarded)).status_code == 200
    assert pulse.breakers == {}


async def test_each_failed_probe_doubles_the_rest() -> None:
    guarded = Guarded(sentry(500), Pulse())
    await fail(guarded, FAILURES)
    rest = REST
    while rest < LONGEST_REST:
        await pass_by(rest)
        await fail(guarded, 1)
        rest *= 2
        with pytest.raises(Resting) as caught:
            await ask(guarded)
        assert caught.value.retry_after == min(rest, LONGEST_REST)


async def test_failures_that_come_together_open_it_no_longer_than_one_after_the_other() -> None:
    gate = anyio.Event()
    guarded = Guarded(sentry(500, gate=gate), Pulse())

    async def failing(_: int) -> None:
        await fail(guarded, 1)

    await together(4 * FAILURES, failing, gate)
    with pytest.raises(Resting) as caught:
        await ask(guarded)
    assert caught.value.retry_after == REST


async def test_a_probe_that_is_given_up_lets_another_one_go() -> None:
    inner = sentry(500)
    guarded = Guarded(inner, Pulse())
    await fail(guarded, FAILURES)
    await pass_by(REST)
    inner.gate = anyio.Event()
    with anyio.move_on_after(1):
        await ask(guarded)
    inner.gate = None
    await fail(guarded, 1)


async def test_hosts_and_classes_of_endpoints_fail_by_themselves() -> None:
    inner = sentry(500)
    guarded = Guarded(inner, Pulse())
    await fail(guarded, FAILURES)
    await fail(guarded, 1, bucket="events")
    await fail(guarded, 1, path="http://de.sentry.test/")


async def test_long_silence_counts_but_an_impatient_caller_does_not() -> None:
    silent, pulse = Sentry([200], delay=3_600), Pulse()
    guarded = Guarded(Bounded(silent, pulse), pulse)

    async def give_up(seconds: float) -> None:
        with anyio.move_on_after(seconds):
            await ask(guarded)

    for _ in range(FAILURES):
        await give_up(SILENCE / 2)
    for _ in range(FAILURES):
        await give_up(SILENCE)
    with pytest.raises(Resting):
        await ask(guarded)
    assert len(silent.asked) == 2 * FAILURES


async def test_silence_counts_over_all_the_tries_of_a_call() -> None:
    silent, pulse = Sentry([200], delay=3_600), Pulse()
    guarded = Guarded(Retried(Bounded(silent, pulse), pulse), pulse)
    for _ in range(FAILURES):
        with anyio.move_on_after(LONGEST + SILENCE / 2):
            await ask(guarded)
    with pytest.raises(Resting):
        await ask(guarded)
