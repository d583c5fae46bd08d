"""A real browser, where the machine has one and something to drive it with."""

import shutil
from importlib.util import find_spec
from typing import Final

import pytest

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM: Final = next(filter(None, map(shutil.which, _NAMES)), "")
_DRIVEN: Final = bool(CHROMIUM and find_spec("playwright"))

collect_ignore_glob = [] if _DRIVEN else ["test_*.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what could not be checked."""
    if not _DRIVEN:
        missing = "playwright" if CHROMIUM else "Chromium"
        terminalreporter.write_line(
            f"There is no {missing}: the interactive view of charts was not tried in a browser."
        )


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser is."""
    return CHROMIUM
