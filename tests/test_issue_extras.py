"""What surrounds an issue, for those who ask for it: Seer's work, likes of it, course, flags."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest
from mcp import Client

from answers import Ask, text_of
from clock import generous, now
from dexter_mcp.sentry.autofix import Autofix, AutofixState
from dexter_mcp.sentry.events import Event, Events
from dexter_mcp.sentry.issue_counts import IssueCounts
from dexter_mcp.sentry.issues import Issues
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.faults import Fault
from dexter_mcp.views.autofix import autofix
from invented import NOW, an_event, an_issue, context, read, shown
from road import road
from small_world import small_world, story
from tokens import tokens

pytestmark = pytest.mark.anyio

REGRESSION = "CHECKOUT-J"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Offer every tool about issues, the daily ones and the others."""
    return replace(settings, toolsets=("issues",))


class TestInTheSample:
    async def test_seer_tells_cause_and_plan(self, ask: Ask) -> None:
        text = await ask("get_issue", issue=REGRESSION, include=["autofix"])
        assert "Seer:\nneed more information, 19 h ago\nroot cause: PaymentService.auth" in text
        assert "\n2. NordPay answers 202" in text
        assert "proposed:\n- Return a Pending attempt" in text

    async def test_an_issue_that_seer_has_not_seen_says_so(self, ask: Ask) -> None:
        text = await ask("get_issue", issue="CHECKOUT-A", include=["autofix"])
        assert "Seer:\nno run yet" in text

    async def test_similar_issues_are_named_the_most_alike_first(self, ask: Ask) -> None:
        text = await ask("get_issue", issue=REGRESSION, include=["similar"])
        alike = [int(share) for share in re.findall(r"\nCHECKOUT-\w+\|(\d+)%\|", text)]
        assert len(alike) == 10
        assert alike == sorted(alike, reverse=True)

    async def test_the_course_of_an_issue_adds_up(self, ask: Ask, sample: Simulator) -> None:
        world = sample.world
        issue = world.issue("acme", REGRESSION)
        assert issue
        moments = [event.at for event in world.store.find(world.events_of(issue))]
        text = await ask("get_issue", issue=REGRESSION, include=["stats"])
        days = re.findall(r"\d\d-\d\d (\d+)", text.partition("by day:")[2].partition("\n")[0])
        assert sum(map(int, days)) == len(moments)
        assert f"last 30d: {len(moments)} events, most {max(map(int, days))} at 08-11" in text
        assert re.search(r"in checkout@4.16.0, the newest release: \d+ events in 30d, first", text)

    async def test_what_one_issue_was_grouped_by_is_shown(self, ask: Ask) -> None:
        text = await ask("get_issue", issue=REGRESSION, include=["hashes"])
        assert re.search(r"\n[0-9a-f]{32}\|[0-9a-f]{32}\|4 min\|KeyError: 'authorization'\n", text)

    async def test_a_ticket_that_is_not_there_is_said_to_be_missing(self, ask: Ask) -> None:
        assert "none here: tickets" in await ask(
            "get_issue", issue="CHECKOUT-A", include=["tickets"]
        )

    async def test_feature_flags_of_the_event_are_shown_as_switches(self, ask: Ask) -> None:
        for way in ({"tool": "get_issue"}, {"tool": "get_event", "event": "latest"}):
            text = await ask(issue=REGRESSION, **way)
            assert "flags:\nthree-d-secure-v2 on, express-checkout off\n" in text
            assert "values=" not in text

    async def test_tickets_are_told_with_what_holds_them(self, ask: Ask, sample: Simulator) -> None:
        text = await ask("get_issue", issue=REGRESSION, include=["tickets"])
        assert "tickets:\nticket|in|title\nPAY-431|Acme Jira|NordPay: 3-D Secure payments" in text
        limited = next(i for i in sample.world.issues.values() if i.title.startswith("RateLim"))
        text = await ask("get_issue", issue=limited.short_id, include=["tickets"])
        assert "LEDGER#77|app ledger-desk|https://ledgerworks.example/tickets/77\n" in text
        assert "ticket PAY-431, Acme Jira\n" in await ask("get_issue", issue=REGRESSION)

    async def test_a_part_names_the_tool_that_knows_more_of_it(
        self, settings: Settings, sample: Simulator
    ) -> None:
        wide = replace(settings, toolsets=("issues", "replays"))
        async with Client(build_server(wide, sample, now=now)) as client:
            asked = {"issue": REGRESSION, "include": ["replays", "tickets", "feedback"]}
            text = text_of(await client.call_tool("get_issue", asked))
        assert f"list_replays issue={REGRESSION} · " in text
        assert f"list_feedback issue={REGRESSION} · " in text
        assert "list_issue_tickets" not in text, "no such tool is on offer"

    async def test_everything_at_once_is_affordable(self, ask: Ask) -> None:
        extras = ["feedback", "similar", "autofix", "stats", "replays", "tickets", "hashes"]
        assert tokens(await ask("get_issue", issue=REGRESSION, include=extras)) <= 1_500


