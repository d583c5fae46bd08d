"""Numbers, short enough to compare at a glance."""

_THOUSAND = 1000
_UNITS = ("", "k", "M", "G", "T", "P", "E")
_BINARY = 1024
_BYTES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


_MOST = 1e24
"""Nothing that is counted or measured comes to so much; beyond it, digits say nothing."""
OUT_OF_RANGE = "out of range"


def is_sane(number: float) -> bool:
    """Tell a number that somebody may have measured from what only JSON can spell."""
    return abs(number) <= _MOST


def count(number: float) -> str:
    """Shorten a count: 999, 1.2k, 34k, 5.6M."""
    return "".join(_scaled(number, _THOUSAND, _UNITS))


def counted(number: float, noun: str, plural: str = "") -> str:
    """Say how many of what: "1 event", "1.2k events"."""
    return f"{count(number)} {noun if number == 1 else plural or noun + 's'}"


def percent(part: float, whole: float) -> str:
    """Say how much of `whole` is `part`: 12%, 0.4%, <0.1%.

    A share of nothing is "-", and a share that only rounding would make 0% or 100% is not
    called so, because "no user" and "hardly any user" call for different decisions.
    """
    if not whole:
        return "-"
    if not is_sane(part) or not is_sane(whole) or not is_sane(100 * part / whole):
        return OUT_OF_RANGE
    share = 100 * part / whole
    if 0 < share < 0.05:  # noqa: PLR2004 - the smallest share that rounds to 0.1
        return "<0.1%"
    if 99.5 <= share < 100:  # noqa: PLR2004 - what would round to all of it
        return ">99%"
    return f"{_rounded(share)}%"


def size(number: float) -> str:
    """Shorten a number of bytes: 512 B, 1.5 KiB, 20 MiB."""
    return " ".join(_scaled(number, _BINARY, _BYTES)).rstrip()


def _scaled(number: float, step: int, units: tuple[str, ...]) -> tuple[str, str]:
    if not is_sane(number):
        return OUT_OF_RANGE, ""
    scaled, power = number, 0
    while _rounds_up_to(scaled, step) and power < len(units) - 1:
        scaled, power = scaled / step, power + 1
    return _rounded(scaled), units[power]


def _rounds_up_to(number: float, step: int) -> bool:
    return round(abs(number)) >= step


def _rounded(number: float) -> str:
    """Keep one decimal below ten, where it tells something."""
    return f"{number:.1f}".removesuffix(".0") if round(abs(number), 1) < 10 else f"{number:.0f}"  # noqa: PLR2004
