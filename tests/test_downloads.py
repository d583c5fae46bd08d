"""Files, as Sentry keeps them: whole, of whatever kind, and never larger than wanted."""

import gzip
from typing import Any

import httpx2
import pytest

from dexter_mcp.sentry.api import Download
from dexter_mcp.sentry.errors import Broken, Gone, NotFound, Rejected, TooLarge
from road import look, moved, road
from upstream import Answer

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]

FILE = "/api/0/projects/acme/web/events/1/attachments/7/"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def file(content: bytes, kind: str = "image/png", **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(200, content=content, headers={"content-type": kind, **named})


async def fetch(*answers: Answer, limit: int = 1_000) -> Download:
    api, _ = road(*answers)
    return await api.download(FILE, limit_bytes=limit, download=True)


@pytest.mark.parametrize(
    ("content", "kind", "shown"),
    [
        (PNG, "image/png", "image/png"),
        (b"[section]\nkey=value\n", "Text/Plain; charset=utf-8", "text/plain"),
        (b'{"a": 1}\n{"a": 2}\n', "application/jsonl", "application/jsonl"),
        (b"\xff\xfe\x00", "", "application/octet-stream"),
        (b"", "application/octet-stream", "application/octet-stream"),
    ],
)
async def test_a_file_is_given_as_it_is(content: bytes, kind: str, shown: str) -> None:
    assert await fetch(file(content, kind)) == Download(content, shown)


async def test_a_file_of_no_stated_kind_is_just_bytes() -> None:
    told = await fetch(httpx2.Response(200, content=PNG))
    assert told.content_type == "application/octet-stream"


async def test_a_file_that_came_compressed_is_unfolded() -> None:
    packed = httpx2.ByteStream(gzip.compress(PNG))
    headers = {"content-encoding": "gzip", "content-type": "image/png"}
    assert (await fetch(httpx2.Response(200, headers=headers, stream=packed))).content == PNG


async def test_a_file_is_asked_for_with_its_query_and_never_kept() -> None:
    api, server = road(file(PNG))
    for _ in range(2):
        await api.download(FILE, limit_bytes=1_000, download=True)
    assert [str(request.url).partition("?")[2] for request in server.asked] == ["download=1"] * 2


async def test_a_file_larger_than_wanted_is_refused() -> None:
    with pytest.raises(TooLarge, match=r"larger than 1\.5 KiB"):
        await fetch(file(b"x" * 1_537), limit=1_536)


async def test_any_answer_may_have_a_limit_of_its_own() -> None:
    api, _ = road(httpx2.Response(200, json={"dump": "x" * 2**20}))
    with pytest.raises(TooLarge, match="larger than 1 MiB"):
        await api.get(dict[str, Any], FILE, limit_bytes=2**20)
    assert await api.get(dict[str, Any], FILE, limit_bytes=2**20 + 20)


async def test_an_answer_larger_than_usual_is_read_where_that_is_wanted() -> None:
    api, _ = road(httpx2.Response(200, json={"dump": "x" * 9 * 2**20}))
    assert await api.get(dict[str, Any], FILE, limit_bytes=10 * 2**20)
    with pytest.raises(TooLarge, match="larger than 8 MiB"):
        await look(api, FILE)


async def test_a_file_in_another_place_is_not_fetched_with_the_token_or_without() -> None:
    api, server = road(moved(302, "https://files.test/bucket/7?X-Signature=sesame"), file(PNG))
    with pytest.raises(Rejected, match="keeps its files in another place") as caught:
        await api.download(FILE, limit_bytes=1_000)
    assert "sesame" not in str(caught.value)
    assert len(server.asked) == 1


async def test_a_file_that_moved_on_the_same_host_is_followed() -> None:
    assert (await fetch(moved(302, f"{FILE}?moved=1"), file(PNG))).content == PNG


async def test_a_page_that_stands_in_for_a_file_is_none_but_a_page_that_is_one_is() -> None:
    page = b"<html>Sign in</html>"
    with pytest.raises(Broken, match="sign-in page"):
        await fetch(file(page, "text/html; charset=utf-8"))
    kept = await fetch(file(page, "text/html", content_disposition='attachment; filename="a"'))
    assert kept.content == page


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (404, NotFound),
        (410, Gone),
        (500, Broken),
        (
            httpx2.Response(200, headers={"content-length": "9"}, stream=httpx2.ByteStream(b"x")),
            Broken,
        ),
    ],
)
async def test_a_file_fails_as_everything_does(answer: Answer, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        await fetch(answer)
