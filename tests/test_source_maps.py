"""Why a JavaScript event shows minified code, and what to do about it."""

from typing import Any

import pytest

from answers import Ask
from dexter_mcp.sentry.source_maps import SourceMapDebug
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.sample.issue_extras import MINIFIED
from dexter_mcp.views.source_maps import source_maps

Json = dict[str, Any]

ADDRESS = "https://shop.test/a.js"
DEBUG_ID = {
    "debug_id": "d1",
    "uploaded_source_file_with_correct_debug_id": False,
    "uploaded_source_map_with_correct_debug_id": False,
}
BY_RELEASE = {
    "abs_path": ADDRESS,
    "matching_source_file_names": [ADDRESS, "~/a.js"],
    "matching_source_map_name": "~/a.js.map",
    "source_map_reference": "a.js.map",
    "source_file_lookup_result": "unsuccessful",
    "source_map_lookup_result": "unsuccessful",
}
EVENT = {
    "dist": "7",
    "release": "shop@1.0",
    "has_debug_ids": True,
    "sdk_version": "7.1.0",
    "min_debug_id_sdk_version": "7.56.0",
    "release_has_some_artifact": True,
    "sdk_debug_id_support": "full",
}
NO_ID = {"debug_id": None}


def told(
    *, by_id: Json | None = None, by_release: Json | None = None, fetched: Any = None, **event: Any
) -> str:
    frame: Json = {
        "debug_id_process": DEBUG_ID | (by_id or {}),
        "release_process": BY_RELEASE | (by_release or {}),
        "scraping_process": {"source_file": None, "source_map": fetched},
    }
    shape = EVENT | {"exceptions": [{"frames": [frame, frame]}]} | event
    return "\n".join(source_maps(SourceMapDebug.model_validate(shape)))


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({}, "debug id: nothing is uploaded for d1; upload source files and maps"),
        ({"has_uploaded_some_artifact_with_a_debug_id": True}, "deploy the very build that was"),
        (
            {"by_id": {"uploaded_source_file_with_correct_debug_id": True}},
            "the file of d1 is uploaded, its map is not",
        ),
        (
            {"by_id": {"uploaded_source_map_with_correct_debug_id": True}},
            "the map of d1 is uploaded, its file is not",
        ),
        ({"by_id": NO_ID}, "the file carries none; inject them at build time"),
        (
            {"by_id": NO_ID, "sdk_debug_id_support": "needs-upgrade"},
            "the SDK (7.1.0) sends none; upgrade it to 7.56.0 or later",
        ),
        ({"by_id": NO_ID, "sdk_debug_id_support": "unofficial-sdk"}, "map by release instead"),
        ({}, "release: no artifact of shop@1.0 is called https://shop.test/a.js or ~/a.js"),
        ({"release": None}, "release: the event names none; set `release` in the SDK"),
        ({"release_has_some_artifact": False}, "release: shop@1.0 has no artifacts"),
        (
            {"by_release": {"source_file_lookup_result": "wrong-dist"}},
            "the file is in shop@1.0 for another dist; upload with dist 7, which the event has",
        ),
        (
            {
                "dist": None,
                "by_release": {
                    "source_file_lookup_result": "found",
                    "source_map_lookup_result": "wrong-dist",
                },
            },
            "its map for another dist; the event has no dist",
        ),
        (
            {"by_release": {"source_file_lookup_result": "found"}},
            "the file is there, its map ~/a.js.map is not; upload it",
        ),
        (
            {"by_release": {"source_file_lookup_result": "found", "source_map_reference": None}},
            "the file is there, but names no map (sourceMappingURL)",
        ),
        (
            {"fetched": {"status": "failure", "reason": "timeout", "url": "u", "details": None}},
            "fetching the map: its server is too slow",
        ),
        (
            {"fetched": {"status": "failure", "reason": "new one", "url": "u", "details": "why"}},
            "fetching the map: new one (why)",
        ),
    ],
)
def test_each_way_says_where_it_ended_and_what_to_do(known: Json, said: str) -> None:
    text = told(**known)
    assert said in text
    assert text.startswith("1 of 1 file cannot be mapped")


@pytest.mark.parametrize(
    ("known", "way"),
    [
        ({"by_id": dict.fromkeys(DEBUG_ID, True)}, "debug id"),
        (
            {
                "by_release": dict.fromkeys(
                    ("source_file_lookup_result", "source_map_lookup_result"), "found"
                )
            },
            "release",
        ),
    ],
)
def test_what_is_mapped_is_said_in_a_line(known: Json, way: str) -> None:
    assert told(**known) == f"all of 1 file can be mapped, by {way}"


def test_many_files_are_counted() -> None:
    frames = [
        {"release_process": BY_RELEASE | {"abs_path": f"https://shop.test/{at}.js"}}
        for at in range(20)
    ]
    shape = EVENT | {"exceptions": [{"frames": frames}]}
    text = "\n".join(source_maps(SourceMapDebug.model_validate(shape)))
    assert text.startswith("20 of 20 files cannot be mapped\nhttps://shop.test/19.js:")
    assert text.endswith("… 12 more files")


def test_a_server_that_cannot_tell_says_so() -> None:
    assert list(source_maps(None)) == ["not available: this Sentry cannot tell"]


class TestInTheSample:
    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def minified(self, sample: Simulator) -> str:
        issues = sample.world.issues.values()
        return next(issue.short_id for issue in issues if issue.title == MINIFIED)

    async def test_an_event_that_is_not_mapped_points_to_the_reason(
        self, ask: Ask, minified: str
    ) -> None:
        text = await ask("get_event", issue=minified, event="latest")
        assert "at /assets/checkout-B7x2kQ.js:1:48213" in text
        assert "include=source_maps" in text

    @pytest.mark.parametrize("tool", ["get_event", "get_issue"])
    async def test_the_build_was_uploaded_under_another_dist(
        self, ask: Ask, minified: str, tool: str
    ) -> None:
        which = {"event": "latest"} if tool == "get_event" else {}
        text = await ask(tool, issue=minified, include=["source_maps"], **which)
        assert "1 of 2 files cannot be mapped\nhttps://shop.acme.test/assets/checkout-" in text
        assert "for another dist; upload with dist web-4182" in text
        assert "fetching the map: its server refuses (403)" in text
        assert "vendor-9fLm0a" not in text

    async def test_code_that_is_served_as_written_needs_no_map(self, ask: Ask) -> None:
        text = await ask("get_event", issue="CHECKOUT-J", event="latest", include=["source_maps"])
        assert "no minified frames" in text
