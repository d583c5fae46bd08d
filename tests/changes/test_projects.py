"""Projects, their keys, rules and filters are changed: planned, refused, applied, taken back."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from answers import text_of
from clock import generous
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.memory.records import Project
from dexter_mcp.simulator.memory.settings import Ownership, ProjectKey
from small_world import BORN, Caller, Clock, connected, small_world, story
from writing import attempted, audited, change_in, done, writes_of, writing

pytestmark = pytest.mark.anyio

RULES = "path:src/cart/* #payments\n# who pays\nurl:*/pay* mira@acme.test"


@pytest.fixture
def simulator() -> Simulator:
    world = small_world(Clock())
    project = next(iter(world.projects.values()))
    world.tell("acme", story("KeyError", ago=0.5))
    world.settings.ownership[project.id] = Ownership(RULES, BORN, BORN)
    return generous(Simulator(world))


@pytest.fixture
async def client(simulator: Simulator, tmp_path: Path) -> AsyncIterator[Client]:
    async with writing(simulator, tmp_path) as client:
        yield client


@pytest.fixture
async def asking(simulator: Simulator, tmp_path: Path) -> AsyncIterator[Client]:
    """A client whose changes are planned, and not carried out."""
    async with writing(simulator, tmp_path, writes="ask") as client:
        yield client


def project(simulator: Simulator, slug: str = "checkout") -> Project:
    return next(each for each in simulator.world.projects.values() if each.slug == slug)


def keys(simulator: Simulator) -> list[ProjectKey]:
    return simulator.world.settings.keys_of(project(simulator))


def raw(simulator: Simulator) -> str:
    return simulator.world.settings.ownership[project(simulator).id].raw


def a_source(simulator: Simulator) -> list[dict[str, Any]]:
    """Let symbols come from a place that wants a password."""
    sources = simulator.world.settings.symbol_sources[project(simulator).id]
    layout = {"type": "native", "casing": "default"}
    place = {"id": "symbols", "type": "http", "name": "Symbols", "layout": layout}
    access = {"url": "https://symbols.acme.test", "username": "mira"}
    sources.append({**place, **access, "password": {"hidden-secret": True}})
    return sources


async def planned(client: Client, tool: str, **arguments: Any) -> str:
    text = text_of(await client.call_tool(tool, arguments))
    assert text.startswith("Planned, nothing is changed yet"), text
    return text


async def refused(client: Client, simulator: Simulator, tool: str, **arguments: Any) -> str:
    """Give what was wrong with a call for which nothing was sent."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error, text_of(result)
    assert writes_of(simulator) == []
    return text_of(result)


