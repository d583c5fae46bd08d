"""Values without the secrets in them, for what is kept when a change is over."""

from typing import Any

from dexter_mcp.sentry.json_types import is_array, is_object
from dexter_mcp.views.secrets import redact, redact_value


def veiled(value: Any, name: str = "", *, longest: int | None = None) -> Any:
    """Redact secrets in every text, also for the name that it goes by, and cut long ones."""
    if is_object(value):
        return {redact(key): veiled(inner, key, longest=longest) for key, inner in value.items()}
    if is_array(value):
        return [veiled(inner, name, longest=longest) for inner in value]
    return redact(redact_value(name, value))[:longest] if isinstance(value, str) else value
