"""Invented issues and events, and how they read."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from dexter_mcp.sentry.events import Event
from dexter_mcp.sentry.issues import Issue
from dexter_mcp.views import events, issue_context, issues
from dexter_mcp.views.budget import DEFAULT
from dexter_mcp.views.issue_context import IssueContext
from dexter_mcp.views.untrusted import Fence

NOW = datetime(2026, 11, 8, 12, 0, tzinfo=UTC)
FENCE = Fence("5eed")
Json = dict[str, Any]

ASKED = issues.Asked("acme", "is:unresolved", ("checkout",), ("production",), "last 14d", "freq")


def ago(**span: float) -> str:
    return (NOW - timedelta(**span)).isoformat()


def frame(number: int = 3, *, in_app: bool = True, **more: Any) -> Json:
    return {
        "filename": "shop/cart.py",
        "module": "shop.cart",
        "function": "Cart.change",
        "lineNo": number,
        "inApp": in_app,
        "context": [[number + at, f"    line {number + at}"] for at in range(-5, 6)],
        **more,
    }


def library(module: str = "django.core", number: int = 9) -> Json:
    path = f"{module.replace('.', '/')}.py"
    return {
        "filename": path,
        "module": module,
        "function": "handle",
        "lineNo": number,
        "inApp": False,
    }


def raised(*frames: Json, kind: str = "KeyError", value: str = "'MUG-0042'", **more: Any) -> Json:
    return {"type": kind, "value": value, "stacktrace": {"frames": list(frames)}, **more}


def an_event(*entries: tuple[str, Any], **more: Any) -> Event:
    shaped = [{"type": kind, "data": data} for kind, data in entries]
    return Event.model_validate(
        {
            "id": "e" * 32,
            "eventID": "e" * 32,
            "title": "KeyError: 'MUG-0042'",
            "dateCreated": ago(minutes=4),
            "entries": shaped,
            **more,
        }
    )


def failing(*exceptions: Json, **more: Any) -> Event:
    return an_event(("exception", {"values": list(exceptions)}), **more)


def an_issue(**more: Any) -> Issue:
    return Issue.model_validate(
        {
            "id": "4410",
            "shortId": "CHECKOUT-7F",
            "title": "KeyError: 'MUG-0042'",
            "culprit": "/api/cart",
            "permalink": "https://sentry.test/organizations/acme/issues/4410/",
            "level": "error",
            "status": "unresolved",
            "substatus": "regressed",
            "priority": "high",
            "project": {"id": "3", "slug": "checkout", "platform": "python"},
            "issueCategory": "error",
            "count": "182",
            "userCount": 57,
            "firstSeen": ago(days=14),
            "lastSeen": ago(minutes=4),
            **more,
        }
    )


def context(**more: Any) -> IssueContext:
    parts: Json = {
        "issue": an_issue(),
        "event": failing(raised(frame())),
        "tags": (),
        "suspects": (),
        "attachments": (),
        "notes": (),
        "failed": (),
    }
    return IssueContext(**parts | more)


def shown(
    it: IssueContext,
    *include: str,
    detail: Literal["brief", "normal", "full"] = "normal",
    budget: int = DEFAULT,
) -> str:
    return issue_context.full(
        it, include=include, detail=detail, fence=FENCE, now=NOW, budget=budget
    ).text


def read(it: Event, *include: str, detail: Literal["brief", "normal", "full"] = "normal") -> str:
    found = events.FoundEvent("4410", it)
    return events.event(
        found, include=include, detail=detail, fence=FENCE, now=NOW, budget=DEFAULT
    ).text


def fenced(text: str) -> str:
    return text.partition(FENCE.opening)[2].partition(FENCE.closing)[0]


def unfenced(text: str) -> str:
    before, _, rest = text.partition(FENCE.opening)
    return before + rest.partition(FENCE.closing)[2]
