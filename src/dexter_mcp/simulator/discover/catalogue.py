"""Which datasets there are, under which names."""

from collections.abc import Collection, Mapping

from dexter_mcp.simulator.discover.columns import Dataset
from dexter_mcp.simulator.discover.events import DISCOVER, ERRORS, ISSUES, TRANSACTIONS
from dexter_mcp.simulator.discover.items import LOGS, METRICS, PROFILES, SPANS, UPTIME
from dexter_mcp.simulator.search.values import SearchError

DATASETS: Mapping[str, Dataset] = {
    "discover": DISCOVER,
    "errors": ERRORS,
    "transactions": TRANSACTIONS,
    "metricsEnhanced": TRANSACTIONS,
    "spans": SPANS,
    "logs": LOGS,
    "ourlogs": LOGS,
    "tracemetrics": METRICS,
    "issuePlatform": ISSUES,
    "profile_functions": PROFILES,
    "profileFunctions": PROFILES,
    "uptime_results": UPTIME,
    "uptimeChecks": UPTIME,
}
DEFAULT = "discover"


def dataset(name: str, offered: Collection[str]) -> Dataset:
    """Find a dataset among those that a server offers; none named means all.

    Raises `SearchError` with Sentry's text.
    """
    known = [known for known in DATASETS if not offered or known in offered]
    if name not in known:
        raise SearchError(f"dataset must be one of: {', '.join(known)}")
    return DATASETS[name]
