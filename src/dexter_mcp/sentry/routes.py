"""Which routes a server has shown to have, so that one bad moment is not taken for a lack."""

import re
from collections.abc import Sequence
from typing import Final

_MOST: Final = 2_000
"""Routes that are remembered; there are some hundreds."""
_NAMED: Final = re.compile(
    r"(?<=/)(?P<kind>organizations|teams|members|releases|environments|tags|monitors|dashboards"
    r"|integrations|sentry-apps|issues|events|keys)/[^/]+/"
)
_OF_PROJECT: Final = re.compile(r"^/api/0/(?P<kind>projects|teams)/[^/]+/[^/]+/")
_WORD: Final = re.compile(r"(?:[A-Za-z][A-Za-z-]*_)?v[0-9]|[A-Za-z][A-Za-z_-]*")


class Routes:
    """Remembers, for as long as the process lives, where a server answered with JSON."""

    def __init__(self) -> None:
        self._answered = set[str]()

    def note(self, base: str, path: str) -> None:
        """Remember that there is something."""
        if len(self._answered) < _MOST:
            self._answered.add(base + route(path))

    def know(self, base: str, path: str) -> bool:
        """Tell whether there was something, whatever it was asked about."""
        return base + route(path) in self._answered


def route(path: str) -> str:
    """Take out of a path what names a thing, and leave what names a kind of things.

    >>> route("/api/0/organizations/acme/issues/4410/tags/browser/")
    '/api/0/organizations/*/issues/*/tags/*/'
    """
    start, rest = path[: len("/api/0/")], _OF_PROJECT.sub(r"/api/0/\g<kind>/*/*/", path)
    rest = _NAMED.sub(r"\g<kind>/*/", rest)[len(start) :]
    return start + "/".join(_kinds(rest.split("/")))


def _kinds(segments: Sequence[str]) -> list[str]:
    return [each if not each or _WORD.fullmatch(each) else "*" for each in segments]
