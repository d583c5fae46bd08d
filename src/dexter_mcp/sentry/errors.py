"""What can go wrong while talking to Sentry, and what the caller can do about it.

SentryError
├── Invalid       not sent: the request makes no sense   change the argument
├── NoToken       not sent: no token is set              set one
├── Unreachable   no answer at all                       try again later
│   ├── Broke     sent, but the connection broke         try again later
│   └── Resting   not sent: Sentry fails all the time    try again in so many seconds
├── Unclear       a write that may have been carried out read what it became before sending again
├── Refused       401, 403                               use a token with the right scopes
├── NotFound      404                                    check the slug or the id
│   └── Lacks     the server has no such thing at all    do without it
├── RateLimited   429                                    wait so many seconds, then try again
├── Rejected      any other 4xx, a redirect elsewhere    change the request
│   ├── Gone      410: Sentry has retired this           use what replaced it
│   ├── Unfit     405: not for this kind of request      ask for something else
│   └── TooLarge  the answer is too large to read        ask for less
└── Broken        5xx, or an unreadable body             try again later
"""

import math
from typing import Self

from dexter_mcp.sentry import features

SCOPES = "org:read, project:read, team:read, member:read, event:read"
"""What a token needs for everything that this server reads."""


def _whole(seconds: float) -> int:
    """Round up: who comes back a moment too early is refused again."""
    return max(1, math.ceil(round(seconds, 3)))


class SentryError(Exception):
    """A Sentry operation did not happen. The message is fit for a model to read.

    `retry_after` is how many seconds to wait before it may work, where that is known.
    """

    advice = ""
    retry_after: int | None = None

    def __str__(self) -> str:
        return " ".join(part for part in (super().__str__(), self.advice) if part)


class Invalid(SentryError):
    """The request could not mean anything, so nothing was sent."""


class NoToken(SentryError):
    """There is no token to show to Sentry."""

    def __init__(self, url: str) -> None:
        super().__init__(
            "No Sentry token is set. Set SENTRY_AUTH_TOKEN to a user auth token with the scopes "
            f"{SCOPES}; one is made at {url}/settings/account/api/auth-tokens/."
        )


class Unreachable(SentryError):
    """Sentry did not answer."""

    advice = "Try again later."


class Broke(Unreachable):
    """The request left, and no whole answer came back."""


class Unclear(SentryError):
    """Nobody knows whether Sentry carried a write out."""

    advice = (
        "Sentry may have carried it out all the same: read what is there before sending it again."
    )


class Resting(Unreachable):
    """Sentry has failed so often in a row that we leave it alone for a while."""

    advice = ""

    def __init__(self, host: str, seconds: float) -> None:
        self.retry_after = _whole(seconds)
        super().__init__(
            f"{host} has failed several times in a row, so nothing was sent. "
            f"Try again in {self.retry_after} s."
        )


class Refused(SentryError):
    """The token is invalid or expired, or lacks a scope or a membership."""


class NotFound(SentryError):
    """Nothing has that slug or id, or the token may not see it.

    `wordless` says that the organization is there, and Sentry does not say what is missing: it may
    be the route itself.
    """

    wordless = False

    @classmethod
    def without_reason(cls, path: str) -> Self:
        """Say what Sentry had nothing to say about, in an organization that is there."""
        where, what = features.place(path), features.named(path)
        if features.is_whole(path):
            error = cls(
                f"This server has no {what}, or has that feature switched off: there is nothing at "
                f"{where}."
            )
            error.wordless, error.advice = True, "Do without."
            return error
        may_be = f"this server may have no {what}" if what else "this server may not know it"
        error = cls(
            f"Sentry has nothing at {where}. It gives no reason: {may_be}, or the feature may be "
            "switched off."
        )
        error.wordless, error.advice = True, "Check what was named; if that is right, do without."
        return error

    advice = "Check the slug or id with the matching list or search tool."


class Lacks(NotFound):
    """A server that knows Sentry's API seems to have no such thing; `how` it showed that."""

    wordless = True
    advice = "Do without it if that goes on."

    def __init__(self, path: str, how: str) -> None:
        self.how, what = how, features.named(path)
        lacking = f"have no {what}" if what else "lack what that takes"
        super().__init__(f"This server seems to {lacking}: it {how} at {features.place(path)}.")


class RateLimited(SentryError):
    """Sentry asked us to slow down for longer than we were willing to wait.

    `why` says in half a sentence who wants it so.
    """

    why = "Sentry asks to wait"

    @classmethod
    def for_seconds(cls, seconds: float, reason: str = "") -> Self:
        """Tell when it may work again."""
        said = f" ({reason.rstrip('.')})" if reason else ""
        whole = _whole(seconds)
        error = cls(f"Sentry asks to wait {whole} s{said}. Wait that long, then go on.")
        error.retry_after = whole
        return error


class Rejected(SentryError):
    """Sentry understood the request and declined it."""


class Unfit(Rejected):
    """The server has something there that is not for this kind of request."""


class Gone(Rejected):
    """Sentry has retired the endpoint, for good or for the minutes of a brown-out.

    `replacement` is the path of what replaces it, as far as Sentry tells: empty, or with a
    `:name` where Sentry does not know what to fill in. Who knows how to ask there does so.
    """

    def __init__(self, replacement: str) -> None:
        self.replacement = replacement
        instead = f" {replacement} replaces it." if replacement else ""
        super().__init__(
            f"Sentry has retired what this asks for.{instead} Update dexter-mcp if this goes on."
        )


class TooLarge(Rejected):
    """The answer did not fit into what we are willing to read."""

    def __init__(self, limit: int) -> None:
        size = f"{limit / 2**20:.3g} MiB" if limit >= 2**20 else f"{limit / 2**10:.3g} KiB"
        super().__init__(
            f"Sentry's answer is larger than {size}, so it was not read. "
            "Narrow the query, or ask for fewer items."
        )


class Broken(SentryError):
    """Sentry failed, or sent something we cannot read."""

    advice = "Try again later."

    @classmethod
    def for_seconds(cls, seconds: float | None, said: str) -> Self:
        """Tell when it may work again, where that is known."""
        if not seconds:
            return cls(said)
        whole = _whole(seconds)
        error = cls(f"{said} It asks to wait {whole} s.")
        error.retry_after, error.advice = whole, "Wait that long, then try again."
        return error
