"""Recipes of what ties Sentry to the outside, and of what comes from there: replays, pictures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from dexter_mcp.changes.looks import LookAt, by, each, find, itself, read, row, rows, same, unseen
from dexter_mcp.changes.matching import holds, is_nothing, shown
from dexter_mcp.changes.plan import Json, State
from dexter_mcp.changes.recipe import Create, Deed, Delete, Recipe, Update
from dexter_mcp.sentry import Sentry
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.json_types import is_array, is_object

_ACTOR: Final = ("user_id", "external_name", "provider", "integration_id", "id", "external_id")
_KEY: Final = ("provider", "external_name", "integration_id", "external_id")
"""What makes a name the same name, whoever it belongs to."""


def _actor(told: Json) -> State:
    """Spell a name elsewhere as it is written."""
    seen = {name: shown(told, name) for name in _ACTOR}
    return {n: v if isinstance(v, (str, int)) else None for n, v in seen.items()}


def _is_actor(state: Json, order: Order) -> bool:
    """Know a name by its number, or by what would make it the same."""
    place = next((p for p in order.places if p.startswith("external_")), "")
    if place:
        return str(state["id"]) == order.places[place]
    return all(holds(state[name], order.told.get(name)) for name in _KEY)


async def _of_member(sentry: Sentry, order: Order) -> State:
    def named(member: Json) -> State:
        found = map(_actor, rows(member.get("externalUsers")))
        return next((each for each in found if each and _is_actor(each, order)), None)

    holder = await find(
        sentry, "list_members", order.places, lambda m: named(m) is not None, expand="externalUsers"
    )
    return named(holder) if holder else None


async def _of_team(sentry: Sentry, order: Order) -> State:
    team = await read(sentry, "get_team", order.places, expand="externalTeams")
    told = rows(team.get("externalTeams")) if is_object(team) else []
    found = [{n: v for n, v in (_actor(each) or {}).items() if n != "user_id"} for each in told]
    return next((each for each in found if _is_actor(each, order)), None)


def _belongs_elsewhere(_: Order, state: State) -> Iterable[str]:
    if state is not None:
        raise Invalid(
            f"That name belongs to user {state.get('user_id')} already, and Sentry leaves it "
            f"there. Update external user {state.get('id')} instead."
        )
    return ()


@dataclass(frozen=True, kw_only=True)
class _NewName(Create):
    """Ties a name elsewhere to somebody; one that is tied stays with whom it is."""

    def met(self, order: Order, state: State) -> bool:
        """Tell whether it is tied to whom it shall be."""
        return self.fulfilled(order, state)


@dataclass(frozen=True, kw_only=True)
class _NameGone(Delete):
    """Parts a name elsewhere from somebody. All of it is known, so that it can be tied again."""

    again: str

    def inverse(self, order: Order, before: State, reply: Any) -> Order | None:  # noqa: ARG002 - it knows all
        """Tie it again."""
        facts = Order(self.again).facts
        places = {place: order.places[place] for place in facts.places}
        takes = {each.name for each in facts.body}
        told = {n: v for n, v in (before or {}).items() if n in takes and not is_nothing(v)}
        return Order(self.again, places, body=told)


def _comes_back(_: Order, __: State) -> Iterable[str]:
    yield "Taken back, it gets a new id."


def _names(kind: str, look: LookAt, fields: Sequence[str]) -> Sequence[Recipe]:
    """Give the recipes of the names that users, or teams, have elsewhere; `fields` are written."""
    one = f"external_{kind}"
    return (
        _NewName(
            operation=f"create_{one}",
            look=each(look),
            naming=frozenset({"id"}),
            undone_by=f"delete_{one}",
            known_by=((one, "id"),),
            tells=("id",),
            warn=_belongs_elsewhere,
        ),
        Update(
            operation=f"update_{one}",
            look=each(look),
            naming=frozenset({"id"}),
            whole=partial(_written, fields),
            sticky=frozenset({"external_id"}),
        ),
        _NameGone(
            operation=f"delete_{one}",
            look=each(look),
            shows=_ACTOR,
            lost="",
            again=f"create_{one}",
            warn=_comes_back,
        ),
    )


def _written(fields: Sequence[str], state: Json) -> Json:
    return {name: state[name] for name in fields if not is_nothing(state.get(name))}


_VEILED: Final = "(not shown)"
_SETTINGS: Final = ("provider", "is_enabled", "enroll_new_projects")


def _enrolled(state: Json) -> list[int]:
    return [int(each["id"]) for each in rows(state.get("enrolledProjects"))]


@dataclass(frozen=True, kw_only=True)
class _Forwarder(Update):
    """Changes a forwarder, whose settings come whole or not at all."""

    def before(self, order: Order, state: State) -> State:
        """Read what may be shown: its configuration holds secrets."""
        return super().before(order, _without_config(state))

    def loses(self, order: Order, state: State) -> str:
        """Say so where its configuration is replaced."""
        return _HELD_BACK if "config" in order.told else super().loses(order, state)

    def complete(self, order: Order, state: State) -> Order:
        """Keep the settings that were not named; without a configuration, Sentry takes none.

        Raises:
            Invalid: A setting was named without the configuration.
        """
        if "config" not in order.told:
            _check_whole(order)
            return replace(order, body={n: v for n, v in order.told.items() if n == "project_ids"})
        told = {name: shown(state or {}, name) for name in ("organization_id", *_SETTINGS)}
        return replace(order, body={**told, **order.told})

    def inverse(self, order: Order, before: State, reply: Any) -> Order | None:
        """Set its projects to what they were."""
        return None if "config" in order.told else super().inverse(order, before, reply)


_HELD_BACK: Final = (
    "the configuration of a forwarder holds secrets, which Sentry does not give back"
)


def _check_whole(order: Order) -> None:
    wrong = [name for name in _SETTINGS[1:] if name in order.told]
    if wrong and "config" not in order.told:
        raise Invalid(
            f"Sentry changes {' and '.join(wrong)} of a forwarder only along with its whole "
            "`config`, secrets included. Give that too."
        )


def _only_whole(order: Order, _: State) -> Iterable[str]:
    _check_whole(order)
    return ()


def _veiled(told: Json) -> Json:
    """Say that there is a configuration, and not what it says."""
    return {n: _VEILED if n == "config" else value for n, value in told.items()}


def _without_config(state: State) -> State:
    return None if state is None else {n: v for n, v in state.items() if n != "config"}


@dataclass(frozen=True, kw_only=True)
class _NewForwarder(Create):
    """Makes a forwarder; an organization has one for each provider."""

    def met(self, order: Order, state: State) -> bool:
        """Tell whether it is there, as far as that can be seen."""
        return "config" not in order.told and self.fulfilled(order, state)


def _one_each(order: Order, state: State) -> Iterable[str]:
    if state is not None:
        raise Invalid(
            f"There is a forwarder to {order.told.get('provider')} already, number "
            f"{state.get('id')}, and Sentry takes no second one. Update it instead."
        )
    return ()


async def _replay(sentry: Sentry, order: Order) -> State:
    """Read a replay; what is archived is deleted."""
    found = await read(sentry, "get_replay", order.places)
    told = found.get("data") if is_object(found) else None
    replay = next(iter(rows(told)), None) if is_array(told) else told
    return replay if is_object(replay) and not replay.get("is_archived") else None


def _same_job(row: Json, order: Order) -> bool:
    return row.get("status") != "failed" and holds(row, _asked(order))


@dataclass(frozen=True, kw_only=True)
class _Erasure(Deed):
    """Sets a job going that deletes: that needs a name typed, like every deletion."""

    @property
    def deletes(self) -> bool:
        """Be what it says."""
        return True

    def before(self, order: Order, state: State) -> State:
        """Show the job, as far as it was asked for, and how far it is."""
        return state and {n: v for n, v in state.items() if n in {*_asked(order), "status"}}

    def after(self, order: Order, state: State) -> State:  # noqa: ARG002 - only the order tells
        """Say what is asked for, without its wrapping."""
        return _asked(order)


def _asked(order: Order) -> Json:
    told = order.told.get("data")
    return told if is_object(told) else {}


def _how_much(order: Order, _: State) -> Iterable[str]:
    wanted = _asked(order)
    which = "the replays that match" if wanted.get("query") else "ALL replays"
    yield f"Deletes {which} between {wanted.get('rangeStart')} and {wanted.get('rangeEnd')}."


def _app_name(state: Json) -> Json:
    """Give what a change of an app has to say in any case."""
    return {name: state.get(name) for name in ("name", "scopes")}


def _stops(_: Order, __: State) -> Iterable[str]:
    yield "Its tokens and webhooks stop working at once, wherever it is installed."


def _picture(_: Order, __: State) -> Iterable[str]:
    yield "Sentry keeps each upload, so that one that is sent twice is there twice."


RECIPES: Final[Sequence[Recipe]] = (
    Update(
        operation="update_sentry_app",
        look=itself("get_sentry_app"),
        whole=_app_name,
        sticky=frozenset({"author", "overview", "schema"}),
    ),
    Delete(
        operation="delete_sentry_app",
        look=itself("get_sentry_app"),
        shows=("name", "slug", "status"),
        warn=_stops,
    ),
    *_names("user", _of_member, _ACTOR),
    *_names("team", _of_team, _KEY),
    _NewForwarder(
        operation="create_data_forwarder",
        look=row("list_data_forwarders", same("provider")),
        naming=frozenset({"organization_id", "config"}),
        lenses=(("project_ids", _enrolled),),
        undone_by="delete_data_forwarder",
        known_by=(("data_forwarder", "id"),),
        tells=("id",),
        warn=_one_each,
    ),
    _Forwarder(
        operation="update_data_forwarder",
        look=row("list_data_forwarders", by("id", "data_forwarder")),
        naming=frozenset({"organization_id"}),
        wanted=_veiled,
        warn=_only_whole,
        lenses=(("project_ids", _enrolled),),
    ),
    Delete(
        operation="delete_data_forwarder",
        look=row("list_data_forwarders", by("id", "data_forwarder")),
        shows=("provider", "isEnabled"),
        lost=_HELD_BACK,
    ),
    Deed(
        operation="link_project_repository",
        look=unseen,
        seen=False,
        lost="Sentry has no way to part a project from a repository",
    ),
    _Erasure(
        operation="create_replay_deletion_job",
        look=row("list_replay_deletion_jobs", _same_job),
        lost="a replay that was deleted is gone",
        warn=_how_much,
    ),
    Delete(
        operation="delete_replay",
        look=each(_replay),
        shows=("started_at", "duration", "environment"),
        lost="a replay that was deleted is gone",
        strange=True,
    ),
    *(
        Deed(
            operation=f"skip_{check}_status_check",
            look=unseen,
            seen=False,
            lost="a check that was posted stays",
        )
        for check in ("size", "snapshot")
    ),
    Delete(
        operation="delete_snapshot",
        look=itself("get_snapshot"),
        shows=("app_id", "image_count", "head_artifact_id"),
        lost="Sentry does not give the pictures back",
    ),
    Create(
        operation="upload_snapshot",
        look=unseen,
        seen=False,
        undone_by="delete_snapshot",
        known_by=(("snapshot", "artifactId"),),
        tells=("artifactId", "snapshotUrl"),
        warn=_picture,
    ),
)