class TestCounting:
    async def test_the_usual_states_are_counted_at_once(self, ask: Ask, sample: Simulator) -> None:
        text = await ask("count_issues", period="90d")
        told = {query: int(number) for number, query in re.findall(r"\n(\d+)\|(.+)", text)}
        issues = list(sample.world.issues.values())
        unresolved = [issue for issue in issues if issue.status == "unresolved"]
        assert told["is:unresolved"] == len(unresolved) > 100
        assert told["is:resolved"] == sum(issue.status == "resolved" for issue in issues)
        assert told["is:regressed"] == sum(issue.substatus == "regressed" for issue in issues)
        assert told["is:unresolved is:unassigned"] == sum(not i.assigned_to for i in unresolved)
        assert tokens(text) <= 150

    async def test_own_searches_are_counted_in_their_order(self, ask: Ask) -> None:
        queries = ["level:fatal", "is:unresolved assigned:me"]
        text = await ask("count_issues", queries=queries, project="checkout")
        assert text.startswith("issues with events, org: acme, project: checkout, last 14d\n")
        assert re.search(r"\n\d+\|level:fatal\n\d+\|is:unresolved assigned:me$", text)

    async def test_too_many_searches_are_told_how_many_there_may_be(self, refused: Ask) -> None:
        told = await refused("count_issues", queries=["is:new"] * 11)
        assert told.startswith("`queries` must be a list of at most 10, not [")

    async def test_a_search_that_makes_no_sense_is_refused_in_sentrys_words(
        self, refused: Ask
    ) -> None:
        assert 'Invalid value for "is"' in await refused("count_issues", queries="is:odd")


class TestElsewhere:
    """On servers that lack something, or fail."""

    @pytest.fixture
    def simulator(self) -> Simulator:
        world = small_world(now)
        world.tell("acme", story(last_seen=timedelta(hours=1)))
        world.tell("acme", story("Other", last_seen=timedelta(hours=3)))
        return generous(Simulator(world))

    async def test_a_server_without_seer_says_so(self, ask: Ask, simulator: Simulator) -> None:
        simulator.world.self_hosted = True
        text = await ask("get_issue", issue="CHECKOUT-1", include=["autofix"])
        assert "Seer:\nnot available: this Sentry has no Seer, or it is off" in text

    @pytest.mark.parametrize(
        ("path", "section", "said"),
        [
            ("/similar/", "similar", "this Sentry does not compare issues"),
            ("/replay-count/", "replays", "this Sentry counts no replays"),
            ("/source-map-debug/", "source_maps", "this Sentry cannot tell"),
            ("/current-release/", "stats", "by day: 08-11 "),
        ],
    )
    async def test_a_server_that_lacks_a_part_says_so(
        self, ask: Ask, simulator: Simulator, path: str, section: str, said: str
    ) -> None:
        simulator.faults.add(Fault(path=path, status=404, times=-1))
        assert said in await ask("get_issue", issue="CHECKOUT-1", include=[section])

    @pytest.mark.parametrize("section", ["autofix", "similar", "hashes", "feedback", "stats"])
    async def test_a_part_that_fails_is_named_and_the_others_stand(
        self, ask: Ask, simulator: Simulator, section: str
    ) -> None:
        path = {"feedback": "user-reports", "stats": "current-release"}.get(section, section)
        simulator.faults.add(Fault(path=f"/{path}/", status=403, times=-1))
        text = await ask("get_issue", issue="CHECKOUT-1", include=[section, "exception"])
        assert f"failed: {section} (" in text
        assert "none here" not in text
        assert "no KeyError here" in text

    async def test_an_issue_of_older_releases_is_not_in_the_newest(self, ask: Ask) -> None:
        text = await ask("get_issue", issue="CHECKOUT-1", include=["stats"])
        assert "\nnot seen in the newest release\n" in text

    async def test_replays_are_counted(self, ask: Ask, simulator: Simulator) -> None:
        number = next(iter(simulator.world.issues))
        body = json.dumps({str(number): 3}).encode()
        simulator.faults.add(Fault(path="/replay-count/", status=200, body=body, times=-1))
        text = await ask("get_issue", issue="CHECKOUT-1", include=["replays"])
        assert "replays:\n3 replays with an event of it\n" in text
        assert "list_replays" not in text, "no such tool is on offer"

    async def test_merged_issues_are_grouped_by_several_hashes(
        self, ask: Ask, simulator: Simulator
    ) -> None:
        first, second = simulator.world.issues
        simulator.world.merge_issues(first, [second])
        text = await ask("get_issue", issue="CHECKOUT-1", include=["hashes"])
        assert len(re.findall(r"\n[0-9a-f]{32}\|", text)) == 2

    async def test_nothing_of_it_is_asked_for_unless_it_is_named(
        self, ask: Ask, simulator: Simulator
    ) -> None:
        await ask("get_issue", issue="CHECKOUT-1", detail="full")
        asked = " ".join(simulator.world.seen)
        for path in ("autofix", "similar", "user-reports", "hashes", "source-map", "replay-count"):
            assert path not in asked

    async def test_a_count_beyond_all_counting_says_at_least(
        self, ask: Ask, simulator: Simulator
    ) -> None:
        body = json.dumps({"is:unresolved": 100}).encode()
        simulator.faults.add(Fault(path="/issues-count/", status=200, body=body, times=-1))
        simulator.faults.add(Fault(path="/organizations/acme/issues/", status=403, times=-1))
        text = await ask("count_issues", queries=["is:unresolved", "is:new"])
        assert text.endswith("100 or more|is:unresolved\nunknown|is:new")


