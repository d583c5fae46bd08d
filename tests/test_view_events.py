"""Events in lists, and a single one."""

from typing import Any

from dexter_mcp.sentry.events import EventSummary
from dexter_mcp.sentry.reply import Page
from dexter_mcp.views import events
from invented import FENCE, NOW, ago, an_event, failing, frame, raised, read


class TestEvents:
    asked = events.Asked("CHECKOUT-7F", "user.id:88", ("production",), "last 24h")

    def summary(self, number: int, user: str, release: str = "2.9.0") -> EventSummary:
        return EventSummary.model_validate(
            {
                "id": f"{number:032x}",
                "eventID": f"{number:032x}",
                "title": "KeyError",
                "dateCreated": ago(minutes=number),
                "user": {"id": user},
                "tags": [{"key": "release", "value": release}],
            }
        )

    def listing(self, *found: EventSummary, **page: Any) -> str:
        asked = Page[EventSummary](items=list(found), **page)
        return events.listing(asked, self.asked, fence=FENCE, now=NOW).text

    def test_what_most_events_share_is_said_once(self) -> None:
        text = self.listing(
            self.summary(1, "88"), self.summary(2, "89"), self.summary(3, "90", "2.8.0")
        )
        assert "unless said: release 2.9.0\n" in text
        assert "event|ago|user|release\n" in text
        assert f"{1:032x}|1 min|88|\n" in text
        assert f"{3:032x}|3 min|90|2.8.0\n" in text

    def test_the_question_is_repeated(self) -> None:
        told = "issue: CHECKOUT-7F, query: user.id:88, environment: production, last 24h"
        assert told in self.listing(self.summary(1, "88"))
        assert told in self.listing()

    def test_no_event_is_no_error(self) -> None:
        assert self.listing().startswith("No event matches.")
        assert "Widen the period" in self.listing()

    def test_an_event_says_when_it_was_and_on_what(self) -> None:
        told = [
            {"key": "release", "value": "2.9.0"},
            {"key": "environment", "value": "production"},
            {"key": "level", "value": "fatal"},
            {"key": "tenant", "value": "fjord"},
            {"key": "os.name", "value": "Linux"},
        ]
        crash = raised(frame(), mechanism={"type": "celery", "handled": False})
        text = read(failing(crash, tags=told, culprit="tasks.pay", platform="python"))
        assert text.startswith(f"event {'e' * 32} of issue 4410 · ")
        assert " · 2026-11-08 11:56 UTC (4 min ago) · python · unhandled\n" in text
        assert (
            "in tasks.pay, release 2.9.0, environment production, level fatal, via celery\n" in text
        )
        assert "tags:\ntenant=fjord\n" in text
        assert text.endswith("more: detail=full · `get_issue` issue=4410 · `list_issue_events`")

    def test_in_full_an_event_names_its_neighbours(self) -> None:
        event = an_event(previousEventID="a" * 32, nextEventID="b" * 32)
        assert f"previous event {'a' * 32}\nnext event {'b' * 32}\n" in read(event, detail="full")
        assert "previous" not in read(event)
