"""Recipes of what is done to releases, their deploys and their files."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha1
from typing import Any, Final

from dexter_mcp.changes.looks import LookAt, each, find, itself, read, row, rows, same
from dexter_mcp.changes.matching import holds, is_nothing
from dexter_mcp.changes.plan import Json, State
from dexter_mcp.changes.recipe import Create, Delete, Recipe, Update, Wording, seen_through
from dexter_mcp.sentry import Sentry
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.json_types import is_array, is_object

_LEFT_ALONE: Final = frozenset({"ref", "url", "dateReleased", "owner"})
"""What a release keeps when it is made a second time."""
_STICKY: Final = frozenset({"ref", "url", "dateReleased", "commits"})
"""Sentry takes nothing for "leave it as it is"."""
_FIXED: Final = re.compile(
    r"\b(?i:fix(?:es|ed)?|(?:close|resolve)[sd]?):?\s+([A-Z][A-Z0-9_-]*-[A-Z0-9]+)\b"
)
_UNSHOWN: Final = frozenset({"refs", "headCommits"})
"""What Sentry fetches commits by, and never shows again."""


async def _release(sentry: Sentry, order: Order) -> State:
    """Read a release, with its commits where the order is about them."""
    places = {"release": str(order.told.get("version", "")), **order.places}
    found = await read(sentry, "get_release", places)
    if not is_object(found) or "commits" not in order.told:
        return found if is_object(found) else None
    return {**found, "commits": _commits(await read(sentry, "list_release_commits", places))}


def _commits(value: Any) -> list[Json]:
    """Spell commits as Sentry takes them, in an order that does not depend on when they came."""
    return sorted(map(_commit, rows(value)), key=lambda commit: str(commit["id"]))


def _commit(shown_as: Json) -> Json:
    author, repository = shown_as.get("author"), shown_as.get("repository")
    told = {
        "id": str(shown_as.get("id")),
        "message": shown_as.get("message"),
        "timestamp": shown_as.get("dateCreated"),
        "author_name": author.get("name") if is_object(author) else None,
        "author_email": author.get("email") if is_object(author) else None,
        "repository": repository.get("name") if is_object(repository) else None,
    }
    return {name: value for name, value in told.items() if not is_nothing(value)}


def _by_id(told: Json) -> Json:
    """Know commits by their ids: Sentry says the rest in words of its own."""
    commits = told.get("commits")
    if not is_array(commits):
        return told
    ids = sorted(str(each["id"]) for each in commits if is_object(each) and "id" in each)
    return {**told, "commits": [{"id": each} for each in ids]}


def _projects(state: Json) -> set[str]:
    """Give every name by which one may ask for a project of a release."""
    return {str(each[name]) for each in rows(state.get("projects")) for name in ("id", "slug")}


def _slugs(state: Json) -> list[str]:
    return [str(each["slug"]) for each in rows(state.get("projects"))]


def _asked(order: Order) -> list[str]:
    wanted = order.told.get("projects")
    return [str(each) for each in wanted] if is_array(wanted) else []


@dataclass(frozen=True, kw_only=True)
class _NewRelease(Create):
    """Makes a release; one that is there gets further projects, and keeps what it has."""

    def met(self, order: Order, state: State) -> bool:
        """Tell whether it is there, with all that was asked for."""
        return not _UNSHOWN & set(order.told) and self.fulfilled(order, state)

    def fulfilled(self, order: Order, state: State) -> bool:
        """Tell whether it is there as asked for, as far as Sentry shows it."""
        if state is None or not set(_asked(order)) <= _projects(state):
            return False
        told = _by_id(order.told).items()
        return holds(state, {n: v for n, v in told if n not in {"projects", "owner"}})

    def before(self, order: Order, state: State) -> State:
        """Read what is there of that version."""
        if state is None:
            return None
        return {**seen_through(_AS_WRITTEN, state, order.told), "projects": _slugs(state)}

    def after(self, order: Order, state: State) -> State:
        """Give what is to be; of one that is there, what is added."""
        told = _by_id(order.told)
        if state is None:
            return told
        added = [each for each in _asked(order) if each not in _projects(state)]
        kept = {n: v for n, v in told.items() if n not in _LEFT_ALONE}
        return {**kept, "projects": [*_slugs(state), *added]}

    def complete(self, order: Order, state: State) -> Order:
        """Leave out what would change nothing of a release that is there."""
        if state is None:
            return order
        return replace(order, body={n: v for n, v in order.told.items() if n not in _LEFT_ALONE})

    def loses(self, order: Order, state: State) -> str:  # noqa: ARG002 - only the state tells
        """Say that what is added to a release stays there."""
        return "Sentry takes no project off a release" if state is not None else self.lost

    def inverse(self, order: Order, before: State, reply: Any) -> Order | None:
        """Delete it again, if it was made."""
        return super().inverse(order, before, reply) if before is None else None


def _owner(state: Json) -> Any:
    """Tell the owner in one word."""
    owner = state.get("owner")
    return owner.get("email") or owner.get("id") if is_object(owner) else None


_AS_WRITTEN: Final = {"owner": _owner}


def _fixes(order: Order, _: State) -> Iterable[str]:
    """Warn of what Sentry does by itself with the messages of commits."""
    said = " ".join(str(each.get("message", "")) for each in rows(order.told.get("commits")))
    if found := _FIXED.findall(said):
        yield f"Sentry resolves what the commits say they fix: {', '.join(dict.fromkeys(found))}."


def _there_already(order: Order, state: State) -> Iterable[str]:
    yield from _fixes(order, state)
    if state is not None and (kept := sorted(_LEFT_ALONE & set(order.told))):
        yield (
            f"The release is there already, and keeps its {' and '.join(kept)}. Only an update "
            "changes that."
        )


def _referred_to(_: Order, state: State) -> Iterable[str]:
    """Warn of what a release takes with it, and of what keeps it from going."""
    told = state or {}
    if told.get("firstEvent") or told.get("lastEvent"):
        yield (
            "Events name it, and Sentry refuses to delete a release that issues refer to; it can "
            "be archived."
        )
    with_it = [f"{word} ({told[name]})" for name, word in _GOING if told.get(name)]
    yield f"What goes with it: {', '.join([*with_it, 'files'])}."


_GOING: Final = (("commitCount", "commits"), ("deployCount", "deploys"))


@dataclass(frozen=True, kw_only=True)
class _Upload(Create):
    """Uploads a file: Sentry knows it by its name and `dist`, and its content by a checksum."""

    def met(self, order: Order, state: State) -> bool:
        """Tell whether exactly that file is there."""
        return state is not None and state.get("sha1") == _checksum(order)

    def before(self, order: Order, state: State) -> State:  # noqa: ARG002 - only the state tells
        """Show what is there of that name."""
        return None if state is None else {n: state.get(n) for n in (*_FILE, "dist")}

    def after(self, order: Order, state: State) -> State:  # noqa: ARG002 - only the order tells
        """Say what will be, without the content."""
        size = len(_content(order))
        told = {n: order.told[n] for n in ("name", "dist", "header") if n in order.told}
        return {**told, "size": size, "sha1": _checksum(order)}

    def inverse(self, order: Order, before: State, reply: Any) -> Order | None:
        """Delete it again, if it was not there."""
        return super().inverse(order, before, reply) if before is None else None


_FILE: Final = ("name", "size", "sha1")


def _content(order: Order) -> bytes:
    return str(order.told.get("file", "")).encode(errors="replace")


def _checksum(order: Order) -> str:
    return sha1(_content(order), usedforsecurity=False).hexdigest()


def _file_of(listing: str) -> LookAt:
    """Find the file of an upload by its name and `dist`."""

    async def look(sentry: Sentry, order: Order) -> State:
        name, dist = str(order.told.get("name") or ""), order.told.get("dist")
        if not name:
            raise Invalid("A file needs a `name`, such as `~/static/app.js.map`.")
        return await find(
            sentry,
            listing,
            order.places,
            lambda row: row.get("name") == name and holds(row.get("dist"), dist),
            query=[name],
        )

    return look


def _other_content(_: Order, state: State) -> Iterable[str]:
    if state is not None:
        raise Invalid(
            f"A file of that name is there with another content, number {state.get('id')}, and "
            "Sentry takes no second one. Delete it first."
        )
    return ()


def _of_files(within: str) -> Iterator[Recipe]:
    """Give the recipes of files, which can be reached through the organization or a project."""
    reading, deleting = f"get_{within}release_file", f"delete_{within}release_file"
    yield _Upload(
        operation=f"upload_{within}release_file",
        look=each(_file_of(f"list_{within}release_files")),
        undone_by=deleting,
        known_by=(("file", "id"),),
        tells=("id",),
        warn=_other_content,
        strange=True,
    )
    yield Update(operation=f"update_{within}release_file", look=itself(reading), strange=True)
    yield Delete(
        operation=deleting,
        look=itself(reading),
        shows=(*_FILE, "dist"),
        lost="Sentry does not give a file's content back",
        strange=True,
    )


def _in_words(state: Json, called: Mapping[str, str]) -> str:
    """Tell commits by their ids, with the messages that are known."""
    known = [(str(each.get("id")), each.get("message")) for each in rows(state.get("commits"))]
    return ", ".join(called.get(sha) or f"{sha} {said or ''}".rstrip() for sha, said in known)


_COMMITS: Final = (Wording("commits", "commits", _in_words),)
_DEPLOYED: Final = ("environment", "name", "url", "dateStarted", "dateFinished")

RECIPES: Final[Sequence[Recipe]] = (
    _NewRelease(
        operation="create_release",
        look=each(_release),
        undone_by="delete_release",
        known_by=(("release", "version"),),
        tells=("id",),
        wordings=_COMMITS,
        warn=_there_already,
        strange=True,
    ),
    Update(
        operation="update_release",
        look=each(_release),
        wanted=_by_id,
        sticky=_STICKY,
        wordings=_COMMITS,
        warn=_fixes,
        strange=True,
    ),
    Delete(
        operation="delete_release",
        look=each(_release),
        shows=("version", "status", "dateReleased"),
        warn=_referred_to,
        strange=True,
    ),
    Create(
        operation="create_deploy",
        look=row("list_deploys", same(*_DEPLOYED)),
        tells=("id",),
        lost="Sentry has no way to take a deploy back",
        strange=True,
    ),
    *_of_files(""),
    *_of_files("project_"),
)
