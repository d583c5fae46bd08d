"""Keys, tokens, passwords and card numbers, taken out of text before it is shown or cut.

Two kinds of evidence count. A *shape* that only a secret has (`ghp_…`, a private key, a card
number whose check digit is right) is enough by itself. A *telltale name* (`password`,
`api_key`) makes a secret of whatever is assigned to it, unless that is plainly code, a
placeholder or a sentence. High entropy alone is no evidence: event ids, trace ids and commit
hashes have it too.

Every pattern is anchored at a literal and never scans the same text twice, so that the time
is linear whatever the text.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_START: Final = r"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt]))"
"""Where a token may begin: not inside a word, but right after an escaped line break."""

_UNSEEN: Final = r"(?!\[redacted)"

_Shown = Callable[[re.Match[str]], str]


@dataclass(frozen=True)
class _Shape:
    """What a secret looks like, and the literals without which a text can't hold one.

    The group `secret` is what is replaced; without such a group it is the whole match.
    """

    kind: str
    pattern: re.Pattern[str]
    literals: tuple[str, ...]

    def redact(text: str) -> str:
    """Replace each secret in a text by `[redacted: …]`, which names its kind.

    Ids, hashes and ordinary words are left alone. Redacting again changes nothing: it has been
    tried already, because what stands beside one secret may show another for what it is.
    """
    for _ in range(_MOST_PASSES):
        before, text = text, _redacted_once(text)
        if text == before:
            break
    return text


def _redacted_once(text: str) -> str:
    for shape in _SHAPES:
        text = shape.redact(text)
    text = _CREDENTIALS.sub(_without_credentials, text)
    lower = text.lower()
    if any(hint in lower for hint in _HINTS):
        text = _HEADER_PAIR.sub(_without_header, text)
        text = _HEADER_LINE.sub(_without_header, text)
        text = _ASSIGNED.sub(_without_assigned, text)
    return _CARD.sub(_without_card, text)


def redact_value(key: str, value: str) -> str:
    """Replace the value of a header, variable or cookie if its name or its shape is telltale."""
    named = _KEY.search(key)
    if not named or _holds_nothing(value):
        return redact(value)
    return _redacted(_kind(named[0]))


def _redacted(kind: str) -> str:
    return f"[redacted: {kind}]"


def _kind(name: str) -> str:
    return next((kind for kind, cores in _KINDS if cores.search(name)), "secret")


def _holds_nothing(value: str) -> bool:
    bare = value.strip().strip("\"'")
    return bool(_NO_SECRET.fullmatch(bare) or _PLACEHOLDER.match(bare))


def _without_credentials(match: re.Match[str]) -> str:
    lead = match["lead"] or match["bearer"] or match["basic"]
    return lead + _redacted("authorization")


def _without_header(match: re.Match[str]) -> str:
    return match["lead"] + _redacted(_kind(match["name"]))


def _without_assigned(match: re.Match[str]) -> str:
    if match["tag"]:
        return match["tag"] + _redacted(_kind(match["tag"]))
    if _spared(match):
        return match[0]
    return match["name"] + match["mid"] + (match["open"] or "") + _redacted(_kind(match["name"]))


def _spared(match: re.Match[str]) -> bool:
    value = match["quoted"] or match["plain"]
    if _holds_nothing(value):
        return True
    before = match.string[max(0, match.start() - _LOOK_BACK) : match.start()]
    if _PROSE_BEFORE.search(before):
        return not _tells(value, _LONG_EVEN_IN_PROSE)
    if match["quoted"]:
        return bool(_SENTENCE.match(value))
    return _is_code(value) or (":" in match["mid"] and not _is_setting(match, before))


def _is_code(value: str) -> bool:
    is_name = _IDENTIFIER.fullmatch(value) and _KEY.search(value)
    return bool(is_name or _CODE.match(value))


def _is_setting(match: re.Match[str], before: str) -> bool:
    """Tell `password: x` in a configuration from "password: x" in a sentence."""
    if _tells(match["plain"], _LONG_ENOUGH):
        return True
    after = match.string[match.end() : match.end() + _LOOK_BACK].lstrip(" \t")
    return after[:1] in {"", "\n"} and bool(_LINE_BEFORE.fullmatch(before))


def _tells(value: str, long_enough: int) -> bool:
    return len(value) >= long_enough and any(character.isdigit() for character in value)


def _without_card(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match[0])
    if not _CARD_PREFIX.fullmatch(digits) or not _luhn(digits):
        return match[0]
    is_id = match[0] == digits and int(digits) in _SENTRY_IDS
    return digits if is_id else _redacted("card number")


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0
