"""Changes to releases: made, finalized, deployed, deleted."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from dexter_mcp.changes.plan import Proposal, Wish
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.release_lookup import find_release
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import Invalid, NotFound
from dexter_mcp.sentry.release_refs import LATEST
from dexter_mcp.sentry.releases import Release

PLAIN: Final = re.compile(r"[\w.@+:-]{1,100}")
"""Versions that say nothing but a version, whoever wrote them."""
_UNFIT: Final = re.compile(r"[\r\n\f\t/\\]|^\s|\s$|^\.{0,2}$|^latest$", re.IGNORECASE)
_LONGEST: Final = 200
_COMMIT: Final = re.compile(
    r"(?:(?P<repo>[^@\s]+)@)?(?P<sha>[0-9a-fA-F]{4,64})(?:\s+(?P<said>.+))?"
)
_REF: Final = re.compile(r"(?P<repo>[^@\s]+)@(?:(?P<old>[\w./-]+?)\.\.)?(?P<sha>[\w./-]*\w)")
_ADDRESS: Final = re.compile(r"https?://[^\s/?#]+\S*")
_ENVIRONMENT: Final = re.compile(r"[^\n\r\f/]{1,64}")
_SHOWN: Final = 80


@dataclass(frozen=True)
class Contents:
    """What a release is to hold, as it was asked for; what is empty stays as it is."""

    ref: str = ""
    url: str = ""
    released: str = ""
    commits: Sequence[str] = ()
    refs: Sequence[str] = ()
    status: str = ""


@dataclass(frozen=True)
class _Found:
    """A release that is there: `called` is its version, where that is harmless to say."""

    org: str
    version: str
    called: str

    def wish(self, operation: str, body: Mapping[str, Any] | None) -> Wish:
        """Wish for something to be done to it."""
        order = Order(operation, {"org": self.org, "release": self.version}, {}, body)
        title = "" if self.called == self.version else self.version
        return Wish(order, self.called, title, self.called, _commits(body or {}))


async def create(
    desk: Desk, *, version: str, org: str, project: Sequence[str], contents: Contents
) -> Proposal:
    """Propose a release; where it is there already, what it lacks of what is asked for.

    Raises:
        Invalid: The version, or something of the contents, is not what Sentry takes; or no
            project was named.
        NotFound: A project or a repository is not there.
    """
    _check_version(version)
    home = await desk.org(org)
    if not (named := desk.among(project)):
        raise Invalid("Name the `project` that the release belongs to; it may be several.")
    slugs = [each.slug for each in await desk.sentry.projects.resolve_all(home, named)]
    told = await _told(desk, home, contents)
    called = version if PLAIN.fullmatch(version) else "of that name"
    later = await _left_alone(desk, home, version, told)
    body = {"version": version, "projects": slugs, **told}
    body = {name: value for name, value in body.items() if name not in later}
    order = Order("create_release", {"org": home}, {}, body)
    wishes = [Wish(order, called, "", called, _commits(body))]
    wishes += [_Found(home, version, called).wish("update_release", later)] if later else []
    return Proposal(home, f"Make release {called} in {', '.join(slugs)}", wishes)


async def _left_alone(
    desk: Desk, org: str, version: str, told: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Name the fields that a release keeps when it is made anew, if it is there."""
    fields = {name: told[name] for name in ("ref", "url", "dateReleased") if name in told}
    try:
        return fields and await desk.sentry.releases.get(org, version) and fields
    except NotFound:
        return {}


async def update(desk: Desk, *, release: str, org: str, contents: Contents) -> Proposal:
    """Propose to change what a release holds.

    Raises:
        Invalid: Nothing was named that could be changed, or something that Sentry won't take.
        NotFound: The release or a repository is not there.
    """
    found = await _release(desk, release, org)
    told = await _told(desk, found.org, contents)
    if not told:
        raise Invalid("Say what to change: `released`, `status`, `ref`, `url`, `commits`, `refs`.")
    verb = _VERBS.get(contents.status) or ("Finalize" if contents.released else "Change")
    return Proposal(
        found.org, f"{verb} release {found.called}", [found.wish("update_release", told)]
    )


_VERBS: Final = {"archived": "Archive", "open": "Reopen"}


async def deploy(
    desk: Desk,
    *,
    release: str,
    org: str,
    environment: Sequence[str],
    told: Mapping[str, str],
) -> Proposal:
    """Propose to note that a release came into an environment.

    `told` holds `name`, `url`, `started` and `finished`. A deploy is known by its name; one
    without gets the moment at which it was finished, so that it is not noted twice.

    Raises:
        Invalid: The environment, or something told, is not what Sentry takes.
        NotFound: The release is not there.
    """
    if len(environment) != 1 or not _ENVIRONMENT.fullmatch(environment[0]):
        raise Invalid("Name one `environment` of up to 64 characters, without slashes.")
    found = await _release(desk, release, org)
    finished = told["finished"] or ("" if told["name"] else "now")
    body = {
        "environment": environment[0],
        "name": told["name"],
        "url": _address(told["url"]),
        "dateStarted": _moment(desk, told["started"], "started"),
        "dateFinished": _moment(desk, finished, "finished"),
    }
    body = {name: value for name, value in body.items() if value}
    return Proposal(
        found.org, f"Note a deploy of release {found.called}", [found.wish("create_deploy", body)]
    )


