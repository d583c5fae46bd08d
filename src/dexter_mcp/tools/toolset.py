"""The seam between plain Python functions and MCP tools."""

import functools
import inspect
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Annotated, Any, Concatenate, ParamSpec, get_type_hints

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.resolve import Resolve
from mcp.server.mcpserver.tools import Tool
from mcp.types import CallToolResult, InputRequiredResult, ToolAnnotations
from pydantic import ValidationError

from dexter_mcp.changes.asking import Asking
from dexter_mcp.changes.entrance import Entrance
from dexter_mcp.changes.flow import Counter
from dexter_mcp.changes.plan import Proposal
from dexter_mcp.insights.answering import answered
from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry import SentryError, trail
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.tools import arguments as args
from dexter_mcp.tools.outcome import event_texts, failure, refusal, success
from dexter_mcp.tools.progress import reporting
from dexter_mcp.views.answer import Answer

P = ParamSpec("P")
Action = Callable[Concatenate[Desk, P], Awaitable[Answer]]
"""What a tool does at the desk, with the arguments that the model gave."""
Wish = Callable[Concatenate[Desk, P], Awaitable[Proposal]]
"""What a tool wants to be changed. It changes nothing itself."""
Settling = Callable[Concatenate[Counter, P], Awaitable[Answer | Asking]]
"""What a tool does about changes that were planned before."""


async def _desk(ctx: Context[Entrance]) -> Desk:
    return await ctx.request_context.lifespan_context.desk()


def _effect(*, reads: bool = False, destroys: bool = False, again: bool = False) -> ToolAnnotations:
    return ToolAnnotations(read_only_hint=reads, destructive_hint=destroys, idempotent_hint=again)


_READS = _effect(reads=True, again=True)
_CREATES = _effect()
_UPDATES = _effect(destroys=True, again=True)
_DELETES = _effect(destroys=True)

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

    def create(self, action: Wish[P]) -> Wish[P]:
        """Offer a tool that adds something, and changes nothing that is there."""
        return self._offer_change(action, self._proposed(action), _CREATES)

    def update(self, action: Wish[P]) -> Wish[P]:
        """Offer a tool that changes what is there, and may do so twice."""
        return self._offer_change(action, self._proposed(action), _UPDATES)

    def delete(self, action: Wish[P]) -> Wish[P]:
        """Offer a tool after which something is gone."""
        return self._offer_change(action, self._proposed(action), _DELETES)

    def _proposed(self, action: Wish[...]) -> "_Call":
        """Take what a tool wants along the one way of every write.

        The words of its definition are no stranger's, whoever else uses them.
        """
        own = inspect.signature(action)

        async def work(counter: Counter, named: Mapping[str, Any]) -> Answer | Asking:
            given = {n: v for n, v in named.items() if v != own.parameters[n].default}
            counter.desk.shown.note(_definition(self[action.__name__]), asked="")
            wanted = functools.partial(action, counter.desk, **named)
            return await counter.change(action.__name__, given, wanted)

        return _changing(work)

    def settle(self, action: Settling[P]) -> Settling[P]:
        """Offer a tool about changes that were planned before."""
        return self._offer_change(action, _settled(action), _DELETES)

    def look(self, action: Settling[P]) -> Settling[P]:
        """Offer a tool that shows changes that were planned before."""
        return self._offer_change(action, _settled(action), _READS)

    def _offer_change(
        self, action: Callable[..., Any], call: Callable[..., Any], effect: ToolAnnotations
    ) -> Any:
        tool = Offered.from_function(
            _signed_as(action, call),
            title=_title(action.__name__),
            description=inspect.getdoc(action),
            annotations=effect,
            structured_output=False,
        )
        self._tools[tool.name] = _strict(tool, refreshable=False)
        return action

    def _offer(
        self, action: Action[P], effect: ToolAnnotations, *, refreshable: bool, view: str = ""
    ) -> Action[P]:
        tool = Offered.from_function(
            _carried_out(action),
            title=_title(action.__name__),
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
                desk,
                action.__name__,
                lambda: action(desk, *positional, **named),
                asked=json.dumps(named, ensure_ascii=False, default=str),
            )
        except SentryError as error:
            return refusal(error, here, desk.offer)
        result = success(answer, here, structured=desk.settings.structured)
        desk.shown.note_strange("\n".join(event_texts(result.structured_content)))
        return result

    return call


def _settled(action: Settling[...]) -> "_Call":
    async def work(counter: Counter, named: Mapping[str, Any]) -> Answer | Asking:
        return await action(counter, **named)

    return _changing(work)


_Call = Callable[..., Awaitable[CallToolResult | InputRequiredResult]]
_Work = Callable[[Counter, Mapping[str, Any]], Awaitable[Answer | Asking]]


def _changing(work: _Work) -> _Call:
    """Bring every way in which a change may end into one form; one is a question to the user."""

    async def call(ctx: Context[Entrance], **named: Any) -> CallToolResult | InputRequiredResult:
        here, entrance = trail.current(), ctx.request_context.lifespan_context
        try:
            counter = await entrance.counter(ctx)
            answer = await work(counter, named)
        except SentryError as error:
            return refusal(error, here, (await entrance.desk()).offer)
        if isinstance(answer, Asking):
            return answer.result
        return success(answer, here, structured=counter.desk.settings.structured)

    return call


def _signed_as(action: Callable[..., Any], call: _Call) -> _Call:
    """Give a call the arguments of an action, behind the context that the SDK fills in."""
    own, hints = inspect.signature(action), get_type_hints(action, include_extras=True)
    (_, *arguments) = own.parameters.values()
    told = [each.replace(annotation=hints[each.name]) for each in arguments]
    context = inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=Context[Entrance])
    call.__name__ = action.__name__
    call.__signature__ = inspect.Signature([context, *told])
    call.__annotations__ = {each.name: each.annotation for each in [context, *told]}
    return call


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _definition(tool: Tool) -> str:
    return f"{tool.description} {json.dumps(tool.parameters, ensure_ascii=False)}"


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
