"""Standard output and error, made fit for their purpose before anything else is imported."""

import io
import os
import sys
from typing import TextIO


def use_utf8() -> None:
    """Write UTF-8 whatever the locale says, and never fail on a character."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def claim_stdout() -> TextIO:
    """Keep standard output for the protocol: whatever else is printed goes to standard error.

    This holds for this process's prints, at import time too, and for its children's.
    """
    sys.stdout.flush()
    wire = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.stdout = sys.stderr
    return io.TextIOWrapper(wire, encoding="utf-8", newline="\n")
