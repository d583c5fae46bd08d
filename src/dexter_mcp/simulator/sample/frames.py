"""Stack traces, cut from excerpts of the shop's own source code and from lists of library calls.

A trace is written as steps, the oldest call first: `*django` stands for the calls of a library,
`PaymentService.authorize > reply[` for the line of that function which holds `reply[`. All issues
that pass the same place show the same code and line number there, as they would in life.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Literal, Self

from dexter_mcp.simulator.sample.reprs import shown
from dexter_mcp.simulator.sample.sources import sections
from dexter_mcp.simulator.telling.story import Json

_CONTEXT = 5
_HEADER = re.compile(r"(?P<path>\S+):(?P<line>\d+) (?P<function>.+)")
_CALL = re.compile(
    r"(?P<path>\S+?)(?::(?P<line>-?\d+))?(?::(?P<column>\d+))? (?P<function>.+?)(?: \| (?P<code>.+))?"
)

Origin = Literal["ours", "library"]

Language = Callable[[str, str, Origin], Json]
"""How an SDK names a place, from its path and its function."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some consecutive lines of one file."""

    path: str
    first_line: int
    function: str
    lines: tuple[str, ...]

    def at(self, text: str) -> Json:
        """Cut the source fields of a frame around the line that holds `text`.

        Raises:
            LookupError: No line holds it.
        """
        for index, line in enumerate(self.lines):
            if text in line:
                return {
                    "lineno": self.first_line + index,
                    "context_line": line,
                    "pre_context": list(self.lines[max(0, index - _CONTEXT) : index]),
                    "post_context": list(self.lines[index + 1 : index + 1 + _CONTEXT]),
                }
        raise LookupError(f"No line of {self.function} holds {text!r}: look at its excerpt.")


def excerpts(project: str) -> Mapping[str, Excerpt]:
    """Read the source code of a project, by function.

    The key is the function alone where only one file has it, else `file:function`, the file without its suffix.
    """
    found = [
        Excerpt(head["path"], int(head["line"]), head["function"], lines)
        for header, lines in sections(f"code/{project}")
        if (head := _HEADER.fullmatch(header))
    ]
    by_name = groupby(sorted(found, key=_function), _function)
    return {
        key: excerpt
        for name, same in by_name
        for key, excerpt in _told_apart(name, list(same)).items()
    }


def _function(excerpt: Excerpt) -> str:
    return excerpt.function


def _told_apart(name: str, same: list[Excerpt]) -> dict[str, Excerpt]:
    if len(same) == 1:
        return {name: same[0]}
    return {f"{PurePosixPath(excerpt.path).stem}:{name}": excerpt for excerpt in same}


@dataclass(frozen=True, slots=True)
class Call:
    """A call in a library: what is shown of it is the line alone."""

    path: str
    function: str
    shown: Json

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read `path:line:column function | code`, of which only path and function must be."""
        match = _CALL.fullmatch(line)
        if match is None:
            raise ValueError(f"{line!r} is no call: write `path:line function | code`.")
        shown: Json = {"in_app": False}
        shown |= {"lineno": int(match["line"])} if match["line"] else {}
        shown |= {"colno": int(match["column"])} if match["column"] else {}
        shown |= {"context_line": f"    {match['code']}"} if match["code"] else {}
        return cls(match["path"], match["function"], shown)


LIBRARIES: Mapping[str, Sequence[Call]] = MappingProxyType(
    {
        name: [Call.parse(line) for line in filter(None, lines)]
        for name, lines in sections("libraries")
    }
)
"""Calls that always come together, by name."""


@dataclass(frozen=True, slots=True)
class Tracer:
    """Turns the text of a trace into frames as an SDK sends them."""

    code: Mapping[str, Excerpt]
    language: Language
    with_vars: bool = False

    def frames(self, trace: Sequence[str], innermost: Mapping[str, object]) -> list[Json]:
        """Write the frames of `trace`, the oldest first.

        `innermost` holds the variables of the last frame of ours.
        """
        frames = [frame for step in trace for frame in self._frames(step)]
        ours = [frame for frame in frames if frame["in_app"]]
        if ours and innermost:
            ours[-1]["vars"] = ours[-1].get("vars", {}) | dict(innermost)
        return frames

    def _frames(self, step: str) -> Iterator[Json]:
        if step.startswith("*"):
            for call in LIBRARIES[step[1:]]:
                yield self.language(call.path, call.function, "library") | call.shown
        else:
            name, _, text = step.partition(" > ")
            yield self._ours(self.code[name], text)

    def _ours(self, excerpt: Excerpt, text: str) -> Json:
        frame = self.language(excerpt.path, excerpt.function, "ours")
        frame |= excerpt.at(text) | {"in_app": True}
        if self.with_vars:
            frame["vars"] = shown(excerpt.lines, text)
        if "colno" in frame:
            frame["colno"] = frame["context_line"].index(text) + 1
        return frame


def python(path: str, function: str, origin: Origin) -> Json:
    """Name a place as the Python SDK does."""
    standard = "/" not in path or path.startswith(("json/", "concurrent/", "http/"))
    library = "/usr/local/lib/python3.13" + ("" if standard else "/site-packages")
    root = "/app" if origin == "ours" else library
    return {
        "filename": path,
        "abs_path": f"{root}/{path}",
        "module": path.removesuffix(".py").removesuffix("/__init__").replace("/", "."),
        "function": function,
    }


def javascript(path: str, function: str, _: Origin) -> Json:
    """Name a place as the browser SDK does once its source map is applied."""
    if ":" in path:
        return {"filename": path, "abs_path": path, "function": function, "colno": 0}
    return {
        "filename": f"./{path}",
        "abs_path": f"webpack:///./{path}",
        "module": path.rpartition(".")[0],
        "function": function,
        "colno": 0,
    }


def jvm(path: str, function: str, _: Origin) -> Json:
    """Name a place as the Java SDK does: by class, the file without its folder."""
    owner, suffix = path.rsplit(".", 1)
    file = f"{owner.rpartition('/')[2].partition('$')[0]}.{suffix}"
    return {
        "filename": file,
        "abs_path": file,
        "module": owner.replace("/", "."),
        "function": function,
    }


def go(path: str, function: str, origin: Origin) -> Json:
    """Name a place as the Go SDK does: by package, with the receiver in the function."""
    package = path.rpartition("/")[0]
    standard = "." not in path.partition("/")[0]
    root = "/src" if origin == "ours" else "/usr/local/go/src" if standard else "/go/pkg/mod"
    return {
        "filename": path,
        "abs_path": f"{root}/{path}",
        "module": f"acme.test/gateway/{package}" if origin == "ours" else package,
        "function": function,
    }


def cocoa(path: str, function: str, origin: Origin) -> Json:
    """Name a place as the Apple SDK does: by image and address."""
    address = int(sha256(f"{path}{function}".encode()).hexdigest()[:7], 16)
    frame: Json = {
        "package": "Acme" if origin == "ours" else path,
        "function": function,
        "instruction_addr": f"{0x100000000 + address:#x}",
    }
    if origin == "ours":
        frame |= {"filename": path.rpartition("/")[2], "abs_path": f"/build/{path}"}
    return frame
