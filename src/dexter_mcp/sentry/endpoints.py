"""The classes of endpoints for which Sentry keeps a limit of their own.

An endpoint that sets its own limit has a bucket to itself, for each caller and method; all others
share one bucket for each method. A call names its class as `bucket`, so that a search that is used
up holds up nothing else. https://docs.sentry.io/api/ratelimits/
"""

from typing import Final

ISSUE_LIST: Final = "issue list"
"""The issues of an organization; also the writes to many of them at once."""
ISSUE: Final = "issue"
"""One issue, read, changed or deleted."""
ISSUE_COUNTS: Final = "issue counts"
ISSUE_EVENT: Final = "issue event"
"""One event of an issue, whichever way it is named."""
TAG_VALUES: Final = "tag values"
EVENT_LOOKUP: Final = "event lookup"
"""The strictest of all: one a second."""
PROJECT_EVENTS: Final = "project events"
EVENTS: Final = "events"
"""The table of events that a query makes, whatever the data set."""
TIME_SERIES: Final = "time series"
USAGE: Final = "usage"
"""What was sent and what was dropped, `stats_v2`."""
