"""What somebody asks about profiles: which function takes the time."""

import re

import pytest

from answers import Ask
from dexter_mcp.sentry.profiles import FlameGraph, Profile
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Simulator
from dexter_mcp.views.profiles import hottest

pytestmark = pytest.mark.anyio

PROFILED = """
    SELECT json_extract(attributes, '$."profile.id"') FROM spans
    WHERE name = '/api/checkout' AND json_extract(attributes, '$."profile.id"') != ''
    ORDER BY at DESC LIMIT 1
"""
PROFILER = "SELECT max(json_extract(attributes, '$.\"profiler.id\"')) FROM spans"


@pytest.fixture
def settings() -> Settings:
    return Settings(
        url="http://sentry.test",
        token=Simulator.TOKEN,
        toolsets=("traces",),
        requests_per_second=100_000,
    )


class TestProfiles:
    async def test_one_is_found_without_its_project(self, ask: Ask, sample: Simulator) -> None:
        ((profile,),) = sample.world.telemetry.rows(PROFILED)
        text = await ask("get_profile", profile=profile)
        assert text.startswith(f"profile {profile}, org: acme, project: checkout\n")
        assert re.search(r"> charge > call > send > read$", text, re.MULTILINE)

    async def test_the_functions_of_many_are_added_up(self, ask: Ask) -> None:
        query = "transaction:/api/checkout"
        text = await ask("get_profile", query=query, project="checkout", period="14d")
        assert f"query: {query}, org: acme, project: checkout, last 14d" in text
        assert re.search(r"\|read\|ssl.py:1104\|?$", text, re.MULTILINE)

    async def test_a_profiler_that_runs_all_the_time_leaves_its_pauses_out(
        self, ask: Ask, sample: Simulator
    ) -> None:
        ((profiler,),) = sample.world.telemetry.rows(PROFILER)
        text = await ask("get_profile", profiler=profiler, project="reports", period="7d")
        assert re.search(r"^sampled (\d+ min|\d+\.?\d* s)", text, re.MULTILINE)
        assert "write_rows|reports/writers/sheet.py:87|yes" in text

    async def test_nothing_sampled_says_where_to_look(self, ask: Ask) -> None:
        text = await ask("get_profile", project="gateway")
        assert "No samples. Widen `period`" in text

    async def test_a_profiler_belongs_to_a_project(self, refused: Ask) -> None:
        assert "Name the one `project`" in await refused("get_profile", profiler="1" * 32)

    async def test_one_that_there_is_not_is_named(self, refused: Ask) -> None:
        assert f"No profile '{'1' * 32}'" in await refused("get_profile", profile="1" * 32)


def taken(*samples: tuple[int, int, str]) -> Profile:
    told = {
        "transaction": {"active_thread_id": "7"},
        "profile": {
            "frames": [{"function": "main"}, {"function": "work"}],
            "stacks": [[0], [1, 0], [1, 1, 0], [9]],
            "samples": [
                {"stack_id": stack, "thread_id": thread, "elapsed_since_start_ns": at * 10**9}
                for stack, at, thread in samples
            ],
        },
    }
    return Profile.model_validate(told)


class TestFigures:
    def test_a_sample_lasts_until_the_next_of_its_thread(self) -> None:
        profile = taken((1, 0, "7"), (1, 1, "8"), (0, 3, "7"), (0, 5, "7"))
        times = {hot.frame.function.raw: (hot.own, hot.whole) for hot in hottest(profile.stacks())}
        assert times == {"main": (2.0, 5.0), "work": (3.0, 3.0)}

    def test_a_function_that_calls_itself_counts_once(self) -> None:
        times = {
            hot.frame.function.raw: hot.whole
            for hot in hottest(taken((2, 0, "7"), (2, 1, "7")).stacks())
        }
        assert times["work"] == 1.0

    def test_places_that_there_are_not_are_left_out(self) -> None:
        stacks = list(taken((3, 0, "7"), (5, 1, "7"), (0, 2, "7")).stacks())
        assert [stack.frames for stack in stacks] == [()]

    def test_a_flame_graph_is_read_in_nanoseconds(self) -> None:
        told = {
            "profiles": [{"samples": [[0, 1]], "weights": [3], "sample_durations_ns": [5 * 10**8]}],
            "shared": {"frames": [{"name": "main"}, {"name": "work", "is_application": True}]},
        }
        (stack,) = FlameGraph.model_validate(told).stacks()
        assert [frame.function.raw for frame in stack.frames] == ["main", "work"]
        assert stack.seconds == 0.5
        assert stack.frames[-1].in_app

    def test_what_can_t_be_read_does_not_move_what_stands_after_it(self) -> None:
        told = {
            "frames": [None, "?", {"function": "main"}, {"function": "work"}],
            "stacks": [[2], ["?"], None, [3, 2]],
            "samples": [{"stack_id": 3, "timestamp": at} for at in range(2)],
        }
        (stack,) = Profile.model_validate({"profile": told}).stacks()
        assert [frame.function.raw for frame in stack.frames] == ["main", "work"]

    def test_a_weight_that_can_t_be_read_is_nobody_else_s(self) -> None:
        told = {
            "profiles": [{"samples": [[0], [1], [2]], "weights": ["?", None, 5 * 10**8]}],
            "shared": {"frames": ["?", {"name": "main"}, {"name": "work"}]},
        }
        (stack,) = FlameGraph.model_validate(told).stacks()
        assert [frame.function.raw for frame in stack.frames] == ["work"]
        assert stack.seconds == 0.5

    def test_nothing_but_what_can_t_be_read_is_nothing(self) -> None:
        told = {"profile": {"frames": ["?"] * 2_000, "stacks": [[0]], "samples": []}}
        assert Profile.model_validate(told).profile.frames == ()
