"""Changes to projects: made, set up otherwise, deleted."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from dexter_mcp.changes.plan import Proposal, Wish
from dexter_mcp.changes.proposals import volume
from dexter_mcp.changes.proposals.platforms import doubts
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.projects import ProjectDetails
from dexter_mcp.views.numbers import count
from dexter_mcp.views.untrusted import name as shown

Switch = Literal["", "yes", "no"]
"""On, off, or as it is."""

_SLUG: Final = re.compile(r"(?!\d+$)[a-z0-9_][a-z0-9_-]{0,99}")
_NONE: Final = "none"
_NEVER: Final = "never"
_MINUS: Final = "-"


async def found(desk: Desk, org: str, project: Sequence[str]) -> tuple[str, ProjectDetails]:
    """Settle which project is meant, and its organization.

    Raises:
        Invalid: None was named, and there is no default.
        NotFound: There is none; the message names those that come close.
    """
    home, wanted = await desk.org(org), "".join(project) or desk.settings.project
    if not wanted:
        raise Invalid("Say which `project` is meant; `list_projects` names them.")
    return home, await desk.sentry.projects.resolve(home, wanted)


async def create(
    desk: Desk, *, name: str, team: str, platform: str, slug: str, org: str, default_alert: bool
) -> Proposal:
    """Propose to make a project of a team.

    Raises:
        Invalid: The slug is none, or another project has it, or has the name.
        NotFound: There is no such team.
    """
    home = await desk.org(org)
    owner = await desk.sentry.teams.resolve(home, team)
    await _check_slug(desk, home, slug)
    await _check_name(desk, home, name, slug, owner.slug)
    told = {"name": name, "slug": slug, "platform": platform}
    body: dict[str, Any] = {n: v for n, v in told.items() if v}
    body |= {} if default_alert else {"default_rules": False}
    order = Order("create_team_project", {"org": home, "team": owner.slug}, {}, body)
    alert = "with" if default_alert else "without"
    purpose = f"Make the project {name} for the team {owner.slug}, {alert} the default alert"
    wishes = [Wish(order, f"project {slug or name}")]
    return Proposal(home, purpose, wishes, tuple(doubts(platform)))


async def update(
    desk: Desk,
    *,
    org: str,
    project: Sequence[str],
    settings: Mapping[str, Any],
    teams: Sequence[str] = (),
) -> Proposal:
    """Propose to set up a project otherwise; `settings` in Sentry's own words.

    Teams are added, or removed where a hyphen stands before them; additions come first, so that
    somebody always has access.

    Raises:
        Invalid: Nothing is to be changed, or the slug is none or taken.
        NotFound: There is no such project or team.
    """
    home, it = await found(desk, org, project)
    await _check_slug(desk, home, str(settings.get("slug", "")), it.id)
    wishes = [
        await _team(desk, home, it, team)
        for team in sorted(teams, key=lambda each: each.startswith(_MINUS))
    ]
    if settings:
        order = Order("update_project", {"org": home, "project": it.slug}, {}, settings)
        wishes.append(Wish(order, f"project {it.slug}"))
    if not wishes:
        raise Invalid("Nothing is to be changed. Give a setting, or teams to add or remove.")
    about = [*settings, *(["teams"] if teams else [])]
    warnings = tuple(doubts(str(settings.get("platform") or "")))
    purpose = f"Change {', '.join(about)} of the project {it.slug}"
    return Proposal(home, purpose, wishes, warnings)


async def delete(desk: Desk, *, org: str, project: Sequence[str]) -> Proposal:
    """Propose to delete a project, and tell how much it takes in.

    Raises:
        Invalid: None was named; the default one is not deleted by default.
        NotFound: There is no such project.
    """
    if not project:
        raise Invalid("Name the `project`: what is deleted is gone for good.")
    home, it = await found(desk, org, project)
    taken_in = await volume.errors(desk, home, it.id, "30d")
    order = Order("delete_project", {"org": home, "project": it.slug})
    warnings = [f"it took in {count(taken_in)} errors in the last 30 d"] if taken_in else []
    wishes = [Wish(order, f"project {it.slug}", name=it.slug)]
    return Proposal(home, f"Delete the project {it.slug} for good", wishes, tuple(warnings))


def settings(
    *,
    name: str,
    slug: str,
    platform: str,
    resolve_age: str,
    subject_prefix: str,
    bookmark: Switch,
) -> Mapping[str, Any]:
    """Put what was given into Sentry's words; `none` empties what may be empty.

    Raises:
        Invalid: A value is none that Sentry takes.
    """
    told = {"name": name, "slug": slug}
    emptied = {"platform": (platform, None), "subjectPrefix": (subject_prefix, "")}
    return {
        **{n: v for n, v in told.items() if v},
        **{n: nothing if v == _NONE else v for n, (v, nothing) in emptied.items() if v},
        **dict(_hours(resolve_age)),
        **({"isBookmarked": bookmark == "yes"} if bookmark else {}),
    }


def _hours(text: str) -> Iterator[tuple[str, int]]:
    if not text:
        return
    bare = text.strip().lower().removesuffix("h")
    if bare != _NEVER and not bare.isdecimal():
        raise Invalid(f"`resolve_age` must be hours such as 72, or never, not {text[:40]!r}.")
    yield "resolveAge", 0 if bare == _NEVER else int(bare)


async def _team(desk: Desk, home: str, it: ProjectDetails, named: str) -> Wish:
    operation = "remove_project_team" if named.startswith(_MINUS) else "add_project_team"
    team = await desk.sentry.teams.resolve(home, named.removeprefix(_MINUS))
    places = {"org": home, "project": it.slug, "team": team.slug}
    return Wish(Order(operation, places), f"team {team.slug} at {it.slug}")


async def _check_name(desk: Desk, home: str, name: str, slug: str, team: str) -> None:
    """Refuse a name that a project of another team, or with another slug, has already."""
    for other in (await desk.sentry.projects.list(home, query=name)).items:
        its_own = {each.slug for each in other.teams} or {other.team.slug if other.team else team}
        if other.name == name and (team not in its_own or slug not in {"", other.slug}):
            raise Invalid(
                f"A project called {shown(name)} is there, as {other.slug} of "
                f"{', '.join(sorted(its_own))}. Choose another name, or change that one: "
                "`update_project`."
            )


async def _check_slug(desk: Desk, home: str, slug: str, own: str = "") -> None:
    if not slug:
        return
    if not _SLUG.fullmatch(slug):
        raise Invalid(
            f"{slug[:80]!r} is no slug: lowercase letters, digits, hyphens and underscores, and "
            "not digits alone."
        )
    holder = (await desk.sentry.projects.known(home, [slug])).get(slug)
    if holder and holder.id != own:
        raise Invalid(f"Another project ({holder.name}) has the slug {slug!r}. Choose another one.")
