"""Issues in lists, and the header of a single one."""

from typing import Any

from dexter_mcp.sentry.issues import Issue
from dexter_mcp.sentry.reply import Page
from dexter_mcp.views import issues
from dexter_mcp.views.answer import Failed
from invented import ASKED, FENCE, NOW, an_issue, context, fenced, shown, unfenced


class TestSearch:
    def listing(self, *found: Issue, **page: Any) -> str:
        asked = Page[Issue](items=list(found), **page)
        return issues.listing(asked, ASKED, fence=FENCE, now=NOW).text

    def test_an_issue_is_a_line(self) -> None:
        assert (
            "CHECKOUT-7F|KeyError: 'MUG-0042'|/api/cart|regressed, high|182|57|4 min|14 d"
            in self.listing(an_issue())
        )

    def test_the_query_that_was_sent_is_repeated(self) -> None:
        assert (
            "query: is:unresolved, org: acme, project: checkout, environment: production, "
            "last 14d, sort: freq" in self.listing(an_issue())
        )

    def test_it_says_how_many_of_how_many(self) -> None:
        assert "1 of 132 issues" in self.listing(an_issue(), total=132, next_cursor="c")
        capped = self.listing(an_issue(), total=1000, at_least=True, next_cursor="c")
        assert "1 of at least 1000 issues" in capped

    def test_a_list_that_goes_on_ends_with_its_cursor(self) -> None:
        text = self.listing(an_issue(), next_cursor="sealed")
        assert text.endswith("next page: cursor=sealed")

    def test_no_match_is_no_error_and_says_what_to_widen(self) -> None:
        text = self.listing()
        assert text.startswith("No issue matches.\nquery: is:unresolved")
        assert text.endswith("Widen or leave out: query, project, environment, period.")

    def test_the_project_is_said_where_there_are_several(self) -> None:
        other = an_issue(project={"slug": "gateway"})
        assert "|gateway|" in self.listing(an_issue(), other)
        assert "|checkout|" not in self.listing(an_issue())

    def test_a_project_that_all_are_in_is_said_once(self) -> None:
        gateway = an_issue(project={"slug": "gateway"})
        assert "sort: freq; all in project gateway\n" in self.listing(gateway, gateway)
        assert "all in" not in self.listing(an_issue())

    def test_what_is_usual_is_not_said(self) -> None:
        text = self.listing(an_issue(priority="medium", assignedTo=None, level="error"))
        assert "assigned" not in text
        assert "medium" not in text

    def test_a_team_can_be_told_from_a_person(self) -> None:
        team = an_issue(assignedTo={"type": "team", "id": "7", "name": "payments"})
        assert "|#payments|" in self.listing(team)

    def test_titles_stand_in_the_fence(self) -> None:
        text = self.listing(an_issue(title="canary", culprit="canary"))
        assert "canary" in fenced(text)
        assert "canary" not in unfenced(text)


class TestHeading:
    def test_it_says_what_it_is_in_what_state_and_since_when(self) -> None:
        stats = {"24h": [[1, 3], [2, 38]], "30d": [[1, 100], [2, 82]]}
        head = unfenced(shown(context(issue=an_issue(isUnhandled=True, stats=stats)))).split("\n")
        assert head[0] == (
            "CHECKOUT-7F · unresolved, regressed · high priority · unhandled · "
            "project checkout (python) · unassigned"
        )
        assert head[1:4] == [
            "182 events, 57 users · last 24h 41 ▁█ · last 30d █▇",
            "first seen 14 d ago (2026-10-25 12:00 UTC), last 4 min ago (2026-11-08 11:56 UTC)",
            "https://sentry.test/organizations/acme/issues/4410/",
        ]

    def test_an_ignored_issue_is_called_archived(self) -> None:
        ignored = an_issue(status="ignored", substatus="archived_until_escalating")
        assert " · archived until escalating · " in shown(context(issue=ignored))

    def test_the_link_is_given_once(self) -> None:
        assert shown(context()).count("https://sentry.test") == 1

    def test_where_to_go_on_is_said_last(self) -> None:
        assert shown(context()).endswith(
            "more: detail=full · `get_event` issue=CHECKOUT-7F event=latest · "
            "`list_issue_events` · `get_issue_tag`"
        )

    def test_what_could_not_be_read_is_named(self) -> None:
        text = shown(context(event=None, failed=(Failed("event", "Sentry took too long."),)))
        assert text.endswith("failed: event (Sentry took too long)")
        assert "KeyError: 'MUG-0042'" in fenced(text)
