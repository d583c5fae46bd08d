"""Plans and what became of them, as text: for the model, and for the user who is asked."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from dexter_mcp.changes import matching, spelling
from dexter_mcp.changes.matching import ABSENT
from dexter_mcp.changes.plan import Plan, State, Step
from dexter_mcp.changes.recipes import recipe_for
from dexter_mcp.changes.record import CARRIED, Change, Fate, Outcome
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.moments import ago, span
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, name

_LINES: Final = 20
"""Targets that are told one by one."""
_ALL: Final = 1_000_000
"""More than there may be: of targets, or of characters in their names."""
_ASKED: Final = 400
"""Characters of what is to be done."""
_TITLE: Final = 60
"""Characters of what strangers wrote on a target."""
_WELL: Final[frozenset[Fate]] = frozenset({"done", "already"})
_FATES: Final[dict[Fate, str]] = {
    "done": "done",
    "already": "was so already",
    "drifted": "left alone",
    "refused": "not carried out",
    "unclear": "unclear",
    "odd": "not as asked for",
    "waiting": "not yet",
    "sending": "under way",
}


def planned(change: Change, handle: str, *, fence: Fence) -> Answer:
    """Show a plan to the model, with the handle that carries it out."""
    plan = change.plan
    lines = [
        f"Planned, nothing is changed yet: {_purpose(plan)}",
        *_fenced(plan, [*_differences(plan.steps), *_already(plan)], fence),
        *_notes(plan),
    ]
    if plan.tainted:
        lines.append(
            f"Only a person may agree to this: {_spelt(plan.tainted)} appears in event text and "
            f"nowhere else. In a terminal: dexter-mcp changes approve {change.id}"
        )
    typed = f" name={json.dumps(plan.typed, ensure_ascii=False)}" if plan.typed else ""
    when = "Afterwards, also" if plan.tainted else "To carry it out"
    lines.append(f"{when} within 10 min: `apply_change` change={handle}{typed}")
    return Answer("\n".join(lines), data=data_of(change, handle))


def question(change: Change, *, now: datetime) -> str:
    """Put a plan to the user."""
    plan = change.plan
    lines = [f"{_purpose(plan)}?", *_differences(plan.steps), *_already(plan), *_notes(plan)]
    if plan.tainted:
        lines.append(
            f"Careful: {_spelt(plan.tainted)} was written by whoever sent an event, and appears "
            "nowhere else."
        )
    if plan.typed:
        lines.append(f"To agree, type: {plan.typed}")
    left = (change.expires - now).total_seconds()
    return "\n".join([*lines, f"({change.id}; this waits {span(left)} for your answer)"])


def needless(plan: Plan, *, fence: Fence) -> Answer:
    """Say that everything is as asked for."""
    lines = [f"Nothing to do: {_purpose(plan)}", *_fenced(plan, list(_already(plan)), fence)]
    return Answer(
        "\n".join(lines),
        data={"standing": "needless", "targets": []},
    )


def declined(change: Change) -> Answer:
    """Say that the user does not want it."""
    return Answer(
        f"The user declined, and nothing was changed: {_purpose(change.plan)}. Ask what they want "
        "instead of trying again.",
        data=data_of(change),
    )


def unanswered(change: Change, handle: str, *, mistyped: bool) -> Answer:
    """Say that the user has not agreed, and has not refused either."""
    why = (
        "The user typed another name than what would be gone"
        if mistyped
        else "The user closed the question without an answer"
    )
    return Answer(
        f"{why}. Nothing is changed: {_purpose(change.plan)}. Ask whether they want it before you "
        f"put the question again: `apply_change` change={handle}",
        data=data_of(change, handle),
    )


def carried(change: Change, *, why: str, fence: Fence) -> Answer:
    """Say what became of a change, with the states that Sentry shows now."""
    lines = [f"{_standing(change, why)}: {_purpose(change.plan)}"]
    lines += _fenced(change.plan, [*_outcomes(change), *_already(change.plan)], fence)
    lines.append(_onward(change))
    return Answer("\n".join(filter(None, lines)), data=data_of(change))


def data_of(change: Change, handle: str = "") -> Mapping[str, Any]:
    """Give a change to programs; what strangers may have written is marked as theirs."""
    return {
        "change": change.id,
        **({"handle": handle} if handle else {}),
        "standing": change.standing,
        "purpose": change.plan.purpose,
        "undoable": bool(change.undoable) and not change.undone_by,
        "targets": [
            {
                "target": _marked(step.target, strange=step.strange),
                "fate": outcome.fate,
                "before": _marked(step.before, strange=step.strange),
                "after": _marked(step.after, strange=step.strange),
                "found": _marked(outcome.found, strange=step.strange),
                "told": _marked(outcome.told, strange=step.strange),
                "said": outcome.said,
            }
            for _, step, outcome in change.pairs
        ],
    }


def _marked(value: Any, *, strange: bool) -> Any:
    """Mark the texts in a value as strangers', if they may be."""
    if is_object(value):
        return {key: _marked(inner, strange=strange) for key, inner in value.items()}
    if is_array(value):
        return [_marked(inner, strange=strange) for inner in value]
    return {"untrusted": value} if strange and isinstance(value, str) else value


