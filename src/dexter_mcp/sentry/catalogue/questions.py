"""An operation with its arguments: checked before anything is sent."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from typing import Final

from dexter_mcp.sentry import wire
from dexter_mcp.sentry.catalogue.operations import Operation, Parameter
from dexter_mcp.sentry.errors import Invalid
from dexter_mcp.sentry.wire import QueryValue

Given = Mapping[str, tuple[str, ...]]
"""Texts by the name of their argument; a name may be given several times."""

PAGING: Final = frozenset({"cursor", "per_page", "limit", "count", "startIndex"})
"""What the server itself says, for the caller's `limit` and `cursor`."""
NOT_DATA: Final = frozenset({"download", "llmFormat"})
"""What makes an operation answer with a file or a text in place of data."""

_NAMES: Final = {
    "organization_id_or_slug": "org",
    "version": "release",
    "key_id": "client_key",
    "query_id": "saved_query",
    "period": "statsPeriod",
}
"""Other words for an argument: Sentry's for ours, and ours for Sentry's."""
_WHOLE: Final = re.compile(r"-?[0-9]{1,19}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,19}(?:\.[0-9]{1,9})?")
_TRUTH: Final = {"true": "1", "1": "1", "yes": "1", "false": "0", "0": "0", "no": "0"}
_SHOWN: Final = 80


@dataclass(frozen=True)
class Question:
    """What is asked of an operation: the parts of its path, and its query."""

    operation: Operation
    places: Mapping[str, str]
    query: Mapping[str, QueryValue] = field(default_factory=dict[str, QueryValue])

    @property
    def path(self) -> str:
        """Fill in the path."""
        return filled(self.operation, self.places)


def filled(operation: Operation, places: Mapping[str, str]) -> str:
    """Fill in the path of an operation. SCIM's have no slash at their end, all others do."""
    segments = operation.path.strip("/").split("/")
    path = wire.path(*(places[s[1:-1]] if s.startswith("{") else s for s in segments))
    return path if operation.path.endswith("/") else path.rstrip("/")


def given(operation: Operation, arguments: Iterable[str]) -> Given:
    """Read arguments such as `sort=-started_at`; a name may be repeated.

    Sentry's own name for a part of the path, such as `issue_id`, stands for ours.

    Raises:
        Invalid: One has no name.
    """
    found: dict[str, tuple[str, ...]] = {}
    for text in arguments:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise Invalid(f"{text[:_SHOWN]!r} is no argument. Write each as `name=value`.")
        own = _own_name(operation, name.strip())
        found[own] = (*found.get(own, ()), value)
    return found


def question(operation: Operation, told: Given) -> Question:
    """Check what was given against what the operation takes.

    Raises:
        Invalid: An argument is unknown, missing, or not what it must be; the message says which,
            and what there is.
    """
    _check_names(operation, told)
    if missing := [name for name in operation.needs if not any(told.get(name, ()))]:
        raise Invalid(f"{operation.name} needs {_spelt(missing)}. {_takes(operation)}")
    return Question(
        operation,
        {name: _single(name, told[name]) for name in operation.places},
        {
            name: _checked(operation.narrowing[name], values)
            for name, values in told.items()
            if name in operation.narrowing
        },
    )


def _own_name(operation: Operation, name: str) -> str:
    if name in operation.narrowing:
        return name
    short = _NAMES.get(name) or name.removesuffix("_or_slug").removesuffix("_id")
    return short if short in operation.places or short in operation.narrowing else name


def _check_names(operation: Operation, told: Iterable[str]) -> None:
    known = [*operation.places, *operation.narrowing]
    for name in told:
        if name in NOT_DATA and name in known:
            raise Invalid(f"`{name}` would bring a file or a text, not data. Leave it out.")
        if name in PAGING:
            raise Invalid(f"`{name}` is given beside `arguments`, as `limit` or `cursor`.")
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f" Did you mean `{close[0]}`?" if close else ""
            raise Invalid(
                f"{operation.name} has no argument {name[:_SHOWN]!r}.{hint} {_takes(operation)}"
            )


def _takes(operation: Operation) -> str:
    own = [*operation.places, *operation.narrowing]
    names = [name for name in own if name not in PAGING | NOT_DATA]
    return f"It takes {', '.join(names)}." if names else "It takes no arguments."


def _spelt(names: Sequence[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _single(name: str, values: Sequence[str]) -> str:
    if len(values) > 1:
        raise Invalid(f"`{name}` takes one value here, not {len(values)}.")
    return values[0].strip()


def _checked(parameter: Parameter, values: Sequence[str]) -> QueryValue:
    told = [_value(parameter, value) for value in values]
    return told if parameter.repeated else _single(parameter.name, told)


def _value(parameter: Parameter, text: str) -> str:
    """Check one value, and write it as Sentry reads it."""
    if parameter.values:
        return _one_of(parameter, text)
    match parameter.type:
        case "boolean":
            return _TRUTH.get(text.lower()) or _refuse(parameter, text, "true or false")
        case "integer":
            return _within(parameter, text) if _WHOLE.fullmatch(text) else _odd(parameter, text)
        case "number":
            return text if _NUMBER.fullmatch(text) else _refuse(parameter, text, "a number")
        case "datetime":
            return _moment(parameter, text)
        case _:
            return text


def _one_of(parameter: Parameter, text: str) -> str:
    known = [str(value) for value in parameter.values]
    if text in known:
        return text
    return _refuse(parameter, text, f"one of {', '.join(filter(None, known))}")


def _within(parameter: Parameter, text: str) -> str:
    if parameter.least is not None and int(text) < parameter.least:
        return _refuse(parameter, text, f"at least {parameter.least:g}")
    return text


def _odd(parameter: Parameter, text: str) -> str:
    """Take `1h` for an interval, which the description calls a whole number of seconds."""
    if parameter.name == "interval" and re.fullmatch(r"[0-9]{1,5}[smhdw]", text):
        return text
    return _refuse(parameter, text, "a whole number")


def _moment(parameter: Parameter, text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return _refuse(parameter, text, "ISO 8601, such as 2026-08-12T09:00:00Z")
    return text


def _refuse(parameter: Parameter, text: str, wanted: str) -> str:
    raise Invalid(f"`{parameter.name}` must be {wanted}, not {text[:_SHOWN]!r}.")
