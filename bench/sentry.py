"""The simulated Sentry as the bench holds it: started, asked, let go."""

import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import anyio
import httpx2
from anyio.streams.buffered import BufferedByteReceiveStream
from pydantic import BaseModel

_SCRIPT = Path(__file__).with_name("simulated.py")
_LINE = 2**20


class Told(BaseModel):
    """What the simulated Sentry says of itself when it is up."""

    url: str
    token: str
    org: str
    projects: list[str]
    issues: list[str]
    ledger: str
    """The path to write comments to."""


class Spoiled(BaseModel):
    """How many requests a fault hit, and how many the limits refused."""

    faults: int
    refusals: int


class Carried(BaseModel):
    """Requests that changed something, each as `PUT /path`, and how many met a fault."""

    writes: list[str]
    requests: int
    faults: int


class Sentry:
    """A Sentry that counts what it is asked, and misbehaves on demand."""

    def __init__(self, told: Told, http: httpx2.AsyncClient) -> None:
        self.told, self._http = told, http

    @property
    def environment(self) -> dict[str, str]:
        """Say where it is, under the names by which servers for Sentry know it."""
        return {
            "SENTRY_URL": self.told.url,
            "SENTRY_HOST": self.told.url.removeprefix("http://"),
            "SENTRY_AUTH_TOKEN": self.told.token,
            "SENTRY_ACCESS_TOKEN": self.told.token,
        }

    async def seen(self) -> list[str]:
        """List the requests since the last time, each as `GET /path?query`."""
        lines: list[str] = (await self._http.get("/bench/seen")).json()
        return lines

    async def spoiled(self) -> Spoiled:
        """Count what went wrong so far."""
        return Spoiled.model_validate_json((await self._http.get("/bench/spoiled")).content)

    async def ledger(self) -> dict[str, int]:
        """Tell how often each comment was written."""
        entries: dict[str, int] = (await self._http.get("/bench/ledger")).json()
        return entries

    async def state(self) -> dict[str, dict[str, Any]]:
        """Tell how everything is that the changes of the bench are about."""
        found: dict[str, dict[str, Any]] = (await self._http.get("/bench/state")).json()
        return found

    async def carried(self) -> Carried:
        """Tell what was carried out since gusts can come, and how many of them came."""
        return Carried.model_validate_json((await self._http.get("/bench/carried")).content)

    async def weather(self, name: Literal["calm", "storm", "gusts"]) -> None:
        """Misbehave, or stop doing so."""
        await self._http.post(f"/bench/weather/{name}")

    async def replay(self, lines: Sequence[str]) -> float:
        """Send requests once more by a bare client, one after the other; give the seconds."""
        began = time.perf_counter()
        for line in lines:
            method, _, target = line.partition(" ")
            await self._http.request(method, target)
        return time.perf_counter() - began


@asynccontextmanager
async def simulated_sentry() -> AsyncGenerator[Sentry]:
    """Start one in a process of its own, and stop it at the end."""
    command = [sys.executable, str(_SCRIPT)]
    async with await anyio.open_process(command, stderr=subprocess.DEVNULL) as process:
        try:
            if process.stdout is None:
                raise RuntimeError("The pipe is missing.")
            line = await BufferedByteReceiveStream(process.stdout).receive_until(b"\n", _LINE)
            told = Told.model_validate_json(line)
            headers = {"authorization": f"Bearer {told.token}"}
            async with httpx2.AsyncClient(base_url=told.url, headers=headers, timeout=30) as http:
                yield Sentry(told, http)
        finally:
            process.terminate()
