"""Asking the user, in both eras of the protocol: a question on the wire, or a round trip.

Until 2025 the server asks while the call lasts. From 2026 on it answers the call with its question,
and the client calls again with the user's answer; what the question was about travels in a state
that the SDK seals. https://modelcontextprotocol.io/specification/2026-07-28/client/elicitation
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

from mcp import MCPError
from mcp.server.elicitation import AcceptedElicitation, render_elicitation_schema
from mcp.server.mcpserver import Context
from mcp.types import (
    CONNECTION_CLOSED,
    REQUEST_TIMEOUT,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    Implementation,
    InputRequests,
    InputRequiredResult,
)
from pydantic import BaseModel, Field, ValidationError

_ROUND_TRIPS: Final = "2026-07-28"
_QUESTION: Final = "consent"
_LEFT_OPEN: Final = frozenset({REQUEST_TIMEOUT, CONNECTION_CLOSED})
"""How a call ends whose question may have been in front of somebody."""

Client = Context[Any, Any]
"""Where a call comes from."""
Verdict = Literal["yes", "no", "mistyped", "unanswered", "unasked"]
"""`mistyped`: a yes with another name. `unasked`: the question did not reach anybody, so that
nobody left it open either."""


class Consent(BaseModel):
    """What the user says to a plan."""

    agree: bool = Field(title="Carry it out?", description="Whether to change Sentry so.")


class TypedConsent(BaseModel):
    """What the user says to a plan that deletes something."""

    name: str = Field(title="Type the name", description="The name of what will be gone for good.")


@dataclass(frozen=True)
class Asking:
    """The call has to wait for the user: this goes to the client instead of an answer."""

    result: InputRequiredResult


class User:
    """Whoever sits at the client of a call."""

    def __init__(self, context: Client) -> None:
        self._context = context

    @property
    def client(self) -> str:
        """Name the program that calls."""
        told = self._context.request_context.session.client_params
        who: Implementation | None = told.client_info if told else None
        return f"{who.name} {who.version}".strip()[:100] if who else ""

    @property
    def can_answer(self) -> bool:
        """Tell whether the client can ask its user anything."""
        capabilities = self._context.client_capabilities
        elicitation = capabilities.elicitation if capabilities else None
        if elicitation is None or (elicitation.form is None and elicitation.url is not None):
            return False
        return self._makes_round_trips or self._context.session.can_send_request

    @property
    def answering(self) -> str:
        """Name the change that this call brings an answer about; empty if it brings none."""
        return self._context.request_state or "" if self._makes_round_trips else ""

    def verdict(self, typed: str) -> Verdict:
        """Read the answer that this call brings."""
        answer = (self._context.input_responses or {}).get(_QUESTION)
        if not isinstance(answer, ElicitResult):
            return "unanswered"
        return _judged(answer.content if answer.action == "accept" else None, answer.action, typed)

    async def ask(self, change: str, question: str, typed: str) -> Verdict | Asking:
        """Ask whether to carry a change out; `typed` is the name that has to be typed for a yes."""
        shape = TypedConsent if typed else Consent
        if self._makes_round_trips:
            form = ElicitRequestFormParams(
                message=question, requested_schema=render_elicitation_schema(shape)
            )
            asked: InputRequests = {_QUESTION: ElicitRequest(params=form)}
            return Asking(InputRequiredResult(input_requests=asked, request_state=change))
        try:
            answer = await self._context.elicit(question, shape)
        except MCPError as error:
            return "unanswered" if error.code in _LEFT_OPEN else "unasked"
        except ValueError:
            return "unanswered"
        content = answer.data.model_dump() if isinstance(answer, AcceptedElicitation) else None
        return _judged(content, answer.action, typed)

    @property
    def _makes_round_trips(self) -> bool:
        return (self._context.protocol_version or "") >= _ROUND_TRIPS


def _judged(content: Any, action: str, typed: str) -> Verdict:
    if action == "cancel":
        return "unanswered"
    if action != "accept":
        return "no"
    try:
        if typed:
            agreed = TypedConsent.model_validate(content).name.strip() == typed
            return "yes" if agreed else "mistyped"
        return "yes" if Consent.model_validate(content).agree else "no"
    except ValidationError:
        return "unanswered"
