"""What somebody asks about sessions: who had trouble, and what they did before it went wrong."""

import re

import httpx2
import pytest

from answers import Ask
from clock import NOW, now
from dexter_mcp.sentry import Sentry
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.memory.replays import Replay, Step
from dexter_mcp.simulator.sample import ORG
from tokens import tokens

pytestmark = pytest.mark.anyio

REPLAY = re.compile(r"^[0-9a-f]{32}(?=\|)", re.MULTILINE)


@pytest.fixture
def settings() -> Settings:
    return Settings(
        url="http://sentry.test",
        token=Simulator.TOKEN,
        toolsets=("replays", "issues"),
        requests_per_second=100_000,
    )


async def newest(ask: Ask, **about: str) -> str:
    return REPLAY.findall(await ask("list_replays", **about))[0]


class TestTheList:
    async def test_the_newest_sessions_come_first_and_are_cheap(self, ask: Ask) -> None:
        text = await ask("list_replays")
        assert text.startswith("10 replays, and more\norg: acme, last 14d, sort: -started_at\n")
        assert "nadia.adler28873@shopper.test|7 min|1 min 38 s|1|1|2|4|/checkout/payment" in text
        assert tokens(text) <= 600

    async def test_those_of_an_issue_are_found_by_its_short_id(self, ask: Ask) -> None:
        text = await ask("list_replays", issue="STOREFRONT-G")
        assert text.startswith("4 replays\norg: acme, issue: STOREFRONT-G, last 90d")

    async def test_an_issue_that_no_session_shows_has_none(self, ask: Ask) -> None:
        assert (await ask("list_replays", issue="CHECKOUT-1")).startswith("No replay.\n")

    async def test_a_query_narrows_it(self, ask: Ask) -> None:
        text = await ask("list_replays", query="count_rage_clicks:>0 !user.id:28873")
        assert REPLAY.findall(text)
        assert "nadia.adler28873" not in text

    async def test_it_can_be_sorted_and_paged(self, ask: Ask) -> None:
        pages: list[str] = []
        cursor = ""
        for _ in range(3):
            text = await ask("list_replays", sort="-duration", limit=4, cursor=cursor)
            pages += REPLAY.findall(text)
            cursor = text.rpartition("next page: cursor=")[2]
        assert len(set(pages)) == 12

    async def test_an_unknown_order_is_answered_with_those_that_there_are(
        self, refused: Ask
    ) -> None:
        told = await refused("list_replays", sort="-rage")
        assert "Invalid sort: -rage" in told
        assert "count_rage_clicks" in told

    async def test_a_query_that_sentry_refuses_is_explained(self, refused: Ask) -> None:
        assert "Could not understand: hello" in await refused("list_replays", query="hello")

    async def test_what_is_clicked_in_vain_is_counted(self, ask: Ask) -> None:
        text = await ask("list_replays", kind="selectors")
        assert re.search(r"element\|dead\|rage\|project\nbutton#pay\|\d+\|\d+\|storefront", text)

    async def test_selectors_are_not_counted_for_an_issue(self, refused: Ask) -> None:
        text = await refused("list_replays", kind="selectors", issue="STOREFRONT-G")
        assert "leave `issue` out" in text


