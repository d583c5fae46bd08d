"""Stack traces: exceptions, threads and their frames, oldest frame first."""

from typing import Any

from pydantic import Field

from dexter_mcp.sentry.reply import Reply
from dexter_mcp.sentry.untrusted import Pairs, Untrusted


class Frame(Reply):
    """One call on the stack. `context` pairs line numbers with lines of source."""

    filename: Untrusted = Untrusted()
    abs_path: Untrusted = Untrusted()
    module: Untrusted = Untrusted()
    package: Untrusted = Untrusted()
    function: Untrusted = Untrusted()
    line_no: int | None = None
    col_no: int | None = None
    context: tuple[tuple[int, Untrusted], ...] = ()
    in_app: bool = False
    vars: Pairs = ()


class Stacktrace(Reply):
    """The calls that led to a point; the last frame is that point."""

    frames: tuple[Frame, ...] = ()
    frames_omitted: Any = None


class Mechanism(Reply):
    """How an exception reached the SDK."""

    type: Untrusted = Untrusted()
    handled: bool | None = None


class ExceptionValue(Reply):
    """One link of a chain of exceptions."""

    type: Untrusted = Untrusted()
    value: Untrusted = Untrusted()
    module: Untrusted = Untrusted()
    thread_id: str = ""
    mechanism: Mechanism | None = None
    stacktrace: Stacktrace | None = None


class Thread(Reply):
    """A thread of the program."""

    id: str = ""
    name: Untrusted = Untrusted()
    current: bool = False
    crashed: bool = False
    state: Untrusted = Untrusted()
    stacktrace: Stacktrace | None = Field(default=None)
