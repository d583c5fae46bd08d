"""Completion: what somebody types into a resource or a prompt, finished from what is there."""

import re
from dataclasses import replace

import pytest
from mcp import Client
from mcp.types import PromptReference, ResourceTemplateReference

from clock import now
from dexter_mcp.server import build_server
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Fault, Simulator

pytestmark = pytest.mark.anyio

ANY = ResourceTemplateReference(uri="sentry://{org}/issues/{issue}")


async def complete(client: Client, name: str, typed: str, **settled: str) -> list[str]:
    result = await client.complete(ANY, {"name": name, "value": typed}, settled)
    return result.completion.values


async def test_an_organization_is_known_by_its_beginning(client: Client) -> None:
    assert await complete(client, "org", "ac") == ["acme"]


async def test_a_prompt_is_completed_like_a_resource(client: Client) -> None:
    found = await client.complete(
        PromptReference(name="triage_project"), {"name": "project", "value": "che"}
    )
    assert found.completion.values == ["checkout"]


async def test_issues_are_those_seen_last(client: Client) -> None:
    issues = await complete(client, "issue", "checkout-", org="acme")
    assert issues
    assert all(issue.startswith("CHECKOUT-") for issue in issues)


async def test_issues_keep_to_the_project_that_is_settled(client: Client) -> None:
    issues = await complete(client, "issue", "", org="acme", project="reports")
    assert {issue.split("-")[0] for issue in issues} == {"REPORTS"}


async def test_an_event_is_a_word_or_the_id_of_a_recent_one(client: Client) -> None:
    (issue, *_) = await complete(client, "issue", "checkout-", org="acme")
    found = await complete(client, "event", "", org="acme", issue=issue)
    assert found[:3] == ["latest", "oldest", "recommended"]
    assert all(re.fullmatch("[0-9a-f]{32}", event) for event in found[3:])
    assert await complete(client, "event", "la", org="acme", issue=issue) == ["latest"]


async def test_an_event_without_an_issue_completes_to_nothing(client: Client) -> None:
    assert await complete(client, "event", "a") == []


async def test_a_saved_query_is_found_by_a_part_of_its_name(client: Client) -> None:
    assert await complete(client, "saved", "slow", org="acme") == ["Slowest queries", "Slow pages"]
    assert await complete(client, "saved", "nordpay", org="acme") == ["NordPay answers late"]


async def test_alerts_and_monitors_go_by_their_names(client: Client) -> None:
    assert await complete(client, "alert", "page", org="acme") == [
        "Page on payment spikes",
        "Shop front page",
    ]


async def test_versions_are_the_newest_first(client: Client, sample: Simulator) -> None:
    world = sample.world
    checkout = world.project("acme", "checkout")
    assert checkout
    newest = [release.version for release in world.releases_of(checkout)]
    assert await complete(client, "version", "checkout@", org="acme") == newest
    assert await complete(client, "release", "4.16", org="acme") == ["checkout@4.16.0"]


async def test_integrations_that_share_a_name_are_told_by_number(client: Client) -> None:
    found = await complete(client, "integration", "", org="acme")
    assert {"acme-oncall", "Acme Jira"} <= set(found)


async def test_traces_are_those_of_the_latest_transactions(
    client: Client, sample: Simulator
) -> None:
    found = await complete(client, "trace", "", org="acme")
    (latest,) = sample.world.telemetry.rows(
        "SELECT trace FROM spans WHERE is_transaction ORDER BY at DESC LIMIT 1"
    )[0]
    assert found[0] == latest
    assert len(found) > 10


async def test_a_data_set_is_one_of_a_few(client: Client) -> None:
    assert await complete(client, "dataset", "sp") == ["spans"]
    assert "transactions" in await complete(client, "dataset", "")


async def test_fields_are_completed_one_after_the_other(client: Client) -> None:
    assert "span.duration" in await complete(client, "fields", "span.du", dataset="spans")
    found = await complete(client, "fields", "release,p95", dataset="spans")
    assert "release,p95(span.duration)" in found
    assert all(each.startswith("release,") for each in found)


async def test_fields_are_also_those_that_only_this_organization_has(client: Client) -> None:
    assert await complete(client, "fields", "payment_prov") == ["payment_provider"]
    assert "payment.provider" in await complete(client, "fields", "payment.", dataset="spans")


async def test_the_last_term_of_a_query_is_completed(client: Client) -> None:
    found = await complete(client, "query", "level:error payment_prov")
    assert found == ["level:error payment_provider:"]


async def test_a_table_is_sorted_by_what_it_shows(client: Client) -> None:
    found = await complete(client, "sort", "", fields="release,p95(span.duration)")
    assert found == ["-release", "release", "-p95(span.duration)", "p95(span.duration)"]


async def test_a_period_is_one_of_the_usual_ones(client: Client) -> None:
    assert await complete(client, "period", "1") == ["14d", "1h"]


async def test_an_unknown_argument_completes_to_nothing(client: Client) -> None:
    assert await complete(client, "colour", "r") == []


async def test_every_variable_of_a_resource_can_be_completed(
    sample: Simulator, settings: Settings
) -> None:
    whole = replace(settings, toolsets=("all",))
    async with Client(build_server(whole, sample, now=now)) as client:
        await all_are_completed(client)


async def all_are_completed(client: Client) -> None:
    templates = (await client.list_resource_templates()).resource_templates
    named = {name for each in templates for name in variables(each.uri_template)}
    (issue, *_) = await complete(client, "issue", "checkout-", org="acme")
    for name in named:
        assert await complete(client, name, "", org="acme", issue=issue), name


def variables(template: str) -> list[str]:
    inside = re.findall(r"\{\??([^}]+)\}", template)
    return [name for each in inside for name in each.split(",")]


class TestWhenSentryFails:
    @pytest.fixture
    def simulator(self) -> Simulator:
        simulator = Simulator()
        simulator.faults.add(Fault(status=500, times=-1))
        return simulator

    @pytest.mark.parametrize("name", ["org", "issue", "alert", "version", "saved", "trace"])
    async def test_completion_is_silent(self, client: Client, name: str) -> None:
        assert await complete(client, name, "ac", org="acme") == []
