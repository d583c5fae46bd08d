"""Releases and comparisons as a model reads them."""

import re
from typing import Any

import pytest

from dexter_mcp.sentry.discover import Rows
from dexter_mcp.sentry.releases import Release, ReleaseCommit
from dexter_mcp.sentry.reply import Page
from dexter_mcp.sentry.sessions import SessionReport
from dexter_mcp.views import release_comparison, releases, whole_release
from dexter_mcp.views.answer import Failed
from dexter_mcp.views.budget import DEFAULT
from dexter_mcp.views.release_comparison import Comparison
from dexter_mcp.views.releases import Deployed, Shipped
from invented import FENCE, NOW, Json, ago, an_issue, fenced, unfenced

URL = "http://sentry.test/organizations/acme/releases/shop%402.0/"


def health(rate: float | None, adoption: float = 50.0) -> Json:
    return {
        "hasHealthData": True,
        "crashFreeSessions": rate,
        "crashFreeUsers": rate,
        "adoption": adoption,
        "totalSessions": 1_200,
        "totalUsers": 1,
    }


def a_release(version: str = "shop@2.0", *projects: Json, **more: Any) -> Release:
    told = [{"id": 3, "slug": "shop", **project} for project in projects or ({},)]
    return Release.model_validate(
        {"id": 7, "version": version, "dateCreated": ago(days=2), "projects": told, **more}
    )


def deploy(environment: str, **span: float) -> Json:
    return {"id": "1", "environment": environment, "dateFinished": ago(**span)}


class TestList:
    def shown(self, *found: Release, within: str = "", **shipped: Any) -> str:
        asked = releases.Asked("acme", ("shop",), (), "", within, "date")
        page = Page[Release](items=list(found))
        return releases.listing(Shipped(page, **shipped), asked, fence=FENCE, now=NOW).text

    def test_of_several_projects_the_one_that_fares_worst_is_told(self) -> None:
        release = a_release(
            "2.0",
            {"slug": "web", "healthData": health(99.5, 80)},
            {"slug": "app", "healthData": health(91.239, 10)},
        )
        assert "2.0|web, app|2 d|80%|91.23%" in self.shown(release)

    def test_many_projects_are_counted(self) -> None:
        release = a_release("2.0", *({"slug": slug} for slug in "abcd"))
        assert "2.0|a, b, +2|2 d" in self.shown(release)

    def test_an_age_that_is_said_already_is_not_repeated(self) -> None:
        same = a_release(lastDeploy=deploy("production", days=2, hours=1))
        later = a_release(lastDeploy=deploy("production", hours=3))
        assert "|production\n" in self.shown(same)
        assert "|production 3 h\n" in self.shown(later)

    def test_a_time_shows_moments_instead_of_ages(self) -> None:
        release = a_release()
        deployed = Deployed.model_validate(
            {"version": "shop@1.9", "deploy": deploy("production", hours=1)}
        )
        text = self.shown(release, within="then", deploys=[deployed])
        assert "shop@2.0|2026-11-06 12:00" in text
        assert "2026-11-08 11:00|production|shop@1.9" in text

    def test_a_deploy_is_told_once(self) -> None:
        release = a_release(lastDeploy=deploy("production", hours=1))
        told = Deployed.model_validate(
            {"version": "shop@2.0", "deploy": deploy("production", hours=1)}
        )
        text = self.shown(release, within="then", deploys=[told])
        assert text.count("2026-11-08 11:00") == text.count("production") == 1
        assert "last deploy" not in text
        assert "production 2026-11-08 11:00" in self.shown(release, within="then")

    def test_deploys_that_did_not_come_are_named(self) -> None:
        text = self.shown(a_release(), failed=[Failed("deploys", "It took too long.")])
        assert text.endswith("failed: deploys (It took too long)")

    def test_versions_and_environments_stand_in_the_fence(self) -> None:
        text = self.shown(a_release("canary", lastDeploy=deploy("canary", days=1)))
        assert "canary" in fenced(text)
        assert "canary" not in unfenced(text)


class TestRelease:
    def shown(self, release: Release, **parts: Any) -> str:
        whole = whole_release.WholeRelease(release, URL, **parts)
        return whole_release.details(whole, include=(), fence=FENCE, now=NOW, budget=DEFAULT).text

    def test_the_heading_says_how_far_it_has_spread(self) -> None:
        text = self.shown(a_release(adoptionStages={"shop": {"stage": "low_adoption"}}))
        assert text.startswith("release of shop · low adoption · released 2 d ago (2026-11-06")

    def test_health_is_told_for_each_project(self) -> None:
        text = self.shown(
            a_release(
                "2.0",
                {"slug": "web", "healthData": health(99.5)},
                {"slug": "app", "healthData": health(None)},
            )
        )
        assert (
            "health in web, 14 d: crash-free sessions 99.5%, users 99.5%; 1.2k sessions, 1 user;"
            in text
        )
        assert "health in app, 14 d: crash-free sessions unknown" in text

    def test_more_issues_than_fit_are_counted(self) -> None:
        text = self.shown(a_release(newGroups=9), new=Page(items=[an_issue()]))
        assert "new issues: 9\nissue|title" in text
        assert "… 8 more (include=issues)" in text

    def test_many_authors_are_counted(self) -> None:
        people = [{"name": f"P{number}", "email": "p@acme.test"} for number in range(8)]
        text = self.shown(a_release(authors=people, commitCount=40))
        assert "40 commits by P0, P1, P2, P3, P4, P5, 2 more" in text

    def test_commit_messages_stand_in_the_fence(self) -> None:
        commit = ReleaseCommit.model_validate({"id": "c" * 40, "message": "canary\nmore"})
        text = self.shown(a_release(), commits=Page(items=[commit]))
        assert f"{'c' * 9} canary" in fenced(text)
        assert "canary" not in unfenced(text)

    def test_the_address_spells_the_version_safely(self) -> None:
        release = a_release("shop@2.0+7 b")
        url = whole_release.release_url("http://sentry.test", "acme", release, ["3"])
        assert url.endswith("/organizations/acme/releases/shop%402.0%2B7%20b/?project=3")

    def test_a_long_list_is_cut_within_the_budget(self) -> None:
        commits = [{"id": f"{number:040}", "message": "x" * 90} for number in range(400)]
        page = Page(items=[ReleaseCommit.model_validate(commit) for commit in commits])
        text = self.shown(a_release(), commits=page)
        assert len(text) <= DEFAULT
        assert "more lines" in text
        assert "release of shop" in text


