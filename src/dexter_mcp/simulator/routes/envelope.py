"""The door for SDKs: envelopes, and the older endpoint for single events."""

import gzip
import json
import re
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dexter_mcp.simulator.intake.attachment import Attachment
from dexter_mcp.simulator.intake.loose import is_mapping, text
from dexter_mcp.simulator.telling.story import Json

if TYPE_CHECKING:
    from dexter_mcp.simulator.world import World

_EVENTS = {"event", "transaction"}
_KEY = re.compile(r"sentry_key=([^,\s]+)")


class EnvelopeError(ValueError):
    """What was posted is not an envelope, or holds an event that is not JSON."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an envelope: its header and its bytes."""

    header: Json
    body: bytes

    @property
    def kind(self) -> str:
        """Name the item's type, such as `event` or `attachment`."""
        return text(self.header.get("type"))


@dataclass(frozen=True, slots=True)
class Envelope:
    """A header and items."""

    header: Json
    items: tuple[Item, ...]


def parse_envelope(body: bytes) -> Envelope:
    """Take an envelope apart.

    An item says its length, or else ends with its line. Raises `EnvelopeError`.
    https://develop.sentry.dev/sdk/data-model/envelopes/
    """
    first, _, rest = body.partition(b"\n")
    header, items = read_json(first), list[Item]()
    while rest := rest.lstrip(b"\r\n"):
        line, _, rest = rest.partition(b"\n")
        item, rest = _item(read_json(line), rest)
        items.append(item)
    return Envelope(header, tuple(items))


def _item(header: Json, rest: bytes) -> tuple[Item, bytes]:
    length = header.get("length")
    if length is None:
        body, _, rest = rest.partition(b"\n")
        return Item(header, body), rest
    if not isinstance(length, int) or not 0 <= length <= len(rest):
        raise EnvelopeError("unexpected end of file")
    return Item(header, rest[:length]), rest[length:]


def read_json(raw: bytes) -> Json:
    """Read a JSON object, or raise `EnvelopeError`.

    Half of a surrogate pair becomes `?`: no store and no answer could hold it.
    """
    try:
        loaded: Any = json.loads(raw)
        clean = json.dumps(loaded, ensure_ascii=False, allow_nan=False).encode(errors="replace")
        read: Any = json.loads(clean)
    except (ValueError, RecursionError) as error:
        raise EnvelopeError(f"invalid json: {error}") from error
    if not is_mapping(read):
        raise EnvelopeError("invalid json: expected an object")
    return dict(read)


def decoded(body: bytes, encoding: str) -> bytes:
    """Undo a `Content-Encoding`; raises `EnvelopeError` where the bytes don't match it."""
    try:
        if encoding == "gzip":
            return gzip.decompress(body)
        return zlib.decompress(body) if encoding == "deflate" else body
    except (OSError, EOFError, zlib.error) as error:
        raise EnvelopeError(f"failed to decode zlib payload: {error}") from error


def routes(world: "World") -> list[Route]:
    """Serve what SDKs send events to.

    Answers `{"id": <event id>}`; 403 where the public key is not the project's, 404 where there
    is no such project, 400 where the body makes no sense.
    """

    def door(read: Callable[[bytes], Envelope]) -> Callable[[Request], Awaitable[Response]]:
        async def receive(request: Request) -> Response:
            encoding = request.headers.get("content-encoding", "")
            try:
                envelope = read(decoded(await request.body(), encoding))
                return _accepted(world, request, envelope)
            except EnvelopeError as error:
                causes = [str(error)]
                return JSONResponse({"detail": "invalid event envelope", "causes": causes}, 400)

        return receive

    return [
        Route("/api/{project_id:int}/envelope/", door(parse_envelope), methods=["POST"]),
        Route("/api/{project_id:int}/store/", door(_enveloped), methods=["POST"]),
    ]


def _enveloped(body: bytes) -> Envelope:
    return Envelope({}, (Item({"type": "event"}, body),))


def _accepted(world: "World", request: Request, envelope: Envelope) -> Response:
    project_id = int(request.path_params["project_id"])
    project = world.projects.get(project_id)
    if project is None:
        return JSONResponse({"detail": "no such project"}, 404)
    if _public_key(request, envelope.header) not in world.open_keys(project):
        refusal = "event submission rejected with_reason: ProjectId"
        return JSONResponse({"detail": refusal}, 403)
    files = [_attachment(item) for item in envelope.items if item.kind == "attachment"]
    event_id = text(envelope.header.get("event_id"))
    for item in envelope.items:
        if item.kind in _EVENTS:
            payload = _identified(read_json(item.body), event_id) | _kind(item)
            event_id = world.ingest(project_id, payload, files)
        if item.kind == "user_report":
            _report(world, read_json(item.body))
    return JSONResponse({"id": event_id} if event_id else {})


def _identified(payload: Json, event_id: str) -> Json:
    return {"event_id": event_id} | payload if event_id else payload


def _kind(item: Item) -> Json:
    return {"type": "transaction"} if item.kind == "transaction" else {}


def _report(world: "World", report: Json) -> None:
    """Take what an end user says; https://develop.sentry.dev/sdk/telemetry/user-reports/."""
    event_id = text(report.get("event_id")).replace("-", "").lower()
    said = {key: text(report.get(key)) for key in ("name", "email", "comments")}
    if event_id and said["comments"]:
        world.report(event_id, **said)


def _attachment(item: Item) -> Attachment:
    return Attachment(
        name=text(item.header.get("filename")) or "unnamed",
        content=item.body,
        mimetype=text(item.header.get("content_type")) or "application/octet-stream",
        kind=text(item.header.get("attachment_type")) or "event.attachment",
    )


def _public_key(request: Request, header: Json) -> str | None:
    if found := _KEY.search(request.headers.get("x-sentry-auth", "")):
        return found[1]
    if asked := request.query_params.get("sentry_key"):
        return asked
    _, _, key = text(header.get("dsn")).partition("//")
    return re.split("[:@]", key)[0] or None
