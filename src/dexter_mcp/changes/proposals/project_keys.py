"""Changes to client keys: made, limited, switched off, rotated, deleted."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final
from urllib.parse import urlsplit

from dexter_mcp.changes.plan import Proposal, Wish
from dexter_mcp.changes.proposals import volume
from dexter_mcp.changes.proposals.projects import Switch, found
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import Invalid, NotFound
from dexter_mcp.sentry.project_keys import ProjectKey
from dexter_mcp.sentry.projects import ProjectDetails
from dexter_mcp.views.numbers import count
from dexter_mcp.views.untrusted import name as shown

_LIMIT: Final = re.compile(r"(\d{1,9}) ?(?:/|per) ?(\d{0,5}) ?(s|m|h|d|)")
_SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}
_DAY: Final = 86_400
_NONE: Final = "none"
_PER_PAGE: Final = 100
_LONGEST: Final = 64
_ROTATED: Final = re.compile(r" \(rotated [^)]*\)(?: \d+)?$")


async def create(
    desk: Desk, *, org: str, project: Sequence[str], name: str, rate_limit: str
) -> Proposal:
    """Propose to make a client key.

    Raises:
        Invalid: The rate limit can't be read, or there is a key of that name.
        NotFound: There is no such project.
    """
    limit = _limit(rate_limit)
    home, it = await found(desk, org, project)
    for key in await _keys(desk, home, it):
        if name == (key.name or key.label):
            raise Invalid(
                f"{it.slug} has a client key {name!r}, {'active' if key.is_active else 'off'}: "
                f"{key.dsn.public} . Use that one, or choose another name."
            )
    wish = _new(home, it, name, limit)
    return Proposal(home, f"Make the client key {name} of {it.slug}", [wish])


async def update(
    desk: Desk,
    *,
    org: str,
    project: Sequence[str],
    key: str,
    name: str,
    rate_limit: str,
    enabled: Switch,
) -> Proposal:
    """Propose to change a client key.

    Raises:
        Invalid: Nothing is to be changed, the rate limit can't be read, or several keys are meant.
        NotFound: There is no such project or key.
    """
    told = {"name": name, **_limit(rate_limit), "isActive": enabled == "yes" if enabled else ""}
    body = {n: v for n, v in told.items() if v != ""}
    if not body:
        raise Invalid("Nothing is to be changed. Give `name`, `rate_limit`, `enabled` or `rotate`.")
    home, it = await found(desk, org, project)
    known = await _keys(desk, home, it)
    meant = _meant(known, key, it)
    off = meant.is_active and enabled == "no"
    warnings = await _in_use(desk, home, it, known, meant) if off else ()
    wish = _changed(home, it, meant, body)
    purpose = f"Change {', '.join(body)} of the client key {_called(meant)} of {it.slug}"
    return Proposal(home, purpose, [wish], tuple(warnings))


async def rotate(
    desk: Desk, *, org: str, project: Sequence[str], key: str, name: str, rate_limit: str
) -> Proposal:
    """Propose a new client key in place of one that is then switched off.

    Raises:
        Invalid: It is off already, the rate limit can't be read, or several keys are meant.
        NotFound: There is no such project or key.
    """
    home, it = await found(desk, org, project)
    known = await _keys(desk, home, it)
    old = _meant(known, key, it)
    if not old.is_active:
        raise Invalid(f"{_called(old)} is off already. Make a new one: `create_project_key`.")
    limit = _limit(rate_limit) or _kept(old)
    called = name or _successor(_called(old), known, f"{desk.now():%Y-%m-%d}")
    wishes = [_new(home, it, called, limit), _changed(home, it, old, {"isActive": False})]
    purpose = f"Rotate the client key {_called(old)} of {it.slug}: make {called}, switch it off"
    return Proposal(home, purpose, wishes, tuple(await _in_use(desk, home, it, known, old)))


async def delete(desk: Desk, *, org: str, project: Sequence[str], key: str) -> Proposal:
    """Propose to delete a client key.

    Raises:
        Invalid: Several keys are meant.
        NotFound: There is no such project or key.
    """
    home, it = await found(desk, org, project)
    known = await _keys(desk, home, it)
    meant = _meant(known, key, it)
    order = Order("delete_project_key", _places(home, it, meant))
    warnings = await _in_use(desk, home, it, known, meant) if meant.is_active else ()
    wish = Wish(order, f"client key {_called(meant)}", name=_called(meant))
    purpose = f"Delete the client key {_called(meant)} of {it.slug} for good"
    return Proposal(home, purpose, [wish], tuple(warnings))


def _new(home: str, it: ProjectDetails, name: str, limit: Mapping[str, Any]) -> Wish:
    told = {"name": name, **{n: v for n, v in limit.items() if v}}
    order = Order("create_project_key", {"org": home, "project": it.slug}, {}, told)
    return Wish(order, f"client key {name}")


def _changed(home: str, it: ProjectDetails, key: ProjectKey, told: Mapping[str, Any]) -> Wish:
    order = Order("update_project_key", _places(home, it, key), {}, told)
    return Wish(order, f"client key {_called(key)}")


def _places(home: str, it: ProjectDetails, key: ProjectKey) -> dict[str, str]:
    return {"org": home, "project": it.slug, "client_key": key.id}


def _called(key: ProjectKey) -> str:
    return shown(key.name or key.label or key.id)


async def _keys(desk: Desk, home: str, it: ProjectDetails) -> Sequence[ProjectKey]:
    return (await desk.sentry.project_keys.of_project(home, it.slug, per_page=_PER_PAGE)).items


def _meant(known: Sequence[ProjectKey], named: str, it: ProjectDetails) -> ProjectKey:
    """Find a key by its id, its DSN or its name."""
    wanted = (urlsplit(named).username if "://" in named else "") or named.strip()
    fits = [key for key in known if wanted == key.id]
    fits = fits or [key for key in known if wanted.lower() == (key.name or key.label).lower()]
    match fits:
        case [only]:
            return only
        case []:
            names = [_called(key) for key in known]
            close = get_close_matches(wanted, names, n=3) or names[:10]
            hint = f" Did you mean {' or '.join(close)}?" if close else ""
            raise NotFound(f"{it.slug} has no client key {wanted[:80]!r}.{hint}")
        case several:
            ids = ", ".join(key.id for key in several)
            raise Invalid(f"Several keys are called {wanted[:80]!r}. Give one of the ids: {ids}.")


async def _in_use(
    desk: Desk, home: str, it: ProjectDetails, known: Sequence[ProjectKey], key: ProjectKey
) -> Sequence[str]:
    """Warn that a key is needed: Sentry counts by project, and not by key."""
    taken_in = await volume.errors(desk, home, it.id, "1h")
    others = sum(each.is_active for each in known if each.id != key.id)
    by = f"by any of its {others + 1} active keys" if others else "all of them by this key"
    rate = f"{it.slug} took in {count(taken_in)} errors in the last hour, {by}"
    only = f"it is the only active key of {it.slug}"
    return [*([rate] if taken_in else []), *([] if others else [only])]


def _limit(text: str) -> Mapping[str, Any]:
    """Read a limit such as `100/60s`; `none` takes it away."""
    if not text:
        return {}
    if text.strip().lower() == _NONE:
        return {"rateLimit": None}
    read = _LIMIT.fullmatch(text.strip().lower())
    window = int(read[2] or 1) * _SECONDS[read[3]] if read else 0
    if read is None or not int(read[1]) or not 0 < window <= _DAY:
        raise Invalid(
            f"`rate_limit` must be events per time such as 100/60s or 5000/1h, a day at most, or "
            f"none; not {text[:40]!r}. To let nothing in, use enabled=no."
        )
    return {"rateLimit": {"count": int(read[1]), "window": window}}


def _kept(key: ProjectKey) -> Mapping[str, Any]:
    limit = key.rate_limit
    if limit is None or not limit.count:
        return {}
    return {"rateLimit": {"count": limit.count, "window": limit.window}}


def _successor(name: str, known: Sequence[ProjectKey], today: str) -> str:
    """Name the key that comes after another, so that none has that name yet."""
    taken, tail = {_called(key) for key in known}, f" (rotated {today})"
    base = _ROTATED.sub("", name)
    tails = [tail, *(f"{tail} {number}" for number in range(2, len(known) + 3))]
    names = [base[: _LONGEST - len(each)] + each for each in tails]
    return next(each for each in names if each not in taken)
