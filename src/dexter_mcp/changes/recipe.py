"""What there is to know about an operation before it may change anything.

For each there is a recipe: how its target is looked at, what of it will be different, what has to
be sent for that, and what takes it back. A recipe has no state and sends nothing.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from dexter_mcp.changes.matching import ABSENT, holds, is_nothing, shown
from dexter_mcp.changes.plan import Json, State
from dexter_mcp.sentry import Sentry
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.json_types import is_object

T = TypeVar("T")

Look = Callable[[Sentry, Sequence[Order]], Awaitable[Sequence[State]]]
"""How the targets of orders are read: their states, in the same order."""
Warn = Callable[[Order, State], Iterable[str]]
"""What people should know before they agree; it raises `Invalid` where Sentry is sure to refuse."""


def nothing(_: Order, __: State) -> Iterable[str]:
    """Have nothing to say."""
    return ()


@dataclass(frozen=True)
class Wording:
    """How people are told of a field whose form only Sentry likes.

    It goes by another name, in words that are made of the whole state, and of what people call
    what ids in it stand for. Where the text is empty, the field is shown as it is.
    """

    field: str
    named: str
    say: Callable[[Json, Mapping[str, str]], str]


Narrow = Callable[[Sequence[str]], Mapping[str, tuple[str, ...]]]


def by_ids_alone(_: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Add nothing to the ids."""
    return {}


@dataclass(frozen=True)
class Bulk:
    """An operation that does the same for many targets at once: their ids go into its query.

    `besides` says what else narrows it to them. Where its body lists them instead, `listed` names
    the field.
    """

    operation: str
    place: str
    besides: Narrow = by_ids_alone
    listed: str = ""
    most: int = 100


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How an operation is planned, checked and taken back.

    `seen` says that what came of it can be looked at. `strange` says that strangers may have named
    its targets, or what they hold. `tells` names the fields of Sentry's answer that people want to
    know afterwards, such as `id`, `webUrl` or `dsn.public`. `lost` says why
    it can't be undone; it is empty where it can. `pins` are the places that are filled with a field
    of the target that stays the same when it is renamed. `wordings` tell people of fields in words;
    what is compared and sent stays as it is. `watched` says that it may change what
    projects take in or report: their error rates are looked at between stages. `anew` says how
    what is taken back differs from what was there.
    """

    operation: str
    look: Look
    seen: bool = True
    strange: bool = False
    tells: tuple[str, ...] = ()
    lost: str = ""
    anew: str = ""
    watched: bool = False
    warn: Warn = nothing
    bulk: Bulk | None = None
    pins: tuple[tuple[str, str], ...] = ()
    wordings: tuple[Wording, ...] = ()

    def before(self, order: Order, state: State) -> State:
        """Pick out of a target what the order concerns."""
        raise NotImplementedError

    def after(self, order: Order, state: State) -> State:
        """Say how that shall be, in the same words."""
        raise NotImplementedError

    def fit(self, order: Order) -> "Recipe":  # noqa: ARG002 - some do several different things
        """Give the recipe for what an order does, where its operation does several things."""
        return self

    def warned(self, order: Order, state: State, others: Sequence[Order]) -> Iterable[str]:  # noqa: ARG002 - some heed what else is done
        """Say what people should know, given everything that the same change does."""
        return self.warn(order, state)

    @property
    def needs_target(self) -> bool:
        """Tell whether there must be something to begin with."""
        return True

    @property
    def deletes(self) -> bool:
        """Tell whether something will be gone for good."""
        return False

    def names(self, state: State) -> Mapping[str, str]:  # noqa: ARG002 - some fields hold ids
        """Say what people call what an id in the fields stands for, as far as Sentry shows it."""
        return {}

    def met(self, order: Order, state: State) -> bool:
        """Tell whether a target is as asked for."""
        found, wanted = self.before(order, state), self.after(order, state)
        if found is None or wanted is None:
            return found is wanted
        return holds(found, wanted)

    def fulfilled(self, order: Order, state: State) -> bool:
        """Tell whether Sentry made of a target what it was asked to."""
        return self.met(order, state)

    def due(self, order: Order, state: State) -> bool:
        """Tell whether there is something to do, as far as a look can tell."""
        return not self.met(order, state)

    def loses(self, order: Order, state: State) -> str:  # noqa: ARG002 - some need them
        """Say why what is done to a target can't be undone, or not all of it; empty if it can."""
        return self.lost

    def settled(self, order: Order, state: State) -> Order:
        """Name the target so that it is found under any name, before the order is kept."""
        if state is None:
            return order
        found = {place: str(state[field]) for place, field in self.pins if field in state}
        return replace(order, places={**order.places, **found})

    def complete(self, order: Order, state: State) -> Order:  # noqa: ARG002 - some need the state
        """Fill in what has to be sent beside what was asked for."""
        return order

    def inverse(self, order: Order, before: State, reply: Any) -> Order | None:  # noqa: ARG002 - likewise
        """Say what takes it back, from how it was and what Sentry answered."""
        return None


