import gzip
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import anyio
import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dexter_mcp.sentry import Page, Sentry, SentryError, wire
from dexter_mcp.sentry.api import Api, Origin
from dexter_mcp.sentry.cursors import seal
from dexter_mcp.sentry.errors import (
    Broke,
    Broken,
    Gone,
    Invalid,
    NotFound,
    NoToken,
    RateLimited,
    Refused,
    Rejected,
    Unreachable,
)
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.sentry.regions import Regions
from dexter_mcp.sentry.trail import follow
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator

pytestmark = pytest.mark.anyio

T = TypeVar("T")

TOKEN = "sntryu_secret"
HOME, US, DE = "https://sentry.test", "https://us.sentry.test", "https://de.sentry.test"
REGIONS = {"regions": [{"name": "us", "url": US}, {"name": "de", "url": DE}]}
ACME = {"id": "1201", "slug": "acme"}

Answer = Any
"""A response, a failure, something that makes a response of a request, or a body in JSON."""


@dataclass
class Hosts(httpx2.AsyncBaseTransport):
    """Several servers: answers by URL without the query; anything else is an empty 404."""

    answers: Mapping[str, Answer]
    seen: list[str] = field(default_factory=list[str])

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        url = str(request.url)
        self.seen.append(url)
        answer = self.answers.get(url.partition("?")[0], httpx2.Response(404))
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx2.Response) else httpx2.Response(200, json=answer)

    @property
    def origins(self) -> set[str]:
        return {url.partition("/api/")[0] for url in self.seen}


def api(host: str, path: str) -> str:
    return f"{host}/api/0/{path}/"


