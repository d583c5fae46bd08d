"""Making and breaking links between issues and tickets elsewhere."""

from collections.abc import Sequence

from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.intake.loose import is_list, text
from dexter_mcp.simulator.memory.integrations import App, Integration, Ticket
from dexter_mcp.simulator.memory.records import Issue
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.integrations import integration_of
from dexter_mcp.simulator.routes.refusals import Refusal, bad_request, forbidden, not_found
from dexter_mcp.simulator.routes.ticket_forms import to_create, tracks
from dexter_mcp.simulator.routes.writing import body, gone, invalid, require
from dexter_mcp.simulator.shapes.integrations import (
    PROVIDERS,
    app_ticket_json,
    installation_uuid,
    made_json,
)
from dexter_mcp.simulator.telling.story import Json


def create(call: Call) -> Response:
    """Make a ticket and link it. https://docs.sentry.io/api/integration/create-an-external-issue/."""
    issue, it, told = call.issue, _tracker(call), body(call)
    _check(told, to_create(call, it, issue))
    ticket = _opened(call, it, told)
    call.world.integrations.tickets.append(ticket)
    return _linked(call, issue, ticket, new=True)


def link(call: Call) -> Response:
    """Link a ticket that is there.

    `externalIssue` is its key, or its number in the `repo` that comes with it.
    https://docs.sentry.io/api/integration/update-an-external-issue/
    """
    issue, it, told = call.issue, _tracker(call), body(call)
    wanted = text(told.get("externalIssue"))
    if not wanted:
        raise invalid(externalIssue="Issue ID is required")
    kept, repo = call.world.integrations, text(told.get("repo"))
    ticket = kept.ticket(it.id, wanted) or kept.ticket(it.id, f"{repo}#{wanted}")
    if ticket is None:
        service = PROVIDERS[it.provider].name
        raise _refused(f"Error Communicating with {service} (HTTP 404): Issue does not exist")
    if any(each.key == ticket.key for each in kept.tickets_of(issue.number, it.id)):
        raise _refused("That issue is already linked")
    return _linked(call, issue, ticket, new=False)


def unlink(call: Call) -> Response:
    """Break a link. https://docs.sentry.io/api/integration/delete-an-external-issue/."""
    issue, it = call.issue, _tracker(call)
    wanted = call.query.get("externalIssue")
    if not wanted:
        raise bad_request("External ID required")
    own = call.world.integrations.tickets_of(issue.number, it.id)
    ticket = next((each for each in own if each.id == wanted), None)
    if ticket is None:
        raise not_found()
    call.world.integrations.unlink(ticket)
    return gone()


def _tracker(call: Call) -> Integration:
    it = integration_of(call)
    if not tracks(it):
        raise bad_request("This feature is not supported for this integration.")
    return it


def _linked(call: Call, issue: Issue, ticket: Ticket, *, new: bool) -> Response:
    it = integration_of(call)
    made = call.world.integrations.link(ticket, issue.number)
    data: Json = {
        "title": ticket.title,
        "provider": PROVIDERS[it.provider].name,
        "location": ticket.url,
        "label": ticket.key,
        "new": new,
    }
    call.world.note(issue, "create_issue", user=call.token.user, data=data)
    return JSONResponse(made_json(made), 201)


def _refused(said: str) -> Refusal:
    return Refusal(400, {"non_field_errors": [said]})


def _check(told: Json, form: Sequence[Json]) -> None:
    """Refuse what the form that Sentry shows would not let through."""
    require(told, *(field["name"] for field in form if field.get("required")))
    for field in form:
        name = field["name"]
        values = _values(told.get(name))
        valid = {choice for choice, _ in field.get("choices", ())}
        if valid and not valid.issuperset(values):
            raise invalid(**{name: f'"{told[name]}" is not a valid choice.'})


def _values(given: object) -> list[str]:
    values = given if is_list(given) else [given]
    return [text(each) for each in values if text(each)]


def _opened(call: Call, it: Integration, told: Json) -> Ticket:
    """Open a ticket at the service, with its next number."""
    at = call.world.next_id(400)
    key = _key(it, told, at)
    path = f"browse/{key}" if it.provider == "jira" else key.replace("#", "/issues/")
    host = it.domain.split("/")[0] or f"{it.provider}.test"
    return Ticket(
        str(call.world.next_id(9_500)),
        0,
        it.id,
        key,
        f"https://{host}/{path}",
        text(told.get("title")),
        text(told.get("description")),
    )


def _key(it: Integration, told: Json, at: int) -> str:
    """Write a key as the service does: `PAY-431` by the label of the project, or `repo#212`."""
    if it.provider == "jira":
        label = dict(it.choices.get("project", ())).get(text(told.get("project")), "TASK")
        return f"{label.split()[0]}-{at}"
    return f"{text(told.get('repo')) or it.name}#{at}"


def save_of_app(call: Call) -> Response:
    """Link a ticket of an app, or change the link that the app has made.

    https://docs.sentry.io/api/integration/create-or-update-an-external-issue/
    """
    app, org = _installed(call)
    told = body(call)
    issue = call.world.issue(org, text(told.get("issueId")) or "-")
    if issue is None:
        raise not_found()
    require(told, "webUrl", "project", "identifier")
    kept = call.world.integrations
    before = next(iter(kept.tickets_of(issue.number, app.slug)), None)
    number = before.id if before else str(call.world.next_id(9_500))
    key = f"{told['project']}#{told['identifier']}"
    made = Ticket(number, issue.number, app.slug, key, text(told["webUrl"]))
    kept.tickets = [each for each in kept.tickets if each != before] + [made]
    return JSONResponse(app_ticket_json(made))


def remove_of_app(call: Call) -> Response:
    """Break the link that an app has made.

    https://docs.sentry.io/api/integration/delete-an-external-issue/
    """
    app, _ = _installed(call)
    kept, wanted = call.world.integrations, call.part("ticket")
    own = (each for each in kept.tickets if each.source == app.slug and each.issue)
    ticket = next((each for each in own if each.id == wanted), None)
    if ticket is None:
        raise not_found()
    kept.unlink(ticket)
    return gone()


def _installed(call: Call) -> tuple[App, str]:
    """Find the app of the installation, and the organization that it is in."""
    wanted = call.part("installation")
    for app in call.world.integrations.apps:
        if installation_uuid(app) != wanted:
            continue
        for org in map(call.world.organizations.get, app.installed):
            if org is not None and call.may_enter(org):
                return app, org.slug
        raise forbidden()
    raise not_found()