Lens = Callable[[Json], Any]
"""How a field is read where Sentry shows it in another form than it takes."""


def seen_through(lenses: Mapping[str, Lens], state: Json, fields: Iterable[str]) -> Json:
    """Read fields, those with a lens through it, as far as Sentry shows them."""
    told = {f: lenses[f](state) if f in lenses else shown(state, f) for f in fields}
    return {name: value for name, value in told.items() if value is not ABSENT}


@dataclass(frozen=True, kw_only=True)
class Update(Recipe):
    """Sets fields of something that is there.

    `lenses` read the fields that are shown otherwise than they are written. `naming` are the
    fields that only say what it is about. Where Sentry takes nothing but the whole, `whole` makes
    it of what is there. A change of the name by which it is found is followed: `moves` maps the
    place to the field. `sticky` are the fields that Sentry never empties again.
    """

    lenses: tuple[tuple[str, Lens], ...] = ()
    naming: frozenset[str] = frozenset()
    whole: Callable[[Json], Json] | None = None
    moves: tuple[tuple[str, str], ...] = ()
    wanted: Callable[[Json], Json] = dict
    sticky: frozenset[str] = frozenset()

    def before(self, order: Order, state: State) -> State:
        """Read the fields that the order sets."""
        return None if state is None else self._seen(state, self.after(order, state) or {})

    def after(self, order: Order, state: State) -> State:  # noqa: ARG002 - only the order tells
        """Give the fields that the order sets."""
        return self.wanted({n: v for n, v in order.told.items() if n not in self.naming})

    def due(self, order: Order, state: State) -> bool:
        """Tell whether a field differs, or is one that Sentry does not show."""
        return bool(self._unseen(order, state)) or super().due(order, state)

    def loses(self, order: Order, state: State) -> str:
        """Name the fields that can't be set to what they are now."""
        kept = self._kept(self.before(order, state) or {})
        gone = [name for name in self.after(order, state) or {} if name not in kept]
        if self.lost or not gone:
            return self.lost
        return f"Sentry offers no way back to what is there now as {' and '.join(gone)}"

    def complete(self, order: Order, state: State) -> Order:
        """Set the fields into the whole where Sentry takes no less."""
        if self.whole is None or state is None:
            return order
        return replace(order, body={**self.whole(state), **order.told})

    def inverse(self, order: Order, before: State, reply: Any) -> Order | None:
        """Set the fields to what they were."""
        kept = self._kept(before or {})
        if self.lost or not kept:
            return None
        told = {n: v for n, v in order.told.items() if n in self.naming}
        moved = {place: str(_field(reply, field, "")) for place, field in self.moves}
        places = {**order.places, **{place: name for place, name in moved.items() if name}}
        return replace(order, places=places, body={**told, **kept})

    def _kept(self, before: Json) -> Json:
        """Pick the fields that can be set to what they were."""
        return {n: v for n, v in before.items() if n not in self.sticky or not is_nothing(v)}

    def _unseen(self, order: Order, state: State) -> set[str]:
        return set(self.after(order, state) or {}) - set(self.before(order, state) or {})

    def _seen(self, state: Json, fields: Iterable[str]) -> Json:
        return seen_through(dict(self.lenses), state, fields)


