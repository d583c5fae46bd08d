"""Whom alerts tell, and who owns them: from what people write to what Sentry holds.

An action is kept as today's alerts hold it. Everything named is looked up, so that a misspelt
channel, or one of a service that is not there, is seen before anything is sent.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dexter_mcp.changes.looks import read
from dexter_mcp.changes.matching import shown
from dexter_mcp.changes.proposals import alert_channels, alert_services
from dexter_mcp.changes.proposals.alert_notation import Condition
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.integrations import Integration
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.sentry.projects import ProjectDetails
from dexter_mcp.views.alerts_words import Names

Action = Mapping[str, Any]

CHAT: Final = ("slack", "msteams", "discord")
_SERVICES: Final = {"pagerduty": ("service_table", "service"), "opsgenie": ("team_table", "team")}
_TICKETS: Final = frozenset({"jira", "jira_server", "github", "github_enterprise", "vsts"})
_FORMS: Final = (
    "email:#team, email:name@example.org, email:owners, slack:#channel, discord:#channel, "
    "msteams:channel, pagerduty:service, opsgenie:team, app:slug, "
    "webhook:service"
)
_OWNERS: Final = frozenset({"owners", "issue_owners", "suggested"})
_NOBODY: Final = "none"
_ACTOR: Final = re.compile(r"(?:team|user):\d+")
_SHOWN: Final = 80
_MOST: Final = 100


@dataclass(frozen=True)
class Settled:
    """Something that was looked up, with what people should know about it."""

    value: Any
    warnings: tuple[str, ...] = ()


async def actions(desk: Desk, org: str, told: Sequence[str]) -> tuple[list[Action], list[str]]:
    """Look up what alerts are to do; gives warnings too.

    Raises:
        Invalid: One is written otherwise than any of the forms, goes through something that is
            not installed, or names a channel or a service that is not there.
        NotFound: There is no such team or member.
    """
    found, warnings = list[Action](), list[str]()
    for each in told:
        settled = await _action(desk, org, each.strip())
        found.append(settled.value)
        warnings += settled.warnings
    return found, warnings


async def _action(desk: Desk, org: str, text: str) -> Settled:
    service, colon, whom = text.partition(":")
    kind, _, account = service.strip().partition("/")
    kind, whom = kind.lower(), whom.strip()
    if not (colon and whom):
        raise Invalid(f"`actions` {text[:_SHOWN]!r} can't be read. Write {_FORMS}.")
    if kind == "email":
        return Settled(await _mail(desk, org, whom))
    if kind == "webhook":
        return await _webhook(desk, org, whom)
    if kind == "app":
        return await _app(desk, org, whom)
    if kind in CHAT or kind in _SERVICES:
        through, warnings = await _through(desk, org, kind, account)
        told = await _message(desk, org, through, whom)
        return Settled(told.value, (*warnings, *told.warnings))
    if kind in _TICKETS:
        raise Invalid(f"`actions`: a ticket in {kind} {alert_services.BY_HAND}")
    raise Invalid(f"`actions` {text[:_SHOWN]!r}: there is no such way. Write {_FORMS}.")


async def _mail(desk: Desk, org: str, whom: str) -> Action:
    if whom.lower() in _OWNERS:
        config = {"targetType": "issue_owners"}
        return {"type": "email", "data": {"fallthroughType": "ActiveMembers"}, "config": config}
    kind, _, number = (await actor(desk, org, whom)).partition(":")
    config = {"targetType": kind, "targetIdentifier": number}
    return {"type": "email", "data": {}, "config": config}


async def _webhook(desk: Desk, org: str, whom: str) -> Settled:
    if "://" in whom:
        raise Invalid(
            "`actions`: an alert calls the address that is set for a service, not one of its own. "
            "Write `webhook:webhooks` for the addresses of the project's WebHooks integration."
        )
    if whom.casefold() == alert_services.WEBHOOKS:
        return Settled(_calling(alert_services.WEBHOOKS))
    found = await alert_services.meant(desk, org, "webhook", whom)
    return Settled(_calling(found.ref.slug), found.doubts)


def _calling(service: str) -> Action:
    """Name a service by itself: Sentry refuses a type of target here."""
    return {"type": "webhook", "data": {}, "config": {"targetIdentifier": service}}


async def _app(desk: Desk, org: str, whom: str) -> Settled:
    found = await alert_services.meant(desk, org, "app", whom)
    config = {
        "targetType": "sentry_app",
        "targetIdentifier": found.ref.sentry_app_id,
        "targetDisplay": found.ref.slug,
    }
    action: Action = {"type": "sentry_app", "data": {}, "config": config}
    return Settled(action, found.doubts)


def _specific(whom: str, *, display: str = "") -> dict[str, Any]:
    shown = {"targetDisplay": display} if display else {}
    return {"targetType": "specific"} | ({"targetIdentifier": whom} if whom else {}) | shown


async def _through(
    desk: Desk, org: str, kind: str, account: str
) -> tuple[Integration, tuple[str, ...]]:
    """Find the installation that an action goes through: the one that works, where that is one."""
    known = (await desk.sentry.integrations.list(org, per_page=_MOST)).items
    ours = [each for each in known if each.provider.key == kind]
    if account:
        ours = [e for e in ours if account.lower() in {e.id, e.name.lower(), e.domain_name.lower()}]
    if not ours:
        there = ", ".join(sorted({f"{e.provider.key} ({e.name})" for e in known})) or "nothing"
        named = f"{kind} {account[:_SHOWN]}".rstrip()
        raise Invalid(f"`actions`: no {named} is installed. Installed are: {there}.")
    working = [each for each in ours if each.standing == "active"]
    if len(working) > 1:
        names = ", ".join(f"{kind}/{each.name}" for each in working)
        raise Invalid(f"`actions`: {kind} is installed more than once. Write one of {names}.")
    if working:
        return working[0], ()
    return ours[0], (f"{kind} {ours[0].name} is {ours[0].standing}: it can't tell anybody",)


async def _message(desk: Desk, org: str, through: Integration, whom: str) -> Settled:
    kind = through.provider.key
    if kind in _SERVICES:
        told = Settled(await _service(desk, org, kind, through, whom))
    else:
        found = await alert_channels.meant(desk, org, through, whom)
        doubts = (found.doubt,) if found.doubt else ()
        told = Settled(_specific(found.id, display=found.display), doubts)
    config: Action = told.value
    action: Action = {"type": kind, "integration_id": through.id, "data": {}, "config": config}
    return Settled(action, told.warnings)


async def _service(
    desk: Desk, org: str, kind: str, through: Integration, whom: str
) -> dict[str, Any]:
    """Find a service of PagerDuty or a team of Opsgenie: both are known by number."""
    table, label = _SERVICES[kind]
    place = {"org": org, "integration": through.id}
    told = await read(desk.sentry, "get_integration", place)
    config: Any = told.get("configData") if is_object(told) else None
    listed: Any = config.get(table) if is_object(config) else None
    known = {
        str(each.get(label)): str(each.get("id"))
        for each in (listed if is_array(listed) else ())
        if is_object(each)
    }
    numbers = {name.casefold(): (name, number) for name, number in known.items()}
    numbers |= {number: (name, number) for name, number in known.items()}
    if whom.casefold() not in numbers:
        there = ", ".join(known) or "none"
        raise Invalid(
            f"`actions`: {through.name} has no {label} {whom[:_SHOWN]!r}. There are: {there}."
        )
    name, number = numbers[whom.casefold()]
    return _specific(number, display=name)


async def actor(desk: Desk, org: str, named: str) -> str:
    """Spell a team (`#payments`) or a member as Sentry takes it: `team:7`, `user:42`.

    Raises:
        Invalid: The member has not joined yet, or could be several.
        NotFound: There is none.
    """
    if named.startswith(("#", "team:")):
        team = await desk.sentry.teams.resolve(org, named.removeprefix("team:"))
        return f"team:{team.id}"
    member = await desk.sentry.members.resolve(org, named)
    if member.user is None:
        raise Invalid(f"{member.called} was invited and has not joined yet: name somebody else.")
    return f"user:{member.user.id}"


def known_as(names: Names, *told: Any) -> dict[str, str]:
    """Say what people call the teams and members that are named in what is sent or there."""
    named = {actor for each in told for actor in _actors(each)}
    return {actor: names.actor(*actor.split(":")) for actor in sorted(named)}


def _actors(told: Any) -> Iterator[str]:
    """Find whom a document names: `team:71`, or in two fields."""
    if isinstance(told, str) and _ACTOR.fullmatch(told):
        yield told
    parts = told.values() if is_object(told) else told if is_array(told) else ()
    if is_object(told):
        whom = f"{shown(told, 'targetType')}:{shown(told, 'targetIdentifier')}"
        yield from (
            each
            for each in (whom, f"{told.get('type')}:{told.get('id')}")
            if _ACTOR.fullmatch(each)
        )
    for each in parts:
        yield from _actors(each)


async def owner(desk: Desk, org: str, named: str, project: ProjectDetails | None) -> Settled:
    """Settle who owns an alert; `none` for nobody.

    Raises:
        Invalid: See `actor`.
        NotFound: There is none.
    """
    if named.lower() == _NOBODY:
        return Settled(None)
    found = await actor(desk, org, named)
    kind, _, number = found.partition(":")
    if project and kind == "team" and number not in {team.id for team in project.teams}:
        return Settled(found, (f"{named} is not a team of {project.slug}",))
    if project and kind == "user":
        people = await desk.sentry.members.of_project(org, project.slug)
        if number not in {each.user.id for each in people if each.user}:
            return Settled(found, (f"{named} is in no team of {project.slug}",))
    return Settled(found)


async def settled(desk: Desk, org: str, filters: Sequence[Condition]) -> list[Condition]:
    """Look up who is meant where an issue has to be assigned to somebody.

    Raises:
        Invalid: See `actor`.
        NotFound: There is none.
    """
    return [
        (kind, await _assigned(desk, org, told) if kind == "assigned_to" else told)
        for kind, told in filters
    ]


async def _assigned(desk: Desk, org: str, whom: str) -> Mapping[str, str]:
    if whom.lower() == _NOBODY:
        return {"targetType": "Unassigned"}
    kind, _, number = (await actor(desk, org, whom)).partition(":")
    return {"targetType": "Team" if kind == "team" else "Member", "targetIdentifier": number}