async def delete(desk: Desk, *, release: str, org: str) -> Proposal:
    """Propose to delete a release with its files.

    Raises:
        Invalid: It may be one of several.
        NotFound: The release is not there.
    """
    found = await _release(desk, release, org)
    return Proposal(
        found.org,
        f"Delete release {found.called} for good",
        [found.wish("delete_release", None)],
    )


async def _release(desk: Desk, named: str, org: str) -> _Found:
    """Find the release that is called exactly so: what only looks like it is not changed."""
    is_latest = named.strip().lower() == LATEST
    try:
        found = await find_release(desk, named, org, () if is_latest else ("all",))
    except NotFound as missing:
        missing.advice = "`list_releases` names them; an archived one needs its whole version."
        raise
    if found.only is None or not (is_latest or _is_called(found.only, found.named)):
        error = Invalid(f"No single release is called exactly {named[:_SHOWN]!r}.")
        error.advice = "Give the whole version; `list_releases` names them."
        raise error
    version = found.only.version.raw
    called = version if PLAIN.fullmatch(version) else f"number {found.only.id}"
    return _Found(found.scope.org, version, called)


def _is_called(release: Release, named: str) -> bool:
    version = release.version.raw
    bare = named[1:] if re.match(r"[vV]\d", named) else named
    return bool({named, bare} & {version, release.short_version.raw, version.rpartition("@")[2]})


def _commits(body: Mapping[str, Any]) -> Mapping[str, str]:
    """Say what people call commits: by their ids and messages."""
    told: Sequence[Mapping[str, str]] = body.get("commits", ())
    return {each["id"]: f"{each['id']} {each.get('message', '')}".rstrip() for each in told}


async def _told(desk: Desk, org: str, contents: Contents) -> dict[str, Any]:
    """Spell what was asked for as Sentry takes it."""
    told = {
        "ref": contents.ref,
        "url": _address(contents.url),
        "dateReleased": _moment(desk, contents.released, "released"),
        "status": contents.status,
        "commits": [await _commit(desk, org, each) for each in contents.commits],
        "refs": [await _ref(desk, org, each) for each in contents.refs],
    }
    return {name: value for name, value in told.items() if value}


async def _commit(desk: Desk, org: str, text: str) -> dict[str, str]:
    found = _COMMIT.fullmatch(text.strip())
    if found is None:
        raise Invalid(
            f"{text[:_SHOWN]!r} is no commit. Write each as `sha message`, or `repository@sha "
            "message`."
        )
    told = {"id": found["sha"], "message": found["said"] or ""}
    if found["repo"]:
        told["repository"] = (await desk.sentry.repositories.resolve(org, found["repo"])).name
    return {name: value for name, value in told.items() if value}


async def _ref(desk: Desk, org: str, text: str) -> dict[str, str]:
    found = _REF.fullmatch(text.strip())
    if found is None:
        raise Invalid(
            f"{text[:_SHOWN]!r} is no ref. Write each as `repository@sha`, or "
            "`repository@previous..sha`."
        )
    repository = await desk.sentry.repositories.resolve(org, found["repo"])
    told = {"repository": repository.name, "commit": found["sha"], "previousCommit": found["old"]}
    return {name: value for name, value in told.items() if value}


def _check_version(version: str) -> None:
    if len(version) > _LONGEST or _UNFIT.search(version):
        raise Invalid(
            f"{version[:_SHOWN]!r} can't be a version: up to {_LONGEST} characters, no slashes, no "
            "line breaks, no spaces at its ends, and not `latest`."
        )


def _address(text: str) -> str:
    if text and not _ADDRESS.fullmatch(text):
        raise Invalid(f"`url` must begin with http:// or https://, unlike {text[:_SHOWN]!r}.")
    return text


def _moment(desk: Desk, text: str, name: str) -> str:
    """Write a moment in UTC, to the second; `now` is one."""
    if not text:
        return ""
    try:
        moment = desk.now() if text.lower() == "now" else datetime.fromisoformat(text)
        there = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(
            f"`{name}` must be `now` or ISO 8601, such as 2026-08-12T09:00:00Z, not "
            f"{text[:_SHOWN]!r}."
        ) from None
    return f"{there.replace(tzinfo=None).isoformat(timespec='seconds')}Z"