@asynccontextmanager
async def talking(
    network: httpx2.AsyncBaseTransport,
    *,
    url: str = HOME,
    token: str = TOKEN,
    org: str = "",
) -> AsyncGenerator[Sentry]:
    """The facade without its good manners, so that no test waits."""
    headers = {"authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(transport=network, headers=headers) as http:
        yield Sentry(
            Api(http, Origin(url, token), Regions(url)),
            Settings(url=url, token=token, org=org),
            Pulse(),
        )


async def all_of(ask: Callable[[str], Awaitable[Page[T]]]) -> list[T]:
    """Walk all pages."""
    items, cursor = list[T](), ""
    while True:
        page = await ask(cursor)
        items += page.items
        cursor = page.next_cursor
        if not cursor:
            return items


# Regions


async def test_an_organization_in_another_region_is_found_once_and_remembered() -> None:
    hosts = Hosts(
        {
            api(HOME, "users/me/regions"): REGIONS,
            api(DE, "organizations/acme"): ACME,
            api(DE, "organizations/acme/issues/1"): {"id": "1"},
            api(DE, "organizations/acme/issues/2"): {"id": "2"},
        }
    )
    async with talking(hosts) as sentry:
        assert (await sentry.issues.get("acme", "1")).id == "1"
        assert hosts.seen[-1] == api(DE, "organizations/acme/issues/1")
        hosts.seen.clear()
        assert (await sentry.issues.get("acme", "2")).id == "2"
        assert hosts.seen == [api(DE, "organizations/acme/issues/2")]
        assert (await sentry.organizations.get("acme")).slug == "acme"


async def test_what_is_nowhere_is_not_found() -> None:
    hosts = Hosts({api(HOME, "users/me/regions"): REGIONS})
    async with talking(hosts) as sentry:
        with pytest.raises(NotFound, match="Check the slug or id"):
            await sentry.issues.get("acme", "1")


async def test_a_missing_issue_of_the_home_region_is_asked_for_once() -> None:
    hosts = Hosts({api(HOME, "organizations/acme"): ACME})
    async with talking(hosts) as sentry:
        for _ in range(2):
            with pytest.raises(NotFound):
                await sentry.issues.get("acme", "1")
    assert hosts.seen.count(api(HOME, "organizations/acme/issues/1")) == 2
    assert hosts.origins == {HOME}


async def test_a_region_that_is_down_does_not_hide_another() -> None:
    hosts = Hosts(
        {
            api(HOME, "users/me/regions"): REGIONS,
            api(US, "organizations/acme"): httpx2.Response(503),
            api(US, "organizations/other"): httpx2.Response(503),
            api(DE, "organizations/acme"): ACME,
            api(DE, "organizations/acme/issues/1"): {"id": "1"},
        }
    )
    async with talking(hosts) as sentry:
        assert (await sentry.issues.get("acme", "1")).id == "1"
        with pytest.raises(Broken):
            await sentry.issues.get("other", "1")


async def test_a_server_of_ones_own_is_one_region() -> None:
    hosts = Hosts({api(HOME, "organizations"): [ACME]})
    async with talking(hosts) as sentry:
        assert await sentry.identity.regions() == {"": HOME}
        assert [org.slug for org in (await sentry.organizations.list()).items] == ["acme"]


@pytest.mark.parametrize(
    "region",
    [
        "http://us.sentry.test",
        "",
        "us.sentry.test",
        "https://",
        "https://user@us.sentry.test",
        "https://[",
        "file:///x",
        None,
    ],
)
async def test_the_token_goes_to_no_region_that_is_less_than_safe(region: str | None) -> None:
    told = {"regions": [{"name": "us", "url": region}]}
    hosts = Hosts({api(HOME, "users/me/regions"): told, api(HOME, "organizations"): [ACME]})
    async with talking(hosts) as sentry:
        assert await sentry.identity.regions() == {"": HOME}
        await sentry.organizations.list()
        with pytest.raises(NotFound):
            await sentry.issues.get("acme", "1")
    assert hosts.origins == {HOME}


async def test_plain_regions_are_fine_where_home_is_plain() -> None:
    told = {"regions": [{"name": "one", "url": "http://one.test/"}]}
    hosts = Hosts({api("http://home.test", "users/me/regions"): told})
    async with talking(hosts, url="http://home.test") as sentry:
        assert await sentry.identity.regions() == {"one": "http://one.test"}


@dataclass
class Listing:
    """One list in pages, under one of Sentry's three styles of cursor."""

    items: list[Any]
    style: str = "offset"

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        query = request.url.params
        size = int(query.get("per_page") or query.get("limit") or 100)
        value, offset, _ = (query.get("cursor") or "0:0:0").split(":")
        start = {
            "offset": int(offset),
            "page": int(offset) * size,
            "key": len(self.items) - int(value) if "cursor" in query else 0,
        }[self.style]
        stop = start + size
        onward = {
            "offset": f"0:{stop}:0",
            "page": f"{size}:{int(offset) + 1}:0",
            "key": f"{len(self.items) - stop}:0:0",
        }[self.style]
        more = "true" if stop < len(self.items) else "false"
        link = (
            f'<https://x.test/?&cursor=0:0:1>; rel="previous"; results="true"; cursor="0:0:1", '
            f'<https://x.test/?&cursor={onward}>; rel="next"; results="{more}"; cursor="{onward}"'
        )
        return httpx2.Response(200, json=self.items[start:stop], headers={"link": link})


def organizations(region: str, count: int) -> Listing:
    return Listing([{"id": f"{region}{n}", "slug": f"{region}-{n}"} for n in range(count)], "page")


@given(st.integers(0, 7), st.integers(0, 7), st.integers(1, 8))
async def test_the_organizations_of_all_regions_are_walked_with_one_cursor(
    in_us: int, in_de: int, per_page: int
) -> None:
    hosts = Hosts(
        {
            api(HOME, "users/me/regions"): REGIONS,
            api(US, "organizations"): organizations("us", in_us),
            api(DE, "organizations"): organizations("de", in_de),
        }
    )
    async with talking(hosts) as sentry:
        found = await all_of(lambda at: sentry.organizations.list(per_page=per_page, cursor=at))
    expected = [f"us-{n}" for n in range(in_us)] + [f"de-{n}" for n in range(in_de)]
    assert sorted(org.slug for org in found) == sorted(expected)


async def test_a_listed_organization_is_asked_for_where_it_was_listed() -> None:
    hosts = Hosts(
        {
            api(HOME, "users/me/regions"): REGIONS,
            api(US, "organizations"): organizations("us", 1),
            api(DE, "organizations"): organizations("de", 1),
        }
    )
    async with talking(hosts) as sentry:
        await sentry.organizations.list()
        hosts.seen.clear()
        with pytest.raises(NotFound):
            await sentry.projects.get("de-0", "checkout")
    assert hosts.seen == [api(DE, "projects/de-0/checkout")]


async def test_a_failed_region_is_named_and_the_cursor_asks_it_again() -> None:
    answers: dict[str, Answer] = {
        api(HOME, "users/me/regions"): REGIONS,
        api(US, "organizations"): httpx2.Response(503),
        api(DE, "organizations"): organizations("de", 1),
    }
    async with talking(Hosts(answers)) as sentry:
        page = await sentry.organizations.list()
        assert [org.slug for org in page.items] == ["de-0"]
        assert page.failed == ("Region us: Sentry failed (503). Try again later.",)
        with pytest.raises(Invalid, match=r"Say which `org`.*de-0.*Region us"):
            await sentry.organizations.resolve("")
        answers[api(US, "organizations")] = organizations("us", 1)
        page = await sentry.organizations.list(cursor=page.next_cursor)
        assert ([org.slug for org in page.items], page.next_cursor) == (["us-0"], "")


async def test_when_every_region_fails_so_does_the_list() -> None:
    answers = {api(HOME, "users/me/regions"): REGIONS} | {
        api(region, "organizations"): httpx2.Response(429) for region in (US, DE)
    }
    async with talking(Hosts(answers)) as sentry:
        with pytest.raises(RateLimited):
            await sentry.organizations.list()


async def test_a_cursor_of_another_list_of_organizations_is_refused() -> None:
    hosts = Hosts({api(HOME, "organizations"): organizations("x", 3)})
    async with talking(hosts) as sentry:
        cursor = (await sentry.organizations.list(per_page=1)).next_cursor
        for other in ("acme", "None", "\ud800"):
            with pytest.raises(Invalid):
                await sentry.organizations.list(query=other, per_page=1, cursor=cursor)


async def test_a_cursor_that_was_made_up_is_refused() -> None:
    bound_to = wire.query_string({"per_page": 100})
    async with talking(Hosts({})) as sentry:
        for forged in ("0:1:0", "[]", '{"us": 7}'):
            with pytest.raises(Invalid, match="no cursor of this list"):
                await sentry.organizations.list(cursor=seal(forged, bound_to))


# Which organization, which project


@pytest.mark.parametrize(
    ("count", "named", "default", "outcome"),
    [
        (3, " #x-1 ", "", "x-1"),
        (3, "", "x-2", "x-2"),
        (1, "", "", "x-0"),
        (0, "", "", Invalid),
        (3, "", "", Invalid),
        (3, "a/b", "", Invalid),
    ],
)
async def test_the_organization_is_the_one_named_the_default_or_the_only_one(
    count: int, named: str, default: str, outcome: str | type[Invalid]
) -> None:
    hosts = Hosts({api(HOME, "organizations"): organizations("x", count)})
    async with talking(hosts, org=default) as sentry:
        if isinstance(outcome, str):
            assert await sentry.organizations.resolve(named) == outcome
        else:
            with pytest.raises(outcome):
                await sentry.organizations.resolve(named)


PROJECTS = [{"id": "3301", "slug": "checkout"}, {"id": "3302", "slug": "web"}]


async def test_a_project_is_settled_as_its_number() -> None:
    hosts = Hosts({api(HOME, "projects/acme/checkout"): PROJECTS[0]})
    async with talking(hosts) as sentry:
        assert (await sentry.projects.resolve("acme", " `checkout` ")).id == "3301"


@pytest.mark.parametrize(
    ("named", "hint"),
    [
        ("chekout", "Did you mean checkout?"),
        ("Web", "Did you mean web?"),
        ("zzz", "checkout or web"),
    ],
)
async def test_a_misspelt_project_gets_a_hint(named: str, hint: str) -> None:
    hosts = Hosts({api(HOME, "organizations/acme/projects"): PROJECTS})
    async with talking(hosts) as sentry:
        with pytest.raises(NotFound, match="No project") as caught:
            await sentry.projects.resolve("acme", named)
    assert hint in str(caught.value)


async def test_a_missing_project_stays_the_matter_when_the_list_is_refused() -> None:
    hosts = Hosts({api(HOME, "organizations/acme/projects"): httpx2.Response(403)})
    async with talking(hosts) as sentry:
        with pytest.raises(NotFound, match="No project 'zzz'"):
            await sentry.projects.resolve("acme", "zzz")


async def test_what_is_no_slug_is_refused_before_anything_is_sent() -> None:
    hosts = Hosts({})
    async with talking(hosts) as sentry:
        with pytest.raises(Invalid, match="is no project"):
            await sentry.projects.resolve("acme", "../../users/me")
    assert hosts.seen == []


# Redirects and the token


def moved(location: str) -> httpx2.Response:
    return httpx2.Response(302, headers={"location": location}, json={"slug": "new"})


@pytest.mark.parametrize("location", ["/api/0/projects/acme/new/", api(HOME, "projects/acme/new")])
async def test_a_renamed_project_is_followed(location: str) -> None:
    hosts = Hosts(
        {
            api(HOME, "projects/acme/old"): moved(location),
            api(HOME, "projects/acme/new"): {"id": "3301", "slug": "new"},
        }
    )
    async with talking(hosts) as sentry:
        assert (await sentry.projects.get("acme", "old")).slug == "new"


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.test/api/0/projects/acme/new/",
        "//evil.test/",
        "http://sentry.test/api/0/projects/acme/new/",
        "https://sentry.test:8443/",
        "https://sentry.test@evil.test/",
        "https://us.sentry.test/",
        "https://[",
    ],
)
async def test_the_token_is_never_redirected_elsewhere(location: str) -> None:
    hosts = Hosts({api(HOME, "projects/acme/old"): moved(location)})
    async with talking(hosts) as sentry:
        with pytest.raises(Rejected, match="the token does not go"):
            await sentry.projects.get("acme", "old")
    assert hosts.seen == [api(HOME, "projects/acme/old")]


