"""Sentry's published description, where it is at hand, as the judge of what the simulator says.

The description isn't part of this repository. Where it is absent, nothing is known to be wrong.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, ValidationError

from description import DESCRIPTION
from dexter_mcp.simulator.intake.loose import is_list, is_mapping
from dexter_mcp.simulator.telling.story import Json

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

ORG = "/api/0/organizations/{organization_id_or_slug}/"
PROJECT = "/api/0/projects/{organization_id_or_slug}/{project_id_or_slug}/"

OPTIONAL: Mapping[str, frozenset[str]] = {
    # Described as one object, but servers send a list; the unit of an interval as a number.
    f"{ORG}monitors/": frozenset({"environments", "config"}),
    f"{ORG}monitors/{{monitor_id_or_slug}}/": frozenset({"environments", "config"}),
    f"{PROJECT}monitors/{{monitor_id_or_slug}}/": frozenset({"environments", "config"}),
    f"{ORG}issues/": frozenset(
        {
            "inbox",  # nothing, where an issue is not in it
            "owners",  # described as one object, but servers send a list
            "sessionCount",  # only for projects that send sessions
            "derivedData",  # servers of today don't send it yet
            "matchingEventId",  # only when the query was an event's id
            "matchingEventEnvironment",
        }
    ),
}
"""What the description calls required and servers leave out, or send in another form."""

LISTS = frozenset({f"{ORG}notifications/actions/"})
"""What the description takes for one thing and servers answer with a list of such things."""


PASSED: tuple[str, ...] = (
    # An update says what changes, whatever the description calls required.
    r"PUT \S+/issues/(\{issue_id\}/)? \S+: '\w+' is a required property",
    r"PUT \S+/monitors/\{monitor_id_or_slug\}/ \$: '\w+' is a required property",
    # What only enrolls projects must not look like a whole configuration.
    r"PUT \S+/forwarding/\S+ \$: '(organization_id|provider)' is a required property",
    # Sentry's own command line archives releases so.
    r"PUT \S+/releases/\{version\}/ does not take status",
    # Left out of the description because spike protection needs none of it.
    r"(POST|PUT) \S+/notifications/actions/\S* does not take (target_type|sentry_app_id)",
    # Left out of the description, which describes the second version alone.
    r"(POST|PUT) \S+/discover/saved/\S* does not take (version|widths)",
    # Each tracker has fields of its own.
    r"(POST|PUT) \S+/integrations/\{integration_id\}/ does not take .*",
    # Alerts, monitors and dashboards may be spelt in either way.
    r"(POST|PUT) \S+/(workflows|detectors)/\S* \S+: 'logic_type' is a required property",
    r"(POST|PUT) \S+/dashboards/\S* \$\.permissions: .*'isEditableByEveryone'.*",
    # This mark stands for the secret that is kept.
    r"PUT \S+/symbol-sources/ \S+: \{'hidden-secret': True\} is not of type 'string'",
    # Servers take any version that they offer; the description names some.
    r"PUT \S+/keys/\{key_id\}/ \$\.browserSdkVersion: '\d+\.x' is not one of .*",
    # Nothing takes a limit away.
    r"PUT \S+/keys/\{key_id\}/ \$\.rateLimit: None is not of type 'object'",
    # Serializers read a number from a text.
    r"\w+ \S+ \S+: '\d+' is not of type 'integer'",
    # A new name comes as it is, as Azure sends it.
    r"PATCH \S+/scim/v2/Groups/\S+ \$\.Operations\[\d+\]\.value: .*",
)
"""Complaints about requests that servers take all the same."""


@cache
def described() -> Json:
    """Read the description; without one it describes nothing."""
    return json.loads(DESCRIPTION.read_text("utf-8")) if DESCRIPTION.exists() else {"paths": {}}


def complaint(path: str, reply: Json | list[Any], method: str = "get") -> str:
    """Say what is wrong with a reply to a request of a published path; empty if nothing is."""
    schema = _reply_schema(path, method)
    if schema is None:
        return ""
    try:
        _judge(schema).validate(reply)
    except ValidationError as error:
        return f"{error.json_path}: {error.message[:200]}"
    return ""


def complaint_of_request(method: str, path: str, body: bytes) -> str:
    """Say what is wrong with what was sent to a server; empty if nothing is, or nobody knows.

    Fields that the description does not know are wrong too: a server passes over them silently.
    """
    place = _described_path(method, path)
    schema = _request_schema(place, method)
    if schema is None:
        return ""
    told = json.loads(body or b"{}")
    complaints = [
        *(f"does not take {name}" for name in sorted(set(told) - set(schema["properties"]))),
        *(f"{each.json_path}: {each.message[:200]}" for each in _judge(schema).iter_errors(told)),
    ]
    found = [f"{method} {place} {each}" for each in complaints]
    return "; ".join(each for each in found if not any(re.fullmatch(p, each) for p in PASSED))


@cache
def _described_path(method: str, path: str) -> str:
    """Find under which name the description has a path; the one with the fewest blanks."""
    fitting = [
        place
        for place, methods in described()["paths"].items()
        if method.lower() in methods and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", place), path)
    ]
    return min(fitting, key=lambda place: place.count("{"), default="")


@cache
def _request_schema(place: str, method: str) -> Json | None:
    """Find the schema of a request's body; forms are not judged."""
    facts = described()["paths"].get(place, {}).get(method.lower(), {})
    content = facts.get("requestBody", {}).get("content", {}).get("application/json")
    if not content:
        return None
    return _translated(content["schema"]) | {"components": _components()}


def _judge(schema: Json) -> "Validator":
    """Take the description on trust: to check all of it costs more than to judge all replies."""
    return Draft202012Validator(schema)


def _reply_schema(path: str, method: str) -> Json | None:
    """Find the schema of a successful reply; some have none."""
    replies = described()["paths"].get(path, {}).get(method.lower(), {}).get("responses", {})
    content = next((of.get("content") for status, of in replies.items() if status[0] == "2"), None)
    if not content:
        return None
    schema = _translated(next(iter(content.values()))["schema"])
    row = schema.get("items", schema)
    for name in OPTIONAL.get(path, ()):
        if name in row.get("required", ()):
            row["required"].remove(name)
        row.get("properties", {}).pop(name, None)
    whole = {"type": "array", "items": schema} if path in LISTS else schema
    return whole | {"components": _components()}


@cache
def _components() -> Json:
    return _translated(described().get("components", {}))


def _translated(schema: object) -> Any:
    """Turn OpenAPI 3.0's `nullable` into what JSON Schema understands."""
    if is_list(schema):
        return [_translated(part) for part in schema]
    if not is_mapping(schema):
        return schema
    told = {key: _translated(value) for key, value in schema.items() if key != "nullable"}
    return {"anyOf": [told, {"type": "null"}]} if schema.get("nullable") is True else told
