"""Where Sentry's published description of its API is, if it is at hand: not in this repository."""

from pathlib import Path

DESCRIPTION = Path(__file__).parents[2] / "shared" / "sentry" / "openapi-structure.json"
