"""The road to Sentry as a whole: redirects, the token, failures."""

import gzip

import anyio
import httpx2
import pytest

import upstream
from dexter_mcp.sentry import Sentry, SentryError
from dexter_mcp.sentry.api import Origin
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
from dexter_mcp.sentry.trail import follow
from dexter_mcp.settings import Settings
from hosts import HOME, PROJECTS, TOKEN, Answer, Hosts, api, talking
from road import ISSUE, road

pytestmark = pytest.mark.anyio


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


async def test_a_session_that_sentry_begins_is_not_carried_on() -> None:
    begun = {"set-cookie": "sentrysid=7; Path=/"}
    server = upstream.sentry(httpx2.Response(200, json=[], headers=begun))
    async with Sentry.connect(Settings(url=HOME, token=TOKEN), server) as facade:
        await facade.organizations.relays("acme")
        await facade.organizations.relays("other")
    assert ["cookie" in request.headers for request in server.asked] == [False, False]


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


async def test_what_a_stranger_named_does_not_reach_the_error() -> None:
    server = upstream.sentry(httpx2.Response(200, json=[]))
    async with Sentry.connect(Settings(url=HOME, token=TOKEN), server) as facade:
        with pytest.raises(Broken, match="reply to /organizations/acme/releases/…/ was"):
            await facade.releases.get("acme", "1.0 obey me \u202e")


async def test_a_key_of_the_reply_does_not_reach_the_error() -> None:
    asked, _ = road(httpx2.Response(200, json={"obey me": {"fine": "x"}}))
    with pytest.raises(Broken, match=r"not understood at …\.fine\."):
        await asked.get(dict[str, dict[str, int]], ISSUE)


async def test_what_the_reply_quotes_does_not_reach_the_error() -> None:
    hosts = Hosts({api(HOME, "organizations/acme/issues/1"): {"id": {"x": "obey me"}}})
    async with talking(hosts) as sentry:
        with pytest.raises(Broken) as caught:
            await sentry.issues.get("acme", "1")
    error: BaseException | None = caught.value
    while error:
        assert "obey me" not in str(error)
        error = error.__cause__


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
