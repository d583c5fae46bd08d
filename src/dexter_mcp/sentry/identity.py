"""Who the token is, and what it may do."""

import re
from typing import Any, Literal

from pydantic import field_validator

from dexter_mcp.sentry.api import HOUR, MINUTE, Api
from dexter_mcp.sentry.errors import SentryError
from dexter_mcp.sentry.json_types import is_object
from dexter_mcp.sentry.reply import Reply
from dexter_mcp.sentry.wire import API

TokenKind = Literal["user", "organization", "integration", "oauth", "unknown"]

_PREFIXES: dict[str, TokenKind] = {
    "sntryu_": "user",
    "sntrys_": "organization",
    "sntryi_": "integration",
    "sntrya_": "oauth",
}

_CONFIG = "/api/client-config/"
_SETTINGS = "/api/settings/"
_OLD_USER_TOKEN = re.compile(r"[0-9a-f]{64}")


class User(Reply):
    """A person with an account in Sentry."""

    id: str = ""
    name: str = ""
    email: str = ""
    username: str = ""

    @property
    def called(self) -> str:
        """Name the person as well as Sentry knows."""
        return self.name or self.email or self.username or self.id


class Auth(Reply):
    """What the token was given."""

    scopes: tuple[str, ...] = ()


class Identity(Reply):
    """The token as Sentry sees it; `user` is absent for a token that acts for nobody."""

    version: str = ""
    auth: Auth = Auth()
    user: User | None = None


class _Told(Reply):
    """What a server tells its pages of itself: its version as such, or within an object."""

    version: str = ""

    @field_validator("version", mode="before")
    @classmethod
    def _current(cls, value: Any) -> Any:
        return value.get("current") if is_object(value) else value


class Identities:
    """What one can ask about oneself."""

    def __init__(self, api: Api, token: str) -> None:
        self._api, self._token = api, token

    @property
    def kind(self) -> TokenKind:
        """Tell the kind of token from its prefix; old user tokens are 64 hexadecimal digits.

        https://docs.sentry.io/api/auth/
        """
        for prefix, kind in _PREFIXES.items():
            if self._token.startswith(prefix):
                return kind
        return "user" if _OLD_USER_TOKEN.fullmatch(self._token) else "unknown"

    async def get(self) -> Identity:
        """Read the token's user and scopes.

        https://docs.sentry.io/api/auth/
        """
        return await self._api.get(Identity, f"{API}/", fresh_for=MINUTE)

    async def server_version(self) -> str:
        """Read which release the server is of; empty where it does not tell.

        Unpublished; the pages of self-hosted servers, and those of GlitchTip, ask for it. Sentry's
        own service is of no release.
        """
        for asked in (_CONFIG, _SETTINGS):
            try:
                told = await self._api.get(_Told, asked, fresh_for=HOUR, absent_for=HOUR)
            except SentryError:
                continue
            if told.version:
                return told.version
        return ""

    async def regions(self) -> dict[str, str]:
        """Name the regions that the token reaches, with their base URLs."""
        return await self._api.regions.list(self._api)
