"""What the simulated Sentry tells around an issue: reports, likes, Seer, source maps, files."""

from datetime import timedelta

import pytest

from dexter_mcp.simulator import World
from dexter_mcp.simulator.intake.attachment import Attachment
from dexter_mcp.simulator.memory.issue_extras import Artifact
from dexter_mcp.simulator.telling.story import Json
from small_world import ISSUES, Caller, Clock, broken, story

pytestmark = pytest.mark.anyio

ISSUE = f"{ISSUES}CHECKOUT-1/"
EVENT = "e" * 32
DEBUG = f"/projects/acme/web/events/{EVENT}/source-map-debug/"
ADDRESS = "https://shop.test/static/a.js"
RELEASE = "web@1.0.0"


class TestReports:
    async def test_reports_are_listed_newest_first_with_issue_and_user(
        self, world: World, caller: Caller, clock: Clock
    ) -> None:
        world.tell("acme", story(last_seen=timedelta(hours=1)))
        issue = next(iter(world.issues.values()))
        for number, event in enumerate(world.store.find(world.events_of(issue))[:3]):
            world.report(event.id, name="Ana", email="ana@b.test", comments=f"report {number}")
            clock.moment += timedelta(minutes=1)
        for path in ("/projects/acme/checkout/user-feedback/", f"{ISSUE}user-reports/"):
            told = await caller.read(path)
            assert [each["comments"] for each in told] == ["report 2", "report 1", "report 0"]
            assert told[0]["issue"]["shortId"] == "CHECKOUT-1"
            assert told[0]["event"]["eventID"] == told[0]["eventID"]
            assert told[0]["user"]["id"]
            assert [len(page) for page in await caller.walk(path, per_page=2)] == [2, 1]

    async def test_other_projects_have_reports_of_their_own(self, caller: Caller) -> None:
        assert await caller.read("/projects/acme/web/user-feedback/") == []


class TestLikes:
    async def test_issues_of_the_project_are_scored_and_those_unlike_left_out(
        self, world: World, caller: Caller
    ) -> None:
        world.tell("acme", story("KeyError"))
        world.tell("acme", story("KeyErrors"))
        world.tell("acme", story("Elsewhere", project="web"))
        world.tell("acme", story("Zip", payload={"platform": "python", "message": "zzz"}))
        ((other, scores),) = await caller.read(f"{ISSUE}similar/")
        assert other["shortId"] == "CHECKOUT-2"
        assert other["count"] == "10"
        assert 0.35 < scores["exception:message:character-shingles"] < 1

    async def test_nothing_alike_is_an_empty_list(self, world: World, caller: Caller) -> None:
        world.tell("acme", story())
        assert await caller.read(f"{ISSUE}similar/") == []


class TestSeer:
    async def test_a_run_comes_as_it_is_and_as_a_text_on_demand(
        self, world: World, caller: Caller
    ) -> None:
        world.tell("acme", story())
        assert await caller.read(f"{ISSUE}autofix/") == {"autofix": None}
        steps = [{"title": "Plan", "solution": [{"title": "Guard"}]}]
        world.extras.runs[next(iter(world.issues))] = {"run_id": 1, "steps": steps}
        assert (await caller.read(f"{ISSUE}autofix/"))["autofix"]["run_id"] == 1
        told = await caller.read(f"{ISSUE}autofix/", llmFormat="markdown")
        assert told["formatted"] == {"format": "markdown", "content": "## Plan\n- Guard"}

    async def test_a_server_of_ones_own_has_no_seer(self, world: World, caller: Caller) -> None:
        world.tell("acme", story())
        world.self_hosted = True
        assert (await caller.refusal(f"{ISSUE}autofix/"))[0] == 404


