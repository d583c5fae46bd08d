"""The seam between plain Python functions and MCP tools."""

import functools
import inspect
from collections.abc import Awaitable, Callable, Iterator
from typing import Annotated, Any, Concatenate, ParamSpec

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.resolve import Resolve
from mcp.server.mcpserver.tools import Tool
from mcp.types import CallToolResult, ToolAnnotations
from pydantic import ValidationError

from dexter_mcp.insights.answering import answered
from dexter_mcp.insights.desk import Desk
from dexter_mcp.insights.doorway import Doorway
from dexter_mcp.sentry import SentryError, trail
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.tools import arguments as args
from dexter_mcp.tools.outcome import failure, refusal, success
from dexter_mcp.tools.progress import reporting
from dexter_mcp.views.answer import Answer

P = ParamSpec("P")
Action = Callable[Concatenate[Desk, P], Awaitable[Answer]]
"""What a tool does at the desk, with the arguments that the model gave."""


async def _desk(ctx: Context[Doorway]) -> Desk:
    return await ctx.request_context.lifespan_context.desk()


_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True)

DeskDep = Annotated[Desk, Resolve(_desk)]
"""The desk, filled in by the server and invisible to the model."""


class Offered(Tool):
    """A tool that tells a model what was wrong with its arguments in a sentence."""

    async def run(
        self,
        arguments: dict[str, Any],
        context: Context[Any, Any],
        convert_result: bool = False,  # noqa: FBT001, FBT002 - the SDK's signature
    ) -> Any:
        """Check the arguments, then run the tool, and report progress while it lasts."""
        given = args.present(arguments)
        offered = args.REFRESH in self.parameters["properties"]
        try:
            refresh = args.take_refresh(given, offered=offered)
            self.fn_metadata.validate_arguments(given)
        except ValidationError as error:
            return failure(
                args.explain(error, args.valid(self.fn_metadata.arg_model, offered=offered))
            )
        except Invalid as error:
            return failure(str(error))
        with trail.follow(refresh=refresh) as here:
            run = functools.partial(super().run, given, context, convert_result)
            return await reporting(context, run, lambda: here.said)


class Toolset:
    """The tools of one domain, each collected by the decorator that names its effect."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._tools: dict[str, Tool] = {}

    def __iter__(self) -> Iterator[Tool]:
        return iter(self._tools.values())

    def __getitem__(self, name: str) -> Tool:
        return self._tools[name]

    def read(self, action: Action[P]) -> Action[P]:
        """Offer a tool that changes nothing. The model may ask for what is not from memory."""
        return self._offer(action, _READS, refreshable=True)

    def read_bare(self, action: Action[P]) -> Action[P]:
        """Offer a tool that changes nothing, and whose answer changes too seldom for `refresh`."""
        return self._offer(action, _READS, refreshable=False)

    def read_with_view(self, uri: str) -> Callable[[Action[P]], Action[P]]:
        """Offer a tool that changes nothing, and whose answer a host may show in a view of ours."""

        def offer(action: Action[P]) -> Action[P]:
            return self._offer(action, _READS, refreshable=False, view=uri)

        return offer

    def _offer(
        self, action: Action[P], effect: ToolAnnotations, *, refreshable: bool, view: str = ""
    ) -> Action[P]:
        tool = Offered.from_function(
            _carried_out(action),
            title=action.__name__.replace("_", " ").capitalize(),
            description=inspect.getdoc(action),
            annotations=effect,
            meta={"ui": {"resourceUri": view}} if view else None,
            structured_output=False,
        )
        self._tools[tool.name] = _strict(tool, refreshable=refreshable)
        return action


def _carried_out(
    action: Action[P],
) -> Callable[Concatenate[Desk, P], Awaitable[CallToolResult]]:
    """Bring every way in which a call may end into one form. A bug is left to the server."""

    @functools.wraps(action)
    async def call(desk: Desk, *positional: P.args, **named: P.kwargs) -> CallToolResult:
        here = trail.current()
        try:
            answer = await answered(
                desk, action.__name__, lambda: action(desk, *positional, **named)
            )
        except SentryError as error:
            return refusal(error, here, desk.offer)
        return success(answer, here, structured=desk.settings.structured)

    return call


def _strict(tool: Tool, *, refreshable: bool) -> Tool:
    """Refuse unknown arguments: a misspelt filter must not quietly answer another question."""
    arguments = tool.fn_metadata.arg_model
    arguments.model_config["extra"] = "forbid"
    arguments.model_config["coerce_numbers_to_str"] = True
    arguments.model_rebuild(force=True)
    tool.parameters = args.portable(arguments.model_json_schema(by_alias=True))
    if refreshable:
        tool.parameters["properties"][args.REFRESH] = args.REFRESH_SCHEMA
    return tool
