"""Tickets elsewhere: what an issue is linked to, and the forms that make such links.

A form suggests what the issue says, and a ticket repeats it, so both hold event text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dexter_mcp.sentry.external_issues import Action, ExternalIssue, FormField, TicketForm, Tracker
from dexter_mcp.views.answer import Answer, Failed, failures
from dexter_mcp.views.numbers import counted
from dexter_mcp.views.table import table
from dexter_mcp.views.untrusted import Fence, clean, name

_TITLE = 100
_LINK = 200
_DEFAULT = 120
_LONG_DEFAULT = 1_000
_LABEL = 60
_FEW = 8
_MANY = 200


@dataclass(frozen=True)
class Tickets:
    """What an issue is linked to: through integrations, and through apps; `failed` did not come."""

    trackers: Sequence[Tracker]
    by_apps: Sequence[ExternalIssue]
    failed: Sequence[Failed] = ()


def listing(them: Tickets, *, issue: str, fence: Fence) -> Answer:
    """Show what an issue is linked to, and where it could be."""
    data = {"integrations": them.trackers, "apps": them.by_apps}
    rows = [*_of_integrations(them.trackers), *_of_apps(them.by_apps)]
    linked = counted(len(rows), "ticket") if rows else "No ticket"
    lines = [
        f"{linked} linked to issue {name(issue)}",
        fence.block(filter(None, [table(("ticket", "in", "title", "link"), rows)])),
        _possible(them.trackers),
        *failures(them.failed),
    ]
    return Answer("\n".join(filter(None, lines)), data)


def _of_integrations(trackers: Sequence[Tracker]) -> Iterator[list[str]]:
    for tracker in trackers:
        for each in tracker.external_issues:
            yield [
                name(each.display_name or each.key),
                name(tracker.name),
                clean(each.title, limit=_TITLE),
                name(each.url, limit=_LINK),
            ]


def _of_apps(tickets: Sequence[ExternalIssue]) -> Iterator[list[str]]:
    for each in tickets:
        yield [name(each.called), name(each.held_by), "", name(each.web_url, limit=_LINK)]


def _possible(trackers: Sequence[Tracker]) -> str:
    if not trackers:
        return "No integration that holds tickets is installed: see `list_integrations`."
    known = ", ".join(f"{name(each.name)} ({name(each.provider.key)})" for each in trackers)
    return f"could be linked in: {known}; `get_ticket_form` shows what that takes"


def form(told: TicketForm, *, issue: str, action: Action, only: str, fence: Fence) -> Answer:
    """Show what it takes to make or link a ticket; all of `only` one field, if it is named."""
    what = "create a ticket for" if action == "create" else "link a ticket to"
    where = f"{name(told.name)} ({name(told.provider.name or told.provider.key)}, id {told.id})"
    fields = [each for each in told.fields if only in {"", each.name}]
    if not fields:
        known = ", ".join(name(each.name) for each in told.fields) or "none"
        return Answer(f"No field {name(only)!r} in {where}. It has: {known}.", data=told)
    body = list(_whole(fields[0])) if only else [table(_HEADERS, map(_row, fields))]
    lines = [
        f"form to {what} issue {name(issue)} in {where}",
        fence.block(body),
        _changes(fields),
        "" if only else "more: field=… shows all of one",
    ]
    return Answer("\n".join(filter(None, lines)), data=told)


_HEADERS = ("field", "label", "type", "needed", "suggested", "choices")


def _row(field: FormField) -> list[str]:
    return [
        name(field.name),
        name(field.label),
        f"{name(field.type)}{', several' if field.multiple else ''}",
        "yes" if field.required else "",
        clean(field.default, limit=_DEFAULT),
        ", ".join([*_choices(field, _FEW), *_left(field, _FEW)]),
    ]


def _whole(field: FormField) -> Iterator[str]:
    label, several = name(field.label), ", several" if field.multiple else ""
    need = ", needed" if field.required else ""
    yield f"{name(field.name)}: {label}, {name(field.type)}{several}{need}"
    yield from filter(None, [name(field.help, limit=_LINK)])
    if field.default:
        yield f"suggested: {clean(field.default, limit=_LONG_DEFAULT, multiline=True)}"
    yield from _choices(field, _MANY)
    yield from _left(field, _MANY)


def _choices(field: FormField, most: int) -> Iterator[str]:
    for value, label in field.choices[:most]:
        shown, called = clean(value, limit=_LABEL), clean(label, limit=_LABEL)
        yield shown if called in {"", shown} else f"{shown} ({called})"


def _left(field: FormField, most: int) -> list[str]:
    left = len(field.choices) - most
    return [f"… {left} more"] if left > 0 else []


def _changes(fields: Sequence[FormField]) -> str:
    names = [name(each.name) for each in fields if each.updates_form]
    return f"other fields may change with {' and '.join(names)}" if names else ""
