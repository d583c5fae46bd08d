"""Which operations the facade reads with a model and a method of their own.

Read off its source: each address is spelt with `path(…)`, so that the method is known by where it
stands.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import dexter_mcp
from dexter_mcp.sentry.catalogue import operations

_FACADE: Final = Path(dexter_mcp.__file__).parent / "sentry"
_ANYTHING: Final = r"[^/]+"
_ANY_NUMBER: Final = r"(?:[^/]+/)*"


@cache
def typed() -> Mapping[str, str]:
    """Name for each reading operation the method of the facade that asks for it."""
    spelt = list(_spelt())
    found: dict[str, str] = {}
    for operation in operations().values():
        address = re.sub(r"\{\w+\}", "_", operation.path).strip("/") + "/"
        methods = [method for pattern, method in spelt if pattern.fullmatch(address)]
        if operation.reads and methods:
            found[operation.name] = methods[0]
    return found


def _spelt() -> Iterator[tuple[re.Pattern[str], str]]:
    """Read every address, the most literal first."""
    found: list[tuple[int, re.Pattern[str], str]] = []
    for file in sorted(_FACADE.glob("*.py")):
        for part in ast.parse(file.read_text("utf-8")).body:
            if isinstance(part, ast.ClassDef | ast.FunctionDef):
                found += [
                    (-literal, pattern, f"{file.stem}.{name}")
                    for literal, pattern, name in _addresses(part)
                ]
    yield from (each[1:] for each in sorted(found, key=lambda each: each[0]))


def _addresses(
    part: ast.ClassDef | ast.FunctionDef,
) -> Iterator[tuple[int, re.Pattern[str], str]]:
    methods = part.body if isinstance(part, ast.ClassDef) else [part]
    for method in methods:
        for node in ast.walk(method):
            if isinstance(node, ast.Call) and _is_path(node.func) and _literal(node):
                name = getattr(method, "name", part.name)
                yield _literal(node), _pattern(node), name


def _is_path(called: ast.expr) -> bool:
    return (isinstance(called, ast.Name) and called.id == "path") or (
        isinstance(called, ast.Attribute) and called.attr == "path"
    )


def _literal(call: ast.Call) -> int:
    """Count what is spelt out; an address that is wholly passed on names nothing."""
    return sum(isinstance(segment, ast.Constant) for segment in call.args)


def _pattern(call: ast.Call) -> re.Pattern[str]:
    return re.compile("".join(map(_segment, call.args)))


def _segment(segment: ast.expr) -> str:
    match segment:
        case ast.Constant(value=str(text)):
            return f"{re.escape(text)}/"
        case ast.Starred():
            return _ANY_NUMBER
        case _:
            return f"{_ANYTHING}/"