@dataclass(frozen=True, kw_only=True)
class Create(Recipe):
    """Makes something new, unless it is there: then there is nothing to do.

    `undone_by` deletes it again; `known_by` maps places of that to fields of what Sentry answers,
    `asked_by` parts of its query.
    `defaults` are the fields that only say what kind it is, and can't be read back.
    """

    undone_by: str = ""
    known_by: tuple[tuple[str, str], ...] = ()
    asked_by: tuple[tuple[str, str], ...] = ()
    naming: frozenset[str] = frozenset()
    lenses: tuple[tuple[str, Lens], ...] = ()

    @property
    def needs_target(self) -> bool:
        """Begin with nothing."""
        return False

    def met(self, order: Order, state: State) -> bool:  # noqa: ARG002 - the look compared them
        """Tell whether it is there."""
        return state is not None

    def fulfilled(self, order: Order, state: State) -> bool:
        """Tell whether it is there as it was asked for."""
        return state is not None and holds(self.before(order, state), self.after(order, state))

    def before(self, order: Order, state: State) -> State:
        """Read what is there of that name; `None` is what it should be."""
        return None if state is None else seen_through(dict(self.lenses), state, order.told)

    def after(self, order: Order, state: State) -> State:  # noqa: ARG002 - only the order tells
        """Give the fields of what is to be."""
        return {n: v for n, v in order.told.items() if n not in self.naming}

    def inverse(self, order: Order, before: State, reply: Any) -> Order | None:  # noqa: ARG002 - it was not there
        """Delete it again."""
        if not self.undone_by:
            return None
        known = {place: str(_field(reply, field, "")) for place, field in self.known_by}
        asked = {name: str(_field(reply, field, "")) for name, field in self.asked_by}
        if not all((*known.values(), *asked.values())):
            return None
        needed, places = Order(self.undone_by).facts.places, {**order.places, **known}
        query = {name: (value,) for name, value in asked.items()}
        return Order(self.undone_by, {p: places[p] for p in needed if p in places}, query)


@dataclass(frozen=True, kw_only=True)
class Delete(Recipe):
    """Removes something for good. `shows` are the fields that tell people what it is."""

    shows: tuple[str, ...] = ("name",)
    lost: str = "Sentry keeps nothing of what it deletes"

    @property
    def deletes(self) -> bool:
        """Be what it says."""
        return True

    def before(self, order: Order, state: State) -> State:  # noqa: ARG002 - only the state tells
        """Show what will be gone."""
        if state is None:
            return None
        told = {name: shown(state, name) for name in self.shows}
        return {name: value for name, value in told.items() if value is not ABSENT}

    def after(self, order: Order, state: State) -> State:  # noqa: ARG002 - it says itself
        """Leave nothing."""
        return None


@dataclass(frozen=True, kw_only=True)
class Tie(Recipe):
    """Ties two things together, or parts them: a member and a team, an issue and a ticket.

    The look tells whether they are tied, as the field `called`. `other` does the opposite;
    `known_by` names its places as for `Create`, and `asked_by` parts of its query.
    """

    called: str
    ties: bool
    other: str = ""
    known_by: tuple[tuple[str, str], ...] = ()
    asked_by: tuple[tuple[str, str], ...] = ()

    def before(self, order: Order, state: State) -> State:  # noqa: ARG002 - only the state tells
        """Tell whether they are tied."""
        return None if state is None else {self.called: bool(state.get(self.called))}

    def after(self, order: Order, state: State) -> State:  # noqa: ARG002 - the recipe tells
        """Say whether they shall be."""
        return {self.called: self.ties}

    def inverse(self, order: Order, before: State, reply: Any) -> Order | None:  # noqa: ARG002 - it is the opposite
        """Do the opposite."""
        if not self.other:
            return None
        facts = Order(self.other).facts
        known = {place: str(_field(reply, field, "")) for place, field in self.known_by}
        query = {name: (str(_field(reply, field, "")),) for name, field in self.asked_by}
        places = {**order.places, **known}
        kept = {p: places[p] for p in facts.places if p in places}
        return Order(self.other, kept, query or order.query, order.body if facts.body else None)


@dataclass(frozen=True, kw_only=True)
class Deed(Recipe):
    """Sets something going that leaves nothing to be compared: a run, a message, a job.

    The look tells whether it is under way already, in a `State`; `None` means that it is not.
    """

    lost: str = "what it sets going can't be called back"

    @property
    def needs_target(self) -> bool:
        """Begin with nothing."""
        return False

    def met(self, order: Order, state: State) -> bool:  # noqa: ARG002 - the look compared them
        """Tell whether it is under way."""
        return state is not None

    def before(self, order: Order, state: State) -> State:  # noqa: ARG002 - only the state tells
        """Show what is under way."""
        return state

    def after(self, order: Order, state: State) -> State:  # noqa: ARG002 - only the order tells
        """Give what it is told."""
        return dict(order.told)


def told_by(recipe: Recipe, reply: Any) -> Json:
    """Pick out of Sentry's answer what people want to know."""
    found = {field: _inside(reply, field.split(".")) for field in recipe.tells}
    return {field: value for field, value in found.items() if value not in (None, "")}


def _inside(reply: Any, way: Sequence[str]) -> Any:
    for name in way:
        reply = _field(reply, name, None)
    return reply


def _field(reply: Any, field: str, otherwise: T) -> Any | T:
    """Read a field of an answer, which may be anything."""
    found = reply.get(field) if is_object(reply) else None
    return otherwise if found is None else found
