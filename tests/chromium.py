"""Where a browser is, if the machine has one and there is something to drive it with."""

import shutil
from importlib.util import find_spec
from typing import Final

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM: Final = next(filter(None, map(shutil.which, _NAMES)), "")
MISSING: Final = "Chromium" if not CHROMIUM else "" if find_spec("playwright") else "playwright"
"""What keeps the interactive view from being tried in a browser."""
