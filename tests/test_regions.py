"""Where an organization lives, and which one is meant."""

import anyio
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dexter_mcp.sentry import wire
from dexter_mcp.sentry.cursors import seal
from dexter_mcp.sentry.errors import (
    Broken,
    Invalid,
    NotFound,
    RateLimited,
)
from hosts import (
    ACME,
    DE,
    HOME,
    PROJECTS,
    REGIONS,
    US,
    Answer,
    Hosts,
    Listing,
    all_of,
    api,
    talking,
)

pytestmark = pytest.mark.anyio


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


@pytest.mark.virtual_time
async def test_a_region_that_is_silent_does_not_hide_another() -> None:
    hosts = Hosts(
        {
            api(HOME, "users/me/regions"): REGIONS,
            api(DE, "organizations/acme"): ACME,
            api(DE, "organizations/acme/issues/1"): {"id": "1"},
        },
        silent=US,
    )
    async with talking(hosts) as sentry:
        assert (await sentry.issues.get("acme", "1")).id == "1"
    assert anyio.current_time() == 0


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


@pytest.mark.virtual_time
async def test_a_region_that_is_silent_is_named_while_there_is_time_left() -> None:
    answers = {
        api(HOME, "users/me/regions"): REGIONS,
        api(DE, "organizations"): organizations("de", 1),
    }
    async with talking(Hosts(answers, silent=US)) as sentry:
        with anyio.fail_after(50):
            page = await sentry.organizations.list()
    assert [org.slug for org in page.items] == ["de-0"]
    assert page.failed == ("Region us: It did not answer in time. Try again later.",)
    assert page.next_cursor


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
