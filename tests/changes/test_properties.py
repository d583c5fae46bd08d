"""What holds for every change, whatever is in it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from clock import generous
from dexter_mcp.changes import handles
from dexter_mcp.changes.audit import Audit
from dexter_mcp.changes.carrying import staged
from dexter_mcp.changes.matching import holds, unchanged
from dexter_mcp.changes.plan import Plan, Step
from dexter_mcp.changes.record import Attempt, Change, Outcome
from dexter_mcp.sentry.catalogue import Order
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.simulator import Simulator
from orders import CASES, people
from small_world import BORN, Clock, small_world, story
from world_state import state_of
from writing import change_in, done, writing

texts = st.text(st.characters(codec="utf-8"), max_size=20)
plain = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | texts
values = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
states = st.dictionaries(texts, values, max_size=4)

BUT = frozenset({"inbox", "priority_locked", "fixed_after"})
"""That somebody reviewed an issue, or chose its priority, stays known to Sentry."""


def a_world() -> Simulator:
    world = small_world(Clock())
    people.settle(world)
    world.tell("acme", story("KeyError"))
    world.tell("acme", story("ValueError"))
    return generous(Simulator(world))


steps_there = st.lists(
    st.sampled_from(
        [
            ("update_issue", "priority=high"),
            ("update_issue", "priority=low"),
            ("update_issue", "isBookmarked=true"),
            ("update_issue", "status=resolved"),
            ("create_team", ""),
            ("update_team", "name=Shop"),
            ("update_member_team_role", ""),
        ]
    ),
    min_size=1,
    max_size=4,
    unique=True,
)


def arguments(operation: str, more: str, simulator: Simulator) -> Sequence[str]:
    if operation == "update_team":
        return ["team=storefront", more]
    if more:
        return [f"issue={min(simulator.world.issues)}", more]
    return list(CASES[operation].arguments(simulator.world))


async def there_and_back(wanted: Sequence[tuple[str, str]], folder: Path) -> None:
    simulator = a_world()
    before, made = state_of(simulator.world, BUT), list[str]()
    async with writing(simulator, folder) as client:
        for operation, more in wanted:
            given = list(arguments(operation, more, simulator))
            said = await done(client, "change_sentry", operation=operation, arguments=given)
            if said.startswith("Done"):
                made.append(change_in(said))
        assert made
        for change in reversed(made):
            said = await done(client, "undo_change", change=change)
            assert said.startswith("Done"), said
    assert state_of(simulator.world, BUT) == before


@hypothesis(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
@given(steps_there)
def test_changes_that_are_taken_back_leave_nothing(wanted: Sequence[tuple[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        anyio.run(partial(there_and_back, wanted, Path(folder)))


@given(st.integers(0, 1_000))
def test_stages_cover_all_steps_once_in_order_and_begin_small(count: int) -> None:
    stages = list(staged(range(count)))
    assert [at for stage in stages for at in stage] == list(range(count))
    assert all(stages)
    assert len(stages) <= 3
    if stages:
        assert len(stages[0]) <= 1 + count // 10


@given(values)
def test_what_is_there_holds_itself(value: Any) -> None:
    assert holds(value, value)


@given(states, states)
def test_what_is_there_may_have_more(wanted: Mapping[str, Any], more: Mapping[str, Any]) -> None:
    assert holds({**more, **wanted}, wanted)


@given(states | st.none(), states | st.none())
def test_being_unchanged_goes_both_ways(
    one: Mapping[str, Any] | None, other: Mapping[str, Any] | None
) -> None:
    assert unchanged(one, one)
    assert unchanged(one, other) is unchanged(other, one)
    if (one is None) is not (other is None):
        assert not unchanged(one, other)


def a_change(before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
    order = Order("update_issue", {"org": "acme", "issue": "1"}, {}, dict(after))
    plan = Plan("update_issues", "acme", "Change it", (Step(order, "issue 1", before, after),))
    expires = BORN + timedelta(minutes=10)
    return Change("c-abcdefghjk", BORN, expires, "someone", "a client", plan, outcomes=(Outcome(),))


@given(states, states, st.binary(min_size=16, max_size=32), st.data())
def test_a_handle_opens_what_it_sealed_and_nothing_else(
    before: Mapping[str, Any], after: Mapping[str, Any], key: bytes, data: st.DataObject
) -> None:
    change = a_change(before, after)
    name, seal = handles.opened(handles.handle(change, key))
    assert name == change.id
    handles.check(change, seal, key, BORN)
    other = data.draw(
        st.sampled_from(
            [
                replace(change, principal="another"),
                replace(change, id="c-abcdefghjm"),
                replace(change, expires=change.expires + timedelta(seconds=1)),
                a_change({**before, "more": 1}, after),
                a_change(before, {**after, "more": 1}),
            ]
        )
    )
    with pytest.raises(Invalid):
        handles.check(other, seal, key, BORN)
    with pytest.raises(Invalid):
        handles.check(change, seal, key + b"x", BORN)


@given(st.data())
def test_no_tampering_with_a_seal_goes_unseen(data: st.DataObject) -> None:
    change, key = a_change({}, {"status": "resolved"}), b"k" * 32
    _, seal = handles.opened(handles.handle(change, key))
    forged = data.draw(
        st.text("0123456789abcdef", max_size=17).filter(lambda text: text != seal)
        | texts.filter(lambda text: text.strip() != seal)
    )
    with pytest.raises(Invalid):
        handles.check(change, forged, key, BORN)


def an_attempt(number: int, told: str, state: Mapping[str, Any]) -> Attempt:
    return Attempt(
        id=f"{number:016x}",
        time=BORN,
        change="c-abcdefghjk",
        steps=(0,),
        principal="someone",
        client=told,
        tool="update_issues",
        arguments={"text": told},
        operation="update_issue",
        method="PUT",
        path="/api/0/organizations/acme/issues/1/",
        targets=(told,),
        before={told: state},
        after={told: None},
    )


any_text = st.text(st.characters(codec="utf-8") | st.sampled_from('\n\r\x85\u2028\u2029\x00"\\'))


@hypothesis(max_examples=25)
@given(st.lists(st.tuples(any_text, states), min_size=1, max_size=8), st.integers(1, 3_000))
def test_the_log_is_json_line_by_line_and_turning_it_loses_nothing(
    told: Sequence[tuple[str, Mapping[str, Any]]], largest: int
) -> None:
    with TemporaryDirectory() as folder:
        audits = [Audit(Path(folder), largest), Audit(Path(folder), largest)]
        for number, (text, state) in enumerate(told):
            audits[number % 2].write(an_attempt(number, text, state))
        files = list(Path(folder).glob("*.jsonl"))
        lines = [line for file in files for line in file.read_bytes().split(b"\n") if line]
        written = {json.loads(line)["id"] for line in lines}
        assert written == {f"{number:016x}" for number in range(len(told))}
        assert sorted(line["id"] for line in audits[0].lines()) == sorted(written)


def test_no_half_of_a_secret_is_logged(tmp_path: Path) -> None:
    audit, token = Audit(tmp_path), "sntryu_" + "0123456789abcdef" * 4
    for before in range(1_960, 2_000):
        audit.write(an_attempt(before, "x" * before + " " + token, {}))
    assert "sntryu_0" not in audit.path.read_text("utf-8")


@given(any_text, st.integers(1, 200))
def test_a_torn_line_costs_only_itself(text: str, torn: int) -> None:
    with TemporaryDirectory() as folder:
        audit, path = Audit(Path(folder)), Path(folder) / "audit.jsonl"
        audit.write(an_attempt(1, text, {}))
        whole = path.read_bytes()
        path.write_bytes(whole + whole[: min(torn, len(whole) - 2)])
        Audit(Path(folder)).write(an_attempt(2, text, {}))
        assert [line["id"] for line in audit.lines()] == [f"{n:016x}" for n in (1, 2)]
