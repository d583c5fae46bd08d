"""The command line. Each command is a module of its own, imported when it is asked for."""

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from dexter_mcp.cli.arguments import parse
from dexter_mcp.cli.streams import claim_stdout, use_utf8
from dexter_mcp.settings import SettingsError
from dexter_mcp.tools.registry import UnknownToolset


def run(argv: Sequence[str]) -> int:
    """Carry out one command line and return its exit code.

    0 is success, 1 an answer that is an error, 2 a command line or setting that makes no sense.
    """
    use_utf8()
    arguments = parse(argv)
    if arguments.command == "serve":
        arguments.wire = claim_stdout()
    try:
        command = import_module(f"dexter_mcp.cli.{arguments.command}")
        gc.freeze()
        gc.enable()
        return command.run(arguments)
    except (SettingsError, UnknownToolset) as error:
        print(f"dexter-mcp: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader has gone, as in `dexter-mcp tools | head`; the last flush would say so again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
