"""Routes about the services that events are sent on to."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from dexter_mcp.simulator.intake.loose import is_mapping
from dexter_mcp.simulator.memory.outgoing import Forwarder
from dexter_mcp.simulator.routes import fields
from dexter_mcp.simulator.routes.endpoint import Call, endpoint
from dexter_mcp.simulator.routes.refusals import Refusal, not_found
from dexter_mcp.simulator.routes.writing import body, choose, gone, invalid, require
from dexter_mcp.simulator.shapes.forwarding import forwarder_json
from dexter_mcp.simulator.telling.story import Json
from dexter_mcp.simulator.world import World

_NAMES: Mapping[str, str] = MappingProxyType(
    {"segment": "Segment", "sqs": "SQS", "splunk": "Splunk"}
)
_QUEUE = (
    "queue_url must be a valid SQS URL format: https://sqs.region.amazonaws.com/account/queue-name"
)
_TOKEN = re.compile(r"[a-zA-Z0-9-]+")
_RULES: Mapping[str, Mapping[str, tuple[Callable[[str], object], str]]] = MappingProxyType(
    {
        "segment": {
            "write_key": (
                re.compile(r"[a-zA-Z0-9_-]+").fullmatch,
                "write_key must be a valid Segment write key format",
            )
        },
        "sqs": {
            "queue_url": (re.compile(r"https://[^/\s]+/\S+").fullmatch, _QUEUE),
            "region": (
                re.compile(r"[a-z0-9-]+").fullmatch,
                "region must be a valid AWS region format",
            ),
            "access_key": (str.strip, "access_key must be a non-empty string"),
            "secret_key": (str.strip, "secret_key must be a non-empty string"),
        },
        "splunk": {
            "instance_URL": (
                re.compile(r"https?://[a-zA-Z0-9.-]+(?::\d+)?(?:/.*)?").fullmatch,
                "instance_URL must be a valid URL starting with http:// or https://",
            ),
            "index": (str.strip, "index must be a non-empty string"),
            "source": (str.strip, "source must be a non-empty string"),
            "token": (_TOKEN.fullmatch, "token must be a valid Splunk HEC token format"),
        },
    }
)
"""The fields that each provider's settings need, and how a wrong one is refused."""
_NOTHING = (
    "Must specify provider, config, project_ids, etc. for main config update, "
    "'project_ids' for bulk enrollment, or 'project_id' for single project update."
)
_BOTH = (
    "Cannot specify both 'project_ids' and 'project_id'. Use 'project_ids' for bulk enrollment "
    "or 'project_id' with 'overrides' for single project update."
)


def routes(world: World) -> list[BaseRoute]:
    """Serve the forwarders of `world`."""
    forwarders = "/organizations/{org}/forwarding/"
    one = f"{forwarders}{{forwarder}}/"
    return [
        endpoint(world, forwarders, "forwarding", GET=_listing, POST=_create),
        endpoint(world, one, "forwarding", PUT=_update, DELETE=_delete),
    ]


def _listing(call: Call) -> Response:
    return JSONResponse([forwarder_json(call, each) for each in _own(call)])


def _create(call: Call) -> Response:
    told, number = body(call), str(call.world.next_id(300))
    now = call.world.now()
    made = Forwarder(number, call.org.slug, "sqs", {}, now, _enrolled(call, told, []))
    _configure(call, made, told)
    call.world.outgoing.forwarders.append(made)
    return JSONResponse(forwarder_json(call, made), 201)


def _update(call: Call) -> Response:
    """Replace the settings; where the body isn't them, change what it says of projects."""
    forwarder, told = _asked(call), body(call)
    if "project_ids" in told and "project_id" in told:
        return JSONResponse([_BOTH], 400)
    enrolled = _enrolled(call, told, forwarder.projects)
    try:
        _configure(call, forwarder, told)
    except Refusal:
        if "project_id" in told:
            _override(call, forwarder, told)
        elif "project_ids" not in told:
            return JSONResponse([_NOTHING], 400)
    if "project_ids" in told:
        forwarder.projects = enrolled
    forwarder.updated = call.world.now()
    return JSONResponse(forwarder_json(call, forwarder))


def _delete(call: Call) -> Response:
    call.world.outgoing.forwarders.remove(_asked(call))
    return gone()


def _own(call: Call) -> list[Forwarder]:
    return [each for each in call.world.outgoing.forwarders if each.org == call.org.slug]


def _asked(call: Call) -> Forwarder:
    found = next((each for each in _own(call) if each.id == call.part("forwarder")), None)
    if found is None:
        raise not_found()
    return found


def _configure(call: Call, forwarder: Forwarder, told: Json) -> None:
    """Take over a whole configuration; an organization has one forwarder for each provider."""
    require(told, "provider")
    choose(told, "provider", _NAMES)
    provider, config = told["provider"], told.get("config", {})
    if not is_mapping(config):
        raise invalid(config="Value must be valid JSON.")
    _check(provider, config)
    if any(each.provider == provider and each is not forwarder for each in _own(call)):
        taken = f"A DataForwarder with provider '{provider}' already exists for this organization."
        raise invalid(non_field_errors=taken)
    is_enabled = fields.truth(told, "is_enabled", usual=True)
    forwarder.enrolls_new = fields.truth(told, "enroll_new_projects", usual=False)
    forwarder.enabled, forwarder.provider = is_enabled, provider
    forwarder.config = {key: str(value) for key, value in config.items() if value is not None}


def _check(provider: str, config: Mapping[str, Any]) -> None:
    rules = _RULES[provider]
    if missing := [name for name in rules if name not in config]:
        raise invalid(config=f"Missing required {_NAMES[provider]} fields: {', '.join(missing)}")
    wrong = [said for name, (is_right, said) in rules.items() if not is_right(str(config[name]))]
    if str(config.get("queue_url", "")).endswith(".fifo") and not config.get("message_group_id"):
        wrong.append("message_group_id is required for FIFO queues")
    if wrong:
        raise Refusal(400, {"config": wrong})


def _enrolled(call: Call, told: Json, usual: list[int]) -> list[int]:
    """Read which projects' events are sent on."""
    if "project_ids" not in told:
        return usual
    wanted = [str(each) for each in fields.items(told, "project_ids")]
    known = {str(each.id): each.id for each in call.world.projects_of(call.org.slug)}
    said = "Invalid project IDs for this organization:"
    fields.none_but("project_ids", wanted, known, said)
    return [known[each] for each in dict.fromkeys(wanted)]


def _override(call: Call, forwarder: Forwarder, told: Json) -> None:
    """Change what differs for one project, and whether its events are sent on."""
    number, overrides = fields.number(told, "project_id"), told.get("overrides", {})
    project = call.world.project(call.org.slug, str(number))
    if number is None or project is None:
        raise invalid(project_id="Project with this ID does not exist")
    if not is_mapping(overrides):
        raise invalid(overrides="Value must be valid JSON.")
    is_enrolled = fields.truth(told, "is_enabled", usual=True)
    others = [each for each in forwarder.projects if each != number]
    forwarder.projects = [*others, number] if is_enrolled else others
    forwarder.overrides[number] = {key: str(value) for key, value in overrides.items()}
