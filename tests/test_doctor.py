"""The doctor: what it finds, and what it advises."""

from collections.abc import Mapping
from dataclasses import replace

import httpx2
import pytest

from dexter_mcp.cli.checks import Finding, judge
from dexter_mcp.cli.evidence import Evidence, gather
from dexter_mcp.sentry.errors import SCOPES
from dexter_mcp.settings import Settings
from dexter_mcp.simulator import Fault, Simulator, World
from dexter_mcp.tools.registry import NEEDS

pytestmark = pytest.mark.anyio

TOKEN = "sntryu_invented0invented0invented"
SETTINGS = Settings(url="http://sentry.test", token=TOKEN, token_source="SENTRY_AUTH_TOKEN")


def patient(scopes: str = "org:read project:read event:read") -> Simulator:
    world = World()
    world.add_organization("acme", "Acme")
    world.add_member("acme", "ada@acme.test", "Ada")
    world.add_token(TOKEN, user="ada@acme.test", scopes=scopes.split())
    return Simulator(world)


async def examined(simulator: Simulator, settings: Settings = SETTINGS) -> dict[str, Finding]:
    return by_subject(await gather(settings, httpx2.ASGITransport(app=simulator)))


def by_subject(
    evidence: Evidence, environment: Mapping[str, str] | None = None
) -> dict[str, Finding]:
    return {finding.subject: finding for finding in judge(evidence, environment or {})}


async def test_a_healthy_setup_has_nothing_to_mend() -> None:
    findings = await examined(patient())
    assert {finding.verdict for finding in findings.values()} == {"good"}
    assert "user auth token from SENTRY_AUTH_TOKEN of Ada" in findings["token"].told
    assert findings["organizations"].told == "acme"
    assert "requests left" in findings["rate limit"].told


async def test_a_missing_scope_is_named_with_its_toolset() -> None:
    finding = (await examined(patient(scopes="org:read event:read")))["scopes"]
    assert finding.verdict == "bad"
    assert "projects" in finding.told
    assert "project:read" in finding.remedy


def test_no_scope_is_asked_for_that_no_toolset_needs() -> None:
    assert set(SCOPES.split(", ")) == {need for need in NEEDS.values() if need}


async def test_a_write_scope_implies_the_read_scope() -> None:
    findings = await examined(patient(scopes="org:admin project:write event:read"))
    assert findings["scopes"].verdict == "good"


async def test_a_refused_token_gets_a_remedy_and_is_never_shown() -> None:
    findings = await examined(patient(), replace(SETTINGS, token="sntryu_another_invented_one"))
    assert findings["address"].verdict == "good"
    assert findings["token"].verdict == "bad"
    assert "auth-tokens" in findings["token"].remedy
    assert "sntryu_another_invented_one" not in repr(findings)


async def test_without_a_token_the_address_is_tried_all_the_same() -> None:
    findings = await examined(patient(), replace(SETTINGS, token=""))
    assert findings["address"].verdict == "good"
    assert findings["token"].verdict == "bad"
    assert "org:read" in findings["token"].remedy
    assert "scopes" not in findings


async def test_a_default_organization_that_is_not_there_is_named() -> None:
    finding = (await examined(patient(), replace(SETTINGS, org="globex")))["organizations"]
    assert finding.verdict == "bad"
    assert "acme" in finding.remedy


async def test_a_server_that_is_no_sentry_is_told_apart() -> None:
    simulator = patient()
    simulator.faults.add(Fault(times=-1, html=True, status=200))
    findings = await examined(simulator)
    assert findings["address"].verdict == "bad"
    assert "not as Sentry" in findings["address"].told


async def test_nobody_at_the_address_is_told_with_a_remedy() -> None:
    def refuse(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("certificate verify failed: self-signed certificate")

    evidence = await gather(SETTINGS, httpx2.MockTransport(refuse))
    finding = by_subject(evidence)["address"]
    assert finding.verdict == "bad"
    assert "DEXTER_CA_BUNDLE" in finding.remedy


async def test_a_self_hosted_server_has_no_rate_limit() -> None:
    simulator = patient()
    simulator.world.self_hosted = True
    findings = await examined(simulator)
    assert findings["rate limit"].verdict == "good"
    assert "self-hosted" in findings["rate limit"].told


async def test_a_proxy_is_mentioned_without_its_password() -> None:
    evidence = await gather(SETTINGS, httpx2.ASGITransport(app=patient()))
    finding = by_subject(evidence, {"https_proxy": "http://me:secret@proxy.test"})["proxy"]
    assert finding.told == "HTTPS_PROXY set"