class TestProjects:
    async def test_a_project_is_made_for_a_team(self, client: Client, simulator: Simulator) -> None:
        told = await done(client, "create_project", name="Ledger", team="payments", slug="books")
        assert told.startswith("Done: Make the project Ledger for the team payments, with the")
        assert project(simulator, "books").teams == ["payments"]

    async def test_without_the_default_alert_if_nobody_wants_it(
        self, client: Client, simulator: Simulator
    ) -> None:
        before = len(simulator.world.alerts.of("acme"))
        given = {"name": "Ledger", "team": "payments"}
        await done(client, "create_project", **given, default_alert=False)
        assert len(simulator.world.alerts.of("acme")) == before

    async def test_a_project_of_that_name_is_not_made_twice(
        self, client: Client, simulator: Simulator
    ) -> None:
        told = await done(client, "create_project", name="Checkout", team="payments")
        assert told.startswith("Nothing to do")
        assert writes_of(simulator) == []

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"team": "paymnts"}, "Did you mean payments?"),
            ({"team": "payments", "slug": "web"}, "Another project (Web Shop) has the slug 'web'"),
            ({"team": "payments", "slug": "42"}, "is no slug"),
            ({"team": "payments", "slug": "My Shop"}, "is no slug"),
        ],
    )
    async def test_what_can_not_be_made_is_said_before_anything_is_sent(
        self, client: Client, simulator: Simulator, given: dict[str, Any], said: str
    ) -> None:
        assert said in await refused(client, simulator, "create_project", name="X", **given)

    async def test_settings_and_teams_change_together_and_are_taken_back_together(
        self, client: Client, simulator: Simulator
    ) -> None:
        told = await done(
            client,
            "update_project",
            project=["checkout"],
            slug="till",
            resolve_age="72",
            subject_prefix="[till]",
            teams=["-payments", "storefront"],
            bookmark="yes",
        )
        assert told.startswith("Done, 3 changed")
        assert "resolveAge 0 → 72" in told
        assert project(simulator, "till").teams == ["storefront"]
        undone = await done(client, "undo_change", change=change_in(told))
        assert undone.startswith("Done, 3 changed")
        assert project(simulator).teams == ["payments"]
        assert simulator.world.settings.bookmarks == set()

    async def test_somebody_always_has_access(self, client: Client, simulator: Simulator) -> None:
        await done(client, "update_project", project="checkout", teams=["-payments", "storefront"])
        assert [line.split()[0] for line in writes_of(simulator)] == ["POST", "DELETE"]

    async def test_the_last_team_is_not_taken_away_without_a_word(self, asking: Client) -> None:
        told = await planned(asking, "update_project", project="checkout", teams=["-payments"])
        assert "warning: it is the only team that has access now" in told

    async def test_a_new_slug_is_followed_to_the_end(
        self, client: Client, simulator: Simulator
    ) -> None:
        told = await done(client, "update_project", project="checkout", slug="till")
        assert "slug checkout → till" in told
        await done(client, "undo_change", change=change_in(told))
        assert project(simulator).name == "Checkout"

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({}, "Nothing is to be changed"),
            ({"resolve_age": "soon"}, "must be hours such as 72, or never"),
            ({"slug": "web"}, "Another project (Web Shop) has the slug"),
            ({"teams": ["-ghosts"]}, "No team 'ghosts'"),
            ({"bookmark": "maybe"}, "bookmark"),
        ],
    )
    async def test_what_can_not_be_set_is_said_before_anything_is_sent(
        self, client: Client, simulator: Simulator, given: dict[str, Any], said: str
    ) -> None:
        told = await refused(client, simulator, "update_project", project="checkout", **given)
        assert said in told

    async def test_none_empties_what_may_be_empty(
        self, client: Client, simulator: Simulator
    ) -> None:
        await done(client, "update_project", project="checkout", platform="none")
        assert project(simulator).platform == ""

    async def test_a_project_is_deleted_by_its_name_alone(
        self, asking: Client, simulator: Simulator
    ) -> None:
        told = await planned(asking, "delete_project", project="checkout")
        assert "warning: it took in " in told
        assert "can't be undone" in told
        handle = told.rpartition("apply_change change=")[2].split()[0]
        wrong = await asking.call_tool("apply_change", {"change": handle, "name": "web"})
        assert wrong.is_error
        assert writes_of(simulator) == []
        await done(asking, "apply_change", change=handle, name="checkout")
        assert [each.slug for each in simulator.world.projects.values()] == ["web"]

    async def test_the_default_project_is_not_deleted_by_default(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        async with writing(simulator, tmp_path, project="checkout") as client:
            told = await refused(client, simulator, "delete_project", project=[])
        assert told.startswith("Name the `project`")


class TestKeys:
    async def test_a_new_key_tells_its_dsn_and_never_its_secret(
        self, client: Client, simulator: Simulator, tmp_path: Path
    ) -> None:
        told = await done(
            client, "create_project_key", project="checkout", name="Relay", rate_limit="100/60s"
        )
        (_, key) = keys(simulator)
        assert f"{key.public}@sentry.test" in told
        assert simulator.world.settings.limits[key.public] == (100, 60)
        kept = told + json.dumps(audited(tmp_path))
        secret = await _secret(simulator, key)
        assert secret not in kept

    @pytest.mark.parametrize(
        ("text", "limit"),
        [
            ("100/60s", (100, 60)),
            ("5000/1h", (5_000, 3_600)),
            ("5 per m", (5, 60)),
            ("7/30", (7, 30)),
            ("9/d", (9, 86_400)),
        ],
    )
    async def test_rate_limits_are_read_as_people_write_them(
        self, client: Client, simulator: Simulator, text: str, limit: tuple[int, int]
    ) -> None:
        await done(client, "update_project_key", project="checkout", key="default", rate_limit=text)
        assert list(simulator.world.settings.limits.values()) == [limit]

    async def test_the_sdk_that_a_key_loads_stays_as_it_is(
        self, client: Client, simulator: Simulator
    ) -> None:
        (key,) = keys(simulator)
        key.browser = "8.x"
        told = await done(
            client, "update_project_key", project="checkout", key="default", enabled="no"
        )
        assert (key.active, key.browser) == (False, "8.x")
        await done(client, "undo_change", change=change_in(told))
        assert (key.active, key.browser) == (True, "8.x")

    @pytest.mark.parametrize("text", ["lots", "0/60s", "100/2d", "-5/60s", "100/0s"])
    async def test_a_rate_limit_that_nobody_can_read_is_refused(
        self, client: Client, simulator: Simulator, text: str
    ) -> None:
        given = {"project": "checkout", "key": "Default", "rate_limit": text}
        assert "`rate_limit` must be" in await refused(
            client, simulator, "update_project_key", **given
        )

    async def test_a_limit_is_taken_away_and_comes_back(
        self, client: Client, simulator: Simulator
    ) -> None:
        (key,) = keys(simulator)
        simulator.world.settings.limits[key.public] = (5, 60)
        given = {"project": "checkout", "key": key.public, "rate_limit": "none"}
        told = await done(client, "update_project_key", **given)
        assert simulator.world.settings.limits == {}
        await done(client, "undo_change", change=change_in(told))
        assert simulator.world.settings.limits == {key.public: (5, 60)}

    async def test_a_key_that_is_in_use_is_not_switched_off_without_a_word(
        self, asking: Client
    ) -> None:
        told = await planned(
            asking, "update_project_key", project="checkout", key="Default", enabled="no"
        )
        assert "warning: checkout took in " in told
        assert "errors in the last hour, all of them by this key" in told
        assert "warning: it is the only active key of checkout" in told

    async def test_rotation_makes_a_key_before_it_switches_the_old_one_off(
        self, client: Client, simulator: Simulator
    ) -> None:
        (old,) = keys(simulator)
        simulator.world.settings.limits[old.public] = (5, 60)
        told = await done(
            client, "update_project_key", project="checkout", key="Default", rotate=True
        )
        assert told.startswith("Done, 2 changed: Rotate the client key Default of checkout")
        assert [line.split()[0] for line in writes_of(simulator)] == ["POST", "PUT"]
        old, new = keys(simulator)
        assert (old.active, new.active) == (False, True)
        assert new.name == "Default (rotated 2026-08-12)"
        assert f"{new.public}@sentry.test" in told
        assert simulator.world.settings.limits[new.public] == (5, 60)
        await done(client, "undo_change", change=change_in(told))
        (only,) = keys(simulator)
        assert only.active

    async def test_a_key_may_be_rotated_twice_a_day(
        self, client: Client, simulator: Simulator
    ) -> None:
        given = {"project": "checkout", "rotate": True}
        await done(client, "update_project_key", key="Default", **given)
        await done(client, "update_project_key", key="Default (rotated 2026-08-12)", **given)
        assert [key.active for key in keys(simulator)] == [False, False, True]
        assert keys(simulator)[-1].name == "Default (rotated 2026-08-12) 2"

    @pytest.mark.parametrize("form", ["{0}", "http://{0}@sentry.test/3306", "DEFAULT"])
    async def test_a_key_is_known_by_its_id_its_dsn_or_its_name(
        self, client: Client, simulator: Simulator, form: str
    ) -> None:
        (key,) = keys(simulator)
        named = form.format(key.public)
        await done(client, "update_project_key", project="checkout", key=named, name="Web")
        assert key.name == "Web"

    async def test_a_key_that_is_not_there_is_not_guessed(
        self, client: Client, simulator: Simulator
    ) -> None:
        given = {"project": "checkout", "key": "Defualt", "enabled": "no"}
        assert "Did you mean Default?" in await refused(
            client, simulator, "update_project_key", **given
        )

    async def test_of_several_keys_of_one_name_none_is_taken(
        self, client: Client, simulator: Simulator
    ) -> None:
        twin = ProjectKey("b" * 32, "default", BORN)
        simulator.world.settings.keys[project(simulator).id].append(twin)
        given = {"project": "checkout", "key": "Default"}
        told = await refused(client, simulator, "delete_project_key", **given)
        assert "Several keys are called 'Default'" in told
        assert twin.public in told

    async def test_a_deleted_key_is_gone_for_good(
        self, client: Client, simulator: Simulator
    ) -> None:
        told = await done(client, "delete_project_key", project="checkout", key="Default")
        assert "client key Default: gone" in told
        assert keys(simulator) == []
        again = await attempted(client, "undo_change", change=change_in(told))
        assert "can't be taken back" in text_of(again)

    async def test_a_key_of_that_name_is_shown_and_not_made_twice(
        self, client: Client, simulator: Simulator
    ) -> None:
        (key,) = keys(simulator)
        key.active = False
        given = {"project": "checkout", "name": "Default"}
        told = await refused(client, simulator, "create_project_key", **given)
        assert f"has a client key 'Default', off: http://{key.public}@sentry.test" in told

    async def test_a_key_without_a_name_is_not_made(
        self, client: Client, simulator: Simulator
    ) -> None:
        arguments = ["project=checkout", "useCase=user"]
        given = {"operation": "create_project_key", "arguments": arguments}
        assert "Give the new key a `name`" in await refused(
            client, simulator, "change_sentry", **given
        )


class TestOwnership:
    async def test_a_rule_is_added_at_the_end_where_it_decides(
        self, client: Client, simulator: Simulator
    ) -> None:
        rule = "path:src/cart/tax.py mira@acme.test"
        told = await done(client, "update_ownership", project="checkout", add=[rule])
        assert f"add {rule}" in told
        assert raw(simulator) == f"{RULES}\n{rule}"
        await done(client, "undo_change", change=change_in(told))
        assert raw(simulator) == RULES

    async def test_a_rule_is_removed_and_remarks_stay(
        self, client: Client, simulator: Simulator
    ) -> None:
        given = {"remove": ["path:src/cart/*  #payments"]}
        await done(client, "update_ownership", project="checkout", **given)
        assert raw(simulator) == "# who pays\nurl:*/pay* mira@acme.test"

    async def test_assignment_changes_and_rules_stay(
        self, client: Client, simulator: Simulator
    ) -> None:
        await done(
            client,
            "update_ownership",
            project="checkout",
            auto_assign="suspect_commits",
            fallthrough="yes",
        )
        kept = simulator.world.settings.ownership[project(simulator).id]
        assert kept.raw == RULES
        assert kept.auto_assignment == "Auto Assign to Suspect Commits"
        assert kept.fallthrough

    async def test_none_takes_all_rules_away_and_they_come_back(
        self, client: Client, simulator: Simulator
    ) -> None:
        told = await done(client, "update_ownership", project="checkout", rules="none")
        assert raw(simulator) == ""
        await done(client, "undo_change", change=change_in(told))
        assert raw(simulator) == RULES

    @pytest.mark.parametrize(
        ("rules", "said"),
        [
            ("path:a #payments\npath:src/cart/*", "Line 2 is no rule: 'path:src/cart/*' names no"),
            ("pth:src/* #payments", "begins with 'pth:'"),
            ("path: #payments", "has no pattern"),
            ("codeowners:/src #payments", "can't be written by hand"),
            ("path:src/* payments", "An owner is #team-slug or an e-mail address"),
        ],
    )
    async def test_a_rule_that_can_not_be_read_is_refused_with_its_line(
        self, client: Client, simulator: Simulator, rules: str, said: str
    ) -> None:
        given = {"project": "checkout", "rules": rules}
        assert said in await refused(client, simulator, "update_ownership", **given)

    @pytest.mark.parametrize(
        "rule",
        [
            'path:"my folder/*" #payments mira@acme.test',
            "src/*.py #payments",
            "tags.customer:acme* #payments",
            'tags."cart size":9 #payments',
            "module:shop.cart #payments",
        ],
    )
    async def test_every_kind_of_rule_is_understood(self, asking: Client, rule: str) -> None:
        told = await planned(asking, "update_ownership", project="checkout", add=[rule])
        assert "warning" not in told

    async def test_a_rule_that_is_not_there_can_not_be_removed(
        self, client: Client, simulator: Simulator
    ) -> None:
        given = {"project": "checkout", "remove": ["path:src/car/* #payments"]}
        assert "Did you mean 'path:src/cart/* #payments'?" in await refused(
            client, simulator, "update_ownership", **given
        )

    async def test_owners_whom_sentry_may_refuse_are_named_in_the_plan(
        self, asking: Client
    ) -> None:
        rule = "path:a #storefront #paymnts nobody@acme.test mira@acme.test"
        told = await planned(asking, "update_ownership", project="checkout", add=[rule])
        warnings = [line for line in told.splitlines() if line.startswith("warning: ")]
        assert len(warnings) == 3
        assert "#storefront is not on the project" in told
        assert "No team '#paymnts'" in told
        assert "No member 'nobody@acme.test'" in told

    async def test_rules_that_changed_meanwhile_are_left_alone(
        self, asking: Client, simulator: Simulator
    ) -> None:
        add = ["path:a #payments"]
        told = await planned(asking, "update_ownership", project="checkout", add=add)
        handle = told.rpartition("apply_change change=")[2].split()[0]
        kept = simulator.world.settings.ownership[project(simulator).id]
        kept.raw = "path:b #payments"
        result = await asking.call_tool("apply_change", {"change": handle})
        assert "it has changed since the plan was made" in text_of(result)
        assert raw(simulator) == "path:b #payments"


class TestFilters:
    async def test_filters_are_switched_together(
        self, client: Client, simulator: Simulator
    ) -> None:
        filters = ["localhost", "web-crawlers"]
        given = {"project": "checkout", "filters": filters, "active": "yes"}
        told = await done(client, "update_inbound_filter", **given)
        assert told.startswith("Done, 2 changed")
        kept = simulator.world.settings.filters[project(simulator).id]
        assert kept == {"localhost": True, "web-crawlers": True}
        await done(client, "undo_change", change=change_in(told))
        assert kept == {"localhost": False, "web-crawlers": False}

    async def test_old_browsers_are_chosen_one_by_one_and_come_back_as_they_were(
        self, client: Client, simulator: Simulator
    ) -> None:
        kept = simulator.world.settings.filters[project(simulator).id]
        kept["legacy-browsers"] = ["ie9"]
        given = {"project": "checkout", "filters": "legacy-browsers"}
        told = await done(client, "update_inbound_filter", **given, browsers=["ie10", "ie11"])
        assert kept["legacy-browsers"] == ["ie10", "ie11"]
        await done(client, "undo_change", change=change_in(told))
        assert kept["legacy-browsers"] == ["ie9"]

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            (
                {"filters": ["localhst"], "active": "yes"},
                "Valid are: browser-extensions, localhost",
            ),
            ({"filters": ["localhost"]}, "Say either whether"),
            ({"filters": ["localhost"], "browsers": ["ie9"]}, "go with the filter legacy-browsers"),
            ({"filters": ["legacy-browsers"], "browsers": ["lynx"]}, "There is no browser 'lynx'"),
        ],
    )
    async def test_a_filter_that_there_is_not_is_refused(
        self, client: Client, simulator: Simulator, given: dict[str, Any], said: str
    ) -> None:
        told = await refused(
            client, simulator, "update_inbound_filter", project="checkout", **given
        )
        assert said in told


