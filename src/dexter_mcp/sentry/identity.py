"""Who the token is, and what it may do."""

import re
from typing import Literal

from dexter_mcp.sentry.api import MINUTE, Api
from dexter_mcp.sentry.reply import Reply
from dexter_mcp.sentry.wire import API

TokenKind = Literal["user", "organization", "integration", "oauth", "unknown"]

_PREFIXES: dict[str, TokenKind] = {
    "sntryu_": "user",
    "sntrys_": "organization",
    "sntryi_": "integration",
    "sntrya_": "oauth",
}

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

    async def regions(self) -> dict[str, str]:
        """Name the regions that the token reaches, with their base URLs."""
        return await self._api.regions.list(self._api)
