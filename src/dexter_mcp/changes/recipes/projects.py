"""Recipes of what is done to projects, their keys, their rules, and their organization."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from dexter_mcp.changes.looks import by, each, find, itself, read, row, same
from dexter_mcp.changes.matching import ABSENT
from dexter_mcp.changes.plan import Json, State
from dexter_mcp.changes.recipe import Bulk, Create, Delete, Recipe, Tie, Update, Wording
from dexter_mcp.sentry import Sentry
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.json_types import is_array, is_object

_PROJECT: Final = itself("get_project")
_KEY: Final = itself("get_project_key")
_HOOK: Final = itself("get_service_hook")
_BY_ID: Final = (("project", "id"),)
_BY_KEY: Final = (("client_key", "id"),)
_MADE: Final = ("slug", "id")


def _moved(operation: str, place: str, field: str) -> Any:
    """Look where a target stands; where it is gone, under the name that it was to get."""

    async def look(sentry: Sentry, order: Order) -> State:
        found = await read(sentry, operation, order.places)
        if found is None and (named := order.told.get(field)):
            found = await read(sentry, operation, {**order.places, place: str(named)})
        return found if is_object(found) else None

    return each(look)


async def _keys_named(sentry: Sentry, order: Order) -> State:
    """Find a key of the name that a new one is to get.

    Raises:
        Invalid: It is to get none.
    """
    if not (wanted := order.told.get("name")):
        raise Invalid("Give the new key a `name`: without one nobody could tell it from others.")
    return await find(
        sentry, "list_project_keys", order.places, lambda key: key.get("name") == wanted
    )


async def _access(sentry: Sentry, order: Order) -> State:
    """Tell whether a team has access to a project, and who else has."""
    listed = list[str]()

    def is_it(team: Json) -> bool:
        listed.append(str(team.get("slug")))
        return order.places["team"] in {str(team.get("slug")), str(team.get("id"))}

    found = await find(sentry, "list_project_teams", order.places, is_it)
    return {"access": found is not None, "teams": len(listed)}


def _is_it(source: Json, order: Order) -> bool:
    return str(source.get("id")) in order.query.get("id", ())


def _renamed(order: Order, state: State) -> Iterable[str]:
    if "slug" in order.told and state and order.told["slug"] != state.get("slug"):
        yield f"Sentry leads from the old slug {state.get('slug')} to the new one; scripts may not"


def _org_renamed(order: Order, state: State) -> Iterable[str]:
    if "slug" in order.told and state and order.told["slug"] != state.get("slug"):
        yield (
            f"nothing leads from the old slug {state.get('slug')} to the new one: whatever names "
            "it (this server's settings, uploads of releases, links) fails until it is changed"
        )
    if order.told.get("require2FA") is True:
        yield "members without two-factor authentication are removed until they set it up"


def _goes_along(_: Order, state: State) -> Iterable[str]:
    if state:
        yield (
            "its issues, events, client keys, alerts and monitors go with it; releases, teams and "
            "members stay"
        )


def _switched_off(order: Order, state: State) -> Iterable[str]:
    if order.told.get("isActive") is False and state and state.get("isActive"):
        yield "whatever SDK sends with this key is turned away from then on"


def _needed(_: Order, state: State) -> Iterable[str]:
    if state and state.get("isActive"):
        yield "the key is active: whatever SDK sends with it is turned away for good"


def _last_one(_: Order, state: State) -> Iterable[str]:
    if state and state.get("access") and state.get("teams") == 1:
        yield "it is the only team that has access now"


def _limit(state: Json) -> Any:
    """Read a rate limit; none counts as nothing, and is written as nothing."""
    limit = state.get("rateLimit")
    return {"count": limit["count"], "window": limit["window"]} if is_object(limit) else None


def _browser_sdk(key: Json) -> Json:
    """Repeat the version of the SDK that a key loads: Sentry puts its own where none is said."""
    field = "browserSdkVersion"
    return {field: key[field]} if key.get(field) else {}


def _avatar(state: Json) -> Any:
    avatar = state.get("avatar")
    return avatar.get("avatarType", ABSENT) if is_object(avatar) else ABSENT


def _secret(field: str) -> Any:
    """Sentry shows of a secret only that there is one."""

    def read_secret(_: Json) -> Any:
        return ABSENT

    return field, read_secret


def _day_of(field: str) -> Any:
    """Tell of a moment the day, which is what people want to know of long ago."""

    def say(state: Json, _: Mapping[str, str]) -> str:
        return str(state.get(field) or "").partition("T")[0]

    return say


_SECRETS: Final = tuple(map(_secret, ("password", "secret_key", "private_key")))


@dataclass(frozen=True, kw_only=True)
class _Filter(Update):
    """An inbound filter: on, off, or for old browsers the list of those that are dropped."""

    def after(self, order: Order, state: State) -> State:  # noqa: ARG002 - only the order tells
        """Give what it is switched to; `active` wins, as it does in Sentry."""
        told = order.told
        return {"active": bool(told["active"]) if "active" in told else told["subfilters"] or False}

    def inverse(self, order: Order, before: State, reply: Any) -> Order | None:  # noqa: ARG002 - it was read
        """Switch it back, the browsers by their list."""
        was = (before or {}).get("active")
        return replace(order, body={"subfilters": was} if is_array(was) else {"active": bool(was)})


def _source(state: Json) -> Mapping[str, Any]:
    """Give a source as Sentry takes it: with its id, or it gets a new one. Secrets stay."""
    return dict(state)


_PROJECTS: Final[tuple[Recipe, ...]] = (
    Create(
        operation="create_org_project",
        look=row("list_projects", same("slug", "name")),
        tells=_MADE,
        undone_by="delete_project",
        known_by=_BY_ID,
        lost="the team that Sentry makes along with the project stays",
    ),
    Create(
        operation="create_team_project",
        look=row("list_projects", same("slug", "name")),
        tells=_MADE,
        undone_by="delete_project",
        known_by=_BY_ID,
    ),
    Update(operation="update_project", look=_PROJECT, pins=_BY_ID, warn=_renamed),
    Delete(
        operation="delete_project",
        look=_PROJECT,
        pins=_BY_ID,
        shows=("name", "platform", "firstEvent"),
        wordings=(Wording("firstEvent", "first event", _day_of("firstEvent")),),
        warn=_goes_along,
    ),
    Tie(
        operation="add_project_team",
        look=each(_access),
        called="access",
        ties=True,
        other="remove_project_team",
    ),
    Tie(
        operation="remove_project_team",
        look=each(_access),
        called="access",
        ties=False,
        other="add_project_team",
        warn=_last_one,
    ),
    Update(
        operation="update_org",
        look=_moved("get_org", "org", "slug"),
        lenses=(("avatarType", _avatar),),
        moves=(("org", "slug"),),
        warn=_org_renamed,
    ),
)

_INTAKE: Final[tuple[Recipe, ...]] = (
    Create(
        operation="create_project_key",
        look=each(_keys_named),
        tells=("id", "dsn.public"),
        lenses=(("rateLimit", _limit),),
        undone_by="delete_project_key",
        known_by=_BY_KEY,
        watched=True,
    ),
    Update(
        operation="update_project_key",
        look=_KEY,
        lenses=(("rateLimit", _limit),),
        whole=_browser_sdk,
        warn=_switched_off,
        watched=True,
    ),
    Delete(
        operation="delete_project_key",
        look=_KEY,
        shows=("name", "isActive", "rateLimit"),
        lost="no new key gets the same DSN",
        warn=_needed,
        watched=True,
    ),
    Update(
        operation="update_ownership",
        look=itself("get_ownership"),
        lenses=(("raw", lambda rules: rules.get("raw") or ""),),
    ),
    _Filter(
        operation="update_inbound_filter",
        look=row("list_inbound_filters", by("id", "filter")),
        watched=True,
    ),
    Update(
        operation="update_project_environment",
        look=itself("get_project_environment"),
        strange=True,
        bulk=Bulk(
            "bulk_update_project_environments", "environment", listed="environmentNames", most=1_000
        ),
        watched=True,
    ),
)

_REACH: Final[tuple[Recipe, ...]] = (
    Create(
        operation="create_service_hook",
        look=row("list_service_hooks", same("url", "events")),
        tells=("id",),
        undone_by="delete_service_hook",
        known_by=(("hook", "id"),),
    ),
    Update(
        operation="update_service_hook",
        look=_HOOK,
        whole=lambda hook: {"url": hook.get("url"), "events": hook.get("events")},
    ),
    Delete(
        operation="delete_service_hook",
        look=_HOOK,
        shows=("url", "events"),
        lost="a new hook gets another id and another secret",
    ),
    Create(
        operation="create_symbol_source",
        look=row("list_symbol_sources", same("id", "name", "type")),
        tells=("id",),
        lenses=_SECRETS,
        undone_by="delete_symbol_source",
        asked_by=(("id", "id"),),
    ),
    Update(
        operation="update_symbol_source",
        look=row("list_symbol_sources", _is_it),
        lenses=_SECRETS,
        whole=_source,
    ),
    Delete(
        operation="delete_symbol_source",
        look=row("list_symbol_sources", _is_it),
        shows=("name", "type", "url", "bucket"),
        lost="Sentry shows nobody the credentials of a source",
    ),
)

RECIPES: Final[tuple[Recipe, ...]] = (*_PROJECTS, *_INTAKE, *_REACH)