class TestOneSession:
    async def test_what_the_user_did_before_the_crash_is_told_in_order(self, ask: Ask) -> None:
        text = await ask("get_replay", replay=await newest(ask, issue="STOREFRONT-G"))
        told = [
            "+1:07 page https://shop.acme.test/checkout/payment",
            "+1:21 dead click button#pay",
            "+1:31 RAGE CLICK 9 times button#pay",
            "+1:34 request POST 409 https://shop.acme.test/api/orders",
            '+1:35 ERROR STOREFRONT-G OrderRejected: 409 {"error":"cart changed"}',
        ]
        places = [text.index(line) for line in told]
        assert places == sorted(places)
        assert "nadia.adler28873@shopper.test, Chrome 141, storefront@8.4.1, production" in text
        assert tokens(text) <= 600

    async def test_parts_are_shown_alone(self, ask: Ask) -> None:
        replay = await newest(ask, issue="STOREFRONT-G")
        clicks = await ask("get_replay", replay=replay, include=["clicks"])
        assert "button.add-to-cart" in clicks
        assert "/api/orders" not in clicks
        network = await ask("get_replay", replay=replay, include="network")
        assert "request PATCH 200 https://api.acme.test/api/cart" in network
        others = await ask("get_replay", replay=replay, include=["tags", "viewers", "errors"])
        assert "locale=de-DE" in others
        assert "Lena Brandt lena@acme.test" in others
        assert re.search(r"STOREFRONT-G OrderRejected: .* \(event [0-9a-f]{32}\)", others)

    @pytest.mark.parametrize(
        "form",
        [
            "https://sentry.test/organizations/acme/explore/replays/{}/?playlistStart=x",
            "http://sentry.test/organizations/acme/replays/storefront:{}/",
            "sentry://acme/replays/{}",
        ],
    )
    async def test_a_link_will_do(self, ask: Ask, form: str) -> None:
        replay = await newest(ask)
        if "://sentry.test" in form:
            form = form.replace("https", "http")
        assert f"replay {replay} of storefront" in await ask(
            "get_replay", replay=form.format(replay)
        )

    async def test_an_archived_one_says_so(self, ask: Ask, sample: Simulator) -> None:
        archived = next(one for one in sample.world.replays.all() if one.archived)
        text = await ask("get_replay", replay=archived.id)
        assert "Archived: nothing of it is left." in text

    async def test_one_that_there_is_not_is_named(self, refused: Ask) -> None:
        text = await refused("get_replay", replay="0" * 32)
        assert f"No replay '{'0' * 32}' is visible in 'acme'." in text

    async def test_what_is_no_replay_is_refused(self, refused: Ask) -> None:
        assert "is no replay" in await refused("get_replay", replay="STOREFRONT-G")

    async def test_the_app_is_told_by_its_screens(self, ask: Ask) -> None:
        text = await ask("get_replay", replay=await newest(ask, project="mobile-app"))
        assert "page HomeScreen" in text
        assert re.search(r"ERROR MOBILE-APP-\w+ ", text)


class TestLongSessions:
    @pytest.fixture
    def simulator(self) -> Simulator:
        made = Simulator.with_sample_data(now=lambda: NOW)
        project = made.world.project(ORG, "storefront")
        assert project
        steps = [Step(at * 2.0, "click", f"li:nth-child({at})") for at in range(400)]
        steps += [Step(801.0, "rage", "button#save", times=8)]
        made.world.replays.add(
            Replay("9" * 32, project.id, {}, NOW.timestamp() - 1_000, 900, tuple(steps))
        )
        return made

    async def test_only_what_is_telling_is_told_and_what_was_not_read_is_said(
        self, ask: Ask
    ) -> None:
        text = await ask("get_replay", replay="9" * 32)
        assert "anonymous" in text
        assert len(text.splitlines()) < 60
        assert "ordinary moments left out" in text
        assert "the recording goes on" in text
        assert "button#save" not in text


async def test_what_no_tool_asks_for_is_there_for_others(
    sample: Simulator, settings: Settings
) -> None:
    wire = httpx2.ASGITransport(app=sample)
    async with Sentry.connect(settings, wire, now=lambda: now().timestamp()) as sentry:
        (job,) = (await sentry.replays.deletion_jobs(ORG, "storefront")).items
        assert (job.status, job.count_deleted) == ("completed", 212)
        assert [place.raw for place in job.environments] == ["staging"]
        assert await sentry.replays.deletion_job(ORG, "storefront", job.id) == job
        replay = next(r for r in sample.world.replays.all() if r.steps)
        project = str(replay.project)
        segment = await sentry.replays.segment(ORG, project, replay.id, 0)
        assert (segment.replay_id, segment.segment_id) == (replay.id, 0)
        told = await sentry.traces.distributions(ORG, project=["-1"], stats_period="1d")
        (found,) = told.items
        assert "http.server" in {each.label.raw for each in found.by_attribute["span.op"]}
        values = (await sentry.end_users.tag_values(ORG, "checkout", "environment")).items
        assert {value.value.raw for value in values} >= {"production", "staging"}
