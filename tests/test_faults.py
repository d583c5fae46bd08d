"""Every fault, once and for ever, on a read and on the parts of a composite."""

import re

import pytest

from answers import text_of
from fault_rows import Row, Times, both_times, every_row, fault_of
from talk import PROJECTS, Talk
from virtual_time import pass_by

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]


@every_row
@both_times
async def test_a_read_is_answered_or_says_why_not(talk: Talk, row: Row, times: Times) -> None:
    talk.simulator.faults.add(fault_of(row, times, PROJECTS))
    result = await talk.call("list_projects")
    text = text_of(result)
    well = row.harmless or (times == "once" and row.reads > 1)
    assert result.is_error is not well, text
    assert ("checkout" if well else row.read_says or row.says) in text
    assert talk.count(PROJECTS) == (min(row.reads, 2) if times == "once" else row.reads)
    talk.simulator.faults.clear()
    await pass_by(row.rest)
    assert "checkout" in await talk.succeed("list_projects")


def failed_in(text: str) -> list[str]:
    return re.findall(r"failed: ([a-z ]+)\b", text)


@every_row
@both_times
async def test_an_issue_stands_without_the_part_that_failed(
    talk: Talk, row: Row, times: Times
) -> None:
    reads = row.part_reads or row.reads
    talk.simulator.faults.add(fault_of(row, times, "/tags/"))
    text = await talk.succeed("get_issue", issue=talk.issue)
    assert text.startswith(talk.issue)
    well = row.harmless or (times == "once" and reads > 1)
    in_the_same_bucket = ["suspect commits", "attachments"] if row.rest else []
    assert failed_in(text) == ([] if well else ["tags", *in_the_same_bucket]), text
    assert (row.part_says or row.says if not well else "") in text
    assert talk.count("/tags/") == (min(reads, 2) if times == "once" else reads)
    talk.simulator.faults.clear()
    await pass_by(row.rest)
    assert "failed:" not in await talk.succeed("get_issue", issue=talk.issue, refresh=True)


@every_row
@both_times
async def test_an_issue_stands_without_its_event_and_what_builds_on_it(
    talk: Talk, row: Row, times: Times
) -> None:
    reads = row.part_reads or row.reads
    for path in ("/events/recommended/", "/events/latest/"):
        talk.simulator.faults.add(fault_of(row, times, path))
        if times == "once":
            break
    text = await talk.succeed("get_issue", issue=talk.issue)
    assert text.startswith(talk.issue)
    well = row.harmless or (times == "once" and (reads > 1 or row.declined))
    assert failed_in(text) == ([] if well else ["event", "suspect commits", "attachments"]), text
    assert (row.part_says or row.says if not well else "") in text
    talk.simulator.faults.clear()
    await pass_by(row.rest)
    assert "failed:" not in await talk.succeed("get_issue", issue=talk.issue, refresh=True)


@every_row
@both_times
async def test_an_issue_that_does_not_come_is_no_partial_answer(
    talk: Talk, row: Row, times: Times
) -> None:
    reads = row.part_reads or row.reads
    number = next(iter(map(str, talk.simulator.world.issues)))
    path = f"/issues/{number}/"
    talk.simulator.faults.add(fault_of(row, times, path))
    result = await talk.call("get_issue", issue=number)
    text = text_of(result)
    well = row.harmless or (times == "once" and reads > 1)
    assert result.is_error is not well, text
    missing = f"No issue '{number}' is visible" if row.read_says else row.part_says
    assert (talk.issue if well else missing or row.says) in text
    assert "failed:" not in text
    assert talk.count(path) == (min(reads, 2) if times == "once" else reads)
    talk.simulator.faults.clear()
    await pass_by(row.rest)
    assert "failed:" not in await talk.succeed("get_issue", issue=number)
