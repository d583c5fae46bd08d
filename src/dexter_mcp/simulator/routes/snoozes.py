"""Muting rules, for oneself or for everyone, on servers that know rules.

Unpublished; Sentry's own pages use it.
"""

from starlette.responses import JSONResponse, Response

from dexter_mcp.simulator.memory.alerts import Alert, Monitor
from dexter_mcp.simulator.routes.alert_bodies import creator, told
from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.finding_alerts import metrics_of, rules_of
from dexter_mcp.simulator.routes.refusals import Refusal, not_found
from dexter_mcp.simulator.routes.writing import choose, gone, require
from dexter_mcp.simulator.shapes.alerts import user_id
from dexter_mcp.simulator.shapes.times import iso
from dexter_mcp.simulator.telling.story import Json

_EVERYONE = ""


def mute_rule(call: Call) -> Response:
    """Mute an issue alert rule."""
    rule = _rule(call)
    return _mute(call, rule, {"ruleId": rule.id, "alertRuleId": None})


def unmute_rule(call: Call) -> Response:
    """Let an issue alert rule speak again."""
    return _unmute(call, _rule(call))


def mute_metric(call: Call) -> Response:
    """Mute a metric alert rule."""
    rule = _metric(call)
    return _mute(call, rule, {"ruleId": None, "alertRuleId": rule.id})


def unmute_metric(call: Call) -> Response:
    """Let a metric alert rule speak again."""
    return _unmute(call, _metric(call))


def _rule(call: Call) -> Alert:
    found = next((one for one in rules_of(call) if str(one.id) == call.part("rule")), None)
    if found is None:
        raise not_found("Rule does not exist")
    return found


def _metric(call: Call) -> Monitor:
    own = (one for one in metrics_of(call) if one.project == call.project.id)
    found = next((one for one in own if str(one.id) == call.part("rule")), None)
    if found is None:
        raise not_found("Rule does not exist")
    return found


def _mute(call: Call, rule: Alert | Monitor, which: Json) -> Response:
    fields = told(call)
    require(fields, "target")
    choose(fields, "target", ("me", "everyone"))
    me, until = creator(call), fields.get("until")
    whom = me if fields["target"] == "me" else _EVERYONE
    if whom in rule.snoozes:
        said = "RuleSnooze already exists for this rule and scope."
        raise Refusal(410, {"detail": said})
    rule.snoozes |= {whom}
    mine, number = whom != _EVERYONE, int(user_id(call, me) or 0)
    shape: Json = {
        "ownerId": number or None,
        "userId": number if mine else "everyone",
        "until": until or "forever",
        "dateAdded": iso(call.world.now()),
    }
    return JSONResponse(shape | which, 201)


def _unmute(call: Call, rule: Alert | Monitor) -> Response:
    """Take back what was muted for everyone and for the caller."""
    taken = rule.snoozes & {_EVERYONE, creator(call)}
    if not taken:
        raise not_found("This rulesnooze object doesn't exist.")
    rule.snoozes -= taken
    return gone()
