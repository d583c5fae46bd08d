"""What the routes that change the world share: reading a body, and refusing one."""

import json
from collections.abc import Iterable

from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.intake.loose import is_mapping
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.refusals import Refusal, bad_request
from dexter_mcp.simulator.telling.story import Json

REQUIRED = "This field is required."
BLANK = "This field may not be blank."


def body(call: Call) -> Json:
    """Read what is to be, which must be a JSON object; an empty body is an empty one."""
    try:
        told = json.loads(call.body or b"{}")
    except ValueError as error:
        raise bad_request(f"JSON parse error - {error}") from None
    if not is_mapping(told):
        raise Refusal(400, {"nonFieldErrors": ["Invalid data. Expected a dictionary."]})
    return dict(told)


def invalid(**fields: str) -> Refusal:
    """Refuse a body as Sentry's serializers do: a list of complaints for each field."""
    return Refusal(400, {name: [said] for name, said in fields.items()})


def require(told: Json, *names: str) -> None:
    """Refuse a body that lacks one of the fields."""
    if missing := [name for name in names if told.get(name) is None]:
        raise invalid(**dict.fromkeys(missing, REQUIRED))
    if blank := [name for name in names if told[name] == ""]:
        raise invalid(**dict.fromkeys(blank, BLANK))


def choose(told: Json, name: str, allowed: Iterable[object]) -> None:
    """Refuse a value that is none of those allowed; an absent field is fine."""
    if name in told and told[name] not in (valid := list(allowed)) and valid:
        raise invalid(**{name: f'"{told[name]}" is not a valid choice.'})


def conflict(detail: str) -> Refusal:
    """Refuse because something of that name is there already."""
    return Refusal(409, {"detail": detail})


def gone() -> Response:
    """Answer a deletion that is done."""
    return Response(None, 204)


def accepted(told: Json | None = None) -> Response:
    """Answer a write that Sentry carries out by and by."""
    return Response(None, 202) if told is None else JSONResponse(told, 202)
