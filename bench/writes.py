"""Is a write in a storm ever carried out twice, or not as it was told?"""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import anyio

from candidates import surroundings
from sentry import Sentry
from writer import Told

_SCRIPT = Path(__file__).with_name("writer.py")


@dataclass(frozen=True)
class Writes:
    """What was told of each write, and how often Sentry carried it out."""

    told: Told
    entries: Mapping[str, int]

    @property
    def count(self) -> int:
        """Count all that were asked for."""
        return len(self.told.done) + len(self.told.refused) + len(self.told.unclear)

    @property
    def twice(self) -> int:
        """Count those that were carried out more than once."""
        return sum(times > 1 for times in self.entries.values())

    @property
    def untrue(self) -> int:
        """Count those that were not done although it was said, or done although it was denied."""
        missing = sum(text not in self.entries for text in self.told.done)
        return missing + sum(text in self.entries for text in self.told.refused)


async def writes(sentry: Sentry, count: int) -> Writes:
    """Write from a process of its own, and compare what it was told with Sentry's ledger."""
    environment = surroundings({**sentry.environment, "DEXTER_REQUESTS_PER_SECOND": "1000"})
    command = [sys.executable, str(_SCRIPT), sentry.told.ledger, str(count)]
    result = await anyio.run_process(command, env=environment, stderr=subprocess.DEVNULL)
    told = Told.model_validate_json(result.stdout)
    return Writes(told, await sentry.ledger())
