"""What a world knows around its issues: Seer's work on them, and the files that builds uploaded."""

from dataclasses import dataclass, field
from datetime import datetime

from dexter_mcp.simulator.telling.story import Json


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file of a JavaScript build, uploaded under a debug id or for a release, or both."""

    project: int
    name: str
    """Such as `~/assets/shop.js`."""
    debug_id: str = ""
    release: str = ""
    dist: str = ""
    reference: str = ""
    """What the file says of its source map; empty for a source map."""

    @property
    def is_map(self) -> bool:
        """Tell a source map from a source file."""
        return self.name.endswith(".map")


@dataclass(slots=True)
class IssueExtras:
    """Seer's runs by the number of the issue, and all files of builds.

    `started` says when somebody asked for the last run. `discarded` are the hashes, each with its
    project, of events that nobody wants to hear of again.
    """

    runs: dict[int, Json] = field(default_factory=dict[int, Json])
    started: dict[int, datetime] = field(default_factory=dict[int, datetime])
    discarded: set[tuple[int, str]] = field(default_factory=set[tuple[int, str]])
    artifacts: list[Artifact] = field(default_factory=list[Artifact])
