"""Steps that one request can take together."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from dexter_mcp.changes.plan import Step
from dexter_mcp.changes.recipes import recipe_for
from dexter_mcp.sentry.catalogue import Order


@dataclass(frozen=True)
class Batch:
    """One request, and the steps that it takes, by their numbers."""

    order: Order
    steps: Mapping[int, Step]

    @property
    def paths(self) -> frozenset[str]:
        """Say where its targets are: whoever changes one of them says the same."""
        return frozenset(step.order.path for step in self.steps.values())


def batched(steps: Mapping[int, Step]) -> Sequence[Batch]:
    """Put steps together that one request can take, without changing their order.

    A request for many always names their ids: Sentry takes one without as meant for all.
    """
    found = list[Batch]()
    for _, run in groupby(steps.items(), key=lambda item: _alike(item[1])):
        together = list(run)
        most = _most(together[0][1])
        for begin in range(0, len(together), most):
            some = dict(together[begin : begin + most])
            found.append(Batch(_order(list(some.values())), some))
    return found


def _most(step: Step) -> int:
    bulk = recipe_for(step.order).bulk
    return bulk.most if bulk else 1


def _alike(step: Step) -> str:
    """Spell what steps must have in common to go together."""
    order, bulk = step.order, recipe_for(step.order).bulk
    places = {p: v for p, v in order.places.items() if not bulk or p != bulk.place}
    return json.dumps([order.operation, places, dict(order.query), order.body], sort_keys=True)


def _order(steps: Sequence[Step]) -> Order:
    first, bulk = steps[0].order, recipe_for(steps[0].order).bulk
    if bulk is None or (len(steps) == 1 and bulk.operation != first.operation):
        return first
    ids = tuple(step.order.places[bulk.place] for step in steps)
    places = {p: v for p, v in first.places.items() if p != bulk.place}
    if bulk.listed:
        return Order(bulk.operation, places, first.query, {**first.told, bulk.listed: list(ids)})
    query = {**first.query, "id": ids, **bulk.besides(ids)}
    return Order(bulk.operation, places, query, first.body)
