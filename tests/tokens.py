"""Count tokens as the models that read us do."""

from functools import cache

from splintr import AnyTokenizer, Tokenizer


@cache
def _o200k() -> AnyTokenizer:
    return Tokenizer.from_pretrained("o200k_base")


def tokens(text: str) -> int:
    """Count the o200k tokens of a text."""
    return len(_o200k().encode(text))
