"""Lists, page by page."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dexter_mcp.sentry import Page, Sentry
from dexter_mcp.sentry.errors import (
    Invalid,
)
from dexter_mcp.simulator import Simulator
from hosts import HOME, Hosts, Listing, all_of, api, talking

pytestmark = pytest.mark.anyio


# Paging


@settings(deadline=None)
@given(
    st.integers(0, 25),
    st.integers(1, 30),
    st.sampled_from(["offset", "page", "key"]),
    st.sampled_from(["issues", "events", "projects", "values"]),
)
async def test_all_pages_together_are_the_whole_list(
    count: int, size: int, style: str, kind: str
) -> None:
    rows = [{"id": str(n), "slug": f"s{n}", "name": str(n)} for n in range(count)]
    acme = "organizations/acme"
    paths = ["issues", "issues/1/events", "projects", "issues/1/tags/os/values"]
    hosts = Hosts({api(HOME, f"{acme}/{path}"): Listing(rows, style) for path in paths})

    async def page(sentry: Sentry, at: str) -> Page[Any]:
        match kind:
            case "issues":
                return await sentry.issues.search("acme", limit=size, cursor=at)
            case "events":
                return await sentry.events.list("acme", "1", per_page=size, cursor=at)
            case "projects":
                return await sentry.projects.list("acme", per_page=size, cursor=at)
            case _:
                return await sentry.tags.values("acme", "1", "os", per_page=size, cursor=at)

    async with talking(hosts) as sentry:
        found = await all_of(lambda at: page(sentry, at))
    names = [item.name.raw if kind == "values" else item.id for item in found]
    assert names == [str(n) for n in range(count)]


async def test_a_cursor_continues_only_the_query_that_it_came_from() -> None:
    rows = [{"id": str(n)} for n in range(5)]
    hosts = Hosts({api(HOME, "organizations/acme/issues"): Listing(rows)})
    async with talking(hosts) as sentry:
        cursor = (await sentry.issues.search("acme", limit=2)).next_cursor
        hosts.seen.clear()
        with pytest.raises(Invalid, match="another query"):
            await sentry.issues.search("acme", limit=2, sort="freq", cursor=cursor)
        with pytest.raises(Invalid, match="another query"):
            await sentry.events.list("acme", "1", per_page=2, cursor=cursor)
        with pytest.raises(Invalid, match="no cursor"):
            await sentry.issues.search("acme", limit=2, cursor="0:2:0")
    assert hosts.seen == []


async def test_a_count_comes_with_its_cap() -> None:
    headers = {"x-hits": "1000", "x-max-hits": "1000"}
    answer = httpx2.Response(200, json=[], headers=headers)
    async with talking(Hosts({api(HOME, "organizations/acme/issues"): answer})) as sentry:
        page = await sentry.issues.search("acme")
    assert (page.total, page.at_least, page.items) == (1000, True, [])


# Over the simulated Sentry


@asynccontextmanager
async def simulated(sample: Simulator) -> AsyncGenerator[Sentry]:
    network = httpx2.ASGITransport(app=sample)
    async with talking(network, url="http://sentry.test", token=Simulator.TOKEN) as sentry:
        yield sentry


@settings(deadline=None, max_examples=5, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(8, 100))
async def test_issues_are_neither_lost_nor_repeated_between_pages(
    sample: Simulator, size: int
) -> None:
    async with simulated(sample) as sentry:
        org = await sentry.organizations.resolve("")

        async def ask(limit: int) -> list[str]:
            found = await all_of(
                lambda at: sentry.issues.search(
                    org, query="", project=["-1"], stats_period="90d", limit=limit, cursor=at
                )
            )
            return [issue.id for issue in found]

        found, expected = await ask(size), await ask(100)
        assert found == expected
        assert len(found) == len(set(found)) > 1


@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(1, 100))
async def test_nothing_else_is_lost_or_repeated_between_pages(sample: Simulator, size: int) -> None:
    async with simulated(sample) as sentry:
        org = await sentry.organizations.resolve("")
        listed = await sentry.issues.search(org, query="", project=["-1"], stats_period="90d")
        issue = min(listed.items, key=lambda issue: abs(issue.count - 20)).id
        tag = next(iter(await sentry.tags.list(org, issue))).key.raw

        async def ask(per_page: int) -> list[list[Any]]:
            return [
                await all_of(lambda at: sentry.projects.list(org, per_page=per_page, cursor=at)),
                await all_of(
                    lambda at: sentry.events.list(org, issue, per_page=per_page, cursor=at)
                ),
                await all_of(
                    lambda at: sentry.tags.values(org, issue, tag, per_page=per_page, cursor=at)
                ),
                await all_of(lambda at: sentry.organizations.list(per_page=per_page, cursor=at)),
            ]

        for found, expected in zip(await ask(size), await ask(100), strict=True):
            assert found == expected
            assert found


async def test_every_method_reads_what_the_simulated_sentry_says(sample: Simulator) -> None:
    async with simulated(sample) as sentry:
        identity = await sentry.identity.get()
        org = await sentry.organizations.resolve("")
        [*projects] = (await sentry.projects.list(org)).items
        found = await sentry.issues.search(org, query="", project=["-1"], stats_period="90d")
        first = found.items[0]
        issue = await sentry.issues.get(org, first.short_id)
        event = await sentry.events.get(org, issue.id, "latest")
        placed = await sentry.events.find(org, event.event_id)
        short = await sentry.issues.by_short_id(org, first.short_id)
        log = await sentry.issues.activities(org, issue.id)
        await sentry.issues.notes(org, issue.id)
        await sentry.attachments.of_event(org, issue.project.slug, event.event_id)
        tags = await sentry.tags.list(org, issue.id)
        tag = await sentry.tags.get(org, issue.id, tags[0].key.raw)
        project = await sentry.projects.resolve(org, projects[0].id)
    assert identity.user
    assert identity.auth.scopes
    assert sentry.identity.kind == "user"
    assert issue.id == first.id == short.group_id == placed.group_id == event.group_id
    assert placed.event
    assert placed.event.id == event.id
    assert (issue.title, issue.level) == (first.title, first.level)
    assert issue.first_seen
    assert issue.first_seen.tzinfo
    assert event.tags
    assert event.exceptions or event.logged or event.spans or event.occurrence
    assert log
    assert tag.top_values
    assert project.slug == projects[0].slug
