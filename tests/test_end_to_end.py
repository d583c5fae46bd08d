"""The main job on real input: a program fails, its SDK reports, an assistant reads why.

Everything is real but Sentry itself: a script with the `sentry-sdk` package, the simulator over
HTTP, this server as a subprocess over stdio, an MCP client in each protocol era.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from mcp import Client, StdioServerParameters

from answers import text_of

pytestmark = pytest.mark.anyio

SCRIPT = """\
import sys

import sentry_sdk

sentry_sdk.init(dsn=sys.argv[1], release="till@4.2.0", environment="production",
                default_integrations=False)


def load_basket(number):
    baskets = {7: "apples"}
    return baskets[number]  # the line that fails


def pay(number):
    try:
        return load_basket(number)
    except KeyError as error:
        raise RuntimeError(f"basket {number} cannot be paid") from error


sentry_sdk.set_tag("till", "north-3")
sentry_sdk.set_user({"id": "u-77", "email": "ana@shopper.test"})
sentry_sdk.add_breadcrumb(category="till", message="barcode scanned twice", level="warning")
try:
    pay(42)
except RuntimeError:
    sentry_sdk.capture_exception()
sentry_sdk.flush()
"""


class Served(NamedTuple):
    url: str
    token: str
    dsn: str


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Serve the simulator on a free port of the loopback, as a user would."""
    command = [sys.executable, "-m", "dexter_mcp", "simulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = ""
        while not re.search(r"http://\w+@127\.0\.0\.1:\d+/\d+", said):
            line = process.stdout.readline()
            assert line, f"it ended early: {said}"
            said += line
        url = found(r"http://127\.0\.0\.1:\d+(?=\s|$)", said)
        token = found(r"sntryu_\w+", said)
        dsn = found(r"http://\w+@127\.0\.0\.1:\d+/\d+", said)
        yield Served(url, token, dsn)
        process.terminate()


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match, f"{pattern} is not in: {text}"
    return match[0]


@pytest.fixture(scope="module")
def reported(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Served:
    script = tmp_path_factory.mktemp("till") / "till.py"
    script.write_text(SCRIPT, encoding="utf-8")
    subprocess.run([sys.executable, script, served.dsn], check=True, timeout=60)
    return served


@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_an_assistant_reads_why_a_real_program_failed(reported: Served, era: str) -> None:
    environment = {
        **os.environ,
        "SENTRY_URL": reported.url,
        "SENTRY_AUTH_TOKEN": reported.token,
    }
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "dexter_mcp"], env=environment
    )
    async with Client(server, mode=era) as client:
        hits = text_of(await client.call_tool("search_issues", {"query": "cannot be paid"}))
        short_id = found(r"[A-Z][A-Z\-]*-[0-9A-Z]+(?=.*basket 42 cannot be paid)", hits)
        told = text_of(await client.call_tool("get_issue", {"issue": short_id}))
    assert told.index("RuntimeError") < told.index("KeyError: 42")
    assert "return baskets[number]  # the line that fails" in told
    assert "load_basket" in told
    assert "number=42" in told
    assert "north-3" in told
    assert "barcode scanned twice" in told
    assert "till@4.2.0" in told
