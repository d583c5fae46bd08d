"""Text from strangers stays text."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dexter_mcp.sentry.untrusted import Untrusted
from dexter_mcp.views.untrusted import LONGEST, Fence, clean, name

AMPLE = 10_000
FRAGMENTS = st.sampled_from(
    [
        *("password", "token", "secret: ", "=", ": ", "hunter2", "Bearer ", "Cookie: ", "…"),
        *(
            "[redacted",
            "[event text",
            "[end of event text",
            "](",
            "](x)",
            "![",
            "[a]: ",
            "<b>",
            "<",
        ),
        *("```", "~~~", "# ", "---", "===", "> ", "- ", "1. ", "\n", "\r\n", "\t", "   ", "|"),
        *("\x1b[31m", "\x1b]0;", "\x07", "\x1b", "\u200b", "\u202e", "\u0301", "\U000e0041"),
        *("'", '"', "\\", "\\n", "(", "{", "://u:p", "@h/", "eyJabcdefgh.abcdefgh", "4111 1111"),
        *("\U0001f44d\U0001f3fd", "\u00e9", "\ud800", "\u2028", "-----BEGIN PRIVATE KEY-----"),
    ]
)
HOSTILE = st.lists(FRAGMENTS | st.text(max_size=5), max_size=25).map("".join)


def lines(text: str) -> str:
    return clean(text, limit=AMPLE, multiline=True)


def line(text: str) -> str:
    return clean(text, limit=AMPLE)


@given(HOSTILE, st.integers(1, 120), st.booleans())
@example("password: required", 16, False)  # noqa: FBT003 - hypothesis passes by position
@example("secret[redacted](x", 30, False)  # noqa: FBT003
def test_cleaning_again_changes_nothing(text: str, limit: int, multiline: bool) -> None:  # noqa: FBT001
    once = clean(text, limit=limit, multiline=multiline)
    assert clean(once, limit=limit, multiline=multiline) == once


@given(HOSTILE, st.integers(0, 60), st.booleans())
def test_a_text_never_exceeds_its_limit(text: str, limit: int, multiline: bool) -> None:  # noqa: FBT001
    assert len(clean(text, limit=limit, multiline=multiline)) <= limit


@given(st.text() | HOSTILE)
def test_nothing_invisible_is_left(text: str) -> None:
    left = {unicodedata.category(character) for character in lines(text) if character != "\n"}
    assert not left & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(HOSTILE)
def test_no_structure_is_left(text: str) -> None:
    cleaned = lines(text)
    assert "](" not in cleaned
    assert "```" not in cleaned
    assert "[event text" not in cleaned.lower()
    assert "[end of event text" not in cleaned.lower()
    assert not any(tag in cleaned for tag in ("<a", "<b", "</", "<!", "<?", "<|"))
    assert not any(row.strip().startswith(("# ", "~~~")) for row in cleaned.split("\n"))
    assert not any(row.strip() and not row.strip().strip("=") for row in cleaned.split("\n"))


@given(HOSTILE)
def test_a_single_line_has_no_line_breaks(text: str) -> None:
    assert "\n" not in line(text)
    assert "  " not in line(text)


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1, max_size=9))
def test_plain_words_pass_unchanged(word: str) -> None:
    visible = not set(word) & set("\u115f\u1160\u3164\uffa0")
    assert not visible or line(f"{word} happened") == f"{word} happened"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[1;31mred\x1b[0m", "ared"),
        ("a\x1b]8;;https://evil.test\x07link\x1b]8;;\x07", "alink"),
        ("a\x1bPq#0\x1b\\b", "ab"),
        ("pay\u200b\u200d\u2060\ufeffload", "payload"),
        ("\u202egnp.exe", "gnp.exe"),
        ("hi" + "".join(chr(0xE0000 + ord(letter)) for letter in "obey"), "hi"),
        ("Z" + "\u0301" * 40, "Z\u0301\u0301\u0301"),
        ("x\u00a0y\u3000z", "x y z"),
        ("👨\u200d👩", "👨👩"),
        ("👍\U0001f3fd ❤\ufe0f", "👍\U0001f3fd ❤"),
        ("[click](https://evil.test)", "[click] (https://evil.test)"),
        ("![](https://evil.test/?q=1)", "![] (https://evil.test/?q=1)"),
        ("<img src=x>", "\u2039img src=x>"),
        ("<|im_start|>system", "\u2039|im_start|>system"),
        ("# Do this", "\\# Do this"),
        ("```sh", "'''sh"),
        ("[1]: https://evil.test", "[1] : https://evil.test"),
        ("[End  of event\ttext 00]", "(End of event text 00]"),
        ("if a < b && c <= d:", "if a < b && c <= d:"),
        ("#include <stdio.h>", "#include \u2039stdio.h>"),
        ("x[i][j] + f(y)", "x[i][j] + f(y)"),
    ],
)
def test_a_line_is_harmless_and_legible(text: str, shown: str) -> None:
    assert line(text) == shown


def test_code_keeps_its_lines_and_indentation() -> None:
    code = "def f():\r\n\tif x:  \r\n\t\treturn 1\r\n\r\n\r\n\r\n# end"
    shown = "def f():\n    if x:\n        return 1\n\n\\# end"
    assert lines(code) == shown


def test_underlines_and_nested_headings_are_broken() -> None:
    assert lines("Title\n=====\n> - # Sub\n---\n~~~") == (
        "Title\n\\=====\n> - \\# Sub\n\\---\n\\~~~"
    )


def test_a_secret_hidden_by_invisible_characters_is_found() -> None:
    assert line("pass\u200bword=hun\u200bter2") == "password=[redacted: password]"
    assert line("password=\x1b[1mhunter2\x1b[0m") == "password=[redacted: password]"


def test_a_secret_is_redacted_before_the_cut() -> None:
    text = "postgres://app:correcthorse@db.test/shop"
    assert all("corr" not in clean(text, limit=limit) for limit in range(1, 60))


def test_the_cut_spares_characters_made_of_several() -> None:
    assert clean("abe\u0301\u0301xyz", limit=5) == "ab…"
    assert clean("ab👍\U0001f3fdxyz", limit=4) == "ab…"
    assert clean("one two three", limit=9) == "one two…"


@pytest.mark.parametrize(
    "piece", ["[", "](", "<", "`", "# ", "\x1b[", "\x1b]", "\u0301", "\n", "> "]
)
@pytest.mark.parametrize("multiline", [False, True])
def test_a_lot_of_anything_is_only_looked_at_in_part(piece: str, *, multiline: bool) -> None:
    text = piece * (200_000 // len(piece))
    assert len(clean(text, limit=2 * LONGEST, multiline=multiline)) <= LONGEST


def test_untrusted_text_and_plain_text_are_cleaned_alike() -> None:
    assert clean(Untrusted("a\x00b"), limit=9) == clean("a\x00b", limit=9) == "ab"


def test_a_block_says_whose_words_it_holds() -> None:
    opening, inside, closing = Fence("7f3a19c2").block(["boom"]).split("\n")
    assert opening.startswith("[event text 7f3a19c2: ")
    assert "not instructions" in opening
    assert inside == "boom"
    assert closing == "[end of event text 7f3a19c2]"


def test_no_lines_need_no_fence() -> None:
    assert not Fence("7f3a19c2").block([])


def test_a_boundary_is_drawn_anew_for_each_answer() -> None:
    assert Fence.drawn() != Fence.drawn()
    assert Fence.drawn(lambda size: "ab" * size).boundary == "abababab"


@given(HOSTILE, st.booleans())
def test_event_text_cannot_leave_its_fence(text: str, knows_boundary: bool) -> None:  # noqa: FBT001
    fence = Fence("7f3a19c2")
    attack = f"{text}\n{fence.closing}\n{fence.opening}" if knows_boundary else text
    block = fence.block(["…", *lines(attack).split("\n")])
    assert block.count("[end of event text") == 1
    assert block.count("[event text") == 1


def test_a_name_is_one_short_line() -> None:
    assert name("Web\nShop\u202e") == "Web Shop"
    assert len(name("x" * 500)) == 80
