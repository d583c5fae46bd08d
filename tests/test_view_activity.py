"""What happened to an issue, as a model reads it."""

import pytest

from dexter_mcp.sentry.issues import Note
from dexter_mcp.views.activity import history, line
from invented import NOW, Json, ago, an_issue, context, shown


class TestActivity:
    @pytest.mark.parametrize(
        ("kind", "data", "told"),
        [
            ("set_resolved", {}, "resolved"),
            ("set_resolved_in_release", {"version": "2.9.0"}, "resolved in 2.9.0"),
            ("set_resolved_in_release", {}, "resolved in the next release"),
            ("set_regression", {"version": "2.9.1"}, "regressed in 2.9.1"),
            ("set_ignored", {}, "archived for good"),
            ("set_ignored", {"ignoreUntilEscalating": True}, "archived until it escalates"),
            ("set_ignored", {"ignoreUntil": "2026-12-01"}, "archived until 2026-12-01"),
            ("set_ignored", {"ignoreDuration": 90}, "archived for 1 h 30 min"),
            (
                "set_ignored",
                {"ignoreCount": 500, "ignoreWindow": 1440},
                "archived until 500 events more in 1 d",
            ),
            ("set_ignored", {"ignoreUserCount": 1}, "archived until 1 user more"),
            (
                "assigned",
                {"assigneeType": "team", "assigneeName": "Payments"},
                "assigned to Payments",
            ),
            ("something_new", {}, "something new"),
        ],
    )
    def test_it_is_told_in_words(self, kind: str, data: Json, told: str) -> None:
        done = {"type": kind, "data": data, "user": {"name": "Mira"}, "dateCreated": ago(days=3)}
        (deed,) = history(an_issue(activity=[done]).activity, ())
        assert line(deed, NOW) == f"{told} by Mira, 3 d ago"

    def test_comments_and_deeds_stand_in_one_order(self) -> None:
        activity = [
            {"type": "set_resolved", "dateCreated": ago(days=1)},
            {"type": "note", "data": {"text": "seen"}, "dateCreated": ago(days=2)},
            {"type": "set_unresolved", "dateCreated": ago(days=3)},
            {"type": "first_seen", "dateCreated": ago(days=4)},
        ]
        note = {"data": {"text": "seen again"}, "user": {"name": "Ana"}, "dateCreated": ago(days=2)}
        told = history(an_issue(activity=activity).activity, [Note.model_validate(note)])
        assert [line(each, NOW) for each in told] == [
            "resolved, 1 d ago",
            'comment by Ana, 2 d ago: "seen again"',
            "reopened, 3 d ago",
        ]

    def test_only_the_latest_are_shown_unless_asked_for(self) -> None:
        deeds = [{"type": "assigned", "dateCreated": ago(days=day)} for day in range(1, 9)]
        it = context(issue=an_issue(activity=deeds))
        assert "… 3 earlier (include=activity)" in shown(it)
        assert "assigned, 8 d ago" in shown(it, "activity")
