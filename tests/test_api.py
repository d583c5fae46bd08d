"""One exchange with Sentry: what is retired, what nobody waits for, what is shared."""

import logging
from typing import Any

import anyio
import httpx2
import pytest

from dexter_mcp.sentry import trail
from dexter_mcp.sentry.errors import Gone
from road import ISSUE, RULE, look, road
from upstream import together

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]

INSTEAD = "/api/0/organizations/acme/workflows/"
WHEN = "2026-05-14T00:00:00+00:00"


# What Sentry retires


@pytest.mark.parametrize("replacement", ["", INSTEAD])
async def test_what_replaced_an_endpoint_is_told_as_data(replacement: str) -> None:
    headers = {"x-sentry-replacement-endpoint": replacement} if replacement else {}
    api, _ = road(httpx2.Response(410, json={"message": "No longer."}, headers=headers))
    with pytest.raises(Gone) as caught:
        await look(api, RULE)
    assert caught.value.replacement == replacement


def retiring(**more: str) -> httpx2.Response:
    headers = {"x-sentry-deprecation-date": WHEN, **more}
    return httpx2.Response(200, json={}, headers=headers)


def told(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [vars(record)["facts"] for record in caplog.records if record.levelname == "WARNING"]


async def test_an_endpoint_that_will_be_retired_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    api, _ = road(retiring(**{"x-sentry-replacement-endpoint": INSTEAD}))
    for rule in ("1", "2", "3"):
        await look(api, RULE.replace("1", rule))
    assert told(caplog) == [{"endpoint": RULE, "retired": WHEN, "replacement": INSTEAD}]
    assert f"Sentry retires {RULE} on {WHEN}" in caplog.text


async def test_what_is_retired_without_a_replacement_is_told_once_for_each_date(
    caplog: pytest.LogCaptureFixture,
) -> None:
    later = "2027-01-01T00:00:00+00:00"
    api, _ = road(*[retiring()] * 3, retiring(**{"x-sentry-deprecation-date": later}))
    for path in (RULE, ISSUE, RULE, ISSUE, ISSUE):
        await look(api, path)
    assert [(each["endpoint"], each["retired"]) for each in told(caplog)] == [
        (RULE, WHEN),
        (ISSUE, later),
    ]


async def test_what_stays_is_not_worth_a_line(caplog: pytest.LogCaptureFixture) -> None:
    api, _ = road(200)
    with caplog.at_level(logging.WARNING):
        await look(api)
    assert told(caplog) == []


# Who waits, and with whom


async def test_what_nobody_waits_for_says_so() -> None:
    api, server = road(200)
    with trail.in_background():
        await look(api)
    await look(api)
    assert [request.extensions["background"] for request in server.asked] == [True, False]


async def test_a_body_is_parsed_once_for_all_who_ask_at_once_and_anew_from_memory() -> None:
    api, server = road(httpx2.Response(200, json={"tags": [1]}))
    gate = server.gate = anyio.Event()
    bodies = list[dict[str, Any]]()

    async def read(_: int) -> None:
        bodies.append(await api.get(dict[str, Any], ISSUE, fresh_for=60))

    await together(3, read, gate)
    await read(0)
    assert bodies == [{"tags": [1]}] * 4
    assert len(server.asked) == 1
    assert len({id(body["tags"]) for body in bodies}) == 2


async def test_what_was_anothers_answer_is_told_as_one_that_cost_nothing() -> None:
    api, server = road(200)
    gate = server.gate = anyio.Event()
    trails = list[trail.Trail]()

    async def read(_: int) -> None:
        with trail.follow() as here:
            await look(api)
            trails.append(here)

    await together(3, read, gate)
    assert sorted(here.requests for here in trails) == [0, 0, 1]
    assert sorted(len(here.ages) for here in trails) == [0, 1, 1]
