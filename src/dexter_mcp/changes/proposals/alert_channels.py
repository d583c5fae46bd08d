"""Which channel of a chat an alert tells: found among those that the chat has.

Sentry can't always list them. What could not be checked goes as it was written, with a word on why.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from dexter_mcp.insights.desk import Desk
from dexter_mcp.sentry.errors import Invalid, NotFound, SentryError
from dexter_mcp.sentry.integrations import MOST_CHANNELS, Channel, Integration
from dexter_mcp.views.untrusted import name

_ID: Final = re.compile(r"[CGDU][A-Z0-9]{7,}|\d{15,}|19:\S+@thread\.\w+")
_PERSON: Final = re.compile(r"@.+|[DU][A-Z0-9]{7,}")
"""Somebody whom Slack writes to directly: they are in no list of channels."""
_SHOWN: Final = 80
_CLOSE: Final = 3
_FEW: Final = 20


@dataclass(frozen=True)
class Meant:
    """A channel as an action names it: its id and its name, as far as they are known.

    `doubt` says why it could not be checked.
    """

    id: str = ""
    display: str = ""
    doubt: str = ""


async def meant(desk: Desk, org: str, chat: Integration, whom: str) -> Meant:
    """Find a channel by its name or id.

    Raises:
        Invalid: The chat has no such channel, or several of that name.
    """
    if chat.standing != "active":
        return _written(whom)
    if _PERSON.fullmatch(whom):
        return _written(whom, f"Sentry lists channels, not people, so {whom[:_SHOWN]}")
    known, doubt = await _channels(desk, org, chat)
    found = _fitting(known, whom)
    if len(found) > 1:
        ids = ", ".join(each.id for each in found)
        raise Invalid(
            f"`actions`: {_called(chat)} has several {whom[:_SHOWN]!r}. Write one of {ids}."
        )
    if found:
        return Meant(found[0].id, found[0].called)
    if doubt:
        return _written(whom, f"{doubt}, so {whom[:_SHOWN]}")
    raise Invalid(_none(chat, known, whom))


def _written(whom: str, why: str = "") -> Meant:
    doubt = f"{why} could not be checked" if why else ""
    return Meant(id=whom, doubt=doubt) if _ID.fullmatch(whom) else Meant(display=whom, doubt=doubt)


async def _channels(desk: Desk, org: str, chat: Integration) -> tuple[Sequence[Channel], str]:
    """List what there is; says besides why something else may be there all the same."""
    try:
        known = await desk.sentry.integrations.channels(org, chat.id)
    except NotFound:
        return (), f"this server can't list the channels of {_called(chat)}"
    except SentryError:
        return (), f"the channels of {_called(chat)} could not be listed just now"
    if not known:
        return (), f"Sentry got no channels from {_called(chat)}"
    if len(known) >= MOST_CHANNELS:
        return known, f"{_called(chat)} has more channels than Sentry lists"
    return known, ""


def _fitting(known: Sequence[Channel], whom: str) -> Sequence[Channel]:
    """Find it by its id, or else by its name."""
    by_id = [each for each in known if each.id == whom]
    return by_id or [each for each in known if _plain(each.called) == _plain(whom)]


def _none(chat: Integration, known: Sequence[Channel], whom: str) -> str:
    """Say that there is no such channel, which come close, and where they are few, which there are.

    What is read in the catalogue counts as strangers' words, and so asks for a person's consent.
    """
    names = {_plain(each.called): name(each.called) for each in known}
    close = get_close_matches(_plain(whom), names, n=_CLOSE, cutoff=0.5)
    hint = f" Did you mean {' or '.join(names[each] for each in close)}?" if close else ""
    among = f" There are: {', '.join(names[each] for each in sorted(names))}."
    if len(known) > _FEW:
        among = f" All: `read_sentry` list_integration_channels integration={chat.id}."
    return (
        f"`actions`: {_called(chat)} has no channel {whom[:_SHOWN]!r}: Sentry sees {len(known)}, "
        f"private ones only where it was invited.{hint}{among}"
    )


def _plain(text: str) -> str:
    return text.strip().lstrip("#").casefold()


def _called(chat: Integration) -> str:
    return f"{chat.provider.key} {name(chat.name)}"