class TestOthers:
    async def test_a_source_keeps_its_id_and_its_secret_when_its_name_changes(
        self, client: Client, simulator: Simulator
    ) -> None:
        sources = a_source(simulator)
        arguments = ["project=checkout", "id=symbols", "type=http", "name=Mirror"]
        await done(client, "change_sentry", operation="update_symbol_source", arguments=arguments)
        assert sources[0]["id"] == "symbols"
        assert sources[0]["password"] == {"hidden-secret": True}

    async def test_a_new_secret_can_not_be_taken_back_and_the_plan_says_so(
        self, asking: Client, simulator: Simulator
    ) -> None:
        a_source(simulator)
        arguments = ["project=checkout", "id=symbols", "type=http", "name=S", "password=sesame"]
        told = await planned(
            asking, "change_sentry", operation="update_symbol_source", arguments=arguments
        )
        assert "can't be undone: Sentry offers no way back to what is there now as password" in told
        assert "sesame" not in told

    async def test_many_environments_are_hidden_by_one_order_and_each_comes_back_as_it_was(
        self, client: Client, simulator: Simulator
    ) -> None:
        it = project(simulator)
        it.environments[:] = ["production", "review", "staging"]
        simulator.world.settings.hidden = {(it.id, "review")}
        names = [f"environmentNames={name}" for name in it.environments]
        told = await done(
            client,
            "change_sentry",
            operation="bulk_update_project_environments",
            arguments=["project=checkout", *names, "isHidden=true"],
        )
        assert "already so" in told
        assert len(simulator.world.settings.hidden) == 3
        await done(client, "undo_change", change=change_in(told))
        assert simulator.world.settings.hidden == {(it.id, "review")}

    async def test_many_environments_go_into_few_requests_that_name_them_all(
        self, client: Client, simulator: Simulator
    ) -> None:
        it = project(simulator)
        it.environments[:] = [f"pr-{number}" for number in range(12)]
        names = [f"environmentNames={name}" for name in it.environments]
        told = await done(
            client,
            "change_sentry",
            operation="bulk_update_project_environments",
            arguments=["project=checkout", *names, "isHidden=true"],
        )
        assert told.startswith("Done, 12 changed")
        assert writes_of(simulator) == ["PUT /api/0/projects/acme/checkout/environments/"] * 3
        await done(client, "undo_change", change=change_in(told))
        assert simulator.world.settings.hidden == set()

    async def test_an_organization_is_found_again_under_its_new_slug(
        self, client: Client, simulator: Simulator
    ) -> None:
        told = await done(
            client, "change_sentry", operation="update_org", arguments=["slug=acme-ltd"]
        )
        assert "slug acme → acme-ltd" in told
        assert "acme-ltd" in simulator.world.organizations
        await done(client, "undo_change", change=change_in(told))
        assert "acme" in simulator.world.organizations


async def _secret(simulator: Simulator, key: ProjectKey) -> str:
    async with connected(simulator) as http:
        found = await Caller(http).read(f"/projects/acme/checkout/keys/{key.public}/")
    return str(found["secret"])
