"""Why Sentry could or could not map a JavaScript event's frames back to their source.

There are three ways, tried in this order: by debug ids inside the files, by the artifacts of the
event's release, and by fetching the files from where they are served.
"""

from typing import Literal

from pydantic import Field

from dexter_mcp.sentry.api import MINUTE, Api
from dexter_mcp.sentry.reply import Reply
from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.sentry.wire import path

FOUND = "found"


class ByDebugId(Reply):
    """What came of looking a file up by the debug id that the event gives for it."""

    debug_id: Untrusted = Field(default=Untrusted(), alias="debug_id")
    uploaded_source_file_with_correct_debug_id: bool = Field(
        default=False, alias="uploaded_source_file_with_correct_debug_id"
    )
    uploaded_source_map_with_correct_debug_id: bool = Field(
        default=False, alias="uploaded_source_map_with_correct_debug_id"
    )

    @property
    def works(self) -> bool:
        """Whether the file and its map are there."""
        return (
            self.uploaded_source_file_with_correct_debug_id
            and self.uploaded_source_map_with_correct_debug_id
        )


class ByRelease(Reply):
    """What came of looking a file up by its name; the results are found, wrong-dist, unsuccessful.

    `source_map_reference` is what the file says of its map.
    """

    abs_path: Untrusted = Field(default=Untrusted(), alias="abs_path")
    matching_source_file_names: tuple[Untrusted, ...] = Field(
        default=(), alias="matching_source_file_names"
    )
    matching_source_map_name: Untrusted = Field(
        default=Untrusted(), alias="matching_source_map_name"
    )
    source_map_reference: Untrusted = Field(default=Untrusted(), alias="source_map_reference")
    source_file_lookup_result: str = Field(default="", alias="source_file_lookup_result")
    source_map_lookup_result: str = Field(default="", alias="source_map_lookup_result")

    @property
    def works(self) -> bool:
        """Whether the file and its map were found."""
        return self.source_file_lookup_result == self.source_map_lookup_result == FOUND


class Fetched(Reply):
    """What came of fetching a file: success, not_attempted or failure, and then why."""

    url: Untrusted = Untrusted()
    status: str = ""
    reason: str = ""
    details: Untrusted = Untrusted()


class ByFetching(Reply):
    """What came of fetching a file and its map."""

    source_file: Fetched | None = Field(default=None, alias="source_file")
    source_map: Fetched | None = Field(default=None, alias="source_map")

    @property
    def works(self) -> bool:
        """Whether both came."""
        return all(
            each and each.status == "success" for each in (self.source_file, self.source_map)
        )


class FrameDebug(Reply):
    """What came of each way for one frame."""

    debug_id_process: ByDebugId = Field(default=ByDebugId(), alias="debug_id_process")
    release_process: ByRelease | None = Field(default=None, alias="release_process")
    scraping_process: ByFetching = Field(default=ByFetching(), alias="scraping_process")

    @property
    def works(self) -> Literal["debug id", "release", "fetching", ""]:
        """Name the first way that leads to the source; empty if none does."""
        if self.debug_id_process.works:
            return "debug id"
        if self.release_process and self.release_process.works:
            return "release"
        return "fetching" if self.scraping_process.works else ""


class ExceptionDebug(Reply):
    """The frames of one exception, the oldest first."""

    frames: tuple[FrameDebug, ...] = ()


class SourceMapDebug(Reply):
    """All that Sentry knows of an event's source maps.

    `sdk_debug_id_support` is full, needs-upgrade, not-supported or unofficial-sdk.
    """

    dist: Untrusted = Untrusted()
    release: Untrusted = Untrusted()
    exceptions: tuple[ExceptionDebug, ...] = ()
    has_debug_ids: bool = Field(default=False, alias="has_debug_ids")
    min_debug_id_sdk_version: str = Field(default="", alias="min_debug_id_sdk_version")
    sdk_version: Untrusted = Field(default=Untrusted(), alias="sdk_version")
    project_has_some_artifact_bundle: bool = Field(
        default=False, alias="project_has_some_artifact_bundle"
    )
    release_has_some_artifact: bool = Field(default=False, alias="release_has_some_artifact")
    has_uploaded_some_artifact_with_a_debug_id: bool = Field(
        default=False, alias="has_uploaded_some_artifact_with_a_debug_id"
    )
    sdk_debug_id_support: str = Field(default="", alias="sdk_debug_id_support")
    has_scraping_data: bool = Field(default=False, alias="has_scraping_data")


class SourceMaps:
    """What one can ask about source maps."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def debug(self, org: str, project: str, event: str) -> SourceMapDebug:
        """Read why source maps did or did not apply to an event.

        https://docs.sentry.io/api/events/get-debug-information-related-to-source-maps-for-a-given-event/
        """
        return await self._api.get(
            SourceMapDebug,
            path("projects", org, project, "events", event, "source-map-debug"),
            fresh_for=MINUTE,
            absent_for=MINUTE,
        )
