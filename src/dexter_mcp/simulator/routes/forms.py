"""Reading what is uploaded as a form (`multipart/form-data`)."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP

from dexter_mcp.simulator.routes.endpoint import Call
from dexter_mcp.simulator.routes.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a form."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form in their order, and its files by their field."""

    fields: tuple[tuple[str, str], ...]
    files: dict[str, Upload]

    def all(self, name: str) -> list[str]:
        """List what a field was given."""
        return [value for key, value in self.fields if key == name]

    def get(self, name: str) -> str:
        """Read a field; nothing for one that is absent."""
        return next(iter(self.all(name)), "")


def form(call: Call) -> Form:
    """Read the form that a request carries."""
    kind = call.request.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        raise Refusal(415, {"detail": f'Unsupported media type "{kind}" in request.'})
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    parts = BytesParser(EmailMessage, policy=HTTP).parsebytes(head + call.body).iter_parts()
    fields: list[tuple[str, str]] = []
    files: dict[str, Upload] = {}
    for part in parts:
        name = str(part.get_param("name", "", "content-disposition"))
        content = part.get_payload(decode=True)
        held = content if isinstance(content, bytes) else b""
        if part.get_filename() is None:
            fields.append((name, held.decode(errors="replace")))
        else:
            files[name] = Upload(str(part.get_filename()), part.get_content_type(), held)
    return Form(tuple(fields), files)