async def test_a_redirect_in_a_circle_ends() -> None:
    hosts = Hosts({api(HOME, "projects/acme/old"): moved("/api/0/projects/acme/old/")})
    async with talking(hosts) as sentry:
        with pytest.raises(Rejected):
            await sentry.projects.get("acme", "old")
    assert len(hosts.seen) == 2


async def test_without_a_token_nothing_is_sent() -> None:
    hosts = Hosts({})
    async with talking(hosts, token="") as sentry:
        for ask in (sentry.identity.get, sentry.organizations.list):
            with pytest.raises(NoToken, match="SENTRY_AUTH_TOKEN"):
                await ask()
    assert hosts.seen == []


def test_where_the_token_is_kept_it_does_not_show() -> None:
    assert "secret" not in repr(Origin(HOME, "sntryu_secret"))


# Failures


@pytest.mark.parametrize(
    ("answer", "kind", "advice"),
    [
        (httpx2.Response(400, json={"detail": "Invalid query"}), Rejected, "Invalid query"),
        (httpx2.Response(401, json={"detail": "Invalid token"}), Refused, "SENTRY_AUTH_TOKEN"),
        (httpx2.Response(403, json={"detail": "No."}), Refused, "whoami"),
        (httpx2.Response(404), NotFound, "Check the slug or id"),
        (httpx2.Response(410, json={"message": "gone"}), Gone, "Update dexter-mcp"),
        (
            httpx2.Response(429, html='{"detail": "Limit is 40 requests in 1 seconds"}'),
            RateLimited,
            "Limit is 40 requests",
        ),
        (httpx2.Response(500, json={"detail": "Internal Error"}), Broken, "Try again later"),
        (httpx2.Response(502, html="<h1>Bad Gateway</h1>"), Broken, "Sentry failed (502)."),
        (httpx2.Response(200, html="<h1>Sign in</h1>"), Broken, "Check SENTRY_URL"),
        (httpx2.Response(204), Broken, "Check SENTRY_URL"),
        (httpx2.Response(200, content=b'{"id": "1'), Broken, "Try again later"),
        (httpx2.Response(200, json=[]), Broken, "not understood"),
        (httpx2.Response(200, json={"id": None}), Broken, "not understood at id"),
        (httpx2.Response(500, content=b"[" * 100_000), Broken, "Sentry failed (500)."),
        (httpx2.ConnectError("refused"), Unreachable, "could not be reached: refused"),
        (httpx2.ConnectTimeout("late"), Unreachable, "could not be reached: late"),
        (httpx2.ReadError(""), Broke, "broke: ReadError"),
        (httpx2.ReadTimeout("late"), Broke, "did not answer in time"),
        (httpx2.DecodingError("odd"), Broken, "garbled"),
    ],
)
async def test_every_failure_is_named_and_says_what_to_do(
    answer: Answer, kind: type[SentryError], advice: str
) -> None:
    hosts = Hosts({api(HOME, "organizations/acme/issues/1"): answer})
    async with talking(hosts) as sentry:
        with pytest.raises(SentryError) as caught:
            await sentry.issues.get("acme", "1")
    assert type(caught.value) is kind
    assert advice in str(caught.value)


