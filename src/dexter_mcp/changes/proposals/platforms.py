"""The platforms that projects may have: a name such as `python-django` begins with one of these."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

_KNOWN: Final = frozenset(
    {
        *("android", "apple", "bun", "c", "capacitor", "cfml", "cloudflare", "cocoa", "cordova"),
        *("csharp", "dart", "deno", "dotnet", "electron", "elixir", "flutter", "fsharp", "go"),
        *("godot", "groovy", "haskell", "ionic", "java", "javascript", "kotlin", "minidump"),
        *("native", "nintendo", "node", "objc", "other", "perl", "php", "playstation"),
        *("powershell", "python", "react", "rails", "ruby", "rust", "scala", "swift", "unity"),
        *("unreal", "xbox"),
    }
)


def doubts(platform: str) -> Iterator[str]:
    """Warn of a platform that Sentry hardly knows; newer servers may know more of them."""
    begins = platform.partition("-")[0]
    if not platform or begins in _KNOWN:
        return
    close = get_close_matches(begins, sorted(_KNOWN), n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    yield f"Sentry hardly knows the platform {platform[:80]}, and refuses those it does not{hint}"