class TestSourceMaps:
    def ingest(self, world: World, **more: object) -> int:
        project = world.project("acme", "web")
        assert project
        payload = broken(event_id=EVENT, platform="javascript", release=RELEASE, dist="2")
        (frame,) = payload["exception"]["values"][0]["stacktrace"]["frames"]
        frame["abs_path"] = ADDRESS
        sdk = {"name": "sentry.javascript.react", "version": "10.0.0"}
        world.ingest(project.id, payload | {"sdk": sdk} | more)
        return project.id

    async def frame(self, caller: Caller) -> Json:
        told = await caller.read(DEBUG)
        return told["exceptions"][0]["frames"][0]

    async def test_nothing_uploaded_is_nothing_found(self, world: World, caller: Caller) -> None:
        self.ingest(world)
        told = await caller.read(DEBUG)
        assert (told["release"], told["dist"]) == (RELEASE, "2")
        assert told["sdk_debug_id_support"] == "full"
        assert not told["project_has_some_artifact_bundle"]
        by_release = (await self.frame(caller))["release_process"]
        assert by_release["matching_source_file_names"] == [ADDRESS, "~/static/a.js"]
        assert by_release["source_file_lookup_result"] == "unsuccessful"

    @pytest.mark.parametrize(("dist", "result"), [("2", "found"), ("1", "wrong-dist")])
    async def test_a_file_of_the_release_is_found_if_its_dist_is_right(
        self, world: World, caller: Caller, dist: str, result: str
    ) -> None:
        number = self.ingest(world)
        for name, reference in (("~/static/a.js", "a.js.map"), ("~/static/a.js.map", "")):
            file = Artifact(number, name, release=RELEASE, dist=dist, reference=reference)
            world.extras.artifacts.append(file)
        told = (await self.frame(caller))["release_process"]
        assert told["source_file_lookup_result"] == told["source_map_lookup_result"] == result
        assert told["matching_source_map_name"] == "~/static/a.js.map"

    async def test_a_debug_id_finds_file_and_map_wherever_they_are(
        self, world: World, caller: Caller
    ) -> None:
        image = {"type": "sourcemap", "code_file": ADDRESS, "debug_id": "d1"}
        number = self.ingest(world, debug_meta={"images": [image]})
        world.extras.artifacts.append(Artifact(number, "~/x.js", debug_id="d1"))
        told = (await self.frame(caller))["debug_id_process"]
        assert told["uploaded_source_file_with_correct_debug_id"]
        assert not told["uploaded_source_map_with_correct_debug_id"]

    @pytest.mark.parametrize(
        ("name", "version", "support"),
        [
            ("sentry.javascript.browser", "7.55.9", "needs-upgrade"),
            ("sentry.javascript.browser", "7.56.0", "full"),
            ("homemade", "1.0", "unofficial-sdk"),
        ],
    )
    async def test_sdks_of_some_age_tell_no_debug_ids(
        self, world: World, caller: Caller, name: str, version: str, support: str
    ) -> None:
        self.ingest(world, sdk={"name": name, "version": version})
        assert (await caller.read(DEBUG))["sdk_debug_id_support"] == support


class TestCourse:
    async def test_a_series_is_counted_in_the_resolution_asked_for(
        self, world: World, caller: Caller, clock: Clock
    ) -> None:
        world.tell("acme", story(ago=1))
        since = (clock.moment - timedelta(days=3)).timestamp()
        days = await caller.read(f"{ISSUE}stats/", resolution="1d", since=since)
        assert next(number for _, number in days) == 0
        assert sum(number for _, number in days) == 10
        assert (await caller.refusal(f"{ISSUE}stats/", resolution="1w"))[0] == 400
        assert (await caller.refusal(f"{ISSUE}stats/", since="yesterday"))[0] == 400

    async def test_the_newest_release_counts_only_if_the_issue_is_in_it(
        self, world: World, caller: Caller
    ) -> None:
        world.tell("acme", story("Old", releases={"checkout@1.0.0": 1}))
        world.tell("acme", story("New", releases={"checkout@1.1.0": 1}))
        assert (await caller.read(f"{ISSUE}current-release/"))["currentRelease"] is None
        told = await caller.read(f"{ISSUES}CHECKOUT-2/current-release/")
        assert told["currentRelease"]["release"]["version"] == "checkout@1.1.0"
        assert sum(number for _, number in told["currentRelease"]["stats"]["30d"]) == 10
        ends = await caller.read(f"{ISSUES}CHECKOUT-2/first-last-release/")
        assert ends["firstRelease"]["version"] == ends["lastRelease"]["version"]


class TestIssuesOfAProject:
    async def test_they_come_in_the_older_shape(self, world: World, caller: Caller) -> None:
        world.tell("acme", story("Mine"))
        world.tell("acme", story("Done", status="resolved"))
        world.tell("acme", story("Theirs", project="web"))
        path = "/projects/acme/checkout/issues/"
        (row,) = await caller.read(path)
        assert row["shortId"] == "CHECKOUT-1"
        assert list(row["stats"]) == ["24h"]
        assert set(row["metadata"]) == {"type", "value", "filename"}
        assert "lifetime" not in row
        assert len(await caller.read(path, query="", statsPeriod="14d")) == 2
        assert [len(page) for page in await caller.walk(path, query="", limit=1)] == [1, 1]


class TestFiles:
    @pytest.mark.parametrize(
        ("kind", "served"),
        [("image/png", "image/png"), ("no \u202e kind", "application/octet-stream")],
    )
    async def test_a_file_is_served_with_a_kind_that_a_header_can_hold(
        self, world: World, caller: Caller, kind: str, served: str
    ) -> None:
        number = next(iter(world.projects))
        file = Attachment("a.png", b"\x89PNG", kind)
        world.ingest(number, broken(event_id=EVENT), [file])
        path = f"/projects/acme/checkout/events/{EVENT}/attachments/"
        ((number, _),) = world.attachments[EVENT]
        reply = await caller.ask(f"{path}{number}/", download=1)
        assert reply.headers["content-type"] == served
        assert reply.content == b"\x89PNG"