class TestViews:
    def test_tickets_are_told_once(self) -> None:
        tickets = [{"displayName": "acme/shop#12", "webUrl": "https://git.test/12"}]
        issue = an_issue(integrationIssues=tickets)
        assert shown(context(issue=issue)).count("acme/shop#12") == 1

    def test_many_flags_show_the_latest_and_all_on_demand(self) -> None:
        values = [{"flag": f"flag-{at}", "result": at % 2 == 0} for at in range(20)]
        values.append({"flag": "variant", "result": "blue"})
        event = an_event(contexts={"flags": {"values": values}, "os": {"name": "Linux"}})
        text = read(event)
        assert "flag-18 on, flag-19 off, variant blue\n… 13 earlier (include=flags)" in text
        assert "flag-0" not in text
        whole = read(event, detail="full")
        assert "flag-0 on, flag-1 off" in whole
        assert whole.count("flag-0 ") == 1

    @pytest.mark.parametrize(
        "contexts", [None, {}, {"flags": None}, {"flags": {"values": 3}}, {"flags": {}}]
    )
    def test_odd_flags_are_none(self, contexts: object) -> None:
        event = Event.model_validate({"id": "e", "contexts": contexts})
        assert event.flags == ()

    def test_a_run_of_todays_servers_reads_like_one_of_older_servers(self) -> None:
        root = {"one_line_description": "It divides by zero", "five_whys": ["no cart", "no user"]}
        plan = {"one_line_summary": "Check first", "steps": [{"title": "Add a guard"}]}
        artifacts = [{"key": "root_cause", "data": root}, {"key": "solution", "data": plan}]
        opened = {"repo_name": "acme/shop", "pr_number": 7, "pr_url": "https://git.test/7"}
        run = {
            "status": "completed",
            "blocks": [{"message": {"content": "…"}, "artifacts": artifacts}, {}],
            "repo_pr_states": {"acme/shop": opened},
        }
        state = AutofixState.model_validate({"autofix": run})
        assert list(autofix(state, NOW)) == [
            "completed",
            "root cause: It divides by zero",
            "1. no cart",
            "2. no user",
            "proposed:",
            "- Check first",
            "- Add a guard",
            "pull request acme/shop #7, https://git.test/7",
        ]

    @pytest.mark.parametrize("run", [{}, {"steps": 3, "blocks": [None], "status": None}])
    def test_a_run_of_an_unknown_shape_fails_nothing(self, run: object) -> None:
        state = AutofixState.model_validate({"autofix": run})
        assert "".join(autofix(state, NOW)) == ""


class TestRequests:
    """What is asked of Sentry where no tool asks for it yet."""

    pytestmark = pytest.mark.virtual_time

    async def test_the_course_of_an_issue_in_a_resolution(self) -> None:
        api, server = road(httpx2.Response(200, json=[[1786492800, 3]]))
        told = await IssueCounts(api).series("acme", "4410", since=1, until=2, resolution="1d")
        assert told == ((1786492800.0, 3.0),)
        (request,) = server.asked
        assert request.url.path == "/api/0/organizations/acme/issues/4410/stats/"
        assert request.url.query == b"since=1&until=2&resolution=1d"

    async def test_seers_work_as_a_text_for_models(self) -> None:
        body = {"autofix": {"status": "x"}, "formatted": {"format": "markdown", "content": "# It"}}
        api, server = road(httpx2.Response(200, json=body))
        told = await Autofix(api).get("acme", "4410", llm_format="markdown")
        assert told.formatted
        assert told.formatted.content.raw == "# It"
        assert server.asked[0].url.query == b"llmFormat=markdown"

    async def test_an_event_of_a_project_without_its_issue(self) -> None:
        api, server = road(httpx2.Response(200, json={"id": "0" * 32, "eventID": "0" * 32}))
        event = await Events(api).in_project("acme", "web", "0" * 32)
        assert event.id == "0" * 32
        assert server.asked[0].url.path == f"/api/0/projects/acme/web/events/{'0' * 32}/"

    async def test_the_events_and_issues_of_a_project(self) -> None:
        api, server = road(httpx2.Response(200, json=[{"id": "1"}]))
        events = await Events(api).of_project("acme", "web", stats_period="24h", per_page=5)
        issues = await Issues(api).of_project("acme", "web", query="", limit=5)
        assert [each.id for each in (*events.items, *issues.items)] == ["1", "1"]
        asked = [str(request.url).partition("/api/0")[2] for request in server.asked]
        assert asked == [
            "/projects/acme/web/events/?statsPeriod=24h&per_page=5",
            "/projects/acme/web/issues/?query=&statsPeriod=24h&sort=date&limit=5",
        ]
