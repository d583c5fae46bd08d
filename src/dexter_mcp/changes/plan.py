"""What a change would do, as plain data: it can be shown, sealed, kept, and carried out later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dexter_mcp.sentry.catalogue import Order

Json = Mapping[str, Any]
State = Json | None
"""What Sentry shows of a target, or `None` where it is not there."""


@dataclass(frozen=True)
class Wish:
    """One thing that is to be done, before anybody has looked how it is now.

    `target` is what people call it. `title` is what strangers wrote on it, if anything. `name` is
    what whoever agrees has to type where it is going to be deleted; `target` if it is empty.
    `called` says what people call what an id in a field stands for, such as `user:49`.
    """

    order: Order
    target: str
    title: str = ""
    name: str = ""
    called: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Proposal:
    """What a tool wants done: everything that a plan is drawn from.

    `purpose` says it in a line. `undoes` names the change that it takes back, `warnings` what
    people should know before they agree.
    """

    org: str
    purpose: str
    wishes: Sequence[Wish]
    warnings: tuple[str, ...] = ()
    undoes: str = ""


@dataclass(frozen=True)
class Step:
    """One target: what is sent for it, how it is, and how it shall be.

    `before` and `after` hold the fields concerned, in the words in which they are written; `None`
    stands for a target that is not there. `strange` says that strangers may have named it. `called`
    says what people call what an id in them stands for.
    """

    order: Order
    target: str
    before: State
    after: State
    title: str = ""
    strange: bool = False
    called: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Plan:
    """Steps to take, with what has been found out about them.

    `already` names the targets that are as asked for, and `there` holds what is known of those, in
    words; `lost` says why a part of it can't be undone; `typed` is what has to be typed for a yes,
    where something is deleted; `tainted` names the arguments that appear in event text alone.
    `strange` says that strangers may have named targets, or what these hold.
    """

    tool: str
    org: str
    purpose: str
    steps: tuple[Step, ...]
    already: tuple[str, ...] = ()
    there: Mapping[str, Json] = field(default_factory=dict[str, Json])
    warnings: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    typed: str = ""
    undoes: str = ""
    tainted: tuple[str, ...] = ()
    strange: bool = False
    arguments: Json = field(default_factory=dict[str, Any])

    @property
    def deletes(self) -> bool:
        """Tell whether something will be gone for good."""
        return bool(self.typed)