def _standing(change: Change, why: str) -> str:
    count, fates = len(change.outcomes), change.fates
    done = fates.get("done", 0)
    fine = done + fates.get("already", 0)
    if change.standing == "paused":
        return f"Paused after {fine} of {count}, because {why}"
    if change.standing == "applied" and fine == count:
        if not done:
            return "Nothing was left to do"
        return f"Done, {count} changed" if count > 1 else "Done"
    return f"Done for {fine} of {count}" if fine or fates.get("odd") else "Not done"


def _onward(change: Change) -> str:
    parts = list[str]()
    if change.standing in {"paused", "stopped"}:
        parts.append(f"to try what is left: `apply_change` change={change.id}")
    if change.undoable and not change.undone_by:
        parts.append(f"to take it back: `undo_change` change={change.id}")
    if not parts:
        carried = any(outcome.fate in CARRIED for outcome in change.outcomes)
        lasts = carried and not change.undone_by
        return f"({change.id}, which can't be taken back)" if lasts else f"({change.id})"
    return " · ".join(["more: " + parts[0], *parts[1:]])


def _outcomes(change: Change, *, whole: bool = False) -> Iterator[str]:
    """Tell the steps, those that ended alike and hold the same together; trouble comes first."""
    alike = defaultdict[str, list[str]](list)
    for _, step, outcome in sorted(change.pairs, key=lambda pair: pair[2].fate in _WELL):
        alike[_ended(step, outcome)].append(name(step.target))
    told = [f"{_some(targets, whole=whole)}: {said}" for said, targets in alike.items()]
    yield from _first(told, whole=whole)


def _ended(step: Step, outcome: Outcome) -> str:
    told = spelling.state(_words(step, outcome.told or None))
    return _end(step, outcome) + (told and f"; {told}")


def _end(step: Step, outcome: Outcome) -> str:
    said = f" ({clean(outcome.said, limit=spelling.TEXT).rstrip('.')})" if outcome.said else ""
    if outcome.fate == "done" and not outcome.said:
        return _became(step, outcome.found)
    state = spelling.state(_words(step, outcome.found), step.called)
    shown = f"; Sentry shows {state}" if outcome.fate == "odd" else ""
    return f"{_FATES[outcome.fate]}{said}{shown}"


def _became(step: Step, found: State) -> str:
    """Say what a target was and what Sentry shows now, and what of it can't be seen."""
    if found is None:
        return "gone" if step.after is None else "done"
    told = _changes(step, found)
    there = f"there: {spelling.state(_words(step, found), step.called)}"
    became = told if step.before is not None and told else there
    hidden = [field for field in step.after or {} if matching.shown(found, field) is ABSENT]
    return f"{became} (Sentry does not show {', '.join(hidden)})" if hidden else became


