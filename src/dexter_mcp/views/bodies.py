"""Examples of what stands inside the fields of a body, where a name and a type don't tell enough.

Keyed by the field, or by the kind of thing and the field where one name means several things.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dexter_mcp.sentry.catalogue import Operation, Parameter

_STEP: Final = (
    '[{"op": "add", "path": "members", "value": [{"value": "501"}]}, '
    '{"op": "remove", "path": "members[value eq \\"502\\"]"}]'
)
_COMMITS: Final = (
    '[{"id": "<sha>", "repository": "acme/shop", "message": "fix: wait", '
    '"author_email": "mira@acme.test", "timestamp": "2026-08-12T09:30:00Z"}]'
)
_MAIL: Final = (
    '{"type": "email", "config": {"targetType": "issue_owners"}, '
    '"data": {"fallthroughType": "ActiveMembers"}}'
)

_EXAMPLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "monitor.config": (
            '{"schedule_type": "crontab", "schedule": "0 2 * * *", "timezone": "Europe/Oslo", '
            '"checkin_margin": 5, "max_runtime": 30}, or "schedule_type": "interval", '
            '"schedule": [10, "minute"]; margin and runtime in minutes'
        ),
        "widgets": (
            '[{"id": "91"}, {"title": "Errors by release", "display_type": "line", '
            '"widget_type": "error-events", "interval": "1h", "queries": [{"name": "", '
            '"fields": ["release", "count()"], "aggregates": ["count()"], "columns": ["release"], '
            '"conditions": "level:error", "orderby": "-count()"}], '
            '"layout": {"x": 0, "y": 0, "w": 3, "h": 2, "min_h": 2}}]; display_type: line, area, '
            "bar, table, big_number, top_n, text; widget_type: error-events, spans, "
            "transaction-like, issue, logs; widgets not in the list go, {id} alone keeps one"
        ),
        "dashboard.filters": '{"release": ["shop@1.2.0"]}',
        "permissions": '{"is_editable_by_everyone": false, "teams_with_edit_access": [71]}',
        "statusDetails": '{"inNextRelease": true}, or {"ignoreCount": 100, "ignoreWindow": 60}',
        "sentry_app.schema": '{"elements": []}',
        "data_forwarder.config": (
            'for segment {"write_key": …}; for sqs {"queue_url": …, "region": …, "access_key": …, '
            '"secret_key": …}; for splunk {"instance_url": …, "index": …, "source": …, "token": …}'
        ),
        "detector.config": (
            '{"detectionType": "percent", "comparisonDelta": 86400}; static, percent (150 is half '
            "as much again as before), dynamic"
        ),
        "condition_group": (
            '{"logic_type": "any", "conditions": [{"type": "gt", "comparison": 100, '
            '"conditionResult": 75}, {"type": "lte", "comparison": 40, "conditionResult": 0}]}; '
            "75 high, 50 medium, 0 resolved, which there must be"
        ),
        "workflow.config": '{"frequency": 30}; minutes: 0, 5, 10, 30, 60, 180, 720, 1440',
        "triggers": (
            '{"logic_type": "any-short", "conditions": [{"type": "first_seen_event", '
            '"comparison": true, "conditionResult": true}]}'
        ),
        "action_filters": (
            '[{"logic_type": "all", "conditions": [{"type": "level", "comparison": {"level": 40, '
            f'"match": "gte"}}, "conditionResult": true}}], "actions": [{_MAIL}]}}]'
        ),
        "trustedRelays": '[{"name": "relay-1", "public_key": "…", "description": "own relay"}]',
        "teamRoles": (
            '[{"teamSlug": "payments", "role": null}]; role: contributor, admin or null; teams '
            "not in the list are left"
        ),
        "highlightContext": '{"user": ["id", "email"]}',
        "rateLimit": '{"count": 100, "window": 60}; window in seconds',
        "dynamicSdkLoaderOptions": '{"hasReplay": true, "hasPerformance": false}',
        "layout": '{"type": "native", "casing": "default"}',
        "symbol_source.filters": '{"filetypes": ["pe", "pdb"], "path_patterns": ["*/app/*"]}',
        "commits": _COMMITS,
        "headCommits": '[{"repository": "acme/shop", "currentId": "<sha>", "previousId": "<sha>"}]',
        "refs": '[{"repository": "acme/shop", "commit": "<sha>", "previousCommit": "<sha>"}]',
        "data": (
            '{"rangeStart": "2026-08-11T00:00:00Z", "rangeEnd": "2026-08-12T00:00:00Z", '
            '"environments": ["production"], "query": "user.email:*@acme.test"}'
        ),
        "group.Operations": f"{_STEP}; a new name: op replace, path displayName",
        "user.Operations": (
            '[{"op": "replace", "value": {"sentryOrgRole": "admin"}}]; "path": "active", '
            '"value": false lets them go'
        ),
        "images": '{"cart.png": {"width": 100, "height": 200, "content_hash": "77aa"}}',
        "conditions": (
            '[{"id": "sentry.rules.conditions.first_seen_event.FirstSeenEventCondition"}]'
        ),
        "actions": (
            '[{"id": "sentry.mail.actions.NotifyEmailAction", "targetType": "IssueOwners"}]'
        ),
        "issue_alert_rule.filters": (
            '[{"id": "sentry.rules.filters.level.LevelFilter", "match": "gte", "level": "40"}]'
        ),
    }
)


def example(operation: Operation, field: Parameter) -> str:
    """Give an example of a field of a body; empty where its type tells enough."""
    whole = f"{operation.name}.{field.name}"
    ends = (key for key in _EXAMPLES if whole.endswith((f"_{key}", f".{key}")))
    return next((_EXAMPLES[key] for key in ends), "")