async def test_a_body_that_is_not_what_its_encoding_says_is_named() -> None:
    garbled = httpx2.Response(
        200,
        headers={"content-encoding": "gzip"},
        stream=httpx2.ByteStream(gzip.compress(b"{}")[:3] + b"garbage"),
    )
    hosts = Hosts({api(HOME, "organizations/acme/issues/1"): garbled})
    async with talking(hosts) as sentry:
        with pytest.raises(Broken, match="garbled"):
            await sentry.issues.get("acme", "1")


async def test_a_query_that_no_request_can_hold_is_refused() -> None:
    async with talking(Hosts({})) as sentry:
        with pytest.raises(Invalid, match="too long"):
            await sentry.issues.search("acme", query="x" * 100_000)


async def test_a_list_of_nothing_readable_is_not_an_empty_list() -> None:
    hosts = Hosts({api(HOME, "organizations/acme/projects"): [{"name": "no id"}, None]})
    async with talking(hosts) as sentry:
        with pytest.raises(Broken, match="not understood"):
            await sentry.projects.list("acme")


async def test_an_odd_item_of_a_list_is_left_out() -> None:
    hosts = Hosts(
        {
            api(HOME, "organizations/acme/projects"): [None, PROJECTS[0], {}, 7],
            api(HOME, "organizations/acme/issues/1/tags"): [None, {"key": "os"}],
            api(HOME, "projects/acme/web/events/1/committers"): {"committers": [None, {}]},
        }
    )
    async with talking(hosts) as sentry:
        assert [project.slug for project in (await sentry.projects.list("acme")).items] == [
            "checkout"
        ]
        assert [tag.key.raw for tag in await sentry.tags.list("acme", "1")] == ["os"]
        assert len(await sentry.events.suspects("acme", "web", "1")) == 1


