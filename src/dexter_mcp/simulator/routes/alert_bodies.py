"""What the bodies of alerts, monitors and rules have in common, and how Sentry refuses them."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from dexter_mcp.simulator.intake.loose import is_list, is_mapping
from dexter_mcp.simulator.memory.alerts import Alert
from dexter_mcp.simulator.routes import fields
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.refusals import Refusal, bad_request
from dexter_mcp.simulator.routes.writing import body, invalid, require
from dexter_mcp.simulator.telling.story import Json

_ASKED_BY = ("id", "query", "project", "projectSlug")


def told(call: Call) -> Json:
    """Read a body whose keys may be in snake_case or in camelCase."""
    return camelled(body(call))


def camelled(value: object) -> Any:
    """Write all keys in camelCase, as Sentry answers with them."""
    if is_list(value):
        return [camelled(each) for each in value]
    if not is_mapping(value):
        return value
    return {camel(str(key)): camelled(each) for key, each in value.items()}


def camel(key: str) -> str:
    """Write one key in camelCase."""
    return re.sub(r"(?<=[a-z0-9])_([a-z0-9])", lambda found: found[1].upper(), key)


@contextmanager
def within(field: str) -> Generator[None]:
    """Let what is refused inside be a complaint about a field."""
    try:
        yield
    except Refusal as refusal:
        raise Refusal(refusal.status, {field: refusal.body}) from None


def whole(said: str) -> Refusal:
    """Refuse a body for what its fields are together."""
    return invalid(nonFieldErrors=said)


def name(told: Json, longest: int) -> str:
    """Read the name, which must be there."""
    require(told, "name")
    return fields.text(told, "name", longest=longest)


def mapping(told: Json, key: str) -> Json:
    """Read an object; an absent one is empty."""
    if told.get(key) is None:
        return {}
    with within(key):
        return _object(told[key])


def objects(told: Json, key: str) -> list[Json]:
    """Read a list of objects; an absent one is empty."""
    return [_object(each) for each in fields.items(told, key)]


def _object(value: object) -> Json:
    if not is_mapping(value):
        raise whole(f"Invalid data. Expected a dictionary, but got {type(value).__name__}.")
    return dict(value)


def ids(told: Json, key: str) -> list[int]:
    """Read a list of ids."""
    read = [fields.number({key: each}, key) for each in fields.items(told, key)]
    return [each for each in read if each is not None]


def amount(told: Json, key: str) -> float | None:
    """Read a number, whole or not."""
    found = told.get(key)
    if found is None or (isinstance(found, int | float) and not isinstance(found, bool)):
        return found
    raise invalid(**{key: "A valid number is required."})


def environment(call: Call, told: Json, refused: str) -> str:
    """Read the name of an environment; null and nothing mean all of them."""
    found = fields.text(told, "environment")
    known = {each for p in call.world.projects_of(call.org.slug) for each in p.environments}
    if found and found not in known:
        raise invalid(environment=refused)
    return found


def creator(call: Call) -> str:
    """Name who asks; a token of an organization is nobody."""
    return call.member.email if call.member else ""


def new_alert(call: Call, label: str, **more: Any) -> Alert:
    """Make an alert that the caller creates now."""
    number = call.world.next_id(6_000)
    made = call.world.now()
    return Alert(number, call.org.slug, label, made, created_by=creator(call), **more)


def must_ask(call: Call) -> None:
    """Refuse a bulk request that doesn't say what it is about."""
    if not any(call.query.get(key) for key in _ASKED_BY):
        raise bad_request(
            "At least one of 'id', 'query', 'project', or 'projectSlug' must be provided."
        )


def switched(call: Call) -> bool:
    """Read the body of a bulk change: on or off."""
    change = told(call)
    require(change, "enabled")
    return fields.truth(change, "enabled", usual=True)
