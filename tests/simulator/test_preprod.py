"""Builds, snapshots and what Sentry passes on, asked as continuous integration would."""

import pytest

from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.sample import outgoing, preprod
from small_world import Caller, Clock, connected, small_world

pytestmark = pytest.mark.anyio

BUILDS = "/organizations/acme/preprodartifacts/"
LATEST = "/projects/acme/mobile-app/preprodartifacts/build-distribution/latest/"


@pytest.fixture
def world(clock: Clock) -> World:
    world = small_world(clock)
    for slug in ("mobile-app", "gateway", "storefront"):
        world.add_project("acme", slug, slug.title(), "other", teams=["payments"])
    preprod.populate(world)
    outgoing.populate(world)
    return world


async def test_the_newest_build_is_found_beside_the_one_at_hand(caller: Caller) -> None:
    asked = {"appId": "test.acme.shop", "platform": "ios", "buildVersion": "5.21.0"}
    told = await caller.read(LATEST, **asked)
    assert told["latestArtifact"]["appInfo"]["version"] == "5.22.0"
    assert told["currentArtifact"]["appInfo"]["buildNumber"] == 5210
    nothing = await caller.read(LATEST, appId="test.other", platform="apple")
    assert nothing == {"latestArtifact": None, "currentArtifact": None}


async def test_what_grew_since_the_base_is_told(caller: Caller) -> None:
    told = await caller.read(f"{BUILDS}61877/size-analysis/")
    (comparison,) = told["comparisons"]
    assert comparison["diffItems"][0]["path"] == "Assets/spring-sale.mov"
    grown = comparison["sizeMetricDiff"]
    assert grown["headInstallSize"] - grown["baseInstallSize"] == 3_390_412


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        (LATEST, 400, "appId query parameter is required"),
        (f"{BUILDS}snapshots/latest-base/", 400, "app_id query parameter is required"),
        (f"{BUILDS}snapshots/latest-base/?app_id=test.other", 404, "No base snapshot found"),
        (f"{BUILDS}1/size-analysis/", 404, "Head preprod artifact not found"),
        (f"{BUILDS}snapshots/1/", 404, "Snapshot not found"),
        (f"{BUILDS}snapshots/71044/images/none.png/", 404, "Image not found"),
    ],
)
async def test_what_is_missing_is_said(caller: Caller, path: str, status: int, detail: str) -> None:
    reply = await caller.http.get(f"/api/0{path}")
    assert (reply.status_code, reply.json()) == (status, {"detail": detail})


async def test_a_picture_is_found_by_its_file_and_by_its_key(caller: Caller) -> None:
    told = await caller.read(f"{BUILDS}snapshots/71044/images/checkout/pay.png/")
    assert (told["comparison_status"], told["diff_percentage"]) == ("changed", 4.7)
    key = told["head_image"]["key"]
    assert await caller.read(f"{BUILDS}snapshots/71044/images/{key}/") == told


async def test_rules_that_nobody_set_are_off(caller: Caller) -> None:
    rules = "preprod/size-analysis/status-check-rules/"
    assert (await caller.read(f"/projects/acme/mobile-app/{rules}"))["enabled"]
    told = await caller.read(f"/projects/acme/checkout/{rules}")
    assert told == {"enabled": False, "rules": []}


async def test_notification_actions_are_those_of_the_projects_asked_for(caller: Caller) -> None:
    actions = "/organizations/acme/notifications/actions/"
    assert {each["id"] for each in await caller.read(actions)} == {9102, 9107}
    (only,) = await caller.read(actions, project="gateway")
    assert (only["targetDisplay"], only["targetType"]) == ("platform", "team")
    assert await caller.read(actions, triggerType="other") == []
    assert (await caller.read(f"{actions}9102/"))["serviceType"] == "slack"


async def test_a_forwarders_own_settings_of_a_project_win(caller: Caller) -> None:
    (forwarder,) = await caller.read("/organizations/acme/forwarding/")
    configs = {
        one["project"]["slug"]: one["effectiveConfig"] for one in forwarder["projectConfigs"]
    }
    assert "message_group_id" not in configs["checkout"]
    assert configs["gateway"] == forwarder["config"] | {"message_group_id": "gateway"}


async def test_the_names_of_seers_models_are_public(simulator: Simulator) -> None:
    async with connected(simulator, token="") as http:
        assert (await http.get("/api/0/seer/models/")).json()["models"]


async def test_a_build_may_be_installed_by_who_only_distributes(simulator: Simulator) -> None:
    simulator.world.add_token(
        "sntryu_phone", user="mira@acme.test", scopes=["project:distribution"]
    )
    async with connected(simulator, "sntryu_phone") as http:
        asked = {"appId": "test.acme.shop", "platform": "apple"}
        assert (await http.get(f"/api/0{LATEST}", params=asked)).status_code == 200
        assert (await http.get("/api/0/organizations/acme/forwarding/")).status_code == 403
