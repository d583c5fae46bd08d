"""Who should own an issue: rules, suspect commits, history, likeness and teams, weighed up."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import anyio

from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.issue_context import issue_context
from dexter_mcp.insights.rule_match import matching
from dexter_mcp.insights.side_by_side import side_by_side
from dexter_mcp.sentry.issues import Activity, Issue
from dexter_mcp.sentry.members import Member
from dexter_mcp.sentry.ownership import Ownership
from dexter_mcp.sentry.projects import Team
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views.answer import Answer, Failed
from dexter_mcp.views.issue_context import IssueContext
from dexter_mcp.views.moments import ago
from dexter_mcp.views.owners import Candidate, OwnerReport, Reason, report
from dexter_mcp.views.project_settings import rule as in_words

_ASSIGNED, _DECIDES, _SUSPECT, _SUGGESTED, _MATCHES, _BEFORE, _LIKE, _TEAM, _SAID = range(9, 0, -1)
"""What weighs more than what; a single strong reason may still be outweighed by several."""
_TELLING: Final = frozenset({"event", "suspect commits", "comments"})
"""The parts of an issue without which something may be missed."""
_RELATIVES: Final = 50
_PERIOD: Final = "90d"
_FEW: Final = 5
_SHORT_SHA: Final = 10
_NOTHING: Final = Untrusted()

Named = tuple[str, str]
"""A kind, `team` or `user`, and a slug or an e-mail address in lower case."""
Hint = tuple[Named, Reason]


@dataclass(frozen=True)
class Evidence:
    """All that may tell who owns an issue."""

    context: IssueContext
    ownership: Ownership
    teams: tuple[Team, ...]
    members: tuple[Member, ...]
    relatives: tuple[Issue, ...]

    def named(self, kind: str, number: str) -> Named | None:
        """Find whom a number of a user or a team stands for, as far as that is known here."""
        if kind == "team":
            owners = [(o.id, o.name) for rule in self.ownership.rules for o in rule.owners]
            known = [*((team.id, team.slug) for team in self.teams), *owners]
            return next((("team", slug) for at, slug in known if at == number), None)
        people = [(m.user.id, m.email) for m in self.members if m.user]
        return next((("user", email.lower()) for at, email in people if at == number), None)


async def find_owner(desk: Desk, *, issue: str, org: str = "") -> Answer:
    """Answer who should own an issue, and what speaks for each candidate.

    Raises:
        SentryError: The issue itself did not come.
    """
    since = anyio.current_time()
    named = await desk.issue(org, issue)
    context = await issue_context(desk, named, since=since)
    evidence, failed = await _evidence(desk, named.org, context, since)
    found = tuple(candidates(evidence, desk))
    told = OwnerReport(context.issue, found, _active(evidence.members, found), failed)
    return report(told, fence=desk.fence(), now=desk.now())


async def _evidence(
    desk: Desk, org: str, context: IssueContext, since: float
) -> tuple[Evidence, tuple[Failed, ...]]:
    """Ask for what the issue itself does not tell; name what did not come and is missed."""
    sentry, slug = desk.sentry, context.issue.project.slug
    async with side_by_side(desk.settings.soft_deadline, since=since) as these:
        rules = these.ask("ownership rules", lambda: sentry.ownership.get(org, slug))
        project = these.ask("teams", lambda: sentry.projects.get(org, slug))
        members = these.ask("members", lambda: sentry.members.of_project(org, slug))
        alike = these.ask("similar issues", lambda: _alike(desk, org, context.issue))
    evidence = Evidence(
        context=context,
        ownership=rules.otherwise(Ownership()),
        teams=project.came[0].teams if project.came else (),
        members=members.otherwise(()),
        relatives=alike.otherwise(()),
    )
    missed = (each for each in context.failed if each.part in _TELLING)
    later = (rules, project, members, alike)
    return evidence, (*missed, *(each for part in later for each in part.failed))


def candidates(evidence: Evidence, desk: Desk) -> list[Candidate]:
    """Gather what speaks for whom, the one with the most weight first."""
    hints = (
        *_by_assignment(evidence),
        *_by_rule(evidence),
        *_by_commit(evidence, desk),
        *_by_suggestion(evidence),
        *_by_history(evidence, desk),
        *_by_likeness(evidence),
        *((("team", team.slug), _reason(_TEAM, "the project's team")) for team in evidence.teams),
    )
    reasons: dict[Named, list[Reason]] = defaultdict(list)
    for who, reason in hints:
        _, called = who
        if called and reason.words not in {each.words for each in reasons[who]}:
            reasons[who].append(reason)
    people = {member.email.lower(): member for member in evidence.members}
    found = [
        Candidate(
            called=f"#{called}" if kind == "team" else _called(called, people.get(called)),
            is_team=kind == "team",
            reasons=tuple(why),
            member=people.get(called) if kind == "user" else None,
        )
        for (kind, called), why in reasons.items()
    ]
    return sorted(found, key=lambda each: each.weight, reverse=True)


def _reason(weight: int, words: str, quoted: Untrusted = _NOTHING) -> Reason:
    return Reason(weight=weight, words=words, quoted=quoted)


def _called(email: str, member: Member | None) -> str:
    return f"{member.called} ({email})" if member else email


def _by_assignment(evidence: Evidence) -> Iterator[Hint]:
    assignee = evidence.context.issue.assigned_to
    if assignee is None:
        return
    called = assignee.name if assignee.type == "team" else assignee.email or assignee.name
    yield (assignee.type, called.lower()), _reason(_ASSIGNED, "assigned now")


def _by_rule(evidence: Evidence) -> Iterator[Hint]:
    event = evidence.context.event
    if event is None or not evidence.ownership.is_active:
        return
    told: set[Named] = set()
    for place, (rule, text) in enumerate(matching(evidence.ownership.rules, event)):
        weight, lead = (_MATCHES, "rule") if place else (_DECIDES, "deciding rule")
        words = f"{lead} {in_words(rule).partition(' → ')[0]} matches"
        for owner in rule.owners:
            who = (owner.type, owner.name.lower())
            if who not in told:
                told.add(who)
                yield who, _reason(weight, words, text)


def _by_commit(evidence: Evidence, desk: Desk) -> Iterator[Hint]:
    for each in evidence.context.suspects:
        for commit in each.commits[:1]:
            when = f" of {ago(commit.date_created, desk.now())}" if commit.date_created else ""
            words = f"suspect commit {commit.id[:_SHORT_SHA]}{when}:"
            author = each.author.email or each.author.name
            yield ("user", author.lower()), _reason(_SUSPECT, words, commit.message)


def _by_suggestion(evidence: Evidence) -> Iterator[Hint]:
    """Take over what Sentry suggests itself where nothing here says it already."""
    told = {who for who, _ in _by_rule(evidence)}
    told |= {("user", each.author.email.lower()) for each in evidence.context.suspects}
    for owner in evidence.context.issue.owners:
        kind, _, number = owner.owner.partition(":")
        who = evidence.named(kind, number)
        if who and who not in told:
            yield who, _reason(_SUGGESTED, f"suggested by Sentry ({_spelt(owner.type)})")


def _spelt(kind: str) -> str:
    words = {"suspectCommit": "suspect commit", "ownershipRule": "ownership rule"}
    return words.get(kind, kind)


def _by_history(evidence: Evidence, desk: Desk) -> Iterator[Hint]:
    now = desk.now()
    for each in evidence.context.issue.activity:
        when = ago(each.date_created, now)
        if each.type == "assigned" and (who := _assigned(each, evidence)):
            yield who, _reason(_BEFORE, "assigned before")
        elif each.user and each.type.startswith("set_resolved"):
            yield ("user", each.user.email.lower()), _reason(_BEFORE, f"resolved it {when}")
    for each in (*evidence.context.issue.activity, *evidence.context.notes):
        if each.user and (not isinstance(each, Activity) or each.type == "note"):
            yield ("user", each.user.email.lower()), _reason(_SAID, "commented")


def _assigned(each: Activity, evidence: Evidence) -> Named | None:
    """Read whom an issue was given to: history knows e-mails, names, or numbers alone."""
    said = {key: text.raw for key, text in each.data.items()}
    assignee = evidence.context.issue.assigned_to
    kind, number = said.get("assigneeType", ""), said.get("assignee", "")
    known = evidence.named(kind, number)
    called = said.get("assigneeEmail", "") if kind == "user" else said.get("assigneeName", "")
    slugs = {team.slug for team in evidence.teams}
    emails = {member.email.lower() for member in evidence.members}
    if known is None and called.lower() in (slugs | emails):
        known = (kind, called.lower())
    current = (assignee.type, (assignee.email or assignee.name).lower()) if assignee else None
    return known if known != current else None


def _by_likeness(evidence: Evidence) -> Iterator[Hint]:
    relatives = evidence.relatives
    counts: dict[Named, int] = defaultdict(int)
    for each in relatives:
        if each.assigned_to:
            who = each.assigned_to
            called = who.name if who.type == "team" else who.email or who.name
            counts[who.type, called.lower()] += 1
    for who, number in counts.items():
        yield (
            who,
            _reason(_LIKE, f"has {number} of {len(relatives)} assigned issues in the same code"),
        )


async def _alike(desk: Desk, org: str, issue: Issue) -> tuple[Issue, ...]:
    """Find assigned issues of the project that arose in the same file or at the same place."""
    page = await desk.sentry.issues.search(
        org,
        query="is:assigned",
        project=[issue.project.id],
        stats_period=_PERIOD,
        limit=_RELATIVES,
        collapse=("stats",),
    )
    file, culprit = issue.metadata.filename, issue.culprit
    return tuple(
        each
        for each in page.items
        if each.id != issue.id
        and ((file and each.metadata.filename == file) or (culprit and each.culprit == culprit))
    )


def _active(members: Sequence[Member], told: Sequence[Candidate]) -> tuple[Member, ...]:
    """Pick those who used Sentry last, among those for whom nothing speaks so far."""
    known = {each.member.id for each in told if each.member}
    seen = [m for m in members if m.user and m.user.last_active and m.id not in known]
    return tuple(sorted(seen, key=_moment, reverse=True)[:_FEW])


def _moment(member: Member) -> float:
    user = member.user
    return user.last_active.timestamp() if user and user.last_active else 0.0