class TestComparison:
    def shown(self, **more: Any) -> str:
        parts: Json = {
            "newer": a_release("shop@2.0"),
            "older": a_release("shop@1.9", dateCreated=ago(days=9)),
            "asked": release_comparison.Asked("acme", (), "14d"),
            "url": URL,
            "sessions": None,
            "errors": None,
            "transactions": None,
            "new": None,
            "regressed": None,
            "resolved": None,
            "commits": None,
            "deploys": ((), ()),
            "failed": (),
        }
        told = Comparison(**parts | more)
        return release_comparison.comparison(told, fence=FENCE, now=NOW, budget=DEFAULT).text

    def sessions(self, newer: float | None, older: float | None) -> SessionReport:
        groups = [
            {
                "by": {"release": version},
                "totals": {"sum(session)": 1_000, "crash_free_rate(session)": rate},
            }
            for version, rate in (("shop@2.0", newer), ("shop@1.9", older))
        ]
        return SessionReport.model_validate({"groups": groups})

    def rows(self, *rows: Json) -> Rows:
        return Rows.model_validate({"items": list(rows)})

    def test_rates_differ_by_points(self) -> None:
        text = self.shown(sessions=self.sessions(0.97, 0.996))
        assert "crash-free sessions|97%|99.6%|-2.60 points" in text

    def test_what_is_not_known_of_one_is_not_compared(self) -> None:
        text = self.shown(sessions=self.sessions(0.97, None))
        assert "crash-free sessions|97%|\n" in text
        assert "points" not in text

    def test_errors_are_weighed_by_sessions(self) -> None:
        errors = self.rows(
            {"release": "shop@2.0", "count()": 40}, {"release": "shop@1.9", "count()": 10}
        )
        text = self.shown(errors=errors, sessions=self.sessions(0.9, 0.9))
        assert "errors per 1k sessions|40|10|4 times" in text

    def transactions(self, *told: tuple[str, float, float, int]) -> Rows:
        """Tell transactions: how long the newer and the older take, in how many calls each."""
        return self.rows(
            *(
                {
                    "transaction": transaction,
                    "release": release,
                    "p50(span.duration)": time,
                    "p95(span.duration)": time,
                    "count()": calls,
                }
                for transaction, *times, calls in told
                for release, time in zip(("shop@2.0", "shop@1.9"), times, strict=True)
            )
        )

    @pytest.mark.parametrize(
        ("now", "before", "said"),
        [
            (900, 300, "slower: /pay p95 300 ms → 900 ms (3.0 times), 90 calls, 90 before"),
            (300, 900, "faster: /pay p95 900 ms → 300 ms (3.0 times), 90 calls, 90 before"),
        ],
    )
    def test_a_transaction_that_changed_by_much_is_named(
        self, now: float, before: float, said: str
    ) -> None:
        assert said in self.shown(transactions=self.transactions(("/pay", now, before, 90)))

    def test_what_most_calls_felt_comes_first_and_slower_before_faster(self) -> None:
        text = self.shown(
            transactions=self.transactions(
                ("/rare", 900, 100, 50), ("/often", 200, 100, 5_000), ("/better", 10, 100, 9_000)
            )
        )
        told = re.findall(r"^(?:slower|faster): (/\w+)", text, re.MULTILINE)
        assert told == ["/often", "/rare", "/better"]

    def test_small_changes_tell_nothing_and_few_calls_are_counted(self) -> None:
        assert "slower:" not in self.shown(transactions=self.transactions(("/pay", 310, 300, 90)))
        few = self.shown(transactions=self.transactions(("/pay", 900, 300, 39)))
        assert "slower:" not in few
        assert "speed unknown of 1 transaction with fewer than 40 calls in one of the two" in few

    def test_another_mix_of_the_same_transactions_is_no_change(self) -> None:
        mixed = self.rows(
            *(
                {"transaction": path, "release": f"shop@{release}", "count()": calls}
                | {"p50(span.duration)": time, "p95(span.duration)": time}
                for path, time, counts in (("/slow", 900, (80, 8_000)), ("/fast", 10, (8_000, 80)))
                for release, calls in zip(("2.0", "1.9"), counts, strict=True)
            )
        )
        assert "p50 of the same calls|||same" in self.shown(transactions=mixed)

    def test_a_change_weighs_as_much_as_it_is_called(self) -> None:
        told = self.transactions(("/pay", 800, 100, 100), ("/look", 10, 10, 200))
        assert "p95 of the same calls|||2 times" in self.shown(transactions=told)

    def test_what_could_not_be_read_is_named(self) -> None:
        text = self.shown(failed=(Failed("errors", "No permission."),))
        assert text.endswith("failed: errors (No permission)")
