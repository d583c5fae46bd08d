"""A page where an answer should be: a bad moment, or a server that has no such route."""

import httpx2
import pytest

from dexter_mcp.sentry.errors import Broken, Lacks, NotFound, Rejected, Unclear
from dexter_mcp.sentry.routes import route
from road import HOME, ISSUE, change, look, road
from upstream import Answer

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]

ORG = "/api/0/organizations/acme/"
RELEASE = f"{ORG}releases/%E2%80%AE%20obey%20me/commits/"


def page() -> httpx2.Response:
    return httpx2.Response(200, html="<h1>Back in a moment</h1>")


def entry() -> httpx2.Response:
    return httpx2.Response(200, json={"id": "1"})


async def failing(*answers: Answer, path: str = ISSUE, kind: type[Exception]) -> str:
    api, _ = road(*answers)
    with pytest.raises(kind) as caught:
        await look(api, path)
    assert type(caught.value) is kind
    return str(caught.value)


async def test_a_page_that_comes_once_costs_one_more_request() -> None:
    api, server = road(page(), entry())
    assert await look(api) == {"id": "1"}
    assert len(server.asked) == 2


async def test_a_route_that_answered_before_has_a_bad_moment() -> None:
    api, _ = road(entry(), page())
    await look(api)
    with pytest.raises(Broken, match=r"Check SENTRY_URL if this goes on\. Try again later"):
        await look(api, ISSUE.replace("/1/", "/4410/"))


async def test_a_route_that_refused_in_json_is_there_too() -> None:
    api, _ = road(httpx2.Response(400, json={"detail": "Not so"}), page())
    with pytest.raises(Rejected):
        await look(api)
    with pytest.raises(Broken):
        await look(api)


async def test_a_route_that_never_answered_is_lacking_and_no_more_is_asked_for() -> None:
    api, server = road(page(), page(), entry(), page())
    for requests in (3, 4, 5):
        with pytest.raises(Lacks, match="Do without it if that goes on"):
            await look(api)
        assert len(server.asked) == requests


async def test_a_route_that_comes_to_a_server_is_used_at_once() -> None:
    api, _ = road(page(), page(), entry(), entry())
    with pytest.raises(Lacks):
        await look(api)
    assert await look(api) == {"id": "1"}


async def test_a_page_even_at_the_root_is_something_else_before_sentry() -> None:
    assert "a sign-in page stands before it" in await failing(page(), kind=Broken)


async def test_a_write_that_a_page_answers_is_not_sent_again() -> None:
    api, server = road(page())
    with pytest.raises(Unclear):
        await change(api)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ((page(), page(), entry()), Lacks),
        ((httpx2.Response(405),), Lacks),
        ((httpx2.Response(404),), NotFound),
    ],
)
async def test_what_a_stranger_named_does_not_reach_what_is_said(
    answers: tuple[Answer, ...], kind: type[NotFound]
) -> None:
    api, _ = road(*answers)
    if kind is NotFound:
        api.regions.place("acme", HOME)
    with pytest.raises(kind) as caught:
        await look(api, RELEASE)
    assert "/organizations/acme/releases/…/commits/" in str(caught.value)
    assert "obey" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (f"{ORG}", "organizations/*/"),
        (f"{ORG}issues/1/tags/browser/", "organizations/*/issues/*/tags/*/"),
        (f"{ORG}issues/1/events/latest/", "organizations/*/issues/*/events/*/"),
        (f"{ORG}members/me/", "organizations/*/members/*/"),
        (f"{ORG}releases/1.0/", "organizations/*/releases/*/"),
        (f"{ORG}stats_v2/", "organizations/*/stats_v2/"),
        (f"{ORG}scim/v2/Users/", "organizations/*/scim/v2/Users/"),
        ("/api/0/projects/acme/web/rules/7/", "projects/*/*/rules/*/"),
        ("/api/0/teams/acme/core/members/", "teams/*/*/members/"),
        ("/api/0/projects/", "projects/"),
        ("/api/0/", ""),
    ],
)
def test_a_route_is_a_path_without_what_it_is_about(path: str, kind: str) -> None:
    assert route(path) == f"/api/0/{kind}"
