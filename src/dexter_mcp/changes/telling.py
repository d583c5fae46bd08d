"""Plans and what became of them, as text: for the model, and for the user who is asked."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from dexter_mcp.changes import matching
from dexter_mcp.changes.matching import ABSENT, differences
from dexter_mcp.changes.plan import Plan, State, Step
from dexter_mcp.changes.record import Change, Fate, Outcome
from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.views.answer import Answer
from dexter_mcp.views.moments import ago, span
from dexter_mcp.views.secrets import redact_value
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, name

_LINES: Final = 20
"""Targets that are told one by one."""
_WORD, _TEXT, _NAMES = 60, 240, 400
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
        *_steps(plan.steps, fence),
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
    lines = [f"{_purpose(plan)}?", *_differences(plan.steps, titled=True), *_notes(plan)]
    if plan.tainted:
        lines.append(
            f"Careful: {_spelt(plan.tainted)} was written by whoever sent an event, and appears "
            "nowhere else."
        )
    if plan.typed:
        lines.append(f"To agree, type: {plan.typed}")
    left = (change.expires - now).total_seconds()
    return "\n".join([*lines, f"({change.id}; this waits {span(left)} for your answer)"])


def needless(plan: Plan) -> Answer:
    """Say that everything is as asked for."""
    return Answer(
        f"Nothing to do: {_purpose(plan)}. Already so: {_some(plan.already)}.",
        data={"standing": "needless", "targets": []},
    )


def declined(change: Change) -> Answer:
    """Say that the user does not want it."""
    return Answer(
        f"The user declined, and nothing was changed: {_purpose(change.plan)}. Ask what they want "
        "instead of trying again.",
        data=data_of(change),
    )


def carried(change: Change, *, why: str, fence: Fence) -> Answer:
    """Say what became of a change, with the states that Sentry shows now."""
    lines = [f"{_standing(change, why)}: {_purpose(change.plan)}"]
    lines += _outcomes(change, fence)
    if change.plan.already:
        lines.append(f"already so: {_some(change.plan.already)}")
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
    done = fates.get("done", 0) + fates.get("already", 0)
    if change.standing == "applied" and done == count:
        return f"Done, {count} changed" if count > 1 else "Done"
    if change.standing == "paused":
        return f"Paused after {done} of {count}, because {why}"
    if not done and not fates.get("odd"):
        return "Not done"
    return f"Done for {done} of {count}"


def _onward(change: Change) -> str:
    parts = list[str]()
    if change.standing in {"paused", "stopped"}:
        parts.append(f"to try what is left: `apply_change` change={change.id}")
    if change.undoable and not change.undone_by:
        parts.append(f"to take it back: `undo_change` change={change.id}")
    return " · ".join(["more: " + parts[0], *parts[1:]]) if parts else f"({change.id})"


def _outcomes(change: Change, fence: Fence) -> Iterator[str]:
    """Tell the steps, those that ended alike and hold the same together."""
    alike = defaultdict[str, list[str]](list)
    strange = any(step.strange for step in change.plan.steps)
    for _, step, outcome in change.pairs:
        alike[_ended(step, outcome)].append(name(step.target))
    lines = [f"{_some(targets)}: {said}" for said, targets in alike.items()][:_LINES]
    yield from [fence.block(lines)] if strange else lines


def _ended(step: Step, outcome: Outcome) -> str:
    told = f"; {_state(outcome.told)}" if outcome.told else ""
    return _end(step, outcome) + told


def _end(step: Step, outcome: Outcome) -> str:
    said = f" ({clean(outcome.said, limit=_TEXT).rstrip('.')})" if outcome.said else ""
    if outcome.fate == "done" and not outcome.said:
        return _became(step, outcome.found)
    shown = f"; Sentry shows {_state(outcome.found)}" if outcome.fate == "odd" else ""
    return f"{_FATES[outcome.fate]}{said}{shown}"


def _became(step: Step, found: State) -> str:
    """Say what a target was and what Sentry shows now, and what of it can't be seen."""
    if found is None:
        return "gone" if step.after is None else "done"
    told = "; ".join(_difference(each) for each in differences(step.before, found))
    became = told if step.before is not None and told else f"there: {_state(found)}"
    hidden = [field for field in step.after or {} if matching.shown(found, field) is ABSENT]
    return f"{became} (Sentry does not show {', '.join(hidden)})" if hidden else became


def _steps(steps: Sequence[Step], fence: Fence) -> Iterator[str]:
    lines = list(_differences(steps, titled=True))
    strange = any(step.strange or step.title for step in steps)
    yield from [fence.block(lines)] if strange else lines


def _differences(steps: Sequence[Step], *, titled: bool) -> Iterator[str]:
    """Tell what will be different, targets with the same difference together."""
    alike = defaultdict[str, list[str]](list)
    for step in steps:
        alike[_will(step)].append(_target(step, titled=titled))
    for at, (said, targets) in enumerate(alike.items()):
        if at == _LINES:
            yield f"… and {len(alike) - _LINES} more differences"
            return
        count = f"{len(targets)} targets: " if len(targets) > 1 else ""
        yield f"{count}{_some(targets)}: {said}"


def _will(step: Step) -> str:
    if step.after is None:
        held = _state(step.before)
        return f"will be gone{held and f' ({held})'}"
    if step.before is None:
        return f"new: {_state(step.after)}" if step.after else "new"
    return "; ".join(_difference(each) for each in differences(step.before, step.after))


def _target(step: Step, *, titled: bool) -> str:
    title = clean(step.title, limit=_WORD) if titled else ""
    return f"{name(step.target)} {title}".rstrip()


def _difference(each: Any) -> str:
    return f"{each.field} {_value(each.field, each.before)} → {_value(each.field, each.after)}"


def _state(state: State) -> str:
    return ", ".join(f"{key} {_value(key, value)}" for key, value in (state or {}).items())


def _value(field: str, value: Any) -> str:
    """Spell a value shortly, without secrets, and harmless whoever wrote it."""
    if value in (None, "", [], {}):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return clean(redact_value(field, text), limit=_TEXT)


def _purpose(plan: Plan) -> str:
    return name(plan.purpose, limit=_TEXT)


def _notes(plan: Plan) -> Iterator[str]:
    if plan.already:
        yield f"already so: {_some(plan.already)}"
    yield from (f"warning: {clean(each, limit=_TEXT)}" for each in plan.warnings)
    yield from (f"can't be undone: {each}" for each in plan.lost)


def _some(targets: Iterable[str]) -> str:
    """Name targets, as many as fit."""
    told, length = list[str](), 0
    names = list(targets)
    for each in names:
        length += len(each) + 2
        if told and length > _NAMES:
            return f"{', '.join(told)} and {len(names) - len(told)} more"
        told.append(each)
    return ", ".join(told)


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
        *(_outcomes(change, fence) if change.approved else _steps(change.plan.steps, fence)),
        *_notes(change.plan),
        _onward(change) if change.approved else "",
    ]
    if change.undone_by:
        lines.append(f"taken back by {change.undone_by}")
    return Answer("\n".join(filter(None, lines)), data=data_of(change))
