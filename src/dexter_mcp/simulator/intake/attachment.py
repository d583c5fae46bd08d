"""Files that an SDK sends along with an event."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of an event."""

    name: str
    content: bytes
    mimetype: str
    kind: str = "event.attachment"
    """Sentry's attachment type, such as `event.minidump`."""
