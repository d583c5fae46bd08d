"""An operation that changes Sentry, with everything that is sent for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from dexter_mcp.sentry.catalogue.operations import Operation, operation_named
from dexter_mcp.sentry.catalogue.questions import filled

FORMS: Final = frozenset({"upload_release_file", "upload_project_release_file"})
"""The operations that take a file, and so a form."""
OPEN: Final = frozenset({"create_external_ticket", "link_external_ticket"})
"""The operations whose body holds what a service elsewhere wants, besides what is published."""


@dataclass(frozen=True)
class Order:
    """One request that changes Sentry, as plain data: it can be kept, and sent after a restart."""

    operation: str
    places: Mapping[str, str] = field(default_factory=dict[str, str])
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    body: Mapping[str, Any] | None = None

    @property
    def facts(self) -> Operation:
        """Give what is known about the operation."""
        return operation_named(self.operation)

    @property
    def path(self) -> str:
        """Fill in the path.

        Raises:
            Invalid: A part of it is no identifier.
        """
        return filled(self.facts, self.places)

    @property
    def told(self) -> Mapping[str, Any]:
        """Give the fields that it sets, none where it has no body."""
        return self.body or {}
