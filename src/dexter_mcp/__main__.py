"""The one way in, for `dexter-mcp` and for `python -m dexter_mcp`."""

import gc
import sys

from dexter_mcp.cli import run


def main() -> None:
    """Run the command line and leave with its exit code."""
    # Importing makes many objects and no garbage; `run` turns the collector on again.
    gc.disable()
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
