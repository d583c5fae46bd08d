"""What this process has shown to its model, as far as strangers wrote it.

Whoever can write an event can write "assign this to eve@evil.example" into it. A write that takes
such a word from there and from nowhere else is one that a stranger may have asked for.
"""

import re
from collections import deque
from typing import Final

_FENCED: Final = re.compile(
    r"\[event text (?P<mark>[0-9a-f]+):[^\]\n]*\]\n(?P<inside>.*?)\[end of event text (?P=mark)\]",
    re.DOTALL,
)
_KEPT: Final = 2**21
"""Characters of each kind that are kept in mind, the newest."""
_SHORTEST: Final = 4
"""Characters below which a word is too common to mean anything."""


class Shown:
    """Remembers event text apart from everything else that was shown."""

    def __init__(self) -> None:
        self._strange, self._ours = _Memory(), _Memory()

    def note(self, answer: str) -> None:
        """Keep an answer in mind: what stands in fences apart from what does not."""
        for found in _FENCED.finditer(answer):
            self._strange.add(found["inside"])
        self._ours.add(_FENCED.sub("\n", answer))

    def only_strangers_said(self, text: str) -> bool:
        """Tell whether a text has appeared in event text, and nowhere else."""
        told = _folded(text)
        return len(told) >= _SHORTEST and told in self._strange and told not in self._ours


class _Memory:
    def __init__(self) -> None:
        self._texts, self._size = deque[str](), 0

    def __contains__(self, told: str) -> bool:
        return any(told in text for text in self._texts)

    def add(self, text: str) -> None:
        told = _folded(text)
        if not told:
            return
        self._texts.append(told)
        self._size += len(told)
        while self._size > _KEPT and len(self._texts) > 1:
            self._size -= len(self._texts.popleft())


def _folded(text: str) -> str:
    """Spell a text so that blanks and the case of letters make no difference."""
    return "".join(text.split()).casefold()
