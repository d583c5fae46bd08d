"""Questions about releases, asked of the sample world through the tools."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest

from answers import Ask
from clock import generous, now
from dexter_mcp.sentry import Sentry
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.release_refs import ReleaseRef, release_ref
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.faults import Fault
from small_world import small_world
from tokens import tokens

pytestmark = pytest.mark.anyio

HOME = "http://sentry.test"
NEWEST = "checkout@4.16.0"
A_RELEASE = 500
TWENTY_ROWS = 600


class TestList:
    async def test_a_release_is_a_line_with_its_health(self, ask: Ask) -> None:
        text = await ask("list_releases", project="checkout")
        assert "8 releases, org: acme, project: checkout" in text
        assert "checkout@4.16.0|2 d|100%|97.02%||4|production" in text
        assert "checkout@4.15.0|7 d|0%|99.61%|3|3|production" in text

    async def test_the_newest_come_first(self, ask: Ask) -> None:
        text = await ask("list_releases", project="checkout")
        found = re.findall(r"checkout@[\d.]+", text)
        assert found == sorted(found, key=lambda version: version.split("."), reverse=True)

    async def test_the_worst_come_first_when_asked_for(self, ask: Ask) -> None:
        text = await ask("list_releases", sort="crash_free_sessions", limit=2)
        first = next(line for line in text.split("\n") if "%|" in line)
        assert first.startswith(NEWEST)

    async def test_versions_are_found_by_comparison_and_stage(self, ask: Ask) -> None:
        query = "release.version:>=4.15 release.stage:adopted"
        text = await ask("list_releases", project="checkout", query=query)
        assert f"1 release, query: {query}" in text
        assert NEWEST in text

    async def test_pages_follow_one_another(self, ask: Ask) -> None:
        first = await ask("list_releases", project="checkout", limit=5)
        cursor = first.rpartition("cursor=")[2].split("\n")[0]
        second = await ask("list_releases", project="checkout", limit=5, cursor=cursor)
        assert "5 releases, and more" in first
        assert "3 releases" in second
        assert "checkout@4.11.0" in second

    async def test_what_was_deployed_before_the_spike_is_told_with_its_time(self, ask: Ask) -> None:
        text = await ask(
            "list_releases",
            project="checkout",
            start="2026-08-09T06:00:00Z",
            end="2026-08-10T07:00:00Z",
        )
        assert (
            "1 release, org: acme, project: checkout, 2026-08-09T06:00 to 2026-08-10T07:00" in text
        )
        assert "2026-08-10 06:39|production|checkout@4.16.0" in text
        assert "2026-08-10 06:25|staging|checkout@4.16.0" in text

    async def test_an_end_alone_asks_for_what_came_before(self, ask: Ask) -> None:
        text = await ask("list_releases", project="checkout", end="2026-08-10T06:30:00Z", limit=2)
        assert "before 2026-08-10T06:30 UTC" in text
        deploys = text.partition("newest first:")[2]
        assert deploys.index("06:25|staging|checkout@4.16.0") < deploys.index("checkout@4.15.0")
        assert "06:39|production" not in text

    async def test_a_rollback_is_a_deploy_of_an_older_release(self, ask: Ask) -> None:
        text = await ask(
            "list_releases",
            project="inventory",
            start="2026-08-10T00:00:00Z",
            end="2026-08-11T00:00:00Z",
        )
        deploys = text.partition("newest first:")[2].split("\n")
        assert deploys[2].endswith("|production|inventory@1.41.0")
        assert text.startswith("no release made then, org: acme, project: inventory")

    async def test_a_time_without_deploys_says_so(self, ask: Ask) -> None:
        text = await ask(
            "list_releases",
            project="checkout",
            start="2026-08-12T00:00:00Z",
            end="2026-08-12T01:00:00Z",
        )
        assert text.startswith("No release found.")
        assert text.endswith("Widen or leave out: project, start and end.")

    async def test_an_unknown_environment_says_who_can_name_them(self, refused: Ask) -> None:
        text = await refused("list_releases", environment="moon")
        assert "no environment 'moon'" in text

    async def test_a_wrong_time_is_refused_before_anything_is_sent(
        self, refused: Ask, sample: Simulator
    ) -> None:
        before = len(sample.world.seen)
        assert "`start` is no time" in await refused("list_releases", start="yesterday")
        assert len(sample.world.seen) == before

    async def test_twenty_releases_are_cheap(self, ask: Ask) -> None:
        assert tokens(await ask("list_releases")) <= TWENTY_ROWS


class TestRelease:
    async def test_it_tells_health_issues_and_deploys(self, ask: Ask) -> None:
        text = await ask("get_release", release=NEWEST)
        assert "release of checkout · adopted · released 2 d ago (2026-08-10 06:15 UTC)" in text
        assert "crash-free sessions 97.02%" in text
        assert "new issues: 0" in text
        assert "regressed issues: 2" in text
        assert "|KeyError: 'authorization'|regressed|642|511|" in text
        assert "deploys: production 2 d ago (2026-08-10 06:39 UTC), staging" in text
        assert "4 commits by Mira Voss" in text

    @pytest.mark.parametrize(
        "named",
        [
            "4.16.0",
            "v4.16.0",
            "latest",
            "`checkout@4.16.0`",
            f"{HOME}/organizations/acme/releases/checkout%404.16.0/",
            "sentry://acme/releases/checkout%404.16.0",
        ],
    )
    async def test_it_takes_every_form_that_a_person_would_paste(
        self, ask: Ask, named: str
    ) -> None:
        assert f"\n{NEWEST}\n" in await ask("get_release", release=named, project="checkout")

    async def test_a_build_number_need_not_be_said(self, ask: Ask) -> None:
        text = await ask("get_release", release="5.21.0")
        assert "\ntest.acme.shop@5.21.0+5210\n" in text

    async def test_a_name_that_fits_several_lists_them(self, ask: Ask) -> None:
        text = await ask("get_release", release="4.13")
        assert text.startswith("2 releases may be meant.")
        assert "checkout@4.13.1" in text

    async def test_an_unknown_one_says_how_to_find_others(self, refused: Ask) -> None:
        text = await refused("get_release", release="checkout@9.9.9")
        assert "No release 'checkout@9.9.9' is visible in 'acme'" in text
        assert "list_releases names them" in text

    async def test_new_issues_are_those_first_seen_in_it(self, ask: Ask) -> None:
        text = await ask("get_release", release="checkout@4.15.0", include="issues")
        assert "new issues: 3" in text
        assert "resolved issues: 5" in text

    async def test_parts_are_shown_in_full_when_asked_for(self, ask: Ask) -> None:
        parts = {
            "commits": "payments: move to NordPay's v3 replies, Mira Voss",
            "files": "M shop/payments/services.py, Mira Voss",
            "deploys": "deploys: production",
            "health": "production: 20k sessions, 12k users, crash-free sessions 97%",
            "thresholds": "threshold broken: crash free session rate 96.92, limit under 99",
            "artifacts": "artifacts:\nnone",
        }
        text = await ask("get_release", release=NEWEST, include=list(parts))
        for said in parts.values():
            assert said in text
        assert "regressed issues" not in text

    async def test_artifacts_are_listed_with_their_size(self, ask: Ask) -> None:
        text = await ask("get_release", release="storefront@8.4.1", include="artifacts")
        assert re.search(r"~/static/app\.js\.map \([\d.]+ [KM]iB\)", text)

    async def test_a_project_without_sessions_is_not_called_healthy(self, ask: Ask) -> None:
        text = await ask("get_release", release="latest", project="reports")
        assert "no sessions known" in text
        assert "crash-free" not in text

    async def test_every_release_is_affordable(self, ask: Ask, sample: Simulator) -> None:
        versions = [release.version for release in sample.world.releases]
        costs = {each: tokens(await ask("get_release", release=each)) for each in versions[-12:]}
        assert {version: cost for version, cost in costs.items() if cost > A_RELEASE} == {}

    async def test_a_version_stands_in_the_fence_only(self, ask: Ask) -> None:
        text = await ask("get_release", release="latest", project="checkout")
        before, _, rest = text.partition("[event text ")
        assert "4.16.0" not in before
        assert "4.16.0" not in rest.partition("[end of event text")[2]


class TestComparison:
    async def test_the_newest_release_of_checkout_made_crashes_more_frequent(
        self, ask: Ask
    ) -> None:
        text = await ask("compare_releases", release=NEWEST)
        assert text.startswith("two releases of checkout compared, org: acme, last 14d")
        assert "|checkout@4.16.0|checkout@4.15.0|change" in text
        assert "crash-free sessions|97.02%|99.61%|-2.60 points" in text
        assert "new issues|0|3" in text
        assert "regressed with it: 2" in text
        assert "payments: move to NordPay's v3 replies, Mira Voss, 2 d" in text

    async def test_it_tells_whether_transactions_became_slower(self, ask: Ask) -> None:
        text = await ask("compare_releases", release=NEWEST)
        assert re.search(r"slower: /api/checkout p95 .* → .* \([\d.]+ times\)", text)

    async def test_any_other_release_can_be_the_baseline(self, ask: Ask) -> None:
        text = await ask(
            "compare_releases", release="4.15.0", baseline="4.14.0", project="checkout"
        )
        assert "|checkout@4.15.0|checkout@4.14.0|change" in text
        assert "resolved by it: CHECKOUT-" in text

    async def test_it_looks_at_one_environment_when_asked_to(self, ask: Ask) -> None:
        text = await ask("compare_releases", release=NEWEST, environment="staging")
        assert "environment: staging" in text
        sessions = next(line for line in text.split("\n") if line.startswith("sessions|"))
        assert "k" not in sessions.split("|")[1]

    async def test_the_first_release_has_nothing_to_be_compared_with(self, refused: Ask) -> None:
        text = await refused("compare_releases", release="checkout@4.11.0")
        assert "no release before it" in text
        assert "`baseline`" in text

    async def test_a_release_is_not_compared_with_itself(self, refused: Ask) -> None:
        text = await refused("compare_releases", release=NEWEST, baseline=NEWEST)
        assert "is the same release" in text


class TestPartialAnswers:
    @pytest.fixture
    def simulator(self) -> Simulator:
        return generous(Simulator(small_world(now)))

    async def test_a_comparison_names_what_it_had_to_do_without(
        self, ask: Ask, simulator: Simulator
    ) -> None:
        simulator.faults.add(Fault(path="/sessions/", status=403, times=-1))
        text = await ask("compare_releases", release="checkout@1.1.0")
        assert "failed: sessions (" in text
        assert "|checkout@1.1.0|checkout@1.0.0" in text
        assert "fix: wait, Mira Voss" in text

    @pytest.mark.parametrize(("between", "said"), [(120, ""), (510, " among the newest 500")])
    async def test_the_release_before_is_looked_for_page_after_page(
        self, ask: Ask, refused: Ask, simulator: Simulator, between: int, said: str
    ) -> None:
        for at in range(between):
            simulator.world.add_release(
                "acme",
                f"checkout@2.0.{at}",
                projects=["checkout"],
                created=timedelta(days=1, seconds=-at),
            )
        if said:
            text = await refused("compare_releases", release="checkout@1.0.0")
            assert f"There is no release before it{said} in its projects." in text
        else:
            text = await ask("compare_releases", release="checkout@1.1.0")
            assert "|checkout@1.1.0|checkout@1.0.0" in text

    async def test_deploys_that_fail_leave_the_releases_standing(
        self, ask: Ask, simulator: Simulator
    ) -> None:
        at = now() - timedelta(hours=2)
        for environment in ("staging", "production"):
            simulator.world.shipping.deploy(
                "acme", "checkout@1.1.0", environment, started=at, finished=at
            )
        simulator.faults.add(Fault(path="/deploys/", status=403, times=-1))
        text = await ask("list_releases", start="2026-08-01")
        assert "checkout@1.1.0|" in text
        assert "failed: deploys (" in text


class TestNames:
    def test_a_link_tells_the_organization_and_the_project(self) -> None:
        link = f"{HOME}/organizations/acme/releases/shop%402.4.1%2B7/?project=3329&statsPeriod=14d"
        assert release_ref(link, HOME) == ReleaseRef("shop@2.4.1+7", "acme", "3329")

    def test_the_subdomain_of_a_link_is_the_organization(self) -> None:
        link = "https://acme.sentry.io/explore/releases/2.4.1/"
        assert release_ref(link, "https://sentry.io") == ReleaseRef("2.4.1", "acme")

    @pytest.mark.parametrize(
        "text",
        ["", "..", "a/b", "x" * 300, "https://elsewhere.test/releases/1/", f"{HOME}/issues/1/"],
    )
    def test_what_names_no_release_is_refused(self, text: str) -> None:
        with pytest.raises(Invalid):
            release_ref(text, HOME)


class TestFacade:
    """What no tool asks for yet, and what other parts of the server may."""

    @pytest.fixture
    async def sentry(self, sample: Simulator, settings: Settings) -> AsyncIterator[Sentry]:
        wire = httpx2.ASGITransport(app=sample)
        async with Sentry.connect(settings, wire, now=lambda: now().timestamp()) as sentry:
            yield sentry

    async def test_a_release_is_counted(self, sentry: Sentry) -> None:
        meta = await sentry.releases.meta("acme", NEWEST)
        assert (meta.commit_count, meta.deploy_count, meta.commit_files_changed) == (4, 2, 5)

    async def test_a_release_is_the_same_by_way_of_its_project(self, sentry: Sentry) -> None:
        page = await sentry.releases.list_of_project("acme", "checkout", per_page=1)
        one = await sentry.releases.get_of_project("acme", "checkout", NEWEST)
        assert page.items == [one]
        assert page.next_cursor

    async def test_commits_are_the_same_by_way_of_the_project(self, sentry: Sentry) -> None:
        whole = await sentry.releases.commits("acme", NEWEST)
        part = await sentry.releases.commits_of_project("acme", "checkout", NEWEST)
        assert whole.items == part.items
        assert {commit.repository.name for commit in part.items} == {"acme/checkout"}

    async def test_an_artifact_is_the_same_by_way_of_its_project(self, sentry: Sentry) -> None:
        version = "storefront@8.4.1"
        files = (await sentry.release_files.list("acme", version, query=["app.js.map"])).items
        (same,) = (
            await sentry.release_files.list_of_project(
                "acme", "storefront", version, checksum=[files[0].sha1]
            )
        ).items
        assert files == [same]
        assert await sentry.release_files.get("acme", version, same.id) == same
        assert (
            await sentry.release_files.get_of_project("acme", "storefront", version, same.id)
            == same
        )

    async def test_the_neighbours_of_a_release_are_told_within_a_project(
        self, sentry: Sentry, sample: Simulator
    ) -> None:
        project = sample.world.project("acme", "checkout")
        assert project
        release = await sentry.releases.get("acme", NEWEST, project=str(project.id))
        assert release.current_project_meta
        assert release.current_project_meta.prev_release_version.raw == "checkout@4.15.0"

    async def test_usage_is_summed_up_by_project(self, sentry: Sentry) -> None:
        summary = await sentry.stats.summary("acme", stats_period="14d", category="error")
        checkout = next(each for each in summary.projects if each.slug == "checkout")
        (errors,) = checkout.stats
        assert errors.totals.quantity == sum(errors.outcomes.values())
        assert (
            errors.totals.dropped == errors.outcomes["filtered"] + errors.outcomes["rate_limited"]
        )

    async def test_errors_of_a_project_are_counted_over_time(self, sentry: Sentry) -> None:
        until = int(now().timestamp())
        pairs = await sentry.stats.of_project(
            "acme", "checkout", stat="rejected", since=until - 3_600 * 5, until=until
        )
        assert len(pairs) == 6
        assert all(count for _, count in pairs[:-1])
