"""What can go wrong while talking to Sentry, and what the caller can do about it.

SentryError
├── Invalid       not sent: the request makes no sense   change the argument
├── NoToken       not sent: no token is set              set one
├── Unreachable   no answer at all                       try again later
├── Refused       401, 403                               use a token with the right scopes
├── NotFound      404                                    check the slug or the id
├── RateLimited   429                                    wait, then try again
├── Rejected      any other 4xx, a redirect elsewhere    change the request
└── Broken        5xx, or an unreadable body             try again later
"""

SCOPES = "org:read, project:read, team:read, member:read, event:read, alerts:read"
"""What a token needs for everything that this server reads."""


class SentryError(Exception):
    """A Sentry operation did not happen. The message is fit for a model to read."""

    advice = ""

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


class Refused(SentryError):
    """The token is invalid or expired, or lacks a scope or a membership."""


class NotFound(SentryError):
    """Nothing has that slug or id, or the token may not see it."""

    advice = "Check the slug or id with the matching list or search tool."


class RateLimited(SentryError):
    """Sentry asked us to slow down for longer than we were willing to wait."""


class Rejected(SentryError):
    """Sentry understood the request and declined it."""


class Broken(SentryError):
    """Sentry failed, or sent something we cannot read."""

    advice = "Try again later."
