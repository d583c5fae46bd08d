"""How Sentry's JSON becomes Python: unknown fields ignored, missing or odd ones absent."""

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from pydantic.alias_generators import to_camel
from pydantic_core.core_schema import ValidationInfo, ValidatorFunctionWrapHandler

T = TypeVar("T")


class Reply(BaseModel):
    """Something Sentry told us: camelCase outside, snake_case in Python, never changed.

    A field with a default never fails the whole: an odd value reads as the default, an odd item
    of a list is left out. Only what identifies a thing is declared without one.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        coerce_numbers_to_str=True,
        frozen=True,
        defer_build=True,
    )

    @field_validator("*", mode="wrap")
    @classmethod
    def _lenient(
        cls,
        value: Any,
        handler: ValidatorFunctionWrapHandler,
        info: ValidationInfo,
    ) -> Any:
        field = cls.model_fields[info.field_name or ""]
        try:
            return handler(value)
        except ValidationError as error:
            if field.is_required():
                raise
            odd = {e["loc"][0] for e in error.errors() if e["loc"]}
            if isinstance(value, list) and odd:
                return handler([item for at, item in enumerate(value) if at not in odd])  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            return field.get_default(call_default_factory=True, validated_data={})


class Page(Reply, Generic[T]):
    """Some items, and where to continue.

    `total` is Sentry's count of all matches where it gives one; `at_least` says that the count
    stopped at Sentry's cap.
    """

    items: list[T]
    next_cursor: str = ""
    total: int | None = None
    at_least: bool = False
