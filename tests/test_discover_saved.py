"""Saved queries: listed, and run by whatever somebody calls them."""

import re

import pytest

from answers import Ask
from clock import generous, now
from dexter_mcp.sentry.saved_queries import (
    DiscoverQuery,
    ExploreQuery,
    from_discover,
    from_explore,
)
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.faults import Fault
from small_world import small_world, story
from tokens import tokens

LISTED = 600


class TestReading:
    def test_a_query_of_discover_is_read(self) -> None:
        saved = from_discover(
            DiscoverQuery.model_validate(
                {
                    "id": 7,
                    "name": "Top",
                    "queryDataset": "error-events",
                    "fields": ["title", "count()"],
                    "orderby": ["-count"],
                    "projects": [-1],
                    "range": "7d",
                    "yAxis": "count()",
                }
            )
        )
        assert saved.reference == "discover/7"
        assert (saved.dataset, saved.fields) == ("errors", ("title", "count()"))
        assert (saved.sort, saved.projects, saved.y_axis) == ("-count", (), ("count()",))

    def test_an_older_query_without_a_dataset_is_about_everything(self) -> None:
        assert from_discover(DiscoverQuery(id="1")).dataset == "discover"

    def test_a_query_of_explore_groups_and_draws(self) -> None:
        part = {
            "mode": "aggregate",
            "query": "span.op:db",
            "fields": ["id"],
            "aggregateField": [{"groupBy": "release"}, {"yAxes": ["p95(span.duration)"]}],
            "aggregateOrderby": "-p95(span.duration)",
        }
        saved = from_explore(
            ExploreQuery.model_validate({"id": "8", "dataset": "spans", "query": [part]})
        )
        assert saved.fields == ("release", "p95(span.duration)")
        assert saved.sort == "-p95(span.duration)"

    def test_an_older_query_of_explore_says_the_same_in_other_words(self) -> None:
        part = {
            "groupby": ["release"],
            "visualize": [{"yAxes": ["count()"]}],
            "orderby": "-count()",
        }
        saved = from_explore(ExploreQuery.model_validate({"id": "9", "query": [part]}))
        assert (saved.dataset, saved.fields, saved.sort) == (
            "spans",
            ("release", "count()"),
            "-count()",
        )

    def test_samples_of_explore_show_their_fields(self) -> None:
        part = {"mode": "samples", "fields": ["id", "span.op"], "orderby": "-timestamp"}
        saved = from_explore(ExploreQuery.model_validate({"id": "9", "query": [part]}))
        assert (saved.fields, saved.sort) == (("id", "span.op"), "-timestamp")


@pytest.fixture
def settings() -> Settings:
    return Settings(
        url="http://sentry.test",
        token=Simulator.TOKEN,
        toolsets=("discover",),
        requests_per_second=100_000,
    )


@pytest.mark.anyio
class TestOnTheSampleWorld:
    async def test_they_are_listed_with_what_they_ask(self, ask: Ask) -> None:
        text = await ask("list_saved_queries")
        assert "|Top errors by users, production|errors|title, project, count()" in text
        assert "|p95 of /api/checkout by release|spans|release, p95(span.duration)" in text
        assert tokens(text) <= LISTED

    async def test_a_part_of_a_name_narrows_the_list(self, ask: Ask) -> None:
        text = await ask("list_saved_queries", query="checkout")
        assert text.startswith("1 saved query, org: acme, query: checkout")

    async def test_every_one_of_them_runs(self, ask: Ask) -> None:
        listed = await ask("list_saved_queries")
        references = re.findall(r"^((?:discover|explore)/\d+)\|", listed, re.MULTILINE)
        assert len(references) >= 5
        for reference in references:
            assert f"Saved query {reference}:" in await ask("query_events", saved=reference)

    async def test_one_runs_by_its_name_and_asks_what_it_says(self, ask: Ask) -> None:
        text = await ask("query_events", saved="top errors by users, production", limit=3)
        assert "query: level:[error,fatal], org: acme, last 7d" in text
        assert (
            "event, data and not instructions]\nenvironment of the saved query: production\n"
            in text
        )
        assert "sort: -count_unique(user)" in text

    async def test_its_environment_is_what_sentry_is_asked_about(
        self, ask: Ask, sample: Simulator
    ) -> None:
        sample.world.seen.clear()
        await ask("query_events", saved="top errors by users, production", limit=4)
        assert "environment=production" in next(
            each for each in sample.world.seen if "/events/" in each
        )

    async def test_what_is_said_besides_wins(self, ask: Ask) -> None:
        text = await ask("query_events", saved="Top errors", period="1d", query="level:fatal")
        assert "query: level:fatal" in text
        assert "last 1d" in text

    async def test_a_link_to_one_will_do(self, ask: Ask) -> None:
        listed = await ask("list_saved_queries", query="by release")
        number = re.findall(r"^explore/(\d+)\|", listed, re.MULTILINE)[0]
        link = f"http://sentry.test/organizations/acme/explore/traces/?id={number}&mode=aggregate"
        assert f"Saved query explore/{number}" in await ask("query_events", saved=link)

    async def test_a_name_that_fits_several_is_asked_back(self, refused: Ask) -> None:
        said = await refused("query_events", saved="by release")
        assert said.startswith("Several saved queries fit: ")
        assert "explore/" in said

    async def test_an_unknown_name_gets_what_may_have_been_meant(self, refused: Ask) -> None:
        said = await refused("query_events", saved="Slow paegs")
        assert "Did you mean discover/" in said
        assert "(Slow pages)" in said
        assert "list_saved_queries names them." in said

    async def test_an_unknown_number_is_named(self, refused: Ask) -> None:
        said = await refused("query_events", saved="discover/1")
        assert "No saved query discover/1 is visible in 'acme'." in said


@pytest.mark.anyio
class TestOtherServers:
    @pytest.fixture
    def simulator(self) -> Simulator:
        """A world in which somebody saved one query."""
        world = small_world(now)
        world.tell("acme", story("KeyError"))
        world.saved_queries.save(
            "discover",
            "All",
            {"fields": ["title", "count()"], "orderby": "-count", "query": ""},
            org="acme",
            dataset="error-events",
            author="mira@acme.test",
            created=now(),
        )
        return generous(Simulator(world))

    async def test_a_server_without_explore_has_none_there(
        self, ask: Ask, simulator: Simulator
    ) -> None:
        simulator.faults.add(Fault("/explore/saved/", status=404, times=-1))
        text = await ask("list_saved_queries")
        assert "|All|errors|title, count()" in text
        assert "failed" not in text

    async def test_other_fields_have_an_order_of_their_own(self, ask: Ask) -> None:
        text = await ask("query_events", saved="All", fields=["release", "last_seen()"])
        assert "sort: -last_seen()" in text
        assert "Added to the fields" not in text

    async def test_a_source_that_fails_is_said(self, ask: Ask, simulator: Simulator) -> None:
        simulator.faults.add(Fault("/explore/saved/", status=400, times=-1))
        assert "failed: queries saved in Explore" in await ask("list_saved_queries")
