"""The command line's grammar. Imports nothing heavy: `--help` and `--version` are instant."""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from dexter_mcp import __version__
from dexter_mcp.settings import VARIABLES

_EXAMPLES: Final = """\
examples:
  dexter-mcp                                 serve over stdio, with the token of the environment
  dexter-mcp --simulator                     serve a made-up Sentry; needs no token
  dexter-mcp demo                            see what an assistant would do and see
  dexter-mcp doctor                          find out why it does not work
  dexter-mcp call search_issues query='is:unresolved level:error' limit:=5
  dexter-mcp --simulator call get_issue issue=SHOP-2K7 --json
  dexter-mcp changes approve c-7f3k2m9qxw     agree to what an assistant wants to change
  dexter-mcp audit --last 20                 see what was changed, by whom
  dexter-mcp simulator --port 9000           a Sentry to point any SDK or client at

The token is read from SENTRY_AUTH_TOKEN, SENTRY_ACCESS_TOKEN, the file that
SENTRY_AUTH_TOKEN_FILE names, or ~/.sentryclirc. A flag wins over the environment.
"""

_CALL_EXAMPLES: Final = """\
arguments:
  key=value      text, as a model would write it; a repeated key makes a list
  key:=json      any JSON, such as limit:=5 or read_only:=true
"""

_CHANGES_EXAMPLES: Final = """\
  dexter-mcp changes                  the changes that assistants planned, the newest first
  dexter-mcp changes show c-…         one of them: its targets, and what became of them
  dexter-mcp changes approve c-…      see the plan, and agree to it; the assistant carries it out
  dexter-mcp changes reject c-…       see to it that nobody carries it out
  dexter-mcp changes pause c-…        end it before its next request to Sentry
"""

_ACTIONS: Final = ("list", "show", "approve", "reject", "pause")
_PORTS: Final = range(2**16)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say it in one sentence, without the usage."""
        self.exit(2, f"dexter-mcp: {message}; see {self.prog} --help.\n")


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read a command line; leaves with exit code 0 after `--help` and 2 after a mistake."""
    parser = _parser()
    start = argparse.Namespace(command="serve", simulator=False)
    arguments, rest = parser.parse_known_args(argv, start)
    # argparse takes the words up to the next flag and leaves those after it.
    if arguments.command == "changes" and not arguments.change and len(rest) == 1:
        arguments.change, rest = rest[0], []
    if unknown := [word for word in rest if arguments.command != "call" or word.startswith("-")]:
        parser.error(f"there is no {' '.join(unknown)}")
    if arguments.command == "call":
        try:
            arguments.values = _values([*arguments.values, *rest])
        except ValueError as error:
            parser.error(str(error))
    return arguments


def flags(arguments: argparse.Namespace) -> Mapping[str, Any]:
    """Pick out the settings, by field name; a flag that was not given is absent."""
    given = vars(arguments)
    names = ("token_file", *(variable.field for variable in VARIABLES))
    return {name: given[name] for name in names if name in given}


def _values(words: Sequence[str]) -> Mapping[str, Any]:
    found: dict[str, list[Any]] = {}
    for word in words:
        key, _, text = word.partition("=")
        name = key.removesuffix(":")
        if not name or name == word:
            raise ValueError(f"{word!r} is neither key=value nor key:=json")
        found.setdefault(name, []).append(text if name == key else _json(word, text))
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def _json(word: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError(f"{word!r} has no JSON after the :=") from None


def _parser() -> _Parser:
    shared = _settings_parser()
    parser = _Parser(
        prog="dexter-mcp",
        usage="dexter-mcp [SETTING …] [COMMAND …]",
        description="Sentry for language models, over the Model Context Protocol.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[shared],
    )
    parser.add_argument("--version", action="version", version=f"dexter-mcp {__version__}")
    commands = parser.add_subparsers(
        title="commands",
        metavar="COMMAND",
        description="without one: serve over stdio",
        prog="dexter-mcp",
    )
    for command in _COMMANDS:
        options = commands.add_parser(
            command.name,
            help=command.meaning,
            description=command.meaning[0].upper() + command.meaning[1:] + ".",
            epilog=command.epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            parents=[shared],
        )
        options.set_defaults(command=command.module or command.name)
        command.options(options)
    return parser


def _settings_parser() -> _Parser:
    """Make each setting a flag, to be given before the command or after it."""
    parser = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    group = parser.add_argument_group("settings")
    group.add_argument("--simulator", action="store_true", help="use the embedded simulator")
    group.add_argument("--token-file", metavar="PATH", help="file that holds the token")
    for variable in VARIABLES:
        switch = {"action": "store_const", "const": "yes"}
        kind: dict[str, Any] = {"metavar": variable.metavar} if variable.metavar else switch
        meaning = f"{variable.meaning} [{variable.environment}]"
        group.add_argument(variable.option, dest=variable.field, help=meaning, **kind)
    return parser


def _no_options(_: argparse.ArgumentParser) -> None:
    """Leave a command with the settings alone."""


def _call_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("tool", metavar="TOOL", help="name, as `dexter-mcp tools` lists it")
    command.add_argument(
        "values", metavar="key=value", nargs="*", default=[], help="arguments, see below"
    )
    command.add_argument("--json", action="store_true", help="print the whole result as JSON")


def _simulator_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--port", type=_port, default=0, help="port to use (default: a free one)")


def _audit_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--last", metavar="N", type=_amount, help="only the last N requests")
    command.add_argument("--change", metavar="ID", default="", help="only those of one change")
    command.add_argument(
        "--failed", action="store_true", help="only those that did not end as asked for"
    )
    command.add_argument("--json", action="store_true", help="print the lines as they are kept")


def _changes_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "action", nargs="?", default="list", choices=_ACTIONS, help="what to do (default: list)"
    )
    command.add_argument("change", metavar="ID", nargs="?", default="", help="such as c-7f3k2m9qxw")
    command.add_argument("--last", metavar="N", type=_amount, default=20, help="list only N")
    command.add_argument("--yes", action="store_true", help="approve without being asked")
    command.add_argument("--name", default="", help="of what will be deleted, instead of typing it")


def _amount(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} is no amount; give a number from 1 on")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) not in _PORTS:
        raise argparse.ArgumentTypeError(f"{text} is no port; choose one from 0 to {_PORTS[-1]}")
    return int(text)


@dataclass(frozen=True)
class _Command:
    name: str
    meaning: str
    module: str = ""
    epilog: str = ""
    options: Callable[[argparse.ArgumentParser], None] = _no_options


_COMMANDS: Final = (
    _Command("demo", "show an assistant at work on the simulator"),
    _Command("doctor", "check settings and connection, and say how to mend them"),
    _Command("tools", "list the tools with their sizes", module="surface"),
    _Command(
        "call",
        "call one tool and print what the model would read",
        epilog=_CALL_EXAMPLES,
        options=_call_options,
    ),
    _Command(
        "changes",
        "list what assistants planned to change, approve or stop it",
        epilog=_CHANGES_EXAMPLES,
        options=_changes_options,
    ),
    _Command("audit", "show every request that tried to change Sentry", options=_audit_options),
    _Command(
        "simulator",
        "serve the simulator over HTTP on this machine",
        module="simulate",
        options=_simulator_options,
    ),
)
