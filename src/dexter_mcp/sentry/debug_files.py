"""Debug files: what turns addresses of native and minified code back into names."""

from collections.abc import Sequence
from datetime import datetime

from dexter_mcp.sentry.api import MINUTE, Api
from dexter_mcp.sentry.reply import Page, Reply
from dexter_mcp.sentry.wire import path


class DebugFileData(Reply):
    """What kind of file it is, and what it has: `symtab`, `debug`, `unwind`, `sources`."""

    type: str = ""
    features: tuple[str, ...] = ()


class DebugFile(Reply):
    """A debug file that was uploaded. `size` is in bytes."""

    id: str
    debug_id: str = ""
    code_id: str = ""
    cpu_name: str = ""
    object_name: str = ""
    symbol_type: str = ""
    size: int = 0
    sha1: str = ""
    date_created: datetime | None = None
    data: DebugFileData = DebugFileData()


class DebugFiles:
    """What one can ask about debug files."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def list(
        self,
        org: str,
        project: str,
        *,
        query: str = "",
        debug_id: str = "",
        code_id: str = "",
        file_formats: Sequence[str] = (),
        per_page: int = 20,
        cursor: str = "",
    ) -> Page[DebugFile]:
        """List a project's debug files, newest first; `query` looks at names, ids and kinds.

        https://docs.sentry.io/api/projects/list-a-projects-debug-information-files/
        """
        return await self._api.page(
            DebugFile,
            path("projects", org, project, "files", "dsyms"),
            cursor=cursor,
            fresh_for=MINUTE,
            query=query or None,
            debug_id=debug_id or None,
            code_id=code_id or None,
            file_formats=file_formats,
            per_page=per_page,
        )
