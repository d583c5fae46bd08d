"""The log: one JSON object a line on standard error, and never a token in it."""

import json
import logging
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

_CREDENTIALS: Final = re.compile(
    r"(?P<bearer>(?i:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}"
    r"|sntry[a-z]?_[A-Za-z0-9._~+/=-]+"
)


def configure(level: str, *, token: str = "") -> None:
    """Send the log to standard error, and the warnings of Python with it.

    Call it before a server is built: the SDK sets the root logger up unless someone has.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(token))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    # It writes whole addresses, and queries hold what people search for. Our own lines do without.
    logging.getLogger("httpx2").setLevel(logging.WARNING)


def _facts(record: logging.LogRecord) -> Mapping[str, object]:
    """Give what a caller attached as `extra={"facts": …}`."""
    facts: Mapping[str, object] = getattr(record, "facts", {})
    return facts


class JsonLines(logging.Formatter):
    """Write a record as one line of JSON, traceback included, with credentials struck out."""

    def __init__(self, token: str = "") -> None:
        super().__init__()
        self._token = token

    def format(self, record: logging.LogRecord) -> str:
        """Strike out first and encode then, since an escape could hide a token."""
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._clean(record.getMessage()),
        }
        entry |= {key: self._clean(str(fact)) for key, fact in _facts(record).items()}
        if record.exc_info:
            entry["traceback"] = self._clean(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)

    def _clean(self, text: str) -> str:
        if self._token:
            text = text.replace(self._token, "[token]")
        return _CREDENTIALS.sub(lambda found: f"{found['bearer'] or ''}[token]", text)
