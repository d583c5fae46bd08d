"""Short ids: a project's slug and a counter in Sentry's base 32."""

import re

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def short_id(slug: str, number: int) -> str:
    """Write the short id of a project's issue, such as `CHECKOUT-2K7`."""
    return f"{slug.upper()}-{_base32(number)}"


def tidy(reference: str) -> str:
    """Write a short id as it is stored, whatever case and separator it comes with.

    The last blank, underscore or hyphen parts the slug from the counter.
    """
    return re.sub(r"[ _-](?=[^ _-]*$)", "-", reference.strip().upper())


def _base32(number: int) -> str:
    rest, digit = divmod(number, len(_ALPHABET))
    return (_base32(rest) if rest else "") + _ALPHABET[digit]
