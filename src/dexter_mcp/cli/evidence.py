"""What the doctor looks at: a few requests to Sentry, and what came of each."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import httpx2

from dexter_mcp.insights.side_by_side import Part, side_by_side
from dexter_mcp.sentry import Sentry
from dexter_mcp.sentry.identity import Identity, TokenKind
from dexter_mcp.sentry.network import network
from dexter_mcp.sentry.organizations import Organization
from dexter_mcp.sentry.pulse import Pulse
from dexter_mcp.settings import Settings


@dataclass(frozen=True)
class Evidence:
    """Everything that the checks judge; `headers` are those of Sentry's last answer."""

    settings: Settings
    kind: TokenKind
    identity: Part[Identity]
    regions: Part[dict[str, str]]
    organizations: Part[Sequence[Organization]]
    headers: httpx2.Headers = field(default_factory=httpx2.Headers)
    requests: int = 0
    seconds: float = 0.0
    pulse: Pulse = field(default_factory=Pulse)


async def gather(settings: Settings, wire: httpx2.AsyncBaseTransport | None = None) -> Evidence:
    """Ask Sentry who we are and what we reach; a failure is evidence too.

    Without a token the questions are asked all the same: a refusal shows that somebody is there.
    """
    tap = _Tap(wire or network(settings))
    asking = replace(settings, token=settings.token or "none")
    started = time.perf_counter()
    async with Sentry.connect(asking, tap) as sentry:

        async def organizations() -> Sequence[Organization]:
            return (await sentry.organizations.list()).items

        async with side_by_side(settings.soft_deadline) as these:
            identity = these.ask("identity", sentry.identity.get)
            regions = these.ask("regions", sentry.identity.regions)
            listed = these.ask("organizations", organizations)
    return Evidence(
        settings=settings,
        kind=sentry.identity.kind,
        identity=identity,
        regions=regions,
        organizations=listed,
        headers=tap.headers,
        requests=tap.requests,
        seconds=time.perf_counter() - started,
        pulse=sentry.pulse,
    )


class _Tap(httpx2.AsyncBaseTransport):
    """Listens where the requests leave, below retries and caches."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner
        self.headers = httpx2.Headers()
        self.requests = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.requests += 1
        response = await self._inner.handle_async_request(request)
        self.headers = response.headers
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()