def _fenced(plan: Plan, lines: Sequence[str], fence: Fence) -> Sequence[str]:
    """Set lines into the fence where strangers may have written what stands in them."""
    titled = any(step.title for step in plan.steps)
    return [fence.block(lines)] if lines and (plan.strange or titled) else lines


def _differences(steps: Sequence[Step], *, whole: bool = False) -> Iterator[str]:
    """Tell what will be different, targets with the same difference together."""
    alike = defaultdict[str, list[str]](list)
    for step in steps:
        alike[_will(step)].append(_target(step))
    counted = {n: f"{n} targets: " for n in map(len, alike.values()) if n > 1}
    told = [
        f"{counted.get(len(targets), '')}{_some(targets, whole=whole)}: {said}"
        for said, targets in alike.items()
    ]
    yield from _first(told, whole=whole)


def _first(lines: Sequence[str], *, whole: bool) -> Iterator[str]:
    """Keep the first lines, and say how many more there are."""
    most = _ALL if whole else _LINES
    yield from lines[:most]
    if len(lines) > most:
        yield f"… and {len(lines) - most} more"


def _some(targets: Iterable[str], *, whole: bool) -> str:
    return spelling.some(targets, **({"most": _ALL} if whole else {}))


def _already(plan: Plan, *, whole: bool = False) -> Iterator[str]:
    if plan.already:
        known = [_known(each, plan.there.get(each)) for each in plan.already]
        yield f"already so: {_some(known, whole=whole)}"


def _known(target: str, there: State) -> str:
    return name(target) + (f" ({spelling.state(there)})" if there else "")


def _will(step: Step) -> str:
    if step.after is None:
        held = spelling.state(_words(step, step.before), step.called)
        return f"will be gone{held and f' ({held})'}"
    if step.before is None:
        new = spelling.state(_words(step, step.after), step.called)
        return f"new: {new}" if new else "new"
    return _changes(step, step.after)


def _words(step: Step, found: Mapping[str, Any] | None) -> State:
    return spelling.in_words(recipe_for(step.order).wordings, found, step.called)


def _changes(step: Step, found: State) -> str:
    return spelling.changes(recipe_for(step.order).wordings, step.before, found, step.called)


def _target(step: Step) -> str:
    return f"{name(step.target)} {clean(step.title, limit=_TITLE)}".rstrip()


def _purpose(plan: Plan) -> str:
    return name(plan.purpose, limit=_ASKED)


def _notes(plan: Plan) -> Iterator[str]:
    yield from (f"warning: {clean(each, limit=spelling.TEXT)}" for each in plan.warnings)
    yield from (f"can't be undone: {each}" for each in plan.lost)


def _spelt(names: Sequence[str]) -> str:
    return " and ".join(f"`{each}`" for each in names)


def listing(changes: Sequence[Change], *, now: datetime) -> Answer:
    """List changes, the newest first."""
    if not changes:
        return Answer("No changes so far.")
    rows = [
        (each.id, ago(each.made, now), each.standing, str(len(each.outcomes)), _purpose(each.plan))
        for each in changes
    ]
    told = table(("change", "made", "stands", "targets", "what"), rows)
    return Answer(
        f"{told}\nmore: one of them: `list_changes` change=…",
        data=[data_of(each) for each in changes],
    )


def whole(change: Change, *, fence: Fence, now: datetime) -> Answer:
    """Show a change with its targets."""
    by = f", agreed to by {change.approved}" if change.approved else ""
    client = f", from {name(change.client)}" if change.client else ""
    lines = [
        f"{change.id}, {change.standing}, made {ago(change.made, now)}{client}{by}",
        _purpose(change.plan),
        *_fenced(
            change.plan,
            [
                *(
                    _outcomes(change, whole=True)
                    if change.approved
                    else _differences(change.plan.steps, whole=True)
                ),
                *_already(change.plan, whole=True),
            ],
            fence,
        ),
        *_notes(change.plan),
        _onward(change) if change.approved else "",
    ]
    if change.undone_by:
        lines.append(f"taken back by {change.undone_by}")
    return Answer("\n".join(filter(None, lines)), data=data_of(change))
