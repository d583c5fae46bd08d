"""The simulator's replies against Sentry's published description of its API, where it is at hand.

Here a small world is asked in the way that shows most; `test_catalogue_matrix` asks the sample
world for everything that there is.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from contract import ORG, PROJECT, complaint, described
from dexter_mcp.simulator import Simulator, World
from dexter_mcp.simulator.intake.attachment import Attachment
from dexter_mcp.simulator.routes.auth import ALL_SCOPES
from dexter_mcp.simulator.telling.story import Json, Story

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 8, 12, 9, 30, tzinfo=UTC)
EVENT = "9f1c2b7e4d5a4c0f8e2b6a1d3c5e7f90"

QUESTIONS: Mapping[str, Mapping[str, str | list[str]]] = {
    "/api/0/organizations/": {},
    ORG: {},
    f"{ORG}projects/": {},
    f"{ORG}shortids/{{issue_id}}/": {},
    f"{ORG}eventids/{{event_id}}/": {},
    f"{ORG}issues/": {
        "query": "is:for_review",
        "expand": ["inbox", "integrationIssues", "sentryAppIssues", "latestEventHasAttachments"],
    },
    f"{ORG}issues/{{issue_id}}/": {"expand": ["integrationIssues", "sentryAppIssues"]},
    f"{ORG}issues/{{issue_id}}/events/": {},
    f"{ORG}issues/{{issue_id}}/events/{{event_id}}/": {},
    f"{ORG}issues/{{issue_id}}/hashes/": {},
    f"{ORG}issues/{{issue_id}}/tags/{{key}}/": {},
    f"{ORG}issues/{{issue_id}}/tags/{{key}}/values/": {},
    PROJECT: {},
    f"{PROJECT}events/": {},
    f"{PROJECT}events/{{event_id}}/": {},
    f"{PROJECT}events/{{event_id}}/attachments/": {},
    f"{PROJECT}events/{{event_id}}/attachments/{{attachment_id}}/": {},
}
"""Each published GET that the simulator serves, with the parameters that show most of it."""


def small_world() -> World:
    world = World(now=lambda: NOW)
    world.add_organization("acme", "Acme Shop")
    world.add_team("acme", "payments", "Payments")
    world.add_member("acme", "mira@acme.test", "Mira Voss", teams=["payments"], role="owner")
    world.add_project("acme", "checkout", "Checkout", "python-django", teams=["payments"])
    world.add_release(
        "acme",
        "checkout@2.9.0",
        projects=["checkout"],
        created=timedelta(days=2),
        commits=[{"id": "5b7e0c1d9a", "message": "fix: wait", "author": "mira@acme.test"}],
    )
    world.add_token(Simulator.TOKEN, user="mira@acme.test", scopes=ALL_SCOPES)
    return world


def timeout() -> Json:
    frame = {
        "filename": "shop/payments.py",
        "module": "shop.payments",
        "function": "charge",
        "lineno": 88,
        "context_line": "    gateway.wait(2)",
        "in_app": True,
        "vars": {"cart_id": "3"},
    }
    raised = {
        "type": "TimeoutError",
        "value": "gateway did not answer",
        "mechanism": {"type": "django", "handled": False},
        "stacktrace": {"frames": [frame]},
    }
    return {
        "platform": "python",
        "level": "error",
        "transaction": "/checkout/pay",
        "exception": {"values": [raised]},
        "breadcrumbs": {"values": [{"timestamp": -2.5, "category": "query", "message": "SELECT"}]},
        "request": {"method": "POST", "url": "https://shop.test/pay", "headers": {"Host": "x"}},
        "contexts": {"runtime": {"name": "CPython", "version": "3.13.2"}},
        "tags": {"plan": "free"},
        "sdk": {"name": "sentry.python", "version": "2.40.0"},
        "modules": {"django": "5.2"},
        "extra": {"cart": 3},
    }


def query_in_a_loop() -> Json:
    span = {"span_id": "b" * 16, "op": "db", "description": "SELECT 1"}
    return {
        "type": "transaction",
        "platform": "python",
        "transaction": "/cart",
        "start_timestamp": -1.5,
        "contexts": {"trace": {"trace_id": "c" * 32, "span_id": "a" * 16, "op": "http.server"}},
        "spans": [span | {"start_timestamp": -1.0, "timestamp": -0.5}],
        "_occurrence": {"issueTitle": "N+1 Query", "subtitle": "SELECT 1", "evidenceData": {}},
    }


@pytest.fixture
def world() -> World:
    world = small_world()
    told = Story(
        project="checkout",
        payload=timeout(),
        count=12,
        users=5,
        first_seen=timedelta(days=10),
        last_seen=timedelta(minutes=16),
        releases={"checkout@2.9.0": 1},
        environments={"production": 3, "staging": 1},
        vary={"browser": {"Firefox 141": 2, "Safari 19": 1}},
        substatus="regressed",
        assigned_to="team:payments",
        suspect="5b7e0c1d9a",
        activity=(
            {"type": "set_resolved", "ago": timedelta(days=5), "user": "mira@acme.test"},
            {"type": "set_regression", "ago": timedelta(days=2), "user": "", "data": {}},
        ),
    )
    world.tell("acme", told)
    slow = Story(
        project="checkout",
        payload=query_in_a_loop(),
        count=3,
        users=0,
        first_seen=timedelta(days=1),
        last_seen=timedelta(hours=1),
        substatus="new",
        category="db_query",
        kind="performance_n_plus_one_db_queries",
    )
    world.tell("acme", slow)
    project_id = next(iter(world.projects))
    payload = timeout() | {"event_id": EVENT, "timestamp": NOW.timestamp(), "user": {"id": "7"}}
    world.ingest(project_id, payload, [Attachment("log.txt", b"hello", "text/plain")])
    return world


async def ask(world: World, path: str) -> httpx2.Response:
    issue = next(iter(world.issues.values()))
    url = path.format(
        organization_id_or_slug="acme",
        project_id_or_slug="checkout",
        issue_id=issue.short_id if "shortids" in path else issue.number,
        event_id=EVENT,
        key="browser",
        attachment_id=world.attachments[EVENT][0][0],
    )
    transport = httpx2.ASGITransport(app=Simulator(world))
    headers = {"Authorization": f"Bearer {Simulator.TOKEN}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://sentry.test") as http:
        return await http.get(url, params=QUESTIONS[path], headers=headers)


@pytest.mark.parametrize("path", QUESTIONS)
async def test_a_reply_is_what_sentry_describes(world: World, path: str) -> None:
    """Without the description only the answer itself is checked; the summary says so."""
    reply = await ask(world, path)
    assert reply.status_code == 200
    assert reply.json(), "an empty list proves nothing"
    if known := described()["paths"]:
        assert path in known, "it is no longer described"
        assert complaint(path, reply.json()) == ""
