"""JSON that no model describes, as a model reads it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dexter_mcp.sentry.json_types import is_object
from dexter_mcp.views.unknown import Teller, is_series, leaves, spelt, strange
from dexter_mcp.views.unknown_rows import record, rows

NOW = datetime(2026, 11, 8, 12, 0, tzinfo=UTC)
TELLER = Teller(NOW)
Json = dict[str, Any]


def said(value: Any, *names: str) -> str:
    return TELLER.said(value, names)


class TestSaying:
    @pytest.mark.parametrize(
        ("value", "told"),
        [
            (None, ""),
            (True, "yes"),
            (False, "no"),
            (0, "0"),
            (41.80000001, "41.8"),
            ("  two\nlines ", "two lines"),
            ({"id": "3301", "slug": "checkout"}, "checkout"),
            ({"type": "user", "name": "Mira"}, "Mira"),
            ({"key": "browser", "value": "Firefox"}, "browser=Firefox"),
            ({"name": "staging", "status": "error"}, "staging (error)"),
            ({"slug": "checkout", "status": "active"}, "checkout"),
            ({"enabled": True, "rate": 5}, "enabled yes, rate 5"),
            (["a", "b", "c", "d", "e"], "a, b, c, … 2 more"),
            ([["browser", "Firefox"]], "browser=Firefox"),
            ([[1786525200, 1], [1786528800, 0], [1786532400, 3], [1786536000, 2]], "▃·█▆ sum 6"),
            ([3301, 3302, 3303, 3304], "3301, 3302, 3303, … 1 more"),
        ],
    )
    def test_a_value_is_said_in_short(self, value: Any, told: str) -> None:
        assert said(value) == told

    def test_a_moment_is_exact_in_a_record_and_an_age_in_a_table(self) -> None:
        assert said("2026-11-08T10:02:11.482117Z") == "2026-11-08 10:02 UTC"
        assert Teller(NOW, ages=True).said("2026-11-08T09:00:00+00:00", ()) == "3 h"
        assert said("2026-13-40T10:02:11Z") == "2026-13-40T10:02:11Z"

    def test_a_number_that_is_called_a_timestamp_is_a_moment(self) -> None:
        assert said(1794132131.48, "start_timestamp") == "2026-11-08 10:02 UTC"
        assert said(1794132131.48, "duration") == "1.79413e+09"
        assert said(923.5, "timestamp") == "923.5"

    def test_a_series_of_rates_has_a_mean_and_may_have_gaps(self) -> None:
        assert said([0.5, None, 1.0, 0.9], "series", "rate()") == "▄·██ mean 0.8"
        assert not is_series([None] * 5)

    def test_bare_numbers_are_a_series_only_where_they_are_called_so(self) -> None:
        assert said([1, 2, 3, 4], "series", "count()") == "▂▄▆█ sum 10"
        assert not is_series([1, 2, 3, 4])

    @pytest.mark.parametrize(
        ("value", "names"),
        [
            ("hunter2hunter2", ("password",)),
            ("hunter2hunter2", ("dsn", "secret")),
            ({"value": "hunter2hunter2"}, ("token",)),
            ({"key": "api_key", "value": "hunter2hunter2"}, ()),
            ([["Authorization", "hunter2hunter2"]], ("headers",)),
            ("hunter2hunter2", ("config", "write_key")),
            ("https://hunter2hunter2.test", ("installUrl",)),
        ],
    )
    def test_a_value_is_redacted_for_every_name_it_stands_under(
        self, value: Any, names: tuple[str, ...]
    ) -> None:
        assert "hunter2" not in said(value, *names)
        assert "[redacted: " in said(value, *names)

    def test_a_program_gets_no_secret_and_no_name_unmarked(self) -> None:
        told = strange({"dsn": {"secret": "hunter2hunter2"}, "count": 3})
        assert told[1] == [{"untrusted": "count"}, 3]
        assert "hunter2" not in str(told)
        assert not is_object(told)


class TestTakingApart:
    def test_what_has_no_name_of_its_own_is_opened(self) -> None:
        thing = {"config": {"schedule": "0 * * * *", "margin": None}, "owner": {"name": "Mira"}}
        told = {spelt(names): value for names, value in leaves(thing)}
        assert told == {"config.schedule": "0 * * * *", "owner": {"name": "Mira"}}

    def test_all_is_opened_where_the_whole_is_wanted(self) -> None:
        told = {spelt(names) for names, _ in leaves({"owner": {"name": "Mira"}}, whole=True)}
        assert told == {"owner.name"}

    def test_there_is_an_end_to_depth(self) -> None:
        deep: Json = {}
        for _ in range(500):
            deep = {"in": deep, "at": "x"}
        assert max(len(names) for names, _ in leaves(deep)) < 10


class TestRows:
    def items(self, **same: Any) -> list[Json]:
        return [
            {"id": str(number), "name": f"Rule {number}", "url": f"https://x.test/{number}", **same}
            for number in range(4)
        ]

    def test_what_tells_rows_apart_makes_the_columns(self) -> None:
        lines = rows(self.items(status="active", muted=False), TELLER)
        assert lines[0] == "id|name|url"
        assert lines[1] == "0|Rule 0|https://x.test/0"
        assert lines[-1] == "all alike: status active"

    def test_a_column_that_repeats_another_is_left_out(self) -> None:
        doubled = [item | {"displayName": item["name"].upper()} for item in self.items()]
        assert rows(doubled, TELLER)[0] == "id|name|url"

    def test_what_is_not_shown_is_named(self) -> None:
        wide = [
            item | {f"field{at}": f"{item['name']} {at}" * 3 for at in range(30)}
            for item in self.items()
        ]
        assert rows(wide, TELLER)[-1].startswith("… more (include=): ")

    def test_a_long_text_is_cut_before_it_is_given_up(self) -> None:
        long = [
            {"id": f"{at:030x}a1", "title": f"Something went wrong at {at} again"}
            for at in range(20)
        ]
        (head, first, *_) = rows(long, TELLER)
        assert head == "id|title"
        assert first.endswith("…")

    def test_of_a_single_item_everything_is_told(self) -> None:
        told = rows([{"id": "7", "name": "Root", "children": [{"id": "8"}, {"id": "9"}]}], TELLER)
        assert told == ["id: 7", "name: Root", "children: 2 items", "id", "8", "9"]

    def test_rows_without_anything_in_common_are_one_table(self) -> None:
        assert rows([{"a": "x"}, {"b": "y"}], TELLER) == ["a|b", "x|", "|y"]

    def test_a_field_within_a_list_becomes_a_table_of_its_own(self) -> None:
        items = [{"parts": [{"id": "7", "size": 3}, {"id": "8", "size": 4}]}]
        assert rows(items, TELLER, include=["parts"]) == ["id|size", "7|3", "8|4"]

    def test_items_that_are_no_objects_stand_one_below_the_other(self) -> None:
        assert rows(["a", None, "b"], TELLER) == ["a", "b"]


class TestRecords:
    def test_truth_values_share_two_lines(self) -> None:
        told = record({"id": "7", "isMuted": True, "isPublic": False, "isSeen": True}, TELLER)
        assert told == ["id: 7", "yes: isMuted, isSeen", "no: isPublic"]

    def test_a_list_in_it_is_a_short_table(self) -> None:
        tags = [{"key": f"k{at}", "total": at} for at in range(9)]
        told = record({"tags": tags, "owners": [{"owner": "team:72"}]}, TELLER)
        assert told[0] == "tags: 9 items, the first 5 (include=tags)"
        assert told[7] == "owners: 1 item"

    def test_the_only_list_in_it_is_what_it_is_about(self) -> None:
        told = record({"groups": [{"key": f"k{at}", "total": at} for at in range(30)]}, TELLER)
        assert told[0] == "groups: 30 items, the first 20 (include=groups)"
        assert len(told) == 22

    def test_of_what_is_not_so_a_few_are_named(self) -> None:
        assert record({f"has{at}": False for at in range(30)}, TELLER) == [
            "no: has0, has1, has2, has3, has4, has5, … 24 more"
        ]

    def test_what_was_asked_for_is_shown_whole(self) -> None:
        thing = {"tags": [{"key": f"k{at}", "total": at} for at in range(9)], "id": "7"}
        told = record(thing, TELLER, include=["tags"])
        assert told[0] == "tags: 9 items"
        assert len(told) == 11

    def test_empty_fields_say_nothing(self) -> None:
        assert record({"a": None, "b": "", "c": [], "d": {}, "e": {"f": None}}, TELLER) == []
