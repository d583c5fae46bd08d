"""How Sentry's JSON becomes Python: unknown fields ignored, missing or odd ones absent."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    WrapValidator,
    field_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core.core_schema import ValidationInfo, ValidatorFunctionWrapHandler

from dexter_mcp.sentry.json_types import is_array, is_object

T = TypeVar("T")


_HEAD = 1_000
"""Items that tell whether a long list is one of these: an error for each of millions costs GiBs."""


def readable(value: Any, read: Callable[[Any], T]) -> T:
    """Read a container without its odd items. One of nothing but odd items is odd itself.

    So is a long list that begins with nothing else.

    Raises:
        ValidationError: Nothing in it could be read.
    """
    if is_array(value) and len(value) > _HEAD:
        readable(value[:_HEAD], read)
    try:
        return read(value)
    except ValidationError as error:
        odd = _odd(error)
        kept: Any = None
        if is_array(value):
            kept = [item for at, item in enumerate(value) if at not in odd]
        elif is_object(value):
            kept = {name: item for name, item in value.items() if name not in odd}
        if not kept or len(kept) == len(value):
            raise
    return read(kept)


def _odd(error: ValidationError) -> set[int | str]:
    """Name the items of a container that could not be read."""
    return {e["loc"][0] for e in error.errors(include_url=False, include_input=False) if e["loc"]}


def _in_place(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    if not is_array(value):
        return read(value)
    if len(value) > _HEAD:
        _in_place(value[:_HEAD], read)
    try:
        return read(value)
    except ValidationError as error:
        odd = _odd(error)
        if len(odd) == len(value):
            raise
    return read([None if at in odd else item for at, item in enumerate(value)])


Placed = Annotated[tuple[T | None, ...], WrapValidator(_in_place)]
"""A list whose positions others count on: an odd item is None, and those after it stay."""


@cache
def adapter(shape: Any) -> TypeAdapter[Any]:
    """Build the reader of a shape once; building it costs more than most replies."""
    return TypeAdapter(shape)


class Reply(BaseModel):
    """Something Sentry told us: camelCase outside, snake_case in Python, never changed.

    A field with a default never fails the whole: an odd value reads as the default, an odd item
    of a list is left out. Only what identifies a thing is declared without one. A moment without
    a time zone is UTC, as Sentry means it.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        coerce_numbers_to_str=True,
        allow_inf_nan=False,
        frozen=True,
        defer_build=True,
        hide_input_in_errors=True,
    )

    @field_validator("*", mode="wrap")
    @classmethod
    def _lenient(
        cls,
        value: Any,
        handler: ValidatorFunctionWrapHandler,
        info: ValidationInfo,
    ) -> Any:
        try:
            read = readable(value, handler)
        except ValidationError:
            field = cls.model_fields[info.field_name or ""]
            if field.is_required():
                raise
            return field.get_default(call_default_factory=True, validated_data={})
        if isinstance(read, datetime) and read.tzinfo is None:
            return read.replace(tzinfo=UTC)
        return read


class Page(Reply, Generic[T]):
    """Some items, and where to continue.

    `total` is Sentry's count of all matches where it gives one; `at_least` says that the count
    stopped at Sentry's cap. `failed` says what did not come, a sentence for each part; the cursor
    asks for it again. `beside` is what stood beside the list where Sentry wraps it. `notes` say
    what a server made of the question, if not what was meant.
    """

    items: list[T]
    next_cursor: str = ""
    total: int | None = None
    at_least: bool = False
    failed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    beside: dict[str, Any] = Field(default_factory=dict[str, Any], exclude=True, repr=False)
