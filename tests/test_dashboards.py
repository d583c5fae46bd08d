"""Dashboards: found by whatever somebody calls them, and shown with what their widgets find."""

import re

import pytest

from answers import Ask
from clock import generous, now
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.faults import Fault
from dexter_mcp.simulator.memory.dashboards import Dashboard, Question, Widget
from small_world import small_world, story
from tokens import tokens

WHOLE = 900
ODD = 'checkout@1.1.0 "final*"'
"""A version with all that means more in a search."""


@pytest.fixture
def settings() -> Settings:
    return Settings(
        url="http://sentry.test",
        token=Simulator.TOKEN,
        toolsets=("dashboards",),
        requests_per_second=100_000,
    )


@pytest.mark.anyio
class TestOnTheSampleWorld:
    async def test_they_are_listed(self, ask: Ask) -> None:
        text = await ask("list_dashboards")
        assert text.startswith("3 dashboards, org: acme")
        assert "881|Checkout health|6|Mira Voss|160 d|yes|production" in text

    async def test_a_part_of_a_title_narrows_the_list(self, ask: Ask) -> None:
        assert (await ask("list_dashboards", query="mobile")).startswith("1 dashboard, org: acme")
        assert "Leave out `query`" in await ask("list_dashboards", query="zeppelin")

    async def test_each_widget_shows_what_it_finds_now(self, ask: Ask) -> None:
        text = await ask("get_dashboard", dashboard="Checkout health")
        assert text.startswith("dashboard 881: Checkout health · by Mira Voss")
        assert "org: acme, project: checkout, last 7d" in text
        assert "environment: production" in text
        assert re.search(
            r"^Errors \(line, error-events\): count\(\) \S+ total \d+, max", text, re.MULTILINE
        )
        assert re.search(
            r"^Users with errors \(big number, error-events\): \d+$", text, re.MULTILINE
        )
        assert re.search(r"^checkout@4\.16\.0 \S+ average \d+ ms", text, re.MULTILINE)
        assert "transaction|p95(span.duration)|count()\n/api/orders|" in text
        assert "issue|title|events|users|last seen\nCHECKOUT-" in text
        assert re.search(
            r"^Crash-free sessions \(big number, metrics\): 9\d\.\d+%$", text, re.MULTILINE
        )
        assert tokens(text) <= WHOLE

    async def test_the_checkout_became_slower_with_the_release(self, ask: Ask) -> None:
        text = await ask("get_dashboard", dashboard="881", widget="p95")
        figures = dict(re.findall(r"^checkout@(\S+) \S+ average (\d+) ms", text, re.MULTILINE))
        assert int(figures["4.16.0"]) > 1.5 * int(figures["4.15.0"])

    async def test_an_older_widget_is_sorted_as_it_says(self, ask: Ask) -> None:
        text = await ask("get_dashboard", dashboard="882", widget="Screens")
        assert "transaction|p95(span.duration)|count()\nHomeScreen|" in text

    async def test_what_cannot_be_run_shows_its_text(self, ask: Ask) -> None:
        text = await ask("get_dashboard", dashboard="Platform overview", widget="runbook")
        assert "Runbook (text): Read https://wiki.acme.test/runbook before you page." in text

    async def test_project_environment_and_period_replace_its_own(self, ask: Ask) -> None:
        text = await ask(
            "get_dashboard",
            dashboard="881",
            widget="Errors",
            project="storefront",
            environment="staging",
            period="24h",
        )
        assert "org: acme, project: storefront, last 24h" in text
        assert "environment: staging" in text

    async def test_one_widget_alone_shows_more_rows(self, ask: Ask) -> None:
        few = await ask("get_dashboard", dashboard="883")
        many = await ask("get_dashboard", dashboard="883", widget="Database time")
        assert len(many.split("sum(span.duration)\n")[1].splitlines()) > 6
        assert len(few.split("sum(span.duration)\n")[1].splitlines()) < 10

    @pytest.mark.parametrize(
        "named", ["882", "mobile", "http://sentry.test/organizations/acme/dashboard/882/?x=1"]
    )
    async def test_one_is_found_in_every_form(self, ask: Ask, named: str) -> None:
        text = await ask("get_dashboard", dashboard=named, widget="Screens")
        assert text.startswith("dashboard 882: Mobile releases")

    @pytest.mark.parametrize(
        ("asked", "said"),
        [
            ({"dashboard": "Chekout helth"}, "Did you mean 881 (Checkout health)?"),
            ({"dashboard": "999"}, "No dashboard '999' is visible in 'acme'."),
            ({"dashboard": "o"}, "Several dashboards fit 'o'"),
            ({"dashboard": "881", "widget": "zeppelin"}, "It has: Errors, Users with errors"),
        ],
    )
    async def test_what_is_not_there_is_said_with_what_is(
        self, refused: Ask, asked: dict[str, str], said: str
    ) -> None:
        assert said in await refused("get_dashboard", **asked)


