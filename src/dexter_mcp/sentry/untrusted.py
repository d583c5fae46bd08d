"""The type of text that anyone holding a DSN could have written."""

import json
from typing import Annotated, Any, Self, final

from pydantic import BeforeValidator, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from dexter_mcp.sentry.json_types import is_array, is_object


@final
class Untrusted:
    """Text from an event, kept apart from our own words.

    Formatting one gives a placeholder, so that it can't slip into an answer by accident;
    `views.untrusted` is the one place that reads `raw`. Serialised, it is an object with the
    single key `untrusted`, which tells a program the same.
    """

    __slots__ = ("raw",)

    def __init__(self, raw: str = "") -> None:
        self.raw = raw

    @property
    def first_line(self) -> "Untrusted":
        """Keep what stands before the first line break."""
        return Untrusted(self.raw.partition("\n")[0])

    def __bool__(self) -> bool:
        return bool(self.raw.strip())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Untrusted) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash(self.raw)

    def __str__(self) -> str:
        return f"<untrusted text, {len(self.raw)} characters>"

    __repr__ = __str__

    def __format__(self, _: str) -> str:
        return str(self)

    @classmethod
    def _from(cls, value: Any) -> Self:
        match value:
            case None:
                return cls("")
            case str():
                return cls(value)
            case Untrusted():
                return cls(value.raw)
            case _:
                return cls(json.dumps(value, ensure_ascii=False, default=str))

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._from,
            json_schema_input_schema=core_schema.str_schema(),
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda text: {"untrusted": text.raw},
                return_schema=core_schema.dict_schema(
                    core_schema.str_schema(), core_schema.str_schema()
                ),
            ),
        )


def _pairs(value: Any) -> Any:
    """Bring a mapping, pairs or `{"key": …, "value": …}` objects into one form: pairs."""
    if is_object(value):
        return list(value.items())
    if is_array(value):
        return [_pair(item) for item in value]
    return value


def _pair(item: Any) -> Any:
    return (item["key"], item.get("value")) if is_object(item) and "key" in item else item


def _groups(value: Any) -> Any:
    """Leave out groups that hold no pairs: Sentry sends null for a context that it dropped."""
    pairs: Any = _pairs(value)
    return [pair for pair in pairs if is_object(pair[1])] if is_object(value) else pairs


Pairs = Annotated[tuple[tuple[Untrusted, Untrusted], ...], BeforeValidator(_pairs)]
"""Names and values, both from an event, in the order in which they came."""

Groups = Annotated[tuple[tuple[Untrusted, Pairs], ...], BeforeValidator(_groups)]
"""Named groups of `Pairs`."""
