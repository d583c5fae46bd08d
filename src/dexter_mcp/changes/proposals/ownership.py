"""Changes to ownership rules: read line by line, checked before anything is sent."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final, Literal

from dexter_mcp.changes.plan import Proposal, Wish
from dexter_mcp.changes.proposals.projects import Switch, found
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry import trail
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import Invalid, NotFound, SentryError
from dexter_mcp.sentry.projects import ProjectDetails

Assignment = Literal["", "owners", "suspect_commits", "off"]
"""Who gets an issue by itself."""

_SENTENCES: Final[Mapping[str, str]] = {
    "owners": "Auto Assign to Issue Owner",
    "suspect_commits": "Auto Assign to Suspect Commits",
    "off": "Turn off Auto-Assignment",
}
_KINDS: Final = "path, module, url or tags.<name>"
_RULE: Final = re.compile(r'(?P<matcher>(?:"[^"]*"|[^\s"])+)(?P<owners>(?:\s+\S+)*)\s*')
_KNOWN: Final = re.compile(r'(?:path|module|url|tags\.(?:"[^"]+"|[^\s:"]+)):(?P<pattern>.+)')
_KIND: Final = re.compile(r"(?P<kind>[A-Za-z][\w.]*):")
_OWNER: Final = re.compile(r"#[\w-]+|[^\s@#]+@[^\s@]+")
_NONE: Final = "none"
_REFUSED: Final = "Sentry may refuse rules that name whoever is not on the project."
_SHOWN: Final = 80
_FEW: Final = 3


@dataclass(frozen=True)
class Edit:
    """What is to become of the rules: all anew, or some of them added or removed."""

    rules: str = ""
    add: Sequence[str] = ()
    remove: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.rules or self.add or self.remove)

    def of(self, raw: str) -> str:
        """Make the rules of those that there are. The last one that matches decides.

        Raises:
            Invalid: A rule that is to be removed is not there, or one can't be read.
        """
        if self.rules:
            told = "" if self.rules.strip().lower() == _NONE else self.rules
            return "\n".join(_checked(told.splitlines())).strip()
        lines, wanted = raw.splitlines(), [_spelt(each) for each in self.remove]
        known = [_spelt(line) for line in lines]
        if strange := next((each for each in wanted if each not in known), ""):
            close = get_close_matches(strange, filter(None, known), n=3)
            hint = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
            raise Invalid(f"There is no rule {strange[:_SHOWN]!r}.{hint}")
        kept = [line for line in lines if _spelt(line) not in wanted]
        new = [line for line in _checked(self.add) if _spelt(line) not in map(_spelt, kept)]
        return "\n".join([*kept, *new]).strip()


async def update(
    desk: Desk,
    *,
    org: str,
    project: Sequence[str],
    edit: Edit,
    auto_assign: Assignment,
    fallthrough: Switch,
) -> Proposal:
    """Propose other ownership rules, or another way to assign by them.

    Raises:
        Invalid: Nothing is to be changed, a rule can't be read, or one to remove is not there.
        NotFound: There is no such project.
    """
    if edit.rules and (edit.add or edit.remove):
        raise Invalid("Give all `rules`, or rules to `add` and `remove`; not both.")
    if not (edit or auto_assign or fallthrough):
        raise Invalid("Nothing is to be changed. Give rules, `auto_assign` or `fallthrough`.")
    _checked([*edit.add, *edit.rules.splitlines()] if edit.rules.lower() != _NONE else [])
    home, it = await found(desk, org, project)
    body, new, gone, warnings = dict[str, Any](), list[str](), list[str](), tuple[str, ...]()
    if edit:
        with trail.anew():
            raw = (await desk.sentry.ownership.get(home, it.slug)).raw
        body["raw"] = edit.of(raw)
        new, gone = _apart(raw, body["raw"])
        warnings = tuple(await _strangers(desk, home, it, new))
    body |= {"autoAssignment": _SENTENCES[auto_assign]} if auto_assign else {}
    body |= {"fallthrough": fallthrough == "yes"} if fallthrough else {}
    order = Order("update_ownership", {"org": home, "project": it.slug}, {}, body)
    purpose = f"Change ownership of {it.slug}: {_told(new, gone, body)}"
    return Proposal(home, purpose, [Wish(order, f"rules of {it.slug}")], warnings)


def _checked(lines: Iterable[str]) -> list[str]:
    """Give lines as they are, if each of them is a rule, a remark, or empty.

    Raises:
        Invalid: One is none; the message names it.
    """
    told = [line.rstrip() for line in lines]
    for number, line in enumerate(told, 1):
        if why := _fault(line.strip()):
            raise Invalid(f"Line {number} is no rule: {line[:_SHOWN]!r} {why}")
    return told


def _fault(line: str) -> str:
    """Say what is wrong with a line; empty if nothing is."""
    if not line or line.startswith("#"):
        return ""
    read = _RULE.fullmatch(line)
    if read is None or not read["owners"].strip():
        return "names no owner. Write it as `path:src/cart/* #team ana@shop.test`."
    if strange := next((o for o in read["owners"].split() if not _OWNER.fullmatch(o)), ""):
        return f"has {strange[:_SHOWN]!r} as owner. An owner is #team-slug or an e-mail address."
    kind = _KIND.match(read["matcher"])
    if kind and kind["kind"] == "codeowners":
        return "can't be written by hand: such rules come with a CODEOWNERS file alone."
    if kind and not _KNOWN.fullmatch(read["matcher"]):
        return (
            f"begins with {kind[0]!r}, or has no pattern. It is {_KINDS}, then `:` and a pattern."
        )
    return ""


def _spelt(line: str) -> str:
    return " ".join(line.split())


def _apart(before: str, after: str) -> tuple[list[str], list[str]]:
    """Tell which rules are new, and which are gone."""
    was, will = (
        [_spelt(line) for line in raw.splitlines() if line.strip() and not line.startswith("#")]
        for raw in (before, after)
    )
    return [each for each in will if each not in was], [each for each in was if each not in will]


def _told(new: Sequence[str], gone: Sequence[str], body: Mapping[str, Any]) -> str:
    parts = [*_some("add", new), *_some("remove", gone)]
    parts += [str(body["autoAssignment"])] if "autoAssignment" in body else []
    if "fallthrough" in body:
        parts.append(f"fallthrough {'on' if body['fallthrough'] else 'off'}")
    return "; ".join(parts) or "its rules"


def _some(word: str, rules: Sequence[str]) -> Iterator[str]:
    if rules:
        more = f" and {len(rules) - _FEW} more" if len(rules) > _FEW else ""
        yield f"{word} {', '.join(rules[:_FEW])}{more}"


async def _strangers(
    desk: Desk, home: str, it: ProjectDetails, rules: Sequence[str]
) -> Sequence[str]:
    """Warn of owners whom nobody knows, or who are not on the project: Sentry refuses both."""
    owners = dict.fromkeys(owner for rule in rules for owner in _owners(rule))
    on_it = {f"#{team.slug}" for team in it.teams}
    try:
        if any(not owner.startswith("#") for owner in owners):
            members = await desk.sentry.members.of_project(home, it.slug)
            on_it |= {member.email.lower() for member in members}
        strange = [owner for owner in owners if owner.lower() not in on_it]
        return [f"{await _why(desk, home, owner)} {_REFUSED}" for owner in strange]
    except SentryError:
        return [f"it could not be checked whether {', '.join(owners)} are on the project"]


async def _why(desk: Desk, home: str, owner: str) -> str:
    try:
        if owner.startswith("#"):
            await desk.sentry.teams.resolve(home, owner)
        else:
            await desk.sentry.members.resolve(home, owner)
    except NotFound as unknown:
        return str(unknown.args[0])
    return f"{owner} is not on the project."


def _owners(rule: str) -> list[str]:
    read = _RULE.fullmatch(rule)
    return read["owners"].split() if read else []
