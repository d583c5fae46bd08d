"""Which fields there are, found by name or by meaning."""

import pytest

from answers import Ask
from clock import generous, now
from dexter_mcp.insights import vocabulary
from dexter_mcp.sentry.event_fields import Attribute, AttributeSource, Documented
from dexter_mcp.sentry.tags import Tag
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.faults import Fault
from dexter_mcp.views import event_fields as view
from invented import FENCE, fenced, unfenced
from small_world import broken, small_world
from tokens import tokens

ALL_FIELDS = 600


def names(dataset: str, search: str) -> list[str]:
    return [each.name for each in vocabulary.meaning(vocabulary.fields(dataset), search)]


class TestMeaning:
    @pytest.mark.parametrize(
        ("dataset", "search", "best"),
        [
            ("spans", "slow", "span.duration"),
            ("spans", "sql", "span.description"),
            ("errors", "country", "geo.country_code"),
            ("errors", "crash", "error.unhandled"),
            ("errors", "host", "server_name"),
            ("errors", "version", "release"),
            ("logs", "level", "severity"),
        ],
    )
    def test_a_word_finds_what_it_means(self, dataset: str, search: str, best: str) -> None:
        assert best in names(dataset, search)

    def test_what_has_the_word_in_its_name_comes_first(self) -> None:
        assert names("errors", "browser")[0].startswith("browser.")

    def test_what_means_more_of_the_words_leaves_the_rest_out(self) -> None:
        assert names("errors", "user login") == ["user.username"]

    def test_a_word_that_means_nothing_finds_nothing(self) -> None:
        assert names("errors", "zeppelin") == []

    def test_no_word_finds_everything(self) -> None:
        assert len(names("errors", "")) == len(vocabulary.fields("errors"))

    def test_no_field_is_told_twice(self) -> None:
        for dataset in ("errors", "spans", "logs", "tracemetrics"):
            told = [each.name for each in vocabulary.fields(dataset)]
            assert len(told) == len(set(told)), dataset


class TestListing:
    asked = view.Asked("spans", "", "acme", (), "last 14d")

    def test_attributes_stand_in_the_fence_without_those_that_are_documented(self) -> None:
        fields = view.Fields(
            (Documented("span.op", "string", "kind of work"),),
            (),
            attributes=(
                Attribute(key=Untrusted("span.op"), attribute_type="string"),
                Attribute(
                    key=Untrusted("cart.\x1b[31mlines"),
                    attribute_type="number",
                    attribute_source=AttributeSource(source_type="user"),
                ),
            ),
        )
        text = view.listing(fields, self.asked, fence=FENCE).text
        assert fenced(text).strip() == "number: cart.lines"
        assert "string: span.op" in unfenced(text)

    def test_tags_come_with_how_many_events_have_them_the_commonest_first(self) -> None:
        tags = tuple(Tag(key=Untrusted(key), total_values=of) for key, of in (("a", 3), ("b", 12)))
        text = view.listing(view.Fields((), (), tags), self.asked, fence=FENCE).text
        assert "b 12, a 3" in fenced(text)

    def test_a_great_many_say_how_to_narrow_them(self) -> None:
        tags = tuple(Tag(key=Untrusted(f"tag{number}")) for number in range(200))
        text = view.listing(view.Fields((), (), tags), self.asked, fence=FENCE).text
        assert "… 120 more: narrow `search`" in text


@pytest.mark.anyio
class TestOnTheSampleWorld:
    async def test_all_fields_and_tags_are_affordable(self, ask: Ask) -> None:
        text = await ask("list_event_fields")
        assert "payment_provider" in text
        assert "count_unique(field)" in text
        assert tokens(text) <= ALL_FIELDS

    async def test_a_meaning_is_searched_among_fields_tags_and_functions(self, ask: Ask) -> None:
        text = await ask("list_event_fields", search="slow endpoint", dataset="spans")
        assert "span.duration|number|" in text
        assert "transaction|string|endpoint" in text
        assert "p95(field)|function|" in text

    async def test_a_part_of_a_name_finds_attributes_that_only_exist_here(self, ask: Ask) -> None:
        text = await ask("list_event_fields", search="express", dataset="spans")
        assert "boolean: tags[checkout.express,boolean]" in text

    async def test_what_is_not_there_says_how_to_go_on(self, ask: Ask) -> None:
        assert "Search another word" in await ask("list_event_fields", search="zeppelin")


@pytest.mark.anyio
class TestOtherWorlds:
    @pytest.fixture
    def simulator(self) -> Simulator:
        """One event with a tag of its own."""
        world = small_world(now)
        world.ingest(next(iter(world.projects)), broken(tags={"plan": "gold"}))
        return generous(Simulator(world))

    async def test_a_tag_is_found_as_soon_as_an_event_has_it(self, ask: Ask) -> None:
        assert "plan 1" in await ask("list_event_fields", project="checkout")

    async def test_a_server_that_lists_no_attributes_still_has_documented_ones(
        self, ask: Ask, simulator: Simulator
    ) -> None:
        simulator.faults.add(Fault("/trace-items/", status=404, times=-1))
        text = await ask("list_event_fields", dataset="spans")
        assert "span.duration" in text
        assert "failed: string attributes (this server does not list them)" in text
