"""What is no error of the code: blocked scripts, missed jobs, words of customers."""

from collections.abc import Iterator
from random import Random
from typing import Any

from dexter_mcp.simulator.sample.fates import live
from dexter_mcp.simulator.sample.javascript_stories import ON_CHROME, STOREFRONT
from dexter_mcp.simulator.sample.python_stories import REPORTS
from dexter_mcp.simulator.sample.settings import Setting
from dexter_mcp.simulator.telling.story import Json, Story

_POLICY = "default-src 'self'; script-src 'self' https://widget.chatterly.example; img-src 'self' https://img.acme.test"


def stories() -> Iterator[Story]:
    """Tell all of them."""
    yield _blocked(
        "script-src-elem", "https://cdn.admatch.example/tag/v4/shop.js", "/products/trail-tent-3"
    )
    yield _blocked("img-src", "data", "/cart")
    yield _missed("nightly-invoices", "0 2 * * *", "A missed check-in was detected")
    yield _missed("refresh-rates", "*/15 * * * *", "A timeout check-in was detected")
    yield _said(
        "The pay button did nothing after my bank's app opened. I had to order by phone.",
        "/checkout/payment",
        "sigrid@shopper.test",
    )
    yield _said(
        "Coupon SPRING10 is refused although my cart is over 100 €", "/cart", "oskar@shopper.test"
    )


def _blocked(directive: str, uri: str, page: str) -> Story:
    csp = {
        "effective_directive": directive,
        "violated_directive": directive,
        "blocked_uri": uri,
        "document_uri": f"https://shop.acme.test{page}",
        "original_policy": _POLICY,
        "referrer": "",
        "status_code": 200,
        "disposition": "enforce",
    }
    payload: Json = {
        "platform": "javascript",
        "level": "error",
        "logger": "csp",
        "csp": csp,
        "tags": {},
    }
    headers = dict(ON_CHROME.headers)
    payload["request"] = {"url": csp["document_uri"], "headers": headers}
    return _story(ON_CHROME, payload, uri, priority="low")


def _missed(monitor: str, schedule: str, what: str) -> Story:
    config = {
        "schedule_type": "crontab",
        "schedule": schedule,
        "checkin_margin": 5,
        "timezone": "UTC",
    }
    evidence = {
        "Failure reason": what.split(" ")[1],
        "Environment": "production",
        "Last successful check-in": "one run before",
    }
    display = [
        {"name": name, "value": value, "important": True} for name, value in evidence.items()
    ]
    payload: Json = {
        "platform": "other",
        "level": "error",
        "contexts": {
            "monitor": {"type": "monitor", "slug": monitor, "config": config, "status": "active"}
        },
        "tags": {"monitor.slug": monitor},
        "culprit": monitor,
        "_occurrence": {
            "type": 4001,
            "issueTitle": f"Cron failure: {monitor}",
            "subtitle": what,
            "culprit": monitor,
            "level": "error",
            "fingerprint": [f"crons:{monitor}"],
            "evidenceData": {},
            "evidenceDisplay": display,
        },
    }
    return _story(
        REPORTS,
        payload,
        monitor,
        vary={},
        users=0,
        category="outage",
        kind="monitor_check_in_failure",
        suspect="",
    )


def _said(message: str, page: str, contact: str) -> Story:
    feedback = {
        "type": "feedback",
        "message": message,
        "contact_email": contact,
        "name": contact.partition("@")[0].title(),
        "url": f"https://shop.acme.test{page}",
        "source": "widget",
    }
    payload: Json = {
        "platform": "javascript",
        "level": "info",
        "contexts": {"feedback": feedback},
        "culprit": page,
        "tags": {},
        "sdk": STOREFRONT.sdk,
    }
    return _story(
        STOREFRONT,
        payload,
        message,
        count=1,
        users=1,
        category="feedback",
        kind="feedback",
        suspect="",
        status="unresolved",
        substatus="new",
        activity=(),
    )


def _story(setting: Setting, payload: Json, seed: str, **chosen: Any) -> Story:
    return live(setting, payload, Random(seed), chosen)