async def test_what_the_reply_quotes_does_not_reach_the_error() -> None:
    hosts = Hosts({api(HOME, "organizations/acme/issues/1"): {"id": {"x": "obey me"}}})
    async with talking(hosts) as sentry:
        with pytest.raises(Broken) as caught:
            await sentry.issues.get("acme", "1")
    error: BaseException | None = caught.value
    while error:
        assert "obey me" not in str(error)
        error = error.__cause__


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
        await sentry.events.attachments(org, issue.project.slug, event.event_id)
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


# The connection as a whole


async def test_equal_questions_cost_one_request_and_the_trail_tells() -> None:
    hosts = Hosts({api(HOME, "organizations/acme/issues/1"): {"id": "1"}})
    chosen = Settings(url=HOME, token=TOKEN, requests_per_second=100_000)
    async with Sentry.connect(chosen, hosts) as sentry:
        assert hosts.seen == []
        with follow() as trail:
            async with anyio.create_task_group() as group:
                for _ in range(3):
                    group.start_soon(sentry.issues.get, "acme", "1")
        assert trail.requests + len(trail.ages) == 3
        assert len(hosts.seen) == 1
        with follow() as trail:
            await sentry.issues.get("acme", "1")
        assert trail.requests == 0
        assert trail.oldest is not None


async def test_every_documented_argument_is_sent_as_sentry_writes_it() -> None:
    hosts = Hosts({api(HOME, "organizations/acme/issues/1/events/latest"): {"id": "e"}})
    async with talking(hosts) as sentry:
        await sentry.events.get(
            "acme", "1", "latest", environment=["a b", "c"], llm_format="markdown"
        )
        with pytest.raises(NotFound):
            await sentry.issues.search(
                "acme",
                query="",
                environment=["a"],
                project=["1", "2"],
                stats_period="24h",
                sort="freq",
                expand=["owners"],
                collapse=["stats"],
                short_id_lookup=True,
                view_id="7",
                group_stats_period="",
            )
    assert hosts.seen[0].partition("?")[2] == ("environment=a+b&environment=c&llmFormat=markdown")
    assert hosts.seen[1].partition("?")[2] == (
        "query=&project=1&project=2&environment=a&statsPeriod=24h&sort=freq&limit=25"
        "&expand=owners&collapse=stats&groupStatsPeriod=&shortIdLookup=1&viewId=7"
    )


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        ("sntryu_1", "user"),
        ("sntrys_1", "organization"),
        ("sntryi_1", "integration"),
        ("sntrya_1", "oauth"),
        ("0a" * 32, "user"),
        ("x", "unknown"),
    ],
)
async def test_a_token_tells_its_kind(token: str, kind: str) -> None:
    async with talking(Hosts({}), token=token) as sentry:
        assert sentry.identity.kind == kind