@pytest.mark.anyio
class TestInTrouble:
    @pytest.fixture
    def simulator(self) -> Simulator:
        world = small_world(now)
        world.tell("acme", story("KeyError", releases={"checkout@1.1.0": 1}))
        world.tell("acme", story("TypeError", releases={"checkout@1.0.0": 1}))
        counted = Question(("count()",), ("title",), orderby="-count()")
        broken = Question(("nonsense(x)",), ("title",))
        unresolved = Question(conditions="is:unresolved")
        widgets = [
            Widget(1, "All", "table", "error-events", (counted,)),
            Widget(2, "Bad", "table", "error-events", (broken,)),
            Widget(3, "Open", "table", "issue", (unresolved,)),
            *(Widget(at, f"More {at}", "big_number", "spans", ()) for at in range(4, 15)),
        ]
        author, period = "mira@acme.test", "14d"
        world.tell("acme", story("OSError", releases={ODD: 1}))
        for number, releases in ((5, ()), (6, ("checkout@1.1.0",)), (7, (ODD,))):
            world.dashboards.add(
                Dashboard(
                    number,
                    "acme",
                    f"Board {number}",
                    author,
                    now(),
                    widgets,
                    [-1],
                    period=period,
                    releases=releases,
                )
            )
        return generous(Simulator(world))

    async def test_a_project_that_is_gone_is_left_out(self, ask: Ask, simulator: Simulator) -> None:
        checkout = next(iter(simulator.world.projects))
        simulator.world.dashboards.of("acme")[0].projects = [checkout, 999_999]
        text = await ask("get_dashboard", dashboard="5", widget="All")
        assert "project: checkout," in text
        assert "left out: 1 of its projects, deleted or not visible" in text

    async def test_one_whose_projects_are_all_gone_is_not_shown_over_all_others(
        self, ask: Ask, refused: Ask, simulator: Simulator
    ) -> None:
        simulator.world.dashboards.of("acme")[0].projects = [999_999]
        text = await refused("get_dashboard", dashboard="5", widget="All")
        assert "None of the projects of dashboard 5 is visible in 'acme'." in text
        assert "Say which to look at: `project`." in text
        assert "KeyError" in await ask(
            "get_dashboard", dashboard="5", widget="All", project="checkout"
        )

    async def test_a_widget_that_fails_costs_no_other(self, ask: Ask) -> None:
        text = await ask("get_dashboard", dashboard="5")
        assert "KeyError: no KeyError here|10" in text
        assert re.search(r"^Bad \(table, error-events\): failed: .*nonsense", text, re.MULTILINE)

    async def test_one_that_sentry_does_not_answer_is_named(
        self, ask: Ask, simulator: Simulator
    ) -> None:
        simulator.faults.add(Fault(path="/issues/", status=403))
        text = await ask("get_dashboard", dashboard="5", widget=["All", "Open"])
        assert "KeyError: no KeyError here|10" in text
        assert "Open (table, issue): failed:" in text

    async def test_widgets_beyond_the_most_are_named(self, ask: Ask) -> None:
        text = await ask("get_dashboard", dashboard="5")
        assert "not run, name them in `widget`: More 13, More 14" in text

    async def test_its_own_filters_narrow_its_widgets(self, ask: Ask) -> None:
        text = await ask("get_dashboard", dashboard="6", widget="All")
        assert "release: checkout@1.1.0" in text
        assert "KeyError" in text
        assert "TypeError" not in text

    async def test_a_release_with_quotes_in_its_name_narrows_them_too(self, ask: Ask) -> None:
        text = await ask("get_dashboard", dashboard="7", widget="All")
        assert "OSError" in text
        assert "KeyError" not in text
